import { describe, expect, test } from "bun:test";
import { normalizeName } from "#standards/name";
import { formatRequirement } from "#standards/requirement";
import { requestOf, type Scenario, ScenarioSource } from "./_scenario.ts";
import {
  askingOneMachine,
  type Edit,
  edited,
  findFixes,
  type Fix,
  type FixOptions,
} from "./fixes.ts";
import { neighbouringPythons } from "./other-python.ts";
import type { ResolveRequest } from "./request.ts";
import { resolve } from "./resolve.ts";

type Story = Omit<Scenario, "tells" | "expect"> & { readonly options?: FixOptions };

/** The fixes of a failure in short words, each tried once more. */
async function fixesOf({ options, ...story }: Story): Promise<string[]> {
  const scenario: Scenario = { tells: "", expect: { failure: [] }, ...story };
  const request = requestOf(scenario);
  const source = new ScenarioSource(scenario);
  const outcome = await resolve(request, source);
  if (outcome.kind !== "unsolvable") throw new Error("this was meant to fail");
  const { fixes } = await findFixes(request, outcome.failure, source, askingOneMachine, {
    pythons: neighbouringPythons(request.target),
    ...options,
  });
  for (const { edits } of fixes)
    expect((await resolve(changed(request, edits), source)).kind).toBe("resolved");
  return fixes.map(said);
}

function said({ edits, chosen }: Fix): string {
  const gives = chosen.map(({ name, version }) => `${name} ${version.text}`);
  return [edits.map(editSaid).join(", "), ...gives].join(" -> ");
}

function editSaid(edit: Edit): string {
  switch (edit.kind) {
    case "requirement": {
      const from = formatRequirement(edit.asked.requirement);
      return edit.to === undefined ? `no ${from}` : `${from} => ${formatRequirement(edit.to)}`;
    }
    case "python":
      return `python ${edit.version}`;
    case "prereleases":
      return `pre-releases of ${edit.names.join(", ")}`;
    case "date-limit":
      return `until ${edit.limit === undefined ? "now" : new Date(edit.limit).toISOString()}`;
    case "formats":
      return "all formats";
  }
}

const shared = {
  left: { "1.0": ["shared<2"] },
  right: { "1.0": ["shared>=2"] },
  shared: { "1.0": [], "1.5": [], "2.0": [] },
};

