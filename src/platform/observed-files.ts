import { errnoOf } from "#base/errors";
import type {
  Assembly,
  FileLock,
  Files,
  FileStat,
  FolderEntry,
  LinkMode,
  LockOptions,
  OpenFolder,
  TreeLinks,
  WriteOptions,
} from "./ports.ts";
import type { SightingNotes } from "./sighting-notes.ts";
import { isMadeUp } from "./sightings.ts";
import type { StagingLog } from "./staging-log.ts";

/**
 * Notes every look at a path; whatever changes something spoils the notes, except for what is laid out where it was
 * expected to be.
 */
export class ObservedFiles implements Files {
  readonly #files: Files;
  readonly #notes: SightingNotes;
  readonly #log: StagingLog;
  readonly openFolder?: (path: string) => OpenFolder;

  constructor(files: Files, notes: SightingNotes, log: StagingLog) {
    this.#files = files;
    this.#notes = notes;
    this.#log = log;
    // Who looks for the quick way finds it here if it is there.
    if (files.openFolder !== undefined)
      this.openFolder = (path) => this.#changing(path).openFolder?.(path) as OpenFolder;
  }

  tryStat(path: string): FileStat | undefined {
    return this.#look("stat", path, () => this.#files.tryStat(path));
  }

  tryLstat(path: string): FileStat | undefined {
    return this.#look("lstat", path, () => this.#files.tryLstat(path));
  }

  list(path: string): readonly FolderEntry[] {
    return this.#look("stat", path, () => this.#files.list(path));
  }

  tryList(path: string): readonly FolderEntry[] | undefined {
    return this.#look("stat", path, () => this.#files.tryList(path));
  }

  read(path: string): Uint8Array {
    return this.#look("stat", path, () => this.#files.read(path));
  }

  tryRead(path: string): Uint8Array | undefined {
    return this.#look("stat", path, () => this.#files.tryRead(path));
  }

  readText(path: string): string {
    if (!isMadeUp(path)) return this.#look("stat", path, () => this.#files.readText(path));
    const text = this.#files.readText(path);
    this.#notes.answer("text", path, text);
    return text;
  }

  tryReadText(path: string): string | undefined {
    if (!isMadeUp(path)) return this.#look("stat", path, () => this.#files.tryReadText(path));
    const text = this.#files.tryReadText(path);
    if (text === undefined) this.#notes.path("stat", path, false);
    else this.#notes.answer("text", path, text);
    return text;
  }

  readAt(path: string, offset: number, length: number): Uint8Array {
    return this.#look("stat", path, () => this.#files.readAt(path, offset, length));
  }

  readLink(path: string): string {
    return this.#look("lstat", path, () => this.#files.readLink(path));
  }

  realPath(path: string): string {
    const target = this.#look("stat", path, () => this.#files.realPath(path));
    this.#notes.answer("real", path, target);
    return target;
  }

  write(
    path: string,
    content: Uint8Array | string | Iterable<Uint8Array>,
    options?: WriteOptions,
  ): void {
    this.#changing(path).write(path, content, options);
  }

  append(
    path: string,
    content: Uint8Array | string,
    options?: { readonly durable?: boolean },
  ): void {
    this.#changing(path).append(path, content, options);
  }

  writeAt(path: string, offset: number, content: Uint8Array): void {
    this.#changing(path).writeAt(path, offset, content);
  }

  makeFolder(path: string): void {
    if (!this.#isStaged(path)) return this.#changing(path).makeFolder(path);
    this.#log.makeFolder(path);
    this.#files.makeFolder(path);
  }

  makeFolders(path: string): void {
    this.#changing(path).makeFolders(path);
  }

  remove(path: string): void {
    this.#changing(path).remove(path);
  }

  tryRemove(path: string): boolean {
    return this.#changing(path).tryRemove(path);
  }

  removeEmptyFolder(path: string): void {
    this.#changing(path).removeEmptyFolder(path);
  }

  removeTree(path: string): void {
    this.#changing(path).removeTree(path);
  }

  removeSoon(path: string): void {
    this.#changing(path).removeSoon(path);
  }

  rename(from: string, to: string): void {
    this.#changing(from, to).rename(from, to);
  }

  exchange(a: string, b: string): boolean {
    return this.#changing(a, b).exchange(a, b);
  }

  link(from: string, to: string): void {
    this.#changing(to).link(from, to);
  }

  copy(from: string, to: string): void {
    this.#changing(to).copy(from, to);
  }

  symlink(target: string, path: string): void {
    if (!this.#isStaged(path)) return this.#changing(path).symlink(target, path);
    this.#log.symlink(target, path);
    this.#files.symlink(target, path);
  }

  chmod(path: string, mode: number): void {
    this.#changing(path).chmod(path, mode);
  }

  setModified(path: string, time: number): void {
    this.#changing(path).setModified(path, time);
  }

  linkTree(links: TreeLinks): LinkMode {
    if (!this.#isStaged(links.to)) return this.#changing(links.to).linkTree(links);
    this.#log.linkTree(links);
    return this.#files.linkTree(links);
  }

  assemble(assembly: Assembly): void {
    if (!this.#isStaged(assembly.to)) return this.#changing(assembly.to).assemble(assembly);
    this.#files.assemble(this.#log.assemble(assembly));
  }

  flush(path: string): void {
    this.#changing(path).flush(path);
  }

  makeTemporaryFolder(parent: string, prefix: string): string {
    return this.#changing(parent).makeTemporaryFolder(parent, prefix);
  }

  lock(path: string, options: LockOptions): Promise<FileLock | undefined> {
    this.#notes.lock();
    return this.#files.lock(path, options);
  }

  #isStaged(path: string): boolean {
    return this.#notes.isNoting && this.#log.covers(path);
  }

  #changing(...paths: readonly string[]): Files {
    for (const path of paths) this.#notes.change(path);
    return this.#files;
  }

  #look<T>(how: "stat" | "lstat", path: string, work: () => T): T {
    // The one device that always says the same, and what this run lays out itself.
    if (!this.#notes.isNoting || path === "/dev/null" || this.#log.covers(path)) return work();
    try {
      const found = work();
      this.#notes.path(how, path, found !== undefined);
      return found;
    } catch (error) {
      const errno = errnoOf(error);
      // What may not be read today may be read tomorrow, for reasons that lie elsewhere.
      if (errno === "ENOENT" || errno === "ENOTDIR") this.#notes.path(how, path, false);
      else this.#notes.spoil();
      throw error;
    }
  }
}
