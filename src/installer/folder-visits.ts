import type { Claim } from "./claims.ts";

/** A folder to be looked at. `claims` are by the file system's spelling of the name. */
export type Visit = { readonly path: string; readonly claims: Map<string, Claim[]> };

/** The folders of an environment that are looked at for a change, each once. */
export class FolderVisits {
  readonly #key: (path: string) => string;
  readonly #visits: Map<string, Visit>[] = [];

  /** `key` brings a path to the spelling under which the file system finds it. */
  constructor(key: (path: string) => string) {
    this.#key = key;
  }

  /** The visit to a folder, which will take place. */
  to(path: string): Visit {
    const depth = path.split("/").length;
    while (this.#visits.length <= depth) this.#visits.push(new Map());
    const level = this.#visits[depth] as Map<string, Visit>;
    const key = this.#key(path);
    const known = level.get(key);
    if (known !== undefined) return known;
    const visit: Visit = { path, claims: new Map() };
    level.set(key, visit);
    return visit;
  }

  /** All of them, also those that come up meanwhile: a folder gets claims from the one above it only. */
  *fromAbove(): Generator<Visit> {
    for (let depth = 0; depth < this.#visits.length; depth++)
      yield* this.#visits[depth]?.values() ?? [];
  }
}
