import type { Cause, Incompatibility, Term } from "#pubgrub/incompatibility";
import { rangeEquals, union, type VersionRange } from "#standards/version-range";
import type { Package } from "./_packages.ts";
import type { Project } from "./_project.ts";
import type { Refusal } from "./_refusal.ts";
import type { AskedRequirement } from "./request.ts";

/** A statement of a proof: something learned from the world, or a conclusion. */
export type Fact = Incompatibility<Package, VersionRange>;

/** What the proof takes from the world, each once, in the order of the proof. */
export function externalFacts(rootCause: Fact): Fact[] {
  const facts: Fact[] = [];
  const seen = new Set<Fact>();
  const pending = [rootCause];
  while (pending.length > 0) {
    const fact = pending.pop() as Fact;
    if (seen.has(fact)) continue;
    seen.add(fact);
    if (fact.cause.kind === "derived") pending.push(fact.cause.right, fact.cause.left);
    else facts.push(fact);
  }
  return facts;
}

/**
 * One statement for each pair of packages and each kind of refusal: "1.0 needs A" and "1.1 needs B" become "1.0 and
 * 1.1 need A or B", which says less and is as true.
 */
export function mergeAlike(facts: readonly Fact[]): Fact[] {
  const merged = new Map<unknown, Fact>();
  const numbers = new Map<unknown, number>();
  const numberOf = (value: unknown): number => {
    const known = numbers.get(value);
    if (known !== undefined) return known;
    numbers.set(value, numbers.size);
    return numbers.size - 1;
  };
  for (const fact of facts) {
    const key = mergeKey(fact, numberOf);
    const before = key === undefined ? undefined : merged.get(key);
    merged.set(key ?? fact, before === undefined ? fact : merge(before, fact));
  }
  return [...merged.values()];
}

function mergeKey(
  { terms, cause }: Fact,
  numberOf: (value: unknown) => number,
): string | undefined {
  const subject = numberOf(terms[0]?.package);
  switch (cause.kind) {
    case "demand":
      return `demand ${subject} ${numberOf(cause.option)} ${numberOf(cause.demand.package)}`;
    case "unusable": {
      const reason = cause.reason as Refusal;
      const isPlain =
        reason.kind === "yanked" ||
        reason.kind === "newer-than-limit" ||
        reason.kind === "no-compatible-wheel" ||
        reason.kind === "needs-build" ||
        reason.kind === "format-excluded" ||
        reason.kind === "pre-release" ||
        reason.kind === "hash" ||
        reason.kind === "no-upload-time" ||
        reason.kind === "status";
      const why = reason.kind === "needs-build" ? ` ${reason.reason}` : "";
      return isPlain ? `unusable ${subject} ${reason.kind}${why}` : undefined;
    }
    case "no-versions":
      return `no-versions ${subject}`;
    case "asked":
    case "derived":
      return undefined;
  }
}

function merge(a: Fact, b: Fact): Fact {
  const terms = a.terms.map((term, position): Term<Package, VersionRange> => {
    const other = b.terms[position];
    return other === undefined || other.package !== term.package
      ? term
      : { ...term, range: union(term.range, other.range) };
  });
  if (a.cause.kind !== "demand" || b.cause.kind !== "demand") return { terms, cause: a.cause };
  const { demand } = a.cause;
  const range = union(demand.range, b.cause.demand.range);
  // The words of one requirement do not fit both.
  const both = rangeEquals(demand.range, range) ? demand : { package: demand.package, range };
  return { terms, cause: { ...a.cause, demand: both } };
}

/** From what was asked outwards: the facts about a package come after those that need it. */
export function inTellingOrder(facts: readonly Fact[]): Fact[] {
  const about = new Map<unknown, Fact[]>();
  const asked: Fact[] = [];
  for (const fact of facts) {
    if (fact.cause.kind === "asked") {
      asked.push(fact);
      continue;
    }
    const subject = projectOf(fact.terms[0]?.package) ?? fact.terms[0]?.package;
    const known = about.get(subject);
    if (known === undefined) about.set(subject, [fact]);
    else known.push(fact);
  }
  const told = [...asked];
  const visited = new Set<unknown>();
  let level = asked.map(({ cause }) => (cause.kind === "asked" ? cause.demand.package : undefined));
  while (level.length > 0) {
    const next: (Package | undefined)[] = [];
    for (const dependency of level) {
      const subject = projectOf(dependency) ?? dependency;
      if (visited.has(subject)) continue;
      visited.add(subject);
      for (const fact of about.get(subject) ?? []) {
        told.push(fact);
        if (fact.cause.kind === "demand") next.push(fact.cause.demand.package);
      }
    }
    level = next;
  }
  // A fact that nothing leads to is still a cause.
  for (const [subject, rest] of about) if (!visited.has(subject)) told.push(...rest);
  return told;
}

/** Who asked, for facts that come from outside; the Python of the target is asked for by nobody. */
export function askedBy(cause: Cause<Package, VersionRange>): AskedRequirement | undefined {
  return cause.kind === "asked" ? (cause.note as AskedRequirement | undefined) : undefined;
}

export function projectOf(dependency: Package | undefined): Project | undefined {
  if (dependency === undefined || dependency.kind === "python") return undefined;
  return dependency.kind === "extra" ? dependency.project : dependency;
}
