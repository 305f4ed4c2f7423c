import {
  resolveUniversal,
  type UniversalOutcome,
  type UniversalRequest,
} from "#resolver/universal";
import { askEarly } from "./ask-early.ts";
import { memoForUniversal, type WantedFiles } from "./memo.ts";
import { ProvisionedMetadata } from "./metadata.ts";
import { RecordingMetadata } from "./recording.ts";
import { patience } from "./resolve-afresh.ts";
import type { FailedQuestion, Ways } from "./resolve-requirements.ts";
import type { ProvisionWorld } from "./world.ts";

export type UniversalAnswer =
  | Extract<UniversalOutcome, { readonly kind: "resolved" }>
  | (Extract<UniversalOutcome, { readonly kind: "unsolvable" }> & {
      readonly question: FailedQuestion;
    });

/** Answers a question about many machines from memory, or by resolving it. */
export async function resolveUniversally(
  request: UniversalRequest,
  world: ProvisionWorld,
  wanted: WantedFiles = "best",
  { earlier }: Pick<Ways, "earlier"> = {},
): Promise<UniversalAnswer> {
  const { report } = world;
  const memo = memoForUniversal(request, wanted, world);
  const remembered = memo?.recall();
  if (remembered !== undefined) {
    report({ type: "resolution-ended", packages: remembered.packages.length, remembered: true });
    return { kind: "resolved", resolution: remembered };
  }
  await world.repositories.ready?.();
  report({ type: "resolution-began", requirements: request.roots.length });
  const provisioned = new ProvisionedMetadata(world);
  const source = new RecordingMetadata(provisioned);
  const resolving = resolveUniversal(request, source, patience(world));
  const stop = provisioned.hasWaited ? askEarly(request, memo, earlier, world) : undefined;
  const outcome = await resolving.finally(stop);
  if (outcome.kind === "resolved") {
    const { resolution } = outcome;
    if (!provisioned.hasBuilt) memo?.remember(resolution);
    report({ type: "resolution-ended", packages: resolution.packages.length, remembered: false });
  }
  if (outcome.kind === "resolved") return outcome;
  return { ...outcome, question: { machines: "many", request, source } };
}
