/** What a cache must know of an answer to use it again (RFC 9111). */
export type Freshness = {
  /** Milliseconds since 1970 until which it may be used without asking; 0 when it must always be asked. */
  readonly freshUntil: number;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
};

/**
 * Reads `Cache-Control`, `Expires`, `Age`, `ETag` and `Last-Modified`; `undefined` when the answer may not be kept. An
 * answer without any of them is kept for working offline. A private cache of one user: `private` and `s-maxage` do not
 * matter.
 */
export function freshnessOf(headers: Headers, now: number): Freshness | undefined {
  const control = headers.get("cache-control")?.toLowerCase() ?? "";
  if (/\bno-store\b/.test(control)) return undefined;
  const etag = headers.get("etag") ?? undefined;
  const lastModified = headers.get("last-modified") ?? undefined;
  const lifetime = /\bno-cache\b/.test(control) ? 0 : lifetimeOf(control, headers, now);
  return { freshUntil: lifetime > 0 ? now + lifetime : 0, etag, lastModified };
}

/** Headers that turn a request into a question whether something has changed. */
export function conditionalHeaders(freshness: Freshness): Record<string, string> {
  const headers: Record<string, string> = {};
  if (freshness.etag !== undefined) headers["if-none-match"] = freshness.etag;
  if (freshness.lastModified !== undefined) headers["if-modified-since"] = freshness.lastModified;
  return headers;
}

/** A validator good enough to join byte ranges of two answers (RFC 9110, 13.1.5): a strong ETag, else a date. */
export function rangeValidator(headers: Headers): string | undefined {
  const etag = headers.get("etag");
  if (etag !== null && !etag.startsWith("W/")) return etag;
  return headers.get("last-modified") ?? undefined;
}

/** Milliseconds that `Retry-After` asks for (RFC 9110, 10.2.3): seconds or a date. */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const text = headers.get("retry-after")?.trim();
  if (text === undefined || text === "") return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function lifetimeOf(control: string, headers: Headers, now: number): number {
  const age = Number(headers.get("age") ?? 0);
  const spent = Number.isFinite(age) && age > 0 ? age * 1000 : 0;
  const maxAge = /\bmax-age\s*=\s*"?(\d+)/.exec(control);
  if (maxAge !== null) return Math.min(Number(maxAge[1]), oneYear) * 1000 - spent;
  const expires = Date.parse(headers.get("expires") ?? "");
  return Number.isNaN(expires) ? 0 : Math.min(expires - now, oneYear * 1000);
}

const oneYear = 31_536_000;
