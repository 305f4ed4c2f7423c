import type { Hashing } from "#platform/ports";

/** SHA-256 as RECORD writes it: URL-safe base64 without padding. */
export function recordDigest(
  content: Uint8Array | string,
  hashing: Pick<Hashing, "digest">,
): string {
  return hashing.digest("sha256", content, "base64url");
}
