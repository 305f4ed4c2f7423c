import { compareText } from "#base/order";
import type { MarkerDiagram } from "#standards/marker-algebra";
import type { NormalizedName } from "#standards/name";
import type { Requirement } from "#standards/requirement";
import { compareVersions, type Version } from "#standards/version";
import type { Region } from "./_region.ts";
import type { RegionProvider, Wanted } from "./_region-provider.ts";
import type { Territory } from "./_territory.ts";
import type { PassedOver, Resolution, ResolvedDependency, ResolvedPackage } from "./resolution.ts";

/** One region and what was found for it. */
export type SolvedRegion = {
  readonly region: Region;
  readonly provider: RegionProvider;
  readonly resolution: Resolution;
};

/** The packages of all regions, each once, with the union of the places where it is needed. Sorted by name, then version. */
export function joinRegions(
  solved: readonly SolvedRegion[],
  territory: Territory,
): ResolvedPackage[] {
  const joined = new Map<string, Joined>();
  for (const one of solved) addRegion(one, joined, territory);
  const versions = new Map<NormalizedName, Set<string>>();
  for (const { found } of joined.values()) {
    const known = versions.get(found.name);
    if (known === undefined) versions.set(found.name, new Set([found.version.text]));
    else known.add(found.version.text);
  }
  const packages: ResolvedPackage[] = [];
  for (const { found, where, extras, origins, isDirect, dependencies } of joined.values()) {
    const marker = territory.marker(where);
    if (marker === "never") continue;
    packages.push({
      ...found,
      // Spreading reads what is worked out on demand, and files are not.
      source: found.source,
      extras: [...extras].sort(),
      origins: [...origins],
      isDirect,
      dependencies: [...dependencies.values()].map((edge) =>
        dependencyOf(edge, versions.get(edge.requirement.name)?.size ?? 0),
      ),
      ...(marker === "always" ? {} : { marker }),
    });
  }
  return packages.sort(
    (a, b) => compareText(a.name, b.name) || compareVersions(a.version, b.version),
  );
}

/** Regions for which the same was found, as one place each; empty when that is true of all. */
export function placesOf(
  solved: readonly SolvedRegion[],
  territory: Territory,
): readonly MarkerDiagram[] {
  const places = new Map<string, MarkerDiagram>();
  for (const { region, resolution } of solved) {
    const key = resolution.packages.map((found) => keyOf(found)).join("\n");
    const known = places.get(key);
    places.set(
      key,
      known === undefined ? region.condition : territory.algebra.or(known, region.condition),
    );
  }
  return places.size === 1 ? [] : [...places.values()];
}

export function passedOverIn(solved: readonly SolvedRegion[]): PassedOver[] {
  const passed = new Map<string, PassedOver>();
  for (const { resolution } of solved)
    for (const one of resolution.passedOver ?? []) {
      const key = `${one.name} ${one.version.text} ${one.reason.kind}`;
      if (!passed.has(key)) passed.set(key, one);
    }
  return [...passed.values()];
}

type Edge = { readonly requirement: Requirement; readonly versions: Map<string, Version> };

type Joined = {
  readonly found: ResolvedPackage;
  where: MarkerDiagram;
  isDirect: boolean;
  readonly extras: Set<NormalizedName>;
  readonly origins: Set<string>;
  readonly dependencies: Map<Requirement, Edge>;
};

/** A package, or an extra of it, while its region is walked. */
type Place = {
  readonly found: ResolvedPackage;
  readonly extra: NormalizedName | undefined;
  readonly wanted: readonly Wanted[];
  where: MarkerDiagram;
  isPending: boolean;
};

