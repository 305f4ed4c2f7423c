import { busyForSeconds } from "#base/busy-code";
import { normalizeName, type NormalizedName } from "#standards/name";
import { parseSourceFilename, tryParseSourceFilename } from "#standards/sdist-filename";
import {
  parseSimpleDocument,
  parseSimpleJson,
  parseSimplePage,
  type SimplePage,
} from "#standards/simple-page";
import { parseVersion, tryParseVersion, type Version, type VersionKey } from "#standards/version";
import { parseWheelFilename, tryParseWheelFilename } from "#standards/wheel-filename";
import { locateEntries, writeEntries, type Entries } from "./_page-entries.ts";
import { locatePinned } from "./_pinned-entries.ts";
import type { FileIdentity, ProjectFile, ProjectListing, Release } from "./listing.ts";

/*
 * A project page as it lies in the cache: the index's own JSON, and a table of contents which says where the entries of
 * each release stand, newest release first. Opening a page of thousands of files costs no more than reading its list
 * of versions; entries are read and decoded when somebody looks at the release. HTML pages are rewritten as JSON.
 */

/** Part of the cache's key: to be changed with the layout and with the rules by which it is made. */
export const compactFormat = "page-4";

export type CompactPage = {
  /** The table; see {@link writeTable}. */
  readonly table: Uint8Array;
  /** The entries, as JSON. */
  readonly entries: Uint8Array;
};

/** Where the entries of an opened page lie. */
export type EntryReader = {
  /** `undefined` when they are gone. */
  readonly read: (offset: number, length: number) => Uint8Array | undefined;
  readonly crc32: (content: Uint8Array) => number;
  /** The page as it lies in the cache now: another process may have renewed it since its table was read. */
  readonly reopen: () => { readonly table: Uint8Array; readonly entries: EntryReader } | undefined;
  /** Has the page fetched again by the next run; the error for entries that are gone or damaged. */
  readonly damaged: () => Error;
};

/** Reads a page as it was served and sorts it into releases. Throws what `parseSimplePage` throws. */
export function compactPage(
  page: { readonly content: Uint8Array; readonly contentType: string; readonly url: string },
  name: NormalizedName,
  crc32: (content: Uint8Array) => number,
): CompactPage {
  const { content, contentType, url } = page;
  return isJson(contentType)
    ? compactJson(content, url, name, crc32)
    : compactLinks(parseSimplePage(content, contentType, url), url, name, crc32);
}

/**
 * The same of one version alone, with its local ones, for whoever wants nothing else of a page; a few others may be in
 * it. `undefined` where the page has to be read as a whole.
 */
export function pinnedPart(
  { content, contentType, url }: Parameters<typeof compactPage>[0],
  name: NormalizedName,
  pin: Version,
  crc32: (content: Uint8Array) => number,
): CompactPage | undefined {
  const located = isJson(contentType) ? locatePinned(content, name, pin) : undefined;
  if (located === undefined) return undefined;
  return new Contents(name, url, parseSimpleDocument(located.shell, url), located).finish(crc32);
}

/** Opens what {@link compactPage} made. */
export function openPage(
  bytes: Uint8Array,
  entries: EntryReader,
  name: NormalizedName,
  repository: string,
): ProjectListing & { readonly newer: string | undefined } {
  const table = readTable(bytes);
  const context: PageContext = { table, entries, name, repository };
  const releases: Release[] = [];
  for (let at = 0; at < table.versions.length; at++) releases.push(new StoredRelease(context, at));
  return {
    name,
    repository,
    status: { status: table.status, reason: table.reason },
    releases,
    // Reasons are for messages, and finding them takes an exception each.
    get skipped() {
      return table.skipped.map(([filename, reason]) => ({
        filename,
        reason: reason ?? faultOf(filename, name),
      }));
    },
    newer: table.newer,
  };
}

/** What a file is by its name; `undefined` when it is no distribution, or none of `name`. */
export function identityOf(
  filename: string,
  name: NormalizedName | undefined,
): FileIdentity | undefined {
  if (filename.endsWith(".whl")) {
    const wheel = tryParseWheelFilename(filename);
    if (wheel === undefined || (name !== undefined && wheel.name !== name)) return undefined;
    return { kind: "wheel", ...wheel };
  }
  const sdist = tryParseSourceFilename(filename, name);
  return sdist === undefined ? undefined : { kind: "sdist", ...sdist };
}

