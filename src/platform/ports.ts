/*
 * What the rooms above may ask of the machine. The real answers are in `platform/real/`, the imagined
 * ones in `platform/memory/`; they meet in `cli/wiring.ts`. Paths are absolute and use `/` on POSIX.
 * File operations are synchronous: on a local disk that is two to three times faster than promises, and a
 * fault test can count them.
 */

export type FileKind = "file" | "folder" | "link" | "other";

export type FileStat = {
  readonly kind: FileKind;
  readonly size: number;
  /** Milliseconds since 1970, with fractions. */
  readonly mtime: number;
  /** When anything about it changed last, its name and mode included; nobody can set it. In milliseconds since 1970. */
  readonly changed: number;
  readonly mode: number;
  readonly ino: number;
  readonly dev: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
};

export type FolderEntry = { readonly name: string; readonly kind: FileKind };

export type WriteOptions = {
  /** Permission bits before the umask; 0o666 when left out. */
  readonly mode?: number;
  /** Fail with `EEXIST` instead of replacing. */
  readonly exclusive?: boolean;
  /** Return only after the content has reached the disk. */
  readonly durable?: boolean;
};

/** Files to put into one folder tree in a row; see {@link Files.linkTree}. */
export type TreeLinks = {
  /** Folder that holds the originals. */
  readonly from: string;
  /** Folder that receives them; it exists. */
  readonly to: string;
  /** Relative folders to make below `to`, parents before children. An existing folder is fine. */
  readonly folders: readonly string[];
  /** Relative paths of the files, the same on both sides. */
  readonly files: readonly string[];
  readonly mode: LinkMode;
};

/** What one folder gets out of many others; see {@link Files.assemble}. Paths are relative to `to`. */
export type Assembly = {
  /** Folder that receives it all; it exists. */
  readonly to: string;
  /** Folders that come first, parents before children: for {@link writes}, and for several trees. An existing one is fine. */
  readonly folders: readonly string[];
  /** Files with content of their own, in {@link folders} or in none. Each is asked for its content once. */
  readonly writes: readonly NewFile[];
  /** Laid several at a time: none needs a folder that another one makes. */
  readonly trees: readonly AssembledTree[];
  /** Symbolic links, made last. */
  readonly links: readonly string[];
  /** Where they lead; one per link. */
  readonly targets: readonly string[];
  readonly mode: LinkMode;
};

export type NewFile = {
  readonly path: string;
  readonly content: () => Uint8Array | string | Iterable<Uint8Array>;
  /** A file with the rest of the content. */
  readonly rest?: string;
  /** As in {@link WriteOptions}. */
  readonly mode?: number;
};

/** Folders of an {@link Assembly} with what they receive. */
export type AssembledTree = {
  /** Folders to make, parents before children. An existing one is fine. */
  readonly folders: readonly string[];
  readonly sources: readonly FilesFrom[];
};

/** Files that lie in another folder under the same paths. */
export type FilesFrom = {
  readonly from: string;
  readonly files: readonly string[];
  /** Copied, whatever the {@link Assembly} does with others. */
  readonly isCopied?: boolean;
};

/** How a file of the store gets into an environment. Each falls back to `copy` where the system refuses it. */
export type LinkMode = "hardlink" | "clone" | "copy";

/** A folder in which new files and folders are made, by paths relative to it; closed at the end. */
export interface OpenFolder {
  /** As {@link Files.makeFolder}. */
  makeFolder(path: string): void;
  /** As {@link Files.write} of a file that must not be there. */
  writeNew(path: string, content: Uint8Array | Iterable<Uint8Array>, mode: number): void;
  close(): void;
}

/**
 * The file system. Failures are errors with an errno name in `code` (`ENOENT`, `ENOSPC`, …), as
 * `node:fs` throws them; `try…` variants answer `undefined` when nothing is there (`ENOENT`, `ENOTDIR`).
 */
