import { describe, expect, test } from "bun:test";
import { normalizeName } from "#standards/name";
import { parseRequirement } from "#standards/requirement";
import { parseVersion } from "#standards/version";
import { requestOf, type Scenario, ScenarioSource } from "./_scenario.ts";
import { type PresentPackage, requirementText, why, type Why } from "./why.ts";

type Story = Pick<Scenario, "projects" | "ask" | "constraints" | "overrides" | "policy"> & {
  readonly name: string;
  readonly version?: string;
  /** `name version` with what it needs. */
  readonly present: Readonly<Record<string, readonly string[]>>;
};

async function told({ name, version, present, ...story }: Story): Promise<Why> {
  const scenario: Scenario = { tells: "", expect: { failure: [] }, ...story };
  const request = requestOf(scenario);
  const asked = new Set(request.roots.map(({ requirement }) => requirement.name));
  const packages = Object.entries(present).map(([text, needs]): PresentPackage => {
    const [own = "", at = ""] = text.split(" ");
    const normalized = normalizeName(own);
    return {
      name: normalized,
      version: parseVersion(at),
      needs: needs.map(parseRequirement),
      askedBy: asked.has(normalized) ? ["requirements.in"] : [],
    };
  });
  return why(
    {
      ...request,
      name: normalizeName(name),
      version: version === undefined ? undefined : parseVersion(version),
      packages,
    },
    new ScenarioSource(scenario),
  );
}

const reasons = ({ others }: Why): string[] =>
  others.map(({ versions, reason }) => `${versions.map(({ text }) => text).join(", ")}: ${reason}`);

describe("why()", () => {
  test("names the shortest way to each of those that need a package", async () => {
    const { chains } = await told({
      name: "d",
      projects: { d: { "1.0": [] } },
      ask: ["a", "x"],
      present: {
        "a 1.0": ["b>=1", "c; python_version > '3'"],
        "b 1.0": ["c"],
        "c 1.0": ["d<2", "b"],
        "x 1.0": ["d"],
        "d 1.0": [],
      },
    });
    expect(
      chains.map((chain) =>
        chain.map(({ name, requirement }) => `${name} needs ${requirementText(requirement)}`),
      ),
    ).toEqual([["a needs c", "c needs d<2"], ["x needs d"]]);
  });

  test("gives every newer version its reason, versions of one reason together", async () => {
    const answer = await told({
      name: "a",
      projects: {
        a: {
          "1.0": [],
          "1.1": { yanked: "broken" },
          "1.2": { python: ">=3.13" },
          "1.3": { files: ["cp39-cp39-win_amd64"] },
          "1.4": { uploaded: "2026-05-01T00:00:00Z" },
          "1.5": [],
          "1.6": [],
          "2.0rc1": [],
        },
      },
      ask: ["b"],
      constraints: ["a<1.6"],
      policy: { excludeNewer: undefined },
      present: { "b 1.0": ["a<1.4"], "a 1.0": [] },
    });
    expect(reasons(answer)).toEqual([
      "2.0rc1, 1.6: is not `<1.6`, to which constraints.txt (line 1) restricts it",
      "1.5, 1.4: `b` 1.0 needs `a<1.4`",
      "1.3: has no wheel for Python 3.11 on x86_64-manylinux_2_28, only for cp39-cp39-win_amd64",
      "1.2: needs Python >=3.13, and this is Python 3.11 on x86_64-manylinux_2_28",
      "1.1: is yanked: broken",
    ]);
    expect(answer.isNewest).toBe(false);
  });

  test("names pre-releases, and what was uploaded too late", async () => {
    const answer = await told({
      name: "a",
      projects: {
        a: {
          "1.0": { uploaded: "2025-01-01T00:00:00Z" },
          "1.1": { uploaded: "2026-05-01T00:00:00Z" },
          "1.1rc1": { uploaded: "2025-01-01T00:00:00Z" },
        },
      },
      ask: ["a"],
      policy: { excludeNewer: Date.parse("2026-01-01T00:00:00Z") },
      present: { "a 1.0": [] },
    });
    expect(reasons(answer)).toEqual([
      "1.1: was uploaded after the date limit, on 2026-05-01",
      "1.1rc1: is a pre-release, taken only where nothing else will do",
    ]);
  });

  test("asks the resolver where nothing simpler speaks against a version", async () => {
    const conflict = await told({
      name: "a",
      projects: {
        a: { "1.0": ["x<2"], "2.0": ["x>=2"] },
        b: { "1.0": ["x<2"] },
        x: { "1.0": [], "2.0": [] },
      },
      ask: ["a", "b"],
      present: { "a 1.0": ["x<2"], "b 1.0": ["x<2"], "x 1.0": [] },
    });
    expect(reasons(conflict)).toEqual(["2.0: `b` 1.0 needs `x<2`; `a` 2.0 needs `x>=2`"]);
    const possible = await told({
      name: "a",
      projects: {
        a: { "1.0": [], "1.5": [], "2.0": ["x>=2"] },
        x: { "1.0": [], "2.0": [] },
      },
      ask: ["a", "x"],
      present: { "a 1.0": [], "x 1.0": [] },
    });
    expect(reasons(possible)).toEqual([
      "2.0: it can be taken where others change too: `x` 1.0 -> 2.0",
    ]);
  });

  test("answers for one version, and lets an override speak for everybody", async () => {
    const story = {
      name: "a",
      version: "2.0",
      projects: { a: { "1.0": [], "2.0": [], "3.0": [] } },
      ask: ["b"],
      present: { "b 1.0": ["a<2"], "a 1.0": [] },
    };
    expect(reasons(await told(story))).toEqual(["2.0: `b` 1.0 needs `a<2`"]);
    expect(reasons(await told({ ...story, overrides: ["a<3"], ask: [] }))).toEqual([
      "2.0: nothing speaks against it",
    ]);
    expect(reasons(await told({ ...story, overrides: ["a<2"], ask: [] }))).toEqual([
      "2.0: overrides.txt (line 1) asks for `a<2`",
    ]);
    expect(reasons(await told({ ...story, version: "9" }))).toEqual([]);
  });

  test("says that there is nothing newer", async () => {
    const answer = await told({
      name: "a",
      projects: { a: { "1.0": [] } },
      ask: ["a"],
      present: { "a 1.0": [] },
    });
    expect([answer.isNewest, answer.repository, answer.others]).toEqual([
      true,
      "index.example",
      [],
    ]);
  });
});
