/** Bytes of a file of known size, wherever they lie: in memory, on disk, or behind range requests. */
export interface RandomAccess {
  readonly size: number;
  /** Exactly `length` bytes at `offset`; both lie inside the file. */
  read(offset: number, length: number): Uint8Array | Promise<Uint8Array>;
}

/** What unpacking needs: the part of the machine that inflates and checks. */
export interface Inflater {
  /** Raw deflate. Throws unless the whole input makes exactly `size` bytes. */
  inflateRaw(compressed: Uint8Array, size: number): Uint8Array;
  /** {@link inflateRaw} piece by piece; each piece is overwritten by the next, and a bad stream throws at its end. */
  inflatePieces(compressed: Uint8Array, size: number): Iterable<Uint8Array>;
  /** The one piece of {@link inflatePieces}, for a stream of at most {@link shortSize} bytes; the next overwrites it. */
  inflateShort(compressed: Uint8Array, size: number): Uint8Array;
  readonly shortSize: number;
  crc32(content: Uint8Array, before?: number): number;
}
