import { PkmError } from "#base/errors";
import type { InstalledDistribution } from "#environment/environment";
import { readMetadata } from "#environment/installed";
import type { World } from "#platform/ports";
import type { CoreMetadata } from "#standards/metadata";
import type { ProvisionOutcome, ProvisionRequest } from "./request.ts";
import { isSatisfied } from "./satisfied.ts";

/*
 * The look before the work. It leans on nothing that resolves, fetches or installs: most runs end here, and whoever asks
 * for it alone does not load the rest.
 */

/** The outcome when what is installed is enough; `undefined` when something may have to be done. */
export function asItIs(
  request: ProvisionRequest,
  installed: readonly InstalledDistribution[],
  world: Pick<World, "files">,
): ProvisionOutcome | undefined {
  return mayKeepEverything(request) && meets(request, installed, world)
    ? { kind: "unchanged", installed }
    : undefined;
}

/** Requests that only ask for something to be there, as opposed to newer, again, or alone. */
function mayKeepEverything(request: ProvisionRequest): boolean {
  return (
    request.upgrade === false &&
    request.reinstall === false &&
    request.lost === undefined &&
    !request.exact &&
    request.overrides.length === 0
  );
}

function meets(
  request: ProvisionRequest,
  installed: readonly InstalledDistribution[],
  world: Pick<World, "files">,
): boolean {
  return isSatisfied({
    roots: request.roots,
    constraints: request.constraints,
    followDependencies: request.policy.followDependencies,
    markers: request.target.markers,
    installed: new Map(installed.map((distribution) => [distribution.name, distribution])),
    readMetadata: (distribution) => tryReadMetadata(distribution, world),
  });
}

/** What somebody else has installed and spoilt must not keep others from being installed. */
export function tryReadMetadata(
  distribution: InstalledDistribution,
  world: Pick<World, "files">,
): CoreMetadata | undefined {
  try {
    return readMetadata(distribution, world);
  } catch (error) {
    if (error instanceof PkmError) return undefined;
    throw error;
  }
}
