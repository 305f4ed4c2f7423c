import type { WheelSource, WantedDistribution } from "#installer/plan-types";
import type { ResolvedPackage } from "#resolver/resolution";
import type { ResolutionTarget } from "#resolver/request";
import { parseRequiresPython } from "#standards/requires-python";
import { specifierContains } from "#standards/specifier-set";
import { buildableOf } from "./built-wheels.ts";
import { sourceNeedsPython } from "./errors.ts";

/**
 * Where dependencies are not followed, an sdist is chosen without being asked anything: what it says of Pythons is known
 * when its wheel is there.
 */
export async function checkSourcePythons(
  packages: readonly ResolvedPackage[],
  wanted: readonly WantedDistribution[],
  wheels: WheelSource,
  { python, description }: Pick<ResolutionTarget, "python" | "description">,
): Promise<void> {
  const byName = new Map(wanted.map((one) => [one.name, one]));
  for (const found of packages) {
    const one = byName.get(found.name);
    if (one === undefined || buildableOf(found)?.kind !== "sdist") continue;
    const { manifest } = await wheels.wheel(one);
    const needs =
      manifest.requiresPython === undefined
        ? undefined
        : parseRequiresPython(manifest.requiresPython);
    if (needs !== undefined && !specifierContains(needs, python, { prereleases: true }))
      throw sourceNeedsPython(found, needs.text, description);
  }
}
