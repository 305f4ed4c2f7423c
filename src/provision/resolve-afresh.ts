import { resolve, type ResolveOptions } from "#resolver/resolve";
import type { ResolveRequest } from "#resolver/request";
import { askEarly } from "./ask-early.ts";
import type { Memo } from "./memo.ts";
import { ProvisionedMetadata } from "./metadata.ts";
import { RecordingMetadata } from "./recording.ts";
import type { AnsweredQuestion, Ways } from "./resolve-requirements.ts";
import type { ProvisionWorld } from "./world.ts";

/** Answers a question by resolving it, and has the answer remembered. */
export async function resolveAfresh(
  request: ResolveRequest,
  memo: Memo | undefined,
  world: ProvisionWorld,
  { onExpected, earlier }: Ways,
): Promise<AnsweredQuestion> {
  const { report, repositories } = world;
  await repositories.ready?.();
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
