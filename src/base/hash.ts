/** A digest as indexes and locks write it: algorithm in lower case, hexadecimal digits in lower case. */
export type Hash = { readonly algorithm: string; readonly hex: string };

/** Digests of one file by algorithm, hexadecimal: `{ sha256: "…" }`. Empty when the source gave none. */
export type Hashes = Readonly<Record<string, string>>;

/** The strongest digest of a set that is good enough to trust, or `undefined`. */
export function strongestHash(hashes: Hashes): Hash | undefined {
  for (const algorithm of ["sha512", "sha384", "sha256"]) {
    const hex = hashes[algorithm];
    if (hex !== undefined) return { algorithm, hex };
  }
  return undefined;
}

export function formatHash(hash: Hash): string {
  return `${hash.algorithm}:${hash.hex}`;
}
