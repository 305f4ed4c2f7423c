import { type ExitCode, exit, PkmError } from "#base/errors";

/** What optparse does not see, pip's commands refuse themselves, and that is a failure like any other. */
const refusedByCommand: ReadonlySet<string> = new Set([
  "conflicting-options",
  "foreign-tags-need-target",
  "missing-argument",
  "nothing-asked",
  "unknown-command",
]);

/**
 * pip's exit code for one of pkm's: everything that failed is 1, words that its option parser does not understand are
 * 2, and asking for a virtual environment where there is none is 3.
 */
export function pipStatus(status: ExitCode, error?: unknown): ExitCode {
  if (error instanceof PkmError) {
    if (error.code === "virtual-environment-required") return exit.noSolution;
    if (refusedByCommand.has(error.code)) return exit.failure;
  }
  const isOwn =
    status === exit.noSolution || status === exit.refused || status === exit.wouldChange;
  return isOwn ? exit.failure : status;
}
