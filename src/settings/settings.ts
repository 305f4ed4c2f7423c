import { nearest } from "#base/text";
import type { World } from "#platform/ports";
import { parseToml } from "#platform/toml";
import { type Marker, parseMarker } from "#standards/marker";
import { TomlTable } from "#standards/toml-table";
import {
  definitionOf,
  flagOf,
  isSettingKey,
  keyOfVariable,
  settingKeys,
  variableOf,
  type SettingKey,
  type SettingValue,
} from "./definitions.ts";
import { invalidRepository, invalidSetting, unknownSetting } from "./errors.ts";
import { placesOf, type SettingsFile } from "./_places.ts";
import { readRepositories, type RepositorySetting } from "./repositories.ts";
import { fromFlag, fromToml, fromVariable } from "./_values.ts";

export type SettingsWorld = Pick<World, "files" | "host">;

/** Where a value came from. */
export type Origin =
  | { readonly kind: "default" }
  | { readonly kind: "file"; readonly path: string; readonly line: number | undefined }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "flag"; readonly name: string };

export type Resolved<T> = { readonly value: T; readonly origin: Origin };

/** What the command line said; a key that is left out was not said. */
export type Flags = { readonly [K in SettingKey]?: SettingValue<K> | undefined };

/**
 * The settings of one run, from the places that `_places.ts` lists; later wins: built-in, the system's `pkm.toml`,
 * the user's, `[tool.pkm]` of the nearest `pyproject.toml`, `PKM_*`, options. Nothing is read before a setting is
 * asked for, and a setting that an option or a variable decides costs no look at the disk.
 */
export class Settings {
  readonly #flags: Flags;
  readonly #world: SettingsWorld;
  #files: readonly SettingsFile[] | undefined;
  #tables: readonly LayerTable[] | undefined;

  private constructor(flags: Flags, world: SettingsWorld) {
    this.#flags = flags;
    this.#world = world;
  }

  static open(flags: Flags, world: SettingsWorld): Settings {
    return new Settings(flags, world);
  }

  get<K extends SettingKey>(key: K): SettingValue<K> {
    return this.explain(key).value;
  }

  /** The value with the place it came from. */
  explain<K extends SettingKey>(key: K): Resolved<SettingValue<K>> {
    const { host } = this.#world;
    const flag = this.#flags[key];
    if (flag !== undefined)
      return {
        value: fromFlag(key, flag, host) as SettingValue<K>,
        origin: { kind: "flag", name: flagOf(key) },
      };
    const name = variableOf(key);
    const text = host.env[name];
    if (text !== undefined && text !== "")
      return {
        value: fromVariable(key, text, host) as SettingValue<K>,
        origin: { kind: "variable", name },
      };
    const layers = definitionOf(key).inFiles === false ? [] : this.#layers();
    for (const { file, table } of layers) {
      if (!table.has(key)) continue;
      const value = fromToml(key, table, file, host) as SettingValue<K>;
      return { value, origin: { kind: "file", path: file.path, line: lineOf(file, key) } };
    }
    return { value: definitionOf(key).default as SettingValue<K>, origin: { kind: "default" } };
  }

  /** The settings of which a file or a variable says something. */
  said(): ReadonlySet<SettingKey> {
    const { host } = this.#world;
    const said = new Set<SettingKey>();
    for (const { table } of this.#layers())
      for (const key of table.keys()) if (isSettingKey(key)) said.add(key);
    for (const name of Reflect.ownKeys(host.env)) {
      const key = typeof name === "string" ? keyOfVariable(name, host.os) : undefined;
      if (key !== undefined) said.add(key);
    }
    return said;
  }

  /**
   * The entries of `[[repositories]]`, nearest file first. A name of a nearer file replaces the same name of a
   * farther one.
   */
  repositories(): readonly Resolved<RepositorySetting>[] {
    const found = new Map<string, Resolved<RepositorySetting>>();
    for (const { file, table } of this.#layers()) {
      for (const value of readRepositories(table, file, this.#world.host)) {
        const origin: Origin = {
          kind: "file",
          path: file.path,
          line: lineOf(file, "repositories"),
        };
        if (!found.has(value.name)) found.set(value.name, { value, origin });
      }
    }
    return [...found.values()];
  }

  /** A list of markers, of the nearest file that has it. */
  markers(key: "environments" | "required-environments"): readonly Marker[] {
    const layer = this.#layers().find(({ table }) => table.has(key));
    return layer?.table.parsedList(key, (text) => parseMarker(text)) ?? [];
  }

  /** Nearest first: the first that has a key decides. */
  #layers(): readonly LayerTable[] {
    this.#files ??= placesOf(this.#world);
    this.#tables ??= this.#files.flatMap((file) => layerOf(file));
    return this.#tables;
  }
}

type LayerTable = { readonly file: SettingsFile; readonly table: TomlTable };

/** Tables of `[tool.pkm]` that are no settings: other rooms read them. */
const otherTables = [
  "repositories",
  "environments",
  "required-environments",
  "conflicts",
  "build",
  "extra-build-dependencies",
];

/** Reads one file and refuses keys that nobody knows, so that a misspelt one cannot go unnoticed. */
function layerOf(file: SettingsFile): LayerTable[] {
  const inRepositories = /^(?:tool\.pkm\.)?repositories\b/;
  const fault = (key: string, why: string): Error =>
    inRepositories.test(key)
      ? invalidRepository(file.path, key, why)
      : invalidSetting(key, file.path, why);
  let table: TomlTable | undefined = TomlTable.of(
    parseToml(file.text, file.path),
    "",
    fault as never,
  );
  for (const part of file.section) table = table?.table(part);
  if (table === undefined) return [];
  for (const key of table.keys()) {
    if (isSettingKey(key) && definitionOf(key).inFiles === false)
      throw invalidSetting(key, file.path, `is read from ${variableOf(key)} and options only`);
    if (isSettingKey(key) || otherTables.includes(key)) continue;
    throw unknownSetting(table.at(key), file.path, nearest(key, [...settingKeys, ...otherTables]));
  }
  return [{ file, table }];
}

/**
 * The line of a key, found by looking for it below its header, as the decoded document no longer knows; `undefined`
 * for the rarer ways to write it.
 */
function lineOf(file: SettingsFile, key: string): number | undefined {
  const wanted = file.section.join(".");
  const repeated = wanted === "" ? key : `${wanted}.${key}`;
  let section = "";
  let number = 0;
  for (const line of file.text.split("\n")) {
    number++;
    const header = /^\s*\[+\s*([^\]]+?)\s*\]/.exec(line)?.[1];
    if (header !== undefined) {
      section = header.replaceAll(/["'\s]/g, "");
      if (section === repeated) return number;
    } else if (section === wanted) {
      const name = /^\s*["']?([\w-]+)["']?\s*=/.exec(line)?.[1];
      if (name === key) return number;
    }
  }
  return undefined;
}
