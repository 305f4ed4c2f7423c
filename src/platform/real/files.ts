import {
  appendFileSync,
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeSync,
  type Dirent,
  type Stats,
} from "node:fs";
import { errnoOf } from "#base/errors";
import type {
  Assembly,
  FileKind,
  FileLock,
  Files,
  FileStat,
  FolderEntry,
  LinkMode,
  LockOptions,
  OpenFolder,
  TreeLinks,
  WriteOptions,
} from "#platform/ports";
import { assembleFolder, linkFolderTree } from "./assemble.ts";
import { copyFile } from "./copy-file.ts";
import { lockFile } from "./file-lock.ts";
import { openRealFolder } from "./open-folder.ts";
import { exchangePaths } from "./system-calls.ts";
import { removeSoon } from "./remove-soon.ts";

/** The file system of this machine. */
export class RealFiles implements Files {
  tryStat(path: string): FileStat | undefined {
    return orNothing(() => statOf(statSync(path, quiet)));
  }

  tryLstat(path: string): FileStat | undefined {
    return orNothing(() => statOf(lstatSync(path, quiet)));
  }

  list(path: string): readonly FolderEntry[] {
    return readdirSync(path, { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      kind: kindOf(entry) ?? kindByLstat(`${path}/${entry.name}`),
    }));
  }

  tryList(path: string): readonly FolderEntry[] | undefined {
    return orNothing(() => this.list(path));
  }

  read(path: string): Uint8Array {
    return readFileSync(path);
  }

  tryRead(path: string): Uint8Array | undefined {
    return orNothing(() => readFileSync(path));
  }

  readText(path: string): string {
    return readFileSync(path, "utf8");
  }

  tryReadText(path: string): string | undefined {
    return orNothing(() => readFileSync(path, "utf8"));
  }

  readAt(path: string, offset: number, length: number): Uint8Array {
    const fd = openSync(path, constants.O_RDONLY);
    try {
      // A little room too much costs less than asking for the size.
      const available =
        length <= littleRoom ? length : Math.min(length, Math.max(0, fstatSync(fd).size - offset));
      const buffer = new Uint8Array(available);
      let done = 0;
      while (done < available) {
        const count = readSync(fd, buffer, done, available - done, offset + done);
        if (count === 0) break;
        done += count;
      }
      return done === available ? buffer : buffer.subarray(0, done);
    } finally {
      closeSync(fd);
    }
  }

  write(
    path: string,
    content: Uint8Array | string | Iterable<Uint8Array>,
    options: WriteOptions = {},
  ): void {
    const { O_CREAT, O_EXCL, O_TRUNC, O_WRONLY } = constants;
    const flags = O_WRONLY | O_CREAT | O_TRUNC | (options.exclusive === true ? O_EXCL : 0);
    const fd = openSync(path, flags, options.mode ?? 0o666);
    try {
      if (typeof content === "string" || content instanceof Uint8Array) writeAll(fd, content);
      else for (const piece of content) writeAll(fd, piece);
      if (options.durable === true) fsyncSync(fd);
    } catch (error) {
      throw withPath(error, path);
    } finally {
      closeSync(fd);
    }
  }

  append(
    path: string,
    content: Uint8Array | string,
    options: { readonly durable?: boolean } = {},
  ): void {
    appendFileSync(path, content);
    if (options.durable === true) this.flush(path);
  }

  writeAt(path: string, offset: number, content: Uint8Array): void {
    const fd = openSync(path, constants.O_WRONLY);
    try {
      writeAll(fd, content, offset);
    } catch (error) {
      throw withPath(error, path);
    } finally {
      closeSync(fd);
    }
  }

  openFolder(path: string): OpenFolder {
    return openRealFolder(path, this);
  }

  makeFolder(path: string): void {
    mkdirSync(path);
  }

  makeFolders(path: string): void {
    mkdirSync(path, { recursive: true });
  }

  remove(path: string): void {
    unlinkSync(path);
  }

  tryRemove(path: string): boolean {
    return orNothing(() => (unlinkSync(path), true)) ?? false;
  }

  removeEmptyFolder(path: string): void {
    rmdirSync(path);
  }

  removeTree(path: string): void {
    orNothing(() => rmSync(path, { recursive: true, force: true }));
  }

  removeSoon(path: string): void {
    removeSoon(path);
  }

  rename(from: string, to: string): void {
    renameSync(from, to);
  }

  exchange(a: string, b: string): boolean {
    return exchangePaths(a, b);
  }

  link(from: string, to: string): void {
    linkSync(from, to);
  }

  copy(from: string, to: string): void {
    copyFile(from, to);
  }

  symlink(target: string, path: string): void {
    symlinkSync(target, path);
  }

  readLink(path: string): string {
    return readlinkSync(path);
  }

  realPath(path: string): string {
    return realpathSync(path);
  }

  chmod(path: string, mode: number): void {
    chmodSync(path, mode);
  }

  setModified(path: string, time: number): void {
    utimesSync(path, time / 1000, time / 1000);
  }

  linkTree(links: TreeLinks): LinkMode {
    return linkFolderTree(links, this);
  }

  assemble(assembly: Assembly): void {
    assembleFolder(assembly, this);
  }

  flush(path: string): void {
    const fd = openSync(path, constants.O_RDONLY);
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  }

  makeTemporaryFolder(parent: string, prefix: string): string {
    return mkdtempSync(`${parent}/${prefix}`);
  }

  lock(path: string, options: LockOptions): Promise<FileLock | undefined> {
    return lockFile(path, options);
  }
}

const quiet = { throwIfNoEntry: false } as const;
const littleRoom = 4096;

/** Answers `undefined` where nothing is there: one rule for all the `try…` operations. */
function orNothing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    const code = errnoOf(error);
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG") return undefined;
    // The runtime refuses a path with a NUL character; nothing can be there.
    if ((error as { readonly code?: unknown }).code === "ERR_INVALID_ARG_VALUE") return undefined;
    throw error;
  }
}

function statOf(stats: Stats | undefined): FileStat | undefined {
  if (stats === undefined) return undefined;
  return {
    kind: kindOf(stats) ?? "other",
    size: stats.size,
    mtime: stats.mtimeMs,
    changed: stats.ctimeMs,
    mode: stats.mode & 0o7777,
    ino: stats.ino,
    dev: stats.dev,
    uid: stats.uid,
    gid: stats.gid,
    nlink: stats.nlink,
  };
}

function kindOf(entry: Dirent | Stats): FileKind | undefined {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "folder";
  if (entry.isSymbolicLink()) return "link";
  if (entry.isFIFO() || entry.isSocket() || entry.isCharacterDevice() || entry.isBlockDevice())
    return "other";
  // Some file systems do not say in the folder what an entry is.
  return undefined;
}

function kindByLstat(path: string): FileKind {
  const stats = orNothing(() => lstatSync(path, quiet));
  return (stats === undefined ? undefined : kindOf(stats)) ?? "other";
}

/** From where the file stands when `offset` is left out. */
function writeAll(fd: number, content: Uint8Array | string, offset?: number): void {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  let done = 0;
  while (done < bytes.length) {
    const at = offset === undefined ? null : offset + done;
    done += writeSync(fd, bytes, done, bytes.length - done, at);
  }
}

/** A write by descriptor fails without saying to which file. */
function withPath(error: unknown, path: string): unknown {
  if (errnoOf(error) !== undefined) Object.assign(error as Error, { path });
  return error;
}
