import { busyForSeconds } from "#base/busy-code";
import type { Report } from "#base/report";
import type { Choice, Dependencies, Exclusion, Progress, Soon } from "#pubgrub/provider";
import type { MarkerDiagram } from "#standards/marker-algebra";
import type { CoreMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import type { Requirement } from "#standards/requirement";
import type { VersionKey } from "#standards/version-key";
import {
  contains,
  emptyRange,
  fullRange,
  intersect,
  isEmpty,
  rangeEquals,
  type VersionRange,
} from "#standards/version-range";
import { type Candidate, verdictOf } from "./_candidate.ts";
import type { Choosable, Package } from "./_packages.ts";
import type { Question } from "./_policy.ts";
import type { Region } from "./_region.ts";
import type { ResolverEvent } from "./events.ts";
import { type Findings, PythonProvider } from "./provider.ts";
import type { AskedRequirement, MarkedPreference } from "./request.ts";
import type { MetadataSource } from "./sources.ts";

/**
 * Thrown when one version of everything is not what the whole region should get. Where the marker holds, less stands in
 * the way of new versions than elsewhere.
 */
export class Divided extends Error {
  readonly along: MarkerDiagram;

  constructor(along: MarkerDiagram) {
    super("the region has to be divided");
    this.along = along;
  }
}

/** A requirement, and where it is wanted. */
export type Wanted = { readonly requirement: Requirement; readonly condition: MarkerDiagram };

/** What one list of requirements comes to. */
type WantedList = {
  readonly wanted: readonly Wanted[];
  /** One of them holds in a part of the region only. */
  readonly isPartial: boolean;
};

/** Requirements that disagree without need for a division, as long as their version is taken. */
type Doubt = {
  readonly candidate: Candidate;
  readonly group: readonly Wanted[];
};

/** A place where a better version of a project might be had. */
export type Doubtful = { readonly name: NormalizedName; readonly place: MarkerDiagram };

/**
 * Answers for a whole region. A requirement that holds in a part of the region is asked for in all of it, which is
 * true of that part and may be too much for the rest; where that would cost a newer version, {@link Divided} is
 * thrown instead.
 */
export class RegionProvider extends PythonProvider {
  readonly region: Region;
  readonly roots: readonly AskedRequirement[];
  /** Versions looked at, counted here because a division leaves the solver without a word. */
  attempts = 0;
  private readonly doubts: Doubt[] = [];
  /** By the list of requirements, as many versions share theirs. */
  private readonly wantedLists = new Map<readonly Requirement[], WantedList>();
  private readonly pinned: ReadonlyMap<NormalizedName, readonly MarkedPreference[]>;

  constructor(
    request: Question,
    region: Region,
    source: MetadataSource,
    findings: Findings,
    report: Report<ResolverEvent>,
  ) {
    super(request, region, source, findings, report);
    this.region = region;
    this.roots = request.roots;
    this.pinned = request.preferences as RegionProvider["pinned"];
  }

  override limits(dependency: Package): Exclusion<Package, VersionRange>[] {
    if (dependency.kind === "project") {
      const end = this.policy.takesLowest(dependency.name) ? lowEnd : highEnd;
      for (const { requirement } of this.constraints.get(dependency.name) ?? []) {
        const { range } = requirement.specifier;
        if (end(range) === end(fullRange)) continue;
        const condition = this.region.territory.condition(requirement.marker, undefined);
        if (this.region.relation(condition) === "somewhere")
          throw new Divided(this.region.territory.algebra.not(condition));
      }
    }
    return super.limits(dependency);
  }

  override chooseVersion(
    dependency: Package,
    range: VersionRange,
  ): Soon<Choice<Package, VersionRange, Choosable>> {
    const choice = super.chooseVersion(dependency, range);
    if (dependency.kind !== "project") return choice;
    return choice instanceof Promise
      ? choice.then((settled) => this.checkedChoice(settled))
      : this.checkedChoice(choice);
  }

  private checkedChoice(
    choice: Choice<Package, VersionRange, Choosable>,
  ): Choice<Package, VersionRange, Choosable> {
    if (choice.kind === "version") {
      const candidate = choice.version as Candidate;
      if (candidate.files.length > 0) {
        const verdict = verdictOf(candidate, this.policy);
        if (verdict.usable && verdict.within !== undefined) throw new Divided(verdict.within);
      }
      this.checkPins(candidate);
    }
    return choice;
  }

  /** @throws Divided when an earlier answer had several versions in the region, as it will again. */
  private checkPins({ project, key }: Candidate): void {
    const pins = this.policy.preferences(project.name) as readonly MarkedPreference[];
    if (pins.length < 2) return;
    const chosen = pins.find(({ version, from }) => version.key === key && from !== "region");
    if (chosen?.marker === undefined) return;
    const { territory } = this.region;
    const condition = territory.condition(chosen.marker, undefined);
    const hasOther = pins.some(({ version, from }) => version.key !== key && from !== "region");
    if (hasOther && this.region.relation(condition) === "somewhere") throw new Divided(condition);
  }

  override dependencies(
    dependency: Package,
    version: Choosable,
    progress: Progress<Package, Choosable>,
  ): Soon<Dependencies<Package, VersionRange>> {
    this.attempts++;
    const answer = super.dependencies(dependency, version, progress);
    if (dependency.kind === "python") return answer;
    const candidate = (
      dependency.kind === "project" ? version : progress.decided(dependency.project)
    ) as Candidate;
    const extra = dependency.kind === "extra" ? dependency.extra : undefined;
    if (answer instanceof Promise)
      return answer.then((settled) => this.checkedAnswer(settled, candidate, extra));
    return this.checkedAnswer(answer, candidate, extra);
  }

  private checkedAnswer(
    answer: Dependencies<Package, VersionRange>,
    candidate: Candidate,
    extra: NormalizedName | undefined,
  ): Dependencies<Package, VersionRange> {
    const { metadata: read } = candidate;
    if (read === undefined || read instanceof Promise || read.kind !== "metadata") return answer;
    const { metadata } = read;
    if (metadata.requiresPython !== undefined && extra === undefined) {
      const coverage = this.policy.coverage(metadata.requiresPython, undefined);
      if (typeof coverage !== "string") throw new Divided(coverage);
    }
    if (!this.policy.followsDependencies) return answer;
    const own = this.wantedOf(metadata, undefined);
    const added = extra === undefined ? nothingWanted : this.wantedOf(metadata, extra);
    if (own.isPartial || added.isPartial)
      this.checkAgreement([...own.wanted, ...added.wanted], candidate);
    return answer;
  }

  /** What a version asks for, or what one of its extras adds; overrides applied. */
  wantedOf(metadata: CoreMetadata, extra: NormalizedName | undefined): WantedList {
    const list = this.requirementsOf(metadata, extra);
    let known = this.wantedLists.get(list);
    if (known === undefined) {
      const wanted: Wanted[] = [];
      for (const requirement of list) this.addWanted(requirement, extra, wanted);
      const isPartial = wanted.some(
        ({ condition }) => this.region.relation(condition) === "somewhere",
      );
      this.wantedLists.set(list, (known = { wanted, isPartial }));
    }
    return known;
  }

  /** What a version asks for; with an extra, what it asks for in any case as well. */
  wantedBy(metadata: CoreMetadata, extra: NormalizedName | undefined): readonly Wanted[] {
    const { wanted } = this.wantedOf(metadata, undefined);
    return extra === undefined ? wanted : [...wanted, ...this.wantedOf(metadata, extra).wanted];
  }

  /** A requirement, or what was put in its place, and where both hold. */
  private addWanted(
    requirement: Requirement,
    extra: NormalizedName | undefined,
    into: Wanted[],
  ): void {
    const { territory } = this.region;
    const condition = territory.condition(requirement.marker, extra);
    if (!this.overrides.has(requirement.name)) {
      into.push({ requirement, condition });
      return;
    }
    for (const replaced of this.overridden(requirement)) {
      const other = territory.condition(replaced.marker, undefined);
      into.push({ requirement: replaced, condition: territory.algebra.and(condition, other) });
    }
  }

  /** What the person asks for, and where. */
  wantedRoots(): Wanted[] {
    const wanted: Wanted[] = [];
    for (const { requirement } of this.roots) this.addWanted(requirement, undefined, wanted);
    return wanted;
  }

  *conditionsOfConstraints(name: NormalizedName): Iterable<MarkerDiagram> {
    for (const { requirement } of this.constraints.get(name) ?? [])
      yield this.region.territory.condition(requirement.marker, undefined);
  }

  /** @throws Divided when what the person asks for disagrees with itself within the region. */
  checkRoots(): void {
    this.checkAgreement(this.wantedRoots(), undefined);
    for (const list of [...this.constraints.values(), ...this.overrides.values()])
      for (const { requirement } of list) {
        if (requirement.url === undefined) continue;
        const condition = this.region.territory.condition(requirement.marker, undefined);
        if (this.region.relation(condition) === "somewhere") throw new Divided(condition);
      }
  }

  private checkAgreement(wanted: readonly Wanted[], candidate: Candidate | undefined): void {
    let partial: Map<NormalizedName, Wanted> | undefined;
    for (const one of wanted) {
      const { requirement, condition } = one;
      if (condition === this.region.territory.algebra.always) continue;
      if (this.region.relation(condition) !== "somewhere") continue;
      if (requirement.url !== undefined) throw new Divided(condition);
      const { name } = requirement;
      const before = partial?.get(name);
      if (before === undefined || this.isFreer(requirement, before.requirement))
        (partial ??= new Map()).set(name, one);
    }
    if (partial === undefined) return;
    for (const [name, { requirement: freest, condition }] of partial) {
      const group = wanted.filter(
        ({ requirement, condition }) =>
          requirement.name === name && this.region.relation(condition) !== "nowhere",
      );
      if (group.every((one) => one.condition === condition)) continue;
      const ranges = group.map(({ requirement }) => requirement.specifier.range);
      const [first] = ranges as [VersionRange];
      if (ranges.every((range) => rangeEquals(range, first))) continue;
      const along = group.some(({ requirement }) => this.isFreer(requirement, freest))
        ? this.region.territory.algebra.not(condition)
        : condition;
      const end = this.policy.takesLowest(name) ? lowEnd : highEnd;
      if (ranges.some((range) => end(range) !== end(first)) || isEmpty(ranges.reduce(intersect)))
        throw new Divided(along);
      if (candidate !== undefined) this.doubts.push({ candidate, group });
    }
  }

  /** True when the versions that will be tried first are in the first requirement rather than in the second. */
  private isFreer(a: Requirement, b: Requirement): boolean {
    const [one, other] = [a.specifier.range, b.specifier.range];
    if (isEmpty(one) || isEmpty(other)) return isEmpty(other) && !isEmpty(one);
    return this.policy.takesLowest(a.name)
      ? (one[0] as VersionKey) < (other[0] as VersionKey)
      : (one.at(-1) as VersionKey) > (other.at(-1) as VersionKey);
  }

  /**
   * Where a version that was refused might have been had: its requirements were held against the chosen version of
   * another project together, and that one meets some of them. Where an earlier answer had another version than the
   * chosen one, that may have been refused for the sake of the rest as well.
   */
  doubtful(chosen: ReadonlyMap<NormalizedName, Candidate>): Doubtful[] {
    const { algebra } = this.region.territory;
    const doubtful: Doubtful[] = [];
    for (const { candidate, group } of this.doubts) {
      const { name } = candidate.project;
      const other = chosen.get((group[0] as Wanted).requirement.name);
      if (chosen.get(name) === candidate || other === undefined) continue;
      const unmet = group.filter(
        ({ requirement }) => !contains(requirement.specifier.range, other.key),
      );
      if (unmet.length === 0) continue;
      const place = unmet.reduce(
        (rest, { condition }) => algebra.and(rest, algebra.not(condition)),
        algebra.always,
      );
      doubtful.push({ name, place });
    }
    for (const { project, key } of chosen.values())
      for (const pin of this.pinned.get(project.name) ?? [])
        if (pin.marker !== undefined && pin.version.key !== key)
          doubtful.push({ name: project.name, place: this.placeOf(pin) });
    return doubtful;
  }

  /**
   * Where to divide when a pin was lost that an earlier answer had in the whole region: what stood in its way may be
   * needed in a part only, and where that answer had something that is not needed here tells which.
   */
  divisionForPins(chosen: ReadonlyMap<NormalizedName, Candidate>): MarkerDiagram | undefined {
    let isLost = false;
    let along: MarkerDiagram | undefined;
    for (const [name, list] of this.pinned) {
      const key = chosen.get(name)?.key;
      for (const pin of list) {
        if (pin.from === "region" || pin.version.key === key) continue;
        const relation = this.region.relation(this.placeOf(pin));
        if (key !== undefined) isLost ||= relation === "everywhere";
        else if (relation === "somewhere") along ??= this.placeOf(pin);
      }
    }
    return isLost ? along : undefined;
  }

  private placeOf({ marker }: MarkedPreference): MarkerDiagram {
    return this.region.territory.condition(marker, undefined);
  }
}

const nothingWanted: WantedList = { wanted: [], isPartial: false };

function highEnd(range: VersionRange): unknown {
  return range.at(-1) ?? emptyRange;
}

function lowEnd(range: VersionRange): unknown {
  return range[0] ?? emptyRange;
}

busyForSeconds(RegionProvider);
