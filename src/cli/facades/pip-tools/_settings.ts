import { absolute } from "#cli/cache-folder";
import type { OptionTable } from "#cli/command";
import { unsupportedOption } from "#cli/errors";
import type { Invocation } from "#cli/invocation";
import { optionValues } from "#cli/parse-arguments";
import { type ConfiguredValues, isTyped } from "#cli/setting-values";
import type { World } from "#platform/ports";
import { parseToml } from "#platform/toml";
import { settingsFileMissing, settingUnknown } from "./_errors.ts";

type Typed = { readonly config?: string | undefined; readonly "no-config"?: boolean };

const fileNames = [".pip-tools.toml", "pyproject.toml"];

/**
 * The options with what `[tool.pip-tools]` and its table of this command say of those that were not typed, and the
 * source files, which may stand there too. The file is the one that `--config` names, else the first beside the
 * source files. A key that is no option is an error, as it is with pip-tools.
 */
export function withToolSettings<C extends Typed>(
  section: "compile" | "sync",
  sources: readonly string[],
  table: OptionTable,
  typed: C,
  { name, world }: Pick<Invocation, "name" | "world">,
): { readonly chosen: C; readonly sources: readonly string[] } {
  const file = typed["no-config"] === true ? undefined : settingsFile(sources, typed, world);
  if (file === undefined) return { chosen: typed, sources };
  const found: ConfiguredValues = new Map();
  let listed: readonly string[] = [];
  const document = parseToml(world.files.readText(file), file);
  const { compile, sync, ...common } = tableAt(document, "tool", "pip-tools");
  const own = section === "compile" ? compile : sync;
  for (const [key, value] of Object.entries({ ...common, ...tableAt(own) })) {
    const option = key.replace(/^-+/, "").toLowerCase().replaceAll("_", "-");
    if (option === "src-files") listed = Array.isArray(value) ? value.map(String) : [];
    else assign(found, option, value, table, typed, file);
  }
  for (const option of found.keys()) {
    const refused = table[option]?.refused;
    if (refused !== undefined) throw unsupportedOption(`--${option}`, name, refused);
  }
  const values = optionValues(found, name, table);
  const said = Object.fromEntries([...found.keys()].map((option) => [option, values[option]]));
  return { chosen: { ...typed, ...said }, sources: sources.length > 0 ? sources : listed };
}

function settingsFile(
  sources: readonly string[],
  { config }: Typed,
  { files, host }: Pick<World, "files" | "host">,
): string | undefined {
  if (config !== undefined) {
    const named = absolute(config, host.cwd);
    if (files.tryStat(named)?.kind !== "file") throw settingsFileMissing(config);
    return named;
  }
  for (const source of sources.length === 0 ? ["."] : sources) {
    const path = absolute(source, host.cwd);
    const folder =
      files.tryStat(path)?.kind === "folder" ? path : path.slice(0, path.lastIndexOf("/"));
    for (const name of fileNames)
      if (files.tryStat(`${folder}/${name}`)?.kind === "file") return `${folder}/${name}`;
  }
  return undefined;
}

function tableAt(value: unknown, ...path: readonly string[]): Record<string, unknown> {
  let here = value;
  for (const key of path) here = isTable(here) ? here[key] : undefined;
  return isTable(here) ? here : {};
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `header = false` means `--no-header`, `no-header = true` as well; what was typed wins over both. */
function assign(
  found: ConfiguredValues,
  option: string,
  value: unknown,
  table: OptionTable,
  typed: object,
  file: string,
): void {
  const opposite = option.startsWith("no-") ? option.slice(3) : `no-${option}`;
  const target = value === false && table[opposite] !== undefined ? opposite : option;
  const description = table[target] ?? table[option];
  if (description === undefined) throw settingUnknown(option, file, Object.keys(table));
  if (isTyped(typed, option) || isTyped(typed, opposite)) return;
  if (description.value === undefined) {
    if (typeof value === "number")
      found.set(
        target,
        Array.from({ length: value }, () => ""),
      );
    else if (value === true || target === opposite) found.set(target, [""]);
    return;
  }
  const texts = (Array.isArray(value) ? value : [value]).map(String);
  found.set(target, description.many === true ? texts : texts.slice(-1));
}

/** Whether an option with an opposite is on, when nobody says anything and when somebody does. */
export function switched(chosen: object, option: string, standard: boolean): boolean {
  const values = chosen as Readonly<Record<string, boolean | undefined>>;
  if (values[`no-${option}`] === true) return false;
  return values[option] === true || standard;
}
