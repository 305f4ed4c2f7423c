import { nearest } from "#base/text";
import { projectTableInvalid } from "./errors.ts";
import { normalizeName, tryParseName, type NormalizedName } from "./name.ts";
import { parseRequirement, type Requirement } from "./requirement.ts";
import { parseSpecifierSet, type SpecifierSet } from "./specifier-set.ts";
import { TomlTable } from "./toml-table.ts";
import { parseVersion, type Version } from "./version.ts";

/** The table `[project]` of a `pyproject.toml` after validation (PyPUG pyproject-toml; PEP 621, 639, 794, 808). */
export type ProjectTable = {
  readonly name: NormalizedName;
  readonly displayName: string;
  /** `undefined` when the build decides. */
  readonly version: Version | undefined;
  readonly description: string | undefined;
  readonly readme: ProjectReadme | undefined;
  readonly requiresPython: SpecifierSet | undefined;
  readonly license: ProjectLicense | undefined;
  /** `undefined` leaves it to the build; `[]` means none. */
  readonly licenseFiles: readonly string[] | undefined;
  readonly authors: readonly ProjectPerson[];
  readonly maintainers: readonly ProjectPerson[];
  readonly keywords: readonly string[];
  readonly classifiers: readonly string[];
  readonly urls: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly guiScripts: Readonly<Record<string, string>>;
  readonly entryPoints: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly dependencies: readonly Requirement[];
  readonly optionalDependencies: ReadonlyMap<NormalizedName, readonly Requirement[]>;
  /** PEP 794: `undefined` says nothing, `[]` says that there are no modules. */
  readonly importNames: readonly string[] | undefined;
  readonly importNamespaces: readonly string[] | undefined;
  /**
   * Keys the build decides. A list or table that is also given here holds at least what is given (PEP 808), so
   * nobody may take it for the whole; what is not dynamic is binding.
   */
  readonly dynamic: ReadonlySet<string>;
};

export type ProjectReadme = {
  /** A path, or the text itself. */
  readonly file: string | undefined;
  readonly text: string | undefined;
  readonly contentType: string;
};

export type ProjectLicense =
  | { readonly kind: "expression"; readonly expression: string }
  /** The older form, deprecated by PEP 639. */
  | { readonly kind: "file"; readonly file: string }
  | { readonly kind: "text"; readonly text: string };

export type ProjectPerson = {
  readonly name: string | undefined;
  readonly email: string | undefined;
};

/**
 * Reads `[project]` from a decoded `pyproject.toml`; `undefined` when there is none. Every mistake is an error that
 * names the key and, where there is one, the remedy. A key nobody knows is passed over, as later standards may have
 * it, unless it looks like a misspelt one.
 */
export function parseProjectTable(document: unknown, file: string): ProjectTable | undefined {
  const fault = (key: string, why: string, cause?: unknown): Error =>
    projectTableInvalid(file, key, why, remedyFor(key, why), cause);
  const table = TomlTable.of(document, "", fault as never).table("project");
  if (table === undefined) return undefined;
  refuseMisspelt(table);
  const dynamic = readDynamic(table);
  const displayName = table.requiredText("name");
  const name = tryParseName(displayName);
  if (name === undefined)
    throw table.fault("name", `is \`${displayName}\`, which is no name of a project`);
  const version = table.parsed("version", parseVersion);
  if (version === undefined && !dynamic.has("version")) throw table.fault("version", "is missing");
  const importNames = readImports(table, "import-names");
  const importNamespaces = readImports(table, "import-namespaces");
  const both = importNames?.find((entry) => importNamespaces?.includes(entry));
  if (both !== undefined)
    throw table.fault("import-namespaces", `has \`${both}\`, which \`import-names\` has too`);
  return {
    name,
    displayName,
    version,
    description: readDescription(table),
    readme: readReadme(table),
    requiresPython: table.parsed("requires-python", parseSpecifierSet),
    license: readLicense(table),
    licenseFiles: readLicenseFiles(table),
    authors: readPeople(table, "authors"),
    maintainers: readPeople(table, "maintainers"),
    keywords: table.texts("keywords") ?? [],
    classifiers: readClassifiers(table),
    urls: table.textTable("urls") ?? {},
    scripts: table.textTable("scripts") ?? {},
    guiScripts: table.textTable("gui-scripts") ?? {},
    entryPoints: readEntryPoints(table),
    dependencies: table.parsedList("dependencies", parseRequirement) ?? [],
    optionalDependencies: readOptional(table),
    importNames,
    importNamespaces,
    dynamic,
  };
}