export interface Files {
  /** Follows links. */
  tryStat(path: string): FileStat | undefined;
  /** Does not follow links. */
  tryLstat(path: string): FileStat | undefined;
  list(path: string): readonly FolderEntry[];
  tryList(path: string): readonly FolderEntry[] | undefined;
  read(path: string): Uint8Array;
  tryRead(path: string): Uint8Array | undefined;
  readText(path: string): string;
  tryReadText(path: string): string | undefined;
  /** Reads `length` bytes at `offset`; fewer at the end of the file. */
  readAt(path: string, offset: number, length: number): Uint8Array;
  /** Content in pieces is asked for piece by piece, so that it need not be in memory as a whole. */
  write(
    path: string,
    content: Uint8Array | string | Iterable<Uint8Array>,
    options?: WriteOptions,
  ): void;
  append(
    path: string,
    content: Uint8Array | string,
    options?: { readonly durable?: boolean },
  ): void;
  /** For writing thousands of files below one folder; where it is left out, they are written one by one. */
  openFolder?(path: string): OpenFolder;
  /** Replaces bytes in the middle of a file that is there, in one step; beyond its end it grows. */
  writeAt(path: string, offset: number, content: Uint8Array): void;
  makeFolder(path: string): void;
  makeFolders(path: string): void;
  /** Removes a file or a link, never a folder. */
  remove(path: string): void;
  tryRemove(path: string): boolean;
  removeEmptyFolder(path: string): void;
  /** Removes whatever is there, links not followed; nothing there is fine. */
  removeTree(path: string): void;
  /** {@link removeTree} for those who end at once: what takes long goes on behind their back, and a failure is not told. */
  removeSoon(path: string): void;
  rename(from: string, to: string): void;
  /** Swaps two paths in one step; `false` where the system cannot, and nothing has happened then. */
  exchange(a: string, b: string): boolean;
  link(from: string, to: string): void;
  /**
   * Content, permission bits and time of change, so that compiled modules fit the copy as well; writable by its owner.
   * Shares blocks where the system can. Refuses an existing target.
   */
  copy(from: string, to: string): void;
  symlink(target: string, path: string): void;
  readLink(path: string): string;
  realPath(path: string): string;
  chmod(path: string, mode: number): void;
  /** Sets the time of the last change, in milliseconds since 1970. */
  setModified(path: string, time: number): void;
  /** Makes the folders, then links (or copies) the files; several at a time. Answers the mode that was used. */
  linkTree(links: TreeLinks): LinkMode;
  /** Makes folders, writes new files, lays the trees, then makes the symbolic links; several at a time. */
  assemble(assembly: Assembly): void;
  /** Flushes a file's or folder's entry to the disk. */
  flush(path: string): void;
  /** A new folder with a name nobody else has: `parent/prefix…`. */
  makeTemporaryFolder(parent: string, prefix: string): string;
  /**
   * An advisory lock on a file, made when missing and left behind. Waits for the holder and reports once that it
   * does; `undefined` when `wait` is false and somebody holds it.
   */
  lock(path: string, options: LockOptions): Promise<FileLock | undefined>;
}

export type LockOptions = {
  readonly shared?: boolean;
  readonly wait?: boolean;
  /** Told once, before waiting, with what the holder wrote into the file, or those who share the lock; empty where nobody did. */
  readonly onWait?: (holder: string) => void;
  /** What this holder writes into the file, for those who wait; a line. */
  readonly holder?: string;
};

