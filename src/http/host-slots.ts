/** At most so many exchanges with one host at a time; the rest wait in line. */
export class HostSlots {
  readonly #limit: number;
  readonly #hosts = new Map<string, { busy: number; readonly line: (() => void)[] }>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Answers without a promise when there is room. */
  take(host: string): void | Promise<void> {
    let state = this.#hosts.get(host);
    if (state === undefined) {
      state = { busy: 0, line: [] };
      this.#hosts.set(host, state);
    }
    if (state.busy < this.#limit) {
      state.busy++;
      return undefined;
    }
    const { line } = state;
    return new Promise((resolve) => {
      line.push(resolve);
    });
  }

  giveBack(host: string): void {
    const state = this.#hosts.get(host);
    if (state === undefined) return;
    const next = state.line.shift();
    // The place passes on to whoever waits longest.
    if (next === undefined) state.busy--;
    else next();
  }
}
