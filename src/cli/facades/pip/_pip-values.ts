import type { OptionTable } from "#cli/command";
import { globalOptions } from "#cli/global-options";
import { type ConfiguredValues, isTyped } from "#cli/setting-values";
import { virtualFolderFor } from "#environment/open-for-reading";
import { pipCount, pipFlag, pipList, readPipConfiguration } from "#settings/pip-configuration";
import { isNumber } from "#cli/parse-arguments";
import type { World } from "#platform/ports";
import { pipSettingInvalid } from "./_errors.ts";

const {
  quiet,
  verbose,
  "no-color": noColor,
  "cache-dir": cacheDir,
  "no-cache": noCache,
} = globalOptions;
/** Options of pkm as a whole that pip's configuration has a say in. */
const general: OptionTable = {
  quiet,
  verbose,
  "no-color": noColor,
  "cache-dir": cacheDir,
  "no-cache": noCache,
};

/** {@link pipValues} of a command's own options and of the general ones. */
export function pipValuesOfCommand(
  command: string,
  table: OptionTable,
  typed: object,
  world: Pick<World, "files" | "host">,
): ConfiguredValues {
  const found = pipValues(command, { ...general, ...table }, typed, world);
  // pkm's own variable is the closer one, and what was typed leaves no question.
  const ownCache = (world.host.env.PKM_CACHE_DIR ?? "") !== "" || isTyped(typed, "cache-dir");
  if (ownCache) for (const key of ["cache-dir", "no-cache"]) found.delete(key);
  return found;
}

/** What pip's files and `PIP_*` variables say of a command's options. */
export function pipValues(
  command: string,
  table: OptionTable,
  typed: object,
  world: Pick<World, "files" | "host">,
): ConfiguredValues {
  const found: ConfiguredValues = new Map();
  const { isolated = false, python } = typed as { isolated?: boolean; python?: string };
  const sitePrefix = virtualFolderFor(python, world)?.prefix;
  for (const [name, setting] of readPipConfiguration({ command, isolated, sitePrefix }, world)) {
    const option = optionFor(name, table);
    // An empty value means that nothing was set.
    if (option === undefined || setting.text.trim() === "") continue;
    const { value, many, choices, number } = table[option] ?? {};
    if (value !== undefined) {
      const values = many === true ? pipList(setting) : [setting.text];
      for (const each of values) {
        const why =
          choices?.includes(each) === false
            ? `must be one of ${choices.join(", ")}`
            : number === true && !isNumber(each)
              ? "must be a number"
              : undefined;
        if (why !== undefined)
          throw pipSettingInvalid(name, setting.origin, `${why}, found \`${each}\``);
      }
      found.set(option, values);
    } else if (many === true)
      found.set(
        option,
        Array.from({ length: pipCount(setting) }, () => ""),
      );
    // As with pip, which never gave up on those who wrote `no-cache-dir = false` and meant it.
    else if (pipFlag(setting) || option === "no-cache") found.set(option, [""]);
  }
  return found;
}

function optionFor(name: string, table: OptionTable): string | undefined {
  if (Object.hasOwn(table, name)) return name;
  return Object.keys(table).find((key) => table[key]?.aliases?.includes(name) === true);
}
