import type { Interrupts } from "#platform/ports";

type Cleaner = { readonly clean: () => void | number; readonly what: "cleans" | "tells" };

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Listens for the signals that ask a process to end only while there is something to clean; then it ends by the same
 * signal, so that a shell sees what happened. What runs without a pause is not interrupted in its middle.
 */
export class RealInterrupts implements Interrupts {
  readonly #cleaners = new Set<Cleaner>();

  before(clean: () => void | number, what: "cleans" | "tells" = "cleans"): () => void {
    if (this.#cleaners.size === 0) for (const signal of signals) process.on(signal, this.#end);
    // The same function may be wanted twice.
    const cleaner: Cleaner = { clean, what };
    this.#cleaners.add(cleaner);
    return () => {
      if (this.#cleaners.delete(cleaner) && this.#cleaners.size === 0) this.#stop();
    };
  }

  readonly #end = (signal: NodeJS.Signals): void => {
    let status: number | undefined;
    try {
      const cleaners = [...this.#cleaners].reverse();
      for (const turn of ["tells", "cleans"])
        for (const { clean, what } of cleaners) if (what === turn) status = clean() ?? status;
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
