import type { OptionTable, OptionValues } from "#cli/command";
import type { Invocation } from "#cli/invocation";
import { definitions, flagOf, type SettingKey } from "#settings/definitions";
import { pipCount, pipFlag, pipList, readPipConfiguration } from "#settings/pip-configuration";
import { Settings } from "#settings/settings";

/** Settings that mean something else than the option of the same name. */
const notOptions: ReadonlySet<SettingKey> = new Set(["python", "cache-dir", "offline", "color"]);

/**
 * Values of a command's options from configuration, below what was typed: pkm's own settings first, pip's files and
 * `PIP_*` variables where those say nothing.
 */
export function pipDefaults<O extends OptionTable>(
  command: string,
  table: O,
): (invocation: Invocation, typed: OptionValues<O>) => Promise<ReadonlyMap<string, readonly string[]>> {
  return async ({ world }, typed) => {
    const found = new Map<string, readonly string[]>();
    const isTyped = (key: string): boolean => {
      const value = (typed as Record<string, unknown>)[key];
      return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false && value !== 0;
    };
    const settings = Settings.open({}, world);
    for (const key of Object.keys(definitions) as SettingKey[]) {
      const option = flagOf(key).slice(2);
      const description = table[option];
      if (description === undefined || notOptions.has(key) || isTyped(option)) continue;
      const { value, origin } = settings.explain(key);
      if (origin.kind === "default" || value === undefined) continue;
      if (Array.isArray(value)) found.set(option, value as readonly string[]);
      else if (typeof value === "boolean") {
        if (value) found.set(option, [""]);
      } else found.set(option, [String(value)]);
    }
    const isolated = isTyped("isolated");
    for (const [name, setting] of readPipConfiguration({ command, isolated }, world)) {
      const option = Object.keys(table).find((key) => key === name || table[key]?.aliases?.includes(name) === true);
      const description = option === undefined ? undefined : table[option];
      if (option === undefined || description === undefined || found.has(option)) continue;
      // An empty value means that nothing was set.
      if (setting.text.trim() === "") continue;
      if (description.value !== undefined)
        found.set(option, description.many === true ? pipList(setting) : [setting.text]);
      else if (description.many === true) found.set(option, Array.from({ length: pipCount(setting) }, () => ""));
      else if (pipFlag(setting)) found.set(option, [""]);
    }
    return found;
  };
}
