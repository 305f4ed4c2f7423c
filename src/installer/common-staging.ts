import type { AssembledTree, Files, FilesFrom, LinkMode, NewFile } from "#platform/ports";
import { parentOf } from "./places.ts";

/**
 * A folder in which several distributions are staged side by side, as long as they do not meet: what is laid
 * out is noted and done in one go, and one folder is made and removed in place of many.
 */
export class CommonStaging {
  /** Where it all lies; it is there once something has been reserved. */
  readonly folder: string;
  readonly #files: Files;
  readonly #key: (name: string) => string;
  readonly #taken = new Set<string>();
  /** Folders that hold what was reserved file by file. */
  readonly #above = new Set<string>();
  /** Those of them that are not there yet. */
  readonly #awaited = new Set<string>();
  /** What is not laid yet. */
  #trees: StagedTree[] = [];
  /** Folders that several trees need, by their names, parents before children. */
  readonly #shared = new Map<string, string>();

  /** `key` brings names to the spelling under which the file system finds them. */
  constructor(folder: string, files: Files, key: (name: string) => string) {
    this.folder = folder;
    this.#files = files;
    this.#key = key;
  }

  /**
   * Sets the first names of a distribution's paths aside for it; `undefined` when somebody has one of them
   * already.
   */
  reserve(tops: readonly string[]): StagedTree | undefined {
    const names = tops.map(this.#key);
    return names.some((name) => this.#taken.has(name)) ? undefined : this.#tree(names);
  }

  /**
   * The same for what lies in folders that many have in common, which are made with what is laid: only files
   * are in the way, and what would be both.
   */
  reserveFiles(folders: readonly string[], paths: readonly string[]): StagedTree | undefined {
    const names = paths.map(this.#key);
    const above = folders.map(this.#key);
    if (names.some((name) => this.#taken.has(name) || this.#above.has(name))) return undefined;
    if (above.some((name) => this.#taken.has(name))) return undefined;
    const tree = this.#tree(names);
    for (const [at, name] of above.entries()) {
      const folder = folders[at] as string;
      if (!this.#above.has(name)) {
        this.#above.add(name);
        this.#awaited.add(name);
        tree.makeFolders([folder]);
      } else if (this.#awaited.has(name)) this.#shared.set(name, folder);
    }
    return tree;
  }

  /** Does what was noted so far. */
  lay(mode: LinkMode): void {
    const noted = this.#trees;
    if (noted.length === 0) return;
    for (const { writes } of noted) for (const { path } of writes) this.#share(parentOf(path));
    const shared = new Map(this.#shared);
    this.#trees = [];
    this.#awaited.clear();
    this.#shared.clear();
    this.#files.assemble({
      to: this.folder,
      folders: [...shared.values()],
      writes: noted.flatMap((tree) => tree.writes),
      trees: noted.map(({ folders, sources }) => ({
        folders: folders.filter((path) => !shared.has(this.#key(path))),
        sources,
      })),
      links: noted.flatMap((tree) => tree.links),
      targets: noted.flatMap((tree) => tree.targets),
      mode,
    });
  }

  #tree(names: readonly string[]): StagedTree {
    if (this.#taken.size === 0) this.#files.makeFolder(this.folder);
    for (const name of names) this.#taken.add(name);
    const tree = new StagedTree(this.folder);
    this.#trees.push(tree);
    return tree;
  }

  #share(folder: string): void {
    if (folder === "" || this.#shared.has(this.#key(folder))) return;
    this.#share(parentOf(folder));
    this.#shared.set(this.#key(folder), folder);
  }
}

/** What one distribution puts into a {@link CommonStaging}; paths are relative to its folder. */
export class StagedTree implements AssembledTree {
  readonly folder: string;
  readonly folders: string[] = [];
  readonly sources: FilesFrom[] = [];
  readonly writes: NewFile[] = [];
  readonly links: string[] = [];
  readonly targets: string[] = [];

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Parents before children. */
  makeFolders(paths: readonly string[]): void {
    for (const path of paths) this.folders.push(path);
  }

  /** Files that have the same paths in another folder. */
  linkFiles(from: string, files: readonly string[]): void {
    if (files.length > 0) this.sources.push({ from, files });
  }

  /** The same as copies. */
  copyFiles(from: string, files: readonly string[]): void {
    if (files.length > 0) this.sources.push({ from, files, isCopied: true });
  }

  /** A symbolic link. */
  linkFolder(target: string, path: string): void {
    this.links.push(path);
    this.targets.push(target);
  }

  /** A file with content of its own, which is asked for when everything is noted. */
  write(path: string, content: NewFile["content"], mode?: number): void {
    this.writes.push(mode === undefined ? { path, content } : { path, content, mode });
  }

  /** A file whose own content stands before that of another one. */
  writeBefore(path: string, content: NewFile["content"], rest: string): void {
    this.writes.push({ path, content, rest });
  }
}
