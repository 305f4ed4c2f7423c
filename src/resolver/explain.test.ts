import { describe, expect, test } from "bun:test";
import { requestOf, type Scenario, ScenarioSource } from "./_scenario.ts";
import { resolve } from "./resolve.ts";
import type { ResolutionFailure } from "./resolution.ts";

async function failing(scenario: Pick<Scenario, "projects" | "ask">): Promise<ResolutionFailure> {
  const story: Scenario = { tells: "", expect: { failure: [] }, ...scenario };
  const outcome = await resolve(requestOf(story), new ScenarioSource(story));
  if (outcome.kind !== "unsolvable") throw new Error("this was meant to fail");
  return outcome.failure;
}

const conflict = {
  projects: {
    a: { "1.0": ["c<2"], "1.1": ["c<2"], "2.0": ["c<2"] },
    b: { "1.0": ["d"] },
    d: { "1.0": ["c>=2"], "1.1": ["c>=2"] },
    c: { "1.0": [], "2.0": [] },
  },
  ask: ["a>=1.1", "b"],
};

describe("the derivation of a failure", () => {
  test("numbers its steps, and folds those that are used once into what follows", async () => {
    const { derivation } = await failing(conflict);
    expect(derivation.split("\n")).toMatchInlineSnapshot(`
      [
        "1. \`a>=1.1\` and \`b\` exclude each other, because \`a\` 1.1 and 2.0 need \`c<2\`, and every version of \`d\` needs \`c>=2\`, and \`b\` 1.0 needs \`d\`",
        "2. there is no answer, because \`a>=1.1\` and \`b\` exclude each other (1), and requirements.in (line 1) asks for \`a>=1.1\`, and requirements.in (line 2) asks for \`b\`",
      ]
    `);
  });

  test("is one line where one fact says everything", async () => {
    const { derivation } = await failing({ projects: { a: {} }, ask: ["a<1,>2"] });
    expect(derivation).toBe("1. requirements.in (line 1) asks for `a<1,>2`, so there is no answer");
  });
});

describe("the causes of a failure", () => {
  test("carry names and versions for programs", async () => {
    const { causes } = await failing(conflict);
    expect(causes).toMatchInlineSnapshot(`
      [
        {
          "kind": "asked",
          "origin": "requirements.in (line 1)",
          "requirement": "a>=1.1",
          "text": "requirements.in (line 1) asks for \`a>=1.1\`",
        },
        {
          "kind": "asked",
          "origin": "requirements.in (line 2)",
          "requirement": "b",
          "text": "requirements.in (line 2) asks for \`b\`",
        },
        {
          "kind": "needs",
          "needs": "c",
          "project": "a",
          "text": "\`a\` 1.1 and 2.0 need \`c<2\`",
          "versions": [
            "2.0",
            "1.1",
          ],
        },
        {
          "kind": "needs",
          "needs": "d",
          "project": "b",
          "text": "\`b\` 1.0 needs \`d\`",
          "versions": [
            "1.0",
          ],
        },
        {
          "kind": "needs",
          "needs": "c",
          "project": "d",
          "text": "every version of \`d\` needs \`c>=2\`",
          "versions": [
            "1.1",
            "1.0",
          ],
        },
      ]
    `);
  });
});
