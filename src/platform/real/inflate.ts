import { busyForSeconds } from "#base/busy-code";
import type { Inflate } from "#platform/ports";
import { unpackBody } from "./content-coding.ts";
import { runtimeModule } from "./runtime-module.ts";

const zlib = runtimeModule("node:zlib");

/**
 * Decompression by zlib. One engine and one piece of memory serve all members of all archives
 * (`docs/decisions/0013-one-engine-inflates.md`).
 */
export class RealInflate implements Inflate {
  #idle: Engine | undefined;

  inflateRaw(compressed: Uint8Array, size: number): Uint8Array {
    let content: Uint8Array | undefined;
    let done = 0;
    for (const piece of this.inflatePieces(compressed, size)) {
      // What comes in one piece is copied at its length; memory is not taken at the word of an archive.
      content ??= new Uint8Array(piece.length === roomSize ? size : piece.length);
      content.set(piece, done);
      done += piece.length;
    }
    return content ?? new Uint8Array(0);
  }

  readonly shortSize = roomSize - 1;

  inflateShort(compressed: Uint8Array, size: number): Uint8Array {
    const engine = this.#idle ?? openEngine();
    this.#idle = undefined;
    const { handle, room, state } = engine;
    handle.reset();
    handle.writeSync(zFinish, compressed, 0, compressed.length, room, 0, roomSize);
    if (engine.failure !== undefined) throw new Error(`deflate stream: ${engine.failure}`);
    // Not taken apart by a pattern, which would ask for an iterator.
    const unused = state[0] as number;
    const unread = state[1] as number;
    this.#idle = engine;
    checkEnd(roomSize - unused, size, unread);
    return room.subarray(0, size);
  }

  *inflatePieces(compressed: Uint8Array, size: number): Generator<Uint8Array, void> {
    // Two streams at once need two engines; a damaged stream takes its engine with it.
    const engine = this.#idle ?? openEngine();
    this.#idle = undefined;
    let total = 0;
    let left = compressed.length;
    engine.handle.reset();
    for (;;) {
      const { room, state } = engine;
      const from = compressed.length - left;
      engine.handle.writeSync(zFinish, compressed, from, left, room, 0, roomSize);
      if (engine.failure !== undefined) throw new Error(`deflate stream: ${engine.failure}`);
      const [unused, unread] = state as unknown as readonly [number, number];
      left = unread;
      total += roomSize - unused;
      if (total > size) break;
      if (unused < roomSize) yield room.subarray(0, roomSize - unused);
      // With room to spare the stream has ended: anything else would have been a failure.
      if (unused > 0) break;
    }
    this.#idle = engine;
    checkEnd(total, size, left);
  }

  gunzip(compressed: Uint8Array, limit: number): Uint8Array {
    return unpackBody(compressed, ["gzip"], limit);
  }

  unzstd(compressed: Uint8Array, limit: number): Uint8Array {
    return bounded(limit, (options) => zlib().zstdDecompressSync(compressed, options));
  }

  gzip(content: Uint8Array): Uint8Array {
    return zlib().gzipSync(content);
  }

  deflateRaw(content: Uint8Array): Uint8Array {
    return zlib().deflateRawSync(content, { level: 9 });
  }

  crc32(content: Uint8Array, before?: number): number {
    return Bun.hash.crc32(content, before);
  }
}

function bounded(
  limit: number,
  unpack: (options: { readonly maxOutputLength: number }) => Uint8Array,
): Uint8Array {
  try {
    return unpack({ maxOutputLength: Math.max(1, limit) });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE")
      throw new RangeError(`the stream holds more than ${limit} bytes`, { cause: error });
    throw error;
  }
}

function checkEnd(total: number, size: number, left: number): void {
  if (total > size) throw new RangeError(`deflate stream holds more than ${size} bytes`);
  if (total < size) throw new RangeError(`deflate stream holds ${total} bytes, not ${size}`);
  if (left > 0) throw new RangeError("deflate stream ends before its data does");
}

/** Fits the second-level cache together with what reads it; nearly all members of wheels are smaller. */
const roomSize = 256 * 1024;
const zFinish = 4;

type Engine = {
  readonly handle: Handle;
  /** What a call leaves: unused bytes of the room, unread bytes of the input. */
  readonly state: Uint32Array;
  readonly room: Uint8Array;
  failure: string | undefined;
};

/** The part of a zlib stream that writes into memory of the caller's; Node has had it unchanged for years. */
type Handle = {
  onerror: (message: string) => void;
  reset(): void;
  writeSync(
    flush: number,
    input: Uint8Array,
    inputStart: number,
    inputLength: number,
    output: Uint8Array,
    outputStart: number,
    outputLength: number,
  ): void;
};

function openEngine(): Engine {
  const stream = zlib().createInflateRaw() as unknown as {
    readonly _handle: Handle;
    readonly _writeState: Uint32Array;
  };
  const engine: Engine = {
    handle: stream._handle,
    state: stream._writeState,
    room: new Uint8Array(roomSize),
    failure: undefined,
  };
  engine.handle.onerror = (message) => {
    engine.failure = message;
  };
  return engine;
}

busyForSeconds(RealInflate, checkEnd);
