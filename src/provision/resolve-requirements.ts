import type { ProjectFile } from "#repository/listing";
import type { ResolveRequest } from "#resolver/request";
import type { UniversalRequest } from "#resolver/universal";
import type { ResolutionFailure, ResolveOutcome } from "#resolver/resolution";
import type { EarlierVersions } from "./ask-early.ts";
import { memoFor, type WantedFiles } from "./memo.ts";
import type { RecordingMetadata } from "./recording.ts";
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
  /** Told when the first pages are asked for and have to be waited for. */
  readonly onWaiting?: () => void;
  /** What was found earlier for about the same question, though nothing of it need stay. */
  readonly earlier?: EarlierVersions;
};

/** Answers a question from memory, or by resolving it. `wanted` tells how many files of each package will be looked at. */
export async function resolveRequirements(
  request: ResolveRequest,
  world: ProvisionWorld,
  wanted: WantedFiles = "best",
  ways: Ways = {},
): Promise<AnsweredQuestion> {
  const { requireHashes, purpose } = request.policy;
  if (requireHashes && purpose === "install") requirePins(request.roots, request.constraints);
  const memo = memoFor(request, wanted, world);
  const remembered = memo?.recall();
  if (remembered !== undefined) {
    const packages = remembered.packages.length;
    world.report({ type: "resolution-ended", packages, remembered: true });
    return { kind: "resolved", resolution: remembered };
  }
  // Together with the solver, which what is remembered gets by without.
  const { resolveAfresh } = await import("./resolve-afresh.ts");
  return resolveAfresh(request, memo, world, ways);
}
