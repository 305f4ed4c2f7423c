import type { OptionTable, OptionValues } from "#cli/command";
import type { Invocation } from "#cli/invocation";
import { settingValues } from "#cli/setting-values";
import { pipValuesOfCommand } from "./_pip-values.ts";

/**
 * Values of a command's options from configuration, below what was typed: pkm's own settings first, pip's files and
 * `PIP_*` variables where those say nothing.
 */
export function pipDefaults<O extends OptionTable>(
  command: string,
  table: O,
): (
  invocation: Invocation,
  typed: OptionValues<O>,
) => Promise<ReadonlyMap<string, readonly string[]>> {
  return async (invocation, typed) => {
    const found = settingValues(table, typed, invocation);
    for (const [option, values] of pipValuesOfCommand(command, table, typed, invocation.world))
      if (!found.has(option)) found.set(option, values);
    return found;
  };
}
