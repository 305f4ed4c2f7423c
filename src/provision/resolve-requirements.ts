import type { ProjectFile } from "#repository/listing";
import { resolve, type ResolveOptions } from "#resolver/resolve";
import type { ResolveRequest } from "#resolver/request";
import type { UniversalRequest } from "#resolver/universal";
import type { ResolutionFailure, ResolveOutcome } from "#resolver/resolution";
import { askEarly, type EarlierVersions } from "./ask-early.ts";
import { memoFor, type WantedFiles } from "./memo.ts";
import { ProvisionedMetadata } from "./metadata.ts";
import { RecordingMetadata } from "./recording.ts";
import { requirePins } from "./require-pins.ts";
import type { ProvisionWorld } from "./world.ts";

/** A question without an answer, and what was seen on the way there: it can be asked again, changed or as it was. */
export type FailedQuestion = AskedQuestion & { readonly source: RecordingMetadata };

export type AskedQuestion =
  | { readonly machines: "one"; readonly request: ResolveRequest }
  | { readonly machines: "many"; readonly request: UniversalRequest };

export type AnsweredQuestion =
  | Extract<ResolveOutcome, { readonly kind: "resolved" }>
  | {
      readonly kind: "unsolvable";
      readonly failure: ResolutionFailure;
      readonly question: FailedQuestion;
    };

/** How a question is answered, which has no bearing on what the answer is. */
export type Ways = {
  /** Hears of wheels as {@link MetadataSource.expect} does. */
  readonly onExpected?: (file: ProjectFile) => void;
  /** What was found earlier for about the same question, though nothing of it need stay. */
  readonly earlier?: EarlierVersions;
};

/** Answers a question from memory, or by resolving it. `wanted` tells how many files of each package will be looked at. */
export async function resolveRequirements(
  request: ResolveRequest,
  world: ProvisionWorld,
  wanted: WantedFiles = "best",
  { onExpected, earlier }: Ways = {},
): Promise<AnsweredQuestion> {
  const { report } = world;
  const { requireHashes, purpose } = request.policy;
  if (requireHashes && purpose === "install") requirePins(request.roots, request.constraints);
  const memo = memoFor(request, wanted, world);
  const remembered = memo?.recall();
  if (remembered !== undefined) {
    report({ type: "resolution-ended", packages: remembered.packages.length, remembered: true });
    return { kind: "resolved", resolution: remembered };
  }
  report({ type: "resolution-began", requirements: request.roots.length });
  const provisioned = new ProvisionedMetadata(world, onExpected);
  const source = new RecordingMetadata(provisioned);
  const resolving = resolve(request, source, patience(world));
  const stop = provisioned.hasWaited ? askEarly(request, memo, earlier, world) : undefined;
  const outcome = await resolving.finally(stop);
  if (outcome.kind === "resolved") {
    if (!provisioned.hasBuilt) memo?.remember(outcome.resolution);
    report({
      type: "resolution-ended",
      packages: outcome.resolution.packages.length,
      remembered: false,
    });
    return outcome;
  }
  return { ...outcome, question: { machines: "one", request, source } };
}

/** What a resolution tells while it runs, and what may end it. */
export function patience({ report, pause }: ProvisionWorld): ResolveOptions {
  return pause === undefined ? { report } : { report, pause };
}
