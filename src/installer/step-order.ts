import { compareText } from "#base/order";
import type { NormalizedName } from "#standards/name";
import type { Step } from "./journal.ts";

/**
 * Steps in the order in which they are made. Shared folders first, then distribution by distribution, each with its
 * metadata last: who reads in between finds the old metadata or the new, and a distribution is mixed for a few renames
 * only.
 */
export class StepOrder {
  readonly #ranked: { readonly rank: number; readonly step: Step }[] = [];
  readonly #ranks = new Map<NormalizedName, number>();

  /** `owner` is the distribution that a step is about, `undefined` for what several need. */
  add(owner: NormalizedName | undefined, path: string, step: Step): void {
    let rank = -1;
    if (owner !== undefined) {
      let number = this.#ranks.get(owner);
      if (number === undefined) this.#ranks.set(owner, (number = this.#ranks.size));
      rank = 2 * number + (isMetadata(path) ? 1 : 0);
    }
    this.#ranked.push({ rank, step });
  }

  steps(): Step[] {
    const names = [...this.#ranks.keys()].sort(compareText);
    const order = new Map(
      names.map((name, position) => [this.#ranks.get(name) as number, position]),
    );
    const value = (rank: number): number =>
      rank < 0 ? -1 : 2 * (order.get(rank >> 1) as number) + (rank & 1);
    return this.#ranked.sort((a, b) => value(a.rank) - value(b.rank)).map((entry) => entry.step);
  }
}

function isMetadata(path: string): boolean {
  return path.endsWith(".dist-info") || path.endsWith(".egg-info") || path.includes(".dist-info/");
}
