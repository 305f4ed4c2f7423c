/**
 * Who may be fetched: the largest first, up to a count, until enough bytes wait for being unpacked. More of them would
 * only take memory, which is used again when there are few. Bounds may be passed by the last one let in. Small ones need
 * not wait for that: while large ones arrive, there is something to unpack.
 */
export class Gate {
  #inside = 0;
  #bytes = 0;
  #waitingBytes = 0;
  readonly #line: { readonly bytes: number; readonly go: (place: Place) => void }[] = [];

  async enter(bytes: number): Promise<Place> {
    // Whoever stands in line has no room.
    if (this.#hasRoom(bytes)) return this.#take(bytes);
    return new Promise((go) => {
      const behind = this.#line.findIndex((other) => other.bytes < bytes);
      this.#line.splice(behind === -1 ? this.#line.length : behind, 0, { bytes, go });
    });
  }

  #take(bytes: number): Place {
    this.#inside += 1;
    this.#bytes += bytes;
    this.#waitingBytes += bytes;
    let isWaiting = true;
    const begin = (): void => {
      if (!isWaiting) return;
      isWaiting = false;
      this.#waitingBytes -= bytes;
      this.#letIn();
    };
    return {
      begin,
      leave: () => {
        this.#inside -= 1;
        this.#bytes -= bytes;
        begin();
        this.#letIn();
      },
    };
  }

  #letIn(): void {
    for (;;) {
      const at = this.#line.findIndex(({ bytes }) => this.#hasRoom(bytes));
      const [next] = at === -1 ? [] : this.#line.splice(at, 1);
      if (next === undefined) return;
      next.go(this.#take(next.bytes));
    }
  }

  #hasRoom(bytes: number): boolean {
    if (this.#inside >= mostAtOnce) return false;
    return bytes < smallWheel || (this.#bytes < mostBytes && this.#waitingBytes < enoughBytes);
  }
}

export type Place = {
  /** Tells that it is being unpacked. */
  readonly begin: () => void;
  readonly leave: () => void;
};

const mostAtOnce = 24;
const mostBytes = 40 * 1024 * 1024;
/** Some tenths of a second for all threads of a usual machine. */
const enoughBytes = 16 * 1024 * 1024;
const smallWheel = 1024 * 1024;
