import { errnoOf, PkmError } from "#base/errors";
import { releaseMemory } from "#base/memory";
import type { Report } from "#base/report";
import { withoutCredentials } from "#base/url";
import type { HttpClient } from "#http/client";
import type { DownloadSink } from "#http/download";
import type { FileLock, Files, Hashing, Host, RunningHash } from "#platform/ports";
import { ArchiveRooms, type Room } from "./archive-rooms.ts";
import { ByteBudget } from "./_byte-budget.ts";
import { hashMismatch, sizeMismatch } from "./errors.ts";
import type { RepositoryEvent } from "./events.ts";
import { inMemory, isKnownAlgorithm, openLocalFile, piecesOf } from "./local-files.ts";
import type { Download, FileAddress } from "./repositories.ts";

export type DownloadWorld = {
  readonly files: Files;
  readonly hashing: Hashing;
  readonly host: Host;
};

/**
 * Fetches distributions and verifies every digest that is known of them while they arrive. Files up to 64 MiB stay in
 * memory; larger ones go to the staging folder, and so does what a broken download of any size has got, to be found
 * again if the file has a strong digest. A file that is handed out by path belongs to whoever asked for it.
 */
export class Downloads {
  readonly #client: HttpClient;
  readonly #world: DownloadWorld;
  readonly #folder: string;
  readonly #report: Report<RepositoryEvent>;
  readonly #underWay = new Map<string, Promise<Download>>();
  /** Fetched for their metadata, before anybody asked for the file itself. */
  readonly #kept = new Map<string, Download>();
  readonly #budget = new ByteBudget(bytesUnderWay);
  readonly #rooms = new ArchiveRooms();
  #keptBytes = 0;
  #count = 0;

  constructor(
    client: HttpClient,
    folder: string,
    world: DownloadWorld,
    report: Report<RepositoryEvent>,
  ) {
    this.#client = client;
    this.#folder = folder;
    this.#world = world;
    this.#report = report;
  }

  /** Two who ask for one file at the same time get one download. */
  fetch(file: FileAddress): Promise<Download> {
    const kept = this.#kept.get(file.url);
    if (kept !== undefined) {
      this.#kept.delete(file.url);
      if (kept.content.kind === "bytes") this.#keptBytes -= kept.content.bytes.length;
      return Promise.resolve({ ...kept, file });
    }
    let download = this.#underWay.get(file.url);
    if (download === undefined) {
      download = this.#fetch(file).finally(() => this.#underWay.delete(file.url));
      this.#underWay.set(file.url, download);
    }
    return download;
  }

  /** Lays a download aside for {@link fetch}; not for ever, if there are many. */
  keep(download: Download): void {
    const { file, content } = download;
    if (/^file:/i.test(file.url) || this.#kept.has(file.url)) return;
    if (content.kind === "bytes") {
      if (this.#keptBytes + content.bytes.length > bytesKept) return;
      this.#keptBytes += content.bytes.length;
    }
    this.#kept.set(file.url, download);
  }

  async #fetch(file: FileAddress): Promise<Download> {
    if (/^file:/i.test(file.url)) return openLocalFile(file, this.#world);
    const cost = Math.min(file.size ?? inMemory, inMemory);
    const turn = this.#budget.take(cost);
    if (turn !== undefined) await turn;
    try {
      this.#report({ type: "download-started", filename: file.filename, size: file.size });
      const download = await this.#fetchInto(file);
      const size = download.size;
      this.#report({ type: "download-finished", filename: file.filename, size });
      return { file, sha256: download.sha256, content: download.content };
    } finally {
      this.#budget.giveBack(cost);
    }
  }

  async #fetchInto(file: FileAddress): Promise<{
    readonly sha256: string;
    readonly content: Download["content"];
    readonly size: number;
  }> {
    let mayResume = true;
    for (;;) {
      const sink = new Sink(file, {
        staging: this.#staging(file),
        rooms: this.#rooms,
        world: this.#world,
        report: this.#report,
        mayResume,
      });
      try {
        await sink.takeUp();
        await this.#client.download(file.url, sink);
        return sink.finish();
      } catch (error) {
        sink.abandon(error);
        // What an earlier run left may be of another file: once more, from the beginning.
        if (!(error instanceof PkmError) || error.code !== "hash-mismatch" || !sink.wasResumed)
          throw error;
        mayResume = false;
      }
    }
  }

  /** Names in the staging folder: one that the next run finds again, one that nobody else has. */
  #staging(file: FileAddress): Staging {
    const digests = Object.entries(file.hashes).map(([algorithm, hex]) => `${algorithm}=${hex}`);
    const key = this.#world.hashing.digest(
      "sha256",
      `${withoutCredentials(file.url)}\n${digests.join("&")}`,
    );
    const isStrong = digests.some((digest) => digest.startsWith("sha"));
    const stem = `${this.#folder}/${key.slice(0, 40)}`;
    return {
      folder: this.#folder,
      shared: isStrong ? `${stem}.part` : undefined,
      own: `${stem}.${this.#world.host.processId}.${this.#count++}`,
    };
  }
}

