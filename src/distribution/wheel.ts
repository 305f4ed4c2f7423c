import { busyForSeconds } from "#base/busy-code";
import type { Inflater } from "#archive/random-access";
import { openZip, type ZipArchive } from "#archive/zip";
import type { ZipDirectory, ZipMember } from "#archive/zip-directory";
import { PkmError } from "#base/errors";
import type { RunningHash, World } from "#platform/ports";
import { isScriptGroup, parseEntryPoints } from "#standards/entry-points";
import { type CoreMetadata, parseMetadata } from "#standards/metadata";
import { normalizeName } from "#standards/name";
import { parseRecord, type RecordEntry, type RecordHash } from "#standards/record";
import { compareVersions } from "#standards/version";
import { parseWheelFile } from "#standards/wheel-file";
import { parseWheelFilename, type WheelFilename } from "#standards/wheel-filename";
import { otherIdentity, recordMismatch, wheelInvalid } from "./errors.ts";

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
  readonly record: RecordEntry;
};

/** A wheel whose structure has been checked; contents are verified as they are asked for. */
export type OpenWheel = {
  readonly filename: string;
  readonly identity: WheelFilename;
  readonly metadata: CoreMetadata;
  readonly rootIsPurelib: boolean;
  /** The dist-info folder's name. */
  readonly distInfo: string;
  /** Everything to install, in the order of the archive; RECORD and its signatures are not. */
  readonly files: readonly WheelFileMember[];
  readonly consoleScripts: Readonly<Record<string, string>>;
  readonly guiScripts: Readonly<Record<string, string>>;
  /** Pairs of members that are one file where case is folded. */
  caseCollisions(): readonly (readonly [string, string])[];
  /**
   * Hands over the bytes of a file, verified against its checksum, and size and hash in RECORD. What does not agree
   * throws, of a long file behind its last piece: whoever takes them keeps them where nobody looks until then.
   */
  content(file: WheelFileMember, take: ContentTaker): VerifiedContent;
};

export type WheelWorld = Pick<World, "hashing"> & { readonly inflate: Inflater };

/**
 * Opens a wheel by the rules of PyPUG binary-distribution-format: one dist-info folder of the name and version that
 * the file name says, a WHEEL of format 1, a RECORD that lists every file with a strong hash and nothing else (PEP
 * 815 notes that nobody checks it; here it is checked), known keys below `.data`, scripts with names that stay in
 * their folder. Throws a `PkmError` that names the member and the rule.
 */
export function openWheel(bytes: Uint8Array, filename: string, world: WheelWorld): OpenWheel {
  const identity = parseWheelFilename(filename);
  const archive = openZip(bytes, filename, world.inflate);
  const tops = topFolders(archive);
  const distInfo = distInfoOf(tops, identity, filename);
  const text = (name: string): string => requiredText(archive, `${distInfo}/${name}`, filename);
  const metadata = checkedMetadata(text("METADATA"), identity, filename);
  const { rootIsPurelib } = inside(filename, "WHEEL", () => parseWheelFile(text("WHEEL")));
  const record = inside(filename, "RECORD", () => parseRecord(text("RECORD")));
  const scripts = scriptsOf(archive, distInfo, filename);
  const files = filesOf(archive, { distInfo, tops, record, identity, filename, scripts });
  const contents = new Contents(archive, filename, world.hashing);
  return {
    filename,
    identity,
    metadata,
    rootIsPurelib,
    distInfo,
    files,
    ...scripts,
    caseCollisions: () => archive.caseCollisions(),
    content: contents.content.bind(contents),
  };
}

/** What {@link OpenWheel.content} tells of a file when it has been verified to its end. */
export type VerifiedContent = {
  readonly size: number;
  /** As RECORD has it. */
  readonly sha256: string;
};

/** Where content goes: whole, or piece by piece; each piece is overwritten by the next. */
export type ContentTaker = (content: Uint8Array | Iterable<Uint8Array>) => void;

class Contents {
  readonly #archive: ZipArchive;
  readonly #filename: string;
  readonly #hashing: World["hashing"];

  constructor(archive: ZipArchive, filename: string, hashing: World["hashing"]) {
    this.#archive = archive;
    this.#filename = filename;
    this.#hashing = hashing;
  }

