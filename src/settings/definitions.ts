import type { Host } from "#platform/ports";

/**
 * How a value is written and what it becomes. In a file `seconds` and `count` are numbers, `flag` is true or false,
 * `texts` and `places` are arrays, everything else is text; in a variable lists are divided by white space.
 * `path` and the paths among `places` are relative to the file they stand in, or to the current folder.
 */
export type SettingType = "text" | "path" | "flag" | "count" | "seconds" | "texts" | "places";

export type SettingDefinition = {
  readonly type: SettingType;
  /** The only values of a `text`. */
  readonly choices?: readonly string[];
  /** What holds when nobody says anything; left out where that depends on the machine or the run. */
  readonly default?: string | boolean | number | readonly string[];
  readonly help: string;
  /** The option's name where it is not the key's. */
  readonly flag?: string;
  /** An option or its variable alone: wanted before any file is read, or by commands that read none. */
  readonly inFiles?: false;
};

/**
 * Every setting of pkm. The rest follows by rule: `find-links` is the key in `pkm.toml` and in `[tool.pkm]`,
 * `PKM_FIND_LINKS` the variable, `--find-links` the option.
 */
export const definitions = {
  "cache-dir": { type: "path", inFiles: false, help: "Folder of the cache" },
  offline: { type: "flag", default: false, help: "Use nothing but what is in the cache" },
  "index-url": { type: "text", help: "The default index; PyPI when left out" },
  "extra-index-url": {
    type: "texts",
    default: [],
    help: "Further indexes, asked before the default one",
  },
  "index-strategy": {
    type: "text",
    choices: ["first-index", "unsafe-first-match", "unsafe-best-match"],
    default: "first-index",
    help: "How several indexes are used",
  },
  "no-index": { type: "flag", default: false, help: "Use no index, only find-links" },
  "find-links": {
    type: "places",
    default: [],
    help: "Folders and pages with distributions, merged with the index",
  },
  "keyring-provider": {
    type: "text",
    choices: ["auto", "disabled", "import", "subprocess"],
    default: "auto",
    help: "Where passwords are looked for",
  },
  "allow-insecure-host": {
    type: "texts",
    default: [],
    flag: "trusted-host",
    help: "Hosts whose certificates are not checked",
  },
  cert: { type: "path", help: "PEM file with certificates to trust beside the system's" },
  "client-cert": { type: "path", help: "PEM file with a client certificate and its key" },
  proxy: { type: "text", help: "Proxy for all requests" },
  "http-timeout": {
    type: "seconds",
    default: 30,
    flag: "timeout",
    help: "Seconds without progress before a request is given up",
  },
  retries: { type: "count", default: 3, help: "How often a failed request is tried again" },
  "concurrent-downloads": {
    type: "count",
    default: 50,
    help: "Most requests at a time to one host",
  },
  "concurrent-installs": {
    type: "count",
    inFiles: false,
    help: "Most unpacking workers; by the processors when left out",
  },
  "concurrent-builds": {
    type: "count",
    help: "Most builds at a time; by the processors when left out",
  },
  resolution: {
    type: "text",
    choices: ["highest", "lowest", "lowest-direct"],
    default: "highest",
    help: "Which versions are preferred",
  },
  prerelease: {
    type: "text",
    choices: ["if-necessary", "allow", "disallow", "explicit", "if-necessary-or-explicit"],
    default: "if-necessary",
    help: "When pre-releases are taken",
  },
  "exclude-newer": {
    type: "text",
    help: "Ignore files uploaded after a date (2026-11-01) or within an age (7 days)",
  },
  "link-mode": {
    type: "text",
    choices: ["hardlink", "clone", "copy", "tree"],
    help: "How files get out of the store; the cheapest the system has when left out",
  },
  python: { type: "text", inFiles: false, help: "The interpreter: a version, a name or a path" },
  "python-downloads": {
    type: "text",
    choices: ["automatic", "manual", "never"],
    default: "automatic",
    inFiles: false,
    help: "When a missing interpreter may be downloaded; pkm downloads none yet",
  },
  color: {
    type: "text",
    choices: ["auto", "always", "never"],
    default: "auto",
    inFiles: false,
    help: "When to use colour",
  },
} as const satisfies Readonly<Record<string, SettingDefinition>>;

export type SettingKey = keyof typeof definitions;

type Plain<D extends SettingDefinition> = D extends { readonly choices: readonly (infer C)[] }
  ? C
  : D["type"] extends "flag"
    ? boolean
    : D["type"] extends "count" | "seconds"
      ? number
      : D["type"] extends "texts" | "places"
        ? readonly string[]
        : string;

/** The type of a setting's value; `undefined` is among it where nothing holds by default. */
export type SettingValue<K extends SettingKey> =
  | Plain<(typeof definitions)[K]>
  | ((typeof definitions)[K] extends { readonly default: unknown } ? never : undefined);

export const settingKeys = Object.keys(definitions) as readonly SettingKey[];

/** The row of a key, with the type all rows share. */
export function definitionOf(key: SettingKey): SettingDefinition {
  return definitions[key];
}

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(definitions, key);
}

/** `PKM_CACHE_DIR` for `cache-dir`. */
export function variableOf(key: SettingKey): string {
  return `PKM_${key.toUpperCase().replaceAll("-", "_")}`;
}

/** The reverse of {@link variableOf}; `undefined` for all other variables. */
export function keyOfVariable(name: string, os: Host["os"]): SettingKey | undefined {
  // Windows takes any case of letters.
  const upper = os === "windows" ? name.toUpperCase() : name;
  if (!upper.startsWith("PKM_")) return undefined;
  const key = upper.slice("PKM_".length).toLowerCase().replaceAll("_", "-");
  return isSettingKey(key) && variableOf(key) === upper ? key : undefined;
}

/** `--cache-dir` for `cache-dir`. */
export function flagOf(key: SettingKey): string {
  return `--${definitionOf(key).flag ?? key}`;
}
