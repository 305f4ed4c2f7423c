import { busyForSeconds } from "#base/busy-code";
import { readTime } from "./_upload-time.ts";
import type { Hashes } from "#base/hash";
import { pageIsBroken } from "./errors.ts";
import {
  isDistributionName,
  isSafeSegment,
  LinkBase,
  newestMinor,
  noDigests,
  readApiVersion,
  readStatus,
} from "./_simple-links.ts";
import type { SimpleLink, SimplePage, SkippedLink } from "./simple-page.ts";

type JsonObject = { readonly [key: string]: unknown };

export function readJsonPage(text: string, url: string): SimplePage {
  return readJsonDocument(decode(text, url), url);
}

export function readJsonDocument(
  document: JsonObject,
  url: string,
  isWanted?: (filename: string) => boolean,
): SimplePage {
  const meta = isObject(document.meta) ? document.meta : {};
  const version = meta["api-version"];
  if (version !== undefined && typeof version !== "string")
    throw pageIsBroken(url, "its `api-version` is not text");
  const apiVersion = readApiVersion(version, url);
  if (!Array.isArray(document.files)) throw pageIsBroken(url, "it has no list of files");

  // The specification's example shows the status inside `meta`, indexes send it at the top.
  const status = isObject(document["project-status"])
    ? document["project-status"]
    : isObject(meta["project-status"])
      ? meta["project-status"]
      : {};
  const links: SimpleLink[] = [];
  const skipped: SkippedLink[] = [];
  const base = baseOf(url);
  let origin = "\0";
  for (const file of document.files as readonly unknown[]) {
    if (!isObject(file)) {
      skipped.push({ filename: "", reason: "the entry is not an object" });
      continue;
    }
    const filename = file.filename;
    if (typeof filename !== "string") {
      skipped.push({ filename: "", reason: "the entry has no `filename`" });
      continue;
    }
    if (!isDistributionName(filename) || isWanted?.(filename) === false) continue;
    const { url } = file;
    // Most addresses need no parser to be seen as harmless: no path makes an address of a sound origin unsound.
    const isHttp = typeof url === "string" && (url.startsWith(origin) || isSoundHttp(url));
    if (isHttp && !url.startsWith(origin)) origin = url.slice(0, url.indexOf("/", 8) + 1) || "\0";
    const resolved = isHttp || typeof url !== "string" ? undefined : base.resolve(url);
    const reason = faultOf(file, filename) ?? (isHttp ? undefined : base.refusal(resolved));
    if (reason === undefined) links.push(new JsonLink(file as JsonFile, base, resolved));
    else skipped.push({ filename, reason });
  }
  return {
    format: "json",
    apiVersion,
    isNewerMinor: apiVersion[1] > newestMinor,
    name: typeof document.name === "string" ? document.name : undefined,
    status: readStatus(status.status, status.reason),
    versions: Array.isArray(document.versions)
      ? document.versions.filter((entry) => typeof entry === "string")
      : undefined,
    links,
    skipped,
  };
}

function isSoundHttp(url: string): boolean {
  return (url.startsWith("https://") || url.startsWith("http://")) && URL.canParse(url);
}

/** A page that is read release by release has one address. */
let lastBase: { readonly url: string; readonly base: LinkBase } | undefined;

function baseOf(url: string): LinkBase {
  if (lastBase?.url !== url) lastBase = { url, base: new LinkBase(url, url) };
  return lastBase.base;
}

function decode(text: string, url: string): JsonObject {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    const looksLikeHtml = /^\s*</.test(text.slice(0, 200));
    const why = looksLikeHtml
      ? "it is called JSON and holds HTML"
      : `it is not JSON (${String((cause as Error).message)})`;
    throw pageIsBroken(url, why, cause);
  }
  if (!isObject(document)) throw pageIsBroken(url, "it is not a JSON object");
  return document;
}

