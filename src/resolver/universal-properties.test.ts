import { describe, expect, test } from "bun:test";
import {
  evaluateMarkerLeniently,
  formatMarker,
  type MarkerEnvironment,
  parseMarker,
} from "#standards/marker";
import { MarkerAlgebra } from "#standards/marker-algebra";
import { parseRequirement, type Requirement } from "#standards/requirement";
import { parseSpecifierSet, specifierContains } from "#standards/specifier-set";
import { requestOf, type ScenarioRelease, ScenarioSource, targetFor } from "./_scenario.ts";
import { lineOf, type UniversalScenario, universalRequestOf } from "./_universal-scenario.ts";
import { resolve } from "./resolve.ts";
import type { ResolvedPackage, ResolveOutcome } from "./resolution.ts";
import { resolveUniversal, type UniversalOutcome } from "./universal.ts";

const runs = Number(Bun.env["PKM_PROPERTY_RUNS"] ?? 500);
/** Milliseconds a property may take; more runs, more time. */
const patience = 20_000 + 30 * runs;

/** Environments in which every answer is tried: each marker of the worlds holds in some and not in others. */
const environments: readonly MarkerEnvironment[] = [
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

describe("resolveUniversal(), in random worlds", () => {
  test(
    "gives every environment all it needs, in one version each, and nothing else",
    async () => {
      let several = 0;
      for (let seed = 1; seed <= runs; seed++) {
        const world = randomWorld(seed);
        const outcome = await answer(world);
        if (outcome.kind === "unsolvable") continue;
        const { packages } = outcome.resolution;
        if (new Set(packages.map(({ name }) => name)).size < packages.length) several++;
        for (const environment of environments)
          expect([seed, told(environment), violation(world, environment, packages)]).toEqual([
            seed,
            told(environment),
            undefined,
          ]);
      }
      expect(several).toBeGreaterThan(runs / 50);
    },
    patience,
  );

  test(
    "gives every environment what resolving for it alone finds no fault with",
    async () => {
      for (let seed = 1; seed <= runs / 4; seed++) {
        const world = randomWorld(seed);
        const outcome = await answer(world);
        if (outcome.kind === "unsolvable") continue;
        for (const environment of environments) {
          const pins = packagesIn(environment, outcome.resolution.packages);
          const alone = await answerFor(
            { ...world, constraints: [...(world.constraints ?? []), ...pins] },
            environment,
          );
          expect([seed, told(environment), plain(alone)]).toEqual([seed, told(environment), pins]);
        }
      }
    },
    patience,
  );

  test(
    "fails only for a region in which no environment has an answer",
    async () => {
      let failures = 0;
      for (let seed = 1; seed <= runs; seed++) {
        const world = randomWorld(seed);
        const outcome = await answer(world);
        if (outcome.kind === "resolved") continue;
        failures++;
        const { region } = outcome;
        const inside = environments.filter(
          (environment) => region === undefined || evaluateMarkerLeniently(region, environment),
        );
        expect([seed, inside.length]).not.toEqual([seed, 0]);
        for (const environment of inside) {
          const alone = await answerFor(world, environment);
          expect([seed, told(environment), alone.kind]).toEqual([
            seed,
            told(environment),
            "unsolvable",
          ]);
        }
      }
      expect(failures).toBeGreaterThan(runs / 50);
    },
    patience,
  );

  test(
    "gives versions of one name markers that exclude each other, also where no environment was tried",
    async () => {
      const algebra = new MarkerAlgebra();
      // Of machines that call their system by two names at odds with each other nothing is promised.
      const supported = [
        "python_version >= '3.9'",
        "os_name != 'nt' or sys_platform == 'win32'",
        "platform_system != 'Windows' or sys_platform == 'win32'",
        "platform_system != 'Linux' or sys_platform == 'linux'",
        "platform_system != 'Darwin' or sys_platform == 'darwin'",
      ].reduce((all, text) => algebra.and(all, algebra.of(parseMarker(text))), algebra.always);
      for (let seed = 1; seed <= runs; seed++) {
        const outcome = await answer(randomWorld(seed));
        if (outcome.kind === "unsolvable") continue;
        const { packages } = outcome.resolution;
        for (const [index, one] of packages.entries())
          for (const other of packages.slice(index + 1))
            if (one.name === other.name) {
              const both = algebra.and(
                algebra.and(algebra.of(one.marker), algebra.of(other.marker)),
                supported,
              );
              expect([seed, one.name, algebra.isFalse(both)]).toEqual([seed, one.name, true]);
            }
      }
    },
    patience,
  );

  test(
    "gives the same answer, or the same words, however slow the source is",
    async () => {
      for (let seed = 1; seed <= runs / 2; seed++) {
        const world = randomWorld(seed);
        expect([seed, plainEverywhere(await answer(world, true))]).toEqual([
          seed,
          plainEverywhere(await answer(world)),
        ]);
      }
    },
    patience,
  );

  test(
    "an answer used as preferences comes out again",
    async () => {
      for (let seed = 1; seed <= runs / 2; seed++) {
        const world = randomWorld(seed);
        const outcome = await answer(world);
        if (outcome.kind === "unsolvable") continue;
        const { packages } = outcome.resolution;
        const prefer = packages.map((found) => lineOf({ ...found, extras: [] }));
        const again = await answer({ ...world, prefer });
        if (again.kind === "unsolvable") throw new Error(`world ${seed} has an answer`);
        const pins = (list: readonly ResolvedPackage[]): string[] =>
          list.map(({ name, version }) => `${name}==${version.text}`);
        expect([seed, pins(again.resolution.packages)]).toEqual([seed, pins(packages)]);
        for (const environment of environments)
          expect([seed, packagesIn(environment, again.resolution.packages)]).toEqual([
            seed,
            packagesIn(environment, packages),
          ]);
      }
    },
    patience,
  );
});

function answer(world: UniversalScenario, slowly: boolean = false): Promise<UniversalOutcome> {
  return resolveUniversal(universalRequestOf(world), new ScenarioSource(world, slowly));
}

/** The same question for one environment. */
function answerFor(
  world: UniversalScenario,
  environment: MarkerEnvironment,
): Promise<ResolveOutcome> {
  const { python: _, prefer: __, ...rest } = world;
  const request = requestOf({ ...rest, expect: { packages: [] } });
  const target = { ...targetFor(environment.python_full_version), markers: environment };
  return resolve({ ...request, target }, new ScenarioSource(world));
}

function plain(outcome: ResolveOutcome): readonly string[] {
  return outcome.kind === "unsolvable"
    ? outcome.failure.explanation.split("\n")
    : outcome.resolution.packages.map(({ name, version }) => `${name}==${version.text}`);
}

function plainEverywhere(outcome: UniversalOutcome): unknown {
  return outcome.kind === "unsolvable"
    ? [outcome.failure.explanation, outcome.region && formatMarker(outcome.region)]
    : outcome.resolution.packages.map(lineOf);
}

function packagesIn(
  environment: MarkerEnvironment,
  packages: readonly ResolvedPackage[],
): readonly string[] {
  return packages
    .filter(({ marker }) => marker === undefined || evaluateMarkerLeniently(marker, environment))
    .map(({ name, version }) => `${name}==${version.text}`);
}

/** What is wrong with an answer in one environment, by the words of the specifications. */
function violation(
  world: UniversalScenario,
  environment: MarkerEnvironment,
  packages: readonly ResolvedPackage[],
): string | undefined {
  const versions = new Map<string, string>();
  for (const pin of packagesIn(environment, packages)) {
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

function told({ python_full_version, sys_platform }: MarkerEnvironment): string {
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

function randomNumbers(seed: number): (below: number) => number {
  let state = seed * 2654435761;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 12), 0x297a2d39);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) % below;
  };
}

function randomWorld(seed: number): UniversalScenario {
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
