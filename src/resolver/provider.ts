import { busyForSeconds } from "#base/busy-code";
import type { Report } from "#base/report";
import type { ProjectFile } from "#repository/listing";
import type { MetadataAnswer } from "#repository/repositories";
import type { CoreMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import type { Requirement } from "#standards/requirement";
import { parseVersion } from "#standards/version";
import type { VersionKey } from "#standards/version-key";
import * as ranges from "#standards/version-range";
import { emptyRange, fullRange, type VersionRange } from "#standards/version-range";
import {
  type Choice,
  type Dependencies,
  type Exclusion,
  type Foreseen,
  type Progress,
  type Provider,
  rank,
  type Soon,
} from "#pubgrub/provider";
import type { RangeAlgebra } from "#pubgrub/range-algebra";
import { Anticipation } from "./_anticipation.ts";
import { type Candidate, verdictOf } from "./_candidate.ts";
import { isSameSource, namesDigest } from "./_direct-url.ts";
import { ActiveRequirements } from "./_extra-requirements.ts";
import type { Choosable, ExtraPackage, Package, PythonPackage, WordedDemand } from "./_packages.ts";
import type { Environs } from "./_environs.ts";
import { Policy, type Question } from "./_policy.ts";
import { type DirectSource, Project } from "./_project.ts";
import { constraintRefusal, type Refusal } from "./_refusal.ts";
import type { ResolverEvent } from "./events.ts";
import { append, isPin, isPinned, withExtras } from "./_requirements.ts";
import type { AskedRequirement } from "./request.ts";
import type { MetadataSource } from "./sources.ts";

/** Sets of Python versions, as the solver wants them. */
export const versionAlgebra: RangeAlgebra<VersionRange, Choosable> = {
  empty: emptyRange,
  full: fullRange,
  intersect: ranges.intersect,
  union: ranges.union,
  complement: ranges.complement,
  contains: (range, choice) => ranges.contains(range, choice.key),
  isSubset: ranges.isSubset,
  isDisjoint: ranges.isDisjoint,
  equals: ranges.rangeEquals,
  exactly: ranges.exactly,
};

/** Thrown when something comes to light that an earlier answer ought to have taken into account. */
export class KnownTooLate extends Error {
  readonly project: NormalizedName;

  constructor(project: NormalizedName) {
    super(`the answers about ${project} have to be given again`);
    this.project = project;
  }
}

/** What a resolution learns about the world and keeps when it has to start again. */
export class Findings {
  readonly directs = new Map<NormalizedName, DirectSource>();
  readonly yanks = new Map<NormalizedName, Pick<Project, "pins" | "distrusted">>();
  /** Pages are the same wherever the answer has to hold. */
  readonly listings: Map<NormalizedName, Awaited<ReturnType<MetadataSource["listing"]>>>;

  constructor(listings: Findings["listings"] = new Map()) {
    this.listings = listings;
  }
}

const selected: Choosable = { ...parseVersion("0"), version: parseVersion("0") };
type Answer = Dependencies<Package, VersionRange>;

/**
 * Python packages as the solver sees them. Everything it answers is true whatever else is selected: rules that look at
 * more than one version (pre-releases, yanked files) only order the candidates.
 */
export class PythonProvider implements Provider<Package, VersionRange, Choosable> {
  readonly python: PythonPackage = { kind: "python" };
  readonly policy: Policy;
  readonly projects = new Map<NormalizedName, Project>();
  protected readonly environs: Environs;
  private readonly source: MetadataSource;
  private readonly findings: Findings;
  private readonly report: Report<ResolverEvent>;
  protected readonly constraints = new Map<NormalizedName, AskedRequirement[]>();
  protected readonly overrides = new Map<NormalizedName, AskedRequirement[]>();
  /** By the list of requirements: many versions share theirs. */
  private readonly active = new Map<readonly Requirement[], ActiveRequirements>();
  /** What a list of requirements comes to, for the next version that has the same. */
  private readonly demandLists = new Map<readonly Requirement[], readonly WordedDemand[]>();
  private readonly arriving = new Map<Project, Promise<void>>();
  private readonly looks = new Map<Project, VersionRange>();
  private readonly anticipation: Anticipation;

  constructor(
    request: Question,
    environs: Environs,
    source: MetadataSource,
    findings: Findings,
    report: Report<ResolverEvent>,
  ) {
    this.environs = environs;
    this.source = source;
    this.findings = findings;
    this.anticipation = new Anticipation(this, source, findings);
    this.report = report;
    this.policy = new Policy(request, environs);
    for (const asked of request.overrides) append(this.overrides, asked);
    // An override for another machine still takes the place of the requirement.
    for (const [name, asked] of this.overrides)
      this.overrides.set(
        name,
        asked.filter((one) => this.applies(one)),
      );
    for (const asked of request.constraints)
      if (this.applies(asked)) append(this.constraints, asked);
  }

  /** True when the marker of a requirement from outside holds anywhere here. */
  applies({ requirement: { marker } }: AskedRequirement): boolean {
    return marker === undefined || this.environs.holds(marker, undefined);
  }

  // What is asked

  /** What one requirement from outside comes to, overrides applied. */
  demandsOfRoot(asked: AskedRequirement): { demands: WordedDemand[]; by: AskedRequirement }[] {
    const { requirement } = asked;
    if (!this.applies(asked)) return [];
    const overrides = this.overrides.get(requirement.name);
    if (overrides === undefined) return [{ demands: this.demandsOf(requirement), by: asked }];
    return overrides.map((by) => ({
      demands: this.demandsOf(withExtras(by.requirement, requirement.extras)),
      by,
    }));
  }

  project(name: NormalizedName): Project {
    let project = this.projects.get(name);
    if (project === undefined) {
      project = this.anticipation.project(name) ?? this.newProject(name);
      const listing = this.findings.listings.get(name);
      if (listing !== undefined && project.direct === undefined) project.setListing(listing);
      this.projects.set(name, project);
    }
    return project;
  }

  /** A project that is no part of anything yet. */
  newProject(name: NormalizedName): Project {
    const { directs, yanks } = this.findings;
    let own = yanks.get(name);
    if (own === undefined) yanks.set(name, (own = { pins: new Map(), distrusted: new Map() }));
    return new Project(name, directs.get(name), own, this.policy.installed(name));
  }

  // Provider

  rank(dependency: Package, range: VersionRange): number {
    if (dependency.kind === "python") return rank.fixed;
    if (dependency.kind === "extra") return rank.ordinary;
    if (dependency.direct !== undefined) return rank.fixed;
    // An interval that a pin brought in holds one version, whether the page is known yet or not.
    return isPinned(dependency, range) ? rank.singleton : rank.ordinary;
  }

  hangsOn(dependency: Package): Package | undefined {
    return dependency.kind === "extra" ? dependency.project : undefined;
  }

  limits(dependency: Package): Exclusion<Package, VersionRange>[] {
    if (dependency.kind !== "project") return [];
    const limits: Exclusion<Package, VersionRange>[] = [];
    for (const asked of this.constraints.get(dependency.name) ?? []) {
      const { range } = asked.requirement.specifier;
      if (ranges.isFull(range)) continue;
      this.notePin(dependency, asked.requirement);
      limits.push(unusable(ranges.complement(range), constraintRefusal(asked)));
    }
    const { policy } = this;
    if (policy.requiresHashes && policy.demandedHashes(dependency.name).length === 0) {
      if (dependency.direct === undefined || !namesDigest(dependency.direct.url))
        limits.push(unusable(fullRange, { kind: "no-hash-given" }));
    }
    return limits;
  }

  chooseVersion(
    dependency: Package,
    range: VersionRange,
  ): Soon<Choice<Package, VersionRange, Choosable>> {
    if (dependency.kind === "extra") return { kind: "version", version: selected };
    if (dependency.kind === "python") {
      const { python } = this.environs;
      return { kind: "version", version: { key: python.key, version: python } };
    }
    const kept = dependency.keptIn(range);
    if (kept !== undefined) return { kind: "version", version: kept };
    const loaded = this.load(dependency);
    if (loaded instanceof Promise) return loaded.then(() => this.choose(dependency, range));
    return this.choose(dependency, range);
  }

  dependencies(
    dependency: Package,
    version: Choosable,
    progress: Progress<Package, Choosable>,
  ): Soon<Answer> {
    if (dependency.kind === "python")
      return { kind: "known", of: dependency, holdsFor: fullRange, demands: [] };
    if (dependency.kind === "extra") {
      const decided = progress.decided(dependency.project);
      if (decided === undefined) throw new Error("bug: an extra was decided before its project");
      return this.answer(decided as Candidate, dependency);
    }
    const candidate = version as Candidate;
    this.report({
      type: "version-considered",
      name: dependency.name,
      version: candidate.version.text,
    });
    return this.answer(candidate, undefined);
  }

  upcoming(dependency: Package, range: VersionRange, count: number): Soon<readonly Answer[]> {
    if (dependency.kind === "python") return [];
    this.anticipation.struggled();
    const project = dependency.kind === "extra" ? dependency.project : dependency;
    const extra = dependency.kind === "extra" ? dependency : undefined;
    const loaded = this.load(project);
    if (loaded instanceof Promise)
      return loaded.then(() => this.upcoming(dependency, range, count));
    project.consulted = true;
    const answers = project
      .take(range, count, this.policy)
      .map((candidate) => this.answer(candidate, extra));
    return answers.some((answer) => answer instanceof Promise)
      ? Promise.all(answers)
      : (answers as Answer[]);
  }

  foresee(
    dependency: Package,
    range: VersionRange,
    position: number,
  ): Soon<Foreseen<Package, VersionRange> | undefined> {
    if (dependency.kind === "python") return undefined;
    const project = dependency.kind === "extra" ? dependency.project : dependency;
    const extra = dependency.kind === "extra" ? dependency.extra : undefined;
    if (position > 0 || project.keptIn(range) === undefined) {
      const loaded = this.load(project);
      if (loaded instanceof Promise) {
        const isWaitedFor = this.looks.has(project);
        // By the time the page is there, the last look knows best which version will be wanted.
        this.looks.set(project, range);
        if (!isWaitedFor) this.anticipation.recall(project, range);
        const look = (): Soon<Foreseen<Package, VersionRange> | undefined> =>
          this.lookAt(project, extra, this.looks.get(project) ?? range, position);
        return isWaitedFor && position === 0 ? loaded.then(() => undefined) : loaded.then(look);
      }
    }
    return this.lookAt(project, extra, range, position);
  }

  private lookAt(
    project: Project,
    extra: NormalizedName | undefined,
    range: VersionRange,
    position: number,
  ): Soon<Foreseen<Package, VersionRange> | undefined> {
    const candidate = project.nth(range, position, this.policy);
    if (candidate === undefined) return undefined;
    const known = extra === undefined ? this.knownFromPage(candidate) : undefined;
    if (known !== undefined) {
      const verdict = verdictOf(candidate, this.policy);
      const isWheel = verdict.usable && verdict.isBinary;
      if (isWheel && isPinned(project, range)) this.source.expect?.(known);
      return { isUsable: true, demands: [] };
    }
    const metadata = this.metadataOf(candidate);
    const seen = (answer: MetadataAnswer): Foreseen<Package, VersionRange> => {
      if (position === 0) this.anticipation.follow(project, answer);
      return this.glance(answer, extra);
    };
    return metadata instanceof Promise ? metadata.then(seen) : seen(metadata);
  }

  /** A look at a project that nobody wants yet; once it is wanted the solver looks for itself, and knows more. */
  lookFirst(project: Project, range: VersionRange): Soon<unknown> {
    return this.looks.has(project) ? undefined : this.lookAt(project, undefined, range, 0);
  }

  private glance(
    answer: MetadataAnswer,
    extra: NormalizedName | undefined,
  ): Foreseen<Package, VersionRange> {
    if (answer.kind !== "metadata") return { isUsable: false, demands: [] };
    const list = this.requirementsOf(answer.metadata, extra);
    const known = this.demandLists.get(list);
    if (known !== undefined) return { isUsable: true, demands: known };
    const demands: WordedDemand[] = [];
    for (const { name, specifier } of this.allOverridden(list)) {
      const project = this.projects.get(name);
      if (project !== undefined) demands.push({ package: project, range: specifier.range });
    }
    return { isUsable: true, demands };
  }

  // Pages

  /** Has the project's versions at hand, or promises to. */
  load(project: Project): void | Promise<void> {
    if (project.content !== undefined) return;
    const pending = this.arriving.get(project);
    if (pending !== undefined) return pending;
    const { direct } = project;
    if (direct !== undefined) {
      const opening = this.source
        .direct(direct.url, project.name, direct.editable)
        .then((answer) => project.setDirect(answer));
      return this.arrive(project, opening);
    }
    const listing = this.source.listing(project.name);
    if (!(listing instanceof Promise)) {
      this.findings.listings.set(project.name, listing);
      project.setListing(listing);
      return;
    }
    const reading = listing.then((answer) => {
      this.findings.listings.set(project.name, answer);
      project.setListing(answer);
    });
    return this.arrive(project, reading);
  }

  private arrive(project: Project, pending: Promise<void>): Promise<void> {
    this.arriving.set(project, pending);
    this.anticipation.count(pending); // thrown where it is awaited; a page nobody needs in the end is nobody's failure
    return pending;
  }

  // Versions

  private choose(project: Project, range: VersionRange): Choice<Package, VersionRange, Choosable> {
    project.consulted = true;
    const candidate = project.best(range, this.policy);
    if (candidate !== undefined) return { kind: "version", version: candidate };
    return { kind: "none", excluded: this.exclusions(project, range) };
  }

  /** Why the versions of a range cannot be taken: one statement for each reason. */
  private exclusions(project: Project, range: VersionRange): Exclusion<Package, VersionRange>[] {
    const { content } = project;
    if (content?.kind === "absent")
      return [unusable(fullRange, { kind: "not-found", asked: content.answer.asked })];
    if (content?.kind === "direct-needs-build")
      return [unusable(fullRange, { kind: "needs-build", reason: content.reason })];
    const groups = new Map<string, { reason: Refusal; range: VersionKey[] }>();
    const spans = project.spans(range);
    // Oldest first, so that the intervals of a group come in rising order.
    for (let i = spans.length - 2; i >= 0; i -= 2) {
      for (let at = (spans[i + 1] as number) - 1; at >= (spans[i] as number); at--) {
        const candidate = project.candidate(at);
        const reason = this.refusal(candidate);
        if (reason === undefined) continue;
        const key = reason.kind === "requires-python" ? `python ${reason.specifier}` : reason.kind;
        const [from, to] = candidate.alone as readonly [VersionKey, VersionKey];
        const group = groups.get(key);
        if (group === undefined) groups.set(key, { reason, range: [from, to] });
        else if (from <= (group.range.at(-1) as VersionKey))
          group.range[group.range.length - 1] = to;
        else group.range.push(from, to);
      }
    }
    return [...groups.values()].map(({ reason, range: versions }) =>
      reason.kind === "requires-python"
        ? {
            kind: "demand",
            range: versions,
            demand: { package: this.python, range: this.policy.pythonRange(reason.specifier) },
          }
        : unusable(versions, reason),
    );
  }

  /** Why a candidate may not be taken, as far as its page tells; `undefined` when it may. */
  refusal(candidate: Candidate): Refusal | undefined {
    const { project } = candidate;
    if (project.gladness(candidate, this.policy) !== undefined) return undefined;
    const { listing } = project;
    if (listing?.status.status === "quarantined") return { kind: "status", status: "quarantined" };
    if (candidate.isPrerelease && this.policy.prereleases(project.name) === "never")
      return { kind: "pre-release" };
    const verdict = verdictOf(candidate, this.policy);
    if (!verdict.usable) return verdict.reason;
    if (verdict.yanked !== false) return { kind: "yanked", reason: verdict.yanked };
    return undefined;
  }

  /** Goes back on yanked versions that were taken on trust and that nothing in the answer pins. */
  checkYanked(chosen: Iterable<Candidate>, requirements: () => Iterable<Requirement>): void {
    for (const candidate of chosen) {
      const { project, key } = candidate;
      if (candidate.source !== undefined) continue;
      const verdict = verdictOf(candidate, this.policy);
      if (!verdict.usable || verdict.yanked === false) continue;
      if (this.policy.isPreferred(project.name, candidate.version)) continue;
      let pinned = false;
      for (const requirement of requirements())
        if (requirement.name === project.name && isPin(requirement))
          pinned ||= ranges.contains(requirement.specifier.range, key);
      if (pinned) continue;
      const before = project.distrusted.get(key);
      project.distrusted.set(key, before === undefined ? "unless-pinned" : "always");
      throw new KnownTooLate(project.name);
    }
  }

  // Dependencies

  private answer(candidate: Candidate, extra: ExtraPackage | undefined): Soon<Answer> {
    if (extra === undefined && this.knownFromPage(candidate) !== undefined)
      return { kind: "known", of: candidate.project, holdsFor: candidate.alone, demands: [] };
    const metadata = this.metadataOf(candidate);
    if (metadata instanceof Promise)
      return metadata.then((settled) => this.read(candidate, extra, settled));
    return this.read(candidate, extra, metadata);
  }

  /**
   * The file of a version of which its page says all there is to know: where dependencies are not followed, that is
   * which Pythons may run it. To ask an sdist might mean to build it, which comes later anyway.
   */
  private knownFromPage(candidate: Candidate): ProjectFile | undefined {
    if (this.policy.followsDependencies || candidate.source !== undefined) return undefined;
    const verdict = verdictOf(candidate, this.policy);
    if (!verdict.usable) return undefined;
    const { isBinary, file } = verdict;
    const isKnown = isBinary ? file.requiresPython !== undefined : this.policy.mayBuild;
    return isKnown ? file : undefined;
  }

  metadataOf(candidate: Candidate): Soon<MetadataAnswer> {
    if (candidate.metadata !== undefined) return candidate.metadata;
    const verdict = verdictOf(candidate, this.policy);
    if (!verdict.usable) throw new Error("bug: metadata of a version that may not be taken");
    const answer = this.source.metadata(verdict.file);
    candidate.metadata = answer;
    if (answer instanceof Promise)
      this.anticipation.count(answer.then((settled) => (candidate.metadata = settled)));
    return answer;
  }

  private read(
    candidate: Candidate,
    extra: ExtraPackage | undefined,
    answer: MetadataAnswer,
  ): Answer {
    const of = candidate.project;
    const holdsFor = candidate.alone;
    const refuse = (reason: Refusal): Answer => ({ kind: "unusable", of, holdsFor, reason });
    if (answer.kind === "needs-build")
      return refuse({ kind: "needs-build", reason: answer.reason });
    if (answer.kind === "invalid")
      return refuse({ kind: "invalid-metadata", reason: answer.reason });
    const { metadata } = answer;
    const [invalid] = metadata.invalidRequirements;
    if (invalid !== undefined)
      return refuse({
        kind: "invalid-metadata",
        reason: `\`${invalid.text}\` is no requirement: ${invalid.reason}`,
      });
    const demands: WordedDemand[] = [];
    // The page usually said so already; pages without the field exist.
    if (!this.policy.allowsPython(metadata.requiresPython))
      demands.push({
        package: this.python,
        range: this.policy.pythonRange(metadata.requiresPython ?? ""),
      });
    if (!this.policy.followsDependencies) return { kind: "known", of, holdsFor, demands };
    const list = this.requirementsOf(metadata, extra?.extra);
    const known = this.demandLists.get(list);
    if (known !== undefined)
      return {
        kind: "known",
        of,
        holdsFor,
        demands: demands.length === 0 ? known : [...demands, ...known],
      };
    const own = demands.length;
    const fresh: Requirement[] = [];
    let hasUrl = false;
    for (const wanted of this.allOverridden(list)) {
      hasUrl ||= wanted.url !== undefined;
      const refused = wanted.url === undefined ? undefined : this.admitUrl(candidate, wanted);
      if (refused !== undefined) return refuse(refused);
      if (!this.projects.has(wanted.name)) fresh.push(wanted);
      this.addDemands(wanted, demands);
    }
    if (fresh.length > 0) this.prefetch(fresh);
    // Whether a URL is admitted depends on who names it.
    if (!hasUrl && list.length > 0) this.demandLists.set(list, demands.slice(own));
    return { kind: "known", of, holdsFor, demands };
  }

  /** Has the source fetch the pages that will be asked for; true when some have to be waited for. */
  prefetch(requirements: Iterable<Requirement>): boolean {
    const names = new Set<NormalizedName>();
    for (const { name, specifier } of requirements) {
      const project = this.project(name);
      if (project.direct === undefined && project.keptIn(specifier.range) === undefined)
        names.add(name);
    }
    return names.size > 0 && this.source.prefetch(names);
  }

  /** Requirements of a version that hold anywhere here: its own, or what one extra adds. */
  requirementsOf(
    metadata: CoreMetadata,
    extra: NormalizedName | undefined,
  ): readonly Requirement[] {
    const { requiresDist } = metadata;
    let active = this.active.get(requiresDist);
    if (active === undefined) {
      active = new ActiveRequirements(requiresDist, this.environs);
      this.active.set(requiresDist, active);
    }
    return extra === undefined ? active.always : active.of(extra);
  }

  /** The requirement itself, or what was put in its place. Its extras stay wanted. */
  overridden(requirement: Requirement): readonly Requirement[] {
    const overrides = this.overrides.get(requirement.name);
    if (overrides === undefined) return [requirement];
    return overrides.map((asked) => withExtras(asked.requirement, requirement.extras));
  }

  private allOverridden(list: readonly Requirement[]): readonly Requirement[] {
    return this.overrides.size === 0 ? list : list.flatMap((one) => this.overridden(one));
  }

  private demandsOf(requirement: Requirement): WordedDemand[] {
    const demands: WordedDemand[] = [];
    this.addDemands(requirement, demands);
    return demands;
  }

  private addDemands(requirement: Requirement, into: WordedDemand[]): void {
    const project = this.project(requirement.name);
    const { specifier, extras } = requirement;
    this.notePin(project, requirement);
    into.push({ package: project, range: specifier.range, specifier });
    for (const extra of extras) into.push({ package: project.extra(extra), range: fullRange });
  }

  private notePin(project: Project, requirement: Requirement): void {
    if (!isPin(requirement)) return;
    const { range } = requirement.specifier;
    const from = range[0];
    const to = range[1];
    if (from === undefined || to === undefined || project.pins.has(from)) return;
    project.pins.set(from, to);
    for (const [key, distrust] of project.distrusted)
      if (distrust === "unless-pinned" && key >= from && key < to)
        throw new KnownTooLate(project.name);
  }

  /**
   * A URL decides where a project comes from, so only those may name one who are trusted to: the person asking, and
   * what that person named by URL or path. A package from an index is not (as with pip and uv).
   */
  private admitUrl(candidate: Candidate, wanted: Requirement): Refusal | undefined {
    const url = wanted.url as string;
    const { name } = wanted;
    const { directs } = this.findings;
    const known = directs.get(name);
    if (known !== undefined)
      return isSameSource(known.url, url)
        ? undefined
        : { kind: "url-conflict", name, url, otherUrl: known.url, otherOrigin: known.origin };
    if (candidate.source === undefined) return { kind: "url-from-index", name, url };
    directs.set(name, { url, editable: false, origin: candidate.project.name });
    // Whatever was said about versions from the index no longer counts.
    if (this.projects.has(name)) throw new KnownTooLate(name);
    return undefined;
  }
}

function unusable(range: VersionRange, reason: Refusal): Exclusion<Package, VersionRange> {
  return { kind: "unusable", range, reason };
}

busyForSeconds(PythonProvider);
