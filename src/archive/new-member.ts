/** A regular file to be written into an archive. Archives of pkm hold nothing else: folders follow from the names. */
export type NewMember = {
  /** Relative, with `/`. */
  readonly name: string;
  /** Permission bits. */
  readonly mode: number;
  readonly content: Uint8Array;
};

/** What packing needs: the part of the machine that deflates and sums up. */
export interface Deflater {
  /** Raw deflate; the same content gives the same bytes. */
  deflateRaw(content: Uint8Array): Uint8Array;
  crc32(content: Uint8Array, before?: number): number;
}
