import { normalKey, readIni } from "./_ini.ts";

/**
 * The text of a configuration file of pip with one value set. Everything else stays as it is, comments and order
 * included; a new key comes to the end of its section, a new section to the end of the file. A file that pip could
 * not read is an error.
 */
export function setPipValue(
  text: string,
  path: string,
  section: string,
  key: string,
  value: string,
): string {
  const lines = readLines(text, path);
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  // Lines of a value that goes on are indented, or they would be keys of their own.
  const written = `${key} = ${value.replaceAll(/\r?\n/g, `${newline}\t`)}`;
  const found = find(lines, section, key);
  if (found.key !== undefined) lines.splice(found.key.start, found.key.count, written);
  else if (found.sectionEnd !== undefined) lines.splice(found.sectionEnd, 0, written);
  else {
    while (lines.at(-1)?.trim() === "") lines.pop();
    if (lines.length > 0) lines.push("");
    lines.push(`[${section}]`, written);
  }
  return `${lines.join(newline).replace(/(?:\r?\n)*$/, "")}${newline}`;
}

/** The text without a key, and without its section where nothing is left in it; `undefined` when it is not there. */
export function unsetPipValue(
  text: string,
  path: string,
  section: string,
  key: string,
): string | undefined {
  const lines = readLines(text, path);
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const { key: place } = find(lines, section, key);
  if (place === undefined) return undefined;
  lines.splice(place.start, place.count);
  const { sectionStart, sectionEnd } = find(lines, section, key);
  if (sectionStart !== undefined && sectionEnd === sectionStart + 1) {
    let next = sectionEnd;
    while (lines[next]?.trim() === "") next++;
    lines.splice(sectionStart, next - sectionStart);
  }
  const rest = lines.join(newline).replace(/(?:\r?\n)*$/, "");
  return rest === "" ? "" : `${rest}${newline}`;
}

function readLines(text: string, path: string): string[] {
  // What is not such a file is told before anything of it is changed.
  readIni(text, path);
  return text === "" ? [] : text.replace(/\r?\n$/, "").split(/\r?\n/);
}

type Places = {
  readonly sectionStart: number | undefined;
  /** Behind the last line of the section that is not empty. */
  readonly sectionEnd: number | undefined;
  readonly key: { readonly start: number; readonly count: number } | undefined;
};

/** By the rules of {@link readIni}: what is indented deeper than its key belongs to the value. */
function find(lines: readonly string[], section: string, key: string): Places {
  let sectionStart: number | undefined;
  let sectionEnd: number | undefined;
  let start: number | undefined;
  let end = 0;
  let isInside = false;
  let isInKey = false;
  let indent = 0;
  for (const [at, whole] of lines.entries()) {
    const bare = whole.trim();
    if (bare === "") continue;
    const isComment = bare.startsWith("#") || bare.startsWith(";");
    const depth = whole.length - whole.trimStart().length;
    const header = /^\[(.+)\]/.exec(bare)?.[1];
    const continues = isInside && !isComment && depth > indent && at > (sectionStart ?? at);
    if (!isComment && !continues) {
      indent = depth;
      if (header !== undefined) {
        isInside = header === section;
        isInKey = false;
        if (isInside) sectionStart = at;
      } else {
        isInKey = isInside && normalKey(bare.split(/[=:]/, 1)[0] ?? "") === key;
        if (isInKey) start = at;
      }
    }
    if (isInKey && !isComment) end = at;
    if (isInside) sectionEnd = at + 1;
  }
  return {
    sectionStart,
    sectionEnd,
    key: start === undefined ? undefined : { start, count: end - start + 1 },
  };
}
