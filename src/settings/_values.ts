import type { Host } from "#platform/ports";
import type { TomlTable } from "#standards/toml-table";
import { definitionOf, flagOf, variableOf, type SettingKey } from "./definitions.ts";
import { invalidSetting } from "./errors.ts";
import type { SettingsFile } from "./_places.ts";

/** From the three ways a value is written to the one it has. */

export type Value = string | boolean | number | readonly string[];

/** The command line has typed its values already; only paths and limits are left to settle. */
export function fromFlag(key: SettingKey, value: Value, host: Host): Value {
  return settle(key, value, flagOf(key), host.cwd, host);
}

export function fromVariable(key: SettingKey, text: string, host: Host): Value {
  const name = variableOf(key);
  return settle(key, fromText(key, text, name), name, host.cwd, host);
}

export function fromToml(key: SettingKey, table: TomlTable, file: SettingsFile, host: Host): Value {
  return settle(key, typed(key, table), file.path, file.folder, host);
}

function fromText(key: SettingKey, text: string, where: string): Value {
  const { type } = definitionOf(key);
  switch (type) {
    case "text":
    case "path":
      return text;
    case "texts":
    case "places":
      return text.split(/\s+/).filter((word) => word !== "");
    case "count":
    case "seconds": {
      const number = /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN;
      if (Number.isNaN(number))
        throw invalidSetting(key, where, `must be a number, found \`${text}\``);
      return number;
    }
    case "flag": {
      const truth = truthOf(text);
      if (truth === undefined)
        throw invalidSetting(key, where, `must be \`true\` or \`false\`, found \`${text}\``);
      return truth;
    }
    default:
      return type satisfies never;
  }
}

/** `1`, `true`, `yes`, `on` and their opposites, in any case of letters. */
function truthOf(text: string): boolean | undefined {
  switch (text.trim().toLowerCase()) {
    case "1":
    case "t":
    case "true":
    case "y":
    case "yes":
    case "on":
      return true;
    case "0":
    case "f":
    case "false":
    case "n":
    case "no":
    case "off":
      return false;
    default:
      return undefined;
  }
}

function typed(key: SettingKey, table: TomlTable): Value {
  const { type } = definitionOf(key);
  switch (type) {
    case "text":
    case "path":
      return table.requiredText(key);
    case "texts":
    case "places":
      return table.texts(key) ?? [];
    case "count":
      return table.integer(key) ?? 0;
    case "seconds": {
      const value = table.raw(key);
      if (typeof value !== "number") throw table.fault(key, "must be a number of seconds");
      return value;
    }
    case "flag":
      return table.truth(key) ?? false;
    default:
      return type satisfies never;
  }
}

function settle(key: SettingKey, value: Value, where: string, folder: string, host: Host): Value {
  const { type, choices } = definitionOf(key);
  switch (type) {
    case "path":
      return absolute(String(value), folder, host);
    case "places":
      return (value as readonly string[]).map((place) =>
        isAddress(place) ? place : absolute(place, folder, host),
      );
    case "count":
      if (!Number.isInteger(value) || (value as number) < 0)
        throw invalidSetting(key, where, `must be a whole number, found \`${String(value)}\``);
      return value;
    case "seconds":
      if (!Number.isFinite(value) || (value as number) <= 0)
        throw invalidSetting(
          key,
          where,
          `must be a number of seconds above 0, found \`${String(value)}\``,
        );
      return value;
    case "text":
      if (choices !== undefined && !choices.includes(String(value)))
        throw invalidSetting(
          key,
          where,
          `must be ${choices.map((choice) => `\`${choice}\``).join(" or ")}, found \`${String(value)}\``,
        );
      return value;
    case "texts":
    case "flag":
      return value;
    default:
      return type satisfies never;
  }
}

export function isAddress(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(text) || /^file:/i.test(text);
}

/** Absolute, with `~` for the home folder, which no shell has expanded in a file. */
export function absolute(path: string, folder: string, host: Host): string {
  if (path === "~") return host.home;
  if (path.startsWith("~/")) return `${host.home}${path.slice(1)}`;
  const isAbsolute = host.os === "windows" ? /^(?:[a-z]:)?[\\/]/i.test(path) : path.startsWith("/");
  if (isAbsolute) return path;
  const bare = path.replace(/^(?:\.\/)+/, "");
  return bare === "" || bare === "." ? folder : `${folder === "/" ? "" : folder}/${bare}`;
}
