import type { OptionTable } from "#cli/command";
import type { ConfiguredValues } from "#cli/setting-values";
import { virtualFolderFor } from "#environment/open-for-reading";
import { pipCount, pipFlag, pipList, readPipConfiguration } from "#settings/pip-configuration";
import { isNumber } from "#cli/parse-arguments";
import type { World } from "#platform/ports";
import { pipSettingInvalid } from "./_errors.ts";

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
    else if (pipFlag(setting)) found.set(option, [""]);
  }
  return found;
}

function optionFor(name: string, table: OptionTable): string | undefined {
  if (Object.hasOwn(table, name)) return name;
  return Object.keys(table).find((key) => table[key]?.aliases?.includes(name) === true);
}
