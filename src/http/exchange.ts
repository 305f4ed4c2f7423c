import { PkmError } from "#base/errors";
import type { Report } from "#base/report";
import type { NetworkResponse } from "#platform/ports";
import type { HttpWorld } from "./client.ts";
import { basicAuthorization, CredentialBook, type Credentials } from "./credentials.ts";
import * as errors from "./errors.ts";
import type { HttpEvent } from "./events.ts";
import { describeNetworkError, describeStall, FailedAttempt } from "./failure.ts";
import { retryAfter } from "./freshness.ts";
import { HostSlots } from "./host-slots.ts";
import { Keyring } from "./keyring.ts";
import { readNetrc } from "./netrc.ts";
import { proxyFor } from "./proxy.ts";
import type { HttpSettings } from "./settings.ts";
import { Certificates, isTrustedHost } from "./tls.ts";
import { Watchdog, type Watch } from "./watchdog.ts";

/** One answer whose body has not been read; to be closed in any case. */
export type Exchange = {
  readonly response: NetworkResponse;
  /** Where the answer came from, after redirects. */
  readonly url: string;
  readonly hadCredentials: boolean;
  readonly retryAfter: () => number | undefined;
  readonly watch: Watch;
  close(): void;
};

/** How a request is made, where that is not the usual way. */
export type RequestWay = {
  /** See {@link NetworkRequest.isCareful}. */
  readonly isCareful?: boolean;
  /** Before others that wait for the same host. */
  readonly goesFirst?: boolean;
  /** Posted instead of asking with GET. */
  readonly body?: string;
};

/**
 * One request up to its answer: redirects and credentials are settled here, retries are not.
 *
 * Redirects lead from http(s) to http(s) only, never from https to http, and whoever is at the target gets the
 * credentials of the target's own origin or none.
 */
export class Exchanger {
  readonly #settings: HttpSettings;
  readonly #world: HttpWorld;
  readonly #book: CredentialBook;
  readonly #keyring: Keyring;
  readonly #certificates: Certificates;
  readonly #slots: HostSlots;
  readonly #watchdog: Watchdog;
  readonly #proxies = new Map<string, string | undefined>();

  constructor(settings: HttpSettings, world: HttpWorld, report: Report<HttpEvent>) {
    this.#settings = settings;
    this.#world = world;
    this.#slots = new HostSlots(Math.max(1, settings.connections));
    this.#book = new CredentialBook(settings, world.host, () => readNetrc(world));
    this.#keyring = new Keyring(settings, world, report);
    this.#certificates = new Certificates(settings, world);
    this.#watchdog = new Watchdog(world.clock, settings.timeout);
  }

  async open(
    start: string,
    headers: Readonly<Record<string, string>>,
    way: RequestWay = {},
  ): Promise<Exchange> {
    const hops = [start];
    let url = parseHttpUrl(start);
    let credentials = this.#book.find(url);
    let hasAsked = false;
    for (;;) {
      const exchange = await this.#send(url, headers, credentials, way);
      const { response } = exchange;
      const target = redirectTarget(response);
      if (target !== undefined) {
        exchange.close();
        const next = this.#checkedTarget(url, target);
        hops.push(next.href);
        if (hops.length > redirectLimit + 1 || hops.indexOf(next.href) < hops.length - 1)
          throw errors.redirectLoop(start, hops);
        url = next;
        credentials = this.#book.find(url);
        continue;
      }
      if (response.status === 401 && !hasAsked) {
        hasAsked = true;
        const other = await this.#askFor(url, credentials);
        if (other !== undefined) {
          exchange.close();
          credentials = other;
          continue;
        }
      }
      return exchange;
    }
  }

