import { TomlTable } from "#standards/toml-table";
import { buildSettingInvalid } from "./errors.ts";
import { type ExtensionSettings, readExtensions } from "./extension-settings.ts";
import { type Glob, parseGlob } from "./glob.ts";
import { isModuleName, refuseUnknown, requiredPath } from "./settings-table.ts";

/** `[tool.pkm.build]` after validation; `docs/build-backend.md` describes every key. */
export type BuildSettings = {
  /** The folder below which modules lie: `src`, or empty for the project's own. */
  readonly root: string;
  /** Dotted names; `undefined` stands for the one that the project's name gives. */
  readonly modules: readonly string[] | undefined;
  /** What the sdist has besides what wheels are made of. */
  readonly include: readonly Glob[];
  /** What neither archive has. */
  readonly exclude: readonly Glob[];
  /** Files below the root that the wheel has besides the modules. */
  readonly wheelInclude: readonly Glob[];
  readonly wheelExclude: readonly Glob[];
  /** Folders by the scheme their files are installed under. */
  readonly data: readonly (readonly [scheme: DataScheme, folder: string])[];
  readonly version: VersionSource | undefined;
  readonly extensions: readonly ExtensionSettings[];
};

/** Where a dynamic version comes from. */
export type VersionSource =
  | { readonly kind: "attribute"; readonly file: string | undefined; readonly attribute: string }
  | {
      readonly kind: "git";
      readonly prefix: string;
      readonly suffix: string;
      readonly local: boolean;
    };

export type DataScheme = (typeof dataSchemes)[number];

/** The keys of a wheel's `.data` folder (PyPUG binary-distribution-format), in order. */
const dataSchemes = ["data", "headers", "platlib", "purelib", "scripts"] as const;

/** Reads `[tool.pkm.build]` of a decoded `pyproject.toml`; every key has a default. */
export function readBuildSettings(document: unknown, file: string): BuildSettings {
  const fault = (key: string, why: string): Error => buildSettingInvalid(file, key, why);
  const table =
    TomlTable.of(document, "", fault as never)
      .table("tool")
      ?.table("pkm")
      ?.table("build") ?? TomlTable.of({}, "tool.pkm.build", fault as never);
  refuseUnknown(table, keys);
  return {
    root: readLayout(table),
    modules: readModules(table),
    include: readGlobs(table, "include"),
    exclude: readGlobs(table, "exclude"),
    wheelInclude: readGlobs(table, "wheel-include"),
    wheelExclude: readGlobs(table, "wheel-exclude"),
    data: readData(table),
    version: readVersionSource(table),
    extensions: readExtensions(table),
  };
}

const keys = [
  "layout",
  "modules",
  "include",
  "exclude",
  "wheel-include",
  "wheel-exclude",
  "data",
  "version",
  "extensions",
];

function readLayout(table: TomlTable): string {
  const layout = table.text("layout") ?? "src";
  if (layout !== "src" && layout !== "flat")
    throw table.fault("layout", `is \`${layout}\`, which is neither \`src\` nor \`flat\``);
  return layout === "src" ? "src" : "";
}

function readModules(table: TomlTable): readonly string[] | undefined {
  const modules = table.texts("modules");
  modules?.forEach((name, position) => {
    if (!isModuleName(name))
      throw table.fault(`modules[${position}]`, `is \`${name}\`, which is no name of a module`);
  });
  return modules;
}

function readGlobs(table: TomlTable, key: string): readonly Glob[] {
  return (table.texts(key) ?? []).map((text, position) => {
    const glob = parseGlob(text);
    if ("why" in glob)
      throw table.fault(`${key}[${position}]`, `is \`${text}\`, which ${glob.why}`);
    return glob;
  });
}

function readData(table: TomlTable): BuildSettings["data"] {
  const data = table.table("data");
  if (data === undefined) return [];
  refuseUnknown(data, dataSchemes);
  return dataSchemes
    .filter((scheme) => data.has(scheme))
    .map((scheme) => [scheme, requiredPath(data, scheme)]);
}

function readVersionSource(table: TomlTable): VersionSource | undefined {
  const version = table.table("version");
  if (version === undefined) return undefined;
  refuseUnknown(version, ["file", "attribute", "git-tag", "local"]);
  const tag = version.text("git-tag");
  if (tag === undefined) {
    if (version.has("local")) throw version.fault("local", "only has a meaning beside `git-tag`");
    const attribute = version.text("attribute") ?? "__version__";
    if (!isModuleName(attribute) || attribute.includes("."))
      throw version.fault("attribute", `is \`${attribute}\`, which is no name of a variable`);
    const file = version.has("file") ? requiredPath(version, "file") : undefined;
    return { kind: "attribute", file, attribute };
  }
  const other = ["file", "attribute"].find((key) => version.has(key));
  if (other !== undefined) throw version.fault(other, "has no meaning beside `git-tag`");
  const [prefix = "", suffix = "", ...more] = tag.split("{version}");
  // Git would take anything else for a pattern of its own.
  if (!tag.includes("{version}") || more.length > 0 || !/^[A-Za-z0-9._/-]*$/.test(prefix + suffix))
    throw version.fault("git-tag", `is \`${tag}\`, which is not of the form \`v{version}\``);
  return { kind: "git", prefix, suffix, local: version.truth("local") ?? true };
}
