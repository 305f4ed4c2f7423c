import type { PkmError } from "#base/errors";
import { resolve, type ResolveOptions } from "#resolver/resolve";
import type { ResolveRequest } from "#resolver/request";
import type { Resolution } from "#resolver/resolution";
import type { NormalizedName } from "#standards/name";
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
  const mayStay = (name: NormalizedName): boolean =>
    request.installed?.get(name)?.givesWay === true;
  const provisioned = new ProvisionedMetadata(world, onExpected, mayStay);
  const source = new RecordingMetadata(provisioned);
  const resolving = resolve(request, source, patience(world));
  const stop = provisioned.hasWaited ? askEarly(request, memo, earlier, world) : undefined;
  const outcome = await resolving.finally(stop);
  const { unreached } = provisioned;
  if (outcome.kind === "resolved") {
    warnOfUnreached(unreached, outcome.resolution, world);
    if (!provisioned.hasBuilt) memo?.remember(outcome.resolution);
    report({
      type: "resolution-ended",
      packages: outcome.resolution.packages.length,
      remembered: false,
    });
    return outcome;
  }
  // With the index there would be an answer, or another reason for none.
  for (const error of unreached.values()) throw error;
  return { ...outcome, question: { machines: "one", request, source } };
}

/** As pip: who asks for an upgrade of what is there keeps it when nobody can be asked, and is told. */
function warnOfUnreached(
  unreached: ReadonlyMap<NormalizedName, PkmError>,
  { packages }: Resolution,
  { report }: ProvisionWorld,
): void {
  const kept = packages.filter(({ name }) => unreached.has(name));
  const [first] = kept;
  const error = first === undefined ? undefined : unreached.get(first.name);
  if (error === undefined) return;
  const names = kept.map(({ displayName, version }) => `${displayName} ${version.text}`);
  const stay = kept.length === 1 ? "stays as it is" : "stay as they are";
  report({ type: "warning", text: `${error.what}: ${error.why}; ${names.join(", ")} ${stay}` });
}

/** What a resolution tells while it runs, and what may end it. */
export function patience({ report, pause }: ProvisionWorld): ResolveOptions {
  return pause === undefined ? { report } : { report, pause };
}
