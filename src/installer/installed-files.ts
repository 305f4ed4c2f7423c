import { PkmError } from "#base/errors";
import { compareText } from "#base/order";
import type { Files } from "#platform/ports";
import { type NormalizedName, normalizeName } from "#standards/name";
import { parseRecord } from "#standards/record";
import { append } from "./multimap.ts";
import { nameOf } from "./places.ts";
import { isInside, resolveRecordPath } from "./record-paths.ts";

/** A distribution that lists a file as its own. */
export type FileOwner = {
  readonly name: NormalizedName;
  readonly version: string;
  /** Its metadata folder. */
  readonly metadata: string;
  /** The content it was installed with, as RECORD writes SHA-256; `undefined` where RECORD does not say. */
  readonly sha256: string | undefined;
};

/**
 * Which installed distribution claims a file. Asked only where something is already there or goes away, so
 * nothing is read before the first question; then of each RECORD only the first folders of its paths are
 * noted, and a RECORD is parsed whole when a question touches one of those.
 */
export class InstalledFiles {
  readonly #ground: Ground;
  #index: Index | undefined;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** Everybody who lists the path, in the order of names. */
  ownersOf(path: string): readonly FileOwner[] {
    const wanted = this.#ground.key(path);
    this.#index ??= this.#read();
    const owners: FileOwner[] = [];
    for (const far of this.#index.far.get(wanted) ?? []) owners.push(ownerOf(far.list, far.digest));
    for (const site of this.#ground.sites) {
      const start = site.length + 1;
      if (!isInside(path, site)) continue;
      const slash = wanted.indexOf("/", start);
      const top = slash === -1 ? wanted : wanted.slice(0, slash);
      for (const list of this.#index.tops.get(top) ?? []) {
        list.near ??= this.#parse(list);
        const digest = list.near.get(wanted);
        if (digest !== undefined) owners.push(ownerOf(list, digest));
      }
    }
    return owners.sort((a, b) => compareText(a.name, b.name));
  }

  #read(): Index {
    const { sites, leaving, files } = this.#ground;
    const index: Index = { tops: new Map(), far: new Map() };
    for (const site of sites)
      for (const entry of files.tryList(site) ?? []) {
        const metadata = `${site}/${entry.name}`;
        if (entry.kind !== "folder" || leaving.has(metadata)) continue;
        if (entry.name.endsWith(".dist-info")) this.#readRecord(index, site, metadata);
        else if (entry.name.endsWith(".egg-info")) this.#readInstalledFiles(index, site, metadata);
      }
    return index;
  }

  #readRecord(index: Index, site: string, metadata: string): void {
    const text = this.#ground.files.tryReadText(`${metadata}/RECORD`);
    if (text === undefined) return;
    const list = fileList(site, metadata, text);
    const tops = new Set<string>();
    let lastTop = "";
    for (let start = 0; start < text.length;) {
      let end = text.indexOf("\n", start);
      if (end === -1) end = text.length;
      // Neighbouring rows mostly share their first folder.
      if (lastTop === "" || !text.startsWith(lastTop, start)) {
        const top = this.#ground.windows ? undefined : plainTop(text, start, end);
        if (top === undefined) this.#noteFar(index, list, text.slice(start, end));
        else {
          tops.add(top);
          lastTop = text[start + top.length] === "/" ? `${top}/` : "";
        }
      }
      start = end + 1;
    }
    for (const top of tops) append(index.tops, this.#ground.key(`${site}/${top}`), list);
  }

  #noteFar(index: Index, list: FileList, row: string): void {
    for (const entry of entriesOf(row)) {
      const path = resolveRecordPath(list.site, entry.path, this.#ground.windows);
      append(index.far, this.#ground.key(path), { list, digest: digestOf(entry.hash) });
    }
  }

  #parse(list: FileList): ReadonlyMap<string, string> {
    const paths = new Map<string, string>();
    for (const entry of entriesOf(list.text)) {
      const first = entry.path[0];
      if (first === "." || first === "/" || entry.path.includes(",")) continue;
      paths.set(this.#ground.key(`${list.site}/${entry.path}`), digestOf(entry.hash));
    }
    return paths;
  }

  #readInstalledFiles(index: Index, site: string, metadata: string): void {
    const text = this.#ground.files.tryReadText(`${metadata}/installed-files.txt`);
    if (text === undefined) return;
    const list = fileList(site, metadata, "");
    for (const row of text.split("\n")) {
      if (row.trim() === "") continue;
      const path = resolveRecordPath(metadata, row.trim(), this.#ground.windows);
      append(index.far, this.#ground.key(path), { list, digest: "" });
    }
  }
}

type Ground = {
  /** Folders that hold metadata of distributions. */
  readonly sites: readonly string[];
  /** Metadata folders of what this change takes away: they own nothing any more. */
  readonly leaving: ReadonlySet<string>;
  /** The spelling under which the file system finds a path. */
  readonly key: (path: string) => string;
  readonly files: Pick<Files, "tryList" | "tryReadText">;
  readonly windows: boolean;
};

type FileList = {
  readonly site: string;
  readonly metadata: string;
  readonly name: NormalizedName;
  readonly version: string;
  readonly text: string;
  /** Plain rows below the site with their digests, once a question has touched one of the first folders. */
  near: ReadonlyMap<string, string> | undefined;
};

type Index = {
  /** First folders (and single files) below a site, with the lists that begin so. */
  readonly tops: Map<string, FileList[]>;
  /** Rows that leave the site or need quotes, whole. */
  readonly far: Map<string, { readonly list: FileList; readonly digest: string }[]>;
};

function fileList(site: string, metadata: string, text: string): FileList {
  const stem = nameOf(metadata).replace(/\.(?:dist|egg)-info$/, "");
  const [name = stem, version = ""] = stem.split("-", 2);
  return { site, metadata, name: normalizeName(name), version, text, near: undefined };
}

/** The first folder or the file name of a row; `undefined` for one that leaves the folder or stands in quotes. */
function plainTop(text: string, start: number, end: number): string | undefined {
  const first = text[start];
  if (first === "." || first === "/" || first === '"') return undefined;
  let stop = start;
  while (stop < end && text[stop] !== "/" && text[stop] !== ",") stop++;
  return text.slice(start, stop);
}

function ownerOf(list: FileList, digest: string): FileOwner {
  const { name, version, metadata } = list;
  return { name, version, metadata, sha256: digest === "" ? undefined : digest };
}

/** A RECORD that cannot be read owns nothing: it must not keep others from being changed. */
function entriesOf(text: string): ReturnType<typeof parseRecord> {
  try {
    return parseRecord(text);
  } catch (error) {
    if (error instanceof PkmError) return [];
    throw error;
  }
}

function digestOf(
  hash: { readonly algorithm: string; readonly digest: string } | undefined,
): string {
  return hash?.algorithm === "sha256" ? hash.digest : "";
}
