/**
 * Gives memory back at once that nobody looks at again; the collector comes for it when megabytes have gathered. Bytes
 * that share their memory with others stay as they are.
 */
export function releaseMemory({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
