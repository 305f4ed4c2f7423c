import { busyForSeconds } from "#base/busy-code";
import { Agenda } from "./agenda.ts";
import { Clauses, termOf } from "./clauses.ts";
import { type Incompatibility, resolveTerms, type Term } from "./incompatibility.ts";
import { type Assignment, type Clause, PartialSolution, type Slot } from "./partial-solution.ts";
import {
  type Demand,
  type Dependencies,
  type Exclusion,
  type Foreseen,
  type Provider,
  type Soon,
} from "./provider.ts";
import type { RangeAlgebra } from "./range-algebra.ts";
import { guessEnd } from "./refused-run.ts";

/** What the answer has to contain, and who wants it; the note comes back in the derivation. */
export type Asked<P, R> = Demand<P, R> & { readonly note: unknown };

export type SolveOptions<P = unknown> = {
  /** Give up after so many attempts. */
  readonly maxAttempts?: number;
  /** Looked at between attempts; its reason is thrown. */
  readonly signal?: { readonly aborted: boolean; readonly reason?: unknown };
  /** Called between attempts, for those who have something else to do; what it throws ends the search. */
  readonly pause?: () => Promise<void> | undefined;
  /** A package could not be taken because of another one; counts behind changes of tactics are no business of it. */
  readonly onConflict?: (affected: P, culprit: P) => void;
  /** When to change tactics; changes how long the way is, never whether there is an answer. */
  readonly patience?: Patience;
};

export type Patience = {
  /** Conflicts of a package before the order of decisions is changed. */
  readonly conflicts: number;
  /** Refusals of a package in a row before versions are ruled out many at a time. */
  readonly refusals: number;
};

/** `attempts` counts versions tried, undone ones included, and each look at many versions as one. */
export type Outcome<P, R, V> = { readonly attempts: number } & (
  | { readonly kind: "solved"; readonly decisions: ReadonlyMap<P, V> }
  | { readonly kind: "unsolvable"; readonly rootCause: Incompatibility<P, R> }
  | { readonly kind: "gave-up" }
);

/**
 * Finds versions that satisfy every demand, or proves that there are none: PubGrub, that is conflict-driven
 * clause learning over sets of versions. The answer depends on the provider's answers alone, not on how long
 * they took.
 */
export function solve<P, R, V>(
  provider: Provider<P, R, V>,
  asked: readonly Asked<P, R>[],
  algebra: RangeAlgebra<R, V>,
  options: SolveOptions<P> = {},
): Promise<Outcome<P, R, V>> {
  return new Solver(provider, algebra, options).run(asked);
}

const ordinaryPatience: Patience = { conflicts: 5, refusals: 4 };
/** So many versions are read before more are ruled out in bulk. */
const firstBatch = 8;
/**
 * So many versions are ruled out of a package that nobody asks for at the moment, and many more each time that was not
 * enough: most who ask for it ask for few of its versions, some walk through all of them.
 */
const firstUnasked = 64;
const unaskedGrowth = 16;
/** Nobody looks ahead beyond so many versions of one package. */
const farthestLook = 64;

/** What the solver remembers of a package beside its place in the partial solution. */
type Record<P, R, V> = {
  readonly answers: Map<V, Dependencies<P, R>>;
  affected: number;
  culprit: number;
  refusals: number;
  /** How many versions of which range need no further look ahead. */
  foreseenOf: R | undefined;
  foreseen: number;
  /** How many of its versions may be ruled out while nobody asks for it. */
  mostUnasked: number;
};

class Solver<P, R, V> {
  private readonly solution: PartialSolution<P, R, V>;
  private readonly records: Record<P, R, V>[] = [];
  private readonly clauses: Clauses<P, R, V>;
  private readonly agenda: Agenda<P, R, V>;
  private readonly changed: Slot<P, R, V>[] = [];
  private readonly toRaise: Slot<P, R, V>[] = [];
  private readonly toLower: Slot<P, R, V>[] = [];
  private rootCause: Incompatibility<P, R> | undefined;
  private attempts = 0;
  private readonly provider: Provider<P, R, V>;
  private readonly algebra: RangeAlgebra<R, V>;
  private readonly options: SolveOptions<P>;
  private readonly patience: Patience;

