import type { Interrupts } from "#platform/ports";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Listens for the signals that ask a process to end only while there is something to clean; then it ends by the same
 * signal, so that a shell sees what happened. What runs without a pause is not interrupted in its middle.
 */
export class RealInterrupts implements Interrupts {
  readonly #cleaners = new Set<() => void | number>();

  before(clean: () => void | number): () => void {
    if (this.#cleaners.size === 0) for (const signal of signals) process.on(signal, this.#end);
    // The same function may be wanted twice.
    const cleaner = (): void | number => clean();
    this.#cleaners.add(cleaner);
    return () => {
      if (this.#cleaners.delete(cleaner) && this.#cleaners.size === 0) this.#stop();
    };
  }

  readonly #end = (signal: NodeJS.Signals): void => {
    let status: number | undefined;
    try {
      for (const clean of [...this.#cleaners].reverse()) status = clean() ?? status;
    } finally {
      this.#stop();
      if (status === undefined) process.kill(process.pid, signal);
      else process.exit(status);
    }
  };

  #stop(): void {
    for (const signal of signals) process.off(signal, this.#end);
  }
}
