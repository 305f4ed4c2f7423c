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

/** What the archive lies in; it is handed over to the thread instead of being copied. */
export function memoryOf({ content }: UnpackRequest): ArrayBuffer | undefined {
  if (content.kind === "path") return undefined;
  const { buffer } = content.bytes;
  return buffer instanceof ArrayBuffer ? buffer : undefined;
}