  constructor(provider: Provider<P, R, V>, algebra: RangeAlgebra<R, V>, options: SolveOptions<P>) {
    this.provider = provider;
    this.algebra = algebra;
    this.options = options;
    this.patience = options.patience ?? ordinaryPatience;
    this.solution = new PartialSolution(algebra, (dependency) => provider.hangsOn(dependency));
    this.clauses = new Clauses(this.solution, algebra);
    this.agenda = new Agenda(provider, this.solution);
  }

  async run(asked: readonly Asked<P, R>[]): Promise<Outcome<P, R, V>> {
    for (const { package: dependency, range, note } of asked) {
      const slot = this.slot(dependency);
      const cause = { kind: "asked", demand: { package: dependency, range }, note } as const;
      // "Not in the empty set" is always true: a demand that nothing can meet is a contradiction by itself.
      if (this.algebra.equals(range, this.algebra.empty)) this.rootCause ??= { terms: [], cause };
      else this.clauses.add([termOf(slot, false, range)], cause);
      this.changed.push(slot);
    }
    const { maxAttempts = Infinity, signal, pause } = this.options;
    for (;;) {
      if (!this.propagate())
        return {
          kind: "unsolvable",
          rootCause: this.rootCause as Incompatibility<P, R>,
          attempts: this.attempts,
        };
      if (this.swapPriorities()) continue;
      const slot = this.agenda.next();
      if (slot === undefined) {
        return { kind: "solved", decisions: this.decisions(), attempts: this.attempts };
      }
      if (signal?.aborted === true) throw signal.reason;
      const waiting = pause?.();
      if (waiting !== undefined) await waiting;
      if (this.attempts >= maxAttempts) return { kind: "gave-up", attempts: this.attempts };
      // Awaiting a value that is at hand would cost a turn of the microtask queue for each decision.
      const step = this.advance(slot);
      if (step instanceof Promise) await step;
    }
  }

  private advance(slot: Slot<P, R, V>): void | Promise<void> {
    const choice = this.provider.chooseVersion(slot.package, slot.allowed, this.solution);
    if (choice instanceof Promise) {
      this.lookAhead();
      return choice.then((settled) => this.afterChoice(slot, settled));
    }
    return this.afterChoice(slot, choice);
  }

  private afterChoice(
    slot: Slot<P, R, V>,
    choice: Awaited<ReturnType<Provider<P, R, V>["chooseVersion"]>>,
  ): void | Promise<void> {
    if (choice.kind === "none") {
      let rest = slot.allowed;
      for (const exclusion of choice.excluded) {
        rest = this.algebra.intersect(rest, this.algebra.complement(exclusion.range));
        this.addExclusion(slot, exclusion);
      }
      if (!this.algebra.equals(rest, this.algebra.empty))
        this.clauses.add([termOf(slot, true, rest)], { kind: "no-versions" });
      this.changed.push(slot);
      return;
    }
    this.attempts++;
    const { version } = choice;
    const { answers } = this.record(slot);
    const { base } = slot;
    const key = base === undefined ? version : (this.solution.decided(base) as V);
    const known = answers.get(key);
    if (known !== undefined) return this.tryVersion(slot, version, key, known, true);
    const answer = this.provider.dependencies(slot.package, version, this.solution);
    if (answer instanceof Promise) {
      this.lookAhead();
      return answer.then((settled) => {
        answers.set(key, settled);
        return this.tryVersion(slot, version, key, settled, false);
      });
    }
    answers.set(key, answer);
    return this.tryVersion(slot, version, key, answer, false);
  }

