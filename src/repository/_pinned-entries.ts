import { busyForSeconds } from "#base/busy-code";
import type { NormalizedName } from "#standards/name";
import type { Version } from "#standards/version";
import {
  backslash,
  endOfList,
  isEntry,
  isPlainName,
  layoutOf,
  type LocatedEntries,
  quote,
  shellAround,
  textOf,
} from "./_page-entries.ts";

/**
 * The entries that may be of a version or of its local ones, and no others in between. What is certainly of another
 * version is not decoded: most names of a long page show that by their first numbers. Each entry found lies between
 * two seams, or the ends of the list, with no other file name; where one does not, the page is to be read as a whole.
 */
export function locatePinned(
  content: Uint8Array,
  name: NormalizedName,
  pin: Version,
): LocatedEntries | undefined {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  const layout = layoutOf(bytes);
  if (layout === undefined) return undefined;
  const { start, separator, seam, nameKey } = layout;
  const startOf = (key: number): number => {
    const before = bytes.lastIndexOf(seam, key);
    return before < start ? start : before + separator - 1;
  };
  const lastKey = bytes.lastIndexOf(nameKey);
  if (lastKey < start) return undefined;
  const end = endOfList(bytes, startOf(lastKey), lastKey);
  if (end === undefined) return undefined;
  // In a list inside an entry there might be seams.
  const inner = bytes.indexOf("[{", start);
  if (inner !== -1 && inner < end) return undefined;
  const shell = shellAround(bytes, start, end);
  if (shell === undefined) return undefined;

  const filenames: string[] = [];
  const bounds: number[] = [];
  const pieces: Uint8Array[] = [];
  let length = 0;
  const keys = keysOf(bytes, nameKey, start, name, pin);
  for (let at = 0; at < keys.length; at += 2) {
    const key = keys[at] as number;
    const nameStart = key + nameKey.length;
    const filename = textOf(bytes, nameStart, bytes.indexOf(quote, nameStart));
    const from = startOf(key);
    const behind = bytes.indexOf(seam, nameStart);
    const to = behind === -1 ? end : behind + 1;
    const next = bytes.indexOf(nameKey, nameStart);
    if ((keys[at + 1] as number) > from || (next !== -1 && next < to)) return undefined;
    if (!isPlainName(filename)) return undefined;
    if (at === 0 && !isEntry(textOf(bytes, from, to), filename)) return undefined;
    filenames.push(filename);
    bounds.push(length, length + to - from);
    pieces.push(bytes.subarray(from, to), comma);
    length += to - from + 1;
  }
  return { content: Buffer.concat(pieces, length), filenames, bounds, shell };
}

const comma = Uint8Array.of(0x2c);

/** Where the file names lie that are not certainly of another version, each with the place of the name before it. */
function keysOf(
  bytes: Buffer,
  nameKey: Buffer,
  start: number,
  name: NormalizedName,
  pin: Version,
): number[] {
  const keys: number[] = [];
  // Escaped or not, nearly all names have as many letters in a file's name as in their own.
  const dashAt = nameKey.length + name.length;
  const { epoch, release } = pin;
  let before = -1;
  for (let key = bytes.indexOf(nameKey, start); key !== -1;) {
    const dash = key + dashAt;
    if (bytes[dash] !== 0x2d || epoch !== 0 || beginsAs(bytes, dash + 1, release))
      keys.push(key, before);
    before = key;
    key = bytes.indexOf(nameKey, dash);
  }
  return keys;
}

/**
 * Compares the numbers of a release up to the first that the text has not, or up to what is no number. Whatever is not as most
 * names are is left to those who read names in earnest.
 */
function beginsAs(bytes: Buffer, start: number, release: Version["release"]): boolean {
  let at = start;
  for (let i = 0; ; i++) {
    const numberStart = at;
    let number = 0;
    let code = bytes[at] as number;
    while (code >= 0x30 && code <= 0x39) {
      number = number * 10 + code - 0x30;
      code = bytes[++at] as number;
    }
    // A `v`, an epoch, the end of the numbers, something escaped.
    if (at === numberStart || at - numberStart > mostDigits) return true;
    if (code === 0x21 || code === backslash) return true;
    if (number !== (release[i] ?? 0)) return false;
    if (code !== 0x2e) return allZero(release, i + 1);
    at++;
  }
}

function allZero(release: Version["release"], from: number): boolean {
  for (let i = from; i < release.length; i++) if (release[i] !== 0) return false;
  return true;
}

/** Longer ones are not told apart by a number. */
const mostDigits = 15;

busyForSeconds(keysOf, beginsAs);
