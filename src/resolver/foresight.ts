import type { ProjectFile, ProjectListing } from "#repository/listing";
import type { NormalizedName } from "#standards/name";
import type { Requirement } from "#standards/requirement";
import type { Version } from "#standards/version";
import type { VersionKey } from "#standards/version-key";
import {
  contains,
  exactly,
  fullRange,
  intersect,
  type VersionRange,
} from "#standards/version-range";
import { verdictOf } from "./_candidate.ts";
import { type Environs, OneMachine } from "./_environs.ts";
import { Policy } from "./_policy.ts";
import { Project } from "./_project.ts";
import { Region } from "./_region.ts";
import { Territory } from "./_territory.ts";
import type { AskedRequirement, Preference, ResolveRequest } from "./request.ts";
import type { UniversalRequest } from "./universal.ts";

/** Which version of a project will probably be looked at first: the best of a range. */
export type Expectation = {
  readonly range: VersionRange;
  /** Left alone if the best is any other: then nobody knows whether what stood in its way still does. */
  readonly only?: VersionKey;
};

/** The projects an answer will probably have, those asked for first, and what will be looked at of each. */
export type Expectations = ReadonlyMap<NormalizedName, readonly Expectation[]>;

/** A package of an earlier answer, and what it asked for there. */
export type EarlierPackage = {
  readonly name: NormalizedName;
  readonly version: Version;
  readonly requirements: readonly Pick<Requirement, "name" | "specifier">[];
};

/**
 * Guesses what a resolution will ask for. It is made of its own copy of everything, so that no answer can come out
 * otherwise for it; a wrong guess costs requests and nothing else.
 */
export class Foresight {
  private readonly request: ResolveRequest | UniversalRequest;
  /** What the person asking says about versions. */
  private readonly limits = new Map<NormalizedName, VersionRange>();
  private knownEnvirons: Environs | undefined;
  private knownPolicy: Policy | undefined;

  constructor(request: ResolveRequest | UniversalRequest) {
    this.request = request;
    const { roots, constraints, overrides } = request;
    const overridden = new Set<NormalizedName>();
    for (const { requirement } of overrides) overridden.add(requirement.name);
    for (const asked of [...roots, ...constraints])
      if (!overridden.has(asked.requirement.name)) this.limit(asked);
    for (const asked of overrides) this.limit(asked);
  }

  /** By the packages of an earlier answer, as far as a way leads to them from what is asked for now. */
  fromAnswer(packages: readonly EarlierPackage[]): Expectations {
    const byName = Map.groupBy(packages, ({ name }) => name);
    const ranges = new Map<NormalizedName, VersionRange>();
    const meet = (name: NormalizedName, range: VersionRange): void => {
      if (!byName.has(name)) return;
      ranges.set(name, intersect(ranges.get(name) ?? this.limitOf(name), range));
    };
    for (const { requirement } of this.request.roots) meet(requirement.name, fullRange);
    // A map goes on with what is added while it is walked.
    for (const name of ranges.keys())
      for (const { requirements } of byName.get(name) ?? [])
        for (const { name: needed, specifier } of requirements) meet(needed, specifier.range);
    const expected = new Map<NormalizedName, readonly Expectation[]>();
    for (const [name, range] of ranges) {
      const versions = (byName.get(name) ?? []).map(({ version }) => version);
      const [version, other] = versions;
      const isPlain = version !== undefined && other === undefined && contains(range, version.key);
      expected.set(
        name,
        isPlain ? [{ range }] : versions.map((one) => ({ range: exactly(one), only: one.key })),
      );
    }
    return expected;
  }

  /** By the versions to try first, and by those that an earlier answer had and that may change. */
  fromVersions(
    earlier: ReadonlyMap<NormalizedName, readonly Pick<Preference, "version">[]>,
  ): Expectations {
    const expected = new Map<NormalizedName, readonly Expectation[]>();
    for (const [name, kept] of this.request.preferences) {
      const range = this.limitOf(name);
      const preferences: readonly Preference[] = "version" in kept ? [kept] : kept;
      // What is installed stays without anybody being asked.
      if (preferences.some(({ from }) => from === "installed")) continue;
      const fitting = preferences.filter(({ version }) => contains(range, version.key));
      expected.set(
        name,
        fitting.map(({ version: { key } }) => ({ range: exactly({ key }), only: key })),
      );
    }
    for (const [name, versions] of earlier) {
      if (expected.has(name)) continue;
      const range = this.limitOf(name);
      expected.set(
        name,
        versions.map(({ version: { key } }) => ({ range, only: key })),
      );
    }
    return expected;
  }

  /** The file whose metadata will probably be asked for, if the index has that by itself. */
  likelyFile(listing: ProjectListing, { range, only }: Expectation): ProjectFile | undefined {
    const { policy } = this;
    if (!policy.followsDependencies) return undefined;
    const project = new Project(listing.name, undefined, {
      pins: new Map(),
      distrusted: new Map(),
    });
    project.setListing(listing);
    const candidate = project.best(range, policy);
    if (candidate === undefined || (only !== undefined && candidate.key !== only)) return undefined;
    const verdict = verdictOf(candidate, policy);
    // Anything else would be pieces of a wheel, whole files or a build: too much for a guess.
    if (!verdict.usable || !verdict.isBinary) return undefined;
    return verdict.file.metadataHashes === undefined ? undefined : verdict.file;
  }

  private limit({ requirement: { name, marker, specifier } }: AskedRequirement): void {
    if (
      marker !== undefined &&
      !("target" in this.request && this.environs.holds(marker, undefined))
    )
      return;
    this.limits.set(name, intersect(this.limitOf(name), specifier.range));
  }

  private limitOf(name: NormalizedName): VersionRange {
    return this.limits.get(name) ?? fullRange;
  }

  private get policy(): Policy {
    return (this.knownPolicy ??= new Policy(this.request, this.environs));
  }

  private get environs(): Environs {
    return (this.knownEnvirons ??= environsOf(this.request));
  }
}

function environsOf(request: ResolveRequest | UniversalRequest): Environs {
  if ("target" in request) return new OneMachine(request.target);
  const territory = new Territory(request.supported);
  const [part = territory.whole] = territory.parts;
  return new Region(territory, part, request.forkStrategy === "requires-python");
}
