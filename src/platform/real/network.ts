import type {
  Network,
  NetworkRequest,
  NetworkResponse,
  PackedBody,
  TlsOptions,
} from "#platform/ports";
import { runtimeModule } from "./runtime-module.ts";
import { decoderFor, encodingsOf, unpackBody } from "./content-coding.ts";

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

const stream = runtimeModule("node:stream");

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
    const { Readable } = stream();
    let decoded = Readable.fromWeb(raw as Parameters<typeof Readable.fromWeb>[0]);
    for (const encoding of encodings) {
      const decoder = decoderFor(encoding);
      decoded.on("error", (error) => decoder.destroy(error));
      decoded = decoded.pipe(decoder);
    }
    return Readable.toWeb(decoded) as unknown as ReadableStream<Uint8Array>;
  }

  async bytes(limit: number): Promise<Uint8Array> {
    this.#isTaken = true;
    const content = await this.#rawBytes(limit);
    return unpackBody(content, encodingsOf(this.headers), limit);
  }

  async packed(limit: number): Promise<PackedBody> {
    this.#isTaken = true;
    const bytes = await this.#rawBytes(limit);
    const encodings = encodingsOf(this.headers);
    return { bytes, encodings, unpack: (most) => unpackBody(bytes, encodings, most) };
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
