import { errnoOf } from "#base/errors";
import type { World } from "#platform/ports";
import { isWriteRefusal } from "./errors.ts";

/*
 * Small files of the store: a head line with a form and a checksum, then the content. Whatever does not fit, be it
 * torn, foreign or of another form, counts as not there.
 */

/** The content behind the head line, or `undefined` when it is not there as it was written. */
export function openKept(
  form: string,
  bytes: Uint8Array | undefined,
  inflate: Checksum,
): string | undefined {
  const content = openKeptBytes(form, bytes, inflate);
  return content === undefined ? undefined : decoder.decode(content);
}

/** {@link openKept} for content that is not text, or not all of it wanted as such. */
export function openKeptBytes(
  form: string,
  bytes: Uint8Array | undefined,
  inflate: Checksum,
): Uint8Array | undefined {
  if (bytes === undefined) return undefined;
  const headLength = form.length + 10;
  if (bytes.length < headLength || bytes[headLength - 1] !== newline) return undefined;
  const content = bytes.subarray(headLength);
  const head = decoder.decode(bytes.subarray(0, headLength - 1));
  return head === headOf(form, content, inflate) ? content : undefined;
}

/** What {@link openKept} reads back. */
export function sealKept(
  form: string,
  content: string | Uint8Array,
  inflate: Checksum,
): Uint8Array {
  // The checksum takes the place of the zeros.
  const head = `${form} 00000000\n`;
  let whole: Uint8Array;
  if (typeof content === "string") whole = encoder.encode(head + content);
  else {
    whole = new Uint8Array(head.length + content.length);
    whole.set(content, head.length);
  }
  encoder.encodeInto(`${headOf(form, whole.subarray(head.length), inflate)}\n`, whole);
  return whole;
}

/** Puts a whole new file in the place of an old one; a reader sees one or the other. */
export function replaceFile(
  path: string,
  content: Uint8Array,
  world: Pick<World, "files" | "host">,
): void {
  const { files, host } = world;
  const fresh = `${path}.${host.processId}-${replacements++}`;
  files.write(fresh, content);
  try {
    files.rename(fresh, path);
  } catch (error) {
    files.tryRemove(fresh);
    throw error;
  }
}

/** Runs what only makes later runs faster: a cache that cannot be written is a slow cache, not a failure. */
export function unlessRefused(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!isWriteRefusal(errnoOf(error))) throw error;
  }
}

type Checksum = Pick<World["inflate"], "crc32">;

const newline = 0x0a;
const decoder = new TextDecoder();
const encoder = new TextEncoder();
let replacements = 0;

function headOf(form: string, content: Uint8Array, inflate: Checksum): string {
  return `${form} ${inflate.crc32(content).toString(16).padStart(8, "0")}`;
}
