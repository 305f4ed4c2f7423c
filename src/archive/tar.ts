import { archiveCorrupt, archiveUnsafe } from "./errors.ts";

/*
 * tar as POSIX.1-2001 (pax) and GNU tar write it. Names and links come as they are spelled: where they may lead is
 * a question of extraction (PEP 706), which depends on what was extracted before.
 */

export type TarMember = {
  /** As spelled, of a folder without the slash at its end. */
  readonly name: string;
  readonly kind: "file" | "folder" | "symlink" | "hardlink";
  /** What a link leads to, as spelled; empty for the others. */
  readonly target: string;
  readonly mode: number;
  /** When it was last changed, in seconds since 1970; not every archive of every format knows. */
  readonly modified: number | undefined;
  /** A view of the archive's bytes; empty for all but files. */
  readonly content: Uint8Array;
};

/**
 * The members in order. Refuses devices, pipes, sparse files, damaged headers, what is cut off, and data behind
 * the end. `archive` is what messages call it.
 */
export function* readTar(bytes: Uint8Array, archive: string): Generator<TarMember, void> {
  let overrides: Overrides = {};
  for (let at = 0; at < bytes.length;) {
    if (at + block > bytes.length) throw archiveCorrupt(archive, "it is cut off inside a header");
    const header = bytes.subarray(at, at + block);
    if (isZero(header)) return checkEnd(bytes, at, archive);
    checkSum(header, archive);
    const type = String.fromCharCode(header[156] as number);
    const size = overrides.size ?? number(header, 124, 12, archive);
    const start = at + block;
    // Links and folders may state a size, but no content follows them.
    const stored = type === "1" || type === "2" || type === "5" ? 0 : size;
    if (start + stored > bytes.length)
      throw archiveCorrupt(archive, "it is cut off inside a member");
    const content = bytes.subarray(start, start + stored);
    at = start + Math.ceil(stored / block) * block;
    switch (type) {
      case "x":
      // As Solaris had it before POSIX.
      case "X":
        overrides = { ...overrides, ...paxFields(content, archive) };
        continue;
      case "g":
        if (changesMembers(paxFields(content, archive)))
          throw archiveUnsafe(
            archive,
            "it has one name or size for all members",
            "every member has its own name and size",
          );
        continue;
      case "L":
        overrides = { ...overrides, name: cString(content, archive) };
        continue;
      case "K":
        overrides = { ...overrides, target: cString(content, archive) };
        continue;
      default:
        yield memberOf(header, type, content, overrides, archive);
        overrides = {};
    }
  }
  if (changesMembers(overrides))
    throw archiveCorrupt(archive, "it is cut off behind an extended header");
}

const block = 512;

type Overrides = {
  readonly name?: string;
  readonly target?: string;
  readonly size?: number;
  readonly modified?: number;
};

function memberOf(
  header: Uint8Array,
  type: string,
  content: Uint8Array,
  overrides: Overrides,
  archive: string,
): TarMember {
  const spelled = overrides.name ?? headerName(header, archive);
  const mode = number(header, 100, 8, archive) & 0o7777;
  const modified = overrides.modified ?? time(header);
  const target = overrides.target ?? cString(header.subarray(157, 257), archive);
  if (spelled === "" || spelled.includes("\0"))
    throw archiveUnsafe(
      archive,
      `it has a member ${JSON.stringify(spelled)}`,
      "a name is not empty and has no NUL",
    );
  const name = spelled.replace(/(?<=[^/])\/+$/, "");
  switch (type) {
    case "0":
    case "7":
    case "\0":
      // Before POSIX a folder was a file whose name ends in a slash.
      if (name !== spelled && type !== "7")
        return { name, kind: "folder", target: "", mode, modified, content: nothing };
      return { name, kind: "file", target: "", mode, modified, content };
    case "1":
      return { name, kind: "hardlink", target, mode, modified, content: nothing };
    case "2":
      return { name, kind: "symlink", target, mode, modified, content: nothing };
    case "5":
      return { name, kind: "folder", target: "", mode, modified, content: nothing };
    case "S":
      throw archiveUnsafe(archive, `\`${name}\` is a sparse file`, "files are stored whole");
    default:
      throw archiveUnsafe(
        archive,
        `\`${name}\` is of type ${JSON.stringify(type)}`,
        "members are files, folders and links, not devices or pipes",
      );
  }
}

const nothing = new Uint8Array();

