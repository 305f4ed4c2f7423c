import type { Host, World } from "#platform/ports";
import { invalidSetting, pipConfigurationInvalid } from "./errors.ts";
import { normalKey, readIni } from "./_ini.ts";

/** One value of pip's configuration, not yet read as the type of its option. */
export type PipSetting = {
  /** The long option without dashes: `index-url`. */
  readonly name: string;
  readonly text: string;
  /** `/etc/pip.conf (line 3)`, or `PIP_INDEX_URL`. */
  readonly origin: string;
};

export type PipConfigurationRequest = {
  /** The section besides `[global]`: `install`. */
  readonly command: string;
  /** Nothing at all is read; pip itself would still read the files of the system and of the environment. */
  readonly isolated?: boolean;
  /** The environment's prefix, which may hold a `pip.conf` of its own. */
  readonly sitePrefix?: string | undefined;
};

/**
 * pip's configuration by the name of the option. Files, later wins: the system's, the user's old and new one, the
 * environment's, the one `PIP_CONFIG_FILE` names; then within all of them `[global]` before the command's section,
 * and `PIP_*` variables at last (pip, "Configuration"; `_internal/configuration.py`, `cli/parser.py`). An empty value
 * hides what a weaker place of its kind says and is itself no value. Options the command does not have are in the
 * answer too: the caller passes over them, as pip does.
 */
export function readPipConfiguration(
  request: PipConfigurationRequest,
  world: Pick<World, "files" | "host">,
): ReadonlyMap<string, PipSetting> {
  const merged = new Map<string, PipSetting>();
  if (request.isolated === true) return merged;
  const sections = new Map([["global", new Map<string, PipSetting>()]]);
  sections.set(request.command, sections.get(request.command) ?? new Map());
  for (const path of pipConfigurationFiles(request.sitePrefix, world)) {
    const bytes = world.files.tryRead(path);
    if (bytes === undefined) continue;
    for (const { section, key, value, line } of readIni(decode(bytes, path), path))
      sections.get(section)?.set(key, { name: key, text: value, origin: `${path} (line ${line})` });
  }
  for (const values of [...sections.values(), fromVariables(world.host)])
    for (const setting of values.values())
      if (setting.text !== "") merged.set(setting.name, setting);
  return merged;
}

/** Where pip looks for files, whether they are there or not, weakest first. */
export function pipConfigurationFiles(
  sitePrefix: string | undefined,
  world: Pick<World, "files" | "host">,
): readonly string[] {
  const { global, user, site, env, readsFiles } = pipConfigurationPlaces(sitePrefix, world);
  return readsFiles ? [...global, ...user, ...site, ...env] : [];
}

/** The files of pip's configuration by kind, each list weakest first. */
export type PipConfigurationPlaces = {
  readonly global: readonly string[];
  /** The old place and the new one; none where `PIP_CONFIG_FILE` names a file that is there. */
  readonly user: readonly string[];
  /** Of the environment. */
  readonly site: readonly string[];
  /** What `PIP_CONFIG_FILE` names, whether it is there or not. */
  readonly env: readonly string[];
  /** False when `PIP_CONFIG_FILE` names the null device: then none of them is read. */
  readonly readsFiles: boolean;
};

export function pipConfigurationPlaces(
  sitePrefix: string | undefined,
  world: Pick<World, "files" | "host">,
): PipConfigurationPlaces {
  const { host } = world;
  const named = host.env.PIP_CONFIG_FILE;
  const basename = host.os === "windows" ? "pip.ini" : "pip.conf";
  const inFolders = (folders: readonly string[]): string[] =>
    folders.map((folder) => `${folder}/${basename}`);
  const isNamedThere =
    named !== undefined && named !== "" && world.files.tryStat(named) !== undefined;
  return {
    global: inFolders(systemFolders(host)),
    user: isNamedThere ? [] : inFolders(userFolders(world)),
    site: sitePrefix === undefined ? [] : inFolders([sitePrefix]),
    env: named === undefined ? [] : [named],
    readsFiles: named === undefined || !isNullDevice(named, host),
  };
}

/** Every key of one file by its long name (`global.index-url`), in the order of the file. */
export function readPipFile(
  path: string,
  { files }: Pick<World, "files">,
): ReadonlyMap<string, string> {
  const bytes = files.tryRead(path);
  if (bytes === undefined) return new Map();
  return new Map(
    readIni(decode(bytes, path), path).map(({ section, key, value }) => [
      `${section}.${key}`,
      value,
    ]),
  );
}

