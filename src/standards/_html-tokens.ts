import { decodeEntities } from "./_html-entities.ts";

/**
 * The start tags of an HTML text that matter to a list of links, in one pass from left to right: no tree, no
 * backtracking, so a page of any shape takes time in proportion to its length. Comments, declarations and
 * elements whose content is no markup are stepped over, as the HTML standard has it; what is left open at the end
 * of the text is dropped.
 */
export function* startTags(text: string): Generator<StartTag> {
  let at = text.indexOf("<");
  while (at !== -1) {
    const next = text.charCodeAt(at + 1);
    if (next === exclamation) {
      at = afterDeclaration(text, at);
    } else if (isLetter(next)) {
      const nameEnd = endOfName(text, at + 1);
      const name = text.slice(at + 1, nameEnd).toLowerCase();
      const wanted = name === "a" || name === "base" || name === "meta";
      const attributes: Attribute[] = [];
      const end = readAttributes(text, nameEnd, wanted ? attributes : undefined);
      if (end === -1) return;
      if (wanted) yield { name, attributes };
      at = rawText.has(name) ? afterRawText(text, end, name) : end;
    } else {
      at = afterOther(text, at, next);
    }
    if (at === -1) return;
    at = text.indexOf("<", at);
  }
}

export type StartTag = {
  readonly name: "a" | "base" | "meta";
  readonly attributes: readonly Attribute[];
};

type Attribute = { readonly name: string; readonly value: string };

/** The value with entities decoded; `""` for an attribute without one. The first of a name counts. */
export function attribute(tag: StartTag, name: string): string | undefined {
  for (const entry of tag.attributes) if (entry.name === name) return decodeEntities(entry.value);
  return undefined;
}

const exclamation = 0x21;
const doubleQuote = 0x22;
const singleQuote = 0x27;
const slash = 0x2f;
const equals = 0x3d;
const greater = 0x3e;

const rawText = new Set([
  "script",
  "style",
  "title",
  "textarea",
  "xmp",
  "iframe",
  "noembed",
  "noframes",
]);

/** Reads to behind the `>` of the tag; -1 when the text ends before. */
function readAttributes(text: string, start: number, found: Attribute[] | undefined): number {
  let at = start;
  for (;;) {
    while (isSpace(text.charCodeAt(at)) || text.charCodeAt(at) === slash) at++;
    if (at >= text.length) return -1;
    if (text.charCodeAt(at) === greater) return at + 1;
    const nameStart = at;
    // A name may begin with an equals sign (HTML, "before attribute name state").
    at++;
    while (at < text.length && !endsAttributeName(text.charCodeAt(at))) at++;
    const nameEnd = at;
    while (isSpace(text.charCodeAt(at))) at++;
    let value = "";
    if (text.charCodeAt(at) === equals) {
      at++;
      while (isSpace(text.charCodeAt(at))) at++;
      const quote = text.charCodeAt(at);
      if (quote === doubleQuote || quote === singleQuote) {
        const end = text.indexOf(quote === doubleQuote ? '"' : "'", at + 1);
        if (end === -1) return -1;
        value = text.slice(at + 1, end);
        at = end + 1;
      } else {
        const valueStart = at;
        while (at < text.length && !isSpace(text.charCodeAt(at)) && text.charCodeAt(at) !== greater)
          at++;
        value = text.slice(valueStart, at);
      }
    }
    found?.push({ name: text.slice(nameStart, nameEnd).toLowerCase(), value });
  }
}

function afterDeclaration(text: string, at: number): number {
  if (!text.startsWith("--", at + 2)) return after(text, ">", at + 2);
  // HTML: `<!-->` and `<!--->` are whole comments.
  if (text.startsWith(">", at + 4)) return at + 5;
  if (text.startsWith("->", at + 4)) return at + 6;
  const plain = text.indexOf("-->", at + 4);
  return plain === -1 ? -1 : plain + 3;
}

/** Behind `</script` and its like, whatever the case of the letters. */
function afterRawText(text: string, start: number, name: string): number {
  let at = text.indexOf("</", start);
  while (at !== -1) {
    const end = at + 2 + name.length;
    if (text.slice(at + 2, end).toLowerCase() === name && !isNamePart(text.charCodeAt(end)))
      return at;
    at = text.indexOf("</", at + 2);
  }
  return -1;
}

/** End tags, processing instructions, and a lone `<`, which is text. */
function afterOther(text: string, at: number, next: number): number {
  if (next !== slash && next !== 0x3f) return at + 1;
  if (next === slash && isLetter(text.charCodeAt(at + 2)))
    return readAttributes(text, endOfName(text, at + 2), undefined);
  return after(text, ">", at + 2);
}

function after(text: string, stop: string, from: number): number {
  const at = text.indexOf(stop, from);
  return at === -1 ? -1 : at + stop.length;
}

function endOfName(text: string, start: number): number {
  let at = start;
  while (at < text.length && isNamePart(text.charCodeAt(at))) at++;
  return at;
}

function isNamePart(unit: number): boolean {
  return !Number.isNaN(unit) && !isSpace(unit) && unit !== slash && unit !== greater;
}

function endsAttributeName(unit: number): boolean {
  return isSpace(unit) || unit === slash || unit === greater || unit === equals;
}

function isLetter(unit: number): boolean {
  return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a);
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09 || unit === 0x0c;
}
