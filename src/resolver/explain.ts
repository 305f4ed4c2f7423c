import { plural } from "#base/text";
import type { Cause, Incompatibility, Term } from "#pubgrub/incompatibility";
import type { VersionRange } from "#standards/version-range";
import { rangeEquals, union } from "#standards/version-range";
import { Speech } from "./_speech.ts";
import type { Package } from "./_packages.ts";
import type { Project } from "./_project.ts";
import type { Refusal } from "./_refusal.ts";
import type { PythonProvider } from "./provider.ts";
import type { AskedRequirement } from "./request.ts";

type Fact = Incompatibility<Package, VersionRange>;

export type Explanation = {
  /** At most eight lines: what failed, then one true sentence for each cause. */
  readonly explanation: string;
  /** Every step of the proof, numbered. */
  readonly derivation: () => string;
  /** Projects the proof speaks of. */
  readonly projects: ReadonlySet<Project>;
};

const mostLines = 8;

/** Tells a proof that there is no answer. */
export function explain(rootCause: Fact, provider: PythonProvider): Explanation {
  const speech = new Speech(provider);
  const facts = externalFacts(rootCause);
  const projects = new Set<Project>();
  for (const { terms } of facts)
    for (const term of terms) {
      const project = projectOf(term.package);
      if (project !== undefined) projects.add(project);
    }
  const told = inTellingOrder(mergeAlike(facts));
  const roots = told.flatMap(({ cause }) => (cause.kind === "asked" ? (askedBy(cause) ?? []) : []));
  let lines = [...new Set(told.flatMap((fact) => sentenceOf(fact, speech) ?? []))];
  if (lines.length > mostLines - 1) {
    const left = lines.length - (mostLines - 2);
    lines = lines.slice(0, mostLines - 2);
    lines.push(
      `${plural(left, "further cause")} ${left === 1 ? "is" : "are"} in the full derivation`,
    );
  }
  return {
    explanation: [`Cannot resolve ${headline(roots, speech)}`, ...lines].join("\n"),
    derivation: () => derivationOf(rootCause, speech),
    projects,
  };
}

/** Two URLs from outside for one project. */
export function explainUrls(one: AskedRequirement, other: AskedRequirement): string {
  return [
    `Cannot resolve \`${one.requirement.name}\`: two URLs are asked for`,
    ...[one, other].map(
      (asked) => `${asked.origin} asks for \`${Speech.requirement(asked.requirement)}\``,
    ),
  ].join("\n");
}

function headline(roots: readonly AskedRequirement[], speech: Speech): string {
  const names = [...new Set(roots.map(({ requirement }) => speech.asked(requirement)))];
  if (names.length === 0) return "the requirements";
  if (names.length <= 3)
    return speech.list(names.map((name) => `\`${name}\``)) + (names.length > 1 ? " together" : "");
  const shown = names.slice(0, 2).map((name) => `\`${name}\``);
  return `${shown.join(", ")} and ${names.length - 2} more together`;
}

/** What the proof takes from the world, each once, in the order of the proof. */
function externalFacts(rootCause: Fact): Fact[] {
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
function mergeAlike(facts: readonly Fact[]): Fact[] {
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
      return isPlain ? `unusable ${subject} ${reason.kind}` : undefined;
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
function inTellingOrder(facts: readonly Fact[]): Fact[] {
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

function sentenceOf(fact: Fact, speech: Speech): string | undefined {
  const { cause, terms } = fact;
  const subject = terms[0];
  switch (cause.kind) {
    case "asked": {
      const asked = askedBy(cause);
      // The Python of the target is told together with whoever does not accept it.
      return asked === undefined
        ? undefined
        : `${asked.origin} asks for \`${Speech.requirement(asked.requirement)}\``;
    }
    case "demand":
      return speech.demand(subject, cause.option, cause.demand);
    case "unusable":
      return speech.refusal(subject, cause.reason as Refusal);
    case "no-versions":
      return speech.noVersions(subject);
    case "derived":
      return undefined;
  }
}

function askedBy(cause: Cause<Package, VersionRange>): AskedRequirement | undefined {
  return cause.kind === "asked" ? (cause.note as AskedRequirement | undefined) : undefined;
}

/** The proof from its leaves to the contradiction, each derived statement with a number. */
function derivationOf(rootCause: Fact, speech: Speech): string {
  const numbers = new Map<Fact, number>();
  const lines: string[] = [];
  const pending: Fact[] = [rootCause];
  const told = (fact: Fact): string => {
    const number = numbers.get(fact);
    if (number !== undefined) return `${speech.statement(fact)} (${number})`;
    return fact.cause.kind === "asked" && askedBy(fact.cause) === undefined
      ? `the target is ${speech.target}`
      : (sentenceOf(fact, speech) ?? speech.statement(fact));
  };
  if (rootCause.cause.kind !== "derived") return `1. ${told(rootCause)}, so there is no answer`;
  while (pending.length > 0) {
    const fact = pending[pending.length - 1] as Fact;
    if (fact.cause.kind !== "derived" || numbers.has(fact)) {
      pending.pop();
      continue;
    }
    const { left, right } = fact.cause;
    const open = [right, left].filter(
      (cause) => cause.cause.kind === "derived" && !numbers.has(cause),
    );
    if (open.length > 0) {
      pending.push(...open);
      continue;
    }
    const because = `because ${told(left)}, and ${told(right)}`;
    numbers.set(fact, numbers.size + 1);
    lines.push(`${numbers.get(fact)}. ${speech.statement(fact)}, ${because}`);
    pending.pop();
  }
  return lines.join("\n");
}

function projectOf(dependency: Package | undefined): Project | undefined {
  if (dependency === undefined || dependency.kind === "python") return undefined;
  return dependency.kind === "extra" ? dependency.project : dependency;
}
