import { PkmError } from "#base/errors";
import type { World } from "#platform/ports";
import type { AskedRequirement } from "#resolver/request";
import type { Marker } from "#standards/marker";
import type { NormalizedName } from "#standards/name";
import type { Requirement } from "#standards/requirement";
import {
  type FileOption,
  originOf,
  type RequirementEntry,
  parseRequirementsFile,
  type RequirementsReader,
} from "#standards/requirements-file";
import {
  parseEditableWord,
  parseRequirementWord,
  type PathProbe,
  type RequirementWord,
} from "#standards/requirement-word";
import { anyVersion } from "#standards/specifier-set";
import { parseWheelFilename } from "#standards/wheel-filename";
import { constraintRefused, foundAt } from "./errors.ts";
import type { ProjectExtras } from "./read-project.ts";

/** Everything a person may name as a source of requirements. */
export type RequirementSources = {
  readonly words: readonly string[];
  readonly editables: readonly string[];
  readonly requirementFiles: readonly string[];
  readonly constraintFiles: readonly string[];
  readonly overrideFiles: readonly string[];
  /** `name`, or `path:name` (PEP 735). */
  readonly groups: readonly string[];
  /** Of a `pyproject.toml` given as a requirements file. */
  readonly extras: ProjectExtras;
};

/** A source that does not say which project it is; `nameSources` finds out. */
export type UnnamedRequirement = Omit<AskedRequirement, "requirement"> & {
  readonly url: string;
  readonly extras: readonly NormalizedName[];
  readonly marker: Marker | undefined;
  readonly settings?: BackendSettings;
};

/** `--config-settings` beside a requirement, as a backend gets them. */
export type BackendSettings = Readonly<Record<string, string | readonly string[]>>;

export type ReadRequirements = {
  readonly roots: readonly AskedRequirement[];
  /** Roots as well: folders, checkouts, archives. */
  readonly unnamed: readonly UnnamedRequirement[];
  readonly constraints: readonly AskedRequirement[];
  readonly overrides: readonly AskedRequirement[];
  /** Options that stood in requirements files; `applyFileOptions` says what they do. */
  readonly options: readonly FileOption[];
  /** What stands beside single requirements for their backends. */
  readonly settings: ReadonlyMap<NormalizedName, BackendSettings>;
  /** Whole sentences. */
  readonly warnings: readonly string[];
};

/** Reads words, files and groups into what was asked, each requirement with its origin. */
export async function readRequirements(
  sources: RequirementSources,
  reader: RequirementsReader,
  world: Pick<World, "files" | "host">,
): Promise<ReadRequirements> {
  const roots: AskedRequirement[] = [];
  const unnamed: UnnamedRequirement[] = [];
  const constraints: AskedRequirement[] = [];
  const options: FileOption[] = [];
  const warnings: string[] = [];
  const settings = new Map<NormalizedName, BackendSettings>();
  const probe = pathProbe(world);
  const add = (found: AskedRequirement | UnnamedRequirement): void => {
    if ("url" in found) unnamed.push(found);
    else roots.push(found);
  };
  for (const word of sources.words)
    add(asked(parseRequirementWord(word, probe), { origin: "the command line" }));
  for (const word of sources.editables)
    add(asked(parseEditableWord(word, probe), { origin: "the command line", editable: true }));
  for (const file of sources.requirementFiles) {
    if (isProjectFile(file)) {
      const { readProjectRequirements } = await import("./read-project.ts");
      roots.push(...readProjectRequirements(file, sources.extras, world));
    } else
      await readFile(
        file,
        "requirements",
        { into: roots, unnamed, constraints, options, warnings, settings },
        reader,
        probe,
      );
  }
  for (const file of sources.constraintFiles)
    await readFile(
      file,
      "constraints",
      { into: constraints, unnamed: undefined, constraints, options, warnings, settings },
      reader,
      probe,
    );
  const overrides: AskedRequirement[] = [];
  for (const file of sources.overrideFiles)
    await readFile(
      file,
      "requirements",
      { into: overrides, unnamed: undefined, constraints: overrides, options, warnings, settings },
      reader,
      probe,
    );
  for (const group of sources.groups) {
    const { readDependencyGroups } = await import("./read-project.ts");
    roots.push(...readDependencyGroups(group, world));
  }
  const projects = sources.requirementFiles.filter(isProjectFile);
  if (sources.groups.length > 0 || (projects.length > 0 && hasExtras(sources.extras))) {
    const { refuseConflicts } = await import("./project-choices.ts");
    refuseConflicts({ ...sources, requirementFiles: projects }, world);
  }
  return { roots, unnamed, constraints, overrides, options, warnings, settings };
}

