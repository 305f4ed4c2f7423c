import type {
  Assembly,
  FileLock,
  Files,
  FileStat,
  FolderEntry,
  LinkMode,
  LockOptions,
  TreeLinks,
  WriteOptions,
} from "#platform/ports";
import { assembleOneByOne, failure, linkOneByOne, wholeOf } from "./files.ts";

/** What happens at the chosen operation: an errno error instead of the work, or the end of the process. */
export type Fault =
  | { readonly at: number; readonly errno: string }
  | {
      readonly at: number;
      /** Before the operation, or after half of it: a write that stopped in the middle. */
      readonly kill: "before" | "torn";
    };

/** The process "died": nothing may catch this, and every operation after it throws it again. */
export class Killed extends Error {
  constructor() {
    super("the process was killed");
    this.name = "Killed";
  }
}

/**
 * Any {@link Files} with every changing operation counted and one of them failing. `linkTree`, `assemble`, `removeTree` and
 * `makeFolders` are taken apart into their single operations first, so that each of those can be the one.
 */
export class FaultyFiles implements Files {
  readonly #files: Files;
  readonly #fault: Fault | undefined;
  readonly #log: string[] = [];
  #dead = false;

  constructor(files: Files, fault?: Fault) {
    this.#files = files;
    this.#fault = fault;
  }

  /** Changing operations so far; a run without a fault tells how many there are to fail. */
  get count(): number {
    return this.#log.length;
  }

  /** The operations in order, as `rename /a /b`. */
  get log(): readonly string[] {
    return this.#log;
  }

  tryStat(path: string): FileStat | undefined {
    return this.#alive().tryStat(path);
  }

  tryLstat(path: string): FileStat | undefined {
    return this.#alive().tryLstat(path);
  }

  list(path: string): readonly FolderEntry[] {
    return this.#alive().list(path);
  }

  tryList(path: string): readonly FolderEntry[] | undefined {
    return this.#alive().tryList(path);
  }

  read(path: string): Uint8Array {
    return this.#alive().read(path);
  }

  tryRead(path: string): Uint8Array | undefined {
    return this.#alive().tryRead(path);
  }

  readText(path: string): string {
    return this.#alive().readText(path);
  }

  tryReadText(path: string): string | undefined {
    return this.#alive().tryReadText(path);
  }

  readAt(path: string, offset: number, length: number): Uint8Array {
    return this.#alive().readAt(path, offset, length);
  }

  readLink(path: string): string {
    return this.#alive().readLink(path);
  }

  realPath(path: string): string {
    return this.#alive().realPath(path);
  }

  write(
    path: string,
    given: Uint8Array | string | Iterable<Uint8Array>,
    options?: WriteOptions,
  ): void {
    const content = wholeOf(given);
    const half = (): void =>
      this.#files.write(path, content.slice(0, content.length >> 1), options);
    this.#step("write", [path], () => this.#files.write(path, content, options), half);
  }

  append(
    path: string,
    content: Uint8Array | string,
    options?: { readonly durable?: boolean },
  ): void {
    const half = (): void =>
      this.#files.append(path, content.slice(0, content.length >> 1), options);
    this.#step("append", [path], () => this.#files.append(path, content, options), half);
  }

  writeAt(path: string, offset: number, content: Uint8Array): void {
    const half = (): void =>
      this.#files.writeAt(path, offset, content.slice(0, content.length >> 1));
    this.#step("writeAt", [path], () => this.#files.writeAt(path, offset, content), half);
  }

  makeFolder(path: string): void {
    this.#step("makeFolder", [path], () => this.#files.makeFolder(path));
  }

  makeFolders(path: string): void {
    const missing: string[] = [];
    for (
      let at = path;
      at !== "" && this.tryStat(at) === undefined;
      at = at.slice(0, at.lastIndexOf("/"))
    )
      missing.push(at);
    if (missing.length === 0) this.#alive().makeFolders(path);
    for (const folder of missing.reverse()) this.makeFolder(folder);
  }

  remove(path: string): void {
    this.#step("remove", [path], () => this.#files.remove(path));
  }

  tryRemove(path: string): boolean {
    if (this.tryLstat(path) === undefined) return false;
    return this.#step("remove", [path], () => this.#files.tryRemove(path));
  }

  removeEmptyFolder(path: string): void {
    this.#step("removeEmptyFolder", [path], () => this.#files.removeEmptyFolder(path));
  }

  removeTree(path: string): void {
    const there = this.tryLstat(path);
    if (there === undefined) return;
    if (there.kind !== "folder") return this.remove(path);
    for (const entry of this.list(path)) this.removeTree(`${path}/${entry.name}`);
    this.removeEmptyFolder(path);
  }

  removeSoon(path: string): void {
    this.removeTree(path);
  }

  rename(from: string, to: string): void {
    this.#step("rename", [from, to], () => this.#files.rename(from, to));
  }

  exchange(a: string, b: string): boolean {
    return this.#step("exchange", [a, b], () => this.#files.exchange(a, b));
  }

  link(from: string, to: string): void {
    this.#step("link", [from, to], () => this.#files.link(from, to));
  }

  copy(from: string, to: string): void {
    const half = (): void => {
      const content = this.#files.read(from);
      this.#files.write(to, content.slice(0, content.length >> 1), { exclusive: true });
    };
    this.#step("copy", [from, to], () => this.#files.copy(from, to), half);
  }

  symlink(target: string, path: string): void {
    this.#step("symlink", [target, path], () => this.#files.symlink(target, path));
  }

  setModified(path: string, time: number): void {
    this.#step("utime", [path], () => this.#files.setModified(path, time));
  }

  chmod(path: string, mode: number): void {
    this.#step("chmod", [path, mode.toString(8)], () => this.#files.chmod(path, mode));
  }

  linkTree(links: TreeLinks): LinkMode {
    return linkOneByOne(links, this);
  }

  assemble(assembly: Assembly): void {
    assembleOneByOne(assembly, this);
  }

  flush(path: string): void {
    this.#step("flush", [path], () => this.#files.flush(path));
  }

  makeTemporaryFolder(parent: string, prefix: string): string {
    return this.#step("makeTemporaryFolder", [parent, prefix], () =>
      this.#files.makeTemporaryFolder(parent, prefix),
    );
  }

  /** The process "dies" now, between two operations. */
  kill(): void {
    this.#dead = true;
    for (const lock of this.#held) lock.release();
  }

  /** A dead process holds no locks: the kernel lets go of them, and so does this. */
  async lock(path: string, options: LockOptions): Promise<FileLock | undefined> {
    const lock = await this.#alive().lock(path, options);
    if (lock !== undefined) this.#held.add(lock);
    return lock;
  }

  readonly #held = new Set<FileLock>();

  #alive(): Files {
    if (this.#dead) throw new Killed();
    return this.#files;
  }

  #step<T>(name: string, places: readonly string[], work: () => T, half?: () => void): T {
    this.#alive();
    this.#log.push(`${name} ${places.join(" ")}`);
    const fault = this.#fault;
    if (fault === undefined || fault.at !== this.#log.length) return work();
    if ("errno" in fault) throw failure(fault.errno, name, places[0] ?? "", places[1]);
    if (fault.kill === "torn") half?.();
    this.kill();
    throw new Killed();
  }
}
