import { busyForSeconds } from "#base/busy-code";
import type { ProjectListing, Release } from "#repository/listing";
import type { NoListing } from "#repository/repositories";
import type { NormalizedName } from "#standards/name";
import type { Version } from "#standards/version";
import { afterExactly, infinityKey, minimumKey, type VersionKey } from "#standards/version-key";
import {
  contains,
  exactly,
  fullRange,
  rangeEquals,
  type VersionRange,
} from "#standards/version-range";
import { type Candidate, candidateOf, verdictOf } from "./_candidate.ts";
import { isSameSource } from "./_direct-url.ts";
import type { ExtraPackage } from "./_packages.ts";
import type { Policy } from "./_policy.ts";
import { Ranking } from "./_ranking.ts";
import type { InstalledCandidate } from "./request.ts";
import type { DirectCandidate } from "./sources.ts";

/** A URL or path that decides where a project comes from. */
export type DirectSource = {
  readonly url: string;
  readonly editable: boolean;
  /** Who named it, for messages. */
  readonly origin: string;
};

type Content =
  | { readonly kind: "listed"; readonly listing: ProjectListing }
  | { readonly kind: "direct" }
  | { readonly kind: "direct-needs-build"; readonly reason: string }
  | { readonly kind: "absent"; readonly answer: NoListing };

/** A project as the solver meets it: its versions, newest first, made into candidates when they are looked at. */
export class Project {
  readonly kind = "project";
  readonly name: NormalizedName;
  readonly direct: DirectSource | undefined;
  readonly extras = new Map<NormalizedName, ExtraPackage>();
  /** Intervals to which a requirement has pinned the project (`==`), by lower bound. */
  readonly pins: Map<VersionKey, VersionKey>;
  /** Yanked versions that were taken once and that nothing in the answer pinned. */
  readonly distrusted: Map<VersionKey, "unless-pinned" | "always">;
  content: Content | undefined;
  /** The solver asked for versions. A page may be at hand before that, if it was fetched early. */
  consulted = false;
  /** What the environment holds, if that may be kept. */
  readonly installed: Candidate | undefined;
  private readonly givesWay: boolean;
  private releases: readonly Release[] = [];
  private candidates: (Candidate | undefined)[] = [];
  private last: Ranking | undefined;
  private knownVersions: Version[] | undefined;

  constructor(
    name: NormalizedName,
    direct: DirectSource | undefined,
    { pins, distrusted }: Pick<Project, "pins" | "distrusted">,
    installed?: InstalledCandidate,
  ) {
    this.name = name;
    this.direct = direct;
    this.pins = pins;
    this.distrusted = distrusted;
    this.givesWay = installed?.givesWay === true;
    this.installed = installed === undefined ? undefined : this.keep(installed);
  }

  private keep({ version, metadata, url }: InstalledCandidate): Candidate | undefined {
    if (this.direct !== undefined && (url === undefined || !isSameSource(url, this.direct.url)))
      return undefined;
    const known = metadata();
    if (known === undefined) return undefined;
    // The page may never be read, so nothing is said about the neighbourhood.
    const candidate = candidateOf(this, { version, files: [] }, exactly(version), {
      kind: "installed",
    });
    candidate.metadata = { kind: "metadata", metadata: known };
    return candidate;
  }

  /** The installed version, if the range admits it: then nobody has to be asked about the project. */
  keptIn(range: VersionRange): Candidate | undefined {
    const { installed, givesWay } = this;
    return installed !== undefined && !givesWay && contains(range, installed.key)
      ? installed
      : undefined;
  }

  extra(name: NormalizedName): ExtraPackage {
    let extra = this.extras.get(name);
    if (extra === undefined) {
      extra = { kind: "extra", project: this, extra: name };
      this.extras.set(name, extra);
    }
    return extra;
  }

