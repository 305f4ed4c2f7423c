import { busyForSeconds } from "#base/busy-code";
import { archiveCorrupt, archiveUnsafe } from "./errors.ts";
import type { ZipMember } from "./zip-directory.ts";
import { extraField64, readUint64, viewOf } from "./zip-fields.ts";
import { memberName, plainNames } from "./zip-names.ts";

/** A member in the making, without its name. */
export type Entry = { -readonly [Key in keyof ZipMember]: ZipMember[Key] };

/**
 * Reads entry after entry. Each is first moved to where its numbers lie as the processor wants them, all of them
 * little-endian like the processors that pkm runs on; names are gathered behind it, to be read all at once.
 */
export class EntryReader {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #archive: string;
  readonly #mayLink: boolean;
  /** The entry's numbers, then the names read so far, then what was not read yet. */
  readonly #desk: Uint8Array;
  readonly #shorts: Uint16Array;
  readonly #longs: Uint32Array;
  #namesEnd = deskTop;
  #longest = 0;

  constructor(bytes: Uint8Array, archive: string, mayLink: boolean) {
    this.#bytes = bytes;
    this.#archive = archive;
    this.#mayLink = mayLink;
    this.#desk = new Uint8Array(deskTop + bytes.length);
    this.#desk.set(bytes, deskTop);
    this.#desk[deskTop - 1] = newline;
    this.#shorts = new Uint16Array(this.#desk.buffer, 0, deskTop / 2);
    this.#longs = new Uint32Array(this.#desk.buffer, 0, deskTop / 4);
  }

