import type { TomlTable } from "#standards/toml-table";
import { isModuleName, refuseUnknown, treePaths } from "./settings-table.ts";

/** One table of `[[tool.pkm.build.extensions]]`: an extension module and how it is compiled. */
export type ExtensionSettings = {
  /** Dotted. */
  readonly name: string;
  /** Files of C below the project's folder. */
  readonly sources: readonly string[];
  readonly includeDirs: readonly string[];
  /** `NAME` or `NAME=VALUE`, as the compiler's `-D` takes them. */
  readonly defineMacros: readonly string[];
  readonly libraries: readonly string[];
  readonly compileArgs: readonly string[];
  readonly linkArgs: readonly string[];
  /** The oldest Python 3 whose limited API the module keeps to; `undefined` for none. */
  readonly limitedApi: number | undefined;
};

const keys = [
  "name",
  "sources",
  "include-dirs",
  "define-macros",
  "libraries",
  "compile-args",
  "link-args",
  "py-limited-api",
];

export function readExtensions(build: TomlTable): readonly ExtensionSettings[] {
  const names = new Set<string>();
  return (build.tables("extensions") ?? []).map((table) => {
    refuseUnknown(table, keys);
    const name = table.requiredText("name");
    if (!isModuleName(name) || name.includes("-"))
      throw table.fault("name", `is \`${name}\`, which is no name of a module`);
    if (names.has(name)) throw table.fault("name", `is \`${name}\`, which another extension has`);
    names.add(name);
    const sources = treePaths(table, "sources");
    if (sources.length === 0) throw table.fault("sources", "must name a file of C");
    const other = sources.find((path) => !path.endsWith(".c"));
    if (other !== undefined)
      throw table.fault("sources", `has \`${other}\`, and only files of C (\`.c\`) are compiled`);
    return {
      name,
      sources,
      includeDirs: treePaths(table, "include-dirs"),
      defineMacros: readMacros(table),
      libraries: table.texts("libraries") ?? [],
      compileArgs: table.texts("compile-args") ?? [],
      linkArgs: table.texts("link-args") ?? [],
      limitedApi: readLimitedApi(table),
    };
  });
}

function readMacros(table: TomlTable): readonly string[] {
  const macros = table.texts("define-macros") ?? [];
  macros.forEach((macro, position) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*(=|$)/.test(macro))
      throw table.fault(
        `define-macros[${position}]`,
        `is \`${macro}\`, which is neither \`NAME\` nor \`NAME=VALUE\``,
      );
  });
  return macros;
}

function readLimitedApi(table: TomlTable): number | undefined {
  const text = table.text("py-limited-api");
  if (text === undefined) return undefined;
  const minor = /^3\.([0-9]{1,3})$/.exec(text)?.[1];
  if (minor === undefined || Number(minor) < 2)
    throw table.fault("py-limited-api", `is \`${text}\`, which is not of the form \`3.9\``);
  return Number(minor);
}
