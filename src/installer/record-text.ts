import { compareText } from "#base/order";
import type { ManifestFile, ManifestPart } from "#store/wheel-manifest";
import { recordField } from "./record-paths.ts";

/** A row of RECORD. */
export type RecordRow = {
  readonly path: string;
  /** SHA-256 as RECORD writes it; `""` for what can change: RECORD itself, compiled modules. */
  readonly sha256: string;
  readonly size: number | undefined;
};

/** The rows of a wheel's root part, from what the store keeps where it has them. */
export function rootRows(part: ManifestPart, left: readonly string[]): Uint8Array {
  if (left.length === 0) {
    if (part.recordBytes !== undefined) return part.recordBytes;
    if (part.recordRows !== undefined) return encoder.encode(part.recordRows);
  }
  const files = part.files.filter((file: ManifestFile) => !left.includes(file.path));
  return encoder.encode(rowsText(files));
}

/**
 * The content of RECORD, rows in the order of paths. `root` is by far the larger part and in order already, so the
 * other rows are let in between without taking it apart, or even decoding it.
 */
export function recordContent(root: Uint8Array, others: readonly RecordRow[]): Uint8Array {
  if (others.length === 0) return root;
  const pieces: Uint8Array[] = [];
  let length = root.length;
  let done = 0;
  /** Rows that belong behind each other, at `done`. */
  let own = "";
  const flush = (): void => {
    if (own === "") return;
    const bytes = encoder.encode(own);
    length += bytes.length;
    pieces.push(bytes);
    own = "";
  };
  for (const row of [...others].sort((a, b) => compareText(a.path, b.path))) {
    const at = placeOf(row.path, root, done);
    if (at !== done) {
      flush();
      pieces.push(root.subarray(done, at));
      done = at;
    }
    own += rowText(row);
  }
  flush();
  pieces.push(root.subarray(done));
  const content = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    content.set(piece, at);
    at += piece.length;
  }
  return content;
}

/** The same rows without these, of which each stands there whole or not at all. */
export function withoutRows(root: Uint8Array, left: readonly RecordRow[]): Uint8Array {
  const gone = new Set(left.map(rowText));
  const rows = decoder.decode(root).split(/(?<=\n)/);
  return encoder.encode(rows.filter((row) => !gone.has(row)).join(""));
}

function rowsText(rows: readonly RecordRow[]): string {
  return [...rows]
    .sort((a, b) => compareText(a.path, b.path))
    .map(rowText)
    .join("");
}

function rowText({ path, sha256, size }: RecordRow): string {
  const hash = sha256 === "" ? "" : `sha256=${sha256}`;
  return `${recordField(path)},${hash},${size ?? ""}\n`;
}

/**
 * Where in the rows, from `from` on, the row of `path` belongs: in strides that double, then by halves. Most rows belong
 * right there or a few lines further.
 */
function placeOf(path: string, rows: Uint8Array, from: number): number {
  let low = from;
  let high = rows.length;
  for (let stride = 1; low < high; stride *= 2) {
    const line = lineAt(rows, Math.min(low + stride, high) - 1, low);
    if (!isBefore(rows, line, path)) {
      high = line;
      break;
    }
    low = rows.indexOf(newline, line) + 1;
  }
  while (low < high) {
    const line = lineAt(rows, (low + high) >> 1, low);
    if (isBefore(rows, line, path)) low = rows.indexOf(newline, line) + 1;
    else high = line;
  }
  return low;
}

/** Where the line begins that has this position in it; not before `from`, where one begins. */
function lineAt(rows: Uint8Array, position: number, from: number): number {
  return position <= from ? from : Math.max(from, rows.lastIndexOf(newline, position - 1) + 1);
}

/** True when the path of the line that begins there comes before another. */
function isBefore(rows: Uint8Array, line: number, path: string): boolean {
  if (rows[line] === quote) return quotedPath(rows, line) < path;
  for (let at = 0; at < path.length; at++) {
    const found = rows[line + at] as number;
    // The line's path ends here, and is the beginning of the other.
    if (found === comma) return true;
    const wanted = path.charCodeAt(at);
    if (found !== wanted || found >= 0x80)
      return found < 0x80 && wanted < 0x80 ? found < wanted : plainPath(rows, line) < path;
  }
  return false;
}

function plainPath(rows: Uint8Array, line: number): string {
  return decoder.decode(rows.subarray(line, rows.indexOf(comma, line)));
}

/** A path in quotes; see {@link recordField}. */
function quotedPath(rows: Uint8Array, line: number): string {
  let end = rows.indexOf(quote, line + 1);
  while (rows[end + 1] === quote) end = rows.indexOf(quote, end + 2);
  return decoder.decode(rows.subarray(line + 1, end)).replaceAll('""', '"');
}

const newline = 0x0a;
const quote = 0x22;
const comma = 0x2c;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
