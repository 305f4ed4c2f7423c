/** A word of a command line with the place it was written at. */
export type ShellWord = { readonly text: string; readonly start: number; readonly end: number };

export type ShellSplit =
  | { readonly kind: "words"; readonly words: readonly ShellWord[] }
  | { readonly kind: "unfinished"; readonly start: number; readonly why: string };

/**
 * Splits as a POSIX shell does, without expansion and comments, the way `shlex.split` of Python has it: inside
 * double quotes a backslash escapes only itself and the quote.
 */
export function splitShellWords(text: string): ShellSplit {
  const words: ShellWord[] = [];
  let word: string | undefined;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (char === " " || char === "\t" || char === "\r" || char === "\n") {
      if (word !== undefined) words.push({ text: word, start, end: at });
      word = undefined;
      continue;
    }
    if (word === undefined) {
      word = "";
      start = at;
    }
    if (char === "\\") {
      const next = text[++at];
      if (next === undefined)
        return { kind: "unfinished", start: at - 1, why: "nothing follows the backslash" };
      word += next;
    } else if (char === "'" || char === '"') {
      const quoted = readQuoted(text, at);
      if (quoted === undefined)
        return { kind: "unfinished", start: at, why: "the quote is never closed" };
      word += quoted.text;
      at = quoted.end;
    } else {
      word += char;
    }
  }
  if (word !== undefined) words.push({ text: word, start, end: text.length });
  return { kind: "words", words };
}

/** `end` is the place of the closing quote. */
function readQuoted(
  text: string,
  open: number,
): { readonly text: string; readonly end: number } | undefined {
  const quote = text[open];
  let inner = "";
  for (let at = open + 1; at < text.length; at++) {
    const char = text[at] as string;
    if (char === quote) return { text: inner, end: at };
    if (char === "\\" && quote === '"') {
      const next = text[++at];
      if (next === undefined) return undefined;
      inner += next === '"' || next === "\\" ? next : `\\${next}`;
    } else {
      inner += char;
    }
  }
  return undefined;
}
