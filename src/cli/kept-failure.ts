import type { World } from "#platform/ports";
import { packProblem, type Problem, problemForm, unpackProblem } from "#provision/problem";
import type { AskedQuestion, FailedQuestion } from "#provision/resolve-requirements";
import { askingOneMachine, findFixes, type FixOptions, type SimilarNames } from "#resolver/fixes";
import { neighbouringPythons } from "#resolver/other-python";
import { resolve } from "#resolver/resolve";
import type { ResolutionFailure } from "#resolver/resolution";
import type { MetadataSource } from "#resolver/sources";
import { resolveUniversal } from "#resolver/universal";
import { askingManyMachines, laterPythons } from "#resolver/universal-asking";
import type { Store } from "#store/store";
import { notAProblem } from "./commands/_explain-errors.ts";
import { type FailedCommand, remedyFor } from "./failed-command.ts";
import { tellFix, type ToldFix } from "./tell-fixes.ts";
import { version } from "./version.ts";

/** A command that found no solution, with everything it takes to find none again: on any machine, without a network. */
export type KeptFailure = {
  readonly pkm: string;
  readonly command: FailedCommand;
  /** Pythons that were tried. */
  readonly pythons: readonly string[];
  /** Changed questions that were asked for fixes. */
  readonly trials: number;
  readonly problem: Problem;
};

/** A failure with its ways out. */
export type ToldFailure = {
  readonly failure: ResolutionFailure;
  readonly fixes: readonly ToldFix[];
  /** Existing names for misspelt ones, where no fix says as much. */
  readonly similar: readonly SimilarNames[];
};

export type Investigation = ToldFailure & { readonly kept: KeptFailure };

/** When to stop looking. */
type Limits = Pick<FixOptions, "mostTrials" | "isEnough" | "pause">;

/** Looks for ways out of a failure, and packs everything up. */
export async function investigate(
  failure: ResolutionFailure,
  question: FailedQuestion,
  command: FailedCommand,
  installedPythons: readonly string[] | undefined,
  limits: Limits = {},
): Promise<Investigation> {
  const pythons =
    question.machines === "many"
      ? laterPythons(question.request)
      : (installedPythons ?? neighbouringPythons(question.request.target));
  const about = { command, pythons };
  const { fixes, similar, trials } = await fixesFor(failure, question, about, limits);
  const kept = { pkm: version, ...about, trials, problem: packProblem(question) };
  return { failure, fixes, similar, kept };
}

/** Finds the same failure and the same ways out again. */
export async function replay(kept: KeptFailure): Promise<ToldFailure> {
  const question = unpackProblem(kept.problem);
  const outcome =
    question.machines === "many"
      ? await resolveUniversal(question.request, question.source)
      : await resolve(question.request, question.source);
  if (outcome.kind !== "unsolvable")
    throw new Error("the kept question has an answer, which it had not before");
  const { failure } = outcome;
  const { fixes, similar } = await fixesFor(failure, question, kept, { mostTrials: kept.trials });
  return { failure, fixes, similar };
}

async function fixesFor(
  failure: ResolutionFailure,
  question: AskedQuestion & { readonly source: MetadataSource },
  { command, pythons }: Pick<KeptFailure, "command" | "pythons">,
  limits: Limits,
): Promise<Pick<ToldFailure, "fixes" | "similar"> & { readonly trials: number }> {
  const formats = question.request.policy.formats.binaries;
  const options: FixOptions = {
    pythons,
    isPossible: (edit) => remedyFor([edit], command, formats) !== undefined,
    ...limits,
  };
  const { source } = question;
  const found =
    question.machines === "many"
      ? await findFixes(question.request, failure, source, askingManyMachines, options)
      : await findFixes(question.request, failure, source, askingOneMachine, {
          ...options,
          names: question.request.installed?.keys() ?? [],
        });
  const fixes = found.fixes.flatMap((fix) => {
    const remedy = remedyFor(fix.edits, command, formats);
    return remedy === undefined ? [] : tellFix(fix, remedy);
  });
  const renamed = found.fixes.some(({ edits }) =>
    edits.some(
      (edit) => edit.kind === "requirement" && edit.to?.name !== edit.asked.requirement.name,
    ),
  );
  return { fixes, similar: renamed ? [] : found.similar, trials: found.trials };
}

// Where it is kept

/** Keeps a failure as the last one of a folder. */
export function keepFailure(kept: KeptFailure, folder: string, store: Store): void {
  store.answers.put(keyOf(folder), JSON.stringify(kept));
}

export function lastFailure(folder: string, store: Store): KeptFailure | undefined {
  const text = store.answers.get(keyOf(folder));
  const kept = text === undefined ? undefined : (JSON.parse(text) as KeptFailure);
  return kept?.problem.form === problemForm ? kept : undefined;
}

function keyOf(folder: string): string {
  return `failure in ${folder}`;
}

/** One compressed file that can be sent to somebody. */
export function exportFailure(kept: KeptFailure, { inflate }: Pick<World, "inflate">): Uint8Array {
  return inflate.gzip(new TextEncoder().encode(`${JSON.stringify(kept)}\n`));
}

/** Reads what {@link exportFailure} made; `file` is for messages. */
export function importFailure(
  bytes: Uint8Array,
  file: string,
  { inflate }: Pick<World, "inflate">,
): KeptFailure {
  let read: unknown;
  try {
    read = JSON.parse(new TextDecoder().decode(inflate.gunzip(bytes, largestExport)));
  } catch (cause) {
    throw notAProblem(file, "it is no compressed JSON", cause);
  }
  const kept = read as Partial<KeptFailure> | null;
  const form: unknown = kept?.problem?.form;
  if (form !== problemForm)
    throw notAProblem(file, `expected the form \`${problemForm}\`, found ${JSON.stringify(form)}`);
  return kept as KeptFailure;
}

/** Bytes of an export when unpacked. */
const largestExport = 1024 * 1024 * 1024;
