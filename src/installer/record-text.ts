import { compareText } from "#base/order";
import type { ManifestFile } from "#store/wheel-manifest";
import { recordField } from "./record-paths.ts";

/** A row of RECORD beside those of a wheel's root. */
export type RecordRow = {
  readonly path: string;
  /** SHA-256 as RECORD writes it; `""` for what can change: RECORD itself, compiled modules. */
  readonly sha256: string;
  readonly size: number | undefined;
};

/**
 * The text of RECORD, rows in the order of paths. `root` is by far the larger part and mostly in order already, so
 * it is written straight from the manifest and the other rows are let in between.
 */
export function recordText(root: readonly ManifestFile[], others: readonly RecordRow[]): string {
  const files = isSorted(root) ? root : [...root].sort((a, b) => compareText(a.path, b.path));
  const rows = [...others].sort((a, b) => compareText(a.path, b.path));
  let text = "";
  let next = 0;
  for (const file of files) {
    for (let row = rows[next]; row !== undefined && row.path < file.path; row = rows[++next])
      text += rowText(row);
    text += `${recordField(file.path)},sha256=${file.sha256},${file.size}\n`;
  }
  for (; next < rows.length; next++) text += rowText(rows[next] as RecordRow);
  return text;
}

function rowText({ path, sha256, size }: RecordRow): string {
  const hash = sha256 === "" ? "" : `sha256=${sha256}`;
  return `${recordField(path)},${hash},${size ?? ""}\n`;
}

function isSorted(files: readonly ManifestFile[]): boolean {
  let last = "";
  for (const { path } of files) {
    if (path < last) return false;
    last = path;
  }
  return true;
}
