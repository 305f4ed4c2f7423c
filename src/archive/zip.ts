import { busyForSeconds } from "#base/busy-code";
import { archiveCorrupt, archiveUnsafe } from "./errors.ts";
import type { Inflater, RandomAccess } from "./random-access.ts";
import {
  readZipDirectorySync,
  type ZipDirectory,
  type ZipLimits,
  type ZipMember,
  zipLimits,
} from "./zip-directory.ts";
import { descriptorFlag, extraField64, readUint64, utf8Flag, viewOf } from "./zip-fields.ts";

/** A zip file in memory whose structure has been checked; contents are checked as they are asked for. */
export interface ZipArchive extends ZipDirectory {
  /** The member's bytes, of exactly the declared size and checksum. May be a view of the archive's own bytes. */
  content(member: ZipMember): Uint8Array;
  /**
   * {@link content} piece by piece. Each is overwritten by the next, and what was handed out is of the declared size
   * and checksum only when the last one has been taken without a throw.
   */
  pieces(member: ZipMember): Iterable<Uint8Array>;
  /** {@link content} of a short member, checked as a whole and overwritten by the next; `undefined` of a long one. */
  short(member: ZipMember): Uint8Array | undefined;
}

/**
 * Opens a zip file strictly: the local headers say what the directory says, the members lie one after the
 * other from the first byte to the directory, and nothing lies between. `name` is what messages call it.
 */
export function openZip(
  bytes: Uint8Array,
  name: string,
  inflate: Inflater,
  limits: ZipLimits = zipLimits,
): ZipArchive {
  const directory = readZipDirectorySync(bytes, name, limits);
  return new OpenZip(bytes, directory, checkLayout(bytes, directory, name), name, inflate);
}

class OpenZip implements ZipArchive {
  readonly members: ZipDirectory["members"];
  readonly start: number;
  readonly find: ZipDirectory["find"];
  readonly topFolders: ZipDirectory["topFolders"];
  readonly caseCollisions: ZipDirectory["caseCollisions"];
  readonly #bytes: Uint8Array;
  /** Where the data of each member begins. */
  readonly #starts: readonly number[];
  readonly #name: string;
  readonly #inflate: Inflater;

  constructor(
    bytes: Uint8Array,
    directory: ZipDirectory,
    starts: readonly number[],
    name: string,
    inflate: Inflater,
  ) {
    this.members = directory.members;
    this.start = directory.start;
    this.find = directory.find;
    this.topFolders = directory.topFolders;
    this.caseCollisions = directory.caseCollisions;
    this.#bytes = bytes;
    this.#starts = starts;
    this.#name = name;
    this.#inflate = inflate;
  }

