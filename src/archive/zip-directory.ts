import { busyForSeconds } from "#base/busy-code";
import { archiveUnsafe } from "./errors.ts";
import { foldedName } from "./member-path.ts";
import type { RandomAccess } from "./random-access.ts";
import { type End, readEnd } from "./zip-end.ts";
import { type Entry, entryLength, EntryReader } from "./zip-entries.ts";

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

busyForSeconds(nameMembers, topFoldersOf);
