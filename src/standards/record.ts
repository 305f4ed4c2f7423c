import { busyForSeconds } from "#base/busy-code";
import { invalidRecord } from "./errors.ts";

/** One row of a RECORD file (PyPUG recording-installed-packages). Hash and size may be absent: RECORD itself, `.pyc`. */
export type RecordEntry = {
  /** As written: relative to the folder that holds the dist-info, or absolute; always with `/` when pkm writes it. */
  readonly path: string;
  readonly hash: RecordHash | undefined;
  readonly size: number | undefined;
};

export type RecordHash = {
  /** In lower case, as Python's hashlib names it: `sha256`. */
  readonly algorithm: string;
  /** URL-safe base64 without padding. */
  readonly digest: string;
};

/** Reads a RECORD: comma-separated values with Python's default quoting. Empty lines are passed over. */
export function parseRecord(text: string): RecordEntry[] {
  const lines = text.includes("\r") ? text.replaceAll("\r\n", "\n") : text;
  return /["\r]/.test(lines) ? parseQuoted(text) : parsePlain(lines);
}

/** Rows without quotes, as nearly all are: cells and rows are what lies between commas and line feeds. */
function parsePlain(text: string): RecordEntry[] {
  const entries: RecordEntry[] = [];
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (let at = start, line = 1; at < text.length; line++) {
    const found = text.indexOf("\n", at);
    const end = found === -1 ? text.length : found;
    if (end > at) {
      entries.push(usualEntry(text, at, end) ?? entryOf(text.slice(at, end).split(","), line));
    }
    at = end + 1;
  }
  return entries;
}

/** `path,sha256=digest,size`, as nearly every row is; `undefined` of others. */
function usualEntry(text: string, start: number, end: number): RecordEntry | undefined {
  const pathEnd = text.indexOf(",", start);
  const digest = pathEnd + beforeDigest.length;
  const digestEnd = digest + digestLength;
  const length = end - digestEnd - 1;
  if (pathEnd <= start || length < 1 || length > mostDigits) return undefined;
  if (!text.startsWith(beforeDigest, pathEnd)) return undefined;
  if (text.indexOf(",", digest) !== digestEnd || text[digestEnd - 1] === "=") return undefined;
  let size = 0;
  for (let at = digestEnd + 1; at < end; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    size = size * 10 + digit;
  }
  return {
    path: text.slice(start, pathEnd),
    hash: { algorithm: "sha256", digest: text.slice(digest, digestEnd) },
    size,
  };
}

const beforeDigest = ",sha256=";
/** Of 32 bytes in base64, without padding. */
const digestLength = 43;
const mostDigits = 15;
const digits = /^[0-9]{1,15}$/;

function parseQuoted(text: string): RecordEntry[] {
  const entries: RecordEntry[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let line = 1;
  const cells: string[] = [];
  while (at < text.length) {
    cells.length = 0;
    const end = readRow(text, at, cells, line);
    if (cells.length > 1 || cells[0] !== "") entries.push(entryOf(cells, line));
    for (let i = text.indexOf("\n", at); i !== -1 && i < end; i = text.indexOf("\n", i + 1)) line++;
    at = end;
  }
  return entries;
}

/** Writes a RECORD, rows in the order of their paths. The row of RECORD itself has to be among the entries. */
export function formatRecord(entries: Iterable<RecordEntry>): string {
  const rows: string[] = [];
  for (const { path, hash, size } of entries) {
    const digest = hash === undefined ? "" : `${hash.algorithm}=${hash.digest}`;
    rows.push(`${quoted(path)},${digest},${size ?? ""}\n`);
  }
  return rows.sort().join("");
}

const comma = 0x2c;
const quote = 0x22;
const newline = 0x0a;
const carriageReturn = 0x0d;

/** Reads the cells of one row; answers where the next row begins. */
function readRow(text: string, start: number, cells: string[], line: number): number {
  let at = start;
  for (;;) {
    let cell = "";
    if (text.charCodeAt(at) === quote) {
      at++;
      for (;;) {
        const close = text.indexOf('"', at);
        if (close === -1) throw invalidRecord(line, "has a quote that is never closed");
        cell += text.slice(at, close);
        at = close + 1;
        if (text.charCodeAt(at) !== quote) break;
        cell += '"';
        at++;
      }
    }
    // Behind a closing quote Python's reader takes what follows as it is.
    const from = at;
    while (at < text.length && !endsCell(text.charCodeAt(at))) at++;
    cells.push(cell + text.slice(from, at));
    const code = text.charCodeAt(at);
    if (at >= text.length) return at;
    at++;
    if (code === comma) continue;
    return code === carriageReturn && text.charCodeAt(at) === newline ? at + 1 : at;
  }
}

function endsCell(code: number): boolean {
  return code === comma || code === newline || code === carriageReturn;
}

function entryOf(cells: readonly string[], line: number): RecordEntry {
  const [path = "", digest = "", length = ""] = cells;
  if (path === "") throw invalidRecord(line, "names no file");
  // Further cells are ignored: some producers of old wheels wrote one.
  let hash: RecordHash | undefined;
  if (digest !== "") {
    const equals = digest.indexOf("=");
    if (equals < 1)
      throw invalidRecord(line, `has \`${digest}\`, which is no \`algorithm=digest\``);
    hash = {
      algorithm: digest.slice(0, equals).toLowerCase(),
      // The digest of some producers keeps its padding.
      digest: digest.slice(equals + 1).replace(/=+$/, ""),
    };
  }
  if (length !== "" && !digits.test(length))
    throw invalidRecord(line, `has \`${length}\` for a size`);
  return { path, hash, size: length === "" ? undefined : Number(length) };
}

function quoted(path: string): string {
  return /[",\n\r]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path;
}

busyForSeconds(parsePlain, usualEntry);
