import { expect, test } from "bun:test";
import { requestOf, type Scenario, type ScenarioRelease, ScenarioSource } from "./_scenario.ts";
import { askingOneMachine, type Edit, edited, findFixes } from "./fixes.ts";
import { neighbouringPythons } from "./other-python.ts";
import type { ResolveRequest } from "./request.ts";
import { resolve } from "./resolve.ts";

const runs = Number(Bun.env["PKM_PROPERTY_RUNS"] ?? 400);
/** Milliseconds a property may take; more runs, more time. */
const timeLimit = 20_000 + 50 * runs;

/** A small universe with every kind of refusal in it, and requirements that are likely to conflict. */
function universe(seed: number): Scenario {
  const random = randomNumbers(seed);
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const names = ["alpha", "beta", "gamma", "delta"];
  const versions = ["1.0", "1.1", "2.0rc1", "2.0", "3.0"];
  const specifier = (): string =>
    pick(["", "", "<2", ">=2", "==1.*", "~=1.0", "!=1.1", ">=1.1,<3", "==3.0", ">=4"]);
  const needed = (): string => `${pick([...names, ...names, "nowhere"])}${specifier()}`;
  const release = (): ScenarioRelease => ({
    needs: Array.from({ length: random(3) }, needed),
    ...(random(6) === 0 ? { python: pick([">=3.12", "<3.11", ">=3.8"]) } : {}),
    ...(random(8) === 0 ? { yanked: "broken" } : {}),
    ...(random(8) === 0 ? { files: [pick(["sdist", "cp39-cp39-win_amd64", "py3-none-any"])] } : {}),
    uploaded: pick(["2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]),
  });
  const projects = Object.fromEntries(
    names.map((name) => [
      name,
      Object.fromEntries(
        versions.filter(() => random(3) > 0).map((version) => [version, release()]),
      ),
    ]),
  );
  return {
    tells: "",
    expect: { failure: [] },
    projects,
    ask: Array.from({ length: 1 + random(3) }, () => `${pick(names)}${specifier()}`),
    constraints: random(3) === 0 ? [`${pick(names)}${pick(["<2", ">=2", "==1.0"])}`] : [],
    onlyBinary: random(6) === 0 ? [":all:"] : [],
    policy: {
      ...(random(5) === 0 ? { excludeNewer: Date.parse("2025-06-01T00:00:00Z") } : {}),
      ...(random(5) === 0 ? { prerelease: "disallow" as const } : {}),
      ...(random(4) === 0 ? { purpose: "install" as const } : {}),
    },
  };
}

test(
  "every version that a failure names exists, it has eight lines at most, and every fix solves",
  async () => {
    let failures = 0;
    let fixed = 0;
    for (let seed = 1; seed <= runs; seed++) {
      const scenario = universe(seed);
      const request = requestOf(scenario);
      const source = new ScenarioSource(scenario);
      const outcome = await resolve(request, source);
      if (outcome.kind !== "unsolvable") continue;
      failures++;
      const { failure } = outcome;
      expect([seed, failure.explanation.split("\n").length <= 8]).toEqual([seed, true]);
      for (const line of [...failure.explanation.split("\n"), ...failure.derivation.split("\n")])
        expect([seed, line, missingVersions(line, scenario)]).toEqual([seed, line, []]);
      const { fixes } = await findFixes(request, failure, source, askingOneMachine, {
        pythons: neighbouringPythons(request.target),
      });
      if (fixes.length > 0) fixed++;
      for (const { edits, chosen } of fixes) {
        const again = await resolve(changed(request, edits), new ScenarioSource(scenario));
        expect([seed, edits, again.kind]).toEqual([seed, edits, "resolved"]);
        if (again.kind !== "resolved") continue;
        for (const { name, version } of chosen) {
          const found = again.resolution.packages.find((one) => one.name === name);
          expect([seed, name, found?.version.text]).toEqual([seed, name, version.text]);
        }
      }
    }
    // The property means little if it rarely has something to look at.
    expect(failures).toBeGreaterThan(runs / 5);
    expect(fixed).toBeGreaterThan(failures / 2);
  },
  timeLimit,
);

/** Versions that a sentence says something of (as opposed to bounds that somebody wrote) and that do not exist. */
function missingVersions(line: string, { projects }: Scenario): string[] {
  const missing: string[] = [];
  const subject =
    /`([a-z]+)(?:\[[a-z]+\])?` ((?:\d[\w.]*)(?:, \d[\w.]*)*(?: and \d[\w.]*)?) (?:need|is|are|has|have|was|were|would|want)/g;
  for (const [, name = "", texts = ""] of line.matchAll(subject))
    for (const text of texts.split(/, | and /))
      if (!Object.hasOwn(projects[name] ?? {}, text)) missing.push(`${name} ${text}`);
  for (const [, name = "", oldest = "", newest = ""] of line.matchAll(
    /`([a-z]+)` has no version [^;]*; there are \d+, from ([\w.]+) to (\w+(?:\.\w+)*)/g,
  ))
    for (const text of [oldest, newest])
      if (!Object.hasOwn(projects[name] ?? {}, text)) missing.push(`${name} ${text}`);
  return missing;
}

function randomNumbers(seed: number): (below: number) => number {
  let state = (seed * 2654435761) >>> 0;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

function changed(request: ResolveRequest, edits: readonly Edit[]): ResolveRequest {
  const question = edited(request, edits, askingOneMachine);
  if (question === undefined) throw new Error("a fix has to lead to a question");
  return question;
}