function hasExtras(extras: ProjectExtras): boolean {
  return extras === true || extras.length > 0;
}

type Lists = {
  readonly into: AskedRequirement[];
  /** `undefined` where nothing without a name has a meaning. */
  readonly unnamed: UnnamedRequirement[] | undefined;
  readonly constraints: AskedRequirement[];
  readonly options: FileOption[];
  readonly warnings: string[];
  readonly settings: Map<NormalizedName, BackendSettings>;
};

async function readFile(
  file: string,
  kind: "requirements" | "constraints",
  lists: Lists,
  reader: RequirementsReader,
  probe: PathProbe,
): Promise<void> {
  const read = await parseRequirementsFile(file, kind, reader);
  lists.options.push(...read.options);
  lists.warnings.push(...read.warnings);
  for (const entry of read.entries) {
    const origin = originOf(entry);
    if (entry.isConstraint && entry.isEditable)
      throw constraintRefused(entry.text, origin, "it is editable");
    const found = readEntry(entry, origin, probe);
    if ("url" in found) {
      const isRoot = !entry.isConstraint && lists.unnamed !== undefined;
      if (!isRoot) throw constraintRefused(entry.text, origin, "it has no name");
      const { configSettings } = entry;
      lists.unnamed.push(isEmpty(configSettings) ? found : { ...found, settings: configSettings });
      continue;
    }
    if (!isEmpty(entry.configSettings))
      lists.settings.set(found.requirement.name, entry.configSettings);
    if (entry.isConstraint && found.requirement.extras.length > 0)
      throw constraintRefused(entry.text, origin, "it has extras");
    (entry.isConstraint ? lists.constraints : lists.into).push(found);
  }
}

function isEmpty(settings: BackendSettings): boolean {
  return Object.keys(settings).length === 0;
}

function readEntry(
  { text, hashes, isEditable }: RequirementEntry,
  origin: string,
  probe: PathProbe,
): AskedRequirement | UnnamedRequirement {
  try {
    const word = isEditable ? parseEditableWord(text, probe) : parseRequirementWord(text, probe);
    return asked(word, isEditable ? { origin, hashes, editable: true } : { origin, hashes });
  } catch (cause) {
    if (cause instanceof PkmError) throw foundAt(origin, cause);
    throw cause;
  }
}

function isProjectFile(file: string): boolean {
  return /(^|[\\/])pyproject\.toml$/.test(file);
}

function asked(
  word: RequirementWord,
  about: Pick<AskedRequirement, "origin"> & Partial<Pick<AskedRequirement, "hashes" | "editable">>,
): AskedRequirement | UnnamedRequirement {
  const { origin, hashes = [], editable } = about;
  if (word.kind === "named" && editable !== true)
    return { requirement: word.requirement, origin, hashes };
  const more = { origin, hashes, ...(editable === true ? { editable } : {}) };
  if (word.kind === "named") return { requirement: word.requirement, ...more };
  const { url, name, extras, marker } = word;
  if (name === undefined) {
    const filename = decodeURIComponent(url.replace(/[?#].*$/, "").replace(/^.*\//, ""));
    // Only a wheel with a wrong name has none.
    if (/\.whl$/i.test(filename)) parseWheelFilename(filename);
    return { url, extras, marker, ...more };
  }
  return { requirement: directRequirement(name, word), ...more };
}

/** A requirement that a URL or path meets. */
export function directRequirement(
  name: NormalizedName,
  { url, extras, marker }: Pick<UnnamedRequirement, "url" | "extras" | "marker">,
): Requirement {
  return {
    name,
    displayName: name,
    extras,
    displayExtras: extras,
    specifier: anyVersion,
    url,
    marker,
  };
}

/** What paths are, for those who read words. */
export function pathProbe({ files, host }: Pick<World, "files" | "host">): PathProbe {
  return {
    cwd: host.cwd,
    kindOf: (path) => {
      const kind = files.tryStat(path)?.kind;
      return kind === "file" || kind === "folder" ? kind : undefined;
    },
  };
}
