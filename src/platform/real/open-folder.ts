import { busyForSeconds } from "#base/busy-code";
import type { Pointer } from "bun:ffi";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { errnoOf } from "#base/errors";
import type { Files, OpenFolder } from "#platform/ports";
import { asNewFile, newFileCalls, type NewFileCalls } from "./system-calls.ts";

/**
 * Opens a folder for {@link Files.openFolder}. Where the system has such calls, paths are relative to the open folder: of
 * a path of ten parts the kernel need not find the first eight again for each of twenty thousand files. What such a call
 * refuses is done again with the whole path by `node:fs`, which tells the reason, or succeeds.
 */
export function openRealFolder(path: string, files: FolderFiles): OpenFolder {
  const calls = newFileCalls();
  return calls === undefined ? new NamedFolder(path, files) : new HeldFolder(path, calls, files);
}

type FolderFiles = Pick<Files, "makeFolder" | "write">;

class NamedFolder implements OpenFolder {
  readonly #path: string;
  readonly #files: FolderFiles;

  constructor(path: string, files: FolderFiles) {
    this.#path = path;
    this.#files = files;
  }

  makeFolder(path: string): void {
    this.#files.makeFolder(`${this.#path}/${path}`);
  }

  writeNew(path: string, content: Uint8Array | Iterable<Uint8Array>, mode: number): void {
    this.#files.write(`${this.#path}/${path}`, content, { exclusive: true, mode });
  }

  close(): void {}
}

class HeldFolder implements OpenFolder {
  readonly #named: NamedFolder;
  readonly #path: string;
  readonly #calls: NewFileCalls;
  readonly #folder: number;
  readonly #spelled = Buffer.allocUnsafe(longestPath);
  readonly #address: Pointer;

  constructor(path: string, calls: NewFileCalls, files: FolderFiles) {
    this.#named = new NamedFolder(path, files);
    this.#path = path;
    this.#calls = calls;
    this.#folder = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
    this.#address = calls.addressOf(this.#spelled);
  }

  makeFolder(path: string): void {
    if (!this.spell(path) || this.#calls.makeFolderAt(this.#folder, this.#address) < 0)
      this.#named.makeFolder(path);
  }

  writeNew(path: string, content: Uint8Array | Iterable<Uint8Array>, mode: number): void {
    const fd = this.spell(path)
      ? this.#calls.openAt(this.#folder, this.#address, asNewFile, mode)
      : -1;
    if (fd < 0) {
      this.#named.writeNew(path, content, mode);
      return;
    }
    let isClosed = false;
    try {
      if (content instanceof Uint8Array) this.append(fd, content);
      else for (const piece of content) this.append(fd, piece);
      isClosed = true;
      // Some file systems tell only now that there was no room.
      if (this.#calls.close(fd) < 0)
        throw Object.assign(new Error("EIO: close"), { code: "EIO", syscall: "close" });
    } catch (error) {
      // A call with a descriptor fails without saying for which file.
      if (errnoOf(error) !== undefined)
        Object.assign(error as Error, { path: `${this.#path}/${path}` });
      throw error;
    } finally {
      if (!isClosed) this.#calls.close(fd);
    }
  }

  close(): void {
    closeSync(this.#folder);
  }

  private append(fd: number, content: Uint8Array): void {
    const { length } = content;
    if (length === 0) return;
    let done = length < mostAtOnce ? Math.max(0, this.#calls.write(fd, content, length)) : 0;
    while (done < length) done += writeSync(fd, content, done, length - done);
  }

  /** Puts the path where the calls find it; false when they must not be asked for it. */
  private spell(path: string): boolean {
    // Three bytes are the most that a UTF-16 unit takes.
    if (path.length * 3 >= longestPath || path.includes("\0")) return false;
    this.#spelled[this.#spelled.write(path, 0, "utf8")] = 0;
    return true;
  }
}

const longestPath = 16 * 1024;
const mostAtOnce = 2 ** 30;

busyForSeconds(HeldFolder);
