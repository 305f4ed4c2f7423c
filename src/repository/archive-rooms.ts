/**
 * Memory that archives arrive in, used again and again: a page that the system has handed over once need not be
 * cleared by it a second time, which costs more than the copying. All of it lies in one piece that threads share:
 * nothing changes hands between them, and no collector counts megabytes that come and go.
 */
export class ArchiveRooms {
  /** `undefined` before it is wanted, `false` where the system refuses so much at once. */
  #memory: SharedArrayBuffer | false | undefined;
  /** What is free, from the front to the back; neighbours are one. */
  readonly #free: Span[] = [];

  /**
   * Room for so many bytes; what it holds is left over from somebody else. `giveBack` is to be called when nobody reads
   * them any more, and makes no difference a second time; without it the memory is for whoever has it.
   */
  take(length: number): Room {
    if (this.#memory === undefined) {
      if (length < worthwhile) return ownRoom(length);
      this.#memory = trySharedMemory();
      this.#free.push({ start: 0, end: mostShared });
    }
    if (this.#memory === false) return ownRoom(length);
    const size = Math.ceil(length / page) * page;
    // Towards the front, where memory has been used before.
    const at = this.#free.findIndex(({ start, end }) => end - start >= size);
    if (at === -1) return ownRoom(length);
    const span = this.#free[at] as Span;
    const { start } = span;
    span.start += size;
    if (span.start === span.end) this.#free.splice(at, 1);
    let isTaken = true;
    const giveBack = (): void => {
      if (isTaken) this.#giveBack(start, start + size);
      isTaken = false;
    };
    return { bytes: new Uint8Array(this.#memory, start, length), giveBack };
  }

  #giveBack(start: number, end: number): void {
    const behind = this.#free.findIndex((span) => span.start >= end);
    const at = behind === -1 ? this.#free.length : behind;
    const before = this.#free[at - 1];
    const after = this.#free[at];
    if (before?.end === start) {
      before.end = end;
      if (after?.start !== end) return;
      before.end = after.end;
      this.#free.splice(at, 1);
    } else if (after?.start === end) after.start = start;
    else this.#free.splice(at, 0, { start, end });
  }
}

export type Room = { readonly bytes: Uint8Array; readonly giveBack?: () => void };

type Span = { start: number; end: number };

/** Where address space is limited (`ulimit -v`) there may be none. */
function trySharedMemory(): SharedArrayBuffer | false {
  try {
    return new SharedArrayBuffer(mostShared);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function ownRoom(length: number): Room {
  return { bytes: new Uint8Array(length) };
}

/** A run that fetches nothing longer does without. */
const worthwhile = 128 * 1024;
/** As much as waits and is unpacked at a time; the system gives what of it is used. */
const mostShared = 128 * 2 ** 20;
const page = 4096;
