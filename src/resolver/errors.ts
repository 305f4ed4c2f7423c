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
