import { askedBy, type Fact } from "./_proof.ts";
import type { Speech } from "./_speech.ts";

/** More reasons than these make a step that nobody follows. */
const mostReasons = 3;

/**
 * The proof from its leaves to the contradiction. A conclusion that is used once, and at once, is told together with
 * what follows from it; the others have numbers.
 */
export function derivationOf(
  rootCause: Fact,
  speech: Speech,
  sentenceOf: (fact: Fact) => string | undefined,
): string {
  const reasonFor = (fact: Fact): string =>
    fact.cause.kind === "asked" && askedBy(fact.cause) === undefined
      ? `the target is ${speech.target}`
      : (sentenceOf(fact) ?? speech.statement(fact));
  if (rootCause.cause.kind !== "derived")
    return `1. ${reasonFor(rootCause)}, so there is no answer`;
  const uses = usesOf(rootCause);
  const numbers = new Map<Fact, number>();
  const reasons = new Map<Fact, readonly string[]>();
  const lines: string[] = [];
  const number = (fact: Fact): void => {
    const known = reasons.get(fact) as readonly string[];
    numbers.set(fact, numbers.size + 1);
    lines.push(`${numbers.size}. ${speech.statement(fact)}, because ${known.join(", and ")}`);
  };
  for (const fact of inOrderOfProof(rootCause)) {
    if (fact.cause.kind !== "derived") continue;
    const { left, right } = fact.cause;
    // The one that is spelled out last is the one that this step follows right after.
    const open = [left, right].filter((cause) => cause.cause.kind === "derived");
    const isFolded = (cause: Fact): boolean =>
      uses.get(cause) === 1 && !numbers.has(cause) && reasons.has(cause);
    let room = mostReasons;
    const kept = open.filter(isFolded).sort((a, b) => count(reasons, a) - count(reasons, b));
    const folded = new Set<Fact>();
    for (const cause of kept) {
      if (count(reasons, cause) + 1 > room) continue;
      folded.add(cause);
      room -= count(reasons, cause);
    }
    for (const cause of open) if (!folded.has(cause) && !numbers.has(cause)) number(cause);
    reasons.set(fact, [
      ...new Set(
        [left, right].flatMap((cause) => {
          if (folded.has(cause)) return reasons.get(cause) ?? [];
          const known = numbers.get(cause);
          return known === undefined
            ? [reasonFor(cause)]
            : [`${speech.statement(cause)} (${known})`];
        }),
      ),
    ]);
  }
  number(rootCause);
  return lines.join("\n");
}

function count(reasons: ReadonlyMap<Fact, readonly string[]>, fact: Fact): number {
  return reasons.get(fact)?.length ?? 0;
}

function usesOf(rootCause: Fact): ReadonlyMap<Fact, number> {
  const uses = new Map<Fact, number>();
  for (const { cause } of inOrderOfProof(rootCause))
    if (cause.kind === "derived")
      for (const used of [cause.left, cause.right]) uses.set(used, (uses.get(used) ?? 0) + 1);
  return uses;
}

/** Every statement once, behind those that it follows from. */
function inOrderOfProof(rootCause: Fact): Fact[] {
  const ordered: Fact[] = [];
  const seen = new Set<Fact>();
  const pending: Fact[] = [rootCause];
  while (pending.length > 0) {
    const fact = pending[pending.length - 1] as Fact;
    if (seen.has(fact)) {
      pending.pop();
      continue;
    }
    const open =
      fact.cause.kind === "derived"
        ? [fact.cause.right, fact.cause.left].filter((cause) => !seen.has(cause))
        : [];
    if (open.length > 0) {
      pending.push(...open);
      continue;
    }
    seen.add(fact);
    ordered.push(fact);
    pending.pop();
  }
  return ordered;
}