export interface FileLock {
  release(): void;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Whether a moment, in milliseconds since 1970, is still to come. In place of {@link now} where no more is wanted. */
  isBefore(moment: number): boolean;
  /** Milliseconds since some moment: for what is shown and for pauses. Nothing that lasts may rest on it. */
  elapsed(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export type ProcessRequest = {
  readonly argv: readonly [string, ...string[]];
  readonly cwd?: string;
  /** The whole environment of the child; the parent's when left out. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Milliseconds until the child and its children are killed. */
  readonly timeout?: number;
  /** Kills the child and its children. */
  readonly signal?: AbortSignal;
  /** The child has the terminal: it reads and writes what pkm would, and nothing of it is in the result. */
  readonly hasTerminal?: boolean;
};

export type ProcessResult = {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
};

export interface Processes {
  /** Runs to the end; a program that cannot be started throws an errno error. */
  run(request: ProcessRequest): Promise<ProcessResult>;
}

export type NetworkRequest = {
  readonly method: "GET" | "HEAD" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly signal?: AbortSignal;
  readonly tls?: TlsOptions;
  /** The proxy to use; none when left out, whatever the process's environment says. */
  readonly proxy?: string;
  /** Told of every piece of the body that {@link NetworkResponse.bytes} receives, in bytes before decoding. */
  readonly onProgress?: (bytes: number) => void;
  /** What comes before a connection breaks is wanted, even if getting it is slower; proxies are the exception. */
  readonly isCareful?: boolean;
};

export type TlsOptions = {
  /** PEM texts trusted beside the system's roots. */
  readonly extraRoots?: readonly string[];
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  /** False for a host named by `--trusted-host`. */
  readonly verify?: boolean;
};

export type NetworkResponse = {
  readonly status: number;
  readonly headers: Headers;
  /** Decoded as `Content-Encoding` says; `null` for a response without a body. */
  readonly body: ReadableStream<Uint8Array> | null;
  /** The whole decoded body; refuses with `RangeError` beyond `limit` bytes. */
  bytes(limit: number): Promise<Uint8Array>;
  /** The whole body as it came, where it may be unpacked on another thread. In place of `bytes`. */
  packed?(limit: number): Promise<PackedBody>;
  /** Gives up a body that nobody wants to read (any more), so that its connection is free again. */
  discard(): void;
};

/** A body that was not decoded yet. */
export type PackedBody = {
  readonly bytes: Uint8Array;
  /** The codings to undo, the one applied last first; `platform/real/content-coding.ts` knows how. */
  readonly encodings: readonly string[];
  /** What {@link NetworkResponse.bytes} would have answered. */
  unpack(limit: number): Uint8Array;
};

export interface Network {
  /** One exchange: no redirects are followed, nothing is retried. A failed connection throws. */
  send(request: NetworkRequest): Promise<NetworkResponse>;
}

export interface Inflate {
  /** Raw deflate. Throws unless the whole input makes exactly `size` bytes; never allocates more than that. */
  inflateRaw(compressed: Uint8Array, size: number): Uint8Array;
  /**
   * {@link inflateRaw} piece by piece, in little memory: each piece is overwritten by the next. A stream that is not
   * as declared throws behind its last good piece.
   */
  inflatePieces(compressed: Uint8Array, size: number): Iterable<Uint8Array>;
  /** The one piece of {@link inflatePieces}, for a stream of at most so many bytes as fit into one. */
  inflateShort(compressed: Uint8Array, size: number): Uint8Array;
  /** The most that {@link inflateShort} takes. */
  readonly shortSize: number;
  /** Throws `RangeError` when the output is longer than `limit`, and another error when the input is damaged. */
  gunzip(compressed: Uint8Array, limit: number): Uint8Array;
  /** {@link gunzip} for zstd. */
  unzstd(compressed: Uint8Array, limit: number): Uint8Array;
  /** What {@link gunzip} reads; the same content gives the same bytes. */
  gzip(content: Uint8Array): Uint8Array;
  /** What {@link inflateRaw} reads, as small as zlib makes it; the same content gives the same bytes. */
  deflateRaw(content: Uint8Array): Uint8Array;
  /** The checksum of zip and gzip, unsigned; `before` is that of what came before `content`. */
  crc32(content: Uint8Array, before?: number): number;
}

export interface Hashing {
  /**
   * `algorithm` as hashlib and indexes name it (`sha256`, `md5`, `blake2b` …). Hexadecimal, or URL-safe base64 without
   * padding as RECORD has it.
   */
  digest(algorithm: string, content: Uint8Array | string, encoding?: "hex" | "base64url"): string;
  start(algorithm: string): RunningHash;
}

export interface RunningHash {
  update(content: Uint8Array): void;
  /** The digest, once, at the end. */
  hex(): string;
  /** {@link hex} in the spelling of RECORD. */
  base64url(): string;
}

/** Work that other threads do. Messages are structured clones; buffers in `transfer` change hands. */
export interface Workers {
  /** Threads that can run at the same time. */
  readonly cores: number;
  /** Starts a worker from one of the program's own files; see `platform/real/worker.ts`. */
  start(file: WorkerFile): WorkerThread;
}

/** Files that run as workers, by room and name; each is an entry point of the build. */
export type WorkerFile =
  | "store/unpack-worker"
  | "repository/page-worker"
  | "platform/real/link-worker";

export interface WorkerThread {
  /**
   * Sends a message and waits for the answer; messages sent meanwhile are answered in turn. Throws the error that the
   * worker's handler threw.
   */
  ask(message: unknown, transfer?: readonly ArrayBuffer[]): Promise<unknown>;
  stop(): void;
}

/** The system's own keyring: Keychain, Secret Service, Credential Manager. */
export interface Secrets {
  /** `undefined` when there is none, or no keyring at all. */
  password(service: string, username: string): Promise<string | undefined>;
}

/** What the operating system says about itself and the user; fixed for one run. */
export type Host = {
  readonly os: "linux" | "macos" | "windows";
  /** As Node names it: `x64`, `arm64`, … */
  readonly arch: string;
  readonly home: string;
  readonly temporaryFolder: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly userId: number | undefined;
  readonly processId: number;
  /** What comes in by standard input, to its end. */
  readonly input: () => Promise<Uint8Array>;
};

/** Being asked to end: by Ctrl-C, by a terminal that closes, by another process. */
export interface Interrupts {
  /**
   * Does `clean` before the process ends so; calling the answer takes it back. It ends by the same signal, or with the
   * status that one of those who clean answers. Those who tell somebody come first, so that nobody waits for a word.
   */
  before(clean: () => void | number, what?: "cleans" | "tells"): () => void;
}

/** Everything at once, as `cli/wiring.ts` makes it. Functions ask for the parts they need with `Pick`. */
export type World = {
  readonly files: Files;
  readonly clock: Clock;
  readonly processes: Processes;
  readonly workers: Workers;
  readonly network: Network;
  readonly inflate: Inflate;
  readonly hashing: Hashing;
  readonly host: Host;
  /** Where nothing can be interrupted, in tests above all, it is left out. */
  readonly interrupts?: Interrupts;
  /** Told when work turns out long: the runtime may then take more trouble to do it fast. */
  readonly expectLongWork?: () => void;
};