  setListing(answer: ProjectListing | NoListing): void {
    const { installed } = this;
    if (installed !== undefined && this.givesWay) {
      const listing = withInstalled("kind" in answer ? emptyListing(this.name) : answer, installed);
      this.content = { kind: "listed", listing };
      this.releases = listing.releases;
    } else if ("kind" in answer) this.content = { kind: "absent", answer };
    else {
      this.content = { kind: "listed", listing: answer };
      this.releases = answer.releases;
    }
  }

  setDirect(answer: DirectCandidate): void {
    if (answer.kind === "needs-build") {
      this.content = { kind: "direct-needs-build", reason: answer.reason };
      return;
    }
    const { metadata } = answer;
    const source =
      answer.kind === "file"
        ? ({ kind: "url", url: this.direct?.url ?? answer.file.url, file: answer.file } as const)
        : answer.tree;
    const files = answer.kind === "file" ? [answer.file] : [];
    const release = { version: metadata.version, files };
    const candidate = candidateOf(this, release, fullRange, source);
    candidate.metadata = { kind: "metadata", metadata };
    this.content = { kind: "direct" };
    this.releases = [release];
    this.candidates = [candidate];
  }

  get listing(): ProjectListing | undefined {
    return this.content?.kind === "listed" ? this.content.listing : undefined;
  }

  /** Every version there is, usable or not, newest first. */
  get versions(): readonly Version[] {
    return (this.knownVersions ??= this.releases.map((release) => release.version));
  }

  /** The versions that messages may speak of: the same ones however fast pages arrive. */
  get toldVersions(): readonly Version[] {
    return this.consulted ? this.versions : [];
  }

  get count(): number {
    return this.releases.length;
  }

  candidate(position: number): Candidate {
    let candidate = this.candidates[position];
    if (candidate === undefined) {
      const { releases } = this;
      const release = releases[position];
      if (release === undefined) throw new Error(`bug: ${this.name} has no candidate ${position}`);
      const older = releases[position + 1];
      const newer = releases[position - 1];
      const { key } = release.version;
      let from = older === undefined ? minimumKey : afterExactly(older.version.key);
      let to = newer === undefined ? infinityKey : newer.version.key;
      const kept = this.installed?.key;
      if (kept === key) return (this.candidates[position] = this.installed as Candidate);
      if (kept !== undefined && kept < key && afterExactly(kept) > from) from = afterExactly(kept);
      if (kept !== undefined && kept > key && kept < to) to = kept;
      candidate = candidateOf(this, release, [from, to]);
      this.candidates[position] = candidate;
    }
    return candidate;
  }

  /** Positions of the versions in a range, newest first: from (inside) to (outside), from, to … */
  spans(range: VersionRange): number[] {
    if (range.length === 2) {
      const from = this.firstBelow(range[1] as VersionKey);
      const to = this.firstBelow(range[0] as VersionKey);
      return from < to ? [from, to] : [];
    }
    const spans: number[] = [];
    for (let i = range.length - 2; i >= 0; i -= 2) {
      const from = this.firstBelow(range[i + 1] as VersionKey);
      const to = this.firstBelow(range[i] as VersionKey);
      if (from < to) spans.push(from, to);
    }
    return spans;
  }

