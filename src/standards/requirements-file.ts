import { errnoOf } from "#base/errors";
import type { Hash } from "#base/hash";
import { withoutCredentials } from "#base/url";
import {
  requirementsFileMissing,
  requirementsFileRecursion,
  requirementsLineInvalid,
  type LinePlace,
} from "./errors.ts";
import { chooseNames, noNames, type ExclusiveNames } from "./format-control.ts";
import { absolutePath, folderOf, joinPath } from "./_path.ts";
import {
  readLineOptions,
  type FlagName,
  type LineOption,
  type ValueName,
} from "./_requirements-options.ts";
import {
  decodeRequirements,
  logicalLines,
  type LogicalLine,
  type Variables,
} from "./_requirements-text.ts";

/** What reading requirements files asks of the world. */
export type RequirementsReader = {
  /** The bytes at an absolute path or a URL. An errno error becomes a message that names the line that asked. */
  readonly read: (pathOrUrl: string) => Uint8Array | Promise<Uint8Array>;
  /** For `${NAME}`. */
  readonly variables: Variables;
  /** Absolute: relative names on the command line start here. It also says which style of paths is used. */
  readonly cwd: string;
  /** For files that are neither marked nor UTF-8; `latin-1` when left out. */
  readonly localeEncoding?: string;
};

/** A line that asks for something to install, or constrains it. What the text means `parseRequirementWord` says. */
export type RequirementEntry = {
  /** Without options, variables put in. */
  readonly text: string;
  readonly isEditable: boolean;
  readonly isConstraint: boolean;
  /** The file must have one of them; empty when none are given. */
  readonly hashes: readonly Hash[];
  readonly configSettings: Readonly<Record<string, string | readonly string[]>>;
  /** As given for the file asked for, absolute for those it leads to. May hold credentials of a URL. */
  readonly file: string;
  /** First line of the entry, from 1. */
  readonly line: number;
};

/** An option that holds for the whole run, at its place; {@link applyFileOptions} says what it does. */
export type FileOption = {
  readonly name: Exclude<FlagName | ValueName, EntryOption>;
  /** Empty for a flag. */
  readonly value: string;
  readonly file: string;
  readonly line: number;
};

type EntryOption = "hash" | "config-settings" | "requirement" | "constraint" | "editable";

/** A requirements file with everything it leads to, in the order of reading. */
export type RequirementsFile = {
  readonly entries: readonly RequirementEntry[];
  readonly options: readonly FileOption[];
  /** Every file that was read, as `file` of an entry has it. */
  readonly files: readonly string[];
  /** What pip passes over in silence; whole sentences. */
  readonly warnings: readonly string[];
};

/** `-r requirements.txt (line 3)`, as pip says where a requirement comes from. */
export function originOf(entry: Pick<RequirementEntry, "isConstraint" | "file" | "line">): string {
  const option = entry.isConstraint ? "-c" : "-r";
  return `${option} ${withoutCredentials(entry.file)} (line ${entry.line})`;
}

/**
 * Reads a requirements or constraints file as pip 26.3 does (its `requirements-file-format`), with the files it
 * names by `-r` and `-c`. Those are relative to the file or URL that names them. What pip refuses is a `PkmError`
 * with file, line and caret; what pip ignores is a warning.
 */
export async function parseRequirementsFile(
  file: string,
  kind: "requirements" | "constraints",
  reader: RequirementsReader,
): Promise<RequirementsFile> {
  const reading: Reading = { entries: [], options: [], files: [], warnings: [], reader };
  const location = isUrl(file) ? file : absolutePath(file, reader.cwd);
  const visit = { file, location, isConstraint: kind === "constraints", from: undefined };
  await readInto(reading, visit, new Map([[location, ""]]));
  const { entries, options, files, warnings } = reading;
  return { entries, options, files, warnings };
}

/** Global options as far as requirements files know them. */
export type RequirementsOptions = {
  readonly indexUrl: string | undefined;
  readonly extraIndexUrls: readonly string[];
  readonly noIndex: boolean;
  /** A relative path is looked for beside `file` first, then in the current folder, as pip does. */
  readonly findLinks: readonly { readonly value: string; readonly file: string | undefined }[];
  /** `first` are the names of `--no-binary`, `second` those of `--only-binary`. */
  readonly binaries: ExclusiveNames;
  /** `first` are the names of `--all-releases`, `second` those of `--only-final`; `--pre` adds `:all:` to the first. */
  readonly releases: ExclusiveNames;
  readonly preferBinary: boolean;
  readonly requireHashes: boolean;
  readonly noRequireHashes: boolean;
  readonly trustedHosts: readonly string[];
  readonly features: readonly string[];
};

export const noRequirementsOptions: RequirementsOptions = {
  indexUrl: undefined,
  extraIndexUrls: [],
  noIndex: false,
  findLinks: [],
  binaries: noNames,
  releases: noNames,
  preferBinary: false,
  requireHashes: false,
  noRequireHashes: false,
  trustedHosts: [],
  features: [],
};

