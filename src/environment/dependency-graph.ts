import { evaluateMarkerLeniently, type MarkerEnvironment } from "#standards/marker";
import type { CoreMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import type { Requirement } from "#standards/requirement";

/** An installed distribution with what it says of itself. */
export type DescribedDistribution = {
  readonly name: NormalizedName;
  readonly displayName: string;
  readonly version: string;
  /** `undefined` when its metadata cannot be read. */
  readonly metadata: CoreMetadata | undefined;
};

/** One requirement that holds in this environment. */
export type Dependency = {
  readonly requirement: Requirement;
  /** The extra that brings it in, where one does. */
  readonly extra: NormalizedName | undefined;
};

export type GraphNode = {
  readonly distribution: DescribedDistribution;
  /** In the order of the metadata. */
  readonly dependencies: readonly Dependency[];
};

/** Distributions and what they require here, by name. */
export type DependencyGraph = ReadonlyMap<NormalizedName, GraphNode>;

/**
 * What requires what among installed distributions, by their metadata and the markers of the interpreter. An extra
 * counts when another installed distribution asks for it: nothing records what a person once asked for.
 */
export function dependencyGraph(
  installed: readonly DescribedDistribution[],
  markers: MarkerEnvironment,
): DependencyGraph {
  const byName = new Map(installed.map((distribution) => [distribution.name, distribution]));
  const extras = new Map<NormalizedName, Set<NormalizedName>>();
  const nodes = new Map<NormalizedName, GraphNode>();
  // Extras are asked for by requirements that extras bring in: repeat until nothing new is asked for.
  const pending = new Set(byName.keys());
  for (const name of pending) {
    pending.delete(name);
    const distribution = byName.get(name) as DescribedDistribution;
    const dependencies = activeDependencies(distribution, [...(extras.get(name) ?? [])], markers);
    nodes.set(name, { distribution, dependencies });
    for (const { requirement } of dependencies)
      for (const extra of requirement.extras) {
        if (!byName.has(requirement.name)) continue;
        const asked = extras.get(requirement.name) ?? new Set();
        if (asked.has(extra)) continue;
        extras.set(requirement.name, asked.add(extra));
        pending.add(requirement.name);
      }
  }
  return nodes;
}

function activeDependencies(
  { metadata }: DescribedDistribution,
  extras: readonly NormalizedName[],
  markers: MarkerEnvironment,
): Dependency[] {
  const found: Dependency[] = [];
  for (const requirement of metadata?.requiresDist ?? []) {
    const { marker } = requirement;
    if (marker === undefined || evaluateMarkerLeniently(marker, markers)) {
      found.push({ requirement, extra: undefined });
      continue;
    }
    const extra = extras.find((each) =>
      evaluateMarkerLeniently(marker, markers, { extras: [each] }),
    );
    if (extra !== undefined) found.push({ requirement, extra });
    else if (extras.length > 1 && evaluateMarkerLeniently(marker, markers, { extras }))
      found.push({ requirement, extra: extras[0] });
  }
  return found;
}
