import { busyForSeconds } from "#base/busy-code";
import type { World } from "#platform/ports";
import { openKeptBytes, sealKept } from "./kept-file.ts";
import type { ManifestFile, ManifestPart, WheelManifest, WheelScheme } from "./wheel-manifest.ts";

/*
 * How a manifest lies on disk: one line of JSON with everything small, then, part by part, the folders and the rows
 * of RECORD as they will be installed. A warm install of a hundred wheels reads a hundred manifests with twenty
 * thousand files, so nothing is parsed before it is asked for, and rows are never taken apart to be put together
 * again.
 */

/** The name of the manifest in the folder of a stored wheel; written last, so that it stands for the rest. */
export const manifestName = "manifest";

/** Rises with every change of the form; older manifests count as absent, and their wheels are unpacked anew. */
const form = "pkm-wheel-1";

type Head = Omit<WheelManifest, "parts" | "requiresPython"> & {
  readonly requiresPython: string | null;
  readonly parts: readonly {
    readonly scheme: WheelScheme;
    readonly folder: string;
    /** Lengths of the two texts, in UTF-16 units. */
    readonly folders: number;
    readonly rows: number;
    /** Positions of the executable files among the rows. */
    readonly executable: readonly number[];
  }[];
};

/** A part of a wheel that has been laid out. */
export type LaidPart = Pick<ManifestPart, "scheme" | "folder" | "folders"> & {
  /** Files that lie in no folder. */
  readonly loose: readonly string[];
  /** Rows of all files in any order, as {@link manifestRow} makes them. */
  readonly rows: readonly string[];
  /** Those of executable files. */
  readonly executable: readonly string[];
};

export type LaidWheel = Omit<WheelManifest, "parts"> & { readonly parts: readonly LaidPart[] };

export function formatManifest(wheel: LaidWheel, inflate: World["inflate"]): Uint8Array {
  let bodies = "";
  const parts = wheel.parts.map(({ scheme, folder, folders, rows, executable }) => {
    // In the order of the rows, as RECORD has them; the spelling of a path with quotes counts.
    const sorted = rows.toSorted();
    const texts = [folders.join("\n"), textOf(sorted)] as const;
    bodies += texts[0] + texts[1];
    return {
      scheme,
      folder,
      folders: texts[0].length,
      rows: texts[1].length,
      executable: executable.length === 0 ? [] : positionsOf(new Set(executable), sorted),
    };
  });
  const head: Head = { ...wheel, requiresPython: wheel.requiresPython ?? null, parts };
  return sealKept(form, `${JSON.stringify(head)}\n${bodies}`, inflate);
}

function positionsOf(some: ReadonlySet<string>, all: readonly string[]): number[] {
  const positions: number[] = [];
  for (let at = 0; at < all.length; at++) if (some.has(all[at] as string)) positions.push(at);
  return positions;
}

/** Reads what {@link formatManifest} wrote; anything else, torn or of another form, is `undefined`. */
export function parseManifest(
  bytes: Uint8Array,
  inflate: World["inflate"],
): WheelManifest | undefined {
  const content = openKeptBytes(form, bytes, inflate);
  if (content === undefined) return undefined;
  const headEnd = content.indexOf(newline);
  const head = JSON.parse(decoder.decode(content.subarray(0, headEnd))) as Head;
  const body = content.subarray(headEnd + 1);
  const length = head.parts.reduce((sum, { folders, rows }) => sum + folders + rows, 0);
  // With as many bytes as letters nearly always: then nothing is decoded before it is asked for.
  const text = length === body.length ? undefined : decoder.decode(body);
  const encoder = new TextEncoder();
  let at = 0;
  const next = (letters: number): Uint8Array => {
    const start = at;
    at += letters;
    return text === undefined ? body.subarray(start, at) : encoder.encode(text.slice(start, at));
  };
  const parts = head.parts.map(({ scheme, folder, folders, rows, executable }) => {
    const names = next(folders);
    const bytes = next(rows);
    const list = (): readonly string[] =>
      names.length === 0 ? [] : decoder.decode(names).split("\n");
    return new StoredPart(scheme, folder, executable, list, () => bytes);
  });
  return { ...head, requiresPython: head.requiresPython ?? undefined, parts };
}

/** A manifest as it is kept together with others: its root part, by far the largest, is left to the manifest itself. */
export type PackedManifest = Omit<WheelManifest, "parts"> & {
  readonly parts: readonly PackedPart[];
};

type PackedPart = Pick<ManifestPart, "scheme" | "folder"> & {
  readonly kept?: {
    readonly folders: readonly string[];
    readonly rows: string;
    readonly executable: readonly number[];
  };
};

