import { caret } from "#base/text";
import { pipConfigurationInvalid } from "./errors.ts";

export type IniEntry = {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly line: number;
};

/**
 * Reads an INI file as `RawConfigParser` of Python does, strictly: `=` or `:`, lines that begin with `#` or `;` are
 * comments, a line indented deeper than its key goes on with the value, a section or a key given twice is an error.
 * Keys are spelt as pip compares them: lower case, `-` for `_`, without leading `--`. What `[DEFAULT]` holds is in
 * every section.
 */
export function readIni(text: string, path: string): IniEntry[] {
  const sections = new Map<string, Map<string, Draft>>();
  const defaults = new Map<string, Draft>();
  let section: Map<string, Draft> | undefined;
  let entry: Draft | undefined;
  let indent = 0;
  const lines = text.split(/\r\n|\n|\r/);
  lines.forEach((whole, position) => {
    const line = position + 1;
    const bare = whole.trim();
    if (bare === "" || bare.startsWith("#") || bare.startsWith(";")) {
      // An empty line may be inside a value, a comment is not part of it.
      if (bare === "") entry?.parts.push("");
      return;
    }
    const depth = whole.length - whole.trimStart().length;
    if (entry !== undefined && depth > indent) {
      entry.parts.push(bare);
      return;
    }
    indent = depth;
    const fault = (why: string): Error =>
      pipConfigurationInvalid(path, line, why, caret(whole, depth, whole.length));
    const header = /^\[(.+)\]/.exec(bare)?.[1];
    if (header !== undefined) {
      if (sections.has(header)) throw fault(`section \`${header}\` stands twice`);
      section = header === "DEFAULT" ? defaults : new Map();
      if (header !== "DEFAULT") sections.set(header, section);
      entry = undefined;
      return;
    }
    if (section === undefined)
      throw fault("a key stands before the first section, such as `[global]`");
    const pair = /^(.*?)\s*[=:]\s*(.*)$/.exec(bare);
    if (pair === null || pair[1] === "") throw fault("there is no `KEY = VALUE` in it");
    const key = normalKey(pair[1] as string);
    if (section.has(key)) throw fault(`\`${key}\` stands twice in its section`);
    entry = { parts: [pair[2] as string], line };
    section.set(key, entry);
  });
  return [...sections].flatMap(([name, keys]) =>
    [...new Map([...defaults, ...keys])].map(([key, draft]) => ({
      section: name,
      key,
      value: draft.parts.join("\n").trimEnd(),
      line: draft.line,
    })),
  );
}

type Draft = { readonly parts: string[]; readonly line: number };

/** One spelling for files and variables. */
export function normalKey(key: string): string {
  return key.trim().toLowerCase().replaceAll("_", "-").replace(/^--/, "");
}
