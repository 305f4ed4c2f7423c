import { buildCycle } from "./errors.ts";

/** A build that others may wait for, or the environment of one; only builds are shown. */
export type Waiter = { readonly shown: string | undefined };

/**
 * Who waits for whom. A build needs an environment, and what goes into it may have to be built: when that leads back to
 * a build that waits already, nobody would ever come to an end.
 */
export class UnderWay {
  readonly #waits = new Map<Waiter, Map<Waiter, number>>();

  /** Does `work`, for which `from` has to wait; throws when `to` waits for `from`, whatever is between them. */
  async during<T>(from: Waiter | undefined, to: Waiter, work: () => Promise<T>): Promise<T> {
    if (from === undefined) return work();
    const way = this.#way(to, from);
    if (way !== undefined) throw buildCycle(ringFrom([from, ...way]));
    const waits = this.#waits.get(from) ?? new Map<Waiter, number>();
    this.#waits.set(from, waits);
    waits.set(to, (waits.get(to) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (waits.get(to) ?? 1) - 1;
      if (left === 0) waits.delete(to);
      else waits.set(to, left);
    }
  }

  /** The builds from one to another along who waits for whom, both included. */
  #way(from: Waiter, to: Waiter, seen = new Set<Waiter>()): Waiter[] | undefined {
    if (from === to) return [from];
    if (seen.has(from)) return undefined;
    seen.add(from);
    for (const next of this.#waits.get(from)?.keys() ?? []) {
      const way = this.#way(next, to, seen);
      if (way !== undefined) return [from, ...way];
    }
    return undefined;
  }
}

/** Named from the one that comes first in the alphabet, so that the message is the same whoever noticed. */
function ringFrom(ring: readonly Waiter[]): string[] {
  const names = ring
    .slice(0, -1)
    .map(({ shown }) => shown)
    .filter((shown) => shown !== undefined);
  const first = names.indexOf([...names].sort()[0] as string);
  const turned = [...names.slice(first), ...names.slice(0, first)];
  return [...turned, turned[0] as string];
}
