import type { Files, LinkMode } from "#platform/ports";

type Content = Parameters<Files["write"]>[1];

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
  readonly #folders: string[] = [];
  readonly #paths: string[] = [];
  readonly #origins: string[] = [];
  readonly #copies: (readonly [origin: string, path: string])[] = [];
  readonly #links: string[] = [];
  readonly #targets: string[] = [];
  readonly #writes: (readonly [path: string, content: () => Content])[] = [];

  /** `key` brings names to the spelling under which the file system finds them. */
  constructor(folder: string, files: Files, key: (name: string) => string) {
    this.folder = folder;
    this.#files = files;
    this.#key = key;
  }

  /**
   * Sets the first names of a distribution's paths aside for it; `false` when somebody has one of them
   * already.
   */
  reserve(tops: readonly string[]): boolean {
    if (tops.some((top) => this.#taken.has(this.#key(top)))) return false;
    if (this.#taken.size === 0) this.#files.makeFolder(this.folder);
    for (const top of tops) this.#taken.add(this.#key(top));
    return true;
  }

  /**
   * The same for what lies in folders that many have in common, which are made with what is laid: only files
   * are in the way, and what would be both.
   */
  reserveFiles(folders: readonly string[], paths: readonly string[]): boolean {
    const names = paths.map(this.#key);
    const above = folders.map(this.#key);
    if (names.some((name) => this.#taken.has(name) || this.#above.has(name))) return false;
    if (above.some((name) => this.#taken.has(name))) return false;
    if (this.#taken.size === 0) this.#files.makeFolder(this.folder);
    for (const name of names) this.#taken.add(name);
    for (const [at, name] of above.entries()) {
      if (this.#above.has(name)) continue;
      this.#above.add(name);
      this.#folders.push(folders[at] as string);
    }
    return true;
  }

  makeFolders(paths: readonly string[]): void {
    for (const path of paths) this.#folders.push(path);
  }

  /** A file that has the same path in another folder. */
  linkFile(origin: string, path: string): void {
    this.#paths.push(path);
    this.#origins.push(origin);
  }

  /** The same as a copy. */
  copyFile(origin: string, path: string): void {
    this.#copies.push([origin, path]);
  }

  /** A symbolic link. */
  linkFolder(target: string, path: string): void {
    this.#links.push(path);
    this.#targets.push(target);
  }

  /** A file with content of its own, which is asked for when everything else is there. */
  write(path: string, content: () => Content): void {
    this.#writes.push([path, content]);
  }

  /** Does what was noted. */
  lay(mode: LinkMode): void {
    if (this.#folders.length + this.#paths.length + this.#links.length > 0)
      this.#files.assemble({
        to: this.folder,
        folders: this.#folders,
        files: this.#paths,
        origins: this.#origins,
        links: this.#links,
        targets: this.#targets,
        mode,
      });
    for (const [origin, path] of this.#copies)
      this.#files.copy(`${origin}/${path}`, `${this.folder}/${path}`);
    for (const [path, content] of this.#writes)
      this.#files.write(`${this.folder}/${path}`, content());
  }
}
