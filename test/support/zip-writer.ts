import { crc32, deflateRawSync } from "node:zlib";

export type ZipMember = {
  readonly name: string;
  readonly content: string | Uint8Array;
  /** Unix mode; 0o644 when left out. */
  readonly mode?: number;
};

/** A plain zip archive with deflated members and fixed times, as wheels are. */
export function writeZip(members: readonly ZipMember[]): Uint8Array {
  const locals: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const member of members) {
    const name = new TextEncoder().encode(member.name);
    const content =
      typeof member.content === "string"
        ? new TextEncoder().encode(member.content)
        : member.content;
    const packed = new Uint8Array(deflateRawSync(content));
    const common = new DataView(new ArrayBuffer(26));
    common.setUint16(0, 20, true);
    common.setUint16(2, 0x800, true);
    common.setUint16(4, 8, true);
    common.setUint16(8, 0x21, true); // 1980-01-01
    common.setUint32(10, crc32(content), true);
    common.setUint32(14, packed.length, true);
    common.setUint32(18, content.length, true);
    common.setUint16(22, name.length, true);
    const shared = new Uint8Array(common.buffer);
    const local = new Uint8Array([0x50, 0x4b, 3, 4, ...shared, ...name]);
    locals.push(local, packed);
    const tail = new DataView(new ArrayBuffer(14));
    tail.setUint32(6, ((member.mode ?? 0o644) | 0o100000) * 65536, true);
    tail.setUint32(10, offset, true);
    central.push(
      new Uint8Array([0x50, 0x4b, 1, 2, 20, 3, ...shared, ...new Uint8Array(tail.buffer), ...name]),
    );
    offset += local.length + packed.length;
  }
  const size = central.reduce((sum, part) => sum + part.length, 0);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, members.length, true);
  end.setUint16(10, members.length, true);
  end.setUint32(12, size, true);
  end.setUint32(16, offset, true);
  return Buffer.concat([...locals, ...central, new Uint8Array(end.buffer)]);
}
