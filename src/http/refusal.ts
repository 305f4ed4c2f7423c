import type { NetworkResponse } from "#platform/ports";
import * as errors from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { FailedAttempt } from "./failure.ts";

/** What to make of a status that is no answer. */
export async function refusalOf(url: string, exchange: Exchange): Promise<FailedAttempt> {
  const { response } = exchange;
  const { status } = response;
  const said = await serverWords(response);
  const reason = `the server answered ${errors.statusText(status)}`;
  if (status === 401 || status === 403)
    return new FailedAttempt({
      retry: "no",
      reason,
      error: errors.indexForbidden(exchange.url, status, said, exchange.hadCredentials),
    });
  const wait = exchange.retryAfter();
  if (status === 429)
    return new FailedAttempt({
      retry: "yes",
      reason,
      wait,
      error: errors.indexRateLimited(url, wait),
    });
  if (status === 408 || status >= 500)
    return new FailedAttempt({
      retry: "yes",
      reason,
      wait,
      error: errors.indexFailed(url, status, said),
    });
  return new FailedAttempt({
    retry: "no",
    reason,
    error: errors.requestRefused(url, status, said),
  });
}

/** What a server says about a refusal: `title` and `detail` of a problem document (RFC 9457), cut short. */
async function serverWords(response: NetworkResponse): Promise<string | undefined> {
  if (!/\bproblem\+json\b/i.test(response.headers.get("content-type") ?? "")) return undefined;
  try {
    const problem: unknown = JSON.parse(new TextDecoder().decode(await response.bytes(65_536)));
    if (typeof problem !== "object" || problem === null) return undefined;
    const { title, detail } = problem as { readonly title?: unknown; readonly detail?: unknown };
    const words = [title, detail].filter((text) => typeof text === "string" && text !== "");
    if (words.length === 0) return undefined;
    // Control characters of a stranger have no business on a terminal.
    return `the server says: ${words
      .join(": ")
      .replaceAll(/\p{Cc}+/gu, " ")
      .slice(0, 300)}`;
  } catch {
    return undefined;
  }
}
