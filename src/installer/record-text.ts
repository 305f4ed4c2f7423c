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

/** The rows of a wheel's root part, from the text that the store keeps where it has one. */
export function rootRows(part: ManifestPart, left: readonly string[]): string {
  if (part.recordRows !== undefined && left.length === 0) return part.recordRows;
  const files = part.files.filter((file: ManifestFile) => !left.includes(file.path));
  return rowsText(files);
}

/**
 * The text of RECORD, rows in the order of paths. `root` is by far the larger part and in order already, so the
 * other rows are let in between without taking it apart.
 */
export function recordText(root: string, others: readonly RecordRow[]): string {
  let text = "";
  let done = 0;
  for (const row of [...others].sort((a, b) => compareText(a.path, b.path))) {
    const at = placeOf(row.path, root, done);
    text += root.slice(done, at) + rowText(row);
    done = at;
  }
  return text + root.slice(done);
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

/** Where in `text`, from `from` on, the row of `path` belongs: a binary search over lines. */
function placeOf(path: string, text: string, from: number): number {
  let low = from;
  let high = text.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const start = middle === 0 ? 0 : text.lastIndexOf("\n", middle - 1) + 1;
    const line = Math.max(start, from);
    const end = text.indexOf("\n", line) + 1;
    if (pathAt(text, line) < path) low = end;
    else high = line;
  }
  return low;
}

/** The path of the line that begins there; see {@link recordField} for the quotes. */
function pathAt(text: string, line: number): string {
  if (text[line] !== '"') return text.slice(line, text.indexOf(",", line));
  let end = text.indexOf('"', line + 1);
  while (text[end + 1] === '"') end = text.indexOf('"', end + 2);
  return text.slice(line + 1, end).replaceAll('""', '"');
}
