import { readTime } from "./_upload-time.ts";
import { pageIsBroken } from "./errors.ts";
import { attribute, startTags } from "./_html-tokens.ts";
import {
  isDistributionName,
  isSafeSegment,
  LinkBase,
  newestMinor,
  noDigests,
  readApiVersion,
  readDigests,
  readStatus,
  type DigestTable,
} from "./_simple-links.ts";
import type { SimpleLink, SimplePage, SkippedLink } from "./simple-page.ts";

type Anchor = {
  readonly href: string;
  readonly requiresPython: string | undefined;
  readonly yanked: false | string;
  readonly uploadTime: number | undefined;
  readonly metadataHashes: DigestTable | undefined;
};

export function readHtmlPage(text: string, url: string): SimplePage {
  const anchors: Anchor[] = [];
  let base: string | undefined;
  let version: string | undefined;
  let status: string | undefined;
  let reason: string | undefined;
  for (const tag of startTags(text)) {
    if (tag.name === "a") {
      const href = attribute(tag, "href");
      if (href === undefined) continue;
      const python = attribute(tag, "data-requires-python");
      anchors.push({
        href: href.trim(),
        requiresPython: python === undefined || python.trim() === "" ? undefined : python,
        yanked: attribute(tag, "data-yanked") ?? false,
        // No standard has it, but mirrors send it, and uv reads it: without it a date limit leaves nothing.
        uploadTime: readTime(attribute(tag, "data-upload-time") ?? ""),
        // PEP 714: the older name counts only where the newer one is absent.
        metadataHashes: readMetadataMark(
          attribute(tag, "data-core-metadata") ?? attribute(tag, "data-dist-info-metadata"),
        ),
      });
    } else if (tag.name === "base") {
      // HTML: the first base element that has an address counts, also for links before it.
      base ??= attribute(tag, "href");
    } else {
      const content = attribute(tag, "content");
      if (content === undefined) continue;
      const name = attribute(tag, "name");
      if (name === "pypi:repository-version") version ??= content;
      else if (name === "pypi:project-status") status ??= content.trim();
      else if (name === "pypi:project-status-reason") reason ??= content;
    }
  }
  const apiVersion = readApiVersion(version, url);
  const links: SimpleLink[] = [];
  const skipped: SkippedLink[] = [];
  const linkBase = new LinkBase(resolveBase(base, url), url);
  for (const anchor of anchors) addLink(anchor, linkBase, links, skipped);
  return {
    format: "html",
    apiVersion,
    isNewerMinor: apiVersion[1] > newestMinor,
    name: undefined,
    status: readStatus(status, reason),
    versions: undefined,
    links,
    skipped,
  };
}

function resolveBase(base: string | undefined, url: string): string {
  try {
    return base === undefined ? url : new URL(base.trim(), url).href;
  } catch (cause) {
    throw pageIsBroken(url, `its base address \`${base}\` is not a URL`, cause);
  }
}

function addLink(
  anchor: Anchor,
  base: LinkBase,
  links: SimpleLink[],
  skipped: SkippedLink[],
): void {
  const filename = lastSegment(anchor.href);
  if (filename === undefined || !isDistributionName(filename)) return;
  const url = base.resolve(anchor.href);
  const reason = isSafeSegment(filename) ? base.refusal(url) : "its name is not one path segment";
  if (reason !== undefined || url === undefined) {
    skipped.push({ filename, reason: reason ?? "its address is not a URL" });
    return;
  }
  const hash = anchor.href.indexOf("#");
  links.push({
    filename,
    url,
    hashes: hash === -1 ? noDigests : readDigests(anchor.href.slice(hash + 1)),
    size: undefined,
    requiresPython: anchor.requiresPython,
    yanked: anchor.yanked,
    uploadTime: anchor.uploadTime,
    metadataHashes: anchor.metadataHashes,
  });
}

/**
 * The last segment of the path, percent-decoded once: decoding twice would let `%252F` smuggle a slash into a
 * file name. `undefined` when it is no valid encoding.
 */
function lastSegment(href: string): string | undefined {
  let end = href.length;
  for (const stop of ["#", "?"]) {
    const at = href.indexOf(stop);
    if (at !== -1 && at < end) end = at;
  }
  // A URL parser reads a backslash in `http:` addresses as a slash.
  const slash = Math.max(href.lastIndexOf("/", end - 1), href.lastIndexOf("\\", end - 1));
  const segment = href.slice(end === 0 ? 0 : slash + 1, end);
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** `sha256=…` or `true`; anything else promises nothing. */
function readMetadataMark(mark: string | undefined): DigestTable | undefined {
  if (mark === undefined) return undefined;
  const text = mark.trim();
  if (text.toLowerCase() === "true") return noDigests;
  return text.includes("=") ? readDigests(text) : undefined;
}
