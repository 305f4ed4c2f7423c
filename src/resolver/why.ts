import { PkmError } from "#base/errors";
import { silent } from "#base/report";
import type { NormalizedName } from "#standards/name";
import { formatRequirement, parseRequirement, type Requirement } from "#standards/requirement";
import { specifierContains } from "#standards/specifier-set";
import { compareVersions, isPrerelease, type Version, type VersionKey } from "#standards/version";
import { OneMachine } from "./_environs.ts";
import { passedOverBy } from "./_passed-over.ts";
import { passedOverText } from "./passed-over-text.ts";
import { Findings, PythonProvider } from "./provider.ts";
import type { AskedRequirement, ResolveRequest } from "./request.ts";
import { resolve } from "./resolve.ts";
import type { Resolution, ResolutionFailure } from "./resolution.ts";
import type { MetadataSource } from "./sources.ts";

/** One package of an environment or a compiled file. */
export type PresentPackage = {
  readonly name: NormalizedName;
  readonly version: Version;
  /** What it needs here, the extras that are in use included. */
  readonly needs: readonly Requirement[];
  /** Who asked for it by name; empty when it only came along. */
  readonly askedBy: readonly string[];
};

/** A package and what it needs of the next one, or of the one that was asked about. */
export type ChainStep = {
  readonly name: NormalizedName;
  readonly version: Version;
  readonly requirement: Requirement;
};

/** Versions of one reason, newest first. */
export type OtherVersions = { readonly versions: readonly Version[]; readonly reason: string };

export type Why = {
  readonly present: PresentPackage | undefined;
  /** The shortest way from something that was asked for to each of those that need it. */
  readonly chains: readonly (readonly ChainStep[])[];
  /** Where the project is listed; nowhere when left out. */
  readonly repository: string | undefined;
  readonly isNewest: boolean;
  /** Why each newer version (or the one asked about) was not taken. */
  readonly others: readonly OtherVersions[];
};

export type WhyQuestion = Pick<
  ResolveRequest,
  "constraints" | "overrides" | "target" | "policy" | "installed"
> & {
  readonly name: NormalizedName;
  /** The version that somebody misses; the newer ones when left out. */
  readonly version: Version | undefined;
  readonly packages: readonly PresentPackage[];
  /** What was asked from outside. */
  readonly roots: readonly AskedRequirement[];
};

/** Attempts for each version that only the resolver can judge. */
const mostAttempts = 500;

/** Says who asks for a package, why it has its version, and why not another one. */
export async function why(question: WhyQuestion, source: MetadataSource): Promise<Why> {
  const { name, packages } = question;
  const present = packages.find((one) => one.name === name);
  const request: ResolveRequest = {
    ...question,
    roots: question.roots,
    preferences: new Map(
      packages
        .filter((one) => one.name !== name)
        .map((one) => [one.name, { version: one.version, from: "installed" }]),
    ),
  };
  const provider = new PythonProvider(
    // What is there is asked about, not taken.
    { ...request, installed: new Map() },
    new OneMachine(request.target),
    source,
    new Findings(),
    silent,
  );
  const project = provider.project(name);
  await provider.load(project);
  project.consulted = true;
  const refused = new Map<VersionKey, string>();
  for (const { version, reason } of passedOverBy([project], provider))
    refused.set(version.key, passedOverText(reason, request.target.description));
  const candidates = project.versions.filter((version) =>
    question.version === undefined
      ? present === undefined || compareVersions(version, present.version) > 0
      : version.key === question.version.key,
  );
  const reasons: Judged[] = [];
  for (const version of candidates) {
    const known =
      refused.get(version.key) ??
      preRelease(version, provider.policy.prereleases(name)) ??
      excludedBy(version, question);
    const judged: Judged =
      known === undefined
        ? await judge(version, question, request, source)
        : { version, reason: known, isPossible: false };
    reasons.push(judged);
    // What can be taken makes those behind it a choice, and no riddle.
    if (judged.isPossible) break;
  }
  return {
    present,
    chains: present === undefined ? [] : chainsTo(name, packages),
    repository: project.listing?.repository,
    isNewest: present !== undefined && candidates.length === 0,
    others: grouped(reasons),
  };
}

type Judged = {
  readonly version: Version;
  readonly reason: string;
  readonly isPossible: boolean;
};

function preRelease(
  version: Version,
  prereleases: "always" | "where-needed" | "never",
): string | undefined {
  return prereleases === "where-needed" && isPrerelease(version)
    ? passedOverText({ kind: "pre-release" }, "")
    : undefined;
}

/** The requirement of somebody outside, or of something that is there, which a version does not meet. */
function excludedBy(
  version: Version,
  { name, packages, roots, overrides }: WhyQuestion,
): string | undefined {
  const excludes = ({ name: wanted, specifier }: Requirement): boolean =>
    wanted === name && !specifierContains(specifier, version.text, { prereleases: true });
  const replaced = overrides.filter(({ requirement }) => requirement.name === name);
  for (const { requirement, origin } of replaced.length > 0 ? replaced : roots)
    if (excludes(requirement))
      return `${place(origin)} asks for \`${formatRequirement(requirement)}\``;
  if (replaced.length > 0) return undefined;
  for (const one of packages)
    for (const requirement of one.needs)
      if (one.name !== name && excludes(requirement))
        return `\`${one.name}\` ${one.version.text} needs \`${requirementText(requirement)}\``;
  return undefined;
}

