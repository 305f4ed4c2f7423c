import type { Hashes } from "#base/hash";
import { pageHasOtherType } from "./errors.ts";
import { readJsonDocument, readJsonPage } from "./_simple-json.ts";
import { readHtmlPage } from "./_simple-html.ts";

/** One link of a project page or of a find-links page; nothing of the file name has been judged but its ending. */
export type SimpleLink = {
  /** One path segment: never holds a slash, a backslash or NUL. */
  readonly filename: string;
  /** Absolute and without fragment. It keeps the credentials of a page whose own address has some. */
  readonly url: string;
  /** By algorithm in lower case, hexadecimal in lower case; empty when the page gives none. */
  readonly hashes: Hashes;
  readonly size: number | undefined;
  /** As published and not empty; `standards/requires-python` reads it. */
  readonly requiresPython: string | undefined;
  /** PEP 592: `false`, or the reason, possibly empty. */
  readonly yanked: false | string;
  /** PEP 700, milliseconds since 1970. */
  readonly uploadTime: number | undefined;
  /** PEP 658, 714: digests of `<url>.metadata`; `{}` when it exists without digest, `undefined` when it does not. */
  readonly metadataHashes: Hashes | undefined;
};

/** A link that cannot be offered, and why. Files of formats that are no distributions are not even listed here. */
export type SkippedLink = { readonly filename: string; readonly reason: string };

/** PEP 792. */
export type SimpleStatus = {
  /** A status nobody knows counts as `active`, as an index may learn new words before pkm does. */
  readonly status: "active" | "archived" | "quarantined" | "deprecated";
  readonly reason: string | undefined;
};

/**
 * A page as it was served. The links of a JSON page are views of the decoded document that compute their
 * properties when asked, so a page of thousands of files costs little until somebody looks at them.
 */
export type SimplePage = {
  readonly format: "json" | "html";
  readonly apiVersion: readonly [major: number, minor: number];
  /** The minor version is newer than the one pkm knows: worth a warning, nothing more (PEP 629). */
  readonly isNewerMinor: boolean;
  /** As the page spells it; HTML pages do not say it. */
  readonly name: string | undefined;
  readonly status: SimpleStatus;
  /** PEP 700; may hold versions without files and versions that are not PEP 440. */
  readonly versions: readonly string[] | undefined;
  /** In the order of the page. */
  readonly links: readonly SimpleLink[];
  readonly skipped: readonly SkippedLink[];
};

/** What to send as `Accept` to get the page in the best form an index has (PEP 691). */
export const acceptedPageTypes =
  "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.1, text/html;q=0.01";

/**
 * Reads a page in the form its `Content-Type` names (PEP 691). `url` is the final address, after redirects:
 * links are relative to it, and a page that came over the network cannot send anyone to `file:`.
 */
export function parseSimplePage(
  content: Uint8Array | string,
  contentType: string,
  url: string,
): SimplePage {
  const [type = "", ...parameters] = contentType.split(";");
  switch (type.trim().toLowerCase()) {
    case "application/vnd.pypi.simple.v1+json":
    case "application/vnd.pypi.simple.latest+json":
    case "application/json":
      return parseSimpleJson(content, url);
    case "application/vnd.pypi.simple.v1+html":
    case "application/vnd.pypi.simple.latest+html":
    case "application/xhtml+xml":
    case "text/html":
      return parseSimpleHtml(decoded(content, parameters), url);
    default:
      throw pageHasOtherType(url, contentType);
  }
}

/**
 * Reads a JSON project page, API versions 1.0 to 1.5 (PEP 691, 700, 714, 740, 752, 792).
 *
 * An entry with a value of the wrong type is skipped, with a reason, and the rest of the page is kept; a page
 * that is not JSON, or of a newer major version, is an error.
 *
 * ```ts
 * import { strict as assert } from "node:assert";
 * import { parseSimpleJson } from "#standards/simple-page";
 *
 * const page = parseSimpleJson(
 *   `{"meta": {"api-version": "1.1"}, "name": "demo", "files": [
 *      {"filename": "demo-1.0-py3-none-any.whl", "url": "../../f/demo-1.0-py3-none-any.whl", "hashes": {}}]}`,
 *   "https://index.example/simple/demo/",
 * );
 * assert.equal(page.links[0]?.url, "https://index.example/f/demo-1.0-py3-none-any.whl");
 * ```
 */
export function parseSimpleJson(content: Uint8Array | string, url: string): SimplePage {
  return readJsonPage(typeof content === "string" ? content : decodeUtf8(content), url);
}

/** {@link parseSimpleJson} for a page whose JSON has been decoded. Files that nobody wants are not looked at. */
export function parseSimpleDocument(
  document: Readonly<Record<string, unknown>>,
  url: string,
  isWanted?: (filename: string) => boolean,
): SimplePage {
  return readJsonDocument(document, url, isWanted);
}

/**
 * Reads an HTML project page (PEP 503, 592, 629, 658, 714, 792) or a find-links page; both are the same: anchors.
 * A file is called by the last segment of its URL, decoded once.
 */
export function parseSimpleHtml(content: Uint8Array | string, url: string): SimplePage {
  return readHtmlPage(typeof content === "string" ? content : decodeUtf8(content), url);
}

function decodeUtf8(content: Uint8Array): string {
  return new TextDecoder().decode(content);
}

function decoded(content: Uint8Array | string, parameters: readonly string[]): string {
  if (typeof content === "string") return content;
  for (const parameter of parameters) {
    const [key = "", value = ""] = parameter.split("=");
    if (key.trim().toLowerCase() !== "charset") continue;
    try {
      // WHATWG names; a charset nobody knows is read as UTF-8, since names and URLs are ASCII anyway.
      return new TextDecoder(value.trim().replaceAll('"', "") as "utf-8").decode(content);
    } catch {
      break;
    }
  }
  return decodeUtf8(content);
}
