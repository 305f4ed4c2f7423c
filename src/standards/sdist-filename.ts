import { invalidSdistFilename } from "./errors.ts";
import { normalizeName } from "./name.ts";
import type { NormalizedName } from "./name.ts";
import { tryParseVersion } from "./version.ts";
import type { Version } from "./version.ts";

/** What the name of a source distribution says (PyPUG source-distribution-format, PEP 625). */
export type SdistFilename = {
  readonly name: NormalizedName;
  readonly version: Version;
  readonly extension: SdistExtension;
};

/** The two that the standard knows, and what pip installs as well. */
export type SdistExtension = (typeof extensions)[number];

const extensions = [
  ".tar.gz",
  ".zip",
  ".tar.bz2",
  ".tgz",
  ".tar.xz",
  ".tar.zst",
  ".tar",
  ".tbz",
  ".tbz2",
  ".txz",
  ".tar.lzma",
  ".tlz",
] as const;
const standardExtensions = 2;

/**
 * Reads `name-version.tar.gz` (or `.zip`, as older tools wrote). The dash between them is the last one; where the
 * wanted name is given, it is the one that leaves that name, since versions of old files may have dashes.
 */
export function parseSdistFilename(text: string, name?: NormalizedName): SdistFilename {
  return whole(text, readFilename(text, name, extensions.slice(0, standardExtensions)));
}

/** {@link parseSdistFilename} for old releases as well: with every ending that pip takes for that of an sdist. */
export function parseSourceFilename(text: string, name?: NormalizedName): SdistFilename {
  return whole(text, readFilename(text, name, extensions));
}

/** {@link parseSourceFilename} for text from outside: `undefined` when it is no sdist's name. */
export function tryParseSourceFilename(
  text: string,
  name?: NormalizedName,
): SdistFilename | undefined {
  const sdist = readFilename(text, name, extensions);
  return typeof sdist === "string" ? undefined : sdist;
}

function whole(text: string, sdist: SdistFilename | string): SdistFilename {
  if (typeof sdist === "string")
    throw invalidSdistFilename(text, { start: 0, end: text.length }, sdist);
  return sdist;
}

function readFilename(
  text: string,
  wanted: NormalizedName | undefined,
  known: readonly SdistExtension[],
): SdistFilename | string {
  const extension = known.find((ending) => text.endsWith(ending));
  if (extension === undefined) return "it ends neither in `.tar.gz` nor in `.zip`";
  if (/[/\\\p{Cc}]/u.test(text)) return "a file name has no slashes and no control characters";
  const stem = text.slice(0, -extension.length);
  if (wanted !== undefined) {
    const found = splitAtName(stem, wanted);
    return found === undefined ? `it is not an sdist of \`${wanted}\`` : { ...found, extension };
  }
  const dash = stem.lastIndexOf("-");
  if (dash === -1) return "it has no dash between name and version";
  if (dash === 0) return "it has no name";
  const version = tryParseVersion(stem.slice(dash + 1));
  if (version === undefined) return `\`${stem.slice(dash + 1)}\` is not a version`;
  return { name: nameOf(stem.slice(0, dash)), version, extension };
}

function splitAtName(
  stem: string,
  wanted: NormalizedName,
): Omit<SdistFilename, "extension"> | undefined {
  return splitBehind(wanted.length, stem, wanted) ?? splitBehind(0, stem, wanted);
}

/** A name has dashes itself, so nearly always the right one comes after as many characters as the name has. */
function splitBehind(
  start: number,
  stem: string,
  wanted: NormalizedName,
): Omit<SdistFilename, "extension"> | undefined {
  for (let dash = stem.indexOf("-", start); dash !== -1; dash = stem.indexOf("-", dash + 1)) {
    if (nameOf(stem.slice(0, dash)) !== wanted) continue;
    const version = tryParseVersion(stem.slice(dash + 1));
    if (version !== undefined) return { name: wanted, version };
  }
  return undefined;
}

// Real names are ASCII; packaging accepts anything here, and folds all letters.
function nameOf(part: string): NormalizedName {
  return normalizeName(/^[\w.-]+$/.test(part) ? part : part.toLowerCase());
}