  /** Takes the version, unless what it asks for is already out of the question. */
  private tryVersion(
    slot: Slot<P, R, V>,
    version: V,
    subjectVersion: V,
    answer: Dependencies<P, R>,
    known: boolean,
  ): void | Promise<void> {
    const subject = this.slot(answer.of);
    if (!known) this.addAnswer(slot, subject, answer);
    this.changed.push(slot);
    if (subject !== slot) this.changed.push(subject);
    if (answer.kind === "unusable") return;
    const refused = this.refusedDemand(subject, subjectVersion, answer.demands);
    if (refused === undefined) {
      this.record(slot).refusals = 0;
      this.solution.decide(slot, version);
      return;
    }
    const culprit = this.slot(refused.package);
    this.countConflict(slot, [culprit]);
    const record = this.record(slot);
    if (++record.refusals < this.patience.refusals || culprit === subject) return;
    record.refusals = 0;
    const since = this.refusedSince(refused);
    // Where a decision stands behind it, deciding that package later costs less than reading many versions.
    const inTheWay = this.solution.wanted.find((wanted) => wanted.decided?.level === since);
    if (inTheWay !== undefined && this.agenda.mayLower(inTheWay)) {
      this.toLower.push(inTheWay);
      this.toRaise.push(slot);
      return;
    }
    return this.ruleOutMany(slot, subject, since);
  }

  /** The level on which it was settled that a demand cannot be met. */
  private refusedSince({ package: dependency, range }: Demand<P, R>): number {
    if (this.algebra.equals(range, this.algebra.empty)) return 0;
    return this.solution.satisfier(termOf(this.slot(dependency), false, range))?.level ?? 0;
  }

  /**
   * A package is refused again and again for the same sort of reason. Reads its next versions in bulk for as long as
   * none of them will do. When those that are left here run out, goes back to where the reason was settled,
   * because the versions that will be wanted next are refused for it as well.
   */
  private async ruleOutMany(
    slot: Slot<P, R, V>,
    subject: Slot<P, R, V>,
    refusedSince: number,
  ): Promise<void> {
    const { algebra, solution } = this;
    let settled = refusedSince;
    if (subject !== slot) {
      const option = termOf(slot, true, algebra.full);
      settled = Math.max(settled, solution.satisfier(option)?.level ?? 0);
    }
    // An option is refused when its package is decided already; what else the package could be shows before that.
    let level = solution.level;
    if (subject.decided !== undefined) level = Math.max(settled, subject.decided.level - 1);
    for (;;) {
      if (level < solution.level) solution.backtrack(level);
      if (!this.propagate()) return;
      // A conflict on the way says that nothing is left here.
      if (solution.level === level && !(await this.ruleOutHere(slot, subject, settled))) return;
      if (settled >= level || settled > solution.level) return;
      level = settled;
    }
  }

  /**
   * Rules out the versions left at this level that would be tried next, up to the first against which nothing settled
   * speaks. True when all of them are refused. How they are fetched is a guess about cost; what is ruled out does not
   * depend on it, and whatever is ruled out has been read.
   */
  private async ruleOutHere(
    slot: Slot<P, R, V>,
    subject: Slot<P, R, V>,
    settled: number,
  ): Promise<boolean> {
    const range = subject.allowed;
    if (this.algebra.equals(range, this.algebra.empty)) return true;
    this.attempts++;
    const look = (position: number): Soon<Foreseen<P, R> | undefined> =>
      this.provider.foresee(slot.package, range, position);
    const areRefused = async (positions: readonly number[]): Promise<boolean[]> => {
      const looks = positions.map(look);
      this.lookAhead();
      const seen = await Promise.all(looks);
      return seen.map((one) => one !== undefined && this.isRefused(one, settled));
    };
    const record = this.record(subject);
    const most = subject.required ? Infinity : record.mostUnasked;
    let count = 0;
    for (let fetched = false; ; fetched = true) {
      let next = look(count);
      while (
        count < most &&
        !(next instanceof Promise) &&
        next !== undefined &&
        this.isRefused(next, settled)
      )
        next = look(++count);
      if (count >= most || !(next instanceof Promise)) {
        if (count >= most) record.mostUnasked *= unaskedGrowth;
        await this.refuseTogether(slot, subject, range, count, settled);
        return next === undefined;
      }
      const guess = fetched ? await guessEnd(areRefused, count, most) : count + firstBatch;
      const end = Math.min(guess, most);
      const positions = Array.from({ length: Math.max(1, end - count) }, (_, i) => count + i);
      await areRefused(positions);
    }
  }

