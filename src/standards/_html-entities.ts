/**
 * Decodes the character references of an attribute's value, as the HTML standard has it for attributes: a name
 * without semicolon that is followed by a letter, a digit or `=` stays as it is, because it is part of an address
 * (`?a=1&copy=2`). Of the named ones those are known that occur in names, addresses, versions and prose: Latin-1 and
 * common punctuation; others stay as written.
 */
export function decodeEntities(value: string): string {
  const first = value.indexOf("&");
  if (first === -1) return value;
  let decoded = value.slice(0, first);
  let at = first;
  while (at !== -1) {
    const reference = readReference(value, at);
    decoded += reference.text;
    const next = value.indexOf("&", reference.end);
    decoded += value.slice(reference.end, next === -1 ? undefined : next);
    at = next;
  }
  return decoded;
}

type Reference = { readonly text: string; readonly end: number };

// The longest known name has eight letters; looking at no more keeps a long run of letters linear.
const name = /[A-Za-z][A-Za-z0-9]{0,30}/y;
const decimal = /#([0-9]+);?/y;
const hexadecimal = /#[xX]([0-9a-fA-F]+);?/y;

function readReference(value: string, at: number): Reference {
  const literal = { text: "&", end: at + 1 };
  for (const [pattern, base] of [
    [hexadecimal, 16],
    [decimal, 10],
  ] as const) {
    pattern.lastIndex = at + 1;
    const match = pattern.exec(value);
    if (match !== null)
      return { text: character(Number.parseInt(match[1] as string, base)), end: pattern.lastIndex };
  }
  name.lastIndex = at + 1;
  const match = name.exec(value);
  if (match === null) return literal;
  const word = match[0];
  const end = name.lastIndex;
  if (value[end] === ";") {
    const text = named(word);
    return text === undefined ? literal : { text, end: end + 1 };
  }
  if (value[end] === "=") return literal;
  const text = needsNoSemicolon(word) ? named(word) : undefined;
  return text === undefined ? literal : { text, end };
}

function character(code: number): string {
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return "\ufffd";
  return windows1252.get(code) ?? String.fromCodePoint(code);
}

// HTML: references to C1 controls mean the characters of Windows-1252 at their place.
const windows1252 = new Map(
  [..."€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"].map((text, i) => [
    0x80 + i,
    text,
  ]),
);

// U+00A0 to U+00FF in order; all of these may also stand without semicolon.
const latin1 = (
  "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute " +
  "micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig " +
  "Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash " +
  "Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute " +
  "ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc " +
  "uuml yacute thorn yuml"
).split(" ");

const punctuation: Readonly<Record<string, string>> = {
  apos: "'",
  excl: "!",
  num: "#",
  percnt: "%",
  lpar: "(",
  rpar: ")",
  ast: "*",
  plus: "+",
  comma: ",",
  period: ".",
  sol: "/",
  colon: ":",
  semi: ";",
  equals: "=",
  quest: "?",
  commat: "@",
  lsqb: "[",
  rsqb: "]",
  bsol: "\\",
  lowbar: "_",
  lcub: "{",
  rcub: "}",
  Tab: "\t",
  NewLine: "\n",
  ndash: "–",
  mdash: "—",
  lsquo: "‘",
  rsquo: "’",
  ldquo: "“",
  rdquo: "”",
  hellip: "…",
  bull: "•",
  euro: "€",
  trade: "™",
};

const markup = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["AMP", "&"],
  ["LT", "<"],
  ["GT", ">"],
  ["QUOT", '"'],
]);

function needsNoSemicolon(word: string): boolean {
  return markup.has(word) || latin1.includes(word);
}

function named(word: string): string | undefined {
  const text = markup.get(word);
  if (text !== undefined) return text;
  if (Object.hasOwn(punctuation, word)) return punctuation[word];
  const place = latin1.indexOf(word);
  return place === -1 ? undefined : String.fromCharCode(0xa0 + place);
}