/** Why {@link identityOf} has no answer. */
export function faultOf(filename: string, name: NormalizedName): string {
  try {
    const found = filename.endsWith(".whl")
      ? parseWheelFilename(filename)
      : parseSourceFilename(filename, name);
    return `it is a file of \`${found.name}\``;
  } catch (error) {
    const { why, what } = error as { readonly why?: string; readonly what?: string };
    return why ?? what ?? "its name cannot be read";
  }
}

type Table = {
  /** What relative addresses are relative to. */
  readonly url: string;
  readonly status: ProjectListing["status"]["status"];
  readonly reason?: string | undefined;
  readonly newer?: string;
  /** Without a reason where it follows from the name. */
  readonly skipped: readonly (readonly [filename: string, reason?: string])[];
  readonly versions: readonly string[];
  /**
   * For each release how many of the numbers behind belong to the releases up to and with it; then start, length and
   * checksum of stretches of entries, neighbours of one release being one stretch.
   */
  readonly numbers: DataView;
};

/**
 * A table as bytes: the length of a head, the head as JSON, the number of versions and the length of their text, the
 * versions a line each, numbers of four bytes. Of these a resolution looks at few.
 */
function writeTable(
  head: Omit<Table, "versions" | "numbers">,
  versions: readonly string[],
  numbers: readonly number[],
): Uint8Array {
  const encoder = new TextEncoder();
  const headBytes = encoder.encode(JSON.stringify(head));
  const lines = encoder.encode(versions.join("\n"));
  const bytes = new Uint8Array(12 + headBytes.length + lines.length + 4 * numbers.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, headBytes.length, true);
  view.setUint32(4, versions.length, true);
  view.setUint32(8, lines.length, true);
  bytes.set(headBytes, 12);
  bytes.set(lines, 12 + headBytes.length);
  let at = 12 + headBytes.length + lines.length;
  for (const number of numbers) {
    view.setUint32(at, number, true);
    at += 4;
  }
  return bytes;
}

function readTable(bytes: Uint8Array): Table {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headEnd = 12 + view.getUint32(0, true);
  const linesEnd = headEnd + view.getUint32(8, true);
  const head = JSON.parse(decoder.decode(bytes.subarray(12, headEnd))) as Omit<
    Table,
    "versions" | "numbers"
  >;
  return {
    ...head,
    versions:
      view.getUint32(4, true) === 0
        ? []
        : decoder.decode(bytes.subarray(headEnd, linesEnd)).split("\n"),
    numbers: new DataView(bytes.buffer, bytes.byteOffset + linesEnd, bytes.length - linesEnd),
  };
}

type PageContext = {
  readonly table: Table;
  readonly entries: EntryReader;
  readonly name: NormalizedName;
  readonly repository: string;
};

const decoder = new TextDecoder();

class StoredRelease implements Release {
  readonly #context: PageContext;
  readonly #at: number;
  #version: Version | undefined;
  #files: readonly ProjectFile[] | undefined;

  constructor(context: PageContext, at: number) {
    this.#context = context;
    this.#at = at;
  }

  get version(): Version {
    this.#version ??= parseVersion(this.#context.table.versions[this.#at] as string);
    return this.#version;
  }

  get files(): readonly ProjectFile[] {
    this.#files ??= readFiles(this.#context, this.#at);
    return this.#files;
  }

  filesWhere(isWanted: (filename: string) => boolean): readonly ProjectFile[] {
    if (this.#files !== undefined) return this.#files;
    let isAll = true;
    const some = readFiles(this.#context, this.#at, (filename) => {
      const isOne = isWanted(filename);
      if (!isOne) isAll = false;
      return isOne;
    });
    if (isAll) this.#files = some;
    return some;
  }
}

function readFiles(
  context: PageContext,
  at: number,
  isWanted?: (filename: string) => boolean,
): ProjectFile[] {
  const files = tryReadFiles(context, at, isWanted);
  if (files !== undefined) return files;
  const renewed = context.entries.reopen();
  if (renewed !== undefined) {
    const table = readTable(renewed.table);
    const there = table.versions.indexOf(context.table.versions[at] as string);
    const again = tryReadFiles({ ...context, table, entries: renewed.entries }, there, isWanted);
    if (again !== undefined) return again;
  }
  throw context.entries.damaged();
}

/** What was read last: whoever looked at some of the files of a release may want to see the others. */
let lastRead:
  | { readonly context: PageContext; readonly at: number; readonly document: Document }
  | undefined;

type Document = { readonly files: readonly unknown[] };

