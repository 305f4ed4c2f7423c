import { flagOf, type SettingKey } from "#settings/definitions";
import { Settings, type SettingsWorld } from "#settings/settings";
import type { OptionTable } from "./command.ts";
import type { Invocation } from "./invocation.ts";

let opened: { readonly world: SettingsWorld; readonly settings: Settings } | undefined;

/** The settings of this run without its options. A machine is opened once for each run, and its settings files are read once. */
export function runSettings(world: SettingsWorld): Settings {
  if (opened?.world !== world) opened = { world, settings: Settings.open({}, world) };
  return opened.settings;
}

/** Settings that mean something else than the option of the same name. */
const notOptions: ReadonlySet<SettingKey> = new Set(["python", "cache-dir", "offline", "color"]);

/** Values of a command's options by the option's key, as texts that the parser could have read. */
export type ConfiguredValues = Map<string, readonly string[]>;

/** What pkm's own settings (files and `PKM_*` variables) say of the options that were not typed. */
export function settingValues(
  table: OptionTable,
  typed: object,
  { world }: Pick<Invocation, "world">,
): ConfiguredValues {
  const found: ConfiguredValues = new Map();
  const settings = runSettings(world);
  for (const key of settings.said()) {
    const option = flagOf(key).slice(2);
    if (table[option] === undefined || notOptions.has(key) || isTyped(typed, option)) continue;
    const { value, origin } = settings.explain(key);
    if (origin.kind === "default" || value === undefined) continue;
    if (Array.isArray(value)) found.set(option, value as readonly string[]);
    else if (typeof value === "boolean") {
      if (value) found.set(option, [""]);
    } else found.set(option, [String(value)]);
  }
  return found;
}

/** Whether the cache has to do: `--offline`, `PKM_OFFLINE`, or `offline` in a settings file. */
export function isOffline({ global, world }: Pick<Invocation, "global" | "world">): boolean {
  return global.offline || runSettings(world).get("offline");
}

/** True for an option that was typed; flags and lists are never `undefined`. */
export function isTyped(typed: object, key: string): boolean {
  const value = (typed as Record<string, unknown>)[key];
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== false && value !== 0;
}
