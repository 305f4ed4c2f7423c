import type { NetworkResponse } from "#platform/ports";

/** What a server says about a refusal: `title` and `detail` of a problem document (RFC 9457), cut short. */
export async function serverWords(response: NetworkResponse): Promise<string | undefined> {
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
