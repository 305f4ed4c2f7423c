import { busyForSeconds } from "#base/busy-code";
import type { Hashing, RunningHash } from "#platform/ports";

/** Digests by the runtime's native code; `node:crypto` does the same and takes 5 ms to load. */
export class RealHashing implements Hashing {
  digest(
    algorithm: string,
    content: Uint8Array | string,
    encoding: "hex" | "base64url" = "hex",
  ): string {
    // Without an object for each of thousands of files.
    if (algorithm === "sha256") return Bun.SHA256.hash(content, encoding);
    return hasher(algorithm).update(content).digest(encoding);
  }

  start(algorithm: string): RunningHash {
    const hash = hasher(algorithm);
    return {
      update(content) {
        hash.update(content);
      },
      hex: () => hash.digest("hex"),
      base64url: () => hash.digest("base64url"),
    };
  }
}

function hasher(algorithm: string): Bun.CryptoHasher {
  return new Bun.CryptoHasher(nativeName(algorithm) as Bun.SupportedCryptoAlgorithms);
}

/** hashlib writes `sha3_256` and `blake2b` where the runtime writes `sha3-256` and `blake2b512`. */
function nativeName(algorithm: string): string {
  switch (algorithm) {
    case "blake2b":
      return "blake2b512";
    case "blake2s":
      return "blake2s256";
    default:
      return algorithm.replaceAll("_", "-");
  }
}

busyForSeconds(RealHashing);
