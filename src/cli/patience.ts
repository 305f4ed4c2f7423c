import { exit, PkmError } from "#base/errors";
import { outOfTime, resolutionInterrupted } from "#resolver/errors";
import { invalidOptionValue } from "./errors.ts";
import type { Invocation } from "./invocation.ts";
import { presentError } from "./present-error.ts";
import type { Progress } from "./progress.ts";

/** So long the solver may compute before somebody else gets a turn, in milliseconds. */
const longestTurn = 40;

/**
 * Ends what takes too long: at `--time-limit`, and when somebody asks the process to end. While requirements are resolved
 * both tell what is known by then; what is changed after that is changed whole or put back by whoever changes it.
 */
export class Patience {
  readonly #invocation: Invocation;
  readonly #progress: Progress;
  readonly #limit: number | undefined;
  readonly #limitText: string;
  readonly #deadline: number;
  #turn: number | undefined;
  #isListening = false;

  constructor(timeLimit: string | undefined, progress: Progress, invocation: Invocation) {
    const { clock } = invocation.world;
    this.#invocation = invocation;
    this.#progress = progress;
    this.#limit = timeLimit === undefined ? undefined : millisecondsOf(timeLimit, invocation);
    this.#limitText = `${timeLimit} s`;
    this.#deadline =
      this.#limit === undefined ? Number.POSITIVE_INFINITY : clock.elapsed() + this.#limit;
  }

  /** Between two attempts of a resolution. */
  readonly pause = (): Promise<void> | undefined => {
    const { clock } = this.#invocation.world;
    const now = clock.elapsed();
    this.#turn ??= now;
    if (now - this.#turn < longestTurn) return undefined;
    if (now >= this.#deadline) throw this.#outOfTime();
    this.#turn = now;
    // Signals and answers of the network are heard of between two turns of the event loop.
    return clock.sleep(1);
  };

  /** Does some work; it ends as said above. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    return this.#limit === undefined
      ? this.listening(work)
      : this.listening(() => this.#within(this.#limit as number, work));
  }

  /** Does some work that takes the time it takes, but ends when somebody asks for it. */
  async listening<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isListening) return work();
    this.#isListening = true;
    const { interrupts } = this.#invocation.world;
    const forget = interrupts?.before(() => this.#interrupt(), "tells");
    try {
      return await work();
    } finally {
      forget?.();
      this.#isListening = false;
    }
  }

  async #within<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
    const { clock } = this.#invocation.world;
    const over = new AbortController();
    try {
      const limit = clock.sleep(milliseconds, over.signal).then(
        () => {
          // Beyond the resolution there is no limit: what was found is put in place.
          if (this.#progress.isResolving) throw this.#outOfTime();
          return new Promise<never>(() => {});
        },
        () => new Promise<never>(() => {}),
      );
      return await Promise.race([work(), limit]);
    } finally {
      over.abort();
    }
  }

  #outOfTime(): PkmError {
    const { struggle } = this.#progress;
    return outOfTime(this.#limitText, struggle.sentences(), struggle.advice());
  }

  #interrupt(): number {
    const { struggle, isResolving } = this.#progress;
    this.#progress.end();
    const error = isResolving
      ? resolutionInterrupted(struggle.sentences(), struggle.advice())
      : interrupted();
    presentError(error, this.#invocation.output);
    return exit.failure;
  }
}

/** Somebody asked the process to end. */
export function interrupted(): PkmError {
  return new PkmError({ code: "interrupted", what: "Interrupted before the command was done" });
}

function millisecondsOf(text: string, { name }: Invocation): number {
  const seconds = Number(text);
  if (text.trim() !== "" && Number.isFinite(seconds) && seconds > 0) return 1000 * seconds;
  throw invalidOptionValue({
    option: "--time-limit",
    value: text,
    expected: "a number of seconds, more than zero",
    command: name,
  });
}
