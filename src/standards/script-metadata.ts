import { caret } from "#base/text";
import { scriptMetadataInvalid } from "./errors.ts";
import { parseRequirement, type Requirement } from "./requirement.ts";
import { parseSpecifierSet, type SpecifierSet } from "./specifier-set.ts";
import { TomlTable } from "./toml-table.ts";

/** The block `# /// script` of a Python file (PEP 723), with its place, so that it can be replaced byte by byte. */
export type ScriptBlock = {
  /** The comment's content, still to be decoded. */
  readonly toml: string;
  /** Line of the opening, from 1; the TOML begins one below. */
  readonly line: number;
  /** Offsets in the text, from the opening to the end of the closing, its line end not included. */
  readonly start: number;
  readonly end: number;
};

/** What a block says. */
export type ScriptMetadata = {
  readonly dependencies: readonly Requirement[];
  readonly requiresPython: SpecifierSet | undefined;
  /** The table `[tool]`, decoded. */
  readonly tool: unknown;
};

/**
 * Finds the metadata of a script; `undefined` when there is none. Blocks of other types and blocks that are never
 * closed are comments like any other; two blocks of type `script` are an error. The last closing line of a run of
 * comments counts, as the regular expression of PEP 723 is greedy.
 */
export function findScriptBlock(text: string, file: string): ScriptBlock | undefined {
  const lines = linesOf(text);
  let found: ScriptBlock | undefined;
  let at = 0;
  while (at < lines.length) {
    const first = lines[at] as Line;
    if (!first.text.startsWith("#")) {
      at++;
      continue;
    }
    const run = runFrom(lines, at);
    let next = run.end;
    for (let open = at; open < run.end; open++) {
      const type = /^# \/\/\/ ([a-zA-Z0-9-]+)$/.exec((lines[open] as Line).text)?.[1];
      // At least one line stands between opening and closing.
      if (type === undefined || run.close < open + 2) continue;
      if (type === "script") {
        if (found !== undefined) throw twice(lines, open, found.line, file);
        found = blockOf(lines, open, run.close);
      }
      next = run.close + 1;
      break;
    }
    at = Math.max(next, at + 1);
  }
  return found;
}

/** Reads a decoded block. Keys beside the standard's three are an error, as a misspelt one would change nothing. */
export function parseScriptMetadata(value: unknown, file: string): ScriptMetadata {
  const table = TomlTable.of(value, "", (key, why, cause) =>
    scriptMetadataInvalid(file, `\`${key}\` ${why}`, undefined, cause),
  );
  for (const key of table.keys())
    if (!["dependencies", "requires-python", "tool"].includes(key))
      throw table.fault(
        key,
        "is no key of PEP 723, which has `dependencies`, `requires-python` and `tool`",
      );
  return {
    dependencies: table.parsedList("dependencies", parseRequirement) ?? [],
    requiresPython: table.parsed("requires-python", parseSpecifierSet),
    tool: table.raw("tool"),
  };
}

type Line = { readonly text: string; readonly start: number };

/** Ends are `\n` and `\r\n`; JavaScript's own idea of a line has more of them. */
function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let start = text.startsWith("\ufeff") ? 1 : 0;
  while (start <= text.length) {
    const end = text.indexOf("\n", start);
    const stop = end === -1 ? text.length : end;
    const bare = text.charCodeAt(stop - 1) === 0x0d && stop > start ? stop - 1 : stop;
    lines.push({ text: text.slice(start, bare), start });
    start = stop + 1;
  }
  return lines;
}

/** Lines that may be inside one block, and the last of them that may close it; -1 for none. */
function runFrom(
  lines: readonly Line[],
  from: number,
): { readonly end: number; readonly close: number } {
  let end = from;
  let close = -1;
  for (; end < lines.length; end++) {
    const { text } = lines[end] as Line;
    if (text !== "#" && !text.startsWith("# ")) break;
    if (text === "# ///") close = end;
  }
  return { end, close };
}

function blockOf(lines: readonly Line[], open: number, close: number): ScriptBlock {
  const content = lines.slice(open + 1, close).map((line) => `${line.text.slice(2)}\n`);
  const last = lines[close] as Line;
  return {
    toml: content.join(""),
    line: open + 1,
    start: (lines[open] as Line).start,
    end: last.start + last.text.length,
  };
}

function twice(lines: readonly Line[], open: number, first: number, file: string): Error {
  const { text } = lines[open] as Line;
  return scriptMetadataInvalid(
    file,
    `line ${open + 1} begins a second block of type \`script\`, line ${first} began the first`,
    caret(text, 0, text.length),
  );
}
