import { silent } from "#base/report";
import type { MetadataAnswer } from "#repository/repositories";
import type { ProjectFile, ProjectListing } from "#repository/listing";
import type { Marker } from "#standards/marker";
import type { MarkerDiagram } from "#standards/marker-algebra";
import type { CoreMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import type { Candidate } from "./_candidate.ts";
import { divisionOfProof } from "./_divide-proof.ts";
import { joinRegions, passedOverIn, placesOf, type SolvedRegion } from "./_join-regions.ts";
import type { Question } from "./_policy.ts";
import { Region } from "./_region.ts";
import { Divided, type Doubtful, RegionProvider } from "./_region-provider.ts";
import { type Supported, Territory } from "./_territory.ts";
import { Findings, KnownTooLate } from "./provider.ts";
import type { MarkedPreference, Preference, ResolveRequest } from "./request.ts";
import type { PassedOver, Resolution, ResolutionFailure } from "./resolution.ts";
import {
  collectDirects,
  failureOf,
  resolutionOf,
  type ResolveOptions,
  solveWith,
} from "./resolve.ts";
import type { MetadataSource } from "./sources.ts";

export type { Supported } from "./_territory.ts";

/** A question about many machines at once. */
export type UniversalRequest = Omit<ResolveRequest, "target" | "preferences" | "installed"> & {
  readonly supported: Supported;
  /**
   * What to do when the newest version of something does not run on all supported Pythons: take it for those on which
   * it runs (`requires-python`), or one that runs on all (`fewest`).
   */
  readonly forkStrategy: "requires-python" | "fewest";
  readonly preferences: ReadonlyMap<NormalizedName, readonly MarkedPreference[]>;
};

/**
 * One answer for many machines: on each of them, exactly one version of each package whose marker holds there. A name
 * may stand in it several times, with markers that exclude each other.
 */
export type UniversalResolution = Resolution & {
  /** Parts of what is supported that got different answers; empty when one serves all. */
  readonly regions: readonly Marker[];
};

export type UniversalOutcome =
  | { readonly kind: "resolved"; readonly resolution: UniversalResolution }
  | {
      readonly kind: "unsolvable";
      readonly failure: ResolutionFailure;
      /** A part of what is supported for which there is no answer; left out when there is none anywhere. */
      readonly region?: Marker;
    };

/**
 * Finds one answer for all supported machines, or proves that for some of them there is none. What is supported is
 * divided into regions, as few as will do; each is resolved by itself, and what came out alike is joined.
 */
export async function resolveUniversal(
  request: UniversalRequest,
  source: MetadataSource,
  options: ResolveOptions = {},
): Promise<UniversalOutcome> {
  const territory = new Territory(request.supported);
  const question =
    request.supported.exclusive === undefined ? request : admittingChoices(request, territory);
  const search = new Search(question, territory, new RememberingSource(source), options);
  const solved: SolvedRegion[] = [];
  const open = territory.parts.map((part) => search.region(part));
  for (;;) {
    const region = takeNext(open, request.forkStrategy);
    if (region === undefined) break;
    const answer = await search.settle(region, solved);
    switch (answer.kind) {
      case "solved":
        solved.push(answer.solved);
        open.unshift(...answer.reopened);
        break;
      case "divided":
        open.unshift(...search.divide(region, answer.along));
        break;
      case "unsolvable":
        return failed(answer.failure, region);
      default:
        answer satisfies never;
    }
  }
  return { kind: "resolved", resolution: joined(solved, territory, search.attempts) };
}

/** What others publish may have the same markers, read once for all, and may not ask what roots may. */
function admittingChoices(request: UniversalRequest, territory: Territory): UniversalRequest {
  const roots = request.roots.map((asked) => {
    const { requirement } = asked;
    if (requirement.marker === undefined) return asked;
    const marker = { ...requirement.marker };
    territory.admitChoices(marker);
    return { ...asked, requirement: { ...requirement, marker } };
  });
  return { ...request, roots };
}

type Settled =
  /** What was found holds in the whole region; parts of it might have better. */
  | {
      readonly kind: "solved";
      readonly solved: SolvedRegion;
      readonly reopened: readonly Region[];
    }
  | { readonly kind: "divided"; readonly along: MarkerDiagram }
  | { readonly kind: "unsolvable"; readonly failure: ResolutionFailure };

class Search {
  attempts = 0;
  private readonly request: UniversalRequest;
  private readonly territory: Territory;
  private readonly source: MetadataSource;
  private readonly options: ResolveOptions;
  private readonly listings: Findings["listings"] = new Map();
  /** Projects of which a region does not take what other regions have taken. */
  private readonly ownWays = new WeakMap<Region, ReadonlySet<NormalizedName>>();

  constructor(
    request: UniversalRequest,
    territory: Territory,
    source: MetadataSource,
    options: ResolveOptions,
  ) {
    this.request = request;
    this.territory = territory;
    this.source = source;
    this.options = options;
  }

  region(condition: MarkerDiagram): Region {
    return new Region(this.territory, condition, this.request.forkStrategy === "requires-python");
  }

  divide(region: Region, along: MarkerDiagram): readonly [Region, Region] {
    const { algebra } = this.territory;
    const parts = [
      this.region(algebra.and(region.condition, along)),
      this.region(algebra.and(region.condition, algebra.not(along))),
    ] as const;
    const ownWay = this.ownWays.get(region);
    if (ownWay !== undefined) for (const part of parts) this.ownWays.set(part, ownWay);
    return parts;
  }

  /** The parts for which something better may be found, and what they leave. */
  private withoutDoubtful(
    region: Region,
    doubtful: readonly Doubtful[],
  ): readonly [Region, readonly Region[]] {
    let rest = region;
    const reopened: Region[] = [];
    for (const { name, place } of doubtful) {
      if (rest.relation(place) !== "somewhere") continue;
      const [part, other] = this.divide(rest, place);
      // What the rest has to be content with is no reason to be content with it here.
      this.ownWays.set(part, new Set([...(this.ownWays.get(part) ?? []), name]));
      reopened.push(part);
      rest = other;
    }
    return [rest, reopened];
  }

  async settle(region: Region, solved: readonly SolvedRegion[]): Promise<Settled> {
    const question: Question = {
      ...this.request,
      preferences: preferencesIn(
        region,
        this.request.preferences,
        solved,
        this.ownWays.get(region),
      ),
    };
    const findings = new Findings(this.listings);
    const report = this.options.report ?? silent;
    let areDirectsKnown = false;
    for (;;) {
      const provider = new RegionProvider(question, region, this.source, findings, report);
      try {
        if (!areDirectsKnown) {
          provider.checkRoots();
          const conflict = collectDirects(question, region, findings);
          if (conflict !== undefined) return { kind: "unsolvable", failure: conflict };
          areDirectsKnown = true;
          continue;
        }
        const answer = await solveWith(provider, question, this.options);
        if (answer.kind === "unsolvable") {
          const along = divisionOfProof(answer.rootCause, provider);
          return along === undefined
            ? { kind: "unsolvable", failure: failureOf(provider, answer) }
            : { kind: "divided", along: this.territory.algebra.not(along) };
        }
        const resolution = resolutionOf(question, provider, answer);
        const chosen = new Map<NormalizedName, Candidate>();
        for (const [dependency, version] of answer.decisions)
          if (dependency.kind === "project") chosen.set(dependency.name, version as Candidate);
        const along = provider.divisionForPins(chosen);
        if (along !== undefined) return { kind: "divided", along };
        const [rest, reopened] = this.withoutDoubtful(region, provider.doubtful(chosen));
        return {
          kind: "solved",
          solved: { region: rest, provider, resolution },
          reopened,
        };
      } catch (error) {
        if (error instanceof Divided) return { kind: "divided", along: error.along };
        if (!(error instanceof KnownTooLate)) throw error;
        report({ type: "resolution-restarted", name: error.project });
      } finally {
        this.attempts += provider.attempts;
      }
    }
  }
}

/**
 * Regions influence each other through preferences, so their order matters: later Pythons first, because what
 * they can have is newest; with as few versions as possible, earlier Pythons first, because later ones can have the same.
 */
function takeNext(open: Region[], strategy: UniversalRequest["forkStrategy"]): Region | undefined {
  let next = 0;
  for (const [index, { floor }] of open.entries()) {
    const best = (open[next] as Region).floor;
    if (strategy === "fewest" ? floor < best : floor > best) next = index;
  }
  return open.splice(next, 1)[0];
}

/** Pins of an earlier result first, as far as they are for this region, then what the first of other regions took. */
function preferencesIn(
  region: Region,
  asked: UniversalRequest["preferences"],
  solved: readonly SolvedRegion[],
  ownWays: ReadonlySet<NormalizedName> = new Set(),
): Question["preferences"] {
  const preferences = new Map<NormalizedName, Preference[]>();
  for (const [name, list] of asked) {
    const here = list.filter(
      ({ marker }) => marker === undefined || region.holds(marker, undefined),
    );
    if (here.length > 0) preferences.set(name, here);
  }
  const seen = new Set<NormalizedName>(ownWays);
  for (const { resolution } of solved)
    for (const { name, version, source } of resolution.packages) {
      if (source.kind !== "repository" || seen.has(name)) continue;
      seen.add(name);
      const known = preferences.get(name);
      if (known === undefined) preferences.set(name, [{ version, from: "region" }]);
      else known.push({ version, from: "region" });
    }
  return preferences;
}

function joined(
  solved: readonly SolvedRegion[],
  territory: Territory,
  attempts: number,
): UniversalResolution {
  let passedOver: readonly PassedOver[] | undefined;
  return {
    packages: joinRegions(solved, territory),
    regions: placesOf(solved, territory).flatMap((place) => {
      const marker = territory.marker(place);
      return typeof marker === "string" ? [] : [marker];
    }),
    get passedOver() {
      return (passedOver ??= passedOverIn(solved));
    },
    attempts,
    warnings: [...new Set(solved.flatMap(({ resolution }) => resolution.warnings))],
  };
}

function failed(failure: ResolutionFailure, region: Region): UniversalOutcome {
  const { territory } = region;
  const marker = territory.marker(region.condition);
  if (typeof marker === "string") return { kind: "unsolvable", failure };
  const [headline = "", ...causes] = failure.explanation.split("\n");
  const explanation = [`${headline} for ${region.description}`, ...causes].join("\n");
  // What is worked out on demand stays so.
  const named = Object.defineProperties({} as ResolutionFailure, {
    ...Object.getOwnPropertyDescriptors(failure),
    explanation: { value: explanation, enumerable: true },
  });
  return { kind: "unsolvable", region: marker, failure: named };
}

/** Reads each metadata once, whichever regions ask for it. */
class RememberingSource implements MetadataSource {
  private readonly source: MetadataSource;
  private readonly prefetched = new Set<NormalizedName>();
  private readonly answers = new Map<ProjectFile, MetadataAnswer | Promise<MetadataAnswer>>();

  constructor(source: MetadataSource) {
    this.source = source;
  }

  prefetch(names: Iterable<NormalizedName>): boolean {
    const fresh = new Set<NormalizedName>();
    for (const name of names) if (!this.prefetched.has(name)) fresh.add(name);
    if (fresh.size === 0) return false;
    for (const name of fresh) this.prefetched.add(name);
    return this.source.prefetch(fresh);
  }

  listing(name: NormalizedName): ReturnType<MetadataSource["listing"]> {
    return this.source.listing(name);
  }

  metadata(file: ProjectFile): MetadataAnswer | Promise<MetadataAnswer> {
    const known = this.answers.get(file);
    if (known !== undefined) return known;
    const answer = this.source.metadata(file);
    this.answers.set(file, answer);
    if (answer instanceof Promise)
      answer.then(
        (settled) => this.answers.set(file, settled),
        () => {},
      );
    return answer;
  }

  recall(
    name: NormalizedName,
    files: (page: ProjectListing) => Iterable<ProjectFile>,
  ): CoreMetadata | undefined {
    return this.source.recall?.(name, files);
  }

  direct(
    url: string,
    name: NormalizedName | undefined,
    editable: boolean,
  ): ReturnType<MetadataSource["direct"]> {
    return this.source.direct(url, name, editable);
  }
}
