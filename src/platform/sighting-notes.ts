import type { World } from "./ports.ts";
import { namesOf, type Sighting, type Sightings, stampOf, valuesOf } from "./sightings.ts";

/** So many paths are noted at most; beyond that, comparing takes as long as looking. */
const mostPaths = 20_000;

/**
 * A change within this time before the run cannot be told from a change during it: clocks of file systems tick at
 * ten milliseconds, or at two seconds where they know no fractions.
 */
const tick = 50;
const coarseTick = 2000;

/** What was seen so far; see `observed-world.ts`. */
export class SightingNotes {
  readonly #begun: number;
  readonly #paths = new Map<string, Sighting["0"]>();
  readonly #answers = new Map<string, string>();
  readonly #variables = new Set<string>();
  #hasAllNames = false;
  #isSpoilt = false;

  constructor(begun: number) {
    this.#begun = begun;
  }

  /** Nothing is noted any more. */
  get isSpoilt(): boolean {
    return this.#isSpoilt;
  }

  spoil(): void {
    this.#isSpoilt = true;
    this.#paths.clear();
  }

  /** Something was looked for at a path; looking twice has to see the same. */
  path(how: "stat" | "lstat", path: string, isThere: boolean): void {
    if (this.#isSpoilt) return;
    const suffix = how === "stat" ? "" : "-link";
    const kind = `${isThere ? "there" : "absent"}${suffix}` as const;
    this.#note(`${how} ${path}`, kind);
  }

  /** What was read out of a path that has no stamp. */
  answer(kind: "real" | "text", path: string, answer: string): void {
    const key = `${kind} ${path}`;
    if ((this.#answers.get(key) ?? answer) !== answer) this.spoil();
    this.#answers.set(key, answer);
    this.#note(key, kind);
  }

  variable(name: string): void {
    this.#variables.add(name);
  }

  allVariables(): void {
    this.#hasAllNames = true;
  }

  sightings({ files, host, hashing }: World): Sightings | undefined {
    const paths: Sighting[] = [];
    for (const [key, kind] of this.#paths) {
      const path = key.slice(key.indexOf(" ") + 1);
      const sighting = this.#sighting(kind, path, key, files);
      if (sighting === undefined) return undefined;
      paths.push(sighting);
    }
    if (this.#isSpoilt) return undefined;
    const variables = [...this.#variables];
    return {
      paths,
      variables,
      values: valuesOf(variables, host.env, hashing),
      names: this.#hasAllNames ? namesOf(host.env, hashing) : "",
    };
  }

  #note(key: string, kind: Sighting["0"]): void {
    if (this.#isSpoilt) return;
    const before = this.#paths.get(key);
    if (before === kind) return;
    if (before !== undefined || this.#paths.size >= mostPaths) this.spoil();
    else this.#paths.set(key, kind);
  }

  /** Stamps are taken when the run is over: a file that has not changed since before it is the one that was read. */
  #sighting(
    kind: Sighting["0"],
    path: string,
    key: string,
    files: World["files"],
  ): Sighting | undefined {
    switch (kind) {
      case "absent":
        return files.tryStat(path) === undefined ? [kind, path] : undefined;
      case "absent-link":
        return files.tryLstat(path) === undefined ? [kind, path] : undefined;
      case "there":
      case "there-link": {
        const stat = kind === "there" ? files.tryStat(path) : files.tryLstat(path);
        if (stat === undefined || stat.kind === "other") return undefined;
        const margin = stat.changed % 1000 === 0 ? coarseTick : tick;
        return stat.changed > this.#begun - margin ? undefined : [kind, path, ...stampOf(stat)];
      }
      case "real":
      case "text":
        return [kind, path, this.#answers.get(key) as string];
      default:
        return kind satisfies never;
    }
  }
}
