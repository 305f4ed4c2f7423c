import { resolve } from "#resolver/resolve";
import type { ResolveRequest } from "#resolver/request";
import type { ResolveOutcome } from "#resolver/resolution";
import { memoFor, type WantedFiles } from "./memo.ts";
import { ProvisionedMetadata } from "./metadata.ts";
import { requirePins } from "./require-pins.ts";
import type { ProvisionWorld } from "./world.ts";

/** Answers a question from memory, or by resolving it. `wanted` tells how many files of each package will be looked at. */
export async function resolveRequirements(
  request: ResolveRequest,
  world: ProvisionWorld,
  wanted: WantedFiles = "best",
): Promise<ResolveOutcome> {
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
  const outcome = await resolve(request, new ProvisionedMetadata(world));
  if (outcome.kind === "resolved") {
    memo?.remember(outcome.resolution);
    report({
      type: "resolution-ended",
      packages: outcome.resolution.packages.length,
      remembered: false,
    });
  }
  return outcome;
}
