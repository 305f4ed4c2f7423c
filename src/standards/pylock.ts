import { PkmError } from "#base/errors";
import type { Hashes } from "#base/hash";
import { lockInvalid, lockTooNew } from "./errors.ts";
import { parseMarker, type Marker } from "./marker.ts";
import { normalizeName, type NormalizedName } from "./name.ts";
import { parseSdistFilename } from "./sdist-filename.ts";
import { parseSpecifierSet, type SpecifierSet } from "./specifier-set.ts";
import { TomlTable } from "./toml-table.ts";
import { compareVersions, parseVersion, type Version } from "./version.ts";
import { parseWheelFilename } from "./wheel-filename.ts";

/**
 * A lock file (PyPUG pylock-toml, PEP 751) after validation. `formatPylock` writes it, `selectPackages` says what it
 * installs.
 */
export type Pylock = {
  readonly lockVersion: string;
  /** A newer minor version: keys nobody knows may be in it, which is worth a warning. */
  readonly isNewerMinor: boolean;
  readonly environments: readonly Marker[];
  readonly requiresPython: SpecifierSet | undefined;
  readonly extras: readonly NormalizedName[];
  readonly dependencyGroups: readonly NormalizedName[];
  readonly defaultGroups: readonly NormalizedName[];
  readonly createdBy: string;
  readonly packages: readonly LockedPackage[];
  /** `[tool]`, decoded; it must not change what is installed. */
  readonly tool: Readonly<Record<string, unknown>> | undefined;
};

export type LockedPackage = {
  readonly name: NormalizedName;
  /** `undefined` for a source tree. */
  readonly version: Version | undefined;
  readonly marker: Marker | undefined;
  readonly requiresPython: SpecifierSet | undefined;
  /** For people and audits: an installer does not follow them. */
  readonly dependencies: readonly Readonly<Record<string, unknown>>[];
  readonly vcs: LockedVcs | undefined;
  readonly directory: LockedDirectory | undefined;
  readonly archive: LockedArchive | undefined;
  /** Base address of the index the files come from. */
  readonly index: string | undefined;
  readonly sdist: LockedFile | undefined;
  readonly wheels: readonly LockedFile[];
  readonly attestationIdentities: readonly Readonly<Record<string, unknown>>[];
  readonly tool: Readonly<Record<string, unknown>> | undefined;
};

/** `path` is relative to the lock and comes before `url`; one of them is there. */
export type LockedPlace = { readonly path: string | undefined; readonly url: string | undefined };

export type LockedVcs = LockedPlace & {
  readonly type: string;
  readonly commitId: string;
  /** For people: never checked out. */
  readonly requestedRevision: string | undefined;
  readonly subdirectory: string | undefined;
};

export type LockedDirectory = {
  readonly path: string;
  readonly editable: boolean;
  readonly subdirectory: string | undefined;
};

export type LockedArchive = LockedPlace & {
  readonly size: number | undefined;
  readonly uploadTime: number | undefined;
  readonly hashes: Hashes;
  readonly subdirectory: string | undefined;
};

export type LockedFile = LockedPlace & {
  /** `name` if it is there, else the last part of the path, else of the address, decoded. */
  readonly filename: string;
  readonly size: number | undefined;
  /** Milliseconds since 1970. */
  readonly uploadTime: number | undefined;
  readonly hashes: Hashes;
};

/** Reads a decoded lock. An error names the key by its whole path: `packages[3].wheels[0].hashes`. */
export function parsePylock(document: unknown, file: string): Pylock {
  const table = TomlTable.of(document, "", (key, why, cause) => lockInvalid(file, key, why, cause));
  const version = parseLockVersion(table, file);
  return {
    lockVersion: version.text,
    isNewerMinor: compareVersions(version, parseVersion("1.0")) > 0,
    environments: table.parsedList("environments", parseMarker) ?? [],
    requiresPython: table.parsed("requires-python", parseSpecifierSet),
    extras: (table.texts("extras") ?? []).map((text, at) =>
      normalized(table, `extras[${at}]`, text),
    ),
    dependencyGroups: (table.texts("dependency-groups") ?? []).map(normalizeName),
    defaultGroups: (table.texts("default-groups") ?? []).map(normalizeName),
    createdBy: table.requiredText("created-by"),
    packages: required(table, "packages", table.tables("packages")).map(readPackage),
    tool: rawTable(table, "tool"),
  };
}

function parseLockVersion(table: TomlTable, file: string): Version {
  const version = required(table, "lock-version", table.parsed("lock-version", parseVersion));
  if (Number(version.release[0]) !== 1 || Number(version.epoch) !== 0)
    throw lockTooNew(file, version.text);
  return version;
}

function readPackage(table: TomlTable): LockedPackage {
  const name = normalized(table, "name", table.requiredText("name"));
  const version = table.parsed("version", parseVersion);
  const locked: LockedPackage = {
    name,
    version,
    marker: table.parsed("marker", parseMarker),
    requiresPython: table.parsed("requires-python", parseSpecifierSet),
    dependencies: plainTables(table, "dependencies"),
    vcs: readVcs(table.table("vcs")),
    directory: readDirectory(table.table("directory")),
    archive: readArchive(table.table("archive")),
    index: table.text("index"),
    sdist: readFile(table.table("sdist")),
    wheels: (table.tables("wheels") ?? []).map((wheel) => readFile(wheel) as LockedFile),
    attestationIdentities: readIdentities(table),
    tool: rawTable(table, "tool"),
  };
  checkSources(table, locked);
  checkNames(table, locked);
  return locked;
}

