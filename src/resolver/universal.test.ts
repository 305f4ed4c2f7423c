import { describe, expect, test } from "bun:test";
import { ScenarioSource } from "./_scenario.ts";
import { toldEverywhere, universalRequestOf } from "./_universal-scenario.ts";
import { choices } from "./scenarios/choices.ts";
import { universal } from "./scenarios/universal.ts";
import { resolveUniversal } from "./universal.ts";

describe("resolveUniversal()", () => {
  for (const scenario of [...universal, ...choices]) {
    test(scenario.tells, async () => {
      const request = universalRequestOf(scenario);
      const outcome = await resolveUniversal(request, new ScenarioSource(scenario));
      expect(toldEverywhere(outcome, scenario.expect)).toEqual(scenario.expect);
      const slow = await resolveUniversal(request, new ScenarioSource(scenario, true));
      expect(toldEverywhere(slow, scenario.expect)).toEqual(scenario.expect);
    });
  }
});
