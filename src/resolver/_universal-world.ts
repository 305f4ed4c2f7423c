import { evaluateMarkerLeniently, formatMarker, type MarkerEnvironment } from "#standards/marker";
import { parseRequirement, type Requirement } from "#standards/requirement";
import { parseSpecifierSet, specifierContains } from "#standards/specifier-set";
import { requestOf, type ScenarioRelease, ScenarioSource, targetFor } from "./_scenario.ts";
import { lineOf, type UniversalScenario, universalRequestOf } from "./_universal-scenario.ts";
import { resolve } from "./resolve.ts";
import type { ResolvedPackage, ResolveOutcome } from "./resolution.ts";
import { resolveUniversal, type UniversalOutcome } from "./universal.ts";

/** Extras and groups that somebody chose. */
export type Choices = {
  readonly extras?: readonly string[];
  readonly dependencyGroups?: readonly string[];
};

/** Environments in which every answer is tried: each marker of the worlds holds in some and not in others. */
export const environments: readonly MarkerEnvironment[] = [
  "3.9.0",
  "3.10.0",
  "3.10.1",
  "3.11.4",
  "3.12.0",
  "3.13.2",
].flatMap((python) =>
  ["x86_64", "arm64"].flatMap((processor) => [
    machine(python, "linux", "Linux", processor),
    machine(python, "darwin", "Darwin", processor),
    machine(python, "win32", "Windows", processor),
    machine(python, "freebsd14", "FreeBSD", processor),
  ]),
);

export function answer(
  world: UniversalScenario,
  slowly: boolean = false,
): Promise<UniversalOutcome> {
  return resolveUniversal(universalRequestOf(world), new ScenarioSource(world, slowly));
}

/** The same question for one environment. */
export function answerFor(
  world: UniversalScenario,
  environment: MarkerEnvironment,
): Promise<ResolveOutcome> {
  const { python: _, prefer: __, ...rest } = world;
  const request = requestOf({ ...rest, expect: { packages: [] } });
  const target = { ...targetFor(environment.python_full_version), markers: environment };
  return resolve({ ...request, target }, new ScenarioSource(world));
}

export function plain(outcome: ResolveOutcome): readonly string[] {
  return outcome.kind === "unsolvable"
    ? outcome.failure.explanation.split("\n")
    : outcome.resolution.packages.map(({ name, version }) => `${name}==${version.text}`);
}

export function plainEverywhere(outcome: UniversalOutcome): unknown {
  return outcome.kind === "unsolvable"
    ? [outcome.failure.explanation, outcome.region && formatMarker(outcome.region)]
    : outcome.resolution.packages.map(lineOf);
}

/** What an answer comes to on one machine, for somebody who made these choices. */
export function packagesIn(
  environment: MarkerEnvironment,
  packages: readonly ResolvedPackage[],
  choices: Choices = {},
): readonly string[] {
  return packages
    .filter(
      ({ marker }) => marker === undefined || evaluateMarkerLeniently(marker, environment, choices),
    )
    .map(({ name, version }) => `${name}==${version.text}`);
}

/** What is wrong with an answer in one environment, by the words of the specifications. */
export function violation(
  world: UniversalScenario,
  environment: MarkerEnvironment,
  packages: readonly ResolvedPackage[],
  choices: Choices = {},
): string | undefined {
  const versions = new Map<string, string>();
  for (const pin of packagesIn(environment, packages, choices)) {
    const [name = "", version = ""] = pin.split("==");
    if (versions.has(name)) return `two versions of ${name}`;
    versions.set(name, version);
  }
  for (const text of world.constraints ?? []) {
    const { name, specifier, marker } = parseRequirement(text);
    const version = versions.get(name);
    if (version === undefined || !holds(marker, environment)) continue;
    if (!specifierContains(specifier, version, { prereleases: true })) return `constraint ${text}`;
  }
  const needed = new Set<string>();
  const pending: { requirement: Requirement; extra: string | undefined }[] = world.ask.map(
    (text) => ({ requirement: parseRequirement(text), extra: undefined }),
  );
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { requirement } = next;
    if (!holds(requirement.marker, environment, next.extra)) continue;
    const version = versions.get(requirement.name);
    if (version === undefined) return `${requirement.name} is missing`;
    if (!specifierContains(requirement.specifier, version, { prereleases: true }))
      return `${requirement.name} ${version} is wanted ${requirement.specifier.text}`;
    const { needs = [], python } = detailsOf(world, requirement.name, version);
    if (
      python !== undefined &&
      !specifierContains(parseSpecifierSet(python), environment.python_full_version)
    )
      return `${requirement.name} ${version} needs Python ${python}`;
    for (const extra of [undefined, ...requirement.extras]) {
      const place = `${requirement.name}[${extra ?? ""}]`;
      if (needed.has(place)) continue;
      needed.add(place);
      for (const text of needs) pending.push({ requirement: parseRequirement(text), extra });
    }
  }
  for (const name of versions.keys()) if (!needed.has(`${name}[]`)) return `nothing needs ${name}`;
  return undefined;
}

