import { busyForSeconds } from "#base/busy-code";
import type { NormalizedName } from "#standards/name";
import { parseSourceFilename, tryParseSourceFilename } from "#standards/sdist-filename";
import {
  parseSimpleDocument,
  parseSimpleJson,
  parseSimplePage,
  type SimplePage,
} from "#standards/simple-page";
import { parseVersion, type Version } from "#standards/version";
import { parseWheelFilename, tryParseWheelFilename } from "#standards/wheel-filename";
import { Contents } from "./_page-contents.ts";
import { type LocatedEntries, locateEntries, writeEntries } from "./_page-entries.ts";
import { readTable, type Table } from "./_page-table.ts";
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
  /** What `_page-table.ts` reads. */
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
  return new Contents(name, url, parseShell(located, url), located).finish(crc32);
}

/** Which versions there are is told by the files. */
function parseShell({ shell }: LocatedEntries, url: string): SimplePage {
  return parseSimpleDocument({ ...shell, versions: undefined }, url);
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
    return new Contents(name, url, parseShell(located, url), located).finish(crc32);
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

busyForSeconds(StoredRelease, identityOf);
