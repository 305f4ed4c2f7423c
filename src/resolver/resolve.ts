import { nextTurn } from "#base/turn";
import { nearest } from "#base/text";
import { busyForSeconds } from "#base/busy-code";
import { sortedBy } from "#base/order";
import { type Report, silent } from "#base/report";
import type { Requirement } from "#standards/requirement";
import type { CoreMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import { exactly } from "#standards/version-range";
import { type Asked, type Outcome, solve } from "#pubgrub/solver";
import type { VersionRange } from "#standards/version-range";
import { eligibleFiles, nameOf, verdictOf, type Candidate } from "./_candidate.ts";
import { isSameSource } from "./_direct-url.ts";
import { type Environs, OneMachine } from "./_environs.ts";
import type { Choosable, Package } from "./_packages.ts";
import type { Question } from "./_policy.ts";
import { projectOf } from "./_proof.ts";
import { passedOverBy, passedOverFor } from "./_passed-over.ts";
import { resolutionGaveUp } from "./errors.ts";
import type { ResolverEvent } from "./events.ts";
import { explain, explainUrls } from "./explain.ts";
import { Findings, KnownTooLate, PythonProvider, versionAlgebra } from "./provider.ts";
import type { AskedRequirement, ResolveRequest } from "./request.ts";
import type {
  FailureCause,
  Leads,
  PassedOver,
  Resolution,
  ResolutionFailure,
  ResolvedDependency,
  ResolvedPackage,
  ResolvedSource,
  ResolveOutcome,
} from "./resolution.ts";
import type { MetadataSource } from "./sources.ts";

export type ResolveOptions = {
  readonly report?: Report<ResolverEvent>;
  /** Called between attempts: lets signals in, and throws when the search shall end. */
  readonly pause?: () => Promise<void> | undefined;
  readonly signal?: { readonly aborted: boolean; readonly reason?: unknown };
  /** Throws `resolution-gave-up` beyond it. */
  readonly maxAttempts?: number;
};

/** Finds what should be installed, or proves that nothing will do. The same input gives the same answer. */
export async function resolve(
  request: ResolveRequest,
  source: MetadataSource,
  options: ResolveOptions = {},
): Promise<ResolveOutcome> {
  const findings = new Findings();
  const environs = new OneMachine(request.target);
  const conflict = collectDirects(request, environs, findings);
  if (conflict !== undefined) return { kind: "unsolvable", failure: conflict };
  const report = options.report ?? silent;
  for (;;) {
    const provider = new PythonProvider(request, environs, source, findings, report);
    try {
      const answer = await solveWith(provider, request, options);
      return answer.kind === "solved"
        ? { kind: "resolved", resolution: resolutionOf(request, provider, answer) }
        : { kind: "unsolvable", failure: failureOf(provider, answer) };
    } catch (error) {
      // Each time a pin or a URL is known that was not known before, so this ends.
      if (!(error instanceof KnownTooLate)) throw error;
      report({ type: "resolution-restarted", name: error.project });
    }
  }
}

type Answer = Outcome<Package, VersionRange, Choosable>;
export type Solved = Extract<Answer, { kind: "solved" }>;
export type Unsolvable = Extract<Answer, { kind: "unsolvable" }>;

/** Asks the solver what a request comes to where the provider's answers hold. */
export async function solveWith(
  provider: PythonProvider,
  request: Question,
  options: ResolveOptions,
): Promise<Solved | Unsolvable> {
  const isWaiting = provider.prefetch(
    request.roots.filter((asked) => provider.applies(asked)).map(({ requirement }) => requirement),
  );
  // Questions leave when there is time for it: the first steps take as long as some of the answers.
  if (isWaiting) await nextTurn();
  const asked: Asked<Package, VersionRange>[] = [
    { package: provider.python, range: exactly(provider.policy.target.python), note: undefined },
  ];
  for (const root of request.roots)
    for (const { demands, by } of provider.demandsOfRoot(root))
      for (const demand of demands) asked.push({ ...demand, note: by });
  const { report } = options;
  const onConflict = report === undefined ? undefined : conflictReport(report);
  const outcome = await solve(provider, asked, versionAlgebra, {
    ...options,
    ...(onConflict === undefined ? {} : { onConflict }),
  });
  if (outcome.kind === "gave-up") throw resolutionGaveUp(outcome.attempts);
  return outcome;
}

function conflictReport(report: Report<ResolverEvent>): (a: Package, b: Package) => void {
  return (affected, culprit) => {
    const name = projectOf(affected)?.name;
    const other = projectOf(culprit)?.name;
    if (name !== undefined && other !== undefined && name !== other)
      report({ type: "conflicted", name, with: other });
  };
}

export function failureOf(
  provider: PythonProvider,
  { rootCause, attempts }: Unsolvable,
): ResolutionFailure {
  let derivation: string | undefined;
  let passedOver: readonly PassedOver[] | undefined;
  let causes: readonly FailureCause[] | undefined;
  let leads: Leads | undefined;
  const told = explain(rootCause, provider);
  return {
    explanation: told.explanation,
    // All of them can be long and are rarely read.
    get derivation() {
      return (derivation ??= told.derivation());
    },
    get passedOver() {
      return (passedOver ??= passedOverBy(told.projects, provider));
    },
    get causes() {
      return (causes ??= told.causes());
    },
    get leads() {
      return (leads ??= told.leads());
    },
    attempts,
  };
}

/** URLs and paths named from outside. Overrides decide first; two for one project cannot both be right. */
export function collectDirects(
  request: Question,
  environs: Environs,
  findings: Findings,
): ResolutionFailure | undefined {
  const overridden = new Set(request.overrides.map((asked) => asked.requirement.name));
  const asked = [
    ...request.overrides,
    ...[...request.roots, ...request.constraints].filter(
      ({ requirement }) => !overridden.has(requirement.name),
    ),
  ];
  const first = new Map<NormalizedName, AskedRequirement>();
  for (const one of asked) {
    const { name, url, marker } = one.requirement;
    if (url === undefined) continue;
    if (marker !== undefined && !environs.holds(marker, undefined)) continue;
    const known = first.get(name);
    if (known?.requirement.url === undefined) {
      first.set(name, one);
      findings.directs.set(name, { url, editable: one.editable === true, origin: one.origin });
    } else if (!isSameSource(known.requirement.url, url)) return explainUrls(known, one);
  }
  return undefined;
}

// The answer

/** @throws KnownTooLate when a yanked version was taken that nothing in the answer pins. */
export function resolutionOf(
  request: Question,
  provider: PythonProvider,
  outcome: Solved,
): Resolution {
  const chosen = new Map<NormalizedName, Candidate>();
  const extras = new Map<NormalizedName, NormalizedName[]>();
  for (const [dependency, version] of outcome.decisions) {
    if (dependency.kind === "project") chosen.set(dependency.name, version as Candidate);
    else if (dependency.kind === "extra") {
      const { name } = dependency.project;
      const known = extras.get(name);
      if (known === undefined) extras.set(name, [dependency.extra]);
      else known.push(dependency.extra);
    }
  }
  provider.checkYanked(chosen.values(), function* () {
    for (const { requirement } of [...request.roots, ...request.constraints, ...request.overrides])
      yield requirement;
    for (const candidate of chosen.values())
      yield* requirementsOf(candidate, extras.get(candidate.project.name) ?? [], provider);
  });
  const origins = originsOf(request, provider);
  const warnings: string[] = [];
  const packages = sortedBy(chosen.values(), ({ project }) => project.name).map((candidate) =>
    packageOf(
      candidate,
      extras.get(candidate.project.name)?.sort() ?? [],
      provider,
      origins,
      warnings,
    ),
  );
  let passedOver: readonly PassedOver[] | undefined;
  return {
    packages,
    get passedOver() {
      return (passedOver ??= passedOverFor([...chosen.values()], provider));
    },
    attempts: outcome.attempts,
    warnings,
  };
}

type Origins = ReadonlyMap<
  NormalizedName,
  { readonly texts: readonly string[]; readonly isDirect: boolean; readonly displayName: string }
>;

function originsOf(request: Question, provider: PythonProvider): Origins {
  const origins = new Map<
    NormalizedName,
    { texts: string[]; isDirect: boolean; displayName: string }
  >();
  const add = ({ requirement, origin }: AskedRequirement, isDirect: boolean): void => {
    const { name, displayName } = requirement;
    let known = origins.get(name);
    if (known === undefined) origins.set(name, (known = { texts: [], isDirect, displayName }));
    if (!known.texts.includes(origin)) known.texts.push(origin);
  };
  for (const asked of request.roots) if (provider.applies(asked)) add(asked, true);
  for (const asked of request.constraints) if (provider.applies(asked)) add(asked, false);
  return origins;
}

function packageOf(
  candidate: Candidate,
  extras: readonly NormalizedName[],
  provider: PythonProvider,
  origins: Origins,
  warnings: string[],
): ResolvedPackage {
  const { project, version } = candidate;
  const { name } = project;
  const metadata = readMetadata(candidate);
  const origin = origins.get(name);
  const demandedHashes = provider.policy.demandedHashes(name);
  warnings.push(...warningsAbout(candidate, extras, metadata?.providesExtra, provider));
  return {
    name,
    displayName: metadata?.displayName ?? origin?.displayName ?? name,
    version,
    extras,
    source: sourceOf(candidate, provider),
    ...(demandedHashes.length > 0 ? { demandedHashes } : {}),
    metadata,
    dependencies: [...requirementsOf(candidate, extras, provider)].map(dependencyOf),
    origins: origin?.texts ?? [],
    isDirect: origin?.isDirect === true,
  };
}

function readMetadata({ metadata }: Candidate): CoreMetadata | undefined {
  if (metadata === undefined || metadata instanceof Promise) return undefined;
  return metadata.kind === "metadata" ? metadata.metadata : undefined;
}

/** What a version asks for with the extras that are selected, overrides applied. */
function* requirementsOf(
  candidate: Candidate,
  extras: readonly NormalizedName[],
  provider: PythonProvider,
): Iterable<Requirement> {
  const metadata = readMetadata(candidate);
  if (metadata === undefined || !provider.policy.followsDependencies) return;
  for (const extra of [undefined, ...extras])
    for (const requirement of provider.requirementsOf(metadata, extra))
      yield* provider.overridden(requirement);
}

function dependencyOf(requirement: Requirement): ResolvedDependency {
  return { name: requirement.name, extras: requirement.extras, requirement };
}

function sourceOf(candidate: Candidate, provider: PythonProvider): ResolvedSource {
  if (candidate.source !== undefined) return candidate.source;
  let files: ReturnType<typeof eligibleFiles> | undefined;
  return {
    kind: "repository",
    repository: candidate.project.listing?.repository ?? "",
    // Ranking every file of every release costs more than a warm resolution, and few callers look at all of them.
    get files() {
      return (files ??= eligibleFiles(candidate, provider.policy));
    },
    get best() {
      const verdict = verdictOf(candidate, provider.policy);
      return verdict.usable && verdict.isBinary && verdict.yanked === false
        ? verdict.file
        : undefined;
    },
  };
}

function warningsAbout(
  candidate: Candidate,
  extras: readonly NormalizedName[],
  provided: readonly NormalizedName[] | undefined,
  provider: PythonProvider,
): string[] {
  const { project, version, source } = candidate;
  const what = nameOf(project.name, version);
  const warnings: string[] = [];
  if (source === undefined) {
    const verdict = verdictOf(candidate, provider.policy);
    if (verdict.usable && verdict.yanked !== false)
      warnings.push(`${what} is yanked${verdict.yanked === "" ? "" : `: ${verdict.yanked}`}`);
  }
  const status = project.listing?.status;
  if (status !== undefined && (status.status === "archived" || status.status === "deprecated"))
    warnings.push(
      `\`${project.name}\` is ${status.status}${status.reason === undefined ? "" : `: ${status.reason}`}`,
    );
  for (const extra of extras)
    if (provided !== undefined && !provided.includes(extra)) {
      const [near] = nearest(extra, provided, 1);
      const meant = near === undefined ? "" : `, did you mean \`${near}\`?`;
      warnings.push(`${what} has no extra \`${extra}\`${meant}`);
    }
  return warnings;
}

busyForSeconds(requirementsOf);
