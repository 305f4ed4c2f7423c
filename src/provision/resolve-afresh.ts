import type { PkmError } from "#base/errors";
import { resolve, type ResolveOptions } from "#resolver/resolve";
import type { ResolveRequest } from "#resolver/request";
import type { Resolution, ResolveOutcome } from "#resolver/resolution";
import type { NormalizedName } from "#standards/name";
import { tryParseVersion, type Version } from "#standards/version";
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
  { onExpected, onWaiting, earlier }: Ways,
): Promise<AnsweredQuestion> {
  const { report, repositories } = world;
  await repositories.ready?.();
  report({ type: "resolution-began", requirements: request.roots.length });
  const mayStay = (name: NormalizedName): boolean =>
    request.installed?.get(name)?.givesWay === true;
  const answered = ({ hasBuilt, unreached }: ProvisionedMetadata, answer: Answer): Answer => {
    warnOfUnreached(unreached, answer.resolution, world);
    if (!hasBuilt) memo?.remember(answer.resolution);
    const { length } = answer.resolution.packages;
    report({ type: "resolution-ended", packages: length, remembered: false });
    return answer;
  };
  const pins = pinsOf(request);
  if (pins.size > 0) {
    const narrow = new ProvisionedMetadata(world, onExpected, mayStay, pins);
    const resolving = resolve(request, narrow, patience(world));
    if (narrow.hasWaited) onWaiting?.();
    const outcome = await resolving;
    if (outcome.kind === "resolved") {
      // What else there is has not been looked at.
      const { packages, attempts, warnings } = outcome.resolution;
      const resolution = { packages, passedOver: undefined, attempts, warnings };
      return answered(narrow, { kind: "resolved", resolution });
    }
    // A proof speaks of all versions.
  }
  const provisioned = new ProvisionedMetadata(world, onExpected, mayStay);
  const source = new RecordingMetadata(provisioned);
  const resolving = resolve(request, source, patience(world));
  if (provisioned.hasWaited) onWaiting?.();
  const stop = provisioned.hasWaited ? askEarly(request, memo, earlier, world) : undefined;
  const outcome = await resolving.finally(stop);
  if (outcome.kind === "resolved") return answered(provisioned, outcome);
  // With the index there would be an answer, or another reason for none.
  for (const error of provisioned.unreached.values()) throw error;
  return { ...outcome, question: { machines: "one", request, source } };
}

type Answer = Extract<ResolveOutcome, { readonly kind: "resolved" }>;

/**
 * Names of which only one version can be in an answer, whatever else is asked: pages tell of others in vain. Only where
 * files are to be installed and nothing else is to be found out, as lists of pins are.
 */
function pinsOf({
  roots,
  overrides,
  installed,
  policy,
}: ResolveRequest): ReadonlyMap<NormalizedName, Version> {
  const pins = new Map<NormalizedName, Version>();
  if (policy.followDependencies || policy.purpose !== "install" || overrides.length > 0)
    return pins;
  for (const { requirement } of roots) {
    const { name, marker, url, specifier } = requirement;
    if (marker !== undefined || url !== undefined || installed?.has(name) === true) continue;
    const pin = specifier.specifiers.find(({ operator }) => operator === "==");
    const version = pin === undefined ? undefined : tryParseVersion(pin.version);
    if (version !== undefined) pins.set(name, version);
  }
  return pins;
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
