import { plural } from "#base/text";
import { isEmpty } from "#standards/version-range";
import { derivationOf } from "./_derivation.ts";
import {
  askedBy,
  externalFacts,
  type Fact,
  inTellingOrder,
  mergeAlike,
  projectOf,
} from "./_proof.ts";
import type { Project } from "./_project.ts";
import type { Refusal } from "./_refusal.ts";
import { Speech } from "./_speech.ts";
import type { PythonProvider } from "./provider.ts";
import { type AskedRequirement, commandLine } from "./request.ts";
import type { FailureCause, Leads, ResolutionFailure } from "./resolution.ts";

export type Explanation = {
  /** At most eight lines: what failed, then one true sentence for each cause. */
  readonly explanation: string;
  /** Every step of the proof, numbered. */
  readonly derivation: () => string;
  readonly causes: () => readonly FailureCause[];
  readonly leads: () => Leads;
  /** Projects the proof speaks of. */
  readonly projects: ReadonlySet<Project>;
};

const mostLines = 8;
/** Requirements that a headline has room for. */
const mostNamed = 3;

/** Tells a proof that there is no answer. */
export function explain(rootCause: Fact, provider: PythonProvider): Explanation {
  const facts = externalFacts(rootCause);
  const speech = new Speech(provider, facts);
  const projects = new Set<Project>();
  for (const { terms } of facts)
    for (const term of terms) {
      const project = projectOf(term.package);
      if (project !== undefined) projects.add(project);
    }
  const told = inTellingOrder(mergeAlike(facts));
  const roots = told.flatMap(({ cause }) => askedBy(cause) ?? []);
  return {
    explanation: [`Cannot resolve ${headline(roots, speech)}`, ...linesOf(told, speech)].join("\n"),
    derivation: () => derivationOf(rootCause, speech, (fact) => sentenceOf(fact, speech)),
    causes: () => told.flatMap((fact) => causeOf(fact, speech) ?? []),
    leads: () => leadsOf(facts),
    projects,
  };
}

/** Two URLs from outside for one project. */
export function explainUrls(one: AskedRequirement, other: AskedRequirement): ResolutionFailure {
  const asked = [one, other];
  const causes = asked.map(({ origin, requirement }) => {
    const shown = Speech.requirement(requirement);
    const text = `${Speech.place(origin)} asks for \`${shown}\``;
    return { kind: "asked", text, origin, requirement: shown } as const;
  });
  const headline = `Cannot resolve \`${one.requirement.name}\`: two URLs are asked for`;
  const explanation = [headline, ...causes.map(({ text }) => text)].join("\n");
  return {
    explanation,
    derivation: explanation,
    passedOver: [],
    attempts: 0,
    causes,
    leads: { asked, constraints: [], refusals: [], needsPython: false },
  };
}

function headline(roots: readonly AskedRequirement[], speech: Speech): string {
  const names = [...new Set(roots.map(({ requirement }) => speech.asked(requirement)))];
  if (names.length === 0) return "the requirements";
  if (names.length <= mostNamed)
    return speech.list(names.map((name) => `\`${name}\``)) + (names.length > 1 ? " together" : "");
  const shown = names.slice(0, 2).map((name) => `\`${name}\``);
  return `${shown.join(", ")} and ${names.length - 2} more together`;
}

// Lines

/** One line for each cause; what one place asks for is one cause. */
function linesOf(told: readonly Fact[], speech: Speech): string[] {
  const others = told.filter(({ cause }) => cause.kind !== "asked");
  const asked = askedLines(told, others.length > 0, speech);
  const room = (): number => mostLines - 1 - asked.length;
  let lines = [...new Set(others.flatMap((fact) => sentenceOf(fact, speech) ?? []))];
  if (lines.length > room()) lines = [...new Set(shortened(others, speech))];
  if (lines.length > room() && asked.length > 3) {
    // What was asked at many places counts less than what came of it.
    const left = asked.length - 2;
    asked.splice(2, left, `${left} other places ask for something that takes part in it`);
  }
  if (lines.length > room()) {
    // A conflict shows where it begins and where it ends.
    const space = Math.max(1, room() - 1);
    const left = lines.length - space;
    lines.splice(Math.ceil(space / 2), left);
    lines.push(
      `${plural(left, "further cause")} ${left === 1 ? "is" : "are"} in the full derivation`,
    );
  }
  return [...asked, ...lines].slice(0, mostLines - 1);
}

/** What is asked on the command line and stands in the headline already is not told again. */
function askedLines(told: readonly Fact[], hasOthers: boolean, speech: Speech): string[] {
  const files = new Map<string, { readonly text: string; readonly line: string | undefined }[]>();
  const lines: string[] = [];
  const named = new Set<string>();
  for (const { cause } of told) {
    const by = askedBy(cause);
    if (by === undefined || cause.kind !== "asked") continue;
    const text = `\`${Speech.requirement(by.requirement)}\``;
    named.add(speech.asked(by.requirement));
    const place = Speech.place(by.origin);
    if (isEmpty(cause.demand.range)) {
      lines.push(`${place} asks for ${text}, which no version can satisfy`);
      continue;
    }
    const [, file = place, line] = /^(.+) \((line \d+)\)$/.exec(place) ?? [];
    const known = files.get(file);
    if (known === undefined) files.set(file, [{ text, line }]);
    else if (!known.some((one) => one.text === text && one.line === line))
      known.push({ text, line });
  }
  const isTold = named.size <= mostNamed && (hasOthers || lines.length > 0 || files.size > 1);
  for (const [file, asked] of files) {
    if (isTold && file === commandLine) continue;
    const [first, second] = asked;
    const where = (line: string | undefined): string => (line === undefined ? "" : ` (${line})`);
    lines.push(
      second === undefined
        ? `${file}${where(first?.line)} asks for ${first?.text}`
        : `${file} asks for ${speech.list(asked.map(({ text, line }) => text + where(line)))}`,
    );
  }
  return lines;
}

