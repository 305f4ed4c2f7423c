import { PkmError } from "#base/errors";
import type { ProjectFile, ProjectListing } from "#repository/listing";
import type { MetadataAnswer } from "#repository/repositories";
import type { CoreMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import type { Requirement } from "#standards/requirement";
import { intersect, type VersionRange } from "#standards/version-range";
import { verdictOf } from "./_candidate.ts";
import type { Project } from "./_project.ts";
import type { Findings, PythonProvider } from "./provider.ts";
import type { MetadataSource } from "./sources.ts";

type Anticipated = {
  readonly project: Project;
  /** What is known of the versions that will do. */
  range: VersionRange;
  readonly extras: Set<NormalizedName>;
};

/**
 * Has asked for early what versions name that will probably be taken: while the solver waits for one thing it learns
 * nothing of where other things lead. Nothing is noted here that an answer depends on.
 */
export class Anticipation {
  private readonly provider: PythonProvider;
  private readonly source: MetadataSource;
  private readonly findings: Findings;
  private readonly known = new Map<NormalizedName, Anticipated>();
  private isSmooth = true;
  private underWay = 0;

  constructor(provider: PythonProvider, source: MetadataSource, findings: Findings) {
    this.provider = provider;
    this.source = source;
    this.findings = findings;
  }

  /** The project as far as it is known already; one that comes from a URL never is. */
  project(name: NormalizedName): Project | undefined {
    return this.findings.directs.has(name) ? undefined : this.known.get(name)?.project;
  }

  /** Told when something is refused so often that many versions have to be ruled out: then first choices rarely stand. */
  struggled(): void {
    this.isSmooth = false;
  }

  /** Told of pages and metadata that are being waited for; their failures are told where they are needed. */
  count(pending: Promise<unknown>): void {
    this.underWay++;
    const end = (): void => {
      this.underWay--;
    };
    pending.then(end, end);
  }

  /** While the page is asked for: goes on from what was the first choice by the old one, or from what is installed. */
  recall(project: Project, range: VersionRange): void {
    // Where dependencies are not followed it leads nowhere.
    if (!this.isSmooth || !this.provider.policy.followsDependencies) return;
    const recalled = this.recalled(project, range);
    const answer =
      recalled === undefined
        ? project.installed?.metadata
        : ({ kind: "metadata", metadata: recalled } as const);
    if (answer === undefined || answer instanceof Promise) return;
    this.follow(project, answer, mostUnderWay);
  }

  private recalled({ name }: Project, range: VersionRange): CoreMetadata | undefined {
    try {
      return this.source.recall?.(name, (page) => this.filesOf(page, range));
    } catch (error) {
      // A page that is damaged in the cache; the new one may be better.
      if (!(error instanceof PkmError)) throw error;
      return undefined;
    }
  }

  /** Files that speak for the best versions of a range, by a page of the past. */
  private *filesOf(page: ProjectListing, range: VersionRange): Iterable<ProjectFile> {
    const { policy } = this.provider;
    const past = this.provider.newProject(page.name);
    past.setListing(page);
    // The best may have been refused for a reason that shows later.
    for (let position = 0; position < mostRecalled; position++) {
      const candidate = past.nth(range, position, policy);
      if (candidate === undefined) return;
      const verdict = verdictOf(candidate, policy);
      if (verdict.usable) yield verdict.file;
    }
  }

  /** Goes on from the first choice among the versions of a project. */
  follow({ name, extras }: Project, answer: MetadataAnswer, most: number = busy): void {
    const { provider } = this;
    if (answer.kind !== "metadata" || !this.isSmooth || !provider.policy.followsDependencies)
      return;
    const wanted = this.known.get(name)?.extras ?? noExtras;
    for (const extra of [undefined, ...wanted, ...extras.keys()])
      for (const requirement of provider.requirementsOf(answer.metadata, extra))
        for (const one of provider.overridden(requirement))
          if (!provider.projects.has(one.name) && this.underWay < most) this.anticipate(one);
  }

  /** Has the page fetched, then the metadata of its best version, and so on. */
  private anticipate({ name, url, extras, specifier: { range } }: Requirement): void {
    const { directs, listings } = this.findings;
    if (url !== undefined || directs.has(name) || listings.has(name)) return;
    const known = this.known.get(name);
    if (known !== undefined) {
      known.range = intersect(known.range, range);
      for (const extra of extras) known.extras.add(extra);
      return;
    }
    const project = this.provider.newProject(name);
    const anticipated: Anticipated = { project, range, extras: new Set(extras) };
    this.known.set(name, anticipated);
    if (project.keptIn(range) === undefined) this.look(anticipated).catch(() => {});
  }

  private async look(anticipated: Anticipated): Promise<void> {
    const { project } = anticipated;
    const loading = this.provider.load(project);
    if (loading !== undefined) this.recall(project, anticipated.range);
    await loading;
    await this.provider.lookFirst(project, anticipated.range);
  }
}

/** With so much under way nothing more can begin at once. */
const busy = 50;

/** What was needed once waits in line rather than being found again later. */
const mostUnderWay = 250;

/** Most versions that are looked for among those whose metadata is known. */
const mostRecalled = 8;

const noExtras: ReadonlySet<NormalizedName> = new Set();
