import type { RandomAccess } from "#archive/random-access";
import { readZipMember } from "#archive/zip";
import { readZipDirectory } from "#archive/zip-directory";
import { metadataMember } from "#distribution/wheel";
import type { Inflate } from "#platform/ports";
import { metadataTooLarge } from "./errors.ts";

/** Descriptions run to some hundred kilobytes; nothing honest is larger. */
export const metadataLimit = 32 * 2 ** 20;

/** METADATA of a wheel, by reading no more of it than that takes. */
export async function wheelMetadata(
  source: RandomAccess,
  filename: string,
  inflate: Inflate,
): Promise<Uint8Array> {
  const directory = await readZipDirectory(source, filename);
  const member = metadataMember(directory, filename);
  if (member.size > metadataLimit) throw metadataTooLarge(filename, member.size, metadataLimit);
  return readZipMember(source, directory, member, filename, inflate);
}