/** An entry whose types {@link faultOf} has found right. */
type JsonFile = {
  readonly filename: string;
  readonly url: string;
  readonly hashes?: Readonly<Record<string, string>> | null;
  readonly size?: number | null;
  readonly "requires-python"?: string | null;
  readonly yanked?: boolean | string | null;
  readonly "upload-time"?: string | null;
  readonly "core-metadata"?: boolean | Readonly<Record<string, string>> | null;
  readonly "dist-info-metadata"?: boolean | Readonly<Record<string, string>> | null;
};

function faultOf(file: JsonObject, filename: string): string | undefined {
  if (!isSafeSegment(filename)) return "its name is not one path segment";
  if (typeof file.url !== "string") return "the entry has no `url`";
  if (!isDigests(file.hashes)) return "its `hashes` are not texts";
  const python = file["requires-python"];
  if (python !== undefined && python !== null && typeof python !== "string")
    return "its `requires-python` is not text";
  const size = file.size;
  if (size !== undefined && size !== null && typeof size !== "number")
    return "its `size` is not a number";
  const yanked = file.yanked;
  if (
    yanked !== undefined &&
    yanked !== null &&
    typeof yanked !== "string" &&
    typeof yanked !== "boolean"
  )
    return "its `yanked` is neither text nor a truth value";
  const time = file["upload-time"];
  if (time !== undefined && time !== null && typeof time !== "string")
    return "its `upload-time` is not text";
  if (!isMetadataMark(file["core-metadata"]) || !isMetadataMark(file["dist-info-metadata"]))
    return "its `core-metadata` is neither a truth value nor digests";
  return undefined;
}

function isMetadataMark(value: unknown): boolean {
  return typeof value === "boolean" || isDigests(value);
}

function isDigests(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (!isObject(value)) return false;
  for (const algorithm in value) if (typeof value[algorithm] !== "string") return false;
  return true;
}

class JsonLink implements SimpleLink {
  readonly #file: JsonFile;
  readonly #base: LinkBase;
  readonly #resolved: string | undefined;

  constructor(file: JsonFile, base: LinkBase, resolved: string | undefined) {
    this.#file = file;
    this.#base = base;
    this.#resolved = resolved;
  }

  get filename(): string {
    return this.#file.filename;
  }

  get url(): string {
    return this.#resolved ?? this.#base.resolve(this.#file.url) ?? this.#file.url;
  }

  get hashes(): Hashes {
    return lowerCased(this.#file.hashes ?? noDigests);
  }

  get size(): number | undefined {
    const size = this.#file.size;
    return typeof size === "number" && Number.isSafeInteger(size) && size >= 0 ? size : undefined;
  }

  get requiresPython(): string | undefined {
    const text = this.#file["requires-python"];
    return typeof text === "string" && text.trim() !== "" ? text : undefined;
  }

  get yanked(): false | string {
    const yanked = this.#file.yanked;
    if (yanked === true) return "";
    return typeof yanked === "string" && yanked !== "" ? yanked : false;
  }

  get uploadTime(): number | undefined {
    const text = this.#file["upload-time"];
    return typeof text === "string" ? readTime(text) : undefined;
  }

  // PEP 714: the older name counts only where the newer one is absent.
  get metadataHashes(): Hashes | undefined {
    const mark = this.#file["core-metadata"] ?? this.#file["dist-info-metadata"];
    if (mark === undefined || mark === null || mark === false) return undefined;
    return mark === true ? noDigests : lowerCased(mark);
  }
}

/** Nearly every page writes digests in lower case already, and then the decoded object itself is the answer. */
function lowerCased(hashes: Readonly<Record<string, string>>): Hashes {
  for (const algorithm in hashes) {
    if (/[A-Z]/.test(algorithm) || /[A-F]/.test(hashes[algorithm] as string))
      return Object.fromEntries(
        Object.entries(hashes).map(([key, hex]) => [key.toLowerCase(), hex.toLowerCase()]),
      );
  }
  return hashes;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

busyForSeconds(faultOf, isDigests, isMetadataMark, lowerCased, JsonLink);
