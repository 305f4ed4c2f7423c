import { likenessOf, type Remade } from "./likeness.ts";
import type { FileStat, World } from "./ports.ts";
import {
  namesOf,
  type Sighting,
  type Sightings,
  type Stamp,
  stampOf,
  valuesOf,
} from "./sightings.ts";

/** What is noted of a path; what it is like is found out at the end. */
type Look = Exclude<Sighting["0"], "like" | "like-link">;

/** So many paths are noted at most; beyond that, comparing takes as long as looking. */
const mostPaths = 20_000;

/**
 * A change within this time before the run cannot be told from a change during it: clocks of file systems tick at
 * ten milliseconds, or at two seconds where they know no fractions.
 */
const tick = 50;
const coarseTick = 2000;

/** That of nothing. */
const noStamp: Stamp = [0, 0, 0, 0, 0, 0];

/** What was seen so far; see `observed-world.ts`. */
export class SightingNotes {
  readonly #begun: number;
  readonly #paths = new Map<string, Look>();
  readonly #answers = new Map<string, string>();
  readonly #variables = new Set<string>();
  #hasAllNames = false;
  #isSpoilt = false;
  #ownFolders: readonly string[] | undefined;
  #hasLocked = false;
  #until: number | null = null;

  constructor(begun: number) {
    this.#begun = begun;
  }

  get isNoting(): boolean {
    return !this.#isSpoilt && this.#ownFolders === undefined;
  }

  /** What was seen will be of no use. */
  get isSpoilt(): boolean {
    return this.#isSpoilt;
  }

  spoil(): void {
    this.#isSpoilt = true;
    this.#paths.clear();
  }

  /** From now on looks do not count, nor changes in these folders. */
  rest(ownFolders: readonly string[]): void {
    this.#ownFolders = ownFolders;
  }

  /** Something was looked at that cannot be looked at again. */
  look(): void {
    if (this.isNoting) this.spoil();
  }

  /** Something was changed. */
  change(path: string): void {
    if (this.#ownFolders?.some((folder) => `${path}/`.startsWith(`${folder}/`)) !== true)
      this.spoil();
  }

  /** Something was looked for at a path; looking twice has to see the same. */
  path(how: "stat" | "lstat", path: string, isThere: boolean): void {
    if (!this.isNoting) return;
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

  /** Something holds until then. */
  until(moment: number): void {
    this.#until = Math.min(this.#until ?? moment, moment);
  }

  /** A lock was taken: nothing was learnt by that, but more was done than looking. */
  lock(): void {
    this.#hasLocked = true;
  }

  variable(name: string): void {
    this.#variables.add(name);
  }

  allVariables(): void {
    this.#hasAllNames = true;
  }

  /** `remade` for those who are about to change that folder; who looks only takes no locks. */
  sightings(world: World, remade?: Remade): Sightings | undefined {
    const { host, hashing } = world;
    if (this.#hasLocked && remade === undefined) return undefined;
    const paths: Sighting[] = [];
    for (const [key, kind] of this.#paths) {
      const path = key.slice(key.indexOf(" ") + 1);
      if (remade?.passing.includes(path) === true) continue;
      const sighting =
        remade === undefined || !`${path}/`.startsWith(`${remade.root}/`)
          ? this.#sighting(kind, path, key, world.files)
          : this.#likeness(kind, path, key, remade, world);
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
      until: this.#until,
      ...(remade === undefined ? {} : { remade }),
    };
  }

  /** What lies outside, although a link in the folder leads there, is compared as everything outside is. */
  #likeness(
    kind: Look,
    path: string,
    key: string,
    remade: Remade,
    world: World,
  ): Sighting | undefined {
    const { files } = world;
    if (kind !== "there" && kind !== "there-link") return this.#sighting(kind, path, key, files);
    const follows = kind === "there";
    if (follows && !`${files.realPath(path)}/`.startsWith(`${files.realPath(remade.root)}/`))
      return this.#sighting(kind, path, key, files);
    const likeness = likenessOf(path, follows, remade, world) ?? "";
    const stat = follows ? files.tryStat(path) : files.tryLstat(path);
    if (stat === undefined || stat.kind === "other") return undefined;
    const isSettled = this.#isSettled(stat);
    if (likeness === "" && !isSettled) return undefined;
    // What was read may have been something else; only the change's own work comes into the folder itself by now.
    if (stat.changed > this.#begun && path !== remade.root) return undefined;
    const stamp = isSettled ? stampOf(stat) : noStamp;
    return [follows ? "like" : "like-link", path, likeness, ...stamp];
  }

  #note(key: string, kind: Look): void {
    if (!this.isNoting) return;
    const before = this.#paths.get(key);
    if (before === kind) return;
    if (before !== undefined || this.#paths.size >= mostPaths) this.spoil();
    else this.#paths.set(key, kind);
  }

  #isSettled({ changed }: FileStat): boolean {
    return changed <= this.#begun - (changed % 1000 === 0 ? coarseTick : tick);
  }

  /** Stamps are taken when the run is over: a file that has not changed since before it is the one that was read. */
  #sighting(kind: Look, path: string, key: string, files: World["files"]): Sighting | undefined {
    switch (kind) {
      case "absent":
        return files.tryStat(path) === undefined ? [kind, path] : undefined;
      case "absent-link":
        return files.tryLstat(path) === undefined ? [kind, path] : undefined;
      case "there":
      case "there-link": {
        const stat = kind === "there" ? files.tryStat(path) : files.tryLstat(path);
        if (stat === undefined || stat.kind === "other") return undefined;
        return this.#isSettled(stat) ? [kind, path, ...stampOf(stat)] : undefined;
      }
      case "real":
      case "text":
        return [kind, path, this.#answers.get(key) as string];
      default:
        return kind satisfies never;
    }
  }
}
