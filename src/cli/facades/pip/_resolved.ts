import type { OptionValues } from "#cli/command";
import { noSolution } from "#cli/errors";
import type { Invocation } from "#cli/invocation";
import { Patience } from "#cli/patience";
import { Progress } from "#cli/progress";
import { interpreterWorld, openInvocationStore } from "#cli/services";
import { resolveRequirements } from "#provision/resolve-requirements";
import type { ProvisionWorld } from "#provision/world";
import type { ResolutionPolicy } from "#resolver/request";
import type { ResolvedPackage } from "#resolver/resolution";
import { nothingAsked } from "./_errors.ts";
import { resolvingInterpreter } from "./_interpreter.ts";
import { readQuestion } from "./_question.ts";
import type { resolvingOptions } from "./resolving-options.ts";

export type ResolvingChoices = OptionValues<typeof resolvingOptions>;

/**
 * Resolves words and options without looking at what is installed, and hands the answer on; `use` runs while pages
 * and store are open. Without an answer the command ends with the reason.
 */
export async function withResolved<T>(
  chosen: ResolvingChoices,
  words: readonly string[],
  purpose: ResolutionPolicy["purpose"],
  invocation: Invocation,
  use: (packages: readonly ResolvedPackage[], world: ProvisionWorld) => Promise<T>,
): Promise<T> {
  const { requirement, editable, group, "requirements-from-script": scripts } = chosen;
  if (words.length + requirement.length + editable.length + group.length + scripts.length === 0)
    throw nothingAsked(invocation.name);
  const { world, output } = invocation;
  const store = openInvocationStore(invocation);
  const progress = new Progress(output, world.clock);
  const { report } = progress;
  try {
    const interpreter = await resolvingInterpreter(chosen, interpreterWorld(invocation, store));
    const { openRepositories, omit, ...question } = await readQuestion(
      chosen,
      words,
      { interpreter, purpose, store, report },
      invocation,
    );
    const patience = new Patience(chosen["time-limit"], progress, invocation);
    const repositories = await openRepositories();
    const provisionWorld = { ...world, store, repositories, report, pause: patience.pause };
    const outcome = await patience.during(() =>
      resolveRequirements({ ...question, preferences: new Map() }, provisionWorld),
    );
    if (outcome.kind === "unsolvable") throw noSolution(outcome.failure, outcome.question);
    for (const warning of outcome.resolution.warnings) output.warn(warning);
    const packages = outcome.resolution.packages.filter(({ name }) => omit?.has(name) !== true);
    return await use(packages, provisionWorld);
  } finally {
    progress.end();
    store.close();
  }
}
