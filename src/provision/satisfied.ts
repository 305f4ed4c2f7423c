import type { InstalledDistribution } from "#environment/environment";
import type { AskedRequirement } from "#resolver/request";
import { evaluateMarkerLeniently, type MarkerEnvironment } from "#standards/marker";
import type { CoreMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import type { Requirement } from "#standards/requirement";
import { specifierContains } from "#standards/specifier-set";

export type SatisfactionQuestion = {
  readonly roots: readonly AskedRequirement[];
  readonly constraints: readonly AskedRequirement[];
  readonly followDependencies: boolean;
  readonly markers: MarkerEnvironment;
  readonly installed: ReadonlyMap<NormalizedName, InstalledDistribution>;
  readonly readMetadata: (distribution: InstalledDistribution) => CoreMetadata | undefined;
};

/**
 * True when what is installed meets every requirement, constraints and dependencies included, so that nothing
 * needs to be asked of a repository (pip's "requirement already satisfied"). A requirement by URL is never met
 * here: whether it is unchanged takes a look at what the URL leads to.
 */
export function isSatisfied(question: SatisfactionQuestion): boolean {
  const { roots, constraints, followDependencies, markers, installed } = question;
  const seen = new Set<string>();
  const pending: Requirement[] = [];
  for (const { requirement, editable } of roots) {
    if (editable === true) return false;
    if (requirement.marker === undefined || evaluateMarkerLeniently(requirement.marker, markers))
      pending.push(requirement);
  }
  const limits = new Map<NormalizedName, Requirement[]>();
  for (const { requirement } of constraints) {
    if (requirement.marker !== undefined && !evaluateMarkerLeniently(requirement.marker, markers))
      continue;
    limits.set(requirement.name, [...(limits.get(requirement.name) ?? []), requirement]);
  }
  while (pending.length > 0) {
    const requirement = pending.pop() as Requirement;
    if (requirement.url !== undefined) return false;
    const found = installed.get(requirement.name);
    if (found === undefined) return false;
    for (const limit of [requirement, ...(limits.get(requirement.name) ?? [])])
      if (
        limit.url !== undefined ||
        !specifierContains(limit.specifier, found.version, { prereleases: true })
      )
        return false;
    if (!followDependencies) continue;
    const key = `${requirement.name}[${[...requirement.extras].sort().join(",")}]`;
    if (seen.has(key)) continue;
    seen.add(key);
    const metadata = question.readMetadata(found);
    if (metadata === undefined) return false;
    for (const dependency of metadata.requiresDist) {
      const { marker } = dependency;
      if (
        marker === undefined ||
        evaluateMarkerLeniently(marker, markers, { extras: requirement.extras })
      )
        // A URL in metadata names the source of a fresh install; what is installed already meets it by name.
        pending.push(dependency.url === undefined ? dependency : { ...dependency, url: undefined });
    }
  }
  return true;
}