function tryReadFiles(
  context: PageContext,
  at: number,
  isWanted: ((filename: string) => boolean) | undefined,
): ProjectFile[] | undefined {
  const { table, name, repository } = context;
  if (lastRead?.context !== context || lastRead.at !== at) {
    const document = tryReadEntries(context, at);
    if (document === undefined) return undefined;
    lastRead = { context, at, document };
  }
  const page = parseSimpleDocument(lastRead.document, table.url, isWanted);
  const files: ProjectFile[] = [];
  for (const link of page.links) {
    const identity = identityOf(link.filename, name);
    if (identity === undefined) continue;
    files.push({
      filename: link.filename,
      url: link.url,
      identity,
      hashes: link.hashes,
      size: link.size,
      requiresPython: link.requiresPython,
      yanked: link.yanked,
      uploadTime: link.uploadTime,
      metadataHashes: link.metadataHashes,
      repository,
    });
  }
  return files;
}

function tryReadEntries({ table, entries }: PageContext, at: number): Document | undefined {
  const stretches: string[] = [];
  const count = table.versions.length;
  if (at < 0 || at >= count) return undefined;
  const numberAt = (position: number): number => table.numbers.getUint32(4 * position, true);
  const end = count + numberAt(at);
  for (let i = count + (at === 0 ? 0 : numberAt(at - 1)); i < end; i += 3) {
    const bytes = entries.read(numberAt(i), numberAt(i + 1));
    if (bytes === undefined || entries.crc32(bytes) !== numberAt(i + 2)) return undefined;
    stretches.push(decoder.decode(bytes));
  }
  const text = `{"files":[${stretches.join(",")}]}`;
  try {
    return JSON.parse(text) as Document;
  } catch {
    // Nobody has read a page as a whole before its entries are wanted, so what is wrong with them shows here.
    entries.damaged();
    parseSimpleJson(text, table.url);
    throw new Error("bug: what is no JSON was read");
  }
}

function isJson(contentType: string): boolean {
  const type = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return (
    type === "application/json" ||
    /^application\/vnd\.pypi\.simple\.(?:v1|latest)\+json$/.test(type)
  );
}

function compactJson(
  content: Uint8Array,
  url: string,
  name: NormalizedName,
  crc32: (content: Uint8Array) => number,
): CompactPage {
  const located = locateEntries(content);
  if (located !== undefined)
    return new Contents(name, url, parseSimpleDocument(located.shell, url), located).finish(crc32);
  const text = decoder.decode(content);
  let document: { readonly files?: unknown };
  try {
    document = JSON.parse(text) as typeof document;
  } catch {
    document = {};
  }
  const files: unknown = document?.files;
  // Whatever is wrong with the page as a whole is told by the parser of the standards.
  if (!Array.isArray(files)) return compactLinks(parseSimpleJson(text, url), url, name, crc32);
  const shell = parseSimpleDocument({ ...document, files: [] }, url);
  return new Contents(name, url, shell, writeEntries(files)).finish(crc32);
}

function compactLinks(
  page: SimplePage,
  url: string,
  name: NormalizedName,
  crc32: (content: Uint8Array) => number,
): CompactPage {
  const files = page.links.map((link) => ({
    filename: link.filename,
    url: link.url,
    hashes: link.hashes,
    size: link.size,
    "requires-python": link.requiresPython,
    yanked: link.yanked === "" ? true : link.yanked,
    "upload-time":
      link.uploadTime === undefined ? undefined : new Date(link.uploadTime).toISOString(),
    "core-metadata":
      link.metadataHashes === undefined
        ? undefined
        : Object.keys(link.metadataHashes).length === 0 || link.metadataHashes,
  }));
  return new Contents(name, url, page, writeEntries(files)).finish(crc32);
}

/** Makes the table of contents. Only names are looked at; everything else about a file waits until it is asked for. */
class Contents {
  readonly #name: NormalizedName;
  readonly #url: string;
  readonly #page: SimplePage;
  readonly #entries: Entries;
  readonly #skipped: [filename: string, reason?: string][];
  /** By the version as file names spell it. */
  readonly #spellings = new Map<string, Group | undefined>();
  readonly #groups = new Map<VersionKey, Group>();
  readonly #names = new Map<string, boolean>();
  // Files of one version stand together on most pages, hence most wheels begin as the one before.
  #lastStart = "\n";
  #lastGroup: Group | undefined;

