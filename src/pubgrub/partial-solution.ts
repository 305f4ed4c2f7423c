import { busyForSeconds } from "#base/busy-code";
import type { Incompatibility, Term } from "./incompatibility.ts";
import type { Progress } from "./provider.ts";
import type { RangeAlgebra } from "./range-algebra.ts";

/** An incompatibility at work. A wider one may take its place. */
export type Clause<P, R> = {
  fact: Incompatibility<P, R>;
  /** The decision level since which it cannot become true; `Infinity` when that is not known. */
  contradictedSince: number;
};

/** One step: a decision (no cause) or what followed from the steps before it. */
export type Assignment<P, R> = {
  readonly slot: Slot<P, R, unknown>;
  /** What this step alone says. */
  readonly positive: boolean;
  readonly range: R;
  readonly cause: Incompatibility<P, R> | undefined;
  readonly level: number;
  readonly position: number;
  /** What all steps about this package say up to here: is it needed, and which versions are left. */
  readonly required: boolean;
  readonly allowed: R;
};

/** What is known about one package. */
export type Slot<P, R, V> = {
  readonly package: P;
  readonly number: number;
  /** The package it hangs on, if it is an option. */
  readonly base: P | undefined;
  readonly clauses: Clause<P, R>[];
  readonly assignments: Assignment<P, R>[];
  required: boolean;
  allowed: R;
  /** It is among those that changed. */
  isTouched: boolean;
  decided: { readonly version: V; readonly level: number } | undefined;
};

export type Relation = "satisfied" | "contradicted" | "inconclusive";

/** Decisions and what follows from them, in order, with the sum for each package kept at every step. */
export class PartialSolution<P, R, V> implements Progress<P, V> {
  readonly slots: Slot<P, R, V>[] = [];
  level = 0;
  private readonly byPackage = new Map<P, Slot<P, R, V>>();
  private readonly trail: Assignment<P, R>[] = [];
  /** Packages that are needed, in the order in which that became known. */
  readonly wanted: Slot<P, R, V>[] = [];
  /** Those of them that hang on another one. */
  readonly wantedOptions: Slot<P, R, V>[] = [];
  /** Packages of which more or less is known than when somebody last emptied the list. */
  readonly touched: Slot<P, R, V>[] = [];
  /** So many of the wanted at the head are decided, and perhaps more. */
  private decidedHead = 0;
  private readonly contradicted: Clause<P, R>[] = [];
  private readonly algebra: RangeAlgebra<R, V>;

  private readonly baseOf: (dependency: P) => P | undefined;

  constructor(algebra: RangeAlgebra<R, V>, baseOf: (dependency: P) => P | undefined) {
    this.algebra = algebra;
    this.baseOf = baseOf;
  }

  slotOf(dependency: P): Slot<P, R, V> {
    let slot = this.byPackage.get(dependency);
    if (slot === undefined) {
      slot = {
        package: dependency,
        number: this.slots.length,
        base: this.baseOf(dependency),
        clauses: [],
        assignments: [],
        required: false,
        allowed: this.algebra.full,
        isTouched: false,
        decided: undefined,
      };
      this.byPackage.set(dependency, slot);
      this.slots.push(slot);
    }
    return slot;
  }

  /** The package's place, if anything was ever said about it. */
  find(dependency: P): Slot<P, R, V> | undefined {
    return this.byPackage.get(dependency);
  }

  /** Where in {@link wanted} the first one stands that is not decided: whoever looks for those need not begin before. */
  firstOpen(): number {
    const { wanted } = this;
    let at = this.decidedHead;
    while (at < wanted.length && wanted[at]?.decided !== undefined) at++;
    return (this.decidedHead = at);
  }

  decided(dependency: P): V | undefined {
    return this.byPackage.get(dependency)?.decided?.version;
  }

  relation(term: Term<P, R>): Relation {
    const slot = this.slots[term.slot] as Slot<P, R, V>;
    if (term.positive) {
      if (this.algebra.isDisjoint(slot.allowed, term.range)) return "contradicted";
      return slot.required && this.algebra.isSubset(slot.allowed, term.range)
        ? "satisfied"
        : "inconclusive";
    }
    if (this.algebra.isDisjoint(slot.allowed, term.range)) return "satisfied";
    return slot.required && this.algebra.isSubset(slot.allowed, term.range)
      ? "contradicted"
      : "inconclusive";
  }

