import { describe, expect, test } from "bun:test";
import { requestOf, type Scenario, ScenarioSource, told } from "./_scenario.ts";
import { resolve } from "./resolve.ts";
import type { ResolveOutcome } from "./resolution.ts";
import { backtracking } from "./scenarios/backtracking.ts";

/** What was found, in whichever order it was asked for. */
function answerOf(outcome: ResolveOutcome): string {
  return outcome.kind === "unsolvable"
    ? "unsolvable"
    : outcome.resolution.packages.map(({ name, version }) => `${name} ${version.text}`).join("\n");
}

const ask = (
  scenario: Scenario,
  options: { readonly slowly?: boolean; readonly reversed?: boolean } = {},
): Promise<ResolveOutcome> => {
  const { slowly = false, reversed = false } = options;
  const story = reversed ? { ...scenario, ask: scenario.ask.toReversed() } : scenario;
  return resolve(requestOf(story), new ScenarioSource(scenario, slowly));
};

describe("questions that are known to take long", () => {
  for (const scenario of backtracking)
    test(scenario.tells, async () => {
      const outcome = await ask(scenario);
      expect(told(outcome, scenario.expect)).toEqual(scenario.expect);
      expect(told(await ask(scenario, { slowly: true }), scenario.expect)).toEqual(scenario.expect);
      // Nobody should have to know a good order (pip #9971).
      expect((await ask(scenario, { reversed: true })).kind).toBe(outcome.kind);
    });

  test("are answered in as few attempts whichever way round they are asked", async () => {
    for (const scenario of backtracking) {
      const { attempts } = scenario.expect;
      const reversed = await ask(scenario, { reversed: true });
      const made =
        reversed.kind === "unsolvable" ? reversed.failure.attempts : reversed.resolution.attempts;
      expect([scenario.tells, made <= 3 * (attempts ?? 0) + 20]).toEqual([scenario.tells, true]);
      expect(answerOf(reversed).length).toBeGreaterThan(0);
    }
  });
});
