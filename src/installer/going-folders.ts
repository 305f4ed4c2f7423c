import type { FolderEntry } from "#platform/ports";
import { cacheFolder, isCompiled, sourceOf } from "./bytecode.ts";
import { parentOf } from "./places.ts";
import type { TakenFolder, TakenPaths } from "./taken-paths.ts";

/** What lies in a folder, by {@link TakenPaths.key} of its name. */
export type Listing = ReadonlyMap<string, FolderEntry>;

/** Says which folders of an environment go whole with what is taken out of it, so that one rename is enough. */
export class GoingFolders {
  readonly #taken: TakenPaths;
  readonly #kept: Set<string>;
  readonly #list: (path: string) => Listing;
  readonly #whole = new Map<string, boolean>();

  constructor(taken: TakenPaths, kept: Iterable<string>, list: (path: string) => Listing) {
    this.#taken = taken;
    this.#kept = new Set([...kept].map(taken.key));
    this.#list = list;
  }

  /** Keeps a folder and those above it from being taken whole. */
  keep(path: string): void {
    for (let at = path; at !== "" && !this.#kept.has(this.#taken.key(at)); at = parentOf(at))
      this.#kept.add(this.#taken.key(at));
  }

  /** True when nothing would be left in the folder but compiled modules without a source. */
  isWhole(path: string): boolean {
    const key = this.#taken.key(path);
    const known = this.#whole.get(key);
    if (known !== undefined) return known;
    const leaving = this.#taken.folder(path);
    const goes = !this.#kept.has(key) && (leaving?.whole === true || this.#allGo(path, leaving));
    this.#whole.set(key, goes);
    return goes;
  }

  #allGo(path: string, leaving: TakenFolder | undefined): boolean {
    const listing = this.#list(path);
    for (const [name, entry] of listing) {
      if (entry.kind !== "folder") {
        if (leaving?.files.has(name) !== true) return false;
      } else if (name === cacheFolder) {
        if (!this.#cachesGo(`${path}/${entry.name}`, listing, leaving)) return false;
      } else if (!this.isWhole(`${path}/${entry.name}`)) return false;
    }
    return true;
  }

  #cachesGo(caches: string, sources: Listing, leaving: TakenFolder | undefined): boolean {
    const listed = this.#taken.folder(caches);
    for (const [name, entry] of this.#list(caches)) {
      if (listed?.files.has(name) === true) continue;
      if (entry.kind !== "file" || !isCompiled(name)) return false;
      const source = this.#taken.key(sourceOf(entry.name));
      if (sources.has(source) && leaving?.files.has(source) !== true) return false;
    }
    return true;
  }
}
