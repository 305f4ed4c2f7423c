import { errnoOf } from "#base/errors";
import type { Files, Hashing, Inflate } from "#platform/ports";
import type { Freshness } from "./freshness.ts";

/** An answer in the cache: what the server said about it, and its body. */
export type CachedAnswer = {
  readonly freshness: Freshness;
  readonly status: number;
  /** Final address, after redirects. */
  readonly url: string;
  readonly contentType: string;
  readonly body: Uint8Array;
  /** A second part of the body, of which only pieces are read. */
  readonly tail: Tail;
  /** Body and the beginning of the tail are a part of the whole, which follows as the server packed it, by gzip. */
  readonly part?: { readonly of: string; readonly length: number } | undefined;
};

/** What was read from the cache, and which file that was. */
export type KeptAnswer = CachedAnswer & { readonly seal: number };

/** Bytes of which most are never looked at. */
export interface Tail {
  readonly length: number;
  /** `undefined` when they are not there any more. */
  read(offset: number, length: number): Uint8Array | undefined;
}

/** What a thread has to know to keep an answer as the client would. */
export type KeepOrder = {
  readonly folder: string;
  readonly tag: string;
  readonly key: string;
  readonly freshness: Freshness;
  readonly status: number;
};

export type CacheWorld = {
  readonly files: Files;
  readonly hashing: Hashing;
  readonly inflate: Pick<Inflate, "crc32">;
};

/**
 * One file per address: magic, checksum, freshness, lengths, a header as JSON, the body, the tail. It is written beside
 * and renamed into place; what changes later is only until when it is fresh. Whatever does not check out is a miss, never
 * an error; the tail is for its reader to check.
 */
export class PageCache {
  readonly #folder: string;
  readonly #world: CacheWorld;
  readonly #tag: string;
  #writes = 0;

  /** `tag` makes the names of half-written files this process's own. */
  constructor(folder: string, tag: string, world: CacheWorld) {
    this.#folder = folder;
    this.#tag = tag;
    this.#world = world;
  }

  read(key: string): KeptAnswer | undefined {
    const { files } = this.#world;
    const path = this.#pathOf(key);
    try {
      const size = files.tryStat(path)?.size;
      if (size === undefined || size < prefixLength) return undefined;
      const start = files.readAt(path, 0, Math.min(size, firstRead));
      const lengths = readPrefix(start);
      if (lengths === undefined || lengths.before + lengths.tail !== size) return undefined;
      const whole = lengths.before <= start.length ? start : files.readAt(path, 0, lengths.before);
      if (whole.length < lengths.before) return undefined;
      const checked = whole.subarray(checkedFrom, lengths.before);
      if (this.#world.inflate.crc32(checked) !== lengths.seal) return undefined;
      const bodyStart = prefixLength + lengths.header;
      const header = readHeader(whole.subarray(prefixLength, bodyStart));
      if (header?.key !== key) return undefined;
      const { seal } = lengths;
      const freshUntil = this.#freshUntil(whole);
      const { validators, ...answer } = header.answer;
      return {
        ...answer,
        freshness: { freshUntil, ...validators },
        seal,
        body: whole.subarray(bodyStart, lengths.before),
        tail: tailInFile(path, lengths.before, lengths.tail, files),
      };
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return undefined;
    }
  }

  /**
   * A cache that cannot be written is no reason to fail: the answer is just asked for again. Tells where the tail
   * begins, if it was written.
   */
  write(key: string, answer: CachedAnswer): number | undefined {
    const { status, url, contentType, body, tail, part } = answer;
    const { freshUntil, etag, lastModified } = answer.freshness;
    const tailBytes = tail.read(0, tail.length);
    if (tailBytes === undefined) return undefined;
    const validators = { etag, lastModified };
    const header = new TextEncoder().encode(
      JSON.stringify({
        key,
        answer: { validators, status, url, contentType, part },
      } satisfies Header),
    );
    const content = new Uint8Array(prefixLength + header.length + body.length);
    const view = new DataView(content.buffer);
    content.set(magic);
    view.setUint32(24, header.length, true);
    view.setUint32(28, content.length, true);
    view.setUint32(32, tail.length, true);
    content.set(header, prefixLength);
    content.set(body, prefixLength + header.length);
    const seal = this.#world.inflate.crc32(content.subarray(checkedFrom));
    content.set(this.#freshnessUnder(seal, freshUntil), sealAt);
    const path = this.#pathOf(key);
    const draft = `${path}.${this.#tag}.${this.#writes++}`;
    try {
      this.#writeDraft(draft, [content, tailBytes]);
      this.#world.files.rename(draft, path);
      return content.length;
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      this.#discard(draft);
      return undefined;
    }
  }

  /**
   * Writes down until when an entry is fresh now, and nothing else of it. In a file that has been replaced since it was
   * read, this is not believed.
   */
  renew(key: string, { seal, freshness }: KeptAnswer, freshUntil: number): void {
    if (freshUntil === freshness.freshUntil) return;
    const content = this.#freshnessUnder(seal, freshUntil).subarray(freshnessAt - sealAt);
    try {
      this.#world.files.writeAt(this.#pathOf(key), freshnessAt, content);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
    }
  }

  /** The tail of an entry that another thread has written. */
  tailOf(key: string, start: number, length: number): Tail {
    return tailInFile(this.#pathOf(key), start, length, this.#world.files);
  }

  forget(key: string): void {
    this.#discard(this.#pathOf(key));
  }

  #pathOf(key: string): string {
    return `${this.#folder}/${this.#world.hashing.digest("sha256", key).slice(0, 40)}`;
  }

  /** 0 where what is written about it was written about another entry, or half. */
  #freshUntil(entry: Uint8Array): number {
    const view = new DataView(entry.buffer, entry.byteOffset, checkedFrom);
    const isMeant =
      this.#world.inflate.crc32(entry.subarray(sealAt, checkedFrom - 4)) ===
      view.getUint32(checkedFrom - 4, true);
    return isMeant ? view.getFloat64(freshnessAt, true) : 0;
  }

  /** The checksum of an entry, until when it is fresh, and a checksum of both. */
  #freshnessUnder(seal: number, freshUntil: number): Uint8Array {
    const bytes = new Uint8Array(checkedFrom - sealAt);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, seal, true);
    view.setFloat64(4, freshUntil, true);
    view.setUint32(12, this.#world.inflate.crc32(bytes.subarray(0, 12)), true);
    return bytes;
  }