const bytesUnderWay = 192 * 2 ** 20;
const bytesKept = 256 * 2 ** 20;
const writeStep = 2 ** 20;

type Staging = {
  readonly folder: string;
  readonly shared: string | undefined;
  readonly own: string;
};

type SinkMeans = {
  readonly staging: Staging;
  readonly rooms: ArchiveRooms;
  readonly world: DownloadWorld;
  readonly report: Report<RepositoryEvent>;
  readonly mayResume: boolean;
};

/** Receives one file: hashes it, keeps it in memory or on disk, and refuses more than was promised. */
class Sink implements DownloadSink {
  readonly #file: FileAddress;
  readonly #staging: Staging;
  readonly #rooms: ArchiveRooms;
  readonly #world: DownloadWorld;
  readonly #report: Report<RepositoryEvent>;
  readonly #mayResume: boolean;
  #hashes: Map<string, RunningHash>;
  /** In memory: room for the whole, if its length is known, else pieces. */
  #room: Room | undefined;
  #pieces: Uint8Array[] = [];
  /** On disk. */
  #path: string | undefined;
  #lock: FileLock | undefined;
  #pending: Uint8Array[] = [];
  #pendingLength = 0;
  received = 0;
  wasResumed = false;

  constructor(file: FileAddress, means: SinkMeans) {
    this.#file = file;
    this.#staging = means.staging;
    this.#rooms = means.rooms;
    this.#world = means.world;
    this.#report = means.report;
    this.#mayResume = means.mayResume;
    this.#hashes = this.#freshHashes();
  }