  /** The failure of reading an answer, told as an attempt that failed. */
  attemptFailed(
    url: string,
    exchange: { readonly watch: Watch },
    error: unknown,
    cutOff: (why: string) => PkmError,
  ): FailedAttempt {
    const { stall } = exchange.watch;
    if (stall !== undefined) {
      const why = describeStall(stall, this.#settings.timeout);
      const retry = stall === "too-slow" ? "no" : "timeout";
      return new FailedAttempt({ retry, reason: why, error: errors.indexUnreachable(url, why) });
    }
    const { kind, why } = describeNetworkError(error);
    if (kind === "answer")
      return new FailedAttempt({
        retry: "yes",
        reason: why,
        error: errors.badAnswer(url, why, error),
      });
    return new FailedAttempt({ retry: "yes", reason: why, error: cutOff(why) });
  }

  async #send(
    url: URL,
    headers: Readonly<Record<string, string>>,
    credentials: Credentials | undefined,
    { isCareful = false, goesFirst = false, body }: RequestWay,
  ): Promise<Exchange> {
    const slot = url.host;
    const address = bare(url);
    const turn = this.#slots.take(slot, goesFirst);
    if (turn !== undefined) await turn;
    const abort = new AbortController();
    const watch = this.#watchdog.watch(abort);
    let isOpen = true;
    const close = (): void => {
      if (!isOpen) return;
      isOpen = false;
      watch.end();
      this.#slots.giveBack(slot);
    };
    try {
      const proxy = this.#proxyFor(url);
      const response = await this.#world.network.send({
        ...(body === undefined ? { method: "GET" } : { method: "POST", body }),
        url: address,
        headers: {
          "user-agent": this.#settings.userAgent,
          ...headers,
          ...(credentials === undefined ? {} : { authorization: basicAuthorization(credentials) }),
        },
        signal: abort.signal,
        isCareful,
        onProgress: (bytes) => watch.progress(bytes),
        ...(url.protocol === "https:" ? { tls: this.#certificates.optionsFor(url) } : {}),
        ...(proxy === undefined ? {} : { proxy }),
      });
      watch.progress(0);
      return {
        response,
        url: address,
        hadCredentials: credentials !== undefined,
        retryAfter: () => retryAfter(response.headers, this.#world.clock.now()),
        watch,
        close: () => {
          if (isOpen) response.discard();
          close();
        },
      };
    } catch (error) {
      close();
      // A proxy or a certificate file that cannot be used: asking again would not help.
      if (error instanceof PkmError) throw error;
      if (watch.stall === undefined) {
        const { kind, why } = describeNetworkError(error);
        if (kind === "tls")
          throw new FailedAttempt({
            retry: "no",
            reason: why,
            error: errors.tlsUntrusted(url.href, why, error),
          });
      }
      throw this.attemptFailed(url.href, { watch }, error, (why) =>
        errors.indexUnreachable(url.href, why, error),
      );
    }
  }

  #proxyFor(url: URL): string | undefined {
    const known = this.#proxies.get(url.origin);
    if (known !== undefined || this.#proxies.has(url.origin)) return known;
    const proxy = proxyFor(url, this.#settings.proxy, this.#world.host.env);
    this.#proxies.set(url.origin, proxy);
    return proxy;
  }

  #checkedTarget(from: URL, location: string): URL {
    const source = bare(from);
    if (!URL.canParse(location, source))
      throw errors.redirectRefused(source, location, "it is not a URL");
    const target = new URL(location, source);
    target.hash = "";
    if (target.protocol !== "http:" && target.protocol !== "https:")
      throw errors.redirectRefused(
        source,
        target.href,
        "only http and https can be reached by a redirect",
      );
    if (
      from.protocol === "https:" &&
      target.protocol === "http:" &&
      !isTrustedHost(target, this.#settings.trustedHosts)
    )
      throw errors.redirectRefused(source, target.href, "it would leave the encrypted connection");
    return target;
  }

  /** After a 401. A keyring is asked once for each origin and name. */
  async #askFor(url: URL, sent: Credentials | undefined): Promise<Credentials | undefined> {
    const differs = (found: Credentials | undefined): found is Credentials =>
      found !== undefined &&
      (found.username !== sent?.username || found.password !== sent.password);
    // Another request may have been given the answer while this one was under way.
    const known = this.#book.find(url);
    if (differs(known)) return known;
    const { services, username } = this.#book.services(url);
    const found = await this.#keyring.ask(services, username);
    if (!differs(found)) return undefined;
    this.#book.remember(url, found);
    return found;
  }
}

const redirectLimit = 20;

function parseHttpUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw errors.badUrl(text);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw errors.badUrl(text);
  if (text.includes("#")) url.hash = "";
  return url;
}

// fetch would turn credentials of the URL into a header by itself.
function bare(url: URL): string {
  if (url.username === "" && url.password === "") return url.href;
  const copy = new URL(url);
  copy.username = "";
  copy.password = "";
  return copy.href;
}

function redirectTarget(response: NetworkResponse): string | undefined {
  switch (response.status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      return response.headers.get("location") ?? undefined;
    default:
      return undefined;
  }
}
