import type { OptionTable } from "#cli/command";
import type { Invocation } from "#cli/invocation";
import { type ConfiguredValues, isTyped } from "#cli/setting-values";
import type { Host } from "#platform/ports";
import { readPipFile } from "#settings/pip-configuration";

/**
 * What `VIRTUALENV_*` variables and the section `[virtualenv]` of its file say of the options that were not typed;
 * variables win. Lists are divided by lines, commas, or the separator of PATH.
 */
export function virtualenvDefaults(
  table: OptionTable,
  typed: object,
  { world }: Pick<Invocation, "world">,
): ConfiguredValues {
  const { env } = world.host;
  const file = readPipFile(env.VIRTUALENV_CONFIG_FILE ?? usualFile(world.host), world);
  const found: ConfiguredValues = new Map();
  for (const [option, { value: placeholder, many }] of Object.entries(table)) {
    const variable = `VIRTUALENV_${option.replaceAll("-", "_").toUpperCase()}`;
    const text = env[variable] ?? file.get(`virtualenv.${option}`);
    if (text === undefined || text === "" || isTyped(typed, option)) continue;
    if (placeholder === undefined) {
      if (/^(?:1|y|yes|t|true|on)$/i.test(text.trim())) found.set(option, [""]);
    } else if (many === true) found.set(option, listOf(text, world.host));
    else found.set(option, [text]);
  }
  return found;
}

function listOf(text: string, { os }: Host): readonly string[] {
  const separator = os === "windows" ? /[\n,;]/ : /[\n,:]/;
  const parts = text.split(separator).map((part) => part.trim());
  return parts.filter((part) => part !== "");
}

/** Where virtualenv keeps its file (platformdirs' user configuration). */
function usualFile({ os, env, home }: Host): string {
  switch (os) {
    case "windows":
      return `${env.LOCALAPPDATA ?? `${home}/AppData/Local`}/pypa/virtualenv/virtualenv.ini`;
    case "macos":
      return `${home}/Library/Application Support/virtualenv/virtualenv.ini`;
    case "linux":
      return `${env.XDG_CONFIG_HOME ?? `${home}/.config`}/virtualenv/virtualenv.ini`;
    default:
      return os satisfies never;
  }
}
