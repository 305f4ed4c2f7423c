import { withoutCredentials } from "#base/url";
import type { World } from "#platform/ports";
import type { NormalizedName } from "#standards/name";
import { replaceFile, unlessRefused } from "./kept-file.ts";
import { makeStore, type StorePlaces } from "./layout.ts";

/**
 * Core metadata of distribution files. A resolution reads that of many versions of one project, so each project has
 * one file to which entries are appended; it is read once. Only the headers are kept: nobody resolves by a
 * description, which is most of the text.
 */
export class MetadataCache {
  readonly #places: StorePlaces;
  readonly #world: MetadataWorld;
  readonly #projects = new Map<NormalizedName, ProjectMetadata>();

  constructor(places: StorePlaces, world: MetadataWorld) {
    this.#places = places;
    this.#world = world;
  }

  /** The headers of a file's metadata. `key` is the sha256 of the file, or its URL where no hash is known. */
  get(project: NormalizedName, key: string): string | undefined {
    const { bytes, entries } = this.#open(project);
    const entry = entries.get(this.#keyOf(key));
    if (entry === undefined) return undefined;
    if (typeof entry === "string") return entry;
    const content = bytes.subarray(entry.start, entry.end);
    return this.#world.inflate.crc32(content) === entry.crc32 ? decoder.decode(content) : undefined;
  }

  /** Keeps the headers of a file's metadata, from {@link flush} on for others as well; refused writes are no failure. */
  put(project: NormalizedName, key: string, metadata: string): void {
    const opened = this.#open(project);
    const id = this.#keyOf(key);
    const headers = headersOf(metadata);
    opened.entries.set(id, headers);
    const content = encoder.encode(headers);
    const head = encoder.encode(`${id} ${content.length} ${this.#world.inflate.crc32(content)}\n`);
    opened.unwritten.push(head, content, lineEnd);
    this.#unwritten.add(project);
    if (++this.#puts % mostUnwritten === 0) this.flush();
  }

  /** Writes what was put: a project's entries in one go, as each of thousands would cost more than its content. */
  flush(): void {
    for (const project of this.#unwritten) this.#append(project, this.#open(project));
    this.#unwritten.clear();
  }

  readonly #unwritten = new Set<NormalizedName>();
  #puts = 0;

  #append(project: NormalizedName, opened: ProjectMetadata): void {
    const entries = joined(opened.unwritten);
    opened.unwritten.length = 0;
    unlessRefused(() => {
      const { files } = this.#world;
      const path = this.#path(project);
      if (!this.#isMade) {
        makeStore(this.#places, this.#world);
        files.makeFolders(this.#places.metadata);
        this.#isMade = true;
      }
      // What follows a torn entry would never be found again, so that one goes first.
      if (opened.whole < opened.bytes.length) {
        replaceFile(path, opened.bytes.subarray(0, opened.whole), this.#world);
        opened.bytes = opened.bytes.subarray(0, opened.whole);
      }
      files.append(path, entries);
    });
  }

  #isMade = false;

  #open(project: NormalizedName): ProjectMetadata {
    let opened = this.#projects.get(project);
    if (opened === undefined) {
      const { files } = this.#world;
      const path = this.#path(project);
      // Most projects of a first run have none, and an error that is caught costs more than a look.
      const bytes = files.tryStat(path) === undefined ? undefined : files.tryRead(path);
      opened = readEntries(bytes ?? new Uint8Array());
      this.#projects.set(project, opened);
    }
    return opened;
  }

  #path(project: NormalizedName): string {
    return `${this.#places.metadata}/${project}`;
  }

  #keyOf(key: string): string {
    return /^[0-9a-f]{64}$/.test(key)
      ? key
      : this.#world.hashing.digest("sha256", withoutCredentials(key));
  }
}

export type MetadataWorld = Pick<World, "files" | "hashing" | "inflate" | "host">;

type Entry = { readonly start: number; readonly end: number; readonly crc32: number };

type ProjectMetadata = {
  bytes: Uint8Array;
  /** Up to here the file is a row of entries. */
  readonly whole: number;
  /** Places in `bytes`, or what was put in this run. */
  readonly entries: Map<string, Entry | string>;
  /** Pieces of what is to be appended. */
  readonly unwritten: Uint8Array[];
};

/** A run that is killed loses no more than this. */
const mostUnwritten = 256;

const newline = 0x0a;
const lineEnd = new Uint8Array([newline]);
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Walks the head lines; contents are checked when they are asked for. */
function readEntries(bytes: Uint8Array): ProjectMetadata {
  const entries = new Map<string, Entry | string>();
  let at = 0;
  while (at < bytes.length) {
    const headEnd = bytes.indexOf(newline, at);
    if (headEnd === -1 || headEnd - at > longestHead) break;
    const head = /^([0-9a-f]{64}) ([0-9]{1,9}) ([0-9]{1,10})$/.exec(
      decoder.decode(bytes.subarray(at, headEnd)),
    );
    if (head === null) break;
    const start = headEnd + 1;
    const end = start + Number(head[2]);
    if (bytes[end] !== newline) break;
    entries.set(head[1] as string, { start, end, crc32: Number(head[3]) });
    at = end + 1;
  }
  return { bytes, whole: at, entries, unwritten: [] };
}

const longestHead = 64 + 1 + 9 + 1 + 10;

/** Everything before the first empty line, which is where the description begins. */
function headersOf(metadata: string): string {
  if (!metadata.includes("\n\n") && !metadata.includes("\r")) return metadata;
  const end = /\r?\n\r?\n/.exec(metadata);
  return end === null ? metadata : `${metadata.slice(0, end.index)}\n`;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
