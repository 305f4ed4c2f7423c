import type { ZipDirectory, ZipMember } from "#archive/zip-directory";
import { busyForSeconds } from "#base/busy-code";
import { parseRecord, type RecordEntry, type RecordHash } from "#standards/record";
import { recordMismatch } from "./errors.ts";

/*
 * What RECORD says of each member. Nearly every RECORD lists the files in the order of the archive, in rows that are
 * spelled as pkm spells them: then rows stay the text that they are, and are compared with the members in place.
 */

/** `path,sha256=digest,size` as it stands in RECORD, or the row of any other spelling, taken apart. */
export type FileRow = string | RecordEntry;

export type MatchedRows = {
  /** Rows by the places of the files in the archive. */
  readonly rows: readonly (FileRow | undefined)[];
  /** The paths of all other rows. */
  readonly others: Iterable<string>;
};

/** Matches the rows of the RECORD in `distInfo` with the members; `filename` is what messages call the wheel. */
export function matchRows(
  text: string,
  archive: ZipDirectory,
  distInfo: string,
  filename: string,
): MatchedRows {
  return rowsInOrder(text, archive, distInfo) ?? rowsByPath(parseRecord(text), archive, filename);
}

/** RECORD and its signatures, which speak of the archive and are not installed. */
export function unlistedPaths(distInfo: string): readonly string[] {
  return ["RECORD", "RECORD.jws", "RECORD.p7s"].map((name) => `${distInfo}/${name}`);
}

/** The hash that a row promises, of which {@link checkRow} has seen that there is one. */
export function promisedHash(row: FileRow): RecordHash {
  const entry = typeof row === "string" ? parseRecord(row)[0] : row;
  return entry?.hash as RecordHash;
}

/** Whether the row promises this sha256 of the file at `path`, which is the path in the row. */
export function promisesSha256(row: FileRow, path: string, sha256: string): boolean {
  if (typeof row === "string") return row.startsWith(sha256, path.length + beforeDigest);
  return row.hash?.algorithm === "sha256" && row.hash.digest === sha256;
}

function rowsInOrder(
  text: string,
  archive: ZipDirectory,
  distInfo: string,
): MatchedRows | undefined {
  const { members } = archive;
  const [record, ...signatures] = unlistedPaths(distInfo).map((path) => archive.find(path));
  if (record === undefined || signatures.some((member) => member !== undefined)) return undefined;
  const lines = (text.includes("\r") ? text.replaceAll("\r\n", "\n") : text).split("\n");
  const own = `${record.name},,`;
  const rows = new Array<FileRow | undefined>(members.length).fill(undefined);
  let at = 0;
  for (let place = 0; place < members.length; place++) {
    const member = members[place] as ZipMember;
    if (member.folder || member === record) continue;
    if (lines[at] === own) at++;
    const line = lines[at++];
    if (line === undefined || !isRowOf(line, member)) return undefined;
    rows[place] = line;
  }
  if (lines[at] === own) at++;
  return at === lines.length || (at === lines.length - 1 && lines[at] === "")
    ? { rows, others: [] }
    : undefined;
}

/**
 * Whether a line is the row of a file and nothing in it could be spelled otherwise: two commas where they belong, and
 * the size as a number is written.
 */
function isRowOf(line: string, { name, size }: ZipMember): boolean {
  const digits = String(size);
  const pathEnd = name.length;
  const digestEnd = pathEnd + beforeDigest + digestLength;
  return (
    line.length === digestEnd + 1 + digits.length &&
    line.startsWith(name) &&
    line.startsWith(",sha256=", pathEnd) &&
    line.endsWith(digits) &&
    line.indexOf(",") === pathEnd &&
    line.indexOf(",", pathEnd + 1) === digestEnd
  );
}

/** `,sha256=` */
const beforeDigest = 8;
/** Of 32 bytes in base64, without padding. */
const digestLength = 43;

function rowsByPath(
  record: readonly RecordEntry[],
  { members }: ZipDirectory,
  filename: string,
): MatchedRows {
  const rows: (RecordEntry | undefined)[] = members.map(() => undefined);
  const others = new Map<string, RecordEntry>();
  const byName = new Map(members.map((member) => [member.name, member]));
  for (const row of record) {
    const member = byName.get(row.path);
    const isFile = member?.folder === false;
    const before = isFile ? rows[member.place] : others.get(row.path);
    if (before !== undefined) checkAlike(before, row, filename);
    if (isFile) rows[member.place] = row;
    else others.set(row.path, row);
  }
  return { rows, others: others.keys() };
}

function checkAlike(before: RecordEntry, row: RecordEntry, filename: string): void {
  if (before.hash?.digest !== row.hash?.digest || before.size !== row.size)
    throw recordMismatch(filename, row.path, "RECORD lists it twice, and not alike");
}

const strong: ReadonlySet<string> = new Set(["sha256", "sha384", "sha512"]);

/** Refuses a row that does not say what a row of RECORD has to say of a file. */
export function checkRow(row: RecordEntry, member: ZipMember, filename: string): void {
  if (row.hash === undefined)
    throw recordMismatch(filename, member.name, "RECORD gives no hash for it");
  if (!strong.has(row.hash.algorithm))
    throw recordMismatch(
      filename,
      member.name,
      `RECORD has a hash of \`${row.hash.algorithm}\`, needs sha256 or better`,
    );
  if (row.size !== undefined && row.size !== member.size)
    throw recordMismatch(
      filename,
      member.name,
      `RECORD promises ${row.size} bytes, the archive holds ${member.size}`,
    );
}

busyForSeconds(promisesSha256, rowsInOrder, isRowOf, rowsByPath, checkRow);
