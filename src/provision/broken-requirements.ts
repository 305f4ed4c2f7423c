import type { InstalledDistribution } from "#environment/environment";
import { evaluateMarkerLeniently, type MarkerEnvironment } from "#standards/marker";
import type { CoreMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import { formatRequirement } from "#standards/requirement";
import { specifierContains } from "#standards/specifier-set";

export type BrokenRequirementsQuestion = {
  /** What came or was replaced: name to new version. */
  readonly changed: ReadonlyMap<NormalizedName, string>;
  /** What stayed, and was not part of the resolution: nobody has asked whether the new versions suit it. */
  readonly bystanders: readonly InstalledDistribution[];
  readonly markers: MarkerEnvironment;
  readonly readMetadata: (distribution: InstalledDistribution) => CoreMetadata | undefined;
};

/** Requirements of bystanders that a change has broken, as sentences (pip's warning after an install). */
export function brokenRequirements(question: BrokenRequirementsQuestion): string[] {
  const { changed, bystanders, markers, readMetadata } = question;
  const told: string[] = [];
  if (changed.size === 0) return told;
  for (const distribution of bystanders)
    for (const requirement of readMetadata(distribution)?.requiresDist ?? []) {
      const version = changed.get(requirement.name);
      if (version === undefined || requirement.url !== undefined) continue;
      const { marker } = requirement;
      if (marker !== undefined && !evaluateMarkerLeniently(marker, markers)) continue;
      if (!specifierContains(requirement.specifier, version, { prereleases: true }))
        told.push(
          `${distribution.displayName} ${distribution.version} requires ` +
            `\`${formatRequirement({ ...requirement, marker: undefined })}\`, and ${requirement.name} ${version} is installed now`,
        );
    }
  return told;
}