/**
 * Fewer lines that say as much: runs of "a needs b", "b needs c" in which nothing else is said of b become "a needs c by
 * way of b", and what versions of one package need becomes one list.
 */
function shortened(facts: readonly Fact[], speech: Speech): string[] {
  const about = new Map<Project | undefined, Fact[]>();
  const wanting = new Map<Project | undefined, number>();
  for (const fact of facts) {
    const subject = projectOf(fact.terms[0]?.package);
    about.set(subject, [...(about.get(subject) ?? []), fact]);
    if (fact.cause.kind !== "demand") continue;
    const wanted = projectOf(fact.cause.demand.package);
    wanting.set(wanted, (wanting.get(wanted) ?? 0) + 1);
  }
  const next = (fact: Fact): Fact | undefined => {
    if (fact.cause.kind !== "demand") return undefined;
    const wanted = projectOf(fact.cause.demand.package);
    if (wanted === undefined || wanting.get(wanted) !== 1) return undefined;
    const said = about.get(wanted) ?? [];
    return said.length === 1 && said[0]?.cause.kind === "demand" ? said[0] : undefined;
  };
  const followers = new Set(facts.flatMap((fact) => next(fact) ?? []));
  const told = new Set<Fact>(followers);
  return facts.flatMap((fact): string | string[] => {
    if (told.has(fact)) return [];
    const way: string[] = [];
    let last = fact;
    for (let after = next(fact); after !== undefined; after = next(after)) {
      way.push(`\`${projectOf(after.terms[0]?.package)?.name}\``);
      last = after;
    }
    if (way.length > 0 && fact.cause.kind === "demand" && last.cause.kind === "demand") {
      const demand = speech.demand(fact.terms[0], fact.cause.option, last.cause.demand);
      return `${demand} by way of ${speech.list(way)}`;
    }
    const alike = facts.filter((other) => !told.has(other) && areTold(fact, other));
    if (alike.length < 3) return sentenceOf(fact, speech) ?? [];
    for (const other of alike) told.add(other);
    return fact.cause.kind === "demand"
      ? speech.demands(alike)
      : speech.notFound(
          alike.flatMap(({ terms }) => projectOf(terms[0]?.package)?.name ?? []),
          fact.cause.kind === "unusable" ? (fact.cause.reason as Refusal) : undefined,
        );
  });
}

/** True for what one project needs by itself, and for names that the same repositories do not know. */
function areTold({ cause, terms }: Fact, other: Fact): boolean {
  if (cause.kind === "demand" && other.cause.kind === "demand")
    return (
      terms[0]?.package === other.terms[0]?.package &&
      cause.option === other.cause.option &&
      cause.demand.package.kind !== "python" &&
      other.cause.demand.package.kind !== "python"
    );
  if (cause.kind !== "unusable" || other.cause.kind !== "unusable") return false;
  const reason = cause.reason as Refusal;
  const otherReason = other.cause.reason as Refusal;
  return (
    reason.kind === "not-found" &&
    otherReason.kind === "not-found" &&
    JSON.stringify(reason.asked) === JSON.stringify(otherReason.asked)
  );
}

function sentenceOf({ terms, cause }: Fact, speech: Speech): string | undefined {
  const subject = terms[0];
  switch (cause.kind) {
    case "asked": {
      const asked = askedBy(cause);
      // The Python of the target is told together with whoever does not accept it.
      return asked === undefined
        ? undefined
        : `${Speech.place(asked.origin)} asks for \`${Speech.requirement(asked.requirement)}\``;
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

// For programs

function causeOf(fact: Fact, speech: Speech): FailureCause | undefined {
  const { cause, terms } = fact;
  const text = sentenceOf(fact, speech);
  if (text === undefined) return undefined;
  const subject = terms[0];
  const project = projectOf(subject?.package);
  const versions = subject === undefined ? [] : speech.versionsOf(subject);
  const about = project === undefined ? {} : { project: project.name, versions };
  switch (cause.kind) {
    case "asked": {
      const asked = askedBy(cause) as AskedRequirement;
      const requirement = Speech.requirement(asked.requirement);
      return { kind: "asked", text, origin: asked.origin, requirement };
    }
    case "demand": {
      const wanted = cause.demand.package;
      const needs = wanted.kind === "python" ? "python" : (projectOf(wanted)?.name ?? "");
      return { kind: "needs", text, ...about, needs };
    }
    case "unusable":
      return { kind: "refused", text, ...about, reason: (cause.reason as Refusal).kind };
    case "no-versions":
      return { kind: "no-version", text, ...about };
    case "derived":
      return undefined;
  }
}

/** What a person could change, out of everything that the proof rests on. */
function leadsOf(facts: readonly Fact[]): Leads {
  const asked = new Set<AskedRequirement>();
  const constraints = new Set<AskedRequirement>();
  const refusals = new Map<string, Leads["refusals"][number]>();
  let needsPython = false;
  for (const { cause, terms } of facts) {
    const by = askedBy(cause);
    if (by !== undefined) asked.add(by);
    if (cause.kind === "demand") needsPython ||= cause.demand.package.kind === "python";
    if (cause.kind !== "unusable") continue;
    const name = projectOf(terms[0]?.package)?.name;
    const reason = cause.reason as Refusal;
    if (reason.kind === "constraint") constraints.add(reason.asked);
    else if (name !== undefined)
      refusals.set(`${name} ${reason.kind}`, { name, kind: reason.kind });
  }
  return {
    asked: [...asked],
    constraints: [...constraints],
    refusals: [...refusals.values()],
    needsPython,
  };
}