export function packManifest(manifest: WheelManifest): PackedManifest {
  const parts = manifest.parts.map((part): PackedPart => {
    const { scheme, folder } = part;
    if (scheme === "root") return { scheme, folder };
    const { folders, files } = part;
    const rows = part.recordRows ?? textOf(files.map(manifestRow));
    const executable = files.flatMap((file, at) => (file.executable ? [at] : []));
    return { scheme, folder, kept: { folders, rows, executable } };
  });
  return { ...manifest, parts };
}

/** What {@link packManifest} made; `whole` reads the manifest itself, and is asked when somebody wants more of it. */
export function unpackManifest(packed: PackedManifest, whole: () => WheelManifest): WheelManifest {
  let read: WheelManifest | undefined;
  const parts = packed.parts.map(({ scheme, folder, kept }, at): ManifestPart => {
    if (kept === undefined)
      return new LatePart(scheme, folder, () => (read ??= whole()).parts[at] as ManifestPart);
    const { folders, rows, executable } = kept;
    const encoded = (): Uint8Array => new TextEncoder().encode(rows);
    return new StoredPart(scheme, folder, executable, () => folders, encoded, rows);
  });
  return { ...packed, parts };
}

const newline = 0x0a;
const decoder = new TextDecoder();

/** A part that is read when something is asked of it. */
class LatePart implements ManifestPart {
  readonly scheme: WheelScheme;
  readonly folder: string;
  readonly #part: () => ManifestPart;

  constructor(scheme: WheelScheme, folder: string, part: () => ManifestPart) {
    this.scheme = scheme;
    this.folder = folder;
    this.#part = part;
  }

  get folders(): readonly string[] {
    return this.#part().folders;
  }

  get files(): readonly ManifestFile[] {
    return this.#part().files;
  }

  get paths(): readonly string[] {
    return this.#part().paths as readonly string[];
  }

  get recordRows(): string {
    return this.#part().recordRows as string;
  }

  get recordBytes(): Uint8Array {
    return this.#part().recordBytes as Uint8Array;
  }
}

class StoredPart implements ManifestPart {
  readonly scheme: WheelScheme;
  readonly folder: string;
  readonly #folders: () => readonly string[];
  readonly #bytes: () => Uint8Array;
  readonly #executable: readonly number[];
  #rows: string | undefined;
  #paths: readonly string[] | undefined;
  #files: readonly ManifestFile[] | undefined;

  constructor(
    scheme: WheelScheme,
    folder: string,
    executable: readonly number[],
    folders: () => readonly string[],
    bytes: () => Uint8Array,
    rows?: string,
  ) {
    this.scheme = scheme;
    this.folder = folder;
    this.#executable = executable;
    this.#folders = folders;
    this.#bytes = bytes;
    this.#rows = rows;
  }

  get folders(): readonly string[] {
    return this.#folders();
  }

  get recordBytes(): Uint8Array {
    return this.#bytes();
  }

  get recordRows(): string {
    return (this.#rows ??= decoder.decode(this.recordBytes));
  }

  get paths(): readonly string[] {
    this.#paths ??= pathsOf(this.recordRows);
    return this.#paths;
  }

  get files(): readonly ManifestFile[] {
    this.#files ??= this.#readFiles();
    return this.#files;
  }

  #readFiles(): readonly ManifestFile[] {
    const executable = new Set(this.#executable);
    const rows = this.recordRows.split("\n");
    return this.paths.map((path, at) => {
      const row = rows[at] as string;
      const digestEnd = row.lastIndexOf(",");
      return {
        path,
        size: Number(row.slice(digestEnd + 1)),
        sha256: row.slice(digestEnd - digestLength, digestEnd),
        executable: executable.has(at),
      };
    });
  }
}

const digestLength = 43;
const beforeDigest = ",sha256=";

/** What an installed RECORD says of a file. Names hold no control characters, so a row is a line. */
export function manifestRow({ path, sha256, size }: Omit<ManifestFile, "executable">): string {
  // Quotes are needed for commas and quotes only.
  const cell = /[",]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path;
  return `${cell}${beforeDigest}${sha256},${size}`;
}

function textOf(rows: readonly string[]): string {
  return rows.length === 0 ? "" : `${rows.join("\n")}\n`;
}

function pathsOf(rows: string): string[] {
  const paths: string[] = [];
  for (let at = 0; at < rows.length;) {
    const end = rows.indexOf("\n", at);
    // Backwards from the end: a path may hold anything, a digest has its length.
    const cellEnd = rows.lastIndexOf(",", end) - digestLength - beforeDigest.length;
    paths.push(
      rows.charCodeAt(at) === 0x22
        ? rows.slice(at + 1, cellEnd - 1).replaceAll('""', '"')
        : rows.slice(at, cellEnd),
    );
    at = end + 1;
  }
  return paths;
}

busyForSeconds(formatManifest, manifestRow);