  /**
   * States for each package that is in the way what all versions it refuses ask for in common: "these versions need
   * that package in one of these versions" is weaker than what each of them says, but true, and it rules them out at
   * once.
   */
  private async refuseTogether(
    slot: Slot<P, R, V>,
    subject: Slot<P, R, V>,
    range: R,
    count: number,
    settled: number,
  ): Promise<void> {
    if (count === 0) return;
    const { algebra } = this;
    const answer = this.provider.upcoming(slot.package, range, count);
    const together = new Map<P, { versions: R; needs: R }>();
    for (const entry of answer instanceof Promise ? await answer : answer) {
      if (entry.kind === "unusable") {
        this.addAnswer(slot, subject, entry);
        continue;
      }
      const demand = this.settledDemand(entry.demands, settled);
      if (demand === undefined) continue;
      const group = together.get(demand.package);
      if (group === undefined)
        together.set(demand.package, { versions: entry.holdsFor, needs: demand.range });
      else {
        group.versions = algebra.union(group.versions, entry.holdsFor);
        group.needs = algebra.union(group.needs, demand.range);
      }
    }
    const option = subject === slot ? undefined : slot;
    for (const [dependency, { versions, needs }] of together)
      this.addDemand(subject, option, versions, { package: dependency, range: needs });
    this.changed.push(subject);
  }

  private isRefused(seen: Foreseen<P, R>, settled: number): boolean {
    return !seen.isUsable || this.settledDemand(seen.demands, settled) !== undefined;
  }

  /** The first demand that cannot be met whatever is decided above a level. */
  private settledDemand(
    demands: readonly Demand<P, R>[],
    settled: number,
  ): Demand<P, R> | undefined {
    const { solution, algebra } = this;
    for (const demand of demands) {
      const target = solution.find(demand.package);
      if (target === undefined) continue;
      if (algebra.isDisjoint(solution.allowedAt(target, settled), demand.range)) return demand;
    }
    return undefined;
  }

  /** The first demand that cannot be met any more, seen from the present partial solution. */
  private refusedDemand(
    subject: Slot<P, R, V>,
    version: V,
    demands: readonly Demand<P, R>[],
  ): Demand<P, R> | undefined {
    for (const demand of demands) {
      const target = this.slot(demand.package);
      if (target === subject) {
        if (!this.algebra.contains(demand.range, version)) return demand;
      } else if (this.algebra.isDisjoint(target.allowed, demand.range)) return demand;
    }
    return undefined;
  }

  // Unit propagation and conflict resolution

