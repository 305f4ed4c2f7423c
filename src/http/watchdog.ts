import type { Clock } from "#platform/ports";

/** Why an exchange was given up. */
export type Stall = "no-progress" | "too-slow";

export interface Watch {
  /** Tells that so many bytes came in. */
  progress(bytes: number): void;
  end(): void;
  readonly stall: Stall | undefined;
  /** Bytes told so far. */
  readonly received: number;
}

/**
 * Ends exchanges in which nothing happens. One sleeper watches all of them, as a timer for each of hundreds of
 * requests would cost more than the requests. An exchange stalls when no byte came for `timeout` milliseconds; it is
 * too slow when ten such spans brought less than {@link leastBytes} each, which ends a server that drips for ever.
 */
export class Watchdog {
  readonly #clock: Clock;
  readonly #timeout: number;
  readonly #watched = new Set<Watched>();
  #sleep: AbortController | undefined;

  constructor(clock: Clock, timeout: number) {
    this.#clock = clock;
    this.#timeout = timeout;
  }

  watch(exchange: AbortController): Watch {
    const watched = new Watched(this.#clock, exchange, () => this.#end(watched));
    this.#watched.add(watched);
    if (this.#sleep === undefined) void this.#run();
    return watched;
  }

  #end(watched: Watched): void {
    this.#watched.delete(watched);
    // A sleeper nobody needs would keep the process alive.
    if (this.#watched.size === 0) this.#sleep?.abort();
  }

  async #run(): Promise<void> {
    const sleep = new AbortController();
    this.#sleep = sleep;
    try {
      while (this.#watched.size > 0) {
        let earliest = Number.POSITIVE_INFINITY;
        for (const watched of this.#watched) earliest = Math.min(earliest, watched.lastByte);
        await this.#clock.sleep(
          Math.max(1, earliest + this.#timeout - this.#clock.now()),
          sleep.signal,
        );
        const now = this.#clock.now();
        for (const watched of this.#watched) watched.check(now, this.#timeout);
      }
    } catch (error) {
      if (!sleep.signal.aborted) throw error;
    } finally {
      this.#sleep = undefined;
      // Somebody came in between the last departure and this line.
      if (this.#watched.size > 0) void this.#run();
    }
  }
}

const leastBytes = 1024;
const spans = 10;

class Watched implements Watch {
  readonly #clock: Clock;
  readonly #exchange: AbortController;
  readonly #leave: () => void;
  #spanStart: number;
  #spanBytes = 0;
  lastByte: number;
  received = 0;
  stall: Stall | undefined;

  constructor(clock: Clock, exchange: AbortController, leave: () => void) {
    this.#clock = clock;
    this.#exchange = exchange;
    this.#leave = leave;
    this.lastByte = clock.now();
    this.#spanStart = this.lastByte;
  }

  progress(bytes: number): void {
    this.lastByte = this.#clock.now();
    this.#spanBytes += bytes;
    this.received += bytes;
  }

  end(): void {
    this.#leave();
  }

  check(now: number, timeout: number): void {
    if (now - this.lastByte >= timeout) this.#give("no-progress");
    else if (now - this.#spanStart >= spans * timeout) {
      if (this.#spanBytes < spans * leastBytes) this.#give("too-slow");
      this.#spanStart = now;
      this.#spanBytes = 0;
    }
  }

  #give(stall: Stall): void {
    this.stall = stall;
    this.#exchange.abort(new Error(stall));
    this.#leave();
  }
}
