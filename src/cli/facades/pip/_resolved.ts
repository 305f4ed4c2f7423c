import type { OptionValues } from "#cli/command";
import { noSolution } from "#cli/errors";
import type { Invocation } from "#cli/invocation";
import { Patience } from "#cli/patience";
import { Progress } from "#cli/progress";
import { interpreterWorld, openInvocationStore } from "#cli/services";
import { resolveRequirements } from "#provision/resolve-requirements";
import type { SourceBuilder } from "#provision/source-builder";
import type { ProvisionWorld } from "#provision/world";
import type { Interpreter } from "#interpreter/interpreter";
import type { AskedRequirement, ResolutionPolicy, ResolveRequest } from "#resolver/request";
import type { Resolution, ResolvedPackage } from "#resolver/resolution";
import type { MarkerEnvironment } from "#standards/marker";
import type { RequirementsOptions } from "#standards/requirements-file";
import { nothingAsked } from "./_errors.ts";
import { resolvingInterpreter } from "./_interpreter.ts";
import { readQuestion } from "./_question.ts";
import type { resolvingOptions } from "./resolving-options.ts";

export type ResolvingChoices = OptionValues<typeof resolvingOptions>;

/** An answer with what it was an answer to. */
export type Resolved = {
  readonly resolution: Resolution;
  /** The packages that were asked for: with `--only-deps` not the requirements themselves. */
  readonly packages: readonly ResolvedPackage[];
  readonly interpreter: Interpreter;
  /** Of the command line and of files together. */
  readonly options: RequirementsOptions;
  readonly world: ProvisionWorld;
};

type FurtherWorld = {
  readonly builds: SourceBuilder;
  readonly markers: MarkerEnvironment;
};

export type ResolvingRequest = {
  readonly words: readonly string[];
  readonly purpose: ResolutionPolicy["purpose"];
  /** Roots that have to be asked of builds. */
  readonly further?: (world: FurtherWorld) => Promise<readonly AskedRequirement[]>;
  readonly preferences?: (markers: MarkerEnvironment) => ResolveRequest["preferences"];
};

/**
 * Resolves words and options without looking at what is installed, and hands the answer on; `use` runs while pages
 * and store are open. Without an answer the command ends with the reason.
 */
export async function withResolved<T>(
  chosen: ResolvingChoices,
  { words, purpose, further, preferences }: ResolvingRequest,
  invocation: Invocation,
  use: (answer: Resolved) => Promise<T>,
): Promise<T> {
  const { requirement, editable, group, "requirements-from-script": scripts } = chosen;
  const named = [words, requirement, editable, group, scripts];
  if (further === undefined && named.every((list) => list.length === 0))
    throw nothingAsked(invocation.name);
  const { world, output } = invocation;
  const store = openInvocationStore(invocation);
  const progress = new Progress(output, world.clock);
  const { report } = progress;
  const patience = new Patience(chosen["time-limit"], progress, invocation);
  let builder: SourceBuilder | undefined;
  try {
    return await patience.listening(async () => {
      const interpreter = await resolvingInterpreter(chosen, interpreterWorld(invocation, store));
      const { openRepositories, builds, omit, options, ...question } = await readQuestion(
        chosen,
        words,
        { interpreter, purpose, store, report },
        invocation,
      );
      builder = builds;
      const repositories = await openRepositories();
      const { pause } = patience;
      const provisionWorld = { ...world, store, repositories, builds, report, pause };
      const { markers } = question.target;
      const roots = [...question.roots, ...((await further?.({ builds, markers })) ?? [])];
      const preferred = preferences?.(markers) ?? new Map();
      const outcome = await patience.during(() =>
        resolveRequirements({ ...question, roots, preferences: preferred }, provisionWorld),
      );
      progress.end();
      if (outcome.kind === "unsolvable") throw noSolution(outcome.failure, outcome.question);
      const { resolution } = outcome;
      for (const warning of resolution.warnings) output.warn(warning);
      const packages = resolution.packages.filter(({ name }) => omit?.has(name) !== true);
      return await use({ resolution, packages, interpreter, options, world: provisionWorld });
    });
  } finally {
    progress.end();
    await builder?.close();
    store.close();
  }
}
