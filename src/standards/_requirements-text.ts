import { requirementsFileEncoding } from "./errors.ts";
import { isSpace, strip } from "./_spaces.ts";

/** From the bytes of a requirements file to its logical lines, step by step as pip takes them. */

export type DecodedFile = { readonly text: string; readonly warning: string | undefined };

// The mark of UTF-16 (little-endian) begins that of UTF-32, so the longer ones come first.
const marks: readonly (readonly [readonly number[], string])[] = [
  [[0xef, 0xbb, 0xbf], "utf-8"],
  [[0xff, 0xfe, 0x00, 0x00], "utf-32-le"],
  [[0x00, 0x00, 0xfe, 0xff], "utf-32-be"],
  [[0xfe, 0xff], "utf-16-be"],
  [[0xff, 0xfe], "utf-16-le"],
];

/** By byte order mark, by a PEP 263 comment in the first two lines, as UTF-8, and as the locale's encoding at last. */
export function decodeRequirements(
  bytes: Uint8Array,
  file: string,
  localeEncoding: string,
): DecodedFile {
  const decoded = decodeByMark(bytes, file, localeEncoding);
  // No path, address or name has one; it is what UTF-16 without a mark looks like.
  if (decoded.text.includes("\0")) throw requirementsFileEncoding(file, "it holds NUL characters");
  return decoded;
}

function decodeByMark(bytes: Uint8Array, file: string, localeEncoding: string): DecodedFile {
  for (const [mark, encoding] of marks) {
    if (mark.every((byte, at) => bytes[at] === byte))
      return { text: decode(bytes.subarray(mark.length), encoding, file), warning: undefined };
  }
  const cookie = findCookie(bytes);
  if (cookie !== undefined) return { text: decode(bytes, cookie, file), warning: undefined };
  try {
    return { text: strictly("utf-8", bytes), warning: undefined };
  } catch {
    return {
      text: decode(bytes, localeEncoding, file),
      warning: `${file} is not UTF-8 and was read as ${localeEncoding}; name its encoding in the first line`,
    };
  }
}

function findCookie(bytes: Uint8Array): string | undefined {
  let start = 0;
  for (let line = 0; line < 2; line++) {
    let end = bytes.indexOf(0x0a, start);
    if (end === -1) end = bytes.length;
    if (bytes[start] === 0x23) {
      const match = /coding[:=]\s*([-\w.]+)/.exec(asLatin1(bytes.subarray(start, end)));
      if (match !== null) return match[1];
    }
    start = end + 1;
  }
  return undefined;
}

function decode(bytes: Uint8Array, encoding: string, file: string): string {
  const name = encoding.toLowerCase().replaceAll(/[-_ ]/g, "");
  try {
    switch (name) {
      case "latin1":
      case "iso88591":
      case "l1":
        return asLatin1(bytes);
      case "ascii":
      case "usascii":
        if (bytes.some((byte) => byte > 0x7f)) throw new RangeError("a byte beyond 0x7f");
        return asLatin1(bytes);
      case "utf32":
      case "utf32le":
        return asUtf32(bytes, true);
      case "utf32be":
        return asUtf32(bytes, false);
      case "utf16":
      case "utf16le":
        return strictly("utf-16le", bytes);
      case "utf16be":
        return strictly("utf-16be", bytes);
      case "utf8":
      case "u8":
      case "utf8sig":
        return strictly("utf-8", bytes);
      default:
        return strictly(pythonNames.get(name) ?? encoding.replaceAll("_", "-"), bytes);
    }
  } catch {
    throw requirementsFileEncoding(
      file,
      `its bytes are not \`${encoding}\`, or pkm does not know that encoding`,
    );
  }
}

// Names of Python's codecs that the web's list of encodings does not have.
const pythonNames = new Map([
  ["cp932", "shift_jis"],
  ["mskanji", "shift_jis"],
  ["sjis", "shift_jis"],
  ["cp936", "gbk"],
  ["cp949", "euc-kr"],
  ["cp950", "big5"],
  ["eucjp", "euc-jp"],
  ["euckr", "euc-kr"],
  ["koi8r", "koi8-r"],
  ["koi8u", "koi8-u"],
  ["macroman", "macintosh"],
  ["mbcs", "windows-1252"],
]);

