import { releaseMemory } from "#base/memory";
import { silent, type Report } from "#base/report";
import { withoutCredentials } from "#base/url";
import type { World } from "#platform/ports";
import { type DownloadSink, downloadInto } from "./download.ts";
import * as errors from "./errors.ts";
import type { HttpEvent } from "./events.ts";
import { Exchanger, type Exchange } from "./exchange.ts";
import { FailedAttempt } from "./failure.ts";
import { conditionalHeaders, type Freshness, freshnessOf } from "./freshness.ts";
import {
  type CachedAnswer,
  type KeepOrder,
  type KeptAnswer,
  noTail,
  PageCache,
  type Tail,
  tailInMemory,
} from "./page-cache.ts";
import { refusalOf } from "./refusal.ts";
import { type RetryWorld, withRetries } from "./retries.ts";
import type { HttpSettings } from "./settings.ts";

export type HttpWorld = Pick<
  World,
  "network" | "clock" | "files" | "hashing" | "inflate" | "host" | "processes"
>;

export type GetRequest = {
  readonly accept?: string;
  /** `page`: kept while fresh, then asked again by ETag or date; `immutable`: kept for good; `none`: neither read nor kept. */
  readonly cache: "page" | "immutable" | "none";
  /** Bytes to ask for, as in `Range`: `0-99`, `-65536`. Never cached. */
  readonly range?: string;
  /** Most bytes of the decoded body. */
  readonly limit: number;
  /** Statuses besides 200 and 206 that are answers and no errors; 404 and 410 when left out. */
  readonly accepted?: readonly number[];
  /**
   * Turns the body of a 200 into the form in which it is kept and handed out: a body to be read as a whole, and a tail
   * of which only pieces are. `format` names the form.
   */
  readonly encode?: {
    readonly format: string;
    /** Names the part of the body that will do, if one will. */
    readonly part?: string | undefined;
    readonly encode: (answer: HttpAnswer) => {
      readonly body: Uint8Array;
      readonly tail: Uint8Array;
    };
    /**
     * The same with unpacking and keeping included, perhaps on another thread. `undefined` when the client has to do it, who
     * tells what is wrong.
     */
    readonly elsewhere?:
      | ((
          answer: PackedAnswer,
          unpack: (limit: number) => Uint8Array,
        ) => Promise<EncodedElsewhere | undefined>)
      | undefined;
  };
};

/** An answer for another thread: everything in it can be sent there. */
export type PackedAnswer = {
  readonly body: Uint8Array;
  readonly encodings: readonly string[];
  readonly limit: number;
  readonly contentType: string;
  readonly url: string;
  /** Where and as what the outcome is to be kept; nowhere when left out. */
  readonly keep: KeepOrder | undefined;
};

export type EncodedElsewhere = {
  readonly body: Uint8Array;
  /** Where the tail begins in the file that was kept, and how long it is; or the tail itself. */
  readonly tail: { readonly start: number; readonly length: number } | Uint8Array;
  /** True for {@link GetRequest.encode}'s part; if it was kept, then with the whole. */
  readonly isPart?: boolean;
};

export type HttpAnswer = {
  readonly status: number;
  /** Final address, without credentials. */
  readonly url: string;
  readonly headers: Headers;
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly tail: Tail;
  readonly isFromCache: boolean;
  /** Until when it may be used again without asking, in milliseconds since 1970; 0 when not at all. */
  readonly freshUntil: number;
};

/**
 * Polite requests: cached, retried with pauses, followed, within stated limits of time and size, with credentials
 * for the one origin they belong to. Every failure is a `PkmError` that names the URL without credentials.
 */
export class HttpClient {
  readonly #settings: HttpSettings;
  readonly #world: HttpWorld;
  readonly #retrying: RetryWorld;
  readonly #cache: PageCache | undefined;
  readonly #exchanger: Exchanger;
  /** What {@link cached} did not find: {@link get}, which mostly comes next, need not look again. */
  readonly #absent = new Set<string>();
  /** What the cache holds of answers that are being asked for again. */
  readonly #stale = new Map<string, CachedAnswer>();