  #writeDraft(draft: string, content: readonly Uint8Array[]): void {
    try {
      this.#world.files.write(draft, content);
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error;
      this.#world.files.makeFolders(this.#folder);
      this.#world.files.write(draft, content);
    }
  }

  #discard(path: string): void {
    try {
      this.#world.files.tryRemove(path);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
    }
  }
}

/** A tail that is in memory as a whole. */
export function tailInMemory(bytes: Uint8Array): Tail {
  return {
    length: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
  };
}

export const noTail: Tail = tailInMemory(new Uint8Array(0));

function tailInFile(path: string, start: number, length: number, files: Files): Tail {
  let reads = 0;
  let window: { readonly from: number; readonly bytes: Uint8Array } | undefined;
  const readAt = (offset: number, count: number): Uint8Array | undefined => {
    try {
      const bytes = files.readAt(path, start + offset, count);
      return bytes.length === count ? bytes : undefined;
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return undefined;
    }
  };
  return {
    length,
    read(offset, count) {
      if (count === 0) return new Uint8Array(0);
      if (++reads < manyReads || count > readAhead) return readAt(offset, count);
      // Whoever comes again and again asks for what lies near, mostly before.
      if (window === undefined || offset < window.from || !holds(window, offset + count)) {
        const from = Math.max(0, offset + count - readAhead);
        const bytes = readAt(from, Math.min(length, from + readAhead) - from);
        if (bytes === undefined) return undefined;
        window = { from, bytes };
      }
      const at = offset - window.from;
      return at + count > window.bytes.length ? undefined : window.bytes.subarray(at, at + count);
    },
  };
}

/** Most pages are looked at once or twice; a search for a version that fits looks at hundreds of entries. */
const manyReads = 3;
const readAhead = 32 * 1024;

function holds(
  window: { readonly from: number; readonly bytes: Uint8Array },
  end: number,
): boolean {
  return end <= window.from + window.bytes.length;
}

/*
 * The first bytes: magic, checksum of what is checked, until when it is fresh (milliseconds since 1970), a checksum of
 * these two; from here on checked: length of the header, length up to the tail, length of the tail.
 */
const magic = new TextEncoder().encode("pkmhttp3");
const sealAt = 8;
const freshnessAt = 12;
const checkedFrom = 24;
const prefixLength = 36;
/** Enough for nearly all headers and bodies, in one system call. */
const firstRead = 16 * 1024;

type Prefix = {
  readonly seal: number;
  readonly header: number;
  readonly before: number;
  readonly tail: number;
};

function readPrefix(bytes: Uint8Array): Prefix | undefined {
  if (bytes.length < prefixLength) return undefined;
  for (let at = 0; at < magic.length; at++) if (bytes[at] !== magic[at]) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, prefixLength);
  const seal = view.getUint32(sealAt, true);
  const header = view.getUint32(24, true);
  const before = view.getUint32(28, true);
  const tail = view.getUint32(32, true);
  return prefixLength + header <= before ? { seal, header, before, tail } : undefined;
}

type Header = {
  readonly key: string;
  readonly answer: Pick<CachedAnswer, "status" | "url" | "contentType" | "part"> & {
    readonly validators: Pick<Freshness, "etag" | "lastModified">;
  };
};

// The checksum has vouched for the content; what remains is an entry of a future pkm.
function readHeader(bytes: Uint8Array): Header | undefined {
  try {
    const header: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (
      typeof header !== "object" ||
      header === null ||
      !("key" in header) ||
      !("answer" in header)
    )
      return undefined;
    return header as Header;
  } catch {
    return undefined;
  }
}
