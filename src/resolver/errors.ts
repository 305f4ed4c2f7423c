import { PkmError } from "#base/errors";
import { plural } from "#base/text";

/** The limit of attempts was reached before an answer or a proof. */
export function resolutionGaveUp(attempts: number): PkmError {
  return new PkmError({
    code: "resolution-gave-up",
    what: "Cannot resolve the requirements: there is neither an answer nor a proof yet",
    why: `${plural(attempts, "attempt")} were made, which is the limit`,
    fix: ["pin one of the packages that have many versions", "raise the limit"],
  });
}

/** The limit of time was reached; `struggle` says what the time was spent on, in whole sentences. */
export function outOfTime(
  limit: string,
  struggle: readonly string[],
  fix: readonly string[],
): PkmError {
  return new PkmError({
    code: "resolution-gave-up",
    what: `Cannot resolve the requirements within ${limit}: there is neither an answer nor a proof yet`,
    why: struggle.join("\n"),
    fix: [...fix, "raise `--time-limit`"],
  });
}

/** Somebody did not want to wait any longer. */
export function resolutionInterrupted(
  struggle: readonly string[],
  fix: readonly string[],
): PkmError {
  return new PkmError({
    code: "interrupted",
    what: "Interrupted while resolving the requirements: there is neither an answer nor a proof yet",
    why: struggle.join("\n"),
    fix,
  });
}