  constructor(settings: HttpSettings, world: HttpWorld, report: Report<HttpEvent> = silent) {
    this.#settings = settings;
    this.#world = world;
    this.#retrying = { settings, clock: world.clock, report };
    this.#cache =
      settings.cacheFolder === undefined
        ? undefined
        : new PageCache(settings.cacheFolder, String(world.host.processId), world);
    this.#exchanger = new Exchanger(settings, world, report);
  }

  get isOffline(): boolean {
    return this.#settings.offline;
  }

  /** Some answers are asked for again although they are fresh. */
  get isRefreshing(): boolean {
    return this.#settings.refresh || this.#settings.refreshes !== undefined;
  }

  /** An answer that needs no network: fresh in the cache, or any at all when offline. Without a promise. */
  cached(url: string, request: GetRequest): HttpAnswer | undefined {
    if (this.#cache === undefined || !isCacheable(request)) return undefined;
    if (this.#isRefreshed(url) && !this.#settings.offline) return undefined;
    const key = cacheKey(url, request);
    const entry = this.#entry(key, request);
    if (entry === undefined) {
      this.#absent.add(key);
      return undefined;
    }
    return this.#settings.offline || this.#isFresh(entry, request) ? fromCache(entry) : undefined;
  }

  /** What the cache holds of an answer that is being asked for again. */
  stale(url: string, request: GetRequest): HttpAnswer | undefined {
    const entry = this.#stale.get(cacheKey(url, request));
    return entry === undefined ? undefined : fromCache(entry);
  }

  /** What the cache holds, however old it is. */
  stored(url: string, request: GetRequest): HttpAnswer | undefined {
    const entry = this.#entry(cacheKey(url, request), request);
    return entry === undefined ? undefined : fromCache(entry);
  }

  /** Drops what the cache holds, because its reader found it damaged. */
  forget(url: string, request: GetRequest): void {
    this.#cache?.forget(cacheKey(url, request));
  }

  async get(url: string, request: GetRequest): Promise<HttpAnswer> {
    const key = isCacheable(request) ? cacheKey(url, request) : "";
    const entry =
      this.#cache === undefined || !isCacheable(request) || this.#absent.delete(key)
        ? undefined
        : this.#entry(key, request);
    if (this.#settings.offline) {
      if (entry === undefined) throw errors.offlineMiss(url);
      return fromCache(entry);
    }
    if (entry !== undefined && !this.#isRefreshed(url) && this.#isFresh(entry, request))
      return fromCache(entry);

    const headers: Record<string, string> = {
      accept: request.accept ?? "*/*",
      "accept-encoding": request.range === undefined ? "gzip, deflate, br, zstd" : "identity",
    };
    if (request.range !== undefined) headers.range = `bytes=${request.range}`;
    if (entry !== undefined) {
      Object.assign(headers, conditionalHeaders(entry.freshness));
      this.#stale.set(key, entry);
    }
    const attempt = async (): Promise<HttpAnswer> => {
      const exchange = await this.#exchanger.open(url, headers);
      try {
        return await this.#read(url, key, request, entry, exchange);
      } finally {
        exchange.close();
      }
    };
    const answering = withRetries(url, attempt, undefined, this.#retrying);
    return entry === undefined ? answering : answering.finally(() => this.#stale.delete(key));
  }

  /** Sends a question that is no address, such as a call of XML-RPC. Neither cached nor sent twice. */
  async post(
    url: string,
    question: { readonly contentType: string; readonly body: string; readonly limit: number },
  ): Promise<Uint8Array> {
    if (this.#settings.offline) throw errors.offlineMiss(url);
    const headers = { "content-type": question.contentType };
    const exchange = await this.#exchanger.open(url, headers, { body: question.body });
    try {
      if (exchange.response.status !== 200) throw await refusalOf(url, exchange);
      const { limit } = question;
      return await this.#bytes(url, exchange, () => exchange.response.bytes(limit), limit);
    } catch (error) {
      throw error instanceof FailedAttempt ? error.error : error;
    } finally {
      exchange.close();
    }
  }

  /** See {@link downloadInto}. */
  async download(url: string, sink: DownloadSink): Promise<{ readonly url: string }> {
    if (this.#settings.offline) throw errors.offlineMiss(url);
    return downloadInto(sink, url, this.#exchanger, this.#retrying);
  }

  async #read(
    url: string,
    key: string,
    request: GetRequest,
    entry: KeptAnswer | undefined,
    exchange: Exchange,
  ): Promise<HttpAnswer> {
    const { response } = exchange;
    const { status } = response;
    if (status === 304 && entry !== undefined) {
      const freshness = freshnessOf(response.headers, this.#world.clock.now());
      const { etag, lastModified } = entry.freshness;
      const renewed = {
        freshUntil: freshness?.freshUntil ?? 0,
        etag: freshness?.etag ?? etag,
        lastModified: freshness?.lastModified ?? lastModified,
      };
      if (renewed.etag === etag && renewed.lastModified === lastModified)
        this.#cache?.renew(key, entry, renewed.freshUntil);
      else this.#cache?.write(key, { ...entry, freshness: renewed });
      return fromCache({ ...entry, freshness: renewed });
    }
    const accepted = request.accepted ?? [404, 410];
    const isWhole = status === 200;
    const isPart = status === 206 && request.range !== undefined;
    if (!isWhole && !isPart && !accepted.includes(status)) throw await refusalOf(url, exchange);
    // The whole file in answer to a range is not read at all: it may be gigabytes.
    const skipsBody = (isWhole && request.range !== undefined) || (!isWhole && !isPart);
    const freshness = isCacheable(request)
      ? freshnessOf(response.headers, this.#world.clock.now())
      : undefined;
    const bare: HttpAnswer = {
      status,
      url: exchange.url,
      headers: response.headers,
      contentType: response.headers.get("content-type") ?? "",
      body: nothing,
      tail: noTail,
      isFromCache: false,
      freshUntil: freshness?.freshUntil ?? 0,
    };
    const elsewhere = isWhole && !skipsBody ? request.encode?.elsewhere : undefined;
    const body = skipsBody
      ? nothing
      : await this.#bytes(
          url,
          exchange,
          async () => {
            if (elsewhere === undefined || response.packed === undefined)
              return response.bytes(request.limit);
            const packed = await response.packed(request.limit);
            exchange.close();
            const { encodings } = packed;
            const { limit } = request;
            const keep = this.#orderTo(key, request, status, freshness);
            const { url: address, contentType } = bare;
            const answer = {
              body: packed.bytes,
              encodings,
              limit,
              contentType,
              url: address,
              keep,
            };
            const unpack = (most: number): Uint8Array => packed.unpack(most);
            const made = (await elsewhere(answer, unpack)) ?? unpack(limit);
            // What came unpacked may be part of what was made of it.
            if (encodings.length > 0) releaseMemory(packed.bytes);
            return made;
          },
          request.limit,
        );
    // The connection has done its part.
    exchange.close();
    if (!(body instanceof Uint8Array))
      return this.#fromElsewhere(key, request, bare, freshness, body);
    const plain = { ...bare, body };
    const answer =
      isWhole && request.encode !== undefined ? encoded(plain, request.encode.encode) : plain;
    this.#keep(key, request, answer, freshness);
    return answer;
  }

  /** What the cache holds, as it is handed out: where that is another part of the whole, the whole is made, once. */
  #entry(key: string, request: GetRequest): KeptAnswer | undefined {
    const cache = this.#cache;
    const entry = cache?.read(key);
    const { encode } = request;
    if (cache === undefined || encode === undefined || entry?.part === undefined) return entry;
    if (entry.part.of === encode.part) return entry;
    try {
      const { freshness, status, url, contentType, seal, tail, part } = entry;
      const packed = tail.read(part.length, tail.length - part.length) ?? nothing;
      const body = this.#world.inflate.gunzip(packed, request.limit);
      const answer = encoded({ ...fromCache(entry), body }, encode.encode);
      const whole = { freshness, status, url, contentType, body: answer.body, tail: answer.tail };
      cache.write(key, whole);
      const kept = cache.read(key);
      return kept === undefined || kept.part !== undefined ? { ...whole, seal } : kept;
    } catch {
      // Whoever kept it had read it: what cannot be read now is asked for again.
      cache.forget(key);
      return undefined;
    }
  }

  #fromElsewhere(
    key: string,
    request: GetRequest,
    bare: HttpAnswer,
    freshness: Freshness | undefined,
    { body, tail, isPart }: EncodedElsewhere,
  ): HttpAnswer {
    if (!(tail instanceof Uint8Array) && this.#cache !== undefined)
      return { ...bare, body, tail: this.#cache.tailOf(key, tail.start, tail.length) };
    if (!(tail instanceof Uint8Array)) throw new Error("bug: kept without a cache");
    const answer = { ...bare, body, tail: tailInMemory(tail) };
    if (isPart === true) return answer;
    this.#keep(key, request, answer, freshness);
    return answer;
  }

  /** How another thread is to keep an answer; `undefined` when nobody is to. */
  #orderTo(
    key: string,
    request: GetRequest,
    status: number,
    freshness: Freshness | undefined,
  ): KeepOrder | undefined {
    const folder = this.#settings.cacheFolder;
    if (folder === undefined || !isCacheable(request)) return undefined;
    if (freshness === undefined && request.cache === "page") return undefined;
    const tag = `${this.#world.host.processId}t`;
    return { folder, tag, key, freshness: freshness ?? neverFresh, status };
  }

  #keep(
    key: string,
    request: GetRequest,
    answer: HttpAnswer,
    freshness: Freshness | undefined,
  ): void {
    if (this.#cache === undefined || !isCacheable(request)) return;
    const isMissing = answer.status === 404 || answer.status === 410;
    if (
      answer.status !== 200 &&
      !(isMissing && freshness !== undefined && freshness.freshUntil > 0)
    ) {
      this.#cache.forget(key);
      return;
    }
    if (freshness === undefined && request.cache === "page") return;
    const { status, url, contentType, body, tail } = answer;
    this.#cache.write(key, {
      freshness: freshness ?? neverFresh,
      status,
      url,
      contentType,
      body,
      tail,
    });
  }

  async #bytes<T>(
    url: string,
    exchange: Exchange,
    read: () => Promise<T>,
    limit: number,
  ): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof RangeError) throw errors.responseTooLarge(url, limit);
      throw this.#exchanger.attemptFailed(url, exchange, error, (why) =>
        errors.downloadCutOff(url, exchange.watch.received, why, error),
      );
    }
  }

