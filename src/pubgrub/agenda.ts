import { busyForSeconds } from "#base/busy-code";
import type { PartialSolution, Slot } from "./partial-solution.ts";
import { type Provider, rank } from "./provider.ts";

/** Why a package is decided earlier or later than its rank says. */
type Move = 0 | typeof rank.conflictLate | typeof rank.conflictEarly;

/**
 * Which package to decide next: an option whose package is decided, else the one of the highest rank, and among equals the
 * one met first. Hundreds are open at a time and few change from one decision to the next, so those of ordinary rank are
 * found by where the first of them may be, and only the others are compared.
 */
export class Agenda<P, R, V> {
  private readonly provider: Pick<Provider<P, R, V>, "rank">;
  private readonly solution: PartialSolution<P, R, V>;
  private readonly entries: Entry<P, R, V>[] = [];
  /** Those that were above ordinary when they were last looked at. */
  private special: Entry<P, R, V>[] = [];
  /** No package before this number is open and of ordinary rank. */
  private firstOrdinary = 0;

  constructor(provider: Pick<Provider<P, R, V>, "rank">, solution: PartialSolution<P, R, V>) {
    this.provider = provider;
    this.solution = solution;
  }

  /** `undefined` when everything that is needed is decided. */
  next(): Slot<P, R, V> | undefined {
    return this.nextOption() ?? this.nextPackage();
  }

  private nextOption(): Slot<P, R, V> | undefined {
    const { solution } = this;
    for (const slot of solution.wantedOptions)
      if (slot.decided === undefined && solution.decided(slot.base as P) !== undefined) return slot;
    return undefined;
  }

  private nextPackage(): Slot<P, R, V> | undefined {
    const { touched, slots } = this.solution;
    for (const slot of touched) {
      slot.isTouched = false;
      if (isOpen(slot)) this.file(this.entry(slot));
    }
    touched.length = 0;
    const best = this.bestSpecial();
    if (best !== undefined) return best;
    let at = this.firstOrdinary;
    while (at < slots.length && !isOpen(slots[at] as Slot<P, R, V>)) at++;
    this.firstOrdinary = at;
    return slots[at];
  }

  private file(entry: Entry<P, R, V>): void {
    const { slot } = entry;
    if (entry.rankOf !== slot.allowed) {
      entry.rankOf = slot.allowed;
      entry.rank = this.provider.rank(slot.package, slot.allowed);
    }
    if (heightOf(entry) === rank.ordinary) {
      if (slot.number < this.firstOrdinary) this.firstOrdinary = slot.number;
    } else if (!entry.isSpecial) {
      entry.isSpecial = true;
      this.special.push(entry);
    }
  }

  private bestSpecial(): Slot<P, R, V> | undefined {
    let best: Slot<P, R, V> | undefined;
    let bestHeight = 0;
    let kept = 0;
    const { special } = this;
    for (const entry of special) {
      const { slot } = entry;
      const height = heightOf(entry);
      if (height === rank.ordinary || !isOpen(slot)) {
        entry.isSpecial = false;
        continue;
      }
      special[kept++] = entry;
      if (height > bestHeight || (height === bestHeight && slot.number < (best?.number ?? 0))) {
        best = slot;
        bestHeight = height;
      }
    }
    special.length = kept;
    return best;
  }

  /** For a package that keeps being refused: before all that were not raised, unless they are single or fixed. */
  raise(slot: Slot<P, R, V>): void {
    this.move(slot, rank.conflictEarly);
  }

  /** For one that keeps being in the way: after those that were raised, and still before ordinary ones. */
  lower(slot: Slot<P, R, V>): void {
    this.move(slot, rank.conflictLate);
  }

  private move(slot: Slot<P, R, V>, to: Move): void {
    this.entry(slot).move = to;
    this.solution.touch(slot);
  }

  isMoved(slot: Slot<P, R, V>): boolean {
    return this.entry(slot).move !== 0;
  }

  isRaised(slot: Slot<P, R, V>): boolean {
    return this.entry(slot).move === rank.conflictEarly;
  }

  /** Neither moved before, nor fixed, nor an option, which has no place of its own. */
  mayLower(slot: Slot<P, R, V>): boolean {
    const entry = this.entry(slot);
    return entry.move === 0 && entry.rank < rank.fixed && slot.base === undefined;
  }

  private entry(slot: Slot<P, R, V>): Entry<P, R, V> {
    return (this.entries[slot.number] ??= {
      slot,
      rankOf: undefined,
      rank: rank.ordinary,
      move: 0,
      isSpecial: false,
    });
  }
}

type Entry<P, R, V> = {
  readonly slot: Slot<P, R, V>;
  /** The range for which the provider told the rank. */
  rankOf: R | undefined;
  rank: number;
  move: Move;
  isSpecial: boolean;
};

function heightOf({ rank: own, move }: Entry<unknown, unknown, unknown>): number {
  return own > move ? own : move;
}

function isOpen({ required, decided, base }: Slot<unknown, unknown, unknown>): boolean {
  return required && decided === undefined && base === undefined;
}

busyForSeconds(Agenda, heightOf, isOpen);