  /** The first position whose version lies below a bound. */
  private firstBelow(bound: VersionKey): number {
    const { releases } = this;
    if (bound === infinityKey) return 0;
    if (bound === minimumKey) return releases.length;
    let low = 0;
    let high = releases.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((releases[middle] as Release).version.key >= bound) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  positionOf(key: VersionKey): number | undefined {
    const position = this.firstBelow(afterExactly(key));
    return this.releases[position]?.version.key === key ? position : undefined;
  }

  /**
   * A yanked version may be taken where a requirement pins it (PEP 592), or where it is in place already. Who pins what
   * is known at the end only, so a yanked version is taken on trust when nothing else is left; if nothing in the answer
   * pins it, it is distrusted and everything starts again.
   */
  isYankedAllowed(candidate: Candidate, policy: Policy): boolean {
    if (policy.isPreferred(this.name, candidate.version)) return true;
    const distrust = this.distrusted.get(candidate.key);
    return distrust === undefined || (distrust === "unless-pinned" && this.isPinned(candidate.key));
  }

  /** True when some requirement that was read pins the version, be it part of the answer or not. */
  private isPinned(key: VersionKey): boolean {
    for (const [from, to] of this.pins) if (key >= from && key < to) return true;
    return false;
  }

  /**
   * How gladly a candidate is taken, 0 best; `undefined` when it may not be taken. Stable before pre-release, yanked
   * last; this is an order only, so that whether a version may be taken never depends on what else is selected.
   */
  gladness(candidate: Candidate, policy: Policy): number | undefined {
    if (candidate.source !== undefined && candidate.source.kind !== "url") return 0;
    if (this.listing?.status.status === "quarantined") return undefined;
    const prereleases = candidate.isPrerelease ? policy.prereleases(this.name) : "always";
    if (prereleases === "never" && candidate.source === undefined) return undefined;
    const verdict = verdictOf(candidate, policy);
    if (!verdict.usable) return undefined;
    let gladness = 0;
    if (policy.preferBinary && !verdict.isBinary) gladness += 1;
    if (prereleases === "where-needed") gladness += gladnessOfLate;
    if (verdict.yanked !== false && candidate.source === undefined) {
      if (!this.isYankedAllowed(candidate, policy)) return undefined;
      gladness += 4;
    }
    if (verdict.isForeign) gladness += 8;
    return gladness;
  }

  /** A pre-release that comes after all others, whatever its files are. */
  isLate(candidate: Candidate, policy: Policy): boolean {
    return (
      candidate.isPrerelease &&
      candidate.source === undefined &&
      policy.prereleases(this.name) === "where-needed"
    );
  }

  /** The most wanted candidate of a range. */
  best(range: VersionRange, policy: Policy): Candidate | undefined {
    return this.ranking(range, policy).nth(0);
  }

  /** The candidate that would be chosen out of a range after so many others. */
  nth(range: VersionRange, position: number, policy: Policy): Candidate | undefined {
    return this.ranking(range, policy).nth(position);
  }

  /** The candidates of a range that may be taken, most wanted first, at most `count` of them. */
  take(range: VersionRange, count: number, policy: Policy): Candidate[] {
    return this.ranking(range, policy).first(count);
  }

  /** The solver often asks again for the same range after going back. */
  private ranking(range: VersionRange, policy: Policy): Ranking {
    const { last } = this;
    if (last !== undefined && rangeEquals(last.range, range)) return last;
    return (this.last = new Ranking(this, range, policy));
  }

  /** The version to try before all others. */
  preferredIn(range: VersionRange, policy: Policy): Candidate | undefined {
    const kept = this.keptIn(range);
    if (kept !== undefined) return kept;
    for (const { version, from } of policy.preferences(this.name)) {
      if (!contains(range, version.key)) continue;
      const position = this.positionOf(version.key);
      if (position === undefined) continue;
      const candidate = this.candidate(position);
      const gladness = this.gladness(candidate, policy);
      // What another region had to put up with is no reason to do the same here.
      if (gladness !== undefined && (from !== "region" || gladness === 0)) return candidate;
    }
    return undefined;
  }
}

/** The gladness of a pre-release with which nothing else is wrong; no stable version has it. */
export const gladnessOfLate = 2;

/** What is known of a project that no repository has. */
function emptyListing(name: NormalizedName): ProjectListing {
  const status = { status: "active", reason: undefined } as const;
  return { name, repository: "the environment", status, releases: [], skipped: [] };
}

function withInstalled(listing: ProjectListing, { key, version }: Candidate): ProjectListing {
  const { releases } = listing;
  const older = releases.findIndex((release) => release.version.key <= key);
  const at = older === -1 ? releases.length : older;
  if (releases[at]?.version.key === key) return listing;
  return { ...listing, releases: releases.toSpliced(at, 0, { version, files: [] }) };
}

busyForSeconds(Project);