/** PEP 751: a source tree or archive stands alone, files of an index may stand together. */
function checkSources(table: TomlTable, locked: LockedPackage): void {
  const direct = ["vcs", "directory", "archive"].filter((key) => table.has(key));
  const files = ["sdist", "wheels"].filter((key) => table.has(key));
  const [first, second] = [...direct, ...(direct.length > 0 ? files : [])];
  if (first !== undefined && second !== undefined)
    throw table.fault(second, `cannot stand beside \`${first}\``);
  if (first === undefined && locked.sdist === undefined && locked.wheels.length === 0)
    throw table.fault("wheels", "is missing, and so is every other source of the package");
}

function checkNames(table: TomlTable, locked: LockedPackage): void {
  const check = (
    key: string,
    file: LockedFile,
    read: (filename: string) => { readonly name: NormalizedName; readonly version: Version },
  ): void => {
    let found;
    try {
      found = read(file.filename);
    } catch (cause) {
      if (!(cause instanceof PkmError)) throw cause;
      throw table.fault(key, `is called \`${file.filename}\`: ${cause.why ?? cause.what}`, cause);
    }
    if (found.name !== locked.name)
      throw table.fault(
        key,
        `is called \`${file.filename}\`, which is no file of \`${locked.name}\``,
      );
    if (locked.version !== undefined && compareVersions(found.version, locked.version) !== 0)
      throw table.fault(
        key,
        `is called \`${file.filename}\`, which is not version ${locked.version.text}`,
      );
  };
  if (locked.sdist !== undefined)
    check("sdist", locked.sdist, (filename) => parseSdistFilename(filename, locked.name));
  locked.wheels.forEach((wheel, position) =>
    check(`wheels[${position}]`, wheel, parseWheelFilename),
  );
}

function readVcs(table: TomlTable | undefined): LockedVcs | undefined {
  if (table === undefined) return undefined;
  return {
    type: table.requiredText("type"),
    ...readPlace(table),
    commitId: table.requiredText("commit-id"),
    requestedRevision: table.text("requested-revision"),
    subdirectory: table.text("subdirectory"),
  };
}

function readDirectory(table: TomlTable | undefined): LockedDirectory | undefined {
  if (table === undefined) return undefined;
  return {
    path: table.requiredText("path"),
    editable: table.truth("editable") ?? false,
    subdirectory: table.text("subdirectory"),
  };
}

function readArchive(table: TomlTable | undefined): LockedArchive | undefined {
  if (table === undefined) return undefined;
  return {
    ...readPlace(table),
    size: readSize(table),
    uploadTime: table.instant("upload-time"),
    hashes: readHashes(table),
    subdirectory: table.text("subdirectory"),
  };
}

function readFile(table: TomlTable | undefined): LockedFile | undefined {
  if (table === undefined) return undefined;
  const place = readPlace(table);
  const name = table.text("name");
  return {
    filename: name ?? lastPart(place),
    ...place,
    size: readSize(table),
    uploadTime: table.instant("upload-time"),
    hashes: readHashes(table),
  };
}

function readPlace(table: TomlTable): LockedPlace {
  const [path, url] = [table.text("path"), table.text("url")];
  if ((path ?? "") === "" && (url ?? "") === "")
    throw table.fault("url", "is missing, and so is `path`");
  return { path: path === "" ? undefined : path, url: url === "" ? undefined : url };
}

/** Of the path, which may be written with either slash, else of the address without query, decoded once. */
function lastPart({ path, url }: LockedPlace): string {
  if (path !== undefined)
    return path.slice((path.includes("/") ? path.lastIndexOf("/") : path.lastIndexOf("\\")) + 1);
  const bare = (url ?? "").replace(/[?#].*$/s, "");
  const segment = bare.slice(bare.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function readSize(table: TomlTable): number | undefined {
  const size = table.integer("size");
  if (size !== undefined && size < 0) throw table.fault("size", "is negative");
  return size;
}

function readHashes(table: TomlTable): Hashes {
  const hashes = required(table, "hashes", table.textTable("hashes"));
  const entries = Object.entries(hashes);
  if (entries.length === 0) throw table.fault("hashes", "is empty, and a file needs a digest");
  return Object.fromEntries(entries.map(([key, hex]) => [key.toLowerCase(), hex.toLowerCase()]));
}

function readIdentities(table: TomlTable): readonly Readonly<Record<string, unknown>>[] {
  for (const identity of table.tables("attestation-identities") ?? [])
    identity.requiredText("kind");
  return plainTables(table, "attestation-identities");
}

function plainTables(table: TomlTable, key: string): readonly Readonly<Record<string, unknown>>[] {
  return table.tables(key) === undefined
    ? []
    : (table.raw(key) as readonly Record<string, unknown>[]);
}

function rawTable(table: TomlTable, key: string): Readonly<Record<string, unknown>> | undefined {
  return table.table(key) === undefined ? undefined : (table.raw(key) as Record<string, unknown>);
}

/** PEP 751: names are written in their canonical spelling. */
function normalized(table: TomlTable, key: string, text: string): NormalizedName {
  const name = normalizeName(text);
  if (name !== text || !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name))
    throw table.fault(key, `is \`${text}\`, which is no normalised name`);
  return name;
}

function required<T>(table: TomlTable, key: string, value: T | undefined): T {
  if (value === undefined) throw table.fault(key, "is missing");
  return value;
}
