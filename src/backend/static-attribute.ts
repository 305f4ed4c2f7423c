/**
 * The text that a module of Python assigns to a name at its top level, as `__version__ = "1.0"` or
 * `__version__: str = '1.0'`. The module is read, not run: strings and comments are stepped over, and only a plain
 * string on one line counts. What cannot be told comes as the reason.
 */
export function staticAttribute(
  text: string,
  name: string,
): { readonly value: string } | { readonly why: string } {
  let value: string | undefined;
  for (let at = 0; at < text.length; at = nextStatement(text, at)) {
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end === -1 ? text.length : end);
    if (!line.startsWith(name)) continue;
    const rest = line.slice(name.length);
    // Another name that begins alike, or a use of this one.
    if (!/^[ \t]*(:[^=]*)?=(?!=)/.test(rest)) continue;
    const found = assigned.exec(rest);
    if (found === null)
      return { why: `\`${name}\` is assigned something other than a plain string` };
    if (value !== undefined) return { why: `\`${name}\` is assigned twice` };
    value = found[1] ?? (found[2] as string);
  }
  return value === undefined ? { why: `it assigns no \`${name}\`` } : { value };
}

const assigned = /^[ \t]*(?::[^=]*)?=[ \t]*(?:"([^"\\]*)"|'([^'\\]*)')[ \t]*(?:#.*)?$/;

/** Where the next line begins that is not inside a string. */
function nextStatement(text: string, start: number): number {
  for (let at = start; at < text.length;) {
    const character = text[at] as string;
    if (character === "\n") return at + 1;
    if (character === "#") {
      const end = text.indexOf("\n", at);
      at = end === -1 ? text.length : end;
    } else if (character === '"' || character === "'") at = stringEnd(text, at, character);
    else at++;
  }
  return text.length;
}

/** Behind the string that begins here; an unclosed one ends with its line, or with the text when it has three quotes. */
function stringEnd(text: string, start: number, quote: string): number {
  const isLong = text.startsWith(quote.repeat(3), start);
  const close = isLong ? quote.repeat(3) : quote;
  for (let at = start + close.length; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "\n" && !isLong) return at;
    else if (text.startsWith(close, at)) return at + close.length;
  }
  return text.length;
}
