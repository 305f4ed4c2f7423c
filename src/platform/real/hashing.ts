import type { Hashing, RunningHash } from "#platform/ports";
import { runtimeModule } from "./runtime-module.ts";

const crypto = runtimeModule("node:crypto");

/** Digests by the runtime's native code. */
export class RealHashing implements Hashing {
  digest(
    algorithm: string,
    content: Uint8Array | string,
    encoding: "hex" | "base64url" = "hex",
  ): string {
    return crypto().createHash(nativeName(algorithm)).update(content).digest(encoding);
  }

  start(algorithm: string): RunningHash {
    const hash = crypto().createHash(nativeName(algorithm));
    return {
      update(content) {
        hash.update(content);
      },
      hex: () => hash.digest("hex"),
      base64url: () => hash.digest("base64url"),
    };
  }
}

/** hashlib writes `sha3_256` and `blake2b` where OpenSSL writes `sha3-256` and `blake2b512`. */
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
