import { strip } from "./_spaces.ts";
import { invalidEntryPoints } from "./errors.ts";

/** One line of entry_points.txt (PyPUG entry-points). */
export type EntryPoint = {
  readonly group: string;
  readonly name: string;
  /** `package.module`. */
  readonly module: string;
  /** `object.attribute`, or empty when the entry point is the module itself. */
  readonly attribute: string;
  /** Obsolete, but still found. */
  readonly extras: readonly string[];
};

/**
 * Reads entry_points.txt. Keys are case-sensitive and end at the first `=`; comments begin a line with `#` or
 * `;`. Names should be unique in their group; of repeated ones the last counts, as with pip.
 */
export function parseEntryPoints(text: string): EntryPoint[] {
  const found = new Map<string, EntryPoint>();
  let group: string | undefined;
  let number = 0;
  for (const whole of text.split(/\r\n|\n|\r/)) {
    number++;
    const line = strip(whole);
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    if (line.startsWith("[")) {
      if (!line.endsWith("]"))
        throw invalidEntryPoints(number, line, "has a group that is never closed");
      group = line.slice(1, -1);
      continue;
    }
    if (group === undefined)
      throw invalidEntryPoints(number, line, "stands before the first group");
    const equals = line.indexOf("=");
    if (equals < 1)
      throw invalidEntryPoints(number, line, "is not of the form `name = module:attribute`");
    const name = strip(line.slice(0, equals));
    const reference = parseObjectReference(line.slice(equals + 1));
    if (reference === undefined) {
      // Only scripts become files; a foreign group may hold what its reader understands.
      if (isScriptGroup(group))
        throw invalidEntryPoints(number, line, "names no object that can be imported");
      continue;
    }
    found.set(`${group}\0${name}`, { group, name, ...reference });
  }
  return [...found.values()];
}

/** `package.module:object.attribute [extra, extra]`, with blanks anywhere between the parts. */
export function parseObjectReference(
  text: string,
): Pick<EntryPoint, "module" | "attribute" | "extras"> | undefined {
  const parts = reference.exec(strip(text));
  if (parts === null) return undefined;
  const [, module = "", attribute = "", extras = ""] = parts;
  return {
    module,
    attribute,
    extras: extras
      .split(",")
      .map(strip)
      .filter((extra) => extra !== ""),
  };
}

/** Writes entry_points.txt, groups and names in order. */
export function formatEntryPoints(entryPoints: Iterable<EntryPoint>): string {
  const groups = new Map<string, string[]>();
  for (const { group, name, module, attribute, extras } of entryPoints) {
    let lines = groups.get(group);
    if (lines === undefined) groups.set(group, (lines = []));
    const object = attribute === "" ? module : `${module}:${attribute}`;
    lines.push(`${name} = ${object}${extras.length === 0 ? "" : ` [${extras.join(",")}]`}`);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, lines]) => `[${group}]\n${lines.sort().join("\n")}\n`)
    .join("\n");
}

/** The two groups whose entry points become executable files. */
export function isScriptGroup(group: string): group is "console_scripts" | "gui_scripts" {
  return group === "console_scripts" || group === "gui_scripts";
}

const dotted = String.raw`[\p{XID_Start}_][\p{XID_Continue}]*(?:\.[\p{XID_Start}_][\p{XID_Continue}]*)*`;
const reference = new RegExp(`^(${dotted})(?:\\s*:\\s*(${dotted}))?(?:\\s*\\[([^\\]]*)\\])?$`, "u");
