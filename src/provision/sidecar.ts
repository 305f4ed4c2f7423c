import type { ProjectFile } from "#repository/listing";
import type { StoredWheel } from "#store/wheel-manifest";

/**
 * True when nothing else than METADATA of the wheel can have been taken for it: there was no sidecar (PEP 658), or one of
 * the very same bytes. Costs a search in the rows of RECORD.
 */
export function isVouchedFor({ metadataHashes }: ProjectFile, { manifest }: StoredWheel): boolean {
  if (metadataHashes === undefined) return true;
  const { sha256 } = metadataHashes;
  const rows = manifest.parts.find(({ scheme }) => scheme === "root")?.recordBytes;
  if (sha256 === undefined || rows === undefined) return false;
  const digest = Buffer.from(sha256, "hex").toString("base64url");
  const row = `${manifest.distInfo}/METADATA,sha256=${digest},`;
  const at = Buffer.from(rows.buffer, rows.byteOffset, rows.length).indexOf(row);
  return at === 0 || (at > 0 && rows[at - 1] === lineEnd);
}

const lineEnd = 0x0a;