// Those of one value, which cannot be both given and dynamic, and those the build may add to (PEP 808).
const single = ["version", "description", "readme", "requires-python", "license"];
const extensible = [
  "license-files",
  "authors",
  "maintainers",
  "keywords",
  "classifiers",
  "urls",
  "scripts",
  "gui-scripts",
  "entry-points",
  "dependencies",
  "optional-dependencies",
  "import-names",
  "import-namespaces",
];
const known = ["name", "dynamic", ...single, ...extensible];

function refuseMisspelt(table: TomlTable): void {
  for (const key of table.keys()) {
    if (known.includes(key)) continue;
    const near = nearest(key, known, 1)[0];
    if (near !== undefined) throw table.fault(key, `is no key of it, \`${near}\` is`);
  }
}

function readDynamic(table: TomlTable): Set<string> {
  const dynamic = new Set(table.texts("dynamic"));
  for (const key of dynamic) {
    if (key === "name") throw table.fault("dynamic", "has `name`, which must be given");
    if (!single.includes(key) && !extensible.includes(key)) {
      const near = nearest(key, known, 1)[0];
      throw table.fault(
        "dynamic",
        `has \`${key}\`, which is no key of \`[project]\`${near === undefined ? "" : `, \`${near}\` is`}`,
      );
    }
    if (single.includes(key) && table.has(key))
      throw table.fault(key, "is given and in `dynamic` at once");
  }
  return dynamic;
}

function readDescription(table: TomlTable): string | undefined {
  const text = table.text("description");
  if (text !== undefined && /[\r\n]/.test(text))
    throw table.fault("description", "has more than one line");
  return text;
}

function readReadme(table: TomlTable): ProjectReadme | undefined {
  const value = table.raw("readme");
  if (value === undefined) return undefined;
  if (typeof value === "string") {
    const contentType = /\.md$/i.test(value)
      ? "text/markdown"
      : /\.rst$/i.test(value)
        ? "text/x-rst"
        : undefined;
    if (contentType === undefined)
      throw table.fault("readme", `is \`${value}\`, which ends neither in \`.md\` nor in \`.rst\``);
    return { file: value, text: undefined, contentType };
  }
  const readme = table.table("readme") as TomlTable;
  const [file, text] = [readme.text("file"), readme.text("text")];
  if ((file === undefined) === (text === undefined))
    throw table.fault("readme", "must have either `file` or `text`");
  return { file, text, contentType: readme.requiredText("content-type") };
}

function readLicense(table: TomlTable): ProjectLicense | undefined {
  const value = table.raw("license");
  if (value === undefined) return undefined;
  if (typeof value === "string") return { kind: "expression", expression: value };
  const license = table.table("license") as TomlTable;
  const [file, text] = [license.text("file"), license.text("text")];
  if (table.has("license-files"))
    throw table.fault("license", "must be an SPDX expression beside `license-files` (PEP 639)");
  if (file !== undefined && text === undefined) return { kind: "file", file };
  if (text !== undefined && file === undefined) return { kind: "text", text };
  throw table.fault("license", "must have either `file` or `text`");
}

/** PEP 639, "Add license-files key". */
function readLicenseFiles(table: TomlTable): readonly string[] | undefined {
  const globs = table.texts("license-files");
  globs?.forEach((glob, position) => {
    const key = `license-files[${position}]`;
    if (glob.startsWith("/") || glob.split("/").includes(".."))
      throw table.fault(key, `is \`${glob}\`, which leads out of the project`);
    if (!/^(?:[\p{L}\p{N}_\-./ *?]|\[[\p{L}\p{N}_\-.]+\])+$/u.test(glob))
      throw table.fault(key, `is \`${glob}\`, which is no glob of PEP 639`);
  });
  return globs;
}

function readPeople(table: TomlTable, key: "authors" | "maintainers"): readonly ProjectPerson[] {
  return (table.tables(key) ?? []).map((person) => {
    const [name, email] = [person.text("name"), person.text("email")];
    const other = person.keys().find((word) => word !== "name" && word !== "email");
    if (other !== undefined)
      throw person.fault(other, "is no key of a person, `name` and `email` are");
    if (name?.includes(",") === true)
      throw person.fault("name", `is \`${name}\`, and a comma cannot be in it`);
    return { name, email };
  });
}