function holds(
  marker: Requirement["marker"],
  environment: MarkerEnvironment,
  extra?: string,
): boolean {
  const extras = extra === undefined ? [] : [extra];
  return marker === undefined || evaluateMarkerLeniently(marker, environment, { extras });
}

type Details = Exclude<ScenarioRelease, readonly string[]>;

function detailsOf(world: UniversalScenario, name: string, version: string): Details {
  const project = world.projects[name] as Readonly<Record<string, Details>>;
  return project[version] as Details;
}

export function told({ python_full_version, sys_platform }: MarkerEnvironment): string {
  return `Python ${python_full_version} on ${sys_platform}`;
}

function machine(
  python: string,
  sys_platform: string,
  platform_system: string,
  platform_machine: string,
): MarkerEnvironment {
  return {
    ...targetFor(python).markers,
    sys_platform,
    platform_system,
    platform_machine,
    os_name: sys_platform === "win32" ? "nt" : "posix",
  };
}

export function randomNumbers(seed: number): (below: number) => number {
  let state = seed * 2654435761;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 12), 0x297a2d39);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) % below;
  };
}

export function randomWorld(seed: number): UniversalScenario {
  const random = randomNumbers(seed + 7_000_000);
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
  const names = ["a", "b", "c", "d", "e"].slice(0, 3 + random(3));
  const known = ["0.9", "1.0", "1.1a1", "1.1", "2.0", "3.0"];
  const specifier = (): string => {
    const version = pick(known);
    return pick([
      "",
      "",
      "",
      `>=${version}`,
      `<${version}`,
      `<=${version}`,
      `==${version}`,
      "==1.*",
      `!=${version}`,
    ]);
  };
  const comparison = (): string =>
    pick([
      `python_version < '${pick(["3.10", "3.11", "3.12", "3.13"])}'`,
      `python_version >= '${pick(["3.10", "3.11", "3.12", "3.13"])}'`,
      `python_version == '3.11'`,
      `python_full_version >= '3.10.1'`,
      `sys_platform == '${pick(["linux", "win32", "darwin"])}'`,
      `sys_platform != '${pick(["linux", "win32", "darwin"])}'`,
      `platform_machine == 'arm64'`,
      `platform_system == 'Windows'`,
      `os_name == 'nt'`,
      `os_name != 'nt'`,
    ]);
  const marker = (): string =>
    pick([
      () => comparison(),
      () => comparison(),
      () => `${comparison()} and ${comparison()}`,
      () => `(${comparison()} or ${comparison()})`,
    ])();
  const requirement = (): string => `${pick(names)}${random(4) === 0 ? "[x]" : ""}${specifier()}`;
  const conditional = (): string[] => {
    const condition = marker();
    if (random(3) > 0) return [`${requirement()}; ${condition}`];
    // One name with requirements that disagree, as metadata often has it.
    const name = pick(names);
    const other =
      condition.includes(" and ") || condition.includes(" or ") ? marker() : inverse(condition);
    return [`${name}${specifier()}; ${condition}`, `${name}${specifier()}; ${other}`];
  };
  const needs = (): string[] => [
    ...(random(2) === 0 ? [requirement()] : []),
    ...(random(2) === 0 ? conditional() : []),
    ...(random(3) === 0 ? [`${requirement()}; extra == 'x'`] : []),
    ...(random(4) === 0 ? [`${requirement()}; extra == 'x' and ${comparison()}`] : []),
  ];
  const projects: Record<string, Record<string, Details>> = {};
  for (const name of names) {
    const releases: Record<string, Details> = {};
    for (const version of known) {
      if (random(3) === 0) continue;
      releases[version] = {
        needs: needs(),
        extras: ["x"],
        ...(random(5) === 0 ? { python: pick([">=3.10", ">=3.8", ">=3.12", ">=3.10.1"]) } : {}),
      };
    }
    projects[name] = releases;
  }
  return {
    tells: `world ${seed}`,
    projects,
    ask: Array.from({ length: 1 + random(3) }, () =>
      random(3) === 0 ? `${requirement()}; ${marker()}` : requirement(),
    ),
    ...(random(4) === 0 ? { constraints: [`${pick(names)}${specifier()}; ${marker()}`] } : {}),
    forkStrategy: pick(["requires-python", "requires-python", "fewest"] as const),
    policy: { prerelease: pick(["if-necessary", "allow", "disallow"] as const) },
    expect: { packages: [] },
  };
}

function inverse(condition: string): string {
  return condition.replace(
    / (<|>=|==|!=) /,
    (_, operator: string) =>
      ` ${({ "<": ">=", ">=": "<", "==": "!=", "!=": "==" } as Record<string, string>)[operator]} `,
  );
}
