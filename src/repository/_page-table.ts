import { busyForSeconds } from "#base/busy-code";
import type { ProjectListing } from "./listing.ts";

/** What is on a page, without its entries. */
export type Table = {
  /** What relative addresses are relative to. */
  readonly url: string;
  readonly status: ProjectListing["status"]["status"];
  readonly reason?: string | undefined;
  readonly newer?: string;
  /** Without a reason where it follows from the name. */
  readonly skipped: readonly (readonly [filename: string, reason?: string])[];
  readonly versions: readonly string[];
  /**
   * For each release how many of the numbers behind belong to the releases up to and with it; then start, length and
   * checksum of stretches of entries, neighbours of one release being one stretch.
   */
  readonly numbers: DataView;
};

/**
 * A table as bytes: the length of a head, the head as JSON, the number of versions and the length of their text, the
 * versions a line each, numbers of four bytes. Of these a resolution looks at few.
 */
export function writeTable(
  head: Omit<Table, "versions" | "numbers">,
  versions: readonly string[],
  numbers: readonly number[],
): Uint8Array {
  const encoder = new TextEncoder();
  const headBytes = encoder.encode(JSON.stringify(head));
  const lines = encoder.encode(versions.join("\n"));
  const bytes = new Uint8Array(12 + headBytes.length + lines.length + 4 * numbers.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, headBytes.length, true);
  view.setUint32(4, versions.length, true);
  view.setUint32(8, lines.length, true);
  bytes.set(headBytes, 12);
  bytes.set(lines, 12 + headBytes.length);
  let at = 12 + headBytes.length + lines.length;
  for (const number of numbers) {
    view.setUint32(at, number, true);
    at += 4;
  }
  return bytes;
}

/** Reads what {@link writeTable} wrote. */
export function readTable(bytes: Uint8Array): Table {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headEnd = 12 + view.getUint32(0, true);
  const linesEnd = headEnd + view.getUint32(8, true);
  const head = JSON.parse(decoder.decode(bytes.subarray(12, headEnd))) as Omit<
    Table,
    "versions" | "numbers"
  >;
  return {
    ...head,
    versions:
      view.getUint32(4, true) === 0
        ? []
        : decoder.decode(bytes.subarray(headEnd, linesEnd)).split("\n"),
    numbers: new DataView(bytes.buffer, bytes.byteOffset + linesEnd, bytes.length - linesEnd),
  };
}

const decoder = new TextDecoder();

busyForSeconds(writeTable);
