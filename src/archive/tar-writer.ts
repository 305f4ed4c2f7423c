import type { Deflater, NewMember } from "./new-member.ts";

/**
 * A tar file of POSIX.1-2001 (pax) with the members in the order given, owned by nobody in particular and each stamped
 * with `time` (whole seconds since 1970). The same input gives the same bytes, those that Python's `tarfile` writes.
 */
export function writeTar(members: Iterable<NewMember>, time: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { name, mode, content } of members) {
    const spelled = new TextEncoder().encode(name);
    // The old header has room for a short name, and for ASCII alone.
    if (spelled.length > nameSize || spelled.length !== name.length) {
      const record = paxRecord("path", spelled);
      parts.push(header(paxName, "x", 0, record.length, 0), ...padded(record));
    }
    parts.push(header(shortened(name), "0", mode, content.length, time), ...padded(content));
  }
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  // Two empty blocks end the archive; tape drives wanted whole records, and everybody fills them up since.
  const whole = new Uint8Array(Math.ceil((size + 2 * block) / record) * record);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A gzip file of one piece, stamped with `time`, without a name (RFC 1952). */
export function writeGzip(content: Uint8Array, time: number, deflate: Deflater): Uint8Array {
  const packed = deflate.deflateRaw(content);
  const whole = new Uint8Array(18 + packed.length);
  const view = new DataView(whole.buffer);
  // Compressed as much as can be (2), on a system that is nobody's business (255).
  whole.set([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);
  view.setUint32(4, Math.min(time, 0xffffffff), true);
  whole.set(packed, 10);
  view.setUint32(10 + packed.length, deflate.crc32(content), true);
  view.setUint32(14 + packed.length, content.length % 2 ** 32, true);
  return whole;
}

const block = 512;
const record = 20 * block;
const nameSize = 100;
const paxName = "././@PaxHeader";

function header(
  name: string,
  type: "0" | "x",
  mode: number,
  size: number,
  time: number,
): Uint8Array {
  const bytes = new Uint8Array(block);
  const text = (at: number, value: string): void => {
    for (let i = 0; i < value.length; i++) bytes[at + i] = value.charCodeAt(i);
  };
  text(0, name);
  text(100, octal(mode, 7));
  text(108, octal(0, 7));
  text(116, octal(0, 7));
  text(124, octal(size, 11));
  text(136, octal(time, 11));
  text(156, type);
  text(257, "ustar\u000000");
  // The sum counts its own field as blanks.
  text(148, "        ");
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  text(148, `${octal(sum, 6)}\0 `);
  return bytes;
}

function octal(value: number, digits: number): string {
  const text = value.toString(8).padStart(digits, "0");
  if (text.length > digits) throw new RangeError(`${value} does not fit into a tar header`);
  return text;
}

/** What readers that know no pax headers see. */
function shortened(name: string): string {
  // By code point, as the name in full is: half a pair is no character.
  const ascii = Array.from(name, (character) => (character < "\x80" ? character : "?")).join("");
  return ascii.slice(0, nameSize);
}

/** `length key=value\n`, where the length counts itself. */
function paxRecord(key: string, value: Uint8Array): Uint8Array {
  const rest = key.length + value.length + 3;
  let length = rest;
  while (length !== rest + String(length).length) length = rest + String(length).length;
  const bytes = new Uint8Array(length);
  const head = new TextEncoder().encode(`${length} ${key}=`);
  bytes.set(head);
  bytes.set(value, head.length);
  bytes[length - 1] = 0x0a;
  return bytes;
}

function padded(content: Uint8Array): Uint8Array[] {
  const rest = content.length % block;
  return rest === 0 ? [content] : [content, new Uint8Array(block - rest)];
}
