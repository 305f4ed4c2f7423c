import { describe, expect, test } from "bun:test";
import { requestOf, ScenarioSource, told } from "./_scenario.ts";
import { resolve } from "./resolve.ts";
import { choosing } from "./scenarios/choosing.ts";
import { extras } from "./scenarios/extras.ts";
import { failures } from "./scenarios/failures.ts";
import { files } from "./scenarios/files.ts";
import { outside } from "./scenarios/outside.ts";
import { prereleases } from "./scenarios/prereleases.ts";
import { yanked } from "./scenarios/yanked.ts";

const scenarios = { choosing, extras, prereleases, yanked, files, outside, failures };

for (const [subject, stories] of Object.entries(scenarios)) {
  describe(`resolve(), ${subject}`, () => {
    for (const scenario of stories) {
      test(scenario.tells, async () => {
        const request = requestOf(scenario);
        const outcome = await resolve(request, new ScenarioSource(scenario));
        expect(told(outcome, scenario.expect)).toEqual(scenario.expect);
        const slow = await resolve(request, new ScenarioSource(scenario, true));
        expect(told(slow, scenario.expect)).toEqual(scenario.expect);
      });
    }
  });
}
