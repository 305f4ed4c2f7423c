import type { Files } from "#platform/ports";

/**
 * Writes below one folder and can take all of it back. Paths are relative with `/`; what existed before is put
 * back as it was, as far as it was a file or a link.
 */
export class EnvironmentWriter {
  readonly #root: string;
  readonly #files: Files;
  readonly #mayExist: boolean;
  readonly #undo: (() => void)[] = [];

  /** With `mayExist` folders, files and links of the same names are taken over. */
  constructor(root: string, files: Files, mayExist: boolean) {
    this.#root = root;
    this.#files = files;
    this.#mayExist = mayExist;
  }

  /** Makes a folder and those above it that are missing below the root. */
  folder(path: string): void {
    let here = this.#root;
    for (const part of path.split("/")) {
      here += `/${part}`;
      this.#makeFolder(here);
    }
  }

  #makeFolder(path: string): void {
    if (this.#made.has(path)) return;
    this.#made.add(path);
    if (this.#mayExist && this.#files.tryStat(path)?.kind === "folder") return;
    this.#files.makeFolder(path);
    this.#undo.push(() => this.#files.removeEmptyFolder(path));
  }

  readonly #made = new Set<string>();

  file(path: string, content: string): void {
    const full = `${this.#root}/${path}`;
    this.#clear(full);
    // Registered first: a disk that fills up leaves half a file.
    this.#undo.push(() => this.#files.tryRemove(full));
    this.#files.write(full, content, { exclusive: true });
  }

  link(target: string, path: string): void {
    const full = `${this.#root}/${path}`;
    this.#clear(full);
    this.#files.symlink(target, full);
    this.#undo.push(() => this.#files.remove(full));
  }

  copy(from: string, path: string): void {
    const full = `${this.#root}/${path}`;
    this.#clear(full);
    this.#undo.push(() => this.#files.tryRemove(full));
    this.#files.copy(from, full);
  }

  exists(path: string): boolean {
    return this.#files.tryStat(path) !== undefined;
  }

  /** True when a name below the root is taken already. */
  has(path: string): boolean {
    return this.#mayExist && this.#files.tryLstat(`${this.#root}/${path}`) !== undefined;
  }

  namesIn(folder: string): string[] {
    return this.#files.list(folder).map((entry) => entry.name);
  }

  /** Takes everything back, last first. A step that fails does not keep the others from being taken back. */
  undo(): void {
    for (const step of this.#undo.splice(0).reverse())
      try {
        step();
      } catch {
        // The failure that led here is the one to be told.
      }
  }

  #clear(path: string): void {
    if (!this.#mayExist) return;
    const files = this.#files;
    const before = files.tryLstat(path);
    if (before === undefined) return;
    if (before.kind === "link") {
      const target = files.readLink(path);
      files.remove(path);
      this.#undo.push(() => files.symlink(target, path));
    } else if (before.kind === "file") {
      const content = files.read(path);
      files.remove(path);
      this.#undo.push(() => files.write(path, content, { mode: before.mode & 0o777 }));
    }
  }
}
