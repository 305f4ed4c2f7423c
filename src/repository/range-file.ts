import type { RandomAccess } from "#archive/random-access";
import type { HttpClient } from "#http/client";

/** A file behind range requests, opened by asking for its end. */
export type OpenedRange =
  | { readonly kind: "ranges"; readonly file: RangeFile }
  /** The server sends whole files only, or does not say where a range lies. */
  | { readonly kind: "whole-only" }
  | { readonly kind: "absent"; readonly status: number };

/**
 * Reads pieces of a remote file (RFC 9110, 14). What was fetched is kept, and a read that misses fetches what lies
 * between it and the next piece at hand, if that is little: a request costs more than some kilobytes.
 */
export class RangeFile implements RandomAccess {
  readonly size: number;
  readonly #url: string;
  readonly #client: HttpClient;
  readonly #etag: string | null;
  /** Pieces without overlap, in the order they were fetched. */
  readonly #pieces: { readonly start: number; readonly bytes: Uint8Array }[];

  private constructor(
    url: string,
    client: HttpClient,
    first: {
      readonly total: number;
      readonly start: number;
      readonly bytes: Uint8Array;
      readonly etag: string | null;
    },
  ) {
    this.#url = url;
    this.#client = client;
    this.size = first.total;
    this.#etag = first.etag;
    this.#pieces = [{ start: first.start, bytes: first.bytes }];
  }

  /** `size` is what the index says; where it says nothing the end is asked for by a suffix range. */
  static async open(
    url: string,
    size: number | undefined,
    client: HttpClient,
  ): Promise<OpenedRange> {
    const tail = tailLength(size);
    const isSuffix = size === undefined || size === 0;
    const range = isSuffix ? `-${tail}` : `${Math.max(0, size - tail)}-${size - 1}`;
    const answer = await client.get(url, {
      cache: "none",
      range,
      limit: tail,
      accepted: refusals,
    });
    if (answer.status === 404 || answer.status === 410)
      return { kind: "absent", status: answer.status };
    const place = answer.status === 206 ? placeOf(answer.headers, answer.body.length) : undefined;
    // A size other than the index's is for the download to complain of; the directory is at the end of what is there.
    if (place === undefined || place.start + answer.body.length !== place.total)
      return { kind: "whole-only" };
    const etag = answer.headers.get("etag");
    return {
      kind: "ranges",
      file: new RangeFile(url, client, { ...place, bytes: answer.body, etag }),
    };
  }

  read(offset: number, length: number): Uint8Array | Promise<Uint8Array> {
    return this.#held(offset, length) ?? this.#fetch(offset, length);
  }

  #held(offset: number, length: number): Uint8Array | undefined {
    for (const { start, bytes } of this.#pieces)
      if (offset >= start && offset + length <= start + bytes.length)
        return bytes.subarray(offset - start, offset - start + length);
    return undefined;
  }

  async #fetch(offset: number, length: number): Promise<Uint8Array> {
    let end = offset + length;
    for (const { start, bytes } of this.#pieces) {
      const overlapsOrIsNear = start < end + nearby && start + bytes.length >= end;
      if (overlapsOrIsNear && start > offset) end = start;
    }
    const answer = await this.#client.get(this.#url, {
      cache: "none",
      range: `${offset}-${end - 1}`,
      limit: end - offset,
      accepted: refusals,
    });
    const place = answer.status === 206 ? placeOf(answer.headers, answer.body.length) : undefined;
    const isSame = answer.headers.get("etag") === this.#etag && place?.total === this.size;
    if (place?.start !== offset || answer.body.length !== end - offset || !isSame)
      throw new RangesBroken();
    this.#join(offset, answer.body);
    const held = this.#held(offset, length);
    if (held === undefined) throw new RangesBroken();
    return held;
  }

  #join(start: number, bytes: Uint8Array): void {
    const after = this.#pieces.findIndex((piece) => piece.start === start + bytes.length);
    if (after === -1) {
      this.#pieces.push({ start, bytes });
      return;
    }
    const [next] = this.#pieces.splice(after, 1);
    if (next === undefined) return;
    const whole = new Uint8Array(bytes.length + next.bytes.length);
    whole.set(bytes);
    whole.set(next.bytes, bytes.length);
    this.#pieces.push({ start, bytes: whole });
  }
}

/** The server answered a later range otherwise than the first: the file changed, or the ranges were luck. */
export class RangesBroken extends Error {
  constructor() {
    super("byte ranges of one file do not fit together");
  }
}

// Servers refuse what they do not know in many ways; a file that is really gone is told by the download.
const refusals = [400, 404, 405, 410, 416, 501];
const nearby = 16 * 1024;

/**
 * Directory and METADATA lie at the end of most wheels. The directory grows with the number of files, and so, roughly,
 * does the wheel.
 */
function tailLength(size: number | undefined): number {
  if (size === undefined) return 64 * 1024;
  return Math.min(Math.max(size, 1), Math.max(48 * 1024, Math.min(256 * 1024, size >>> 6)));
}

function placeOf(
  headers: Headers,
  length: number,
): { readonly start: number; readonly total: number } | undefined {
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get("content-range") ?? "");
  if (match === null) return undefined;
  const [start, end, total] = match.slice(1).map(Number) as [number, number, number];
  return end - start + 1 === length && end < total ? { start, total } : undefined;
}
