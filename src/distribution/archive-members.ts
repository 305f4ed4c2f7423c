import { readTar } from "#archive/tar";
import { openZip } from "#archive/zip";
import type { World } from "#platform/ports";
import { type ArchiveForm, archiveForm, unpackedHere } from "./_packing.ts";

/** A member of a wheel or sdist, as far as two builds are compared by it. */
export type ArchiveMember = {
  /** Folders end in a slash. */
  readonly name: string;
  readonly mode: number;
  /** For people: the local time of a zip file, the universal one of a tar file. */
  readonly time: string;
  /** What a link leads to; empty for everything else. */
  readonly target: string;
  readonly content: Uint8Array;
};

/** The members of a wheel or sdist in their order, read as strictly as for an installation. */
export function archiveMembers(
  bytes: Uint8Array,
  filename: string,
  inflate: World["inflate"],
): readonly ArchiveMember[] {
  const form: ArchiveForm = archiveForm(filename) ?? "zip";
  if (form === "zip") return zipMembers(bytes, filename, inflate);
  const tar = unpackedHere(
    bytes,
    form === "tar" || form === "zstd" ? form : "gzip",
    filename,
    inflate,
  );
  return Array.from(readTar(tar, filename), ({ name, kind, mode, modified, target, content }) => ({
    name: kind === "folder" ? `${name}/` : name,
    mode,
    time: modified === undefined ? "none" : new Date(modified * 1000).toISOString(),
    target,
    content,
  }));
}

function zipMembers(
  bytes: Uint8Array,
  filename: string,
  inflate: World["inflate"],
): readonly ArchiveMember[] {
  const archive = openZip(bytes, filename, inflate);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return archive.members.map((member) => ({
    name: member.folder ? `${member.name}/` : member.name,
    mode: member.mode,
    time: zipTime(
      view.getUint16(member.offset + 12, true),
      view.getUint16(member.offset + 10, true),
    ),
    target: "",
    content: archive.content(member),
  }));
}

/** APPNOTE 4.4.6: date and time as MS-DOS has them, two seconds exact. */
function zipTime(date: number, time: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = [(date >> 9) + 1980, two((date >> 5) & 15), two(date & 31)].join("-");
  return `${day} ${[time >> 11, (time >> 5) & 63, (time & 31) * 2].map(two).join(":")}`;
}

/**
 * In what the first archive is not the second, member by member in their order; `undefined` when they are the same
 * bytes. Both are called `filename`.
 */
export function firstDifference(
  first: Uint8Array,
  second: Uint8Array,
  filename: string,
  inflate: World["inflate"],
): string | undefined {
  const at = differingByte(first, second);
  if (at === undefined) return undefined;
  const [ours, theirs] = [first, second].map((bytes) =>
    archiveMembers(bytes, filename, inflate),
  ) as [readonly ArchiveMember[], readonly ArchiveMember[]];
  const names = [ours, theirs].map((members) => new Set(members.map(({ name }) => name)));
  for (const [i, members] of [ours, theirs].entries())
    for (const { name } of members)
      if (names[1 - i]?.has(name) !== true)
        return `\`${name}\` is in the ${i === 0 ? "first" : "second"} build alone`;
  for (const [i, member] of ours.entries()) {
    const other = theirs[i];
    if (other === undefined || member.name !== other.name)
      return `the order: member ${i + 1} is \`${member.name}\`, then \`${other?.name ?? "nothing"}\``;
    const difference = memberDifference(member, other);
    if (difference !== undefined) return `\`${member.name}\` has ${difference}`;
  }
  return isGzip(first) && at >= 4 && at < 8
    ? "the time in the header of gzip; the members are the same"
    : `byte ${at} of the archive, whose members are the same: its headers or how it is compressed`;
}

/** RFC 1952, 2.3: the four bytes behind the flags are a time. */
function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function memberDifference(a: ArchiveMember, b: ArchiveMember): string | undefined {
  const at = differingByte(a.content, b.content);
  if (at !== undefined) {
    const line = lineAt(a.content, at);
    return `another byte ${at}${line === undefined ? "" : ` (line ${line})`}`;
  }
  if (a.target !== b.target) return `another target: \`${a.target}\`, then \`${b.target}\``;
  if (a.mode !== b.mode) return `another mode: ${a.mode.toString(8)}, then ${b.mode.toString(8)}`;
  if (a.time !== b.time) return `another time: ${a.time}, then ${b.time}`;
  return undefined;
}

function differingByte(a: Uint8Array, b: Uint8Array): number | undefined {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i;
  return a.length === b.length ? undefined : length;
}

/** Counted from one; `undefined` for what is not text. */
function lineAt(content: Uint8Array, at: number): number | undefined {
  const before = content.subarray(0, at);
  if (before.includes(0)) return undefined;
  return before.reduce((lines, byte) => lines + (byte === 0x0a ? 1 : 0), 1);
}