/**
 * Applies the options of files, in their order, on top of those of the command line. As in pip an `--index-url`
 * sets aside every index named before it, extra ones included, and nothing brings an index back after `--no-index`.
 */
export function applyFileOptions(
  start: RequirementsOptions,
  options: readonly FileOption[],
): RequirementsOptions {
  return options.reduce(applyOption, start);
}

function applyOption(before: RequirementsOptions, option: FileOption): RequirementsOptions {
  const { name, value } = option;
  switch (name) {
    case "index-url":
      return before.noIndex ? before : { ...before, indexUrl: value, extraIndexUrls: [] };
    case "extra-index-url":
      if (before.noIndex) return before;
      return { ...before, extraIndexUrls: [...before.extraIndexUrls, value] };
    case "no-index":
      return { ...before, noIndex: true, indexUrl: undefined, extraIndexUrls: [] };
    case "find-links":
      return { ...before, findLinks: [...before.findLinks, { value, file: option.file }] };
    case "no-binary":
      return { ...before, binaries: chooseNames(before.binaries, "first", value) };
    case "only-binary":
      return { ...before, binaries: chooseNames(before.binaries, "second", value) };
    case "all-releases":
      return { ...before, releases: chooseNames(before.releases, "first", value) };
    case "only-final":
      return { ...before, releases: chooseNames(before.releases, "second", value) };
    case "pre":
      return {
        ...before,
        releases: { ...before.releases, first: new Set([...before.releases.first, ":all:"]) },
      };
    case "prefer-binary":
      return { ...before, preferBinary: true };
    case "require-hashes":
      return { ...before, requireHashes: true };
    case "no-require-hashes":
      return { ...before, noRequireHashes: true };
    case "trusted-host":
      return { ...before, trustedHosts: [...before.trustedHosts, value] };
    case "use-feature":
      return before.features.includes(value)
        ? before
        : { ...before, features: [...before.features, value] };
    default:
      return name satisfies never;
  }
}

type Reading = {
  readonly entries: RequirementEntry[];
  readonly options: FileOption[];
  readonly files: string[];
  readonly warnings: string[];
  readonly reader: RequirementsReader;
};

type Visit = {
  readonly file: string;
  readonly location: string;
  readonly isConstraint: boolean;
  readonly from: LinePlace | undefined;
};

/** `open` maps what is being read to the file that asked for it. */
async function readInto(
  reading: Reading,
  visit: Visit,
  open: ReadonlyMap<string, string>,
): Promise<void> {
  const { reader } = reading;
  reading.files.push(visit.file);
  const bytes = await readBytes(visit, reader);
  const name = withoutCredentials(visit.file);
  const decoded = decodeRequirements(bytes, name, reader.localeEncoding ?? "latin-1");
  if (decoded.warning !== undefined) reading.warnings.push(decoded.warning);
  for (const line of logicalLines(decoded.text, reader.variables)) {
    const nested = readLine(reading, visit, line);
    if (nested === undefined) continue;
    const place: LinePlace = { file: visit.file, ...line };
    const location = locate(nested.value, visit.file, reader.cwd);
    const asker = open.get(location);
    if (asker !== undefined) throw requirementsFileRecursion(place, location, asker);
    await readInto(
      reading,
      { file: location, location, isConstraint: nested.name === "constraint", from: place },
      new Map([...open, [location, visit.file]]),
    );
  }
}

async function readBytes(visit: Visit, reader: RequirementsReader): Promise<Uint8Array> {
  try {
    return await reader.read(visit.location);
  } catch (cause) {
    const errno = errnoOf(cause);
    if (errno === undefined) throw cause;
    const why = {
      ENOENT: "there is no such file",
      EISDIR: "it is a folder",
      EACCES: "it may not be read",
    }[errno];
    throw requirementsFileMissing(visit.file, why ?? `the system says ${errno}`, visit.from, cause);
  }
}

function locate(target: string, from: string, cwd: string): string {
  if (isUrl(from)) {
    try {
      return new URL(target, from).href;
    } catch {
      return target;
    }
  }
  return isUrl(target) ? target : absolutePath(joinPath(folderOf(from, cwd), target, cwd), cwd);
}

function isUrl(text: string): boolean {
  return /^(?:https?|file):/i.test(text);
}

