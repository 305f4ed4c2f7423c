import { exit, PkmError } from "#base/errors";
import type { FailedQuestion } from "#provision/resolve-requirements";
import type { ResolutionFailure } from "#resolver/resolution";

/** There is a proof that nothing satisfies what was asked. */
export class NoSolution extends PkmError {
  readonly failure: ResolutionFailure;
  readonly question: FailedQuestion | undefined;

  constructor(failure: ResolutionFailure, question?: FailedQuestion, fix: readonly string[] = []) {
    const [what = "", ...rest] = failure.explanation.split("\n");
    super({
      code: "no-solution",
      what,
      ...(rest.length === 0
        ? {}
        : { excerpt: rest.map((line) => `  ${line}`.trimEnd()).join("\n") }),
      fix,
      exit: exit.noSolution,
    });
    this.failure = failure;
    this.question = question;
  }
}
