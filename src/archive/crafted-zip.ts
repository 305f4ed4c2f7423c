/*
 * Zip files for tests, honest unless told to lie: every field of every header can be given another value, so that a
 * test makes its own hostile archive and shows in one line what is wrong with it.
 */

/** What a member says of itself; a header says the truth where nothing is given. */
export type CraftedHeader = {
  readonly name?: string | Uint8Array;
  readonly flags?: number;
  readonly method?: number;
  readonly crc32?: number;
  readonly compressedSize?: number;
  readonly size?: number;
  readonly extra?: Uint8Array;
};

export type CraftedMember = {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** The deflated content, where the member shall be deflated. */
  readonly deflated?: Uint8Array;
  /** Unix mode with type bits; a regular file (or, with a slash at the end, a folder) when left out. */
  readonly mode?: number;
  /** Lies of both headers, then of one. */
  readonly both?: CraftedHeader;
  readonly local?: CraftedHeader;
  readonly central?: CraftedHeader & { readonly offset?: number; readonly comment?: string };
  /** Bytes between the local header's data and the next member: a data descriptor, or what should not be there. */
  readonly after?: Uint8Array;
  /** Leave it out of the directory. */
  readonly hidden?: boolean;
};

export type CraftedArchive = {
  readonly before?: Uint8Array;
  readonly beforeDirectory?: Uint8Array;
  readonly beforeEnd?: Uint8Array;
  readonly after?: Uint8Array;
  readonly end?: {
    readonly count?: number;
    readonly size?: number;
    readonly start?: number;
    readonly disk?: number;
    readonly commentLength?: number;
  };
  /** Adds zip64 end records, and lets the plain one point to them. */
  readonly zip64?: boolean | { readonly count?: number; readonly start?: number };
};

export function craftZip(
  members: readonly CraftedMember[],
  archive: CraftedArchive = {},
): Uint8Array {
  const parts: Uint8Array[] = [archive.before ?? none];
  const directory: Uint8Array[] = [];
  let offset = parts[0]?.length ?? 0;
  let count = 0;
  for (const member of members) {
    const content = bytesOf(member.content ?? "");
    const packed = member.deflated ?? content;
    const truth = {
      name: member.name,
      flags: 0x800,
      method: member.deflated === undefined ? 0 : 8,
      crc32: crcOf(content),
      compressedSize: packed.length,
      size: content.length,
      extra: none,
      ...member.both,
    };
    const start = offset;
    for (const part of [localHeader({ ...truth, ...member.local }), packed, member.after ?? none]) {
      parts.push(part);
      offset += part.length;
    }
    if (member.hidden === true) continue;
    count++;
    const mode = member.mode ?? (member.name.endsWith("/") ? 0o040755 : 0o100644);
    directory.push(
      centralHeader({ ...truth, offset: start, mode, comment: "", ...member.central }),
    );
  }
  const gap = archive.beforeDirectory ?? none;
  const start = offset + gap.length;
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  parts.push(gap, ...directory, archive.beforeEnd ?? none);
  const end = { count, size, start, disk: 0, commentLength: 0, ...archive.end };
  if (archive.zip64 !== undefined && archive.zip64 !== false) {
    const full = { count, size, start, ...(archive.zip64 === true ? {} : archive.zip64) };
    const position = start + size + (archive.beforeEnd?.length ?? 0);
    parts.push(
      fields(
        [4, 0x06064b50],
        [8, 44],
        [2, 45],
        [2, 45],
        [4, 0],
        [4, 0],
        [8, full.count],
        [8, full.count],
        [8, full.size],
        [8, full.start],
      ),
      fields([4, 0x07064b50], [4, 0], [8, position], [4, 1]),
    );
    Object.assign(end, { count: 0xffff, size: 0xffffffff, start: 0xffffffff, ...archive.end });
  }
  parts.push(
    fields(
      [4, 0x06054b50],
      [2, end.disk],
      [2, 0],
      [2, end.count],
      [2, end.count],
      [4, end.size],
      [4, end.start],
      [2, end.commentLength],
    ),
    archive.after ?? none,
  );
  return joined(parts);
}

/** One extra field. */
export function extraField(id: number, content: Uint8Array): Uint8Array {
  return joined([fields([2, id], [2, content.length]), content]);
}

/** Numbers in little-endian order, each with its width in bytes. */
export function fields(...pairs: readonly (readonly [width: number, value: number])[]): Uint8Array {
  const bytes: number[] = [];
  for (const [width, value] of pairs) {
    let rest = value;
    for (let i = 0; i < width; i++) {
      bytes.push(rest % 256);
      rest = Math.floor(rest / 256);
    }
  }
  return Uint8Array.from(bytes);
}

/** CRC-32 bit by bit: slow, and independent of what is tested. */
export function crcOf(content: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of content) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

const none = new Uint8Array();

type Header = Required<CraftedHeader>;

function localHeader(header: Header): Uint8Array {
  const name = bytesOf(header.name);
  return joined([
    fields([4, 0x04034b50], [2, 20], [2, header.flags], [2, header.method], [4, 0x00210000]),
    fields(
      [4, header.crc32],
      [4, header.compressedSize],
      [4, header.size],
      [2, name.length],
      [2, header.extra.length],
    ),
    name,
    header.extra,
  ]);
}

function centralHeader(
  header: Header & { readonly offset: number; readonly mode: number; readonly comment: string },
): Uint8Array {
  const name = bytesOf(header.name);
  const comment = bytesOf(header.comment);
  return joined([
    fields(
      [4, 0x02014b50],
      [2, 0x0314],
      [2, 20],
      [2, header.flags],
      [2, header.method],
      [4, 0x00210000],
    ),
    fields(
      [4, header.crc32],
      [4, header.compressedSize],
      [4, header.size],
      [2, name.length],
      [2, header.extra.length],
    ),
    fields([2, comment.length], [2, 0], [2, 0], [4, header.mode * 65536], [4, header.offset]),
    name,
    header.extra,
    comment,
  ]);
}