  content(member: ZipMember): Uint8Array {
    return unpack(this.packed(member), member, this.#name, this.#inflate);
  }

  pieces(member: ZipMember): Iterable<Uint8Array> {
    return unpackPieces(this.packed(member), member, this.#name, this.#inflate);
  }

  short(member: ZipMember): Uint8Array | undefined {
    const inflate = this.#inflate;
    if (member.size > inflate.shortSize) return undefined;
    let content = this.packed(member);
    if (member.deflated) {
      try {
        content = inflate.inflateShort(content, member.size);
      } catch (cause) {
        throw damagedStream(this.#name, member, cause);
      }
    }
    checkSum(inflate.crc32(content), member, this.#name);
    return content;
  }

  private packed(member: ZipMember): Uint8Array {
    const { place, compressedSize } = member;
    if (this.members[place] !== member)
      throw new Error(`${member.name} is no member of ${this.#name}`);
    const start = this.#starts[place] as number;
    return this.#bytes.subarray(start, start + compressedSize);
  }
}

/** Reads one member of an archive of which only ranges are at hand; its local header is checked as well. */
export async function readZipMember(
  source: RandomAccess,
  directory: ZipDirectory,
  member: ZipMember,
  name: string,
  inflate: Inflater,
): Promise<Uint8Array> {
  if (member.offset + 30 > directory.start)
    throw archiveCorrupt(name, `\`${member.name}\` begins behind the directory`);
  // Local extra fields are not known before; producers write at most a few dozen bytes of them.
  const wanted = 30 + byteLength(member.name) + 1 + usualLocalExtra + member.compressedSize;
  const room = directory.start - member.offset;
  let bytes = await source.read(member.offset, Math.min(wanted, room));
  const view = viewOf(bytes);
  const end = 30 + view.getUint16(26, true) + view.getUint16(28, true) + member.compressedSize;
  if (end > room) throw archiveCorrupt(name, `\`${member.name}\` reaches into the directory`);
  if (end > bytes.length) bytes = await source.read(member.offset, end);
  const dataStart = readLocalHeader(bytes, viewOf(bytes), 0, member, name);
  return unpack(bytes.subarray(dataStart, end), member, name, inflate);
}

const usualLocalExtra = 64;
const localSignature = 0x04034b50;
const descriptorSignature = 0x08074b50;

function unpack(
  packed: Uint8Array,
  member: ZipMember,
  archive: string,
  inflate: Inflater,
): Uint8Array {
  let content = packed;
  if (member.deflated) {
    try {
      content = inflate.inflateRaw(packed, member.size);
    } catch (cause) {
      throw damagedStream(archive, member, cause);
    }
  }
  checkSum(inflate.crc32(content), member, archive);
  return content;
}

function* unpackPieces(
  packed: Uint8Array,
  member: ZipMember,
  archive: string,
  inflate: Inflater,
): Generator<Uint8Array, void> {
  let sum = 0;
  if (member.deflated) {
    // Nothing that goes wrong with the one who takes the pieces arrives here.
    try {
      for (const piece of inflate.inflatePieces(packed, member.size)) {
        sum = inflate.crc32(piece, sum);
        yield piece;
      }
    } catch (cause) {
      throw damagedStream(archive, member, cause);
    }
  } else {
    sum = inflate.crc32(packed);
    yield packed;
  }
  checkSum(sum, member, archive);
}

function damagedStream(archive: string, member: ZipMember, cause: unknown): Error {
  return archiveCorrupt(
    archive,
    `\`${member.name}\` cannot be unpacked to ${member.size} bytes`,
    cause,
  );
}

function checkSum(sum: number, member: ZipMember, archive: string): void {
  if (sum >>> 0 !== member.crc32)
    throw archiveCorrupt(archive, `\`${member.name}\` does not match its checksum`);
}

/** Answers where each member's data begins, by the members' places. */
function checkLayout(
  bytes: Uint8Array,
  directory: ZipDirectory,
  archive: string,
): readonly number[] {
  const inOrder = isSorted(directory.members)
    ? directory.members
    : directory.members.toSorted((a, b) => a.offset - b.offset);
  const starts = new Array<number>(directory.members.length).fill(0);
  const view = viewOf(bytes);
  let at = 0;
  for (let i = 0; i < inOrder.length; i++) {
    const member = inOrder[i] as ZipMember;
    if (member.offset !== at) throw gap(archive, member.name, member.offset < at);
    const end = inOrder[i + 1]?.offset ?? directory.start;
    if (end > directory.start)
      throw archiveCorrupt(archive, `\`${member.name}\` reaches into the directory`);
    const dataStart =
      repeated(bytes, at, directory.start + member.entry) ??
      readLocalHeader(bytes, view, at, member, archive);
    const dataEnd = dataStart + member.compressedSize;
    if (dataEnd > end) throw gap(archive, member.name, true);
    const rest = end - dataEnd;
    if (
      (member.flags & descriptorFlag) !== 0
        ? !isDescriptor(view, dataEnd, rest, member)
        : rest !== 0
    )
      throw gap(archive, member.name, false);
    starts[member.place] = dataStart;
    at = end;
  }
  if (at !== directory.start) throw gap(archive, "the directory", false);
  return starts;
}

function gap(archive: string, place: string, overlap: boolean): Error {
  return archiveUnsafe(
    archive,
    overlap
      ? `\`${place}\` overlaps another member`
      : `there is data beside \`${place}\` that no member owns`,
    "an archive holds its members, their directory, and nothing else",
  );
}

function isSorted(members: readonly ZipMember[]): boolean {
  for (let i = 1; i < members.length; i++)
    if ((members[i] as ZipMember).offset < (members[i - 1] as ZipMember).offset) return false;
  return true;
}

/**
 * Where the data begins behind a local header without extra fields that says byte for byte what the entry in the
 * directory says, as nearly all do; `undefined` says nothing yet.
 */
function repeated(bytes: Uint8Array, local: number, entry: number): number | undefined {
  const start = local + 30 + ((bytes[local + 26] as number) | ((bytes[local + 27] as number) << 8));
  if (start > entry || ((bytes[local + 28] as number) | (bytes[local + 29] as number)) !== 0)
    return undefined;
  for (let i = 0; i < 4; i++) if (bytes[local + i] !== localMark[i]) return undefined;
  const numbers = entry + 2;
  for (let i = 4; i < 30; i++) if (bytes[local + i] !== bytes[numbers + i]) return undefined;
  const name = entry + 46;
  for (let at = local + 30, i = name; at < start; at++, i++)
    if (bytes[at] !== bytes[i]) return undefined;
  return start;
}

const localMark = [0x50, 0x4b, 3, 4];

const encoder = new TextEncoder();

/**
 * Compares a local header with its entry in the directory: a difference is how archives are made to say two things.
 * Answers where the data begins.
 */
function readLocalHeader(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  member: ZipMember,
  archive: string,
): number {
  if (at + 30 > bytes.length || view.getUint32(at, true) !== localSignature)
    throw archiveCorrupt(
      archive,
      `the header of \`${member.name}\` is not where the directory says`,
    );
  const flags = view.getUint16(at + 6, true);
  const method = view.getUint16(at + 8, true);
  const nameLength = view.getUint16(at + 26, true);
  const extraLength = view.getUint16(at + 28, true);
  const dataStart = at + 30 + nameLength + extraLength;
  if (dataStart > bytes.length)
    throw archiveCorrupt(archive, `the header of \`${member.name}\` is cut off`);
  const disagree = (what: string): Error =>
    archiveUnsafe(
      archive,
      `\`${member.name}\` has another ${what} in its header than in the directory`,
      "every reader has to see the same members",
    );
  if (!sameName(bytes, at + 30, nameLength, member)) throw disagree("name");
  // A longer name in bytes than in letters is not ASCII, and then the flag decides how it is read.
  const ascii = nameLength === member.name.length + (member.folder ? 1 : 0);
  if (!ascii && (flags & utf8Flag) === 0) throw disagree("set of flags");
  if (((flags ^ member.flags) & comparedFlags) !== 0) throw disagree("set of flags");
  if ((method === 8) !== member.deflated || (method !== 0 && method !== 8))
    throw disagree("compression");
  let compressedSize = view.getUint32(at + 18, true);
  let size = view.getUint32(at + 22, true);
  const crc32 = view.getUint32(at + 14, true);
  const zip64 = extraField64(view, at + 30 + nameLength, extraLength, member.name, archive);
  if (zip64 !== undefined) {
    let field = zip64.offset;
    if (size === 0xffffffff && field + 8 <= zip64.end) {
      size = readUint64(view, field);
      field += 8;
    }
    if (compressedSize === 0xffffffff && field + 8 <= zip64.end)
      compressedSize = readUint64(view, field);
  }
  // Written as a stream, the header may leave open what the descriptor behind the data says.
  const open = (flags & descriptorFlag) !== 0;
  if (size !== member.size && !(open && size === 0)) throw disagree("size");
  if (compressedSize !== member.compressedSize && !(open && compressedSize === 0))
    throw disagree("packed size");
  if (crc32 !== member.crc32 && !(open && crc32 === 0)) throw disagree("checksum");
  return dataStart;
}

/** All flags that change the meaning; bits 1 and 2 only tell how hard the producer tried. */
const comparedFlags = 0xffff & ~0x6 & ~utf8Flag;

function sameName(bytes: Uint8Array, at: number, length: number, member: ZipMember): boolean {
  const expected = member.folder ? `${member.name}/` : member.name;
  if (length < expected.length) return false;
  if (length === expected.length) {
    for (let i = 0; i < length; i++) {
      const letter = expected.charCodeAt(i);
      if (letter >= 0x80 || bytes[at + i] !== letter) return false;
    }
    return true;
  }
  // More bytes than letters: not ASCII.
  try {
    return utf8.decode(bytes.subarray(at, at + length)) === expected;
  } catch {
    return false;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The data descriptor in its four shapes: with or without signature, with 32 or 64 bits a size. */
function isDescriptor(view: DataView, at: number, length: number, member: ZipMember): boolean {
  const signed = length === 16 || length === 24;
  if (!signed && length !== 12 && length !== 20) return false;
  if (signed && view.getUint32(at, true) !== descriptorSignature) return false;
  const field = signed ? at + 4 : at;
  const wide = length >= 20;
  const compressedSize = wide ? readUint64(view, field + 4) : view.getUint32(field + 4, true);
  const size = wide ? readUint64(view, field + 12) : view.getUint32(field + 8, true);
  return (
    view.getUint32(field, true) === member.crc32 &&
    compressedSize === member.compressedSize &&
    size === member.size
  );
}

function byteLength(text: string): number {
  return encoder.encode(text).length;
}

busyForSeconds(OpenZip, checkSum, repeated, readLocalHeader, sameName);
