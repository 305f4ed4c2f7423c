import type { World } from "#platform/ports";
import { buildDateInvalid } from "./errors.ts";

/**
 * What every member of an archive is dated, in seconds since 1970: `SOURCE_DATE_EPOCH`, or else the first moment that a
 * zip file can hold. When a file was last written says nothing that two machines agree on.
 */
export function archiveTime({ env }: World["host"]): number {
  const text = env["SOURCE_DATE_EPOCH"] ?? "";
  if (text === "") return 315_532_800;
  const time = /^[0-9]{1,11}$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
  // The eleven octal digits of a tar header.
  if (time >= 8 ** 11) throw buildDateInvalid(text);
  return time;
}
