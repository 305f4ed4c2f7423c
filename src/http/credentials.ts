import type { Host } from "#platform/ports";
import { parseNetrc, type NetrcEntry } from "./netrc.ts";
import type { HttpSettings, NamedIndex } from "./settings.ts";

export type Credentials = { readonly username: string; readonly password: string };

type ParsedIndex = {
  readonly origin: string;
  readonly path: string;
  readonly url: string;
  readonly credentials: Credentials | undefined;
  readonly username: string | undefined;
};

/**
 * Who to be towards which server, in pip's order: the URL itself, the configured index with the longest common path
 * on the same origin, what has worked on that origin before, netrc. Never across origins. Keyrings are asked only
 * after a refusal, by `keyring.ts`.
 */
export class CredentialBook {
  readonly #indexes: readonly ParsedIndex[];
  /** No index has a user: then the address alone tells nearly always that there is none. */
  readonly #isAnonymous: boolean;
  readonly #known = new Map<string, Credentials>();
  readonly #readNetrc: () => string | undefined;
  #netrc: readonly NetrcEntry[] | undefined;

  constructor(
    settings: HttpSettings,
    host: Pick<Host, "env">,
    readNetrc: () => string | undefined,
  ) {
    this.#indexes = settings.indexes.flatMap((index) => parseIndex(index, host));
    this.#isAnonymous = this.#indexes.every(({ username }) => username === undefined);
    this.#readNetrc = readNetrc;
  }

  find(url: URL): Credentials | undefined {
    const own = ofUrl(url);
    if (own?.password !== undefined) {
      const credentials = { username: own.username, password: own.password };
      this.#known.set(url.origin, credentials);
      return credentials;
    }
    const isAnonymous = own === undefined && this.#isAnonymous;
    if (isAnonymous && this.#known.size === 0 && this.#entries().length === 0) return undefined;
    const index = isAnonymous ? undefined : this.#indexFor(url);
    const username = own?.username ?? index?.username;
    const found =
      index?.credentials ?? this.#known.get(url.origin) ?? this.#fromNetrc(url.hostname);
    if (found !== undefined && (username === undefined || found.username === username))
      return found;
    // A token is often written as a user without password.
    return username === undefined ? undefined : { username, password: "" };
  }

  /** Credentials that a keyring gave for this origin. */
  remember(url: URL, credentials: Credentials): void {
    this.#known.set(url.origin, credentials);
  }

  /** What to ask a keyring for: the index's own address first, then the host (pip's order). */
  services(url: URL): {
    readonly services: readonly string[];
    readonly username: string | undefined;
  } {
    const index = this.#indexFor(url);
    const username = ofUrl(url)?.username ?? index?.username;
    return { services: index === undefined ? [url.host] : [index.url, url.host], username };
  }

  #indexFor(url: URL): ParsedIndex | undefined {
    let best: ParsedIndex | undefined;
    let longest = -1;
    for (const index of this.#indexes) {
      if (index.origin !== url.origin) continue;
      const common = commonSegments(index.path, url.pathname);
      if (common > longest) {
        best = index;
        longest = common;
      }
    }
    return best;
  }

  #entries(): readonly NetrcEntry[] {
    return (this.#netrc ??= parseNetrc(this.#readNetrc() ?? ""));
  }

  #fromNetrc(host: string): Credentials | undefined {
    let fallback: NetrcEntry | undefined;
    for (const entry of this.#entries()) {
      if (entry.machine === host) return entry;
      if (entry.machine === undefined) fallback ??= entry;
    }
    return fallback;
  }
}

/** The `Authorization` header of HTTP Basic (RFC 7617, UTF-8). */
export function basicAuthorization(credentials: Credentials): string {
  const bytes = new TextEncoder().encode(`${credentials.username}:${credentials.password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

/** `PKM_INDEX_<NAME>_…` with the name in capitals and everything else but letters and digits as `_`. */
export function environmentCredentials(
  name: string,
  env: Host["env"],
): { readonly username: string; readonly password: string | undefined } | undefined {
  const stem = `PKM_INDEX_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`;
  const token = env[`${stem}_TOKEN`];
  if (token !== undefined && token !== "") return { username: "__token__", password: token };
  const username = env[`${stem}_USERNAME`];
  const password = env[`${stem}_PASSWORD`];
  if (username === undefined && password === undefined) return undefined;
  return { username: username ?? "__token__", password };
}

function parseIndex(index: NamedIndex, host: Pick<Host, "env">): ParsedIndex[] {
  if (!URL.canParse(index.url)) return [];
  const url = new URL(index.url);
  const own = ofUrl(url);
  const given =
    own?.password === undefined ? environmentCredentials(index.name, host.env) : undefined;
  const username = own?.username ?? given?.username;
  const password = own?.password ?? given?.password;
  url.username = "";
  url.password = "";
  return [
    {
      origin: url.origin,
      path: url.pathname,
      url: url.href,
      credentials:
        username === undefined || password === undefined ? undefined : { username, password },
      username,
    },
  ];
}

function ofUrl(
  url: URL,
): { readonly username: string; readonly password: string | undefined } | undefined {
  if (url.username === "" && url.password === "") return undefined;
  return {
    username: decode(url.username),
    password: url.password === "" ? undefined : decode(url.password),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function commonSegments(a: string, b: string): number {
  const as = a.split("/").filter((segment) => segment !== "");
  const bs = b.split("/").filter((segment) => segment !== "");
  let common = 0;
  while (common < as.length && common < bs.length && as[common] === bs[common]) common++;
  return common;
}