  next(place: number): Entry {
    const { at } = this;
    const desk = this.#desk;
    const shorts = this.#shorts;
    const longs = this.#longs;
    const source = deskTop + at;
    desk.copyWithin(0, source, source + entryLength);
    if (source + entryLength > desk.length || longs[0] !== memberSignature)
      throw archiveCorrupt(this.#archive, `entry ${place + 1} of its directory is damaged`);
    const nameLength = shorts[14] as number;
    const extraLength = shorts[15] as number;
    const nameStart = source + entryLength;
    const nameEnd = nameStart + nameLength;
    this.at = at + entryLength + nameLength + extraLength + (shorts[16] as number);
    if (deskTop + this.at > desk.length)
      throw archiveCorrupt(this.#archive, `entry ${place + 1} of its directory is cut off`);
    const method = shorts[5] as number;
    const folder = desk[nameEnd - 1] === slash;
    const member: Entry = {
      place,
      name: "",
      folder,
      size: longs[6] as number,
      compressedSize: longs[5] as number,
      deflated: method === 8,
      crc32: longs[4] as number,
      mode: shorts[20] as number,
      offset: (shorts[21] as number) + (shorts[22] as number) * 0x10000,
      entry: at,
      flags: shorts[4] as number,
    };
    const disk = shorts[17] as number;
    if (!isUsual(member, method, disk, extraLength)) this.judge(member, method, disk, extraLength);
    const namesEnd = this.#namesEnd;
    desk.copyWithin(namesEnd, nameStart, nameEnd);
    desk[namesEnd + nameLength] = newline;
    this.#namesEnd = namesEnd + nameLength + 1;
    this.#longest = Math.max(this.#longest, nameLength);
    return member;
  }

  /** The names of all members that were read, as they are spelled; of a folder with its slash. */
  names(members: readonly Entry[]): readonly string[] {
    if (members.length === 0) return [];
    const joined = this.#desk.subarray(deskTop - 1, this.#namesEnd);
    return (
      plainNames(joined, members.length, this.#longest) ??
      members.map((member) => this.spelled(member.entry))
    );
  }

  /** Completes a member that has more to it than the numbers, or throws. */
  private judge(member: Entry, method: number, disk: number, extraLength: number): void {
    completeMember(member, {
      view: viewOf(this.#bytes),
      spelled: this.spelled(member.entry),
      archive: this.#archive,
      mayLink: this.#mayLink,
      method,
      disk,
      extraLength,
    });
  }

  private spelled(at: number): string {
    const view = viewOf(this.#bytes);
    const start = at + entryLength;
    const end = start + view.getUint16(at + 28, true);
    return memberName(
      this.#bytes.subarray(start, end),
      view.getUint16(at + 8, true),
      this.#archive,
    );
  }
}

/** The numbers of an entry, before its name. */
export const entryLength = 46;
/** Room for them that ends where numbers of any size may lie. */
const deskTop = 48;
const newline = 0x0a;
const slash = 0x2f;

/** A file or folder of one volume without extra fields, as nearly all members are: there is nothing to look into. */
function isUsual(member: Entry, method: number, disk: number, extraLength: number): boolean {
  const { size, compressedSize } = member;
  const kind = member.mode & 0o170000;
  return (
    (extraLength | disk | (member.flags & refusedFlags)) === 0 &&
    (method === 8 || (method === 0 && size === compressedSize)) &&
    (member.folder ? kind === 0o040000 && size === 0 : kind === 0o100000) &&
    size !== 0xffffffff &&
    compressedSize !== 0xffffffff &&
    member.offset !== 0xffffffff
  );
}

const memberSignature = 0x02014b50;

/** Bit 0 encryption, 5 patched data, 6 strong encryption, 13 masked headers: none of them may be set. */
const refusedFlags = 0x2061;

type EntryAround = {
  readonly view: DataView;
  readonly spelled: string;
  readonly archive: string;
  readonly mayLink: boolean;
  readonly method: number;
  readonly disk: number;
  readonly extraLength: number;
};

function completeMember(member: Entry, around: EntryAround): void {
  const { view, spelled, archive, mayLink, method, extraLength } = around;
  const { entry, folder, mode } = member;
  let { size, compressedSize, offset } = member;
  let { disk } = around;
  if ((member.flags & refusedFlags) !== 0)
    throw archiveUnsafe(archive, `\`${spelled}\` is encrypted or patched`, "members are plain");
  if (method !== 0 && method !== 8)
    throw archiveUnsafe(
      archive,
      `\`${spelled}\` is compressed by method ${method}`,
      "members are stored or deflated",
    );
  const extra = entry + entryLength + view.getUint16(entry + 28, true);
  const zip64 = extraField64(view, extra, extraLength, spelled, archive);
  if (zip64 !== undefined) {
    let field = zip64.offset;
    const take = (): number => {
      if (field + 8 > zip64.end)
        throw archiveCorrupt(archive, `the zip64 field of \`${spelled}\` is cut off`);
      field += 8;
      return readUint64(view, field - 8);
    };
    if (size === 0xffffffff) size = take();
    if (compressedSize === 0xffffffff) compressedSize = take();
    if (offset === 0xffffffff) offset = take();
    if (disk === 0xffff) {
      if (field + 4 > zip64.end)
        throw archiveCorrupt(archive, `the zip64 field of \`${spelled}\` is cut off`);
      disk = view.getUint32(field, true);
    }
  } else if (size === 0xffffffff || compressedSize === 0xffffffff || offset === 0xffffffff)
    throw archiveCorrupt(archive, `the zip64 field of \`${spelled}\` is missing`);
  if (disk !== 0)
    throw archiveUnsafe(archive, `\`${spelled}\` lies in another volume`, "an archive is one file");
  if (!mayLink || folder || (mode & 0o170000) !== 0o120000)
    checkKind(mode, folder, size, spelled, archive);
  if (method === 0 && size !== compressedSize)
    throw archiveUnsafe(
      archive,
      `\`${spelled}\` is stored but has two sizes`,
      "every reader has to see the same content",
    );
  member.size = size;
  member.compressedSize = compressedSize;
  member.offset = offset;
}

/** Only regular files and folders: a link could lead what follows it anywhere (PEP 778 is deferred). */
function checkKind(
  mode: number,
  folder: boolean,
  size: number,
  spelled: string,
  archive: string,
): void {
  const kind = mode & 0o170000;
  if (kind === 0o120000)
    throw archiveUnsafe(
      archive,
      `\`${spelled}\` is a symbolic link`,
      "members are files and folders",
    );
  if (kind !== 0 && kind !== 0o100000 && kind !== 0o040000)
    throw archiveUnsafe(
      archive,
      `\`${spelled}\` is a device or the like`,
      "members are files and folders",
    );
  // A folder's mode on a file, or the reverse, is read differently by different tools.
  if ((kind === 0o040000 && !folder) || (kind === 0o100000 && folder))
    throw archiveUnsafe(
      archive,
      `\`${spelled}\` is a file by its name and a folder by its mode, or the reverse`,
      "every reader has to see the same members",
    );
  if (folder && size !== 0)
    throw archiveUnsafe(
      archive,
      `the folder \`${spelled}\` has content`,
      "folders are empty members",
    );
}

busyForSeconds(EntryReader, isUsual);
