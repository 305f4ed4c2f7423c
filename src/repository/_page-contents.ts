import { busyForSeconds } from "#base/busy-code";
import { normalizeName, type NormalizedName } from "#standards/name";
import { tryParseSourceFilename } from "#standards/sdist-filename";
import type { SimplePage } from "#standards/simple-page";
import { tryParseVersion, type Version, type VersionKey } from "#standards/version";
import { tryParseWheelFilename } from "#standards/wheel-filename";
import type { Entries } from "./_page-entries.ts";
import { writeTable } from "./_page-table.ts";

/** Makes the table of contents. Only names are looked at; everything else about a file waits until it is asked for. */
export class Contents {
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

  finish(crc32: (content: Uint8Array) => number): {
    readonly table: Uint8Array;
    readonly entries: Uint8Array;
  } {
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

busyForSeconds(Contents);