  #isRefreshed(url: string): boolean {
    return this.#settings.refresh || this.#settings.refreshes?.(url) === true;
  }

  #isFresh(entry: CachedAnswer, request: GetRequest): boolean {
    if (request.cache === "immutable" && entry.status === 200) return true;
    return this.#world.clock.isBefore(entry.freshness.freshUntil);
  }
}

const nothing = new Uint8Array(0);
const neverFresh: Freshness = { freshUntil: 0, etag: undefined, lastModified: undefined };

function isCacheable(request: GetRequest): boolean {
  return request.cache !== "none" && request.range === undefined;
}

// The user is part of the key: two users may be shown different pages of one index.
function cacheKey(url: string, request: GetRequest): string {
  const user = /^[a-z]+:\/\/([^/?#:@]*)[^/?#@]*@/i.exec(url)?.[1] ?? "";
  return `${withoutCredentials(url)}\n${user}\n${request.accept ?? ""}\n${request.encode?.format ?? ""}`;
}

function fromCache(entry: CachedAnswer): HttpAnswer {
  const headers = new Headers();
  if (entry.contentType !== "") headers.set("content-type", entry.contentType);
  return {
    status: entry.status,
    url: entry.url,
    headers,
    contentType: entry.contentType,
    body: entry.body,
    tail: entry.tail,
    isFromCache: true,
    freshUntil: entry.freshness.freshUntil,
  };
}

function encoded(
  answer: HttpAnswer,
  encode: NonNullable<GetRequest["encode"]>["encode"],
): HttpAnswer {
  const { body, tail } = encode(answer);
  return { ...answer, body, tail: tailInMemory(tail) };
}
