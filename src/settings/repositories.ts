import type { Host } from "#platform/ports";
import { tryParseName } from "#standards/name";
import type { TomlTable } from "#standards/toml-table";
import { nearest } from "#base/text";
import type { SettingsFile } from "./_places.ts";
import { absolute, isAddress } from "./_values.ts";

/** One entry of `[[repositories]]`: a source of distributions with a place in the order of asking. */
export type RepositorySetting = {
  readonly name: string;
  /** Absolute: an address, or the path of a folder. Credentials do not belong here but may be. */
  readonly url: string;
  readonly type: "simple" | "find-links";
  /** Lower is asked earlier; the words `primary`, `supplemental` and `fallback` are 100, 500 and 900. */
  readonly priority: number;
  /** An `explicit` repository is asked only for names its `packages` match. */
  readonly mode: "normal" | "explicit";
  /** Globs on normalised names; names that match are looked for here alone. */
  readonly packages: readonly string[];
  /** Globs on normalised names that are never looked for here. */
  readonly exclude: readonly string[];
};

const priorities: Readonly<Record<string, number>> = {
  primary: 100,
  supplemental: 500,
  fallback: 900,
};

const keys = ["name", "url", "type", "priority", "mode", "packages", "exclude"];

/** Reads the entries of one file, in its order. */
export function readRepositories(
  table: TomlTable,
  file: SettingsFile,
  host: Host,
): readonly RepositorySetting[] {
  const seen = new Set<string>();
  return (table.tables("repositories") ?? []).map((entry) => {
    for (const key of entry.keys()) {
      if (keys.includes(key)) continue;
      const near = nearest(key, keys, 1)[0];
      throw entry.fault(
        key,
        `is no key of a repository${near === undefined ? "" : `, did you mean \`${near}\`?`}`,
      );
    }
    const name = entry.requiredText("name");
    if (tryParseName(name) === undefined)
      throw entry.fault(
        "name",
        `must have letters, digits, \`.\`, \`_\` and \`-\`, found \`${name}\``,
      );
    if (seen.has(name))
      throw entry.fault("name", `is \`${name}\`, which another entry has already`);
    seen.add(name);
    const url = entry.requiredText("url");
    const packages = globs(entry, "packages");
    const mode = choice(entry, "mode", ["normal", "explicit"]) ?? "normal";
    if (mode === "explicit" && packages.length === 0)
      throw entry.fault(
        "packages",
        "is missing, and an explicit repository is asked for nothing without it",
      );
    return {
      name,
      url: isAddress(url) ? url : absolute(url, file.folder, host),
      type: choice(entry, "type", ["simple", "find-links"]) ?? "simple",
      priority: priorityOf(entry),
      mode,
      packages,
      exclude: globs(entry, "exclude"),
    };
  });
}

function choice<T extends string>(
  entry: TomlTable,
  key: string,
  choices: readonly T[],
): T | undefined {
  const value = entry.text(key);
  if (value === undefined) return undefined;
  const found = choices.find((word) => word === value);
  if (found === undefined)
    throw entry.fault(
      key,
      `must be ${choices.map((word) => `\`${word}\``).join(" or ")}, found \`${value}\``,
    );
  return found;
}

function priorityOf(entry: TomlTable): number {
  const value = entry.raw("priority");
  if (value === undefined) return priorities.primary as number;
  if (typeof value === "string" && Object.hasOwn(priorities, value))
    return priorities[value] as number;
  if (typeof value === "number" && Number.isInteger(value)) return value;
  throw entry.fault("priority", "must be an integer, `primary`, `supplemental` or `fallback`");
}

/** In the spelling of normalised names, so that `Acme_*` matches `acme-tools`. */
function globs(entry: TomlTable, key: string): readonly string[] {
  return (entry.texts(key) ?? []).map((glob, position) => {
    if (!/^[A-Za-z0-9._*?-]+$/.test(glob))
      throw entry.fault(
        `${key}[${position}]`,
        `must be a name, in which \`*\` and \`?\` may stand, found \`${glob}\``,
      );
    return glob.toLowerCase().replaceAll(/[-_.]+/g, "-");
  });
}
