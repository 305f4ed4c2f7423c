import { describe, expect, test } from "bun:test";
import type { ProjectListing } from "#repository/listing";
import { normalizeName } from "#standards/name";
import { parseSpecifierSet } from "#standards/specifier-set";
import { fullRange, type VersionRange } from "#standards/version-range";
import { OneMachine } from "./_environs.ts";
import { Policy } from "./_policy.ts";
import { Project } from "./_project.ts";
import { Ranking } from "./_ranking.ts";
import { requestOf, type Scenario, ScenarioSource } from "./_scenario.ts";

const demo = normalizeName("demo");

const shop: Scenario = {
  tells: "a project with versions of every sort",
  ask: ["demo"],
  projects: {
    demo: {
      "0.9a1": { yanked: "early" },
      "1.0": [],
      "1.1": { yanked: "broken" },
      "1.2": [],
      "2.0a1": [],
      "2.0": { python: ">=3.13" },
      "2.1": { yanked: "" },
      "2.2": [],
      "3.0b1": [],
      "3.0b2": { python: ">=3.13" },
    },
  },
  expect: { packages: [] },
};

/** The listing, and the versions of which somebody has looked at the files. */
function watched(scenario: Scenario): {
  readonly listing: ProjectListing;
  readonly read: string[];
} {
  const listing = new ScenarioSource(scenario).listing(demo) as ProjectListing;
  const read: string[] = [];
  const releases = listing.releases.map(({ version, files }) => ({
    version,
    get files() {
      read.push(version.text);
      return files;
    },
  }));
  return { listing: { ...listing, releases }, read };
}

function ranked(
  scenario: Scenario,
  range: VersionRange = fullRange,
): { readonly ranking: Ranking; readonly read: string[] } {
  const { listing, read } = watched(scenario);
  const request = requestOf(scenario);
  const policy = new Policy(
    { ...request, preferences: request.preferences },
    new OneMachine(request.target),
  );
  const project = new Project(demo, undefined, { pins: new Map(), distrusted: new Map() });
  project.setListing(listing);
  return { ranking: new Ranking(project, range, policy), read };
}

function texts(ranking: Ranking, count: number = 20): string[] {
  return ranking.first(count).map(({ version }) => version.text);
}

const rangeOf = (text: string): VersionRange => parseSpecifierSet(text).range;

describe("a ranking", () => {
  test("has stable versions first, then pre-releases, then yanked ones, and not what cannot be used", () => {
    expect(texts(ranked(shop).ranking)).toEqual([
      "2.2",
      "1.2",
      "1.0",
      "3.0b1",
      "2.0a1",
      "2.1",
      "1.1",
      "0.9a1",
    ]);
  });

  test("takes what is no wheel after wheels of the same sort where wheels are preferred", () => {
    const names = new Set<string>();
    const formats = { binaries: { first: names, second: names }, preferBinary: true };
    const mixed: Scenario = {
      ...shop,
      policy: { formats },
      projects: {
        demo: {
          "1.0": [],
          "2.0": { files: ["sdist"] },
          "3.0a1": [],
          "3.0a2": { files: ["sdist"] },
          "3.0a3": [],
        },
      },
    };
    expect(texts(ranked(mixed).ranking)).toEqual(["1.0", "2.0", "3.0a3", "3.0a1", "3.0a2"]);
  });

  test("begins with the oldest of each sort where the lowest versions are wanted", () => {
    const lowest: Scenario = { ...shop, policy: { strategy: "lowest" } };
    expect(texts(ranked(lowest).ranking)).toEqual([
      "1.0",
      "1.2",
      "2.2",
      "2.0a1",
      "3.0b1",
      "1.1",
      "2.1",
      "0.9a1",
    ]);
  });

  test("has a preferred version before all others, once", () => {
    const preferring: Scenario = { ...shop, prefer: ["demo==1.1"] };
    expect(texts(ranked(preferring).ranking, 3)).toEqual(["1.1", "2.2", "1.2"]);
    expect(texts(ranked(preferring).ranking)).toHaveLength(8);
  });

  test("is the same whether somebody asks for one after the other or for many at once", () => {
    for (const range of [fullRange, rangeOf("!=1.2,!=2.2"), rangeOf("<2"), rangeOf(">9")]) {
      const { ranking } = ranked(shop, range);
      const one: string[] = [];
      for (let at = 0; ; at++) {
        const found = ranking.nth(at);
        if (found === undefined) break;
        one.push(found.version.text);
      }
      expect(one).toEqual(texts(ranked(shop, range).ranking));
    }
  });

  test("looks at the files of no pre-release before nothing better is left", () => {
    const { ranking, read } = ranked(shop);
    expect(texts(ranking, 3)).toEqual(["2.2", "1.2", "1.0"]);
    expect(read.filter((text) => /[ab]/.test(text))).toEqual([]);
    expect(ranking.nth(3)?.version.text).toBe("3.0b1");
    expect(read).not.toContain("2.0a1");
  });

  test("looks at no version behind the one that is asked for", () => {
    const { ranking, read } = ranked(shop);
    expect(ranking.nth(0)?.version.text).toBe("2.2");
    expect(new Set(read)).toEqual(new Set(["2.2"]));
  });
});
