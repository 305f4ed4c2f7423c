import { PkmError } from "#base/errors";
import type { OptionValues } from "#cli/command";
import type { Invocation } from "#cli/invocation";
import { interpreterWorld, openInvocationStore } from "#cli/services";
import type { DescribedDistribution } from "#environment/dependency-graph";
import type { InstalledDistribution, PythonEnvironment } from "#environment/environment";
import { findInterpreter } from "#interpreter/discover";
import type { Interpreter } from "#interpreter/interpreter";
import { readMetadata } from "#environment/installed";
import { type InstalledSurvey, surveyInstalled } from "#environment/survey";
import { evaluateMarkerLeniently, type MarkerEnvironment } from "#standards/marker";
import type { CoreMetadata } from "#standards/metadata";
import type { Requirement } from "#standards/requirement";
import { chosenEnvironment } from "./_environment.ts";
import {
  readingOptions,
  warnOfSurvey,
  warnOfUnfinished,
  whicheverEnvironment,
} from "./_reading.ts";

const { path: _path, local: _local, ...judging } = readingOptions;

/** Which environment a command judges: unlike listing, that takes an interpreter, whose markers decide. */
export const judgingOptions = judging;

export type JudgedEnvironment = {
  readonly environment: PythonEnvironment;
  readonly survey: InstalledSurvey;
  readonly markers: MarkerEnvironment;
};

/** The environment, what is installed in it, and the markers that decide which requirements hold there. */
export async function openJudged(
  options: Partial<OptionValues<typeof judgingOptions>>,
  invocation: Invocation,
): Promise<JudgedEnvironment> {
  const interpreters = interpreterWorld(invocation, openInvocationStore(invocation));
  const environment = await chosenEnvironment(
    whicheverEnvironment(options),
    "read",
    interpreters,
    invocation,
  );
  warnOfUnfinished(environment.root, invocation);
  const survey = surveyInstalled(environment, invocation.world);
  warnOfSurvey(survey, invocation);
  return { environment, survey, markers: environment.interpreter.markers };
}

/** A distribution with what it says of itself; why not where that cannot be read. */
export function described(
  distribution: InstalledDistribution,
  { world }: Pick<Invocation, "world">,
): DescribedDistribution & { readonly unreadable: string | undefined } {
  const { name, displayName, version } = distribution;
  let metadata: CoreMetadata | undefined;
  let unreadable: string | undefined;
  try {
    metadata = readMetadata(distribution, world);
    const [invalid] = metadata.invalidRequirements;
    if (invalid !== undefined)
      unreadable = `\`${invalid.text}\` is no requirement: ${invalid.reason}`;
  } catch (error) {
    if (!(error instanceof PkmError)) throw error;
    unreadable = error.why ?? error.what;
  }
  return { name, displayName, version, metadata, unreadable };
}

/** The requirements that hold for a distribution by itself, no extra asked for. */
export function requirementsOf(
  { metadata }: DescribedDistribution,
  markers: MarkerEnvironment,
): readonly Requirement[] {
  return (metadata?.requiresDist ?? []).filter(
    ({ marker }) => marker === undefined || evaluateMarkerLeniently(marker, markers),
  );
}

/** The interpreter of the chosen environment; with `--path` and no environment near, the one on PATH. */
export async function chosenInterpreter(
  options: Partial<OptionValues<typeof readingOptions>>,
  invocation: Invocation,
): Promise<Interpreter> {
  const interpreters = interpreterWorld(invocation, openInvocationStore(invocation));
  if (options.python === undefined && (options.path?.length ?? 0) > 0)
    return findInterpreter({ environments: true }, interpreters);
  const chosen = whicheverEnvironment(options);
  return (await chosenEnvironment(chosen, "read", interpreters, invocation)).interpreter;
}