/** `PIP_*` variables by the name of the option, as `pip config` lists them. */
export function pipVariables(host: Host): ReadonlyMap<string, string> {
  return new Map([...fromVariables(host)].map(([name, { text }]) => [name, text]));
}

/** Reads the value as pip reads one of an option that is only there or not. */
export function pipFlag(setting: PipSetting): boolean {
  const word = setting.text.toLowerCase();
  if (["y", "yes", "t", "true", "on", "1"].includes(word)) return true;
  if (["n", "no", "f", "false", "off", "0"].includes(word)) return false;
  throw invalidSetting(
    setting.name,
    setting.origin,
    `must be yes or no, true or false, 1 or 0, found \`${setting.text}\``,
  );
}

/** Reads the value of an option that counts how often it is given, such as `verbose`. */
export function pipCount(setting: PipSetting): number {
  if (/^[0-9]+$/.test(setting.text.trim())) return Number(setting.text);
  try {
    return pipFlag(setting) ? 1 : 0;
  } catch {
    throw invalidSetting(
      setting.name,
      setting.origin,
      `must be a number, or yes or no, found \`${setting.text}\``,
    );
  }
}

/** Reads the value of an option that may be given often: words divided by white space, in a file also by lines. */
export function pipList(setting: PipSetting): readonly string[] {
  return setting.text.split(/\s+/).filter((word) => word !== "");
}

function fromVariables(host: Host): Map<string, PipSetting> {
  const found = new Map<string, PipSetting>();
  // Unlike Object.keys this asks for names alone: a kept answer must not depend on what all variables say.
  for (const variable of Reflect.ownKeys(host.env)) {
    if (typeof variable !== "string") continue;
    const upper = host.os === "windows" ? variable.toUpperCase() : variable;
    if (!upper.startsWith("PIP_")) continue;
    const text = host.env[variable];
    if (text === undefined) continue;
    const name = normalKey(upper.slice("PIP_".length));
    // pip leaves these two out: they would end every run.
    if (name !== "version" && name !== "help") found.set(name, { name, text, origin: variable });
  }
  return found;
}

function systemFolders(host: Host): string[] {
  switch (host.os) {
    case "windows":
      return [`${host.env.PROGRAMDATA ?? "C:/ProgramData"}/pip`];
    case "macos": {
      const listed = absoluteEntries(host.env.XDG_DATA_DIRS);
      return (listed.length === 0 ? ["/Library/Application Support"] : listed).map(
        (entry) => `${entry}/pip`,
      );
    }
    case "linux": {
      const listed = absoluteEntries(host.env.XDG_CONFIG_DIRS);
      return [
        ...(listed.length === 0 ? ["/etc/xdg"] : listed).map((entry) => `${entry}/pip`),
        "/etc",
      ];
    }
    default:
      return host.os satisfies never;
  }
}

/** The old place first, which the new one outweighs. */
function userFolders(world: Pick<World, "files" | "host">): string[] {
  const { host, files } = world;
  switch (host.os) {
    case "windows":
      return [`${host.home}/pip`, `${host.env.APPDATA ?? `${host.home}/AppData/Roaming`}/pip`];
    case "macos": {
      const support = `${absoluteEntries(host.env.XDG_DATA_HOME)[0] ?? `${host.home}/Library/Application Support`}/pip`;
      const isThere = files.tryStat(support)?.kind === "folder";
      return [`${host.home}/.pip`, isThere ? support : `${host.home}/.config/pip`];
    }
    case "linux": {
      const xdg = absoluteEntries(host.env.XDG_CONFIG_HOME)[0];
      return [`${host.home}/.pip`, `${xdg ?? `${host.home}/.config`}/pip`];
    }
    default:
      return host.os satisfies never;
  }
}

function absoluteEntries(list: string | undefined): string[] {
  return (list ?? "")
    .split(":")
    .map((entry) => entry.trim())
    .filter((entry) => entry.startsWith("/"));
}

function isNullDevice(path: string, host: Host): boolean {
  return host.os === "windows" ? path.toLowerCase() === "nul" : path === "/dev/null";
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw pipConfigurationInvalid(path, undefined, "it is not UTF-8");
  }
}