/** Adds what the line says to the reading; answers the file to read in its place, if it names one. */
function readLine(reading: Reading, visit: Visit, line: LogicalLine): LineOption | undefined {
  const split = startOfOptions(line.text);
  if (split === line.text.length) {
    const { file, isConstraint } = visit;
    reading.entries.push({ ...plainEntry, text: line.text, isConstraint, file, line: line.line });
    return undefined;
  }
  const place: LinePlace = { file: visit.file, ...line };
  const read = readLineOptions(line.text.slice(split));
  if (read.kind === "problem") {
    const { start, end, why, fix } = read.problem;
    throw requirementsLineInvalid(place, { start: split + start, end: split + end }, why, fix);
  }
  const warn = (what: string): void => {
    reading.warnings.push(`${withoutCredentials(place.file)} (line ${place.line}): ${what}`);
  };
  if (read.ignored.length > 0) warn(`\`${read.ignored.join(" ")}\` behind the options is ignored`);
  const all = (name: ValueName): string[] =>
    read.options.filter((option) => option.name === name).map((option) => option.value);

  const text = line.text.slice(0, Math.max(0, split - 1));
  const editables = all("editable");
  const isEntry = text !== "" || editables.length > 0;
  for (const option of read.options) {
    const { name, value } = option;
    // pip lets these two pairs act from any line, all others only from lines without a requirement.
    const actsAnywhere =
      name === "no-binary" ||
      name === "only-binary" ||
      name === "all-releases" ||
      name === "only-final";
    if (actsAnywhere) reading.options.push({ name, value, file: visit.file, line: line.line });
  }
  if (isEntry) {
    // As in pip, `-e` behind a requirement makes that one editable and its own value is lost.
    const isEditable = editables.length > 0;
    reading.entries.push({
      text: text === "" ? (editables[0] as string) : text,
      isEditable,
      isConstraint: visit.isConstraint,
      hashes: isEditable ? [] : all("hash").map(readHash),
      configSettings: readSettings(all("config-settings")),
      file: visit.file,
      line: line.line,
    });
    warnOfIgnored(read.options, isEditable, text === "" ? 1 : 0, warn);
    return undefined;
  }
  const nested =
    read.options.find((option) => option.name === "requirement") ??
    read.options.find((option) => option.name === "constraint");
  if (nested !== undefined) {
    if (read.options.length > 1)
      warn("only the first file of a line is read, its other options are ignored");
    return nested;
  }
  addGlobals(reading, read.options, visit.file, line.line, warn);
  return undefined;
}

/** What nearly all lines are: a requirement and nothing behind it. */
const plainEntry = { isEditable: false, hashes: [], configSettings: {} } as const;

/** The first word, by single spaces, that begins with a dash; markers before it are left alone. */
function startOfOptions(text: string): number {
  if (text.startsWith("-")) return 0;
  const at = text.indexOf(" -");
  return at === -1 ? text.length : at + 1;
}

function readHash(value: string): Hash {
  const colon = value.indexOf(":");
  return { algorithm: value.slice(0, colon), hex: value.slice(colon + 1).toLowerCase() };
}

/** A key given more than once has a list. */
function readSettings(pairs: readonly string[]): Record<string, string | string[]> {
  const settings = new Map<string, string | string[]>();
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    const key = pair.slice(0, equals);
    const value = pair.slice(equals + 1);
    const before = settings.get(key);
    if (before === undefined) settings.set(key, value);
    else settings.set(key, typeof before === "string" ? [before, value] : [...before, value]);
  }
  return Object.fromEntries(settings);
}

function warnOfIgnored(
  options: readonly LineOption[],
  isEditable: boolean,
  usedEditables: number,
  warn: (what: string) => void,
): void {
  let editables = 0;
  for (const { name } of options) {
    switch (name) {
      case "config-settings":
      case "no-binary":
      case "only-binary":
      case "all-releases":
      case "only-final":
        break;
      case "hash":
        if (isEditable) warn("`--hash` of an editable requirement is ignored");
        break;
      case "editable":
        if (++editables > usedEditables) warn("the value of `--editable` is ignored");
        break;
      default:
        warn(`\`--${name}\` is ignored in the line of a requirement`);
    }
  }
}

/**
 * pip applies the options of one line together, in an order of its own: `--no-index` before `--index-url` before
 * `--extra-index-url`, the last index only and the first find-links only.
 */
function addGlobals(
  reading: Reading,
  options: readonly LineOption[],
  file: string,
  line: number,
  warn: (what: string) => void,
): void {
  const add = (name: FileOption["name"], value: string): void => {
    reading.options.push({ name, value, file, line });
  };
  const of = (name: LineOption["name"]): readonly LineOption[] =>
    options.filter((option) => option.name === name);
  if (of("hash").length > 0) warn("`--hash` without a requirement is ignored");
  for (const name of ["require-hashes", "no-require-hashes", "use-feature", "no-index"] as const)
    for (const { value } of of(name)) add(name, value);
  const index = of("index-url").at(-1);
  if (index !== undefined && index.value !== "") add("index-url", index.value);
  for (const { value } of of("extra-index-url")) add("extra-index-url", value);
  const [links, ...more] = of("find-links");
  if (links !== undefined) add("find-links", links.value);
  if (more.length > 0) warn("only the first `--find-links` of a line counts");
  for (const name of ["pre", "prefer-binary", "trusted-host"] as const)
    for (const { value } of of(name)) add(name, value);
}
