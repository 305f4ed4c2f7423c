import { busyForSeconds } from "#base/busy-code";
import { archiveCorrupt, archiveUnsafe } from "./errors.ts";
import { foldedName, unsafeName } from "./member-path.ts";
import { plainNames } from "./zip-names.ts";
import type { RandomAccess } from "./random-access.ts";

/*
 * The central directory of a zip file (PKWARE APPNOTE 6.3.10, section 4), read so strictly that no two readers
 * can see different archives: this is what indexes demand of uploads (Warehouse `docs/user/archives.md`).
 */

export type ZipMember = {
  /** Its position among the members. */
  readonly place: number;
  /** Relative path with `/`; of a folder without the slash at its end. */
  readonly name: string;
  readonly folder: boolean;
  readonly size: number;
  readonly compressedSize: number;
  readonly deflated: boolean;
  readonly crc32: number;
  /** Unix permission and type bits as the producer wrote them; 0 when it wrote none. */
  readonly mode: number;
  /** Where its local header begins. */
  readonly offset: number;
  /** Where its entry begins, from the start of the directory. */
  readonly entry: number;
  readonly flags: number;
};

export type ZipDirectory = {
  readonly members: readonly ZipMember[];
  /** Where the directory begins, which is where the last member has to end. */
  readonly start: number;
  /** The member of that name, be it a file or a folder. */
  readonly find: (name: string) => ZipMember | undefined;
  /** Folders at the top, be they members or only in the paths of members. */
  readonly topFolders: ReadonlySet<string>;
  /** Pairs of names that are one on file systems which fold case; for the caller to judge by the target. */
  readonly caseCollisions: () => readonly (readonly [string, string])[];
};

export type ZipLimits = {
  readonly members: number;
  /** Bytes of all members together, unpacked. */
  readonly size: number;
  /** Unpacked to packed, for archives that unpack to more than `ratioFrom` bytes. */
  readonly ratio: number;
  readonly ratioFrom: number;
  /**
   * Of a source tree, as hosts of version control make them: a comment (the commit) is passed over, and links are
   * members like files, whose content is what they lead to.
   */
  readonly isSource?: boolean;
};

/** Warehouse's ratio, and bounds that no published wheel comes near. */
export const zipLimits: ZipLimits = {
  members: 500_000,
  size: 32 * 2 ** 30,
  ratio: 50,
  ratioFrom: 64 * 2 ** 20,
};

/**
 * Reads the directory of an archive of which only ranges are at hand: at most three reads, of the tail, of what of
 * the directory is not in the tail. `name` is what messages call the archive.
 */
export async function readZipDirectory(
  source: RandomAccess,
  name: string,
  limits: ZipLimits = zipLimits,
): Promise<ZipDirectory> {
  const tailLength = Math.min(source.size, usualTail);
  const tailOffset = source.size - tailLength;
  const tail = await source.read(tailOffset, tailLength);
  const end = readEnd(tail, tailOffset, source.size, name, limits);
  const bytes =
    end.start >= tailOffset
      ? tail.subarray(end.start - tailOffset, end.start - tailOffset + end.size)
      : await source.read(end.start, end.size);
  return readMembers(bytes, end, name, limits);
}

/** {@link readZipDirectory} of an archive that is in memory as a whole. */
export function readZipDirectorySync(
  bytes: Uint8Array,
  name: string,
  limits: ZipLimits = zipLimits,
): ZipDirectory {
  const end = readEnd(bytes, 0, bytes.length, name, limits);
  return readMembers(bytes.subarray(end.start, end.start + end.size), end, name, limits);
}

/** Enough for the directory of nine wheels in ten, so that one range request answers. */
const usualTail = 16 * 1024;

const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const locator64Signature = 0x07064b50;
const memberSignature = 0x02014b50;

type End = { readonly start: number; readonly size: number; readonly count: number };

