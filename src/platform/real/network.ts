import {
  brotliDecompressSync,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from "node:zlib";
import { Readable, type Transform } from "node:stream";
import type { Network, NetworkRequest, NetworkResponse, TlsOptions } from "#platform/ports";

/**
 * The network by the runtime's fetch, which pools connections itself. What fetch does on its own is switched off:
 * redirects, the proxies of the environment (the request names its proxy), and unpacking, which is done here in one
 * step and with a limit.
 */
export class RealNetwork implements Network {
  #roots: Roots = "built in";
  readonly #tls = new WeakMap<TlsOptions, Map<Roots, object>>();

  async send(request: NetworkRequest): Promise<NetworkResponse> {
    const usedRoots = this.#roots;
    try {
      return await this.#fetch(request);
    } catch (error) {
      // The other roots are read only where the built-in ones do not do: they take 20 ms, and few servers need them.
      if (usedRoots === "all" || !isUnknownAuthority(error)) throw error;
      this.#roots = "all";
      return this.#fetch(request);
    }
  }

  async #fetch(request: NetworkRequest): Promise<NetworkResponse> {
    const tls = request.url.startsWith("https:") ? await this.#tlsOf(request) : undefined;
    if (request.isCareful === true && request.proxy === undefined) {
      const { sendCarefully } = await import("./careful-request.ts");
      return new FetchedResponse(await sendCarefully(request, tls ?? {}), request.onProgress);
    }
    const options: BunFetchRequestInit & { readonly decompress: boolean } = {
      method: request.method,
      headers: request.headers,
      redirect: "manual",
      decompress: false,
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
      ...(request.proxy === undefined ? {} : { proxy: request.proxy }),
      ...(tls === undefined ? {} : { tls }),
    };
    const response = await withoutProxyVariables(() => fetch(request.url, options));
    return new FetchedResponse(response, request.onProgress);
  }

  async #tlsOf(request: NetworkRequest): Promise<object> {
    const wanted = request.tls ?? noTls;
    let byRoots = this.#tls.get(wanted);
    if (byRoots === undefined) {
      byRoots = new Map();
      this.#tls.set(wanted, byRoots);
    }
    let options = byRoots.get(this.#roots);
    if (options === undefined) {
      options = await tlsFor(wanted, this.#roots);
      byRoots.set(this.#roots, options);
    }
    return options;
  }
}

const noTls: TlsOptions = {};

/** What certificates are judged by: what fetch has built in, or also the system's roots and those of the request. */
type Roots = "built in" | "all";

async function tlsFor(wanted: TlsOptions, roots: Roots): Promise<object> {
  return {
    ...(roots === "all" ? { ca: [...(await knownRoots()), ...(wanted.extraRoots ?? [])] } : {}),
    ...(wanted.clientCertificate === undefined ? {} : { cert: wanted.clientCertificate }),
    ...(wanted.clientKey === undefined ? {} : { key: wanted.clientKey }),
    ...(wanted.verify === false ? { rejectUnauthorized: false } : {}),
  };
}

/** fetch's `ca` replaces the roots instead of adding to them. Loaded late: the module and its list take 20 ms. */
async function knownRoots(): Promise<readonly string[]> {
  const { getCACertificates, rootCertificates } = await import("node:tls");
  return [...rootCertificates, ...getCACertificates("system")];
}

function isUnknownAuthority(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return (
    code === "UNABLE_TO_VERIFY_LEAF_SIGNATURE" ||
    code === "UNABLE_TO_GET_ISSUER_CERT" ||
    code === "UNABLE_TO_GET_ISSUER_CERT_LOCALLY" ||
    code === "SELF_SIGNED_CERT_IN_CHAIN" ||
    code === "DEPTH_ZERO_SELF_SIGNED_CERT"
  );
}

const proxyVariables = [
  "http_proxy",
  "HTTP_PROXY",
  "https_proxy",
  "HTTPS_PROXY",
  "all_proxy",
  "ALL_PROXY",
];

/** fetch reads these variables the moment it is called, and has no option against it. */
function withoutProxyVariables<T>(call: () => T): T {
  const hidden = proxyVariables.filter((name) => process.env[name] !== undefined);
  if (hidden.length === 0) return call();
  const values = hidden.map((name) => process.env[name] as string);
  for (const name of hidden) delete process.env[name];
  try {
    return call();
  } finally {
    for (const [at, name] of hidden.entries()) process.env[name] = values[at] as string;
  }
}

/** Below this length a body comes in one piece; longer ones tell their progress. */
const smallBody = 1 << 18;

class FetchedResponse implements NetworkResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly #response: Response;
  readonly #onProgress: ((bytes: number) => void) | undefined;
  #isTaken = false;

  constructor(response: Response, onProgress: ((bytes: number) => void) | undefined) {
    this.status = response.status;
    this.headers = response.headers;
    this.#response = response;
    this.#onProgress = onProgress;
  }

  get body(): ReadableStream<Uint8Array> | null {
    this.#isTaken = true;
    const raw = this.#response.body;
    const encodings = encodingsOf(this.headers);
    if (raw === null || encodings.length === 0) return raw;
    let stream = Readable.fromWeb(raw as Parameters<typeof Readable.fromWeb>[0]);
    for (const encoding of encodings) {
      const decoder = decoderFor(encoding);
      stream.on("error", (error) => decoder.destroy(error));
      stream = stream.pipe(decoder);
    }
    return Readable.toWeb(stream) as unknown as ReadableStream<Uint8Array>;
  }

  async bytes(limit: number): Promise<Uint8Array> {
    this.#isTaken = true;
    let content = await this.#rawBytes(limit);
    for (const encoding of encodingsOf(this.headers)) content = decode(content, encoding, limit);
    if (content.length > limit) throw new RangeError("the body is longer than wanted");
    return content;
  }

  discard(): void {
    if (this.#isTaken || this.#response.body === null) return;
    this.#isTaken = true;
    this.#response.body.cancel().catch(() => {
      // The connection is gone already, which is what was wanted.
    });
  }

  async #rawBytes(limit: number): Promise<Uint8Array> {
    const length = Number(this.headers.get("content-length") ?? Number.NaN);
    if (length <= smallBody && length <= limit) {
      const content = await this.#response.bytes();
      this.#onProgress?.(content.length);
      return content;
    }
    if (this.#response.body === null) return new Uint8Array(0);
    const pieces: Uint8Array[] = [];
    let total = 0;
    for await (const piece of this.#response.body) {
      total += piece.length;
      this.#onProgress?.(piece.length);
      // Leaving the loop cancels the stream.
      if (total > limit) throw new RangeError("the body is longer than wanted");
      pieces.push(piece);
    }
    return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces, total);
  }
}

/** The codings to undo, the one applied last first (RFC 9110, 8.4). */
function encodingsOf(headers: Headers): string[] {
  const text = headers.get("content-encoding");
  if (text === null) return [];
  return text
    .split(",")
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== "" && word !== "identity")
    .reverse();
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
          gunzipSync(content, { ...options, chunkSize: claimedLength(content, limit) })
        );
      case "deflate":
        // RFC 9110 means the zlib format; some servers send the bare stream.
        return isZlibFormat(content)
          ? inflateSync(content, options)
          : inflateRawSync(content, options);
      case "br":
        return brotliDecompressSync(content, options);
      case "zstd":
        return zstdDecompressSync(content, options);
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

function decoderFor(encoding: string): Transform {
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "deflate":
      return createInflate();
    case "br":
      return createBrotliDecompress();
    case "zstd":
      return createZstdDecompress();
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
