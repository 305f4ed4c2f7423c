import type { Transform } from "node:stream";
import { runtimeModule } from "./runtime-module.ts";

// Ten milliseconds that gzip, which nearly all indexes answer in, does without.
const zlib = runtimeModule("node:zlib");

/** The codings to undo, the one applied last first (RFC 9110, 8.4). */
export function encodingsOf(headers: Headers): string[] {
  const text = headers.get("content-encoding");
  if (text === null) return [];
  return text
    .split(",")
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== "" && word !== "identity")
    .reverse();
}

/** A whole body without its codings; refuses with `RangeError` beyond `limit` bytes. */
export function unpackBody(
  body: Uint8Array,
  encodings: readonly string[],
  limit: number,
): Uint8Array {
  let content = body;
  for (const encoding of encodings) content = decode(content, encoding, limit);
  if (content.length > limit) throw new RangeError("the body is longer than wanted");
  return content;
}

function decode(content: Uint8Array, encoding: string, limit: number): Uint8Array {
  if (content.length === 0) return content;
  const options = { maxOutputLength: Math.max(1, limit) };
  try {
    switch (encoding) {
      case "gzip":
      case "x-gzip":
        return (
          gunzipFast(content, limit) ??
          zlib().gunzipSync(content, { ...options, chunkSize: claimedLength(content, limit) })
        );
      case "deflate":
        // RFC 9110 means the zlib format; some servers send the bare stream.
        return isZlibFormat(content)
          ? zlib().inflateSync(content, options)
          : zlib().inflateRawSync(content, options);
      case "br":
        return zlib().brotliDecompressSync(content, options);
      case "zstd":
        return zlib().zstdDecompressSync(content, options);
      default:
        throw unknownEncoding(encoding);
    }
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === "ERR_BUFFER_TOO_LARGE")
      throw new RangeError("the body unpacks to more than wanted", { cause: error });
    throw error instanceof EncodingError ? error : new EncodingError("ZlibError", { cause: error });
  }
}

function isZlibFormat(content: Uint8Array): boolean {
  return (
    ((content[0] ?? 0) & 0x0f) === 8 && (((content[0] ?? 0) << 8) | (content[1] ?? 0)) % 31 === 0
  );
}

/**
 * libdeflate is more than twice as fast as zlib and knows no limit: it is used where even the densest stream (1,032
 * to one) would take no more memory than decoding a page as long as the limit, and its answer is believed where the
 * stream's own last word on its length agrees.
 */
function gunzipFast(content: Uint8Array, limit: number): Uint8Array | undefined {
  if (content.length < 18 || content.length * 1032 > 4 * limit || lastWord(content) > limit)
    return undefined;
  const output = Bun.gunzipSync(content as Uint8Array<ArrayBuffer>, { library: "libdeflate" });
  return lastWord(content) === output.length ? output : undefined;
}

/** What an honest stream unpacks to, as the size of the first piece: then there is only one. */
function claimedLength(content: Uint8Array, limit: number): number {
  const claimed = content.length < 18 ? 0 : lastWord(content);
  return Math.max(65_536, Math.min(claimed, limit) + 1);
}

function lastWord(content: Uint8Array): number {
  return new DataView(content.buffer, content.byteOffset + content.length - 4, 4).getUint32(
    0,
    true,
  );
}

/** The same for a body that is read piece by piece. */
export function decoderFor(encoding: string): Transform {
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return zlib().createGunzip();
    case "deflate":
      return zlib().createInflate();
    case "br":
      return zlib().createBrotliDecompress();
    case "zstd":
      return zlib().createZstdDecompress();
    default:
      throw unknownEncoding(encoding);
  }
}

/** A body that is not what its `Content-Encoding` says; `code` as fetch names it. */
class EncodingError extends Error {
  readonly code = "ZlibError";
}

function unknownEncoding(encoding: string): Error {
  return new EncodingError(`the content encoding \`${encoding}\` is not known`);
}