/** Finds the end record, which has to be the last thing in the file: no comment, nothing behind it. */
function readEnd(
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

function readMembers(bytes: Uint8Array, end: End, name: string, limits: ZipLimits): ZipDirectory {
  const reader = new EntryReader(bytes, name, limits.isSource === true);
  // As many as fit at most, whatever the end record counts.
  const members = new Array<Entry>(Math.min(end.count, Math.floor(bytes.length / entryLength)));
  let total = 0;
  let packed = 0;
  for (let place = 0; place < end.count; place++) {
    const member = reader.next(place);
    members[place] = member;
    total += member.size;
    packed += member.compressedSize;
  }
  if (reader.at !== bytes.length)
    throw archiveUnsafe(
      name,
      "its directory has more than its end record counts",
      "every reader has to see the same members",
    );
  if (total > limits.size)
    throw archiveUnsafe(
      name,
      `it unpacks to ${total} bytes`,
      `at most ${limits.size} are unpacked`,
    );
  if (total > limits.ratioFrom && total > limits.ratio * packed)
    throw archiveUnsafe(
      name,
      `${packed} bytes unpack to ${total}`,
      `archives of this size shrink at most ${limits.ratio} times`,
    );
  const spelled = reader.names(members);
  const all = new Set(spelled);
  nameMembers(members, spelled, all, name);
  return {
    members,
    start: end.start,
    find: (wanted) => {
      const spelling = all.has(wanted) ? wanted : `${wanted}/`;
      // Members that are asked for by name are mostly among the last.
      return all.has(spelling) ? members[spelled.lastIndexOf(spelling)] : undefined;
    },
    topFolders: topFoldersOf(members, all, name),
    caseCollisions: () => collisionsIn(members),
  };
}

/** A member in the making, without its name. */
type Entry = { -readonly [Key in keyof ZipMember]: ZipMember[Key] };

/**
 * Reads entry after entry. Each is first moved to where its numbers lie as the processor wants them, all of them
 * little-endian like the processors that pkm runs on; names are gathered behind it, to be read all at once.
 */
class EntryReader {
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

/** Numbers of an entry, before its name. */
const entryLength = 46;
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

/** Gives the members their names; refuses those that are there twice. */
function nameMembers(
  members: readonly Entry[],
  spelled: readonly string[],
  all: ReadonlySet<string>,
  archive: string,
): void {
  let isRepeated = all.size < spelled.length;
  for (let place = 0; place < members.length; place++) {
    const member = members[place] as Entry;
    const name = spelled[place] as string;
    member.name = member.folder ? name.slice(0, -1) : name;
    if (member.folder && all.has(member.name)) isRepeated = true;
  }
  if (!isRepeated) return;
  const before = new Set<string>();
  const repeated = members.find(({ name }) => before.size === before.add(name).size);
  throw archiveUnsafe(
    archive,
    `\`${repeated?.name}\` is in it twice`,
    "every member has a name of its own",
  );
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function memberName(bytes: Uint8Array, flags: number, archive: string): string {
  let spelled: string;
  try {
    spelled = utf8.decode(bytes);
  } catch {
    throw archiveUnsafe(archive, "a member's name is not UTF-8", "names are UTF-8");
  }
  // Without the flag the bytes are code page 437 to some readers and UTF-8 to others.
  if ((flags & utf8Flag) === 0 && spelled.length !== bytes.length)
    throw archiveUnsafe(
      archive,
      `the name of \`${spelled}\` does not say that it is UTF-8`,
      "every reader has to see the same names",
    );
  const rule = unsafeName(spelled);
  if (rule !== undefined)
    throw archiveUnsafe(archive, `it has a member ${JSON.stringify(spelled)}`, rule);
  return spelled;
}

/** Bit 0 encryption, 5 patched data, 6 strong encryption, 13 masked headers: none of them may be set. */
const refusedFlags = 0x2061;
export const utf8Flag = 0x800;
export const descriptorFlag = 0x8;

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

/**
 * Walks the extra fields and answers where the zip64 one lies. A field twice, and Info-ZIP's second name
 * (0x7075), would let two readers see different things.
 */
export function extraField64(
  view: DataView,
  start: number,
  length: number,
  spelled: string,
  archive: string,
): { readonly offset: number; readonly end: number } | undefined {
  if (length === 0) return undefined;
  const end = start + length;
  let found: { readonly offset: number; readonly end: number } | undefined;
  const seen: number[] = [];
  for (let at = start; at < end;) {
    if (at + 4 > end)
      throw archiveUnsafe(
        archive,
        `the extra fields of \`${spelled}\` do not add up`,
        "extra fields are well formed",
      );
    const id = view.getUint16(at, true);
    const next = at + 4 + view.getUint16(at + 2, true);
    if (next > end)
      throw archiveUnsafe(
        archive,
        `the extra fields of \`${spelled}\` do not add up`,
        "extra fields are well formed",
      );
    if (seen.includes(id))
      throw archiveUnsafe(
        archive,
        `\`${spelled}\` has an extra field twice`,
        "extra fields are not repeated",
      );
    if (id === 0x7075)
      throw archiveUnsafe(
        archive,
        `\`${spelled}\` has a second name`,
        "every reader has to see the same names",
      );
    seen.push(id);
    if (id === 1) found = { offset: at + 4, end: next };
    at = next;
  }
  return found;
}

/** Refuses a file that another member uses as a folder. `all` has folders with their slash, files without. */
function topFoldersOf(
  members: readonly ZipMember[],
  all: ReadonlySet<string>,
  archive: string,
): ReadonlySet<string> {
  const tops = new Set<string>();
  const seen = new Set<string>();
  let last = "";
  for (const { name, folder } of members) {
    const end = name.lastIndexOf("/");
    if (end === -1) {
      if (folder) tops.add(name);
      continue;
    }
    // Neighbours in an archive mostly share their folder.
    if (end === last.length && name.startsWith(last)) continue;
    last = name.slice(0, end);
    let parent = last;
    while (!seen.has(parent)) {
      if (all.has(parent))
        throw archiveUnsafe(
          archive,
          `\`${parent}\` is a file, and the folder of \`${name}\``,
          "a path is a file or a folder",
        );
      seen.add(parent);
      const above = parent.lastIndexOf("/");
      if (above === -1) tops.add(parent);
      else parent = parent.slice(0, above);
    }
  }
  return tops;
}

function collisionsIn(members: readonly ZipMember[]): readonly (readonly [string, string])[] {
  const names = new Set<string>();
  for (const { name } of members)
    for (let end = name.length; end !== -1; end = name.lastIndexOf("/", end - 1))
      names.add(name.slice(0, end));
  const folded = new Map<string, string>();
  const collisions: (readonly [string, string])[] = [];
  for (const name of names) {
    const key = foldedName(name);
    const other = folded.get(key);
    if (other === undefined) folded.set(key, name);
    else collisions.push([other, name]);
  }
  return collisions;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A 64-bit number; what a double cannot hold is beyond every limit anyway and comes out as infinity. */
export function readUint64(view: DataView, at: number): number {
  const high = view.getUint32(at + 4, true);
  return high > 0x1fffff ? Number.POSITIVE_INFINITY : high * 2 ** 32 + view.getUint32(at, true);
}

busyForSeconds(EntryReader, isUsual, nameMembers, topFoldersOf);
