/**
 * Memory that archives arrive in, used again and again: a page that the system has handed over once need not be
 * cleared by it a second time, which costs more than the copying.
 */
export class ArchiveRooms {
  /** The smallest first. */
  readonly #idle: ArrayBuffer[] = [];
  #idleBytes = 0;

  /** Room for so many bytes; what it holds is left over from somebody else. */
  take(length: number): Uint8Array {
    const at = this.#idle.findIndex((memory) => memory.byteLength >= length);
    if (at === -1) return new Uint8Array(new ArrayBuffer(roundedUp(length)), 0, length);
    const [memory] = this.#idle.splice(at, 1) as [ArrayBuffer];
    this.#idleBytes -= memory.byteLength;
    return new Uint8Array(memory, 0, length);
  }

  /** Memory that nobody reads any more, wherever it came from. */
  giveBack(memory: ArrayBuffer): void {
    const { byteLength } = memory;
    if (byteLength < smallest || this.#idleBytes + byteLength > mostIdle) return;
    const at = this.#idle.findIndex((other) => other.byteLength >= byteLength);
    this.#idle.splice(at === -1 ? this.#idle.length : at, 0, memory);
    this.#idleBytes += byteLength;
  }
}

/** Below it the allocator has something at hand that was used before. */
const smallest = 128 * 1024;
const mostIdle = 48 * 2 ** 20;

/** So that neighbours in size fit into each other's room. */
function roundedUp(length: number): number {
  return length < smallest ? length : Math.ceil(length / smallest) * smallest;
}