  constructor(name: NormalizedName, url: string, page: SimplePage, entries: Entries) {
    this.#name = name;
    this.#url = url;
    this.#page = page;
    this.#entries = entries;
    this.#skipped = page.skipped.map(({ filename, reason }) => [filename, reason]);
  }

  finish(crc32: (content: Uint8Array) => number): CompactPage {
    const { filenames, bounds, content } = this.#entries;
    for (let at = 0; at < filenames.length; at++) {
      const filename = filenames[at] as string;
      const group = this.groupFor(filename);
      if (group === undefined) this.#skip(filename);
      else addStretch(group.stretches, bounds[2 * at] as number, bounds[2 * at + 1] as number);
    }
    const groups = [...this.#groups.values()].sort((a, b) =>
      a.version.key < b.version.key ? 1 : -1,
    );
    const stretches: number[] = [];
    const upTo: number[] = [];
    for (const group of groups) {
      for (let i = 0; i < group.stretches.length; i += 2) {
        const start = group.stretches[i] as number;
        const stop = group.stretches[i + 1] as number;
        stretches.push(start, stop - start, crc32(content.subarray(start, stop)));
      }
      upTo.push(stretches.length);
    }
    const { status, isNewerMinor, apiVersion } = this.#page;
    const head = {
      url: this.#url,
      status: status.status,
      reason: status.reason,
      ...(isNewerMinor ? { newer: apiVersion.join(".") } : {}),
      skipped: this.#skipped,
    };
    const versions = groups.map((group) => group.version.text);
    return { table: writeTable(head, versions, [...upTo, ...stretches]), entries: content };
  }

  private groupFor(filename: string): Group | undefined {
    if (this.#lastGroup !== undefined && filename.startsWith(this.#lastStart))
      return this.#lastGroup;
    return filename.endsWith(".whl") ? this.wheelGroup(filename) : this.sdistGroup(filename);
  }

  /** By the second part of five or six, after a first part that is our name; the rest is judged when it is looked at. */
  private wheelGroup(filename: string): Group | undefined {
    const first = filename.indexOf("-");
    const second = filename.indexOf("-", first + 1);
    if (first <= 0 || second <= first || !this.isOurs(filename.slice(0, first))) return undefined;
    if (tryParseWheelFilename(filename) === undefined) return undefined;
    const group = this.groupOf(filename.slice(first + 1, second));
    this.#lastStart = filename.slice(0, second + 1);
    this.#lastGroup = group;
    return group;
  }

  private sdistGroup(filename: string): Group | undefined {
    const end = filename.endsWith(".tar.gz") ? -7 : filename.endsWith(".zip") ? -4 : undefined;
    const { length } = this.#name;
    if (end !== undefined && filename[length] === "-" && this.isOurs(filename.slice(0, length))) {
      const group = this.groupOf(filename.slice(length + 1, end));
      if (group !== undefined) return group;
    }
    const sdist = tryParseSourceFilename(filename, this.#name);
    return sdist === undefined ? undefined : this.groupOf(sdist.version.text);
  }

  private isOurs(part: string): boolean {
    let isOurs = this.#names.get(part);
    if (isOurs === undefined) {
      isOurs = normalizeName(part) === this.#name;
      this.#names.set(part, isOurs);
    }
    return isOurs;
  }

  private groupOf(spelled: string): Group | undefined {
    let group = this.#spellings.get(spelled);
    if (group !== undefined || this.#spellings.has(spelled)) return group;
    const version = tryParseVersion(spelled);
    if (version !== undefined) {
      // 1.0 and 1.0.0 are one version.
      group = this.#groups.get(version.key);
      if (group === undefined) {
        group = { version, stretches: [] };
        this.#groups.set(version.key, group);
      }
    }
    this.#spellings.set(spelled, group);
    return group;
  }

  #skip(filename: string): void {
    // What is neither wheel nor sdist by its ending (eggs, installers) is not even told, as with pip.
    if (/\.(?:whl|tar\.gz|zip|tgz|tar\.bz2|tar\.xz)$/i.test(filename))
      this.#skipped.push([filename]);
  }
}

type Group = { readonly version: Version; readonly stretches: number[] };

function addStretch(stretches: number[], start: number, end: number): void {
  // A comma lies between neighbours.
  if (stretches.length > 0 && stretches.at(-1) === start - 1) stretches[stretches.length - 1] = end;
  else stretches.push(start, end);
}

busyForSeconds(Contents, StoredRelease, identityOf, writeTable);