const stories: readonly (readonly [title: string, story: Story, fixes: readonly string[]])[] = [
  [
    "loosens the bound that is in the way, as little as will do",
    { projects: shared, ask: ["left", "shared>=1,>=2,!=3"] },
    ["shared!=3,>=1,>=2 => shared!=3,>=1 -> shared 1.5"],
  ],
  [
    "moves a pin, a compatible release and a wildcard",
    { projects: shared, ask: ["left", "shared==2.0"] },
    ["shared==2.0 => shared==1.5 -> shared 1.5"],
  ],
  [
    "moves a compatible release",
    { projects: shared, ask: ["left", "shared~=2.0"] },
    ["shared~=2.0 => shared~=1.5 -> shared 1.5"],
  ],
  [
    "moves a wildcard",
    { projects: shared, ask: ["left", "shared==2.*"] },
    ["shared==2.* => shared==1.* -> shared 1.5"],
  ],
  [
    "loosens a constraint, or drops it",
    { projects: shared, ask: ["right"], constraints: ["shared<2"] },
    ["no shared<2 -> shared 2.0"],
  ],
  [
    "offers either of two bounds, an upper one first",
    {
      projects: { ...shared, old: { "1.0": ["shared<2"], "2.0": [] } },
      ask: ["shared>=2", "old<2"],
    },
    ["old<2 => old -> old 2.0", "shared>=2 => shared -> shared 1.5"],
  ],
  [
    "loosens several where one is not enough, and no more of them than needed",
    {
      projects: {
        a: { "1.0": ["x==1"], "2.0": ["x==3"] },
        b: { "1.0": ["x==2"], "2.0": ["x==3"] },
        c: { "1.0": [] },
        x: { "1": [], "2": [], "3": [] },
      },
      ask: ["a<2", "b<2", "c<2"],
    },
    ["a<2 => a, b<2 => b -> a 2.0 -> b 2.0"],
  ],
  [
    "leaves something out where nothing else will do",
    { projects: shared, ask: ["left", "right"] },
    ["no right", "no left"],
  ],
  [
    "takes the nearest Python that will do",
    {
      projects: { a: { "1.0": { python: ">=3.13" } } },
      ask: ["a"],
    },
    ["python 3.13"],
  ],
  [
    "takes a Python that wheels are for",
    {
      projects: {
        a: { "1.0": { files: ["cp39-cp39-manylinux2014_x86_64", "cp310-cp310-win_amd64"] } },
      },
      ask: ["a"],
    },
    ["python 3.9"],
  ],
  [
    "allows pre-releases of what has nothing else",
    {
      projects: { a: { "1.0rc1": [] }, b: { "1.0": [] } },
      ask: ["a", "b"],
      policy: { prerelease: "disallow" },
    },
    ["pre-releases of a -> a 1.0rc1"],
  ],
  [
    "moves a date limit to the end of the day that it takes",
    {
      projects: {
        a: {
          "1.0": { uploaded: "2026-03-04T05:06:07Z" },
          "2.0": { uploaded: "2026-05-01T00:00:00Z" },
        },
      },
      ask: ["a<2"],
      policy: { excludeNewer: Date.parse("2026-01-01T00:00:00Z") },
    },
    ["until 2026-03-05T00:00:00.000Z -> a 1.0"],
  ],
  [
    "avoids what is yanked, or pins it",
    { projects: { a: { "1.0": [], "2.0": { yanked: "broken" } } }, ask: ["a>=2"] },
    ["a>=2 => a -> a 1.0", "a>=2 => a==2.0 -> a 2.0"],
  ],
  [
    "allows a format that was excluded",
    {
      projects: { a: { "1.0": { files: ["sdist"] } } },
      ask: ["a"],
      onlyBinary: [":all:"],
    },
    ["all formats -> a 1.0"],
  ],
  [
    "spells a name right",
    { projects: { requests: { "2.0": [] } }, ask: ["reqeusts>=1"] },
    ["reqeusts>=1 => requests>=1 -> requests 2.0"],
  ],
  [
    "names the project behind a module",
    { projects: { "scikit-learn": { "1.7": [] } }, ask: ["sklearn"] },
    ["sklearn => scikit-learn -> scikit-learn 1.7"],
  ],
  [
    "leaves hashes alone",
    { projects: shared, ask: ["left", `shared==2.0 --hash=sha256:${"0".repeat(64)}`] },
    ["no shared==2.0", "no left"],
  ],
  [
    "says nothing of what cannot be done where the command was given",
    {
      projects: shared,
      ask: ["left", "shared>=2"],
      options: { isPossible: ({ kind }) => kind !== "requirement" },
    },
    [],
  ],
];

describe("findFixes()", () => {
  for (const [title, story, expected] of stories)
    test(title, async () => {
      expect(await fixesOf(story)).toEqual([...expected]);
    });

  test("names what exists and is spelt nearly so, also where that alone does not help", async () => {
    const scenario: Scenario = {
      tells: "",
      expect: { failure: [] },
      projects: { ...shared, requests: { "2.0": [] } },
      ask: ["reqeusts", "nowhere-at-all"],
    };
    const request = requestOf(scenario);
    const source = new ScenarioSource(scenario);
    const outcome = await resolve(request, source);
    if (outcome.kind !== "unsolvable") throw new Error("this was meant to fail");
    const { similar, fixes } = await findFixes(request, outcome.failure, source, askingOneMachine);
    expect(similar).toEqual([
      { name: normalizeName("reqeusts"), existing: [normalizeName("requests")] },
    ]);
    expect(fixes).toEqual([]);
  });

  test("asks no more than so many questions, and the same number finds the same", async () => {
    const scenario: Scenario = {
      tells: "",
      expect: { failure: [] },
      projects: shared,
      ask: ["left", "right"],
    };
    const request = requestOf(scenario);
    const source = new ScenarioSource(scenario);
    const outcome = await resolve(request, source);
    if (outcome.kind !== "unsolvable") throw new Error("this was meant to fail");
    const { failure } = outcome;
    const all = await findFixes(request, failure, source, askingOneMachine, {});
    expect(all.trials).toBe(2);
    const fewer = await findFixes(request, failure, source, askingOneMachine, { mostTrials: 1 });
    expect(fewer.fixes.map(said)).toEqual(["no right"]);
    const again = await findFixes(request, failure, source, askingOneMachine, {
      mostTrials: all.trials,
    });
    expect(again.fixes.map(said)).toEqual(all.fixes.map(said));
  });
});

function changed(request: ResolveRequest, edits: readonly Edit[]): ResolveRequest {
  const question = edited(request, edits, askingOneMachine);
  if (question === undefined) throw new Error("a fix has to lead to a question");
  return question;
}
