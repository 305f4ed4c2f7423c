import { archiveCorrupt, archiveUnsafe } from "./errors.ts";
import type { ZipLimits } from "./zip-directory.ts";
import { readUint64, viewOf } from "./zip-fields.ts";

/** Where the directory lies, and how many entries it has. */
export type End = { readonly start: number; readonly size: number; readonly count: number };

/** How many entries a file claims to have, if it looks like a zip file; nothing of it has been checked. */
export function claimedEntries(bytes: Uint8Array): number {
  const at = bytes.length - 22;
  if (at < 0) return 0;
  const view = viewOf(bytes);
  return view.getUint32(at, true) === endSignature ? view.getUint16(at + 10, true) : 0;
}

/** Finds the end record, which has to be the last thing in the file: no comment, nothing behind it. */
export function readEnd(
  whole: Uint8Array,
  tailOffset: number,
  fileSize: number,
  name: string,
  limits: ZipLimits,
): End {
  const tail = limits.isSource === true ? withoutComment(whole) : whole;
  const at = tail.length - 22;
  const view = viewOf(tail);
  if (at < 0 || view.getUint32(at, true) !== endSignature) {
    if (hasEndBefore(tail))
      throw archiveUnsafe(
        name,
        "data or a comment follows its directory",
        "the directory of a zip file is its end",
      );
    throw archiveCorrupt(name, "it does not end as a zip file does");
  }
  if (view.getUint16(at + 20, true) !== whole.length - tail.length)
    throw archiveUnsafe(
      name,
      "its end record announces a comment",
      "the directory of a zip file is its end",
    );
  let disk = view.getUint16(at + 4, true) | view.getUint16(at + 6, true);
  let here = view.getUint16(at + 8, true);
  let count = view.getUint16(at + 10, true);
  let size = view.getUint32(at + 12, true);
  let start = view.getUint32(at + 16, true);
  let directoryEnd = at;
  const locator = at - 20;
  if (locator >= 0 && view.getUint32(locator, true) === locator64Signature) {
    const record = locator - 56;
    const position = tailOffset + record;
    if (
      record < 0 ||
      readUint64(view, locator + 8) !== position ||
      view.getUint32(record, true) !== end64Signature
    )
      throw archiveUnsafe(
        name,
        "its zip64 end record is not where it should be",
        "the parts of a directory follow each other without gaps",
      );
    if (readUint64(view, record + 4) !== 44)
      throw archiveUnsafe(
        name,
        "its zip64 end record has an extension",
        "a directory holds nothing but members",
      );
    const full = {
      disk:
        view.getUint32(record + 16, true) |
        view.getUint32(record + 20, true) |
        view.getUint32(locator + 4, true),
      here: readUint64(view, record + 24),
      count: readUint64(view, record + 32),
      size: readUint64(view, record + 40),
      start: readUint64(view, record + 48),
    };
    const agrees =
      (here === 0xffff || here === full.here) &&
      (count === 0xffff || count === full.count) &&
      (size === 0xffffffff || size === full.size) &&
      (start === 0xffffffff || start === full.start);
    if (!agrees || view.getUint32(locator + 16, true) > 1)
      throw archiveUnsafe(
        name,
        "its two end records disagree",
        "every reader has to see the same members",
      );
    ({ disk, here, count, size, start } = full);
    if (disk === 0xffff) disk = 0;
    directoryEnd = record;
  } else if (count === 0xffff || size === 0xffffffff || start === 0xffffffff)
    throw archiveCorrupt(name, "its zip64 end record is missing");
  if (disk !== 0 || here !== count)
    throw archiveUnsafe(name, "it is one of several volumes", "an archive is one file");
  if (start + size !== tailOffset + directoryEnd || start > fileSize)
    throw archiveUnsafe(
      name,
      "there is data before it or a gap after its directory",
      "an archive holds its members, their directory, and nothing else",
    );
  if (count > limits.members)
    throw archiveUnsafe(name, `it has ${count} members`, `at most ${limits.members} are unpacked`);
  return { start, size, count };
}

/** Cuts off a comment of letters that the end record announces; another is for {@link readEnd} to refuse. */
function withoutComment(tail: Uint8Array): Uint8Array {
  const view = viewOf(tail);
  for (let at = tail.length - 22; at >= 0; at--) {
    if (
      view.getUint32(at, true) === endSignature &&
      view.getUint16(at + 20, true) === tail.length - 22 - at
    )
      return tail.subarray(0, at + 22);
    const byte = tail[at + 21] as number;
    if (byte < 0x20 || byte > 0x7e) return tail;
  }
  return tail;
}

function hasEndBefore(tail: Uint8Array): boolean {
  for (let i = tail.length - 23; i >= Math.max(0, tail.length - 22 - 0xffff); i--) {
    if (tail[i] === 0x50 && tail[i + 1] === 0x4b && tail[i + 2] === 5 && tail[i + 3] === 6)
      return true;
  }
  return false;
}

const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const locator64Signature = 0x07064b50;
