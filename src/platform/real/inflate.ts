import type { Inflate } from "#platform/ports";
import { runtimeModule } from "./runtime-module.ts";

const zlib = runtimeModule("node:zlib");

/**
 * Decompression by zlib with the output allocated once at its declared length: as fast as libdeflate on the
 * members of wheels (`docs/decisions/0011-zlib-with-exact-chunks.md`), and it cannot be made to allocate more.
 */
export class RealInflate implements Inflate {
  inflateRaw(compressed: Uint8Array, size: number): Uint8Array {
    const { buffer, engine } = zlib().inflateRawSync(compressed, {
      maxOutputLength: size + 1,
      // One byte more than wanted, so that zlib sees the end of the stream without asking for a second buffer.
      chunkSize: Math.max(smallestChunk, size + 1),
      info: true,
    }) as unknown as {
      readonly buffer: Uint8Array;
      readonly engine: { readonly bytesWritten: number };
    };
    if (buffer.length !== size)
      throw new RangeError(`deflate stream holds ${buffer.length} bytes, not ${size}`);
    if (engine.bytesWritten !== compressed.length)
      throw new RangeError("deflate stream ends before its data does");
    return buffer;
  }

  gunzip(compressed: Uint8Array, limit: number): Uint8Array {
    try {
      return zlib().gunzipSync(compressed, { maxOutputLength: Math.max(1, limit) });
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE")
        throw new RangeError(`gzip stream holds more than ${limit} bytes`, { cause: error });
      throw error;
    }
  }

  crc32(content: Uint8Array): number {
    return zlib().crc32(content);
  }
}

/** zlib's own lower limit for `chunkSize`. */
const smallestChunk = 64;