/** Throws where the bytes are no such text; a second byte order mark stays a character, as in Python. */
function strictly(encoding: string, bytes: Uint8Array): string {
  return new TextDecoder(encoding as "utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

function asLatin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function asUtf32(bytes: Uint8Array, littleEndian: boolean): string {
  if (bytes.length % 4 !== 0) throw new RangeError("a cut character");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = "";
  for (let at = 0; at < bytes.length; at += 4) {
    const code = view.getUint32(at, littleEndian);
    if (code >= 0xd800 && code <= 0xdfff) throw new RangeError("a surrogate");
    text += String.fromCodePoint(code);
  }
  return text;
}

/** One logical line: continued lines joined, comment and outer space gone, variables put in. */
export type LogicalLine = {
  /** Of the first physical line, from 1. */
  readonly line: number;
  readonly text: string;
};

/** The value of an environment variable; an empty one counts as unset. */
export type Variables = (name: string) => string | undefined;

export function logicalLines(text: string, variables: Variables): LogicalLine[] {
  const lines: LogicalLine[] = [];
  for (const joined of joinLines(splitLines(text))) {
    const bare = strip(withoutComment(joined.text));
    if (bare !== "") lines.push({ line: joined.line, text: withVariables(bare, variables) });
  }
  return lines;
}

function splitLines(text: string): string[] {
  const lines = text.split(rareLineEnd.test(text) ? lineEnd : "\n");
  if (lines[lines.length - 1] === "") lines.pop();
  return lines;
}

/** Where `str.splitlines()` of Python ends a line. */
// oxlint-disable-next-line no-control-regex -- the separators of ASCII end lines for Python
const lineEnd = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/;
// oxlint-disable-next-line no-control-regex -- the same without the one of nearly all files
const rareLineEnd = /[\v\f\r\x1c-\x1e\x85\u2028\u2029]/;

function joinLines(physical: readonly string[]): LogicalLine[] {
  const joined: LogicalLine[] = [];
  let parts: string[] = [];
  let first = 0;
  for (let at = 0; at < physical.length; at++) {
    const text = physical[at] as string;
    const isComment = startsWithComment(text);
    if (text.endsWith("\\") && !isComment) {
      if (parts.length === 0) first = at + 1;
      // pip takes every backslash off both ends, not just the last one.
      parts.push(text.replace(/^\\+/, "").replace(/\\+$/, ""));
      continue;
    }
    // A comment inside a continued line needs space before it to be seen as one.
    const whole = isComment ? ` ${text}` : text;
    if (parts.length === 0) joined.push({ line: at + 1, text: whole });
    else {
      joined.push({ line: first, text: parts.join("") + whole });
      parts = [];
    }
  }
  if (parts.length > 0) joined.push({ line: first, text: parts.join("") });
  return joined;
}

function startsWithComment(text: string): boolean {
  let at = 0;
  while (at < text.length && isSpace(text.charCodeAt(at))) at++;
  return text.charCodeAt(at) === hash;
}

/** A number sign opens a comment at the start of the line or behind space: elsewhere it belongs to a URL. */
function withoutComment(text: string): string {
  for (let at = text.indexOf("#"); at !== -1; at = text.indexOf("#", at + 1)) {
    if (at === 0 || isSpace(text.charCodeAt(at - 1))) return text.slice(0, at);
  }
  return text;
}

/** Only `${NAME}` in capitals, digits and underscores, so that other dollar signs stay what they are. */
function withVariables(text: string, variables: Variables): string {
  if (!text.includes("${")) return text;
  let filled = text;
  for (const [whole, name = ""] of text.matchAll(/\$\{([A-Z0-9_]+)\}/g)) {
    const value = variables(name);
    if (value !== undefined && value !== "") filled = filled.replaceAll(whole, () => value);
  }
  return filled;
}

const hash = 0x23;
