import { describe, expect, test } from "bun:test";
import type { ProjectFile } from "#repository/listing";
import type { NormalizedName } from "#standards/name";
import { parseRequirement, type Requirement } from "#standards/requirement";
import { parseSpecifierSet, specifierContains } from "#standards/specifier-set";
import { parseVersion } from "#standards/version";
import { requestOf, type Scenario, type ScenarioRelease, ScenarioSource } from "./_scenario.ts";
import { resolve } from "./resolve.ts";
import type { Resolution, ResolveOutcome } from "./resolution.ts";
import type { MetadataSource } from "./sources.ts";

const runs = Number(Bun.env["PKM_PROPERTY_RUNS"] ?? 2000);
/** Milliseconds a property may take; more runs, more time. */
const patience = 20_000 + 5 * runs;

describe("resolve(), in random worlds", () => {
  test(
    "finds an answer exactly when there is one",
    async () => {
      for (let seed = 1; seed <= runs; seed++) {
        const world = randomWorld(seed);
        const outcome = await answer(world);
        if (outcome.kind === "resolved")
          expect([seed, violation(world, outcome.resolution)]).toEqual([seed, undefined]);
        else expect([seed, hasAnswer(world)]).toEqual([seed, false]);
      }
    },
    patience,
  );

  test(
    "gives the same answer, or the same words, however slow the source is",
    async () => {
      for (let seed = 1; seed <= runs / 2; seed++) {
        const world = randomWorld(seed);
        expect([seed, plain(await answer(world, true))]).toEqual([
          seed,
          plain(await answer(world)),
        ]);
      }
    },
    patience,
  );

  test(
    "gives the same answer, or the same words, in whatever order the source answers",
    async () => {
      for (let seed = 1; seed <= runs / 2; seed++) {
        const world = randomWorld(seed);
        const outcome = await resolve(requestOf(world), new ShufflingSource(world, seed));
        expect([seed, plain(outcome)]).toEqual([seed, plain(await answer(world))]);
      }
    },
    patience,
  );

  test(
    "tells a failure in two to eight lines that name nothing beyond the world",
    async () => {
      let failures = 0;
      for (let seed = 1; seed <= runs; seed++) {
        const world = randomWorld(seed);
        const outcome = await answer(world);
        if (outcome.kind === "resolved") continue;
        failures++;
        const lines = outcome.failure.explanation.split("\n");
        expect([seed, lines.length >= 2 && lines.length <= 8]).toEqual([seed, true]);
        expect([seed, new Set(lines).size]).toEqual([seed, lines.length]);
        expect(lines[0]).toStartWith("Cannot resolve ");
        expect(outcome.failure.derivation).toContain("there is no answer");
        expect([seed, outcome.failure.explanation]).not.toEqual([
          seed,
          expect.stringMatching(/undefined|NaN|no version;|``|\[object/),
        ]);
      }
      expect(failures).toBeGreaterThan(runs / 20);
    },
    patience,
  );

  test(
    "asking for less never makes a question unsolvable",
    async () => {
      for (let seed = 1; seed <= runs / 2; seed++) {
        const world = randomWorld(seed);
        if ((await answer(world)).kind !== "resolved") continue;
        const less = await answer({ ...world, ask: world.ask.slice(1) });
        expect([seed, less.kind]).toEqual([seed, "resolved"]);
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
        if (outcome.kind !== "resolved") continue;
        const prefer = outcome.resolution.packages.map(
          ({ name, version }) => `${name}==${version.text}`,
        );
        const again = await answer({ ...world, prefer });
        expect([seed, plain(again)]).toEqual([seed, plain(outcome)]);
      }
    },
    patience,
  );
});

function answer(world: Scenario, slowly: boolean = false): Promise<ResolveOutcome> {
  return resolve(requestOf(world), new ScenarioSource(world, slowly));
}

/** Answers each question once, some of them long after those that were asked later. */
class ShufflingSource extends ScenarioSource {
  private state: number;
  private readonly pages = new Map<NormalizedName, ReturnType<MetadataSource["listing"]>>();
  private readonly answers = new Map<ProjectFile, ReturnType<MetadataSource["metadata"]>>();

  constructor(world: Scenario, seed: number) {
    super(world);
    this.state = seed;
  }

  override prefetch(names: Iterable<NormalizedName>): boolean {
    for (const name of names) void this.listing(name);
    return true;
  }

  override listing(name: NormalizedName): ReturnType<MetadataSource["listing"]> {
    return this.later(this.pages, name, () => super.listing(name));
  }

  override metadata(file: ProjectFile): ReturnType<MetadataSource["metadata"]> {
    return this.later(this.answers, file, () => super.metadata(file));
  }

  private later<K, T>(
    known: Map<K, T | Promise<T>>,
    key: K,
    ask: () => T | Promise<T>,
  ): T | Promise<T> {
    const before = known.get(key);
    if (before !== undefined) return before;
    this.state = (this.state * 48_271) % 2_147_483_647;
    let turns = this.state % 12;
    const answering = (async () => {
      while (turns-- > 0) await undefined;
      const answer = await ask();
      known.set(key, answer);
      return answer;
    })();
    known.set(key, answering);
    return answering;
  }
}

function plain(outcome: ResolveOutcome): unknown {
  return outcome.kind === "unsolvable"
    ? outcome.failure.explanation
    : outcome.resolution.packages.map(({ name, version, extras }) => [name, version.text, extras]);
}

type Details = Exclude<ScenarioRelease, readonly string[]>;

// The oracle: an exhaustive search over versions, by the words of the specifications.

type State = {
  readonly versions: ReadonlyMap<string, string>;
  readonly extras: ReadonlyMap<string, ReadonlySet<string>>;
};

function detailsOf(world: Scenario, name: string, version: string): Details {
  const project = world.projects[name] as Readonly<Record<string, Details>>;
  return project[version] as Details;
}

function versionsOf(world: Scenario, name: string): string[] {
  const project = world.projects[name] as Readonly<Record<string, Details>> | undefined;
  return Object.keys(project ?? {}).filter((version) => {
    const { python } = detailsOf(world, name, version);
    if (python !== undefined && !specifierContains(parseSpecifierSet(python), "3.11.4"))
      return false;
    if (world.policy?.prerelease === "disallow" && /[abc]|dev/.test(version)) return false;
    return (world.constraints ?? []).every((text) => {
      const constraint = parseRequirement(text);
      return constraint.name !== name || admits(constraint, version);
    });
  });
}

function admits({ specifier }: Requirement, version: string): boolean {
  return specifierContains(specifier, parseVersion(version), { prereleases: true });
}

function needsOf(
  world: Scenario,
  name: string,
  version: string,
  extras: ReadonlySet<string>,
): Requirement[] {
  return (detailsOf(world, name, version).needs ?? [])
    .filter((text) => {
      const extra = /extra == '(\w+)'/.exec(text)?.[1];
      return extra === undefined || extras.has(extra);
    })
    .map((text) => parseRequirement(text));
}

function closure(
  world: Scenario,
  versions: ReadonlyMap<string, string>,
): State & { open: Requirement[] } {
  const extras = new Map<string, Set<string>>();
  for (;;) {
    let grown = false;
    const open: Requirement[] = world.ask.map((text) => parseRequirement(text));
    for (const [name, version] of versions)
      open.push(...needsOf(world, name, version, extras.get(name) ?? new Set()));
    for (const requirement of open)
      for (const extra of requirement.extras) {
        const known = extras.get(requirement.name) ?? new Set();
        grown ||= !known.has(extra);
        extras.set(requirement.name, known.add(extra));
      }
    if (!grown) return { versions, extras, open };
  }
}

function hasAnswer(world: Scenario): boolean {
  const search = (versions: ReadonlyMap<string, string>): boolean => {
    const { open } = closure(world, versions);
    for (const requirement of open) {
      const version = versions.get(requirement.name);
      if (version !== undefined && !admits(requirement, version)) return false;
    }
    const next = open.find((requirement) => !versions.has(requirement.name));
    if (next === undefined) return true;
    return versionsOf(world, next.name).some((version) =>
      search(new Map([...versions, [next.name as string, version]])),
    );
  };
  return search(new Map());
}

function violation(world: Scenario, resolution: Resolution): string | undefined {
  const versions = new Map(
    resolution.packages.map(({ name, version }) => [name as string, version.text]),
  );
  for (const [name, version] of versions)
    if (!versionsOf(world, name).includes(version)) return `${name} ${version} may not be taken`;
  const { open, extras } = closure(world, versions);
  for (const requirement of open) {
    const version = versions.get(requirement.name);
    if (version === undefined || !admits(requirement, version))
      return `${requirement.name} ${version}`;
  }
  for (const { name, extras: selected } of resolution.packages) {
    if (!open.some((requirement) => requirement.name === name)) return `nothing needs ${name}`;
    if ([...(extras.get(name) ?? [])].sort().join() !== selected.join()) return `extras of ${name}`;
  }
  return undefined;
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

function randomWorld(seed: number): Scenario {
  const random = randomNumbers(seed);
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
  const names = ["a", "b", "c", "d", "e"].slice(0, 3 + random(3));
  const known = ["0.9", "1.0", "1.0.post1", "1.1a1", "1.1", "1.2.dev1", "2.0", "2.1", "3.0rc1"];
  const specifier = (): string => {
    const version = pick(known);
    return pick([
      "",
      "",
      `>=${version}`,
      `<${version}`,
      `<=${version}`,
      `>${version}`,
      `==${version}`,
      `!=${version}`,
      "==1.*",
      "~=1.0",
      `>=${version},<3`,
    ]);
  };
  const requirement = (): string => `${pick(names)}${random(4) === 0 ? "[x]" : ""}${specifier()}`;
  const needs = (): string[] => [
    ...Array.from({ length: random(3) }, requirement),
    ...Array.from({ length: random(2) }, () => `${requirement()}; extra == 'x'`),
  ];
  const projects: Record<string, Record<string, Details>> = {};
  for (const name of names) {
    const releases: Record<string, Details> = {};
    for (const version of known) {
      if (random(2) === 0) continue;
      releases[version] = {
        needs: needs(),
        extras: ["x"],
        ...(random(6) === 0 ? { python: pick([">=3.12", ">=3.8", "<3.11"]) } : {}),
      };
    }
    projects[name] = releases;
  }
  return {
    tells: `world ${seed}`,
    projects,
    ask: Array.from({ length: 1 + random(3) }, requirement),
    ...(random(4) === 0 ? { constraints: [`${pick(names)}${specifier()}`] } : {}),
    policy: { prerelease: pick(["if-necessary", "allow", "disallow"] as const) },
    expect: { packages: [] },
  };
}