  /** Draws every conclusion there is. False when they contradict each other whatever is decided. */
  private propagate(): boolean {
    const { changed, solution } = this;
    if (this.rootCause !== undefined) return false;
    while (changed.length > 0) {
      const slot = changed.pop() as Slot<P, R, V>;
      const { clauses } = slot;
      // Newest first: what was learned last is most likely to matter now.
      for (let i = clauses.length - 1; i >= 0; i--) {
        const clause = clauses[i] as Clause<P, R>;
        if (clause.contradictedSince <= solution.level) continue;
        const open = this.openTerm(clause);
        if (open === undefined) continue;
        if (open === "conflict") {
          const learned = this.resolveConflict(clause.fact);
          if (learned === undefined) return false;
          // Everything that was waiting belonged to levels that are undone, or is found again from here.
          changed.length = 0;
          const next = this.openTerm(learned);
          if (next === undefined || next === "conflict")
            throw new Error("bug: a learned incompatibility has to leave one term open");
          solution.derive(next, learned.fact);
          changed.push(this.solution.slots[next.slot] as Slot<P, R, V>);
          break;
        }
        solution.derive(open, clause.fact);
        changed.push(this.solution.slots[open.slot] as Slot<P, R, V>);
      }
    }
    return true;
  }

  /** The only term that is not true yet; `"conflict"` when all are; `undefined` when nothing follows. */
  private openTerm(clause: Clause<P, R>): Term<P, R> | "conflict" | undefined {
    let open: Term<P, R> | undefined;
    for (const term of clause.fact.terms) {
      const relation = this.solution.relation(term);
      if (relation === "satisfied") continue;
      if (relation === "contradicted") {
        this.solution.markContradicted(clause);
        return undefined;
      }
      if (open !== undefined) return undefined;
      open = term;
    }
    return open ?? "conflict";
  }

  /** Finds out what really was wrong, goes back to before it, and answers the incompatibility learned. */
  private resolveConflict(conflict: Incompatibility<P, R>): Clause<P, R> | undefined {
    const { solution, algebra } = this;
    let current = conflict;
    for (;;) {
      if (current.terms.length === 0) {
        this.rootCause = current;
        return undefined;
      }
      let last: Assignment<P, R> | undefined;
      let lastTerm: Term<P, R> | undefined;
      let previousLevel = 0;
      for (const term of current.terms) {
        const step = solution.satisfier(term);
        if (step === undefined) continue;
        if (last === undefined || step.position > last.position) {
          if (last !== undefined) previousLevel = Math.max(previousLevel, last.level);
          last = step;
          lastTerm = term;
        } else previousLevel = Math.max(previousLevel, step.level);
      }
      if (last === undefined || lastTerm === undefined)
        throw new Error("bug: a conflict without a step that made it");
      // Where the last step needed earlier ones about the same package, those count as well.
      const helper = solution.satisfier(lastTerm, last);
      if (helper !== undefined) previousLevel = Math.max(previousLevel, helper.level);
      if (last.cause === undefined || previousLevel < last.level) {
        const affected = last.slot as Slot<P, R, V>;
        const others: Slot<P, R, V>[] = [];
        for (const term of current.terms)
          if (term.slot !== affected.number)
            others.push(solution.slots[term.slot] as Slot<P, R, V>);
        this.countConflict(affected, others);
        solution.backtrack(previousLevel);
        return current === conflict
          ? { fact: conflict, contradictedSince: Infinity }
          : this.clauses.add(current.terms, current.cause);
      }
      current = {
        terms: resolveTerms(current.terms, last.cause.terms, last.slot.number, algebra),
        cause: { kind: "derived", left: current, right: last.cause },
      };
    }
  }

  // Clauses

  private addAnswer(slot: Slot<P, R, V>, subject: Slot<P, R, V>, answer: Dependencies<P, R>): void {
    const option = subject === slot ? undefined : slot;
    if (answer.kind === "unusable")
      this.clauses.addUnusable(subject, option, answer.holdsFor, answer.reason);
    else
      for (const demand of answer.demands) this.addDemand(subject, option, answer.holdsFor, demand);
  }

  private addDemand(
    subject: Slot<P, R, V>,
    option: Slot<P, R, V> | undefined,
    versions: R,
    demand: Demand<P, R>,
  ): void {
    this.clauses.addDemand(subject, option, versions, demand, this.slot(demand.package));
  }

  // The order of decisions

