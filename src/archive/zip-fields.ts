import { archiveUnsafe } from "./errors.ts";

/* What the headers of a zip file are made of. */

export const utf8Flag = 0x800;
export const descriptorFlag = 0x8;

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

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A 64-bit number; what a double cannot hold is beyond every limit anyway and comes out as infinity. */
export function readUint64(view: DataView, at: number): number {
  const high = view.getUint32(at + 4, true);
  return high > 0x1fffff ? Number.POSITIVE_INFINITY : high * 2 ** 32 + view.getUint32(at, true);
}
