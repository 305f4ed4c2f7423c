/** Writing TOML 1.0: only what decoded values need, in the order it is given. */

/** Keys with their values; `undefined` ones are left out. */
export type TomlEntries = readonly (readonly [key: string, value: unknown])[];

export function tomlKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : tomlText(key);
}

/** JSON's escapes are TOML's; DEL and lone surrogates are the exceptions. */
export function tomlText(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll("\u007f", "\\u007f");
}

/** A date-time in UTC, without a fraction where there is none. */
export function tomlInstant(milliseconds: number): { readonly toml: string } {
  return { toml: new Date(milliseconds).toISOString().replace(/\.000Z$/, "Z") };
}

/** One value on one line. */
export function tomlValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return tomlText(value);
    case "boolean":
    case "bigint":
      return String(value);
    case "number":
      return tomlNumber(value);
    case "object":
      if (value === null) break;
      if (Array.isArray(value)) return `[${value.map(tomlValue).join(", ")}]`;
      if ("toml" in value && typeof value.toml === "string") return value.toml;
      // Temporal values print as TOML has them.
      if (Object.prototype.toString.call(value).startsWith("[object Temporal."))
        return String(value);
      return tomlInline(Object.entries(value));
    default:
  }
  throw new TypeError(`TOML has no ${typeof value}`);
}

export function tomlInline(entries: TomlEntries): string {
  const kept = entries.filter(([, value]) => value !== undefined);
  if (kept.length === 0) return "{}";
  return `{ ${kept.map(([key, value]) => `${tomlKey(key)} = ${tomlValue(value)}`).join(", ")} }`;
}

/** A list with one entry to a line. */
export function tomlLines(items: readonly string[]): string {
  return items.length === 0 ? "[]" : `[\n${items.map((item) => `    ${item},\n`).join("")}]`;
}

/** A table with its sub-tables below it, each under a header of its own. */
export function tomlTable(
  path: readonly string[],
  table: Readonly<Record<string, unknown>>,
): string {
  const entries = Object.entries(table);
  const nested = entries.filter(([, value]) => isPlainTable(value));
  const values = entries.filter(([, value]) => !isPlainTable(value) && value !== undefined);
  let text = "";
  // A table that only holds tables needs no header.
  if (values.length > 0 || nested.length === 0) {
    text += `[${path.map(tomlKey).join(".")}]\n`;
    for (const [key, value] of values) text += `${tomlKey(key)} = ${tomlValue(value)}\n`;
    text += "\n";
  }
  for (const [key, value] of nested)
    text += tomlTable([...path, key], value as Readonly<Record<string, unknown>>);
  return text;
}

function tomlNumber(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return String(value);
}

function isPlainTable(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