  /** Goes on where an earlier run stopped, unless somebody else is at it right now. */
  async takeUp(): Promise<void> {
    const { shared } = this.#staging;
    const { files } = this.#world;
    const { size } = this.#file;
    if (shared === undefined) return;
    // What may be small enough for memory goes to the disk only where an earlier run left a part of it.
    if ((size === undefined || size <= inMemory) && files.tryStat(shared) === undefined) return;
    await this.#openOnDisk(shared);
    if (this.#path !== shared) return;
    const stat = files.tryStat(shared);
    if (stat === undefined || stat.size === 0) return;
    if (!this.#mayResume || (size !== undefined && stat.size > size)) {
      files.remove(shared);
      return;
    }
    for (const piece of piecesOf(shared, stat.size, files)) this.#hash(piece);
    this.received = stat.size;
    this.wasResumed = true;
  }

  begin(total: number | undefined): void {
    if (this.#path !== undefined || this.#room !== undefined || this.received > 0) return;
    const length = total ?? this.#file.size;
    if (length !== undefined && length <= inMemory && length > 0)
      this.#room = this.#rooms.take(length);
  }

  write(piece: Uint8Array): void {
    const { size } = this.#file;
    const received = this.received + piece.length;
    if (size !== undefined && received > size)
      throw sizeMismatch(this.#file.filename, this.#file.url, size, received);
    this.#hash(piece);
    this.#store(piece);
    this.received = received;
    this.#report({
      type: "download-advanced",
      filename: this.#file.filename,
      received: this.received,
    });
  }

  restart(): void {
    this.#hashes = this.#freshHashes();
    this.#leaveRoom();
    this.#pieces = [];
    this.#pending = [];
    this.#pendingLength = 0;
    this.received = 0;
    this.wasResumed = false;
    if (this.#path !== undefined) this.#world.files.tryRemove(this.#path);
  }

  finish(): {
    readonly sha256: string;
    readonly content: Download["content"];
    readonly size: number;
  } {
    const { filename, url, size, hashes } = this.#file;
    this.#flush();
    if (size !== undefined && this.received !== size)
      throw sizeMismatch(filename, url, size, this.received);
    const found = new Map([...this.#hashes].map(([algorithm, hash]) => [algorithm, hash.hex()]));
    for (const [algorithm, hex] of Object.entries(hashes)) {
      const actual = found.get(algorithm);
      if (actual !== undefined && actual !== hex)
        throw hashMismatch(filename, url, { algorithm, hex }, actual);
    }
    return { sha256: found.get("sha256") as string, content: this.#content(), size: this.received };
  }

  /** After a failure: what may be resumed stays, everything else goes. */
  abandon(error: unknown): void {
    const { shared } = this.#staging;
    const { files } = this.#world;
    const isWrong = error instanceof PkmError && /^(?:hash|size)-mismatch$/.test(error.code);
    try {
      if (isWrong || shared === undefined) {
        if (this.#path !== undefined) files.tryRemove(this.#path);
        return;
      }
      if (this.received === 0) return;
      const path = this.#path ?? this.#moveToDisk();
      this.#flush();
      if (path !== shared) files.rename(path, shared);
    } catch (failure) {
      if (errnoOf(failure) === undefined) throw failure;
    } finally {
      this.#leaveRoom();
      this.#lock?.release();
      this.#lock = undefined;
    }
  }

  #leaveRoom(): void {
    this.#room?.giveBack?.();
    this.#room = undefined;
  }

  #content(): Download["content"] {
    if (this.#path !== undefined) {
      // Under a name of its own, so that the next run does not take a whole file for a part of one.
      if (this.received === 0) this.#world.files.write(this.#path, "");
      if (this.#path !== this.#staging.own) this.#world.files.rename(this.#path, this.#staging.own);
      this.#lock?.release();
      this.#lock = undefined;
      return { kind: "path", path: this.#staging.own };
    }
    if (this.#room !== undefined) {
      const { bytes } = this.#room;
      const content = this.received === bytes.length ? bytes : bytes.subarray(0, this.received);
      return { ...this.#room, kind: "bytes", bytes: content };
    }
    return { kind: "bytes", bytes: concatenated(this.#pieces, this.received) };
  }

  #store(piece: Uint8Array): void {
    if (this.#path === undefined && this.received + piece.length > inMemory) this.#moveToDisk();
    if (this.#path !== undefined) {
      this.#pending.push(piece);
      this.#pendingLength += piece.length;
      if (this.#pendingLength >= writeStep) this.#flush();
      return;
    }
    if (this.#room !== undefined && this.received + piece.length <= this.#room.bytes.length) {
      this.#room.bytes.set(piece, this.received);
      releaseMemory(piece);
      return;
    }
    // The length was not known, or not true.
    if (this.#room !== undefined) {
      this.#pieces.push(this.#room.bytes.slice(0, this.received));
      this.#leaveRoom();
    }
    this.#pieces.push(piece);
  }

  #moveToDisk(): string {
    const { files } = this.#world;
    files.makeFolders(this.#staging.folder);
    // The shared name is for those who took its lock; this download gets it only if it fails.
    this.#path = this.#staging.own;
    const sofar =
      this.#room === undefined
        ? concatenated(this.#pieces, this.received)
        : this.#room.bytes.subarray(0, this.received);
    files.write(this.#path, sofar);
    this.#leaveRoom();
    this.#pieces = [];
    return this.#path;
  }

  /** Takes the name that outlives this run, if nobody holds it. */
  async #openOnDisk(shared: string): Promise<void> {
    const { folder, own } = this.#staging;
    const { files } = this.#world;
    files.makeFolders(folder);
    this.#lock = await files.lock(`${shared}.lock`, { wait: false });
    this.#path = this.#lock === undefined ? own : shared;
  }

  #flush(): void {
    if (this.#path === undefined || this.#pendingLength === 0) return;
    this.#world.files.append(this.#path, concatenated(this.#pending, this.#pendingLength));
    this.#pending = [];
    this.#pendingLength = 0;
  }

  #hash(piece: Uint8Array): void {
    for (const hash of this.#hashes.values()) hash.update(piece);
  }

  #freshHashes(): Map<string, RunningHash> {
    const algorithms = new Set([
      "sha256",
      ...Object.keys(this.#file.hashes).filter(isKnownAlgorithm),
    ]);
    return new Map([...algorithms].map((name) => [name, this.#world.hashing.start(name)]));
  }
}

function concatenated(pieces: readonly Uint8Array[], length: number): Uint8Array {
  if (pieces.length === 1) return pieces[0] as Uint8Array;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