  private countConflict(affected: Slot<P, R, V>, others: readonly Slot<P, R, V>[]): void {
    if (others.length === 0) return;
    const { onConflict } = this.options;
    for (const other of others) {
      onConflict?.(affected.package, other.package);
      const record = this.record(other);
      if (++record.culprit >= this.patience.conflicts && !this.agenda.isMoved(other))
        this.toLower.push(other);
    }
    const record = this.record(affected);
    if (++record.affected >= this.patience.conflicts && !this.agenda.isRaised(affected))
      this.toRaise.push(affected);
  }

  /**
   * Decides a package that keeps being refused before the one that keeps being in its way, and undoes the
   * latter's decision. Each package is raised at most once, so this ends. True when something was undone.
   */
  private swapPriorities(): boolean {
    const { toRaise, toLower, solution } = this;
    if (toRaise.length === 0 && toLower.length === 0) return false;
    for (const slot of toRaise) this.agenda.raise(slot);
    let level = solution.level;
    for (const slot of toLower) {
      if (!this.agenda.mayLower(slot)) continue;
      this.agenda.lower(slot);
      if (slot.decided === undefined || slot.decided.level > level) continue;
      level = slot.decided.level - 1;
      this.changed.push(slot);
    }
    toRaise.length = 0;
    toLower.length = 0;
    if (level === solution.level) return false;
    solution.backtrack(level);
    return true;
  }

  /**
   * While one answer is waited for, those that will be asked for next can be fetched: for every package that is not
   * decided the first version that nothing settled for good speaks against.
   */
  private lookAhead(): void {
    const { provider, solution } = this;
    const { wanted } = solution;
    for (let at = solution.firstOpen(); at < wanted.length; at++) {
      const slot = wanted[at] as Slot<P, R, V>;
      if (slot.decided !== undefined || slot.base !== undefined) continue;
      const record = this.record(slot);
      if (record.foreseenOf !== slot.allowed) {
        record.foreseenOf = slot.allowed;
        record.foreseen = 0;
      }
      while (record.foreseen < farthestLook) {
        const seen = provider.foresee(slot.package, slot.allowed, record.foreseen);
        if (seen instanceof Promise) {
          seen.catch(() => {}); // told when it is really needed
          break;
        }
        // What stands, and the end of the versions, need no further look.
        if (seen === undefined || !this.isRefused(seen, 0)) record.foreseen = farthestLook;
        else record.foreseen++;
      }
    }
  }

  private slot(dependency: P): Slot<P, R, V> {
    const before = this.solution.slots.length;
    const slot = this.solution.slotOf(dependency);
    if (slot.number === before && this.provider.limits !== undefined) {
      const limits = this.provider.limits(dependency);
      for (const limit of limits) this.addExclusion(slot, limit);
      if (limits.length > 0) this.changed.push(slot);
    }
    return slot;
  }

  private addExclusion(slot: Slot<P, R, V>, exclusion: Exclusion<P, R>): void {
    if (exclusion.kind === "unusable")
      this.clauses.addUnusable(slot, undefined, exclusion.range, exclusion.reason);
    else this.addDemand(slot, undefined, exclusion.range, exclusion.demand);
  }

  private record(slot: Slot<P, R, V>): Record<P, R, V> {
    return this.records[slot.number] ?? this.newRecord(slot);
  }

  private newRecord(slot: Slot<P, R, V>): Record<P, R, V> {
    const record: Record<P, R, V> = {
      answers: new Map(),
      affected: 0,
      culprit: 0,
      refusals: 0,
      foreseenOf: undefined,
      foreseen: 0,
      mostUnasked: firstUnasked,
    };
    this.records[slot.number] = record;
    return record;
  }

  private decisions(): Map<P, V> {
    const decisions = new Map<P, V>();
    for (const slot of this.solution.wanted)
      if (slot.decided !== undefined) decisions.set(slot.package, slot.decided.version);
    return decisions;
  }
}

busyForSeconds(Solver);
