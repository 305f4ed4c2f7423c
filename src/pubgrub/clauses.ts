import { busyForSeconds } from "#base/busy-code";
import type { Cause, Term } from "./incompatibility.ts";
import type { Clause, PartialSolution, Slot } from "./partial-solution.ts";
import type { Demand } from "./provider.ts";
import type { RangeAlgebra } from "./range-algebra.ts";

/** Every incompatibility that is known, filed under each package it speaks of. */
export class Clauses<P, R, V> {
  private readonly solution: PartialSolution<P, R, V>;
  private readonly algebra: RangeAlgebra<R, V>;
  /** By the package that has the demand (or the option), then by the one that is demanded. */
  private readonly demands = new Map<number, Map<number, Clause<P, R>[]>>();

  constructor(solution: PartialSolution<P, R, V>, algebra: RangeAlgebra<R, V>) {
    this.solution = solution;
    this.algebra = algebra;
  }

  add(terms: readonly Term<P, R>[], cause: Cause<P, R>): Clause<P, R> {
    const clause: Clause<P, R> = { fact: { terms, cause }, contradictedSince: Infinity };
    for (const term of terms) this.solution.slots[term.slot]?.clauses.push(clause);
    return clause;
  }

  /** "These versions, with this option if there is one, cannot be used." */
  addUnusable(
    subject: Slot<P, R, V>,
    option: Slot<P, R, V> | undefined,
    versions: R,
    reason: unknown,
  ): void {
    const terms = [termOf(subject, true, versions)];
    if (option !== undefined) terms.push(termOf(option, true, this.algebra.full));
    this.add(terms, { kind: "unusable", reason });
  }

  /**
   * "These versions need that." Where a clause says the same of other versions it is widened instead, so that a package with
   * a thousand versions and one habit has one clause.
   */
  addDemand(
    subject: Slot<P, R, V>,
    option: Slot<P, R, V> | undefined,
    versions: R,
    demand: Demand<P, R>,
    target: Slot<P, R, V>,
  ): void {
    const { algebra } = this;
    if (target === option) return;
    let range = versions;
    if (target === subject) {
      range = algebra.intersect(versions, algebra.complement(demand.range));
      if (algebra.equals(range, algebra.empty)) return;
    }
    const alike = this.demandsBetween(option ?? subject, target);
    for (const clause of alike) {
      const { cause, terms } = clause.fact;
      if (cause.kind !== "demand" || !algebra.equals(cause.demand.range, demand.range)) continue;
      const [first, ...others] = terms as [Term<P, R>, ...Term<P, R>[]];
      if (algebra.isSubset(range, first.range)) return;
      const wider = { ...first, range: algebra.union(first.range, range) };
      clause.fact = { terms: [wider, ...others], cause };
      clause.contradictedSince = Infinity;
      return;
    }
    const terms = [termOf(subject, true, range)];
    if (option !== undefined) terms.push(termOf(option, true, algebra.full));
    // "Not in the empty set" is always true and would never be resolved away.
    if (target !== subject && !algebra.equals(demand.range, algebra.empty))
      terms.push(termOf(target, false, demand.range));
    alike.push(this.add(terms, { kind: "demand", demand, option: option?.package }));
  }

  private demandsBetween(from: Slot<P, R, V>, to: Slot<P, R, V>): Clause<P, R>[] {
    let byTarget = this.demands.get(from.number);
    if (byTarget === undefined) this.demands.set(from.number, (byTarget = new Map()));
    let clauses = byTarget.get(to.number);
    if (clauses === undefined) byTarget.set(to.number, (clauses = []));
    return clauses;
  }
}

export function termOf<P, R, V>(slot: Slot<P, R, V>, positive: boolean, range: R): Term<P, R> {
  return { package: slot.package, slot: slot.number, positive, range };
}

busyForSeconds(Clauses);
