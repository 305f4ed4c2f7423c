export type UnpackRequest = {
  readonly filename: string;
  readonly sha256: string;
  readonly content:
    | { readonly kind: "bytes"; readonly bytes: Uint8Array }
    | { readonly kind: "path"; readonly path: string };
  /** An empty folder of one's own. */
  readonly staging: string;
};

/** What a thread answers: the manifest's bytes, and the memory that it was handed. */
export type UnpackAnswer = {
  readonly manifest: Uint8Array;
  readonly memory: ArrayBuffer | undefined;
};

/**
 * What the archive lies in, which may be handed over instead of being copied: memory that somebody lent for it alone, or
 * that nothing else lies in.
 */
export function memoryOf({ content }: UnpackRequest, isLent: boolean): ArrayBuffer | undefined {
  if (content.kind === "path") return undefined;
  const { buffer, byteLength } = content.bytes;
  return buffer instanceof ArrayBuffer && (isLent || buffer.byteLength === byteLength)
    ? buffer
    : undefined;
}
