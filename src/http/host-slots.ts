/** At most so many exchanges with one host at a time; the rest wait in one of two lines, of which one goes first. */
export class HostSlots {
  readonly #limit: number;
  readonly #hosts = new Map<string, Slots>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Answers without a promise when there is room. */
  take(host: string, goesFirst = false): void | Promise<void> {
    let state = this.#hosts.get(host);
    if (state === undefined) {
      state = { busy: 0, first: [], line: [] };
      this.#hosts.set(host, state);
    }
    if (state.busy < this.#limit) {
      state.busy++;
      return undefined;
    }
    const line = goesFirst ? state.first : state.line;
    return new Promise((resolve) => {
      line.push(resolve);
    });
  }

  giveBack(host: string): void {
    const state = this.#hosts.get(host);
    if (state === undefined) return;
    const next = state.first.shift() ?? state.line.shift();
    // The place passes on to whoever waits longest.
    if (next === undefined) state.busy--;
    else next();
  }
}

type Slots = {
  busy: number;
  readonly first: (() => void)[];
  readonly line: (() => void)[];
};
