import type { Deflater, NewMember } from "./new-member.ts";

/**
 * Writes a zip file piece by piece, members in the order given and each stamped with `time` (seconds since 1970, brought
 * into the years a zip file knows). The same input gives the same bytes. No data descriptors, comments or extra fields,
 * because indexes refuse them (Warehouse's rules for archives). Headers are as Python's `zipfile` writes them.
 */
export function* writeZip(
  members: Iterable<NewMember>,
  time: number,
  deflate: Deflater,
): Generator<Uint8Array, void> {
  const stamp = dosTime(time);
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, mode, content } of members) {
    const spelled = new TextEncoder().encode(name);
    // An empty deflate stream is two bytes: more than nothing.
    const packed = content.length === 0 ? content : deflate.deflateRaw(content);
    const common = commonFields({
      // Without the flag a name is in code page 437, whose lower half is ASCII.
      flags: spelled.length === name.length ? 0 : utf8Flag,
      method: content.length === 0 ? stored : deflated,
      stamp,
      crc32: deflate.crc32(content),
      packed: packed.length,
      size: content.length,
      name: spelled.length,
    });
    if (offset > limit32 || packed.length > limit32 || content.length > limit32)
      throw new RangeError(`${name} makes the archive larger than 4 GiB`);
    directory.push(centralHeader(common, mode, offset, spelled));
    yield localHeader(common, spelled);
    yield packed;
    offset += 30 + spelled.length + packed.length;
  }
  let size = 0;
  for (const header of directory) {
    size += header.length;
    yield header;
  }
  if (offset > limit32) throw new RangeError("the archive is larger than 4 GiB");
  if (directory.length > limit16) yield end64(directory.length, size, offset);
  yield endRecord(Math.min(directory.length, limit16), size, offset);
}

const utf8Flag = 0x800;
const stored = 0;
const deflated = 8;
const limit16 = 0xffff;
const limit32 = 0xffffffff;
/** Made on Unix (3), by version 2.0 of the format. */
const madeBy = 0x0314;

type Common = {
  readonly flags: number;
  readonly method: number;
  readonly stamp: number;
  readonly crc32: number;
  readonly packed: number;
  readonly size: number;
  readonly name: number;
};

/** What both headers of a member say, in the same order: 26 bytes from the version needed on. */
function commonFields(common: Common): Uint8Array {
  const view = new DataView(new ArrayBuffer(26));
  view.setUint16(0, 20, true);
  view.setUint16(2, common.flags, true);
  view.setUint16(4, common.method, true);
  view.setUint32(6, common.stamp, true);
  view.setUint32(10, common.crc32, true);
  view.setUint32(14, common.packed, true);
  view.setUint32(18, common.size, true);
  view.setUint16(22, common.name, true);
  return new Uint8Array(view.buffer);
}

function localHeader(common: Uint8Array, name: Uint8Array): Uint8Array {
  const header = new Uint8Array(30 + name.length);
  header.set([0x50, 0x4b, 3, 4]);
  header.set(common, 4);
  header.set(name, 30);
  return header;
}

function centralHeader(
  common: Uint8Array,
  mode: number,
  offset: number,
  name: Uint8Array,
): Uint8Array {
  const header = new Uint8Array(46 + name.length);
  const view = new DataView(header.buffer);
  header.set([0x50, 0x4b, 1, 2]);
  view.setUint16(4, madeBy, true);
  header.set(common, 6);
  view.setUint32(38, (mode | regularFile) * 0x10000, true);
  view.setUint32(42, offset, true);
  header.set(name, 46);
  return header;
}

const regularFile = 0o100000;

/** The end of an archive with more members than the old record can count. */
function end64(count: number, size: number, start: number): Uint8Array {
  const end = new Uint8Array(56 + 20);
  const view = new DataView(end.buffer);
  view.setUint32(0, 0x06064b50, true);
  view.setBigUint64(4, 44n, true);
  view.setUint16(12, 45, true);
  view.setUint16(14, 45, true);
  view.setBigUint64(24, BigInt(count), true);
  view.setBigUint64(32, BigInt(count), true);
  view.setBigUint64(40, BigInt(size), true);
  view.setBigUint64(48, BigInt(start), true);
  view.setUint32(56, 0x07064b50, true);
  view.setBigUint64(64, BigInt(start + size), true);
  view.setUint32(72, 1, true);
  return end;
}

function endRecord(count: number, size: number, start: number): Uint8Array {
  const end = new Uint8Array(22);
  const view = new DataView(end.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, size, true);
  view.setUint32(16, start, true);
  return end;
}

/** Time and date as one number: two seconds are the unit, 1980 is the first year and 2107 the last. */
function dosTime(seconds: number): number {
  const date = new Date(Math.min(Math.max(seconds, firstTime), lastTime) * 1000);
  const day =
    ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  const clock =
    (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  return day * 0x10000 + clock;
}

const firstTime = Date.UTC(1980, 0, 1) / 1000;
const lastTime = Date.UTC(2107, 11, 31, 23, 59, 59) / 1000;
