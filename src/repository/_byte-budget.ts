/** Bytes that may be under way at once; whoever asks for more than there are waits, in order. */
export class ByteBudget {
  #left: number;
  readonly #line: { readonly cost: number; readonly go: () => void }[] = [];

  constructor(bytes: number) {
    this.#left = bytes;
  }

  take(cost: number): undefined | Promise<void> {
    if (this.#line.length === 0 && cost <= this.#left) {
      this.#left -= cost;
      return undefined;
    }
    return new Promise((go) => {
      this.#line.push({ cost, go });
    });
  }

  giveBack(cost: number): void {
    this.#left += cost;
    for (;;) {
      const [next] = this.#line;
      if (next === undefined || next.cost > this.#left) return;
      this.#line.shift();
      this.#left -= next.cost;
      next.go();
    }
  }
}