  content(file: WheelFileMember, take: ContentTaker): VerifiedContent {
    const hashing = this.#hashing;
    const { size } = file.member;
    const short = this.#archive.short(file.member);
    if (short === undefined) {
      const sums = new Sums(file, this.#filename, hashing);
      take(sums.over(this.#archive.pieces(file.member)));
      return { size, sha256: sums.end() };
    }
    const sha256 = hashing.digest("sha256", short, "base64url");
    const { algorithm, digest } = promiseOf(file);
    if (algorithm !== "sha256")
      checkPromise(file, this.#filename, hashing.digest(algorithm, short, "base64url"));
    else if (sha256 !== digest) checkPromise(file, this.#filename, sha256);
    take(short);
    return { size, sha256 };
  }
}

function checkPromise(file: WheelFileMember, filename: string, found: string): void {
  const { algorithm, digest } = promiseOf(file);
  if (found !== digest)
    throw recordMismatch(
      filename,
      file.member.name,
      `RECORD promises ${algorithm} ${digest}, the archive holds ${found}`,
    );
}

/** The digests of a long file while its content goes by. */
class Sums {
  readonly #file: WheelFileMember;
  readonly #filename: string;
  readonly #own: RunningHash;
  readonly #promised: RunningHash | undefined;
  #sha256: string | undefined;

  constructor(file: WheelFileMember, filename: string, hashing: World["hashing"]) {
    const { algorithm } = promiseOf(file);
    this.#file = file;
    this.#filename = filename;
    this.#own = hashing.start("sha256");
    this.#promised = algorithm === "sha256" ? undefined : hashing.start(algorithm);
  }

  add(piece: Uint8Array): void {
    this.#own.update(piece);
    this.#promised?.update(piece);
  }

  /** Throws behind the last piece when they do not agree with RECORD. */
  *over(pieces: Iterable<Uint8Array>): Generator<Uint8Array, void> {
    for (const piece of pieces) {
      this.add(piece);
      yield piece;
    }
    this.end();
  }

  /** The sha256 of everything. */
  end(): string {
    if (this.#sha256 !== undefined) return this.#sha256;
    const sha256 = this.#own.base64url();
    checkPromise(this.#file, this.#filename, this.#promised?.base64url() ?? sha256);
    this.#sha256 = sha256;
    return sha256;
  }
}

function promiseOf({ record }: WheelFileMember): RecordHash {
  return record.hash as RecordHash;
}

/** The path of METADATA in a wheel of which only the directory has been read; refuses as {@link openWheel} does. */
export function metadataMember(directory: ZipDirectory, filename: string): ZipMember {
  const identity = parseWheelFilename(filename);
  const path = `${distInfoOf(topFolders(directory), identity, filename)}/METADATA`;
  const member = directory.byName.get(path);
  if (member === undefined || member.folder)
    throw wheelInvalid(
      filename,
      `it has no \`${path}\``,
      "a wheel carries METADATA, WHEEL and RECORD in its dist-info",
    );
  return member;
}

/** Reads METADATA and makes sure that it is of the name and version in the file's name. */
export function checkedMetadata(
  text: string,
  identity: WheelFilename,
  filename: string,
): CoreMetadata {
  const metadata = inside(filename, "METADATA", () => parseMetadata(text, `\`${filename}\``));
  if (metadata.name !== identity.name || compareVersions(metadata.version, identity.version) !== 0)
    throw otherIdentity(
      filename,
      `${identity.name} ${identity.version.text}`,
      `${metadata.name} ${metadata.version.text}`,
    );
  return metadata;
}

function distInfoOf(tops: readonly string[], identity: WheelFilename, filename: string): string {
  const found = tops.filter((top) => top.endsWith(".dist-info"));
  const [distInfo] = found;
  if (distInfo === undefined || found.length > 1)
    throw wheelInvalid(
      filename,
      found.length === 0
        ? "it has no dist-info folder"
        : `it has the dist-info folders ${quoted(found)}`,
      "a wheel has exactly one dist-info folder at its top",
    );
  if (!belongsTo(distInfo, identity))
    throw otherIdentity(filename, `${identity.name} ${identity.version.text}`, distInfo);
  return distInfo;
}

/** Top-level folders, sorted. */
function topFolders({ members }: ZipDirectory): readonly string[] {
  const found = new Set<string>();
  let last = "/";
  for (const { name, folder } of members) {
    // Neighbours in an archive mostly share it.
    if (name.startsWith(last)) continue;
    const slash = name.indexOf("/");
    if (slash === -1) {
      if (folder) found.add(name);
      continue;
    }
    last = name.slice(0, slash + 1);
    found.add(name.slice(0, slash));
  }
  return [...found].sort();
}

/** Unnormalised spellings are tolerated, as tools before 2021 wrote them. */
function belongsTo(folder: string, identity: WheelFilename): boolean {
  const stem = folder.slice(0, folder.lastIndexOf("."));
  return normalizeName(stem).startsWith(`${identity.name}-`);
}

function requiredText(archive: ZipArchive, path: string, filename: string): string {
  const text = optionalText(archive, path, filename);
  if (text !== undefined) return text;
  throw wheelInvalid(
    filename,
    `it has no \`${path}\``,
    "a wheel carries METADATA, WHEEL and RECORD in its dist-info",
  );
}

function optionalText(archive: ZipArchive, path: string, filename: string): string | undefined {
  const member = archive.byName.get(path);
  if (member === undefined || member.folder) return undefined;
  if (member.size > longestText)
    throw wheelInvalid(
      filename,
      `\`${path}\` has ${member.size} bytes`,
      `pkm reads files of a dist-info up to ${longestText} bytes`,
    );
  return new TextDecoder().decode(archive.content(member));
}

const longestText = 256 * 2 ** 20;

/** Lets the error of a parser say in which wheel it happened. */
function inside<T>(filename: string, part: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PkmError) || error.what.includes(filename)) throw error;
    throw wheelInvalid(filename, `its ${part} cannot be read`, error.why ?? error.what, error);
  }
}

type Scripts = Pick<OpenWheel, "consoleScripts" | "guiScripts">;

function scriptsOf(archive: ZipArchive, distInfo: string, filename: string): Scripts {
  const path = `${distInfo}/entry_points.txt`;
  const text = optionalText(archive, path, filename);
  const consoleScripts: Record<string, string> = {};
  const guiScripts: Record<string, string> = {};
  if (text === undefined) return { consoleScripts, guiScripts };
  for (const { group, name, module, attribute } of inside(filename, "entry_points.txt", () =>
    parseEntryPoints(text),
  )) {
    if (!isScriptGroup(group)) continue;
    // The name becomes a file name: it must not lead out of the scripts folder.
    if (/[/\\\0]|^\.{0,2}$|^[a-zA-Z]:/.test(name))
      throw wheelInvalid(
        filename,
        `it declares a script ${JSON.stringify(name)}`,
        "a script's name is a file name",
      );
    if (attribute === "")
      throw wheelInvalid(
        filename,
        `its script \`${name}\` names no function`,
        "a script names `module:function`",
      );
    (group === "console_scripts" ? consoleScripts : guiScripts)[name] = `${module}:${attribute}`;
  }
  return { consoleScripts, guiScripts };
}

type Layout = {
  readonly distInfo: string;
  readonly tops: readonly string[];
  readonly record: readonly RecordEntry[];
  readonly identity: WheelFilename;
  readonly filename: string;
  readonly scripts: Scripts;
};

function filesOf(archive: ZipArchive, layout: Layout): WheelFileMember[] {
  const { distInfo, filename } = layout;
  const { rows, others } = rowsOf(layout.record, archive, filename);
  const data = dataFolderOf(layout);
  const unlisted = ["RECORD", "RECORD.jws", "RECORD.p7s"].map((name) => `${distInfo}/${name}`);
  const unlistedMembers = unlisted.map((name) => archive.byName.get(name));
  const wrappers = wrapperNames(layout.scripts);
  const files: WheelFileMember[] = [];
  for (const member of archive.members) {
    if (member.folder || unlistedMembers.includes(member)) continue;
    const record = rows[member.place];
    if (record === undefined)
      throw recordMismatch(filename, member.name, "RECORD does not list it");
    checkRow(record, member, filename);
    const place = data === undefined ? undefined : placeInData(member.name, data, filename);
    const scheme = place?.scheme ?? "root";
    const path = place?.path ?? member.name;
    // PyPUG entry-points: the wrapper of an entry point wins over a script of its name.
    if (scheme === "scripts" && wrappers.has(path)) continue;
    files.push({ scheme, path, executable: (member.mode & 0o111) !== 0, member, record });
  }
  for (const path of others) {
    // Some producers list folders; their RECORD.jws may be listed and left out.
    if (archive.byName.get(path.replace(/\/$/, ""))?.folder === true || unlisted.includes(path))
      continue;
    throw recordMismatch(filename, path, "RECORD lists it, the archive does not hold it");
  }
  if (data !== undefined) checkMergedRoots(files, filename);
  return files;
}

/** The rows of files by the files' places in the archive, and the paths of all other rows. */
function rowsOf(
  record: readonly RecordEntry[],
  archive: ZipArchive,
  filename: string,
): { readonly rows: readonly (RecordEntry | undefined)[]; readonly others: Iterable<string> } {
  const rows: (RecordEntry | undefined)[] = archive.members.map(() => undefined);
  const others = new Map<string, RecordEntry>();
  for (const row of record) {
    const member = archive.byName.get(row.path);
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

function checkRow(row: RecordEntry, member: ZipMember, filename: string): void {
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

function dataFolderOf({ tops, identity, filename }: Layout): string | undefined {
  const found = tops.filter((top) => top.endsWith(".data") && belongsTo(top, identity));
  if (found.length > 1)
    throw wheelInvalid(
      filename,
      `it has the data folders ${quoted(found)}`,
      "a wheel has at most one data folder",
    );
  return found[0];
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
function wrapperNames({ consoleScripts, guiScripts }: Scripts): ReadonlySet<string> {
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

function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(" and ");
}

busyForSeconds(Contents, promiseOf, checkPromise, topFolders, filesOf, rowsOf, checkRow);