function addRegion(one: SolvedRegion, joined: Map<string, Joined>, territory: Territory): void {
  const { algebra } = territory;
  const reached = walk(one, territory);
  const versions = new Map(one.resolution.packages.map((found) => [found.name, found.version]));
  const { region } = one;
  for (const { found, extra, wanted, where: anywhere } of reached) {
    const where = algebra.and(region.diagram, anywhere);
    if (where === algebra.never) continue;
    const condition = algebra.and(region.condition, anywhere);
    const key = keyOf(found);
    let into = joined.get(key);
    if (into === undefined) {
      into = {
        found,
        where: algebra.never,
        isDirect: false,
        extras: new Set(),
        origins: new Set(),
        dependencies: new Map(),
      };
      joined.set(key, into);
    }
    if (extra === undefined) {
      into.where = algebra.or(into.where, condition);
      into.isDirect ||= found.isDirect;
      for (const origin of found.origins) into.origins.add(origin);
    } else into.extras.add(extra);
    for (const { requirement, condition: wantedIn } of wanted) {
      if (region.relation(wantedIn) !== "everywhere")
        if (algebra.and(where, wantedIn) === algebra.never) continue;
      let edge = into.dependencies.get(requirement);
      if (edge === undefined)
        into.dependencies.set(requirement, (edge = { requirement, versions: new Map() }));
      const version = versions.get(requirement.name);
      if (version !== undefined) edge.versions.set(version.text, version);
    }
  }
}

/**
 * Where in a region each package is needed: wherever something that is needed asks for it. What was resolved because
 * conditions overlap one by one, and is never needed all told, comes out as needed nowhere.
 * Conditions are told apart from the region, which keeps them small.
 */
function walk({ region, provider, resolution }: SolvedRegion, territory: Territory): Place[] {
  const { algebra } = territory;
  const packages = new Map(resolution.packages.map((found) => [found.name, found]));
  const places = new Map<string, Place>();
  const pending: Place[] = [];
  const reach = ({ requirement, condition }: Wanted, from: MarkerDiagram): void => {
    const relation = region.relation(condition);
    if (relation === "nowhere") return;
    const where = relation === "everywhere" ? from : algebra.and(from, condition);
    const found = packages.get(requirement.name);
    // With dependencies left aside, what they name is not there.
    if (found === undefined) return;
    widen(found, undefined, where);
    for (const extra of requirement.extras) widen(found, extra, where);
  };
  const widen = (
    found: ResolvedPackage,
    extra: NormalizedName | undefined,
    where: MarkerDiagram,
  ): void => {
    const key = extra === undefined ? found.name : `${found.name}[${extra}]`;
    let place = places.get(key);
    if (place === undefined) {
      const wanted = wantedBy(found, extra, provider);
      place = { found, extra, wanted, where: algebra.never, isPending: false };
      places.set(key, place);
    }
    const wider = algebra.or(place.where, where);
    if (wider === place.where) return;
    place.where = wider;
    if (place.isPending) return;
    place.isPending = true;
    pending.push(place);
  };
  for (const wanted of provider.wantedRoots()) reach(wanted, algebra.always);
  // In the order of arrival: a package is then mostly looked at after all that ask for it.
  for (let i = 0; i < pending.length; i++) {
    const place = pending[i] as Place;
    place.isPending = false;
    for (const wanted of place.wanted) reach(wanted, place.where);
  }
  return [...places.values()];
}

function wantedBy(
  { metadata }: ResolvedPackage,
  extra: NormalizedName | undefined,
  provider: RegionProvider,
): readonly Wanted[] {
  if (metadata === undefined || !provider.policy.followsDependencies) return [];
  return provider.wantedOf(metadata, extra).wanted;
}

function dependencyOf({ requirement, versions }: Edge, known: number): ResolvedDependency {
  const { name, extras } = requirement;
  return {
    name,
    extras,
    requirement,
    ...(versions.size < known ? { versions: [...versions.values()].sort(compareVersions) } : {}),
  };
}

function keyOf({ name, version, source }: ResolvedPackage): string {
  const place = source.kind === "url" ? source.url : source.kind === "folder" ? source.path : "";
  return `${name} ${version.text} ${place}`;
}