/** What comes of asking for the version together with everything that was asked for. */
async function judge(
  version: Version,
  { name, packages }: WhyQuestion,
  request: ResolveRequest,
  source: MetadataSource,
): Promise<Judged> {
  const asked = (text: string): AskedRequirement => ({
    requirement: parseRequirement(text),
    origin: "pkm why",
    hashes: [],
  });
  const named = new Set(request.roots.map(({ requirement }) => requirement.name));
  const others = packages.filter(
    (one) => one.askedBy.length > 0 && one.name !== name && !named.has(one.name),
  );
  const roots = [
    ...request.roots,
    ...others.map((one) => asked(one.name)),
    asked(`${name}==${version.text}`),
  ];
  try {
    const outcome = await resolve({ ...request, roots }, source, { maxAttempts: mostAttempts });
    return outcome.kind === "unsolvable"
      ? { version, reason: causesOf(outcome.failure), isPossible: false }
      : { version, reason: changesOf(outcome.resolution, name, packages), isPossible: true };
  } catch (error) {
    if (error instanceof PkmError) return { version, reason: error.what, isPossible: false };
    throw error;
  }
}

function causesOf({ causes }: ResolutionFailure): string {
  const texts = causes.filter(({ kind }) => kind !== "asked").map(({ text }) => text);
  return texts.length === 0
    ? "what was asked for excludes it"
    : texts.slice(0, mostCauses).join("; ");
}

const mostCauses = 3;

function changesOf(
  { packages: found }: Resolution,
  name: NormalizedName,
  packages: readonly PresentPackage[],
): string {
  const before = new Map(packages.map((one) => [one.name, one.version]));
  const changes = found.flatMap((one) => {
    const old = before.get(one.name);
    return one.name === name || old === undefined || old.key === one.version.key
      ? []
      : [`\`${one.name}\` ${old.text} -> ${one.version.text}`];
  });
  if (changes.length === 0) return "nothing speaks against it";
  const shown = changes.slice(0, mostCauses).join(", ");
  return `it can be taken where others change too: ${shown}${changes.length > mostCauses ? ", …" : ""}`;
}

/** For each that needs the package, the shortest way to it from something that was asked for. */
function chainsTo(
  name: NormalizedName,
  packages: readonly PresentPackage[],
): readonly (readonly ChainStep[])[] {
  const dependents = new Map<NormalizedName, { one: PresentPackage; requirement: Requirement }[]>();
  for (const one of packages)
    for (const requirement of one.needs) {
      const known = dependents.get(requirement.name) ?? [];
      // Once for each that needs it, however many lines its metadata has for it.
      if (!known.some((other) => other.one === one)) known.push({ one, requirement });
      dependents.set(requirement.name, known);
    }
  return (dependents.get(name) ?? [])
    .filter(({ one }) => one.name !== name)
    .map(({ one, requirement }) => [
      ...shortestWay(one, dependents, new Set([name])),
      { name: one.name, version: one.version, requirement },
    ]);
}

/** The steps in front of a package, breadth first; none when it was asked for, or when nothing was that leads to it. */
function shortestWay(
  to: PresentPackage,
  dependents: ReadonlyMap<
    NormalizedName,
    readonly { one: PresentPackage; requirement: Requirement }[]
  >,
  seen: Set<NormalizedName>,
): readonly ChainStep[] {
  let level: { readonly at: PresentPackage; readonly steps: readonly ChainStep[] }[] = [
    { at: to, steps: [] },
  ];
  seen.add(to.name);
  while (level.length > 0) {
    const asked = level.find(({ at }) => at.askedBy.length > 0);
    if (asked !== undefined) return asked.steps;
    level = level.flatMap(({ at, steps }) =>
      (dependents.get(at.name) ?? []).flatMap(({ one, requirement }) => {
        if (seen.has(one.name)) return [];
        seen.add(one.name);
        const step = { name: one.name, version: one.version, requirement };
        return [{ at: one, steps: [step, ...steps] }];
      }),
    );
  }
  return [];
}

/** Neighbours of one reason together. */
function grouped(judged: readonly Judged[]): OtherVersions[] {
  const groups = new Map<string, Version[]>();
  for (const { version, reason } of judged) {
    const known = groups.get(reason);
    if (known === undefined) groups.set(reason, [version]);
    else known.push(version);
  }
  return [...groups].map(([reason, versions]) => ({ versions, reason }));
}

function place(origin: string): string {
  return origin.replace(/^-[rc] /, "");
}

/** Without the marker, which holds here. */
export function requirementText(requirement: Requirement): string {
  return formatRequirement({ ...requirement, marker: undefined });
}
