import type { ZipArchive } from "#archive/zip";
import type { ZipMember } from "#archive/zip-directory";
import { busyForSeconds } from "#base/busy-code";
import { recordMismatch, wheelInvalid } from "./errors.ts";
import { checkRow, type FileRow, type MatchedRows, unlistedPaths } from "./record-rows.ts";

/** Where members of a wheel go: the root (purelib or platlib), or a `.data` folder's scheme key. */
export type WheelScheme = "root" | "purelib" | "platlib" | "headers" | "scripts" | "data";

export const wheelSchemes: readonly WheelScheme[] = [
  "root",
  "purelib",
  "platlib",
  "headers",
  "scripts",
  "data",
];

/** A file of a wheel that an installation puts somewhere. */
export type WheelFileMember = {
  readonly scheme: WheelScheme;
  /** Relative to where the scheme leads. */
  readonly path: string;
  readonly executable: boolean;
  readonly member: ZipMember;
  /** What RECORD says of it. */
  readonly row: FileRow;
};

/** Name to object reference, as `entry_points.txt` has them. */
export type WheelScripts = {
  readonly consoleScripts: Readonly<Record<string, string>>;
  readonly guiScripts: Readonly<Record<string, string>>;
};

/** What is known of a wheel before its files are looked at. */
export type WheelLayout = {
  readonly distInfo: string;
  /** Its data folder, when it has one. */
  readonly data: string | undefined;
  readonly matched: MatchedRows;
  readonly filename: string;
  readonly scripts: WheelScripts;
};

/** Everything to install, in the order of the archive; refuses what RECORD and the archive do not both have. */
export function filesOf(archive: ZipArchive, layout: WheelLayout): WheelFileMember[] {
  const { data, filename } = layout;
  const { rows, others } = layout.matched;
  const unlisted = unlistedPaths(layout.distInfo);
  const unlistedMembers = unlisted.map((name) => archive.find(name));
  const wrappers = wrapperNames(layout.scripts);
  const files: WheelFileMember[] = [];
  for (const member of archive.members) {
    const row = rows[member.place];
    if (typeof row !== "string") {
      if (member.folder || unlistedMembers.includes(member)) continue;
      if (row === undefined) throw recordMismatch(filename, member.name, "RECORD does not list it");
      checkRow(row, member, filename);
    }
    const place = data === undefined ? undefined : placeInData(member.name, data, filename);
    const scheme = place?.scheme ?? "root";
    const path = place?.path ?? member.name;
    // PyPUG entry-points: the wrapper of an entry point wins over a script of its name.
    if (scheme === "scripts" && wrappers.has(path)) continue;
    files.push({ scheme, path, executable: (member.mode & 0o111) !== 0, member, row });
  }
  for (const path of others) {
    // Some producers list folders; their RECORD.jws may be listed and left out.
    if (archive.find(path.replace(/\/$/, ""))?.folder === true || unlisted.includes(path)) continue;
    throw recordMismatch(filename, path, "RECORD lists it, the archive does not hold it");
  }
  if (data !== undefined) checkMergedRoots(files, filename);
  return files;
}

/** Where a member of the data folder goes; `undefined` of every other. */
function placeInData(
  name: string,
  data: string,
  filename: string,
): { readonly scheme: WheelScheme; readonly path: string } | undefined {
  if (!name.startsWith(`${data}/`)) return undefined;
  const slash = name.indexOf("/", data.length + 1);
  const key = name.slice(data.length + 1, slash === -1 ? undefined : slash);
  const scheme = wheelSchemes.find((known) => known === key && known !== "root");
  if (scheme === undefined || slash === -1)
    throw wheelInvalid(
      filename,
      `\`${name}\` lies below no known key`,
      "a data folder holds `purelib`, `platlib`, `headers`, `scripts` and `data`",
    );
  return { scheme, path: name.slice(slash + 1) };
}

/** The files that installers make for entry points, old and new. */
function wrapperNames({ consoleScripts, guiScripts }: WheelScripts): ReadonlySet<string> {
  const names = new Set<string>();
  for (const name of [...Object.keys(consoleScripts), ...Object.keys(guiScripts)])
    for (const file of [
      name,
      `${name}.exe`,
      `${name}-script.py`,
      `${name}-script.pyw`,
      `${name}.pya`,
    ])
      names.add(file);
  return names;
}

/** The root, purelib and platlib are one folder in most environments: a path must not come from two of them. */
function checkMergedRoots(files: readonly WheelFileMember[], filename: string): void {
  const merged = files.filter(({ scheme }) => scheme === "purelib" || scheme === "platlib");
  if (merged.length === 0) return;
  const seen = new Set(files.filter(({ scheme }) => scheme === "root").map(({ path }) => path));
  for (const { path } of merged) {
    if (seen.has(path))
      throw wheelInvalid(
        filename,
        `it has \`${path}\` at its root and below its data folder`,
        "a path is one file",
      );
    seen.add(path);
  }
}

busyForSeconds(filesOf);
