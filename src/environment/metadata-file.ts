import { errnoOf } from "#base/errors";
import type { NormalizedName } from "#standards/name";
import type { InstalledDistribution } from "./environment.ts";
import type { ReadingFiles } from "./survey.ts";

export type MetadataHead = { readonly name: string; readonly version: string };

/** Name and Version stand among the first headers of all but the strangest files. */
const headSize = 1024;
const utf8 = new TextDecoder();

/**
 * Name and Version of a METADATA or PKG-INFO file, without reading what it says further down; empty where a header
 * is missing. `undefined` when there is no such file.
 */
export function metadataHead(path: string, files: ReadingFiles): MetadataHead | undefined {
  let start: Uint8Array;
  try {
    start = files.readAt(path, 0, headSize);
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR", "EACCES"].includes(errnoOf(error) ?? "")) return undefined;
    throw error;
  }
  const text = utf8.decode(start);
  const plain = plainHead(text);
  if (plain !== undefined) return plain;
  const head = headersOf(text);
  if (head.complete || start.length < headSize) return head;
  return headersOf(files.tryReadText(path) ?? "");
}

/** The two headers as every tool of today writes them, found without looking at each line. */
function plainHead(text: string): MetadataHead | undefined {
  const name = text.indexOf("\nName: ") + 7;
  const version = text.indexOf("\nVersion: ") + 10;
  if (name === 6 || version === 9) return undefined;
  const nameEnd = text.indexOf("\n", name);
  const versionEnd = text.indexOf("\n", version);
  const blank = text.indexOf("\n\n");
  if (nameEnd < 0 || versionEnd < 0 || (blank >= 0 && (blank < name || blank < version)))
    return undefined;
  return {
    name: text.slice(name, nameEnd).trim(),
    version: text.slice(version, versionEnd).trim(),
  };
}

function headersOf(text: string): MetadataHead & { readonly complete: boolean } {
  let name = "";
  let version = "";
  for (let start = 0; start < text.length;) {
    const end = text.indexOf("\n", start);
    const stop = end < 0 ? text.length : end;
    // An empty line ends the headers.
    if (stop === start || (stop === start + 1 && text[start] === "\r"))
      return { name, version, complete: true };
    const letter = text.charCodeAt(start) | 0x20;
    if (name === "" && letter === 0x6e) name = valueOf("name:", text, start, stop);
    else if (version === "" && letter === 0x76) version = valueOf("version:", text, start, stop);
    if (name !== "" && version !== "" && end >= 0) return { name, version, complete: true };
    start = stop + 1;
  }
  return { name, version, complete: false };
}

function valueOf(header: string, text: string, start: number, stop: number): string {
  if (text.slice(start, start + header.length).toLowerCase() !== header) return "";
  return text.slice(start + header.length, stop).trim();
}

/** So much of a file holds the headers of most, and so much those of all but the ones that carry a licence among them. */
const headersSizes = [4096, 32_768] as const;

/**
 * Tells of METADATA files, in much less time than parsing takes, whether they may require one of these; it may say yes
 * where there is no such requirement, never no where there is one.
 */
export function requirementSearch(
  names: Iterable<NormalizedName>,
): (path: string, files: ReadingFiles) => boolean {
  const spellings = [...names].map((name) => name.replaceAll("-", "[-_.]+")).join("|");
  const wanted = new RegExp(`^requires-dist:\\s*(?:${spellings})(?![-_.]*[a-z0-9])`, "im");
  return (path, files) => {
    for (const size of headersSizes) {
      const start = files.readAt(path, 0, size);
      const text = utf8.decode(start);
      // What follows an empty line is no header.
      const end = text.search(/\n\r?\n/);
      if (end >= 0 || start.length < size) return wanted.test(end >= 0 ? text.slice(0, end) : text);
    }
    return wanted.test(files.tryReadText(path) ?? "");
  };
}

/** Name and version in `Foo_Bar-1.2-py3.12.egg-info` and its like; the version is empty where there is none. */
export function nameAndVersion(entryName: string): MetadataHead {
  const stem = entryName.replace(/\.(?:dist-info|egg-info|egg-link|egg)$/, "");
  const [name = "", version = ""] = stem.split("-");
  return { name, version };
}

/** PKG-INFO of an egg that is a folder. */
export function eggMetadataFile(egg: string, files: ReadingFiles): string | undefined {
  const path = `${egg}/EGG-INFO/PKG-INFO`;
  return files.tryStat(path) === undefined ? undefined : path;
}

/** Metadata of an egg with its requirements, which setuptools keeps in `requires.txt`, as headers in front. */
export function metadataOfEgg(distribution: InstalledDistribution, files: ReadingFiles): string {
  const { kind, metadataPath, displayName, version } = distribution;
  const isFile = kind === "egg-info-file";
  const own = files.tryReadText(isFile ? metadataPath : `${metadataPath}/PKG-INFO`);
  const text = own ?? `Metadata-Version: 1.0\nName: ${displayName}\nVersion: ${version}\n`;
  if (isFile || /^requires-dist:/im.test(text)) return text;
  const required = files.tryReadText(`${metadataPath}/requires.txt`);
  if (required === undefined) return text;
  return (
    requirementsOfEgg(required)
      .map((line) => `Requires-Dist: ${line}\n`)
      .join("") + text
  );
}

/** `requires.txt`: one requirement a line; a section `[extra:marker]` puts its condition on those that follow. */
export function requirementsOfEgg(text: string): string[] {
  const found: string[] = [];
  let condition = "";
  for (const raw of text.split("\n")) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const section = /^\[([^:\]]*)(?::(.*))?\]$/.exec(line);
    if (section !== null) {
      const extra = section[1] === "" ? [] : [`extra == "${section[1]}"`];
      const marker = section[2] === undefined || section[2] === "" ? [] : [`(${section[2]})`];
      condition = [...marker, ...extra].join(" and ");
    } else found.push(condition === "" ? line : `${line} ; ${condition}`);
  }
  return found;
}
