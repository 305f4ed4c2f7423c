import type { Network, NetworkRequest, NetworkResponse, PackedBody } from "#platform/ports";

/** What an imagined server does with a request. Left out, the status is 200 and the body empty. */
export type MemoryAnswer = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Uint8Array;
  /** The connection fails before an answer, with this code (`ECONNREFUSED`, `ECONNRESET` …). */
  readonly fails?: string;
  /** Nothing comes, until the exchange is given up: before the answer, or after so many bytes of its body. */
  readonly hangs?: "before" | number;
  /** The connection ends after so many bytes of the body. */
  readonly cutAfter?: number;
  /** The body piece by piece, instead of `body`; may wait for a clock in between. */
  readonly pieces?: () => AsyncIterable<Uint8Array>;
  /** Unpacked length to claim and check against the limit, for bodies nobody wants to build. */
  readonly unpacksTo?: number;
};

/** A network whose servers are one function; every request is kept in `requests`. */
export class MemoryNetwork implements Network {
  readonly requests: NetworkRequest[] = [];
  /** The most exchanges that were open at the same time. */
  mostOpen = 0;
  #open = 0;
  readonly #answer: (
    request: NetworkRequest,
    position: number,
  ) => MemoryAnswer | Promise<MemoryAnswer>;

  constructor(
    answer: (request: NetworkRequest, position: number) => MemoryAnswer | Promise<MemoryAnswer>,
  ) {
    this.#answer = answer;
  }

  async send(request: NetworkRequest): Promise<NetworkResponse> {
    const position = this.requests.push(request) - 1;
    this.mostOpen = Math.max(this.mostOpen, ++this.#open);
    let isOpen = true;
    const close = (): void => {
      if (isOpen) this.#open--;
      isOpen = false;
    };
    try {
      const answer = await this.#answer(request, position);
      if (answer.fails !== undefined) throw networkError(answer.fails);
      if (answer.hangs === "before") await aborted(request.signal);
      return new MemoryResponse(answer, request, close);
    } catch (error) {
      close();
      throw error;
    }
  }
}

class MemoryResponse implements NetworkResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly #answer: MemoryAnswer;
  readonly #request: NetworkRequest;
  readonly #close: () => void;

  constructor(answer: MemoryAnswer, request: NetworkRequest, close: () => void) {
    this.status = answer.status ?? 200;
    this.headers = new Headers();
    for (const [name, value] of Object.entries(answer.headers ?? {}))
      if (value !== undefined) this.headers.set(name, value);
    this.#answer = answer;
    this.#request = request;
    this.#close = close;
  }

  get body(): ReadableStream<Uint8Array> {
    const pieces = this.#pieces();
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        const next = await pieces.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: () => this.#close(),
    });
  }

  async bytes(limit: number): Promise<Uint8Array> {
    if ((this.#answer.unpacksTo ?? 0) > limit)
      throw new RangeError("the body is longer than wanted");
    const pieces: Uint8Array[] = [];
    for await (const piece of this.#pieces()) {
      this.#request.onProgress?.(piece.length);
      pieces.push(piece);
    }
    const content = Buffer.concat(pieces);
    if (content.length > limit) throw new RangeError("the body is longer than wanted");
    return content;
  }

  /** Nothing is ever packed here. */
  async packed(limit: number): Promise<PackedBody> {
    const bytes = await this.bytes(limit);
    return { bytes, encodings: [], unpack: () => bytes };
  }

  discard(): void {
    this.#close();
  }

  async *#pieces(): AsyncGenerator<Uint8Array, undefined> {
    const { body = "", hangs, cutAfter } = this.#answer;
    // A body is whose who asked for it, as on a real network.
    const content = typeof body === "string" ? new TextEncoder().encode(body) : body.slice();
    const { signal } = this.#request;
    try {
      if (this.#answer.pieces !== undefined)
        for await (const piece of this.#answer.pieces()) {
          if (signal?.aborted === true) throw signal.reason;
          yield piece;
        }
      const end = typeof hangs === "number" ? hangs : (cutAfter ?? content.length);
      if (end > 0) yield content.subarray(0, end);
      if (typeof hangs === "number") await aborted(this.#request.signal);
      if (cutAfter !== undefined) throw networkError("ECONNRESET");
      return undefined;
    } finally {
      this.#close();
    }
  }
}

function networkError(code: string): Error {
  return Object.assign(new TypeError(code), { code });
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(signal?.reason as Error);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}
