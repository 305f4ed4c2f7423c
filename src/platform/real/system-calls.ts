import { constants, lstatSync } from "node:fs";
import type * as Ffi from "bun:ffi";

/*
 * The few calls of the C library that `node:fs` does not offer. The library is opened at the first use:
 * commands that only read never pay for it.
 */

/** Swaps two paths in one step; `false` where the kernel or the file system cannot. */
export function exchangePaths(a: string, b: string): boolean {
  const library = system();
  if (library === undefined) return false;
  if (library.exchange(a, b)) return true;
  // Told apart here rather than by errno, which other calls of the runtime may have overwritten by now.
  lstatSync(a);
  lstatSync(b);
  const errno = library.lastError();
  if (errno === EACCES || errno === EPERM || errno === EROFS || errno === EBUSY || errno === EXDEV)
    throw failure(errno, "rename", a, b);
  return false;
}

/** One attempt at `flock`; `undefined` where there is no such call or the file system does not know it. */
export function tryFlock(fd: number, shared: boolean): boolean | undefined {
  const library = system();
  if (library === undefined) return undefined;
  if (library.flock(fd, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB)) return true;
  return library.lastError() === EWOULDBLOCK[process.platform === "darwin" ? 1 : 0]
    ? false
    : undefined;
}

/** The calls that {@link LayWork} makes by the ten thousand; `undefined` where the library cannot be opened. */
export function folderCalls(): FolderCalls | undefined {
  return system();
}

export type FolderCalls = {
  makeFolderAt(folder: number, path: Ffi.Pointer): boolean;
  /** A hard link below one open folder of a file below another, under another path. */
  linkInto(from: number, original: Ffi.Pointer, to: number, path: Ffi.Pointer): boolean;
  /** Where the bytes lie; they are not moved while somebody holds them. */
  addressOf(bytes: Uint8Array): number;
};

/**
 * The calls that {@link RealFolder} makes by the ten thousand; `undefined` where there are none. `openat` is only to be had
 * where a function of any number of arguments is called like any other, which is not so on macOS.
 */
export function newFileCalls(): NewFileCalls | undefined {
  return process.platform === "linux"
    ? (openedFor ??= openNewFiles() ?? false) || undefined
    : undefined;
}

/** Numbers below zero are failures, whose reason nobody looks at: the same is done again by `node:fs`, which tells it. */
export type NewFileCalls = {
  makeFolderAt(folder: number, path: Ffi.Pointer): number;
  /** An absolute path needs no folder. */
  openAt(folder: number, path: Ffi.Pointer, flags: number, mode: number): number;
  /** Both take less than two gigabytes. */
  read(fd: number, room: Uint8Array, length: number): number;
  write(fd: number, content: Uint8Array, length: number): number;
  close(fd: number): number;
  /** Where the bytes lie; they are not moved while somebody holds them. */
  addressOf(bytes: Uint8Array): Ffi.Pointer;
};

/** `O_CLOEXEC` of Linux, which `node:fs` sets as well but does not name. */
const closedInPrograms = 0o2000000;

/** Flags for {@link NewFileCalls.openAt}: to read, and to make a file that is not there. */
export const toRead = constants.O_RDONLY | closedInPrograms;
export const asNewFile =
  constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | closedInPrograms;

let openedFor: NewFileCalls | false | undefined;

function openNewFiles(): NewFileCalls | undefined {
  const { dlopen, ptr } = process.getBuiltinModule("bun:ffi") as unknown as typeof Ffi;
  for (const name of linuxLibraries) {
    try {
      const { mkdirat, openat, read, write, close } = dlopen(name, {
        mkdirat: { args: ["i32", "ptr", "u32"], returns: "i32" },
        openat: { args: ["i32", "ptr", "i32", "u32"], returns: "i32" },
        read: { args: ["i32", "ptr", "u32"], returns: "i32" },
        write: { args: ["i32", "ptr", "u32"], returns: "i32" },
        close: { args: ["i32"], returns: "i32" },
      }).symbols;
      return {
        makeFolderAt: (folder, path) => mkdirat(folder, path, 0o777),
        openAt: openat,
        read,
        write,
        close,
        addressOf: (bytes) => ptr(bytes),
      };
    } catch {
      continue;
    }
  }
  return undefined;
}

const linuxLibraries = [
  "libc.so.6",
  `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`,
];