  /** What was left of a package when a level was current. */
  allowedAt(slot: Slot<P, R, V>, level: number): R {
    const { assignments } = slot;
    for (let i = assignments.length - 1; i >= 0; i--) {
      const step = assignments[i] as Assignment<P, R>;
      if (step.level <= level) return step.allowed;
    }
    return this.algebra.full;
  }

  /** Opens a decision level with one version of a package. */
  decide(slot: Slot<P, R, V>, version: V): void {
    this.level++;
    slot.decided = { version, level: this.level };
    this.assign(slot, true, this.algebra.exactly(version), undefined);
  }

  /** Records the opposite of a term, which follows because all other terms of its incompatibility are true. */
  derive(term: Term<P, R>, cause: Incompatibility<P, R>): void {
    const slot = this.slots[term.slot] as Slot<P, R, V>;
    this.assign(slot, !term.positive, term.range, cause);
  }

  /** Remembers that a clause cannot become true before the present level is undone. */
  markContradicted(clause: Clause<P, R>): void {
    clause.contradictedSince = this.level;
    this.contradicted.push(clause);
  }

  touch(slot: Slot<P, R, V>): void {
    if (slot.isTouched) return;
    slot.isTouched = true;
    this.touched.push(slot);
  }

  backtrack(level: number): void {
    while (this.trail.length > 0) {
      const last = this.trail[this.trail.length - 1] as Assignment<P, R>;
      if (last.level <= level) break;
      this.trail.pop();
      const slot = last.slot as Slot<P, R, V>;
      slot.assignments.pop();
      this.touch(slot);
      const before = slot.assignments[slot.assignments.length - 1];
      if (slot.required && before?.required !== true) {
        slot.required = false;
        this.wanted.pop();
        if (slot.base !== undefined) this.wantedOptions.pop();
      }
      slot.allowed = before === undefined ? this.algebra.full : before.allowed;
      if (last.cause === undefined) slot.decided = undefined;
    }
    while (this.contradicted.length > 0) {
      const clause = this.contradicted[this.contradicted.length - 1] as Clause<P, R>;
      if (clause.contradictedSince <= level) break;
      clause.contradictedSince = Infinity;
      this.contradicted.pop();
    }
    this.level = level;
    this.decidedHead = 0;
  }

  /** The earliest step after which a term that is true was true; together with `also`, if that is given. */
  satisfier(term: Term<P, R>, also?: Assignment<P, R>): Assignment<P, R> | undefined {
    const slot = this.slots[term.slot] as Slot<P, R, V>;
    if (also !== undefined && this.makesTrue(also.positive, also.range, term)) return undefined;
    const alsoRange =
      also === undefined || also.positive ? also?.range : this.algebra.complement(also.range);
    for (const step of slot.assignments) {
      const allowed =
        alsoRange === undefined ? step.allowed : this.algebra.intersect(step.allowed, alsoRange);
      if (this.makesTrueWith(step.required || also?.positive === true, allowed, term)) return step;
    }
    throw new Error("bug: a term counted as true has no step that made it true");
  }

  private makesTrue(positive: boolean, range: R, term: Term<P, R>): boolean {
    return this.makesTrueWith(positive, positive ? range : this.algebra.complement(range), term);
  }

  private makesTrueWith(required: boolean, allowed: R, term: Term<P, R>): boolean {
    return term.positive
      ? required && this.algebra.isSubset(allowed, term.range)
      : this.algebra.isDisjoint(allowed, term.range);
  }

  private assign(
    slot: Slot<P, R, V>,
    positive: boolean,
    range: R,
    cause: Incompatibility<P, R> | undefined,
  ): void {
    const { algebra } = this;
    if (positive && !slot.required) {
      slot.required = true;
      this.wanted.push(slot);
      if (slot.base !== undefined) this.wantedOptions.push(slot);
    }
    this.touch(slot);
    slot.allowed = algebra.intersect(slot.allowed, positive ? range : algebra.complement(range));
    const step: Assignment<P, R> = {
      slot: slot as Slot<P, R, unknown>,
      positive,
      range,
      cause,
      level: this.level,
      position: this.trail.length,
      required: slot.required,
      allowed: slot.allowed,
    };
    slot.assignments.push(step);
    this.trail.push(step);
  }
}

busyForSeconds(PartialSolution);