function readClassifiers(table: TomlTable): readonly string[] {
  const classifiers = table.texts("classifiers") ?? [];
  const licensed = classifiers.find((entry) => entry.startsWith("License ::"));
  if (licensed !== undefined && typeof table.raw("license") === "string")
    throw table.fault(
      "classifiers",
      `has \`${licensed}\`, which an SPDX expression in \`license\` replaces (PEP 639)`,
    );
  return classifiers;
}

function readEntryPoints(
  table: TomlTable,
): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const groups = table.table("entry-points");
  if (groups === undefined) return {};
  return Object.fromEntries(
    groups.keys().map((group) => {
      const key = { console_scripts: "scripts", gui_scripts: "gui-scripts" }[group];
      if (key !== undefined) throw groups.fault(group, `belongs into \`project.${key}\``);
      return [group, groups.textTable(group) ?? {}];
    }),
  );
}

function readOptional(table: TomlTable): Map<NormalizedName, readonly Requirement[]> {
  const extras = new Map<NormalizedName, readonly Requirement[]>();
  const optional = table.table("optional-dependencies");
  for (const key of optional?.keys() ?? []) {
    const name = tryParseName(key);
    if (name === undefined)
      throw table.fault("optional-dependencies", `has \`${key}\`, which is no name of an extra`);
    if (extras.has(name))
      throw table.fault("optional-dependencies", `has \`${name}\` twice, in two spellings`);
    extras.set(name, optional?.parsedList(key, parseRequirement) ?? []);
  }
  return extras;
}

function readImports(
  table: TomlTable,
  key: "import-names" | "import-namespaces",
): readonly string[] | undefined {
  const names = table.texts(key);
  if (key === "import-namespaces" && names?.length === 0)
    throw table.fault(key, "must not be empty");
  return names?.map((entry, position) => {
    const [name = "", mark] = entry.split(";").map((part) => part.trim());
    const isName = name.split(".").every((part) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(part));
    if (!isName || (mark !== undefined && mark !== "private"))
      throw table.fault(`${key}[${position}]`, `is \`${entry}\`, which is no name of a module`);
    return name;
  });
}

/** What helps with the keys people get wrong; keyed by the path without positions. */
const remedies: Readonly<Record<string, string>> = {
  "project.name": 'write `name = "NAME"` with ASCII letters, digits, `.`, `_` and `-`',
  "project.version": 'write `version = "1.0"`, or add `version` to `project.dynamic`',
  "project.requires-python": 'write it as `requires-python = ">=3.10"`',
  "project.dependencies": 'write it as `dependencies = ["requests>=2", "flask"]`',
  "project.optional-dependencies":
    'write it as `EXTRA = ["requests>=2"]` in `[project.optional-dependencies]`',
  "project.license": 'write it as `license = "MIT"`',
  "project.authors": 'write it as `authors = [{ name = "NAME", email = "MAIL" }]`',
  "project.maintainers": 'write it as `maintainers = [{ name = "NAME", email = "MAIL" }]`',
  "project.readme": 'write it as `readme = "README.md"`',
};

function remedyFor(key: string, why: string): readonly string[] {
  if (why.includes("at once"))
    return [`take \`${key.replace("project.", "")}\` out of \`project.dynamic\``];
  const [first = "", second = ""] = key.replaceAll(/\[\d+\]/g, "").split(".");
  const remedy = remedies[`${first}.${second}`];
  return remedy === undefined ? [] : [remedy];
}

/** True when `[project]` alone answers for a key, so that nothing needs to be built to know it (PEP 621). */
export function isStatic(project: ProjectTable, key: string): boolean {
  return !project.dynamic.has(key);
}

/** The requirements of a project with some of its extras, references to itself followed (`name[other]`). */
export function requirementsOf(
  project: ProjectTable,
  extras: Iterable<string>,
): readonly Requirement[] {
  const found = [...project.dependencies];
  const seen = new Set<string>();
  const waiting: string[] = [...extras].map((extra) => normalizeName(extra));
  for (let extra = waiting.shift(); extra !== undefined; extra = waiting.shift()) {
    if (seen.has(extra)) continue;
    seen.add(extra);
    for (const requirement of project.optionalDependencies.get(extra as NormalizedName) ?? []) {
      if (requirement.name === project.name && requirement.marker === undefined)
        waiting.push(...requirement.extras);
      else found.push(requirement);
    }
  }
  return found;
}