const EPERM = 1;
const EACCES = 13;
const EBUSY = 16;
const EXDEV = 18;
const EROFS = 30;
const EWOULDBLOCK = [11, 35] as const;
const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;
const AT_FDCWD = -100;
const RENAME_EXCHANGE = 2;
const RENAME_SWAP = 2;

const errnoNames: Readonly<Record<number, string>> = {
  [EPERM]: "EPERM",
  [EACCES]: "EACCES",
  [EBUSY]: "EBUSY",
  [EXDEV]: "EXDEV",
  [EROFS]: "EROFS",
};

type System = FolderCalls & {
  exchange(a: string, b: string): boolean;
  flock(fd: number, operation: number): boolean;
  lastError(): number;
};

let opened: System | false | undefined;

function system(): System | undefined {
  opened ??= open() ?? false;
  return opened === false ? undefined : opened;
}

function open(): System | undefined {
  if (process.platform === "win32") return undefined;
  const ffi = process.getBuiltinModule("bun:ffi") as unknown as typeof Ffi;
  return process.platform === "darwin" ? openDarwin(ffi) : openLinux(ffi);
}

function openLinux({ dlopen, ptr, read }: typeof Ffi): System | undefined {
  // glibc and musl by their names; renameat2 is reached by number because musl and old glibc lack the wrapper.
  const renameat2 = process.arch === "arm64" ? 276 : process.arch === "x64" ? 316 : undefined;
  for (const name of linuxLibraries) {
    try {
      const { symbols } = dlopen(name, {
        syscall: { args: ["i64", "i64", "ptr", "i64", "ptr", "u64"], returns: "i64" },
        flock: { args: ["i32", "i32"], returns: "i32" },
        ...folderSymbols,
        __errno_location: { args: [], returns: "ptr" },
      });
      return {
        exchange: (a, b) =>
          renameat2 !== undefined &&
          Number(
            symbols.syscall(
              renameat2,
              AT_FDCWD,
              ptr(text(a)),
              AT_FDCWD,
              ptr(text(b)),
              RENAME_EXCHANGE,
            ),
          ) === 0,
        flock: (fd, operation) => symbols.flock(fd, operation) === 0,
        lastError: () => read.i32(symbols.__errno_location() as Ffi.Pointer, 0),
        ...folderCallsOf(symbols, ptr),
      };
    } catch {
      continue;
    }
  }
  return undefined;
}

function openDarwin({ dlopen, ptr, read }: typeof Ffi): System | undefined {
  try {
    const { symbols } = dlopen("libSystem.B.dylib", {
      renamex_np: { args: ["ptr", "ptr", "u32"], returns: "i32" },
      flock: { args: ["i32", "i32"], returns: "i32" },
      ...folderSymbols,
      __error: { args: [], returns: "ptr" },
    });
    return {
      exchange: (a, b) => symbols.renamex_np(ptr(text(a)), ptr(text(b)), RENAME_SWAP) === 0,
      flock: (fd, operation) => symbols.flock(fd, operation) === 0,
      lastError: () => read.i32(symbols.__error() as Ffi.Pointer, 0),
      ...folderCallsOf(symbols, ptr),
    };
  } catch {
    return undefined;
  }
}

const folderSymbols = {
  linkat: { args: ["i32", "ptr", "i32", "ptr", "i32"], returns: "i32" },
  mkdirat: { args: ["i32", "ptr", "u32"], returns: "i32" },
} as const;

function folderCallsOf(
  { linkat, mkdirat }: Ffi.ConvertFns<typeof folderSymbols>,
  ptr: typeof Ffi.ptr,
): FolderCalls {
  return {
    makeFolderAt: (folder, path) => mkdirat(folder, path, 0o777) === 0,
    linkInto: (from, original, to, path) => linkat(from, original, to, path, 0) === 0,
    addressOf: (bytes) => ptr(bytes),
  };
}

function text(path: string): Buffer {
  return Buffer.from(`${path}\0`);
}

function failure(errno: number, syscall: string, path: string, dest: string): Error {
  const code = errnoNames[errno] ?? `E${errno}`;
  return Object.assign(new Error(`${code}: ${syscall} '${path}' -> '${dest}'`), {
    code,
    errno: -errno,
    syscall,
    path,
    dest,
  });
}
