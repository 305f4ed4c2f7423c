import { type ExitCode, exit, type PkmError } from "#base/errors";
import type { Clock } from "#platform/ports";
import type { FixOptions } from "#resolver/fixes";
import type { FailedQuestion } from "#provision/resolve-requirements";
import type { ResolutionFailure } from "#resolver/resolution";
import { listInterpreters } from "#interpreter/list";
import { NoSolution } from "./no-solution.ts";
import { failedCommand } from "./failed-command.ts";
import type { Invocation } from "./invocation.ts";
import { investigate, keepFailure, type ToldFailure } from "./kept-failure.ts";
import { presentError } from "./present-error.ts";
import { interpreterWorld, openInvocationStore } from "./services.ts";
import { fixLines, similarText } from "./tell-fixes.ts";

/** Prints why there is no solution and what would help, and keeps the question for `pkm explain`. */
export async function presentFailure(error: PkmError, invocation: Invocation): Promise<ExitCode> {
  const { output, world, name, typed } = invocation;
  if (!(error instanceof NoSolution) || error.question === undefined)
    return presentError(error, output);
  const { failure, question } = error;
  const store = openInvocationStore(invocation);
  const forget = world.interrupts?.before(() => {
    presentError(failureError({ failure, fixes: [], similar: [] }), output);
    return exit.failure;
  }, "tells");
  const pythons = await pythonsFor(failure, question, invocation);
  const command = failedCommand(name, typed);
  const told = await investigate(failure, question, command, pythons, limits(world.clock));
  forget?.();
  keepFailure(told.kept, world.host.cwd, store);
  return presentError(failureError(told), output);
}

/** Nobody waits longer than this for advice, in milliseconds. */
const longestSearch = 10_000;
const longestTurn = 40;

function limits(clock: Clock): Pick<FixOptions, "isEnough" | "pause"> {
  const end = clock.now() + longestSearch;
  let turn = clock.now();
  return {
    isEnough: () => clock.now() > end,
    pause: () => {
      if (clock.now() - turn < longestTurn) return undefined;
      turn = clock.now();
      return clock.sleep(1);
    },
  };
}

/** Pythons of this machine, where another Python could help and a new environment would be made with it. */
async function pythonsFor(
  { leads }: ResolutionFailure,
  question: FailedQuestion,
  invocation: Invocation,
): Promise<readonly string[] | undefined> {
  const { machines, request } = question;
  if (machines === "many" || request.policy.purpose === "compile") return undefined;
  if (!leads.needsPython && leads.refusals.length === 0) return [];
  const world = interpreterWorld(invocation, openInvocationStore(invocation));
  const { interpreters } = await listInterpreters(world);
  const [, minor = 0] = request.target.python.release.map(Number);
  const found = interpreters.filter(
    ({ implementation, freeThreaded }) => implementation === "cpython" && !freeThreaded,
  );
  const distance = (other: number): number => Math.abs(other - minor);
  return [...new Set(found.map((python) => python))]
    .filter((python) => python.minor !== minor && python.major === 3)
    .sort((a, b) => distance(a.minor) - distance(b.minor) || b.minor - a.minor)
    .map((python) => `${python.major}.${python.minor}.${python.micro}`)
    .filter((text, at, all) => all.indexOf(text) === at);
}

/** A failure as an error: its first line says what failed, the rest why; fixes are hints. */
export function failureError({ failure, fixes, similar }: ToldFailure): PkmError {
  const isCut = /in the full derivation$/m.test(failure.explanation);
  return new NoSolution(failure, undefined, [
    ...similar.map(similarText),
    ...fixes.map((fix) => fixLines(fix).join("\n")),
    ...(isCut ? ["pkm explain --full"] : []),
  ]);
}