function headerName(header: Uint8Array, archive: string): string {
  const name = cString(header.subarray(0, 100), archive);
  // POSIX writes "ustar\0" and splits long names; GNU writes "ustar  " and keeps times in the same place.
  const posix = header[257] === 0x75 && header[262] === 0 && header[261] === 0x72;
  const prefix = posix ? cString(header.subarray(345, 500), archive) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function cString(bytes: Uint8Array, archive: string): string {
  const end = bytes.indexOf(0);
  try {
    return utf8.decode(end === -1 ? bytes : bytes.subarray(0, end));
  } catch {
    throw archiveUnsafe(archive, "a member's name is not UTF-8", "names are UTF-8");
  }
}

/** Octal digits, or GNU's base 256 for what does not fit. */
function number(header: Uint8Array, at: number, length: number, archive: string): number {
  const first = header[at] as number;
  if ((first & 0x80) !== 0) {
    let value = first & 0x7f;
    for (let i = at + 1; i < at + length; i++) value = value * 256 + (header[i] as number);
    if (!Number.isSafeInteger(value))
      throw archiveCorrupt(archive, "a number in a header is out of range");
    return value;
  }
  let value = 0;
  let i = at;
  const end = at + length;
  while (i < end && header[i] === 0x20) i++;
  for (; i < end; i++) {
    const digit = (header[i] as number) - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  if (i < end && header[i] !== 0 && header[i] !== 0x20)
    throw archiveCorrupt(archive, "a number in a header is damaged");
  return value;
}

/** Nothing hangs on times but the order of two files: one before 1970, or no number, is none. */
function time(header: Uint8Array): number | undefined {
  const text = String.fromCharCode(...header.subarray(136, 148)).replace(/[\0 ].*$/s, "");
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

function changesMembers({ name, target, size }: Overrides): boolean {
  return name !== undefined || target !== undefined || size !== undefined;
}

function checkSum(header: Uint8Array, archive: string): void {
  let sum = 0;
  // Some old tools took bytes for signed numbers.
  let signed = 0;
  for (let i = 0; i < block; i++) {
    const byte = i >= 148 && i < 156 ? 0x20 : (header[i] as number);
    sum += byte;
    signed += byte < 0x80 ? byte : byte - 0x100;
  }
  const stated = number(header, 148, 8, archive);
  if (stated !== sum && stated !== signed)
    throw archiveCorrupt(archive, "the checksum of a header is wrong");
}

/** `LENGTH KEY=VALUE\n` records; only what changes the meaning of a member is kept. */
function paxFields(content: Uint8Array, archive: string): Overrides {
  const fields: { -readonly [K in keyof Overrides]: Overrides[K] } = {};
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const digits =
      space === -1 ? "" : String.fromCharCode(...content.subarray(at, Math.min(space, at + 20)));
    const end = at + Number(digits);
    const equals = content.indexOf(0x3d, space);
    if (
      !/^[1-9][0-9]*$/.test(digits) ||
      end > content.length ||
      equals === -1 ||
      equals >= end ||
      content[end - 1] !== 0x0a
    )
      throw archiveCorrupt(archive, "an extended header is damaged");
    const key = String.fromCharCode(...content.subarray(space + 1, Math.min(equals, space + 100)));
    const value = content.subarray(equals + 1, end - 1);
    at = end;
    if (key === "path") fields.name = paxText(value, archive);
    else if (key === "linkpath") fields.target = paxText(value, archive);
    else if (key === "size") {
      const text = paxText(value, archive);
      if (!/^[0-9]{1,15}$/.test(text))
        throw archiveCorrupt(archive, "an extended header is damaged");
      fields.size = Number(text);
    } else if (key === "mtime") {
      const seconds = Number(paxText(value, archive));
      if (seconds >= 0) fields.modified = seconds;
    } else if (key.startsWith("GNU.sparse."))
      throw archiveUnsafe(archive, "it has a sparse file", "files are stored whole");
  }
  return fields;
}

function paxText(value: Uint8Array, archive: string): string {
  if (value.includes(0))
    throw archiveUnsafe(archive, "a name holds a NUL", "a name is not empty and has no NUL");
  return cString(value, archive);
}

/** Two zero blocks end an archive (one is tolerated, as everybody does); behind them only padding may follow. */
function checkEnd(bytes: Uint8Array, at: number, archive: string): void {
  for (let i = at; i < bytes.length; i++) {
    if (bytes[i] !== 0)
      throw archiveUnsafe(
        archive,
        "there is data behind its end",
        "every reader has to see the same members",
      );
  }
}

function isZero(header: Uint8Array): boolean {
  for (let i = 0; i < block; i++) if (header[i] !== 0) return false;
  return true;
}
