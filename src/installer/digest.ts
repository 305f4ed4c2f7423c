import type { Hashing } from "#platform/ports";

/** SHA-256 as RECORD writes it: URL-safe base64 without padding. */
export function recordDigest(content: Uint8Array | string, hashing: Pick<Hashing, "digest">): string {
  return Uint8Array.fromHex(hashing.digest("sha256", content)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
}
