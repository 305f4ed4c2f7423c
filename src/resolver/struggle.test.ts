import { describe, expect, test } from "bun:test";
import { normalizeName } from "#standards/name";
import { requestOf, type Scenario, ScenarioSource } from "./_scenario.ts";
import { resolve } from "./resolve.ts";
import { Struggle } from "./struggle.ts";

const boto = normalizeName("boto3");
const urllib = normalizeName("urllib3");

describe("Struggle", () => {
  test("names the packages that keep excluding each other, whichever is in the way", () => {
    const struggle = new Struggle();
    for (let at = 0; at < 30; at++) {
      struggle.note({ type: "version-considered", name: boto, version: `1.${at}` });
      struggle.note(
        at % 2 === 0
          ? { type: "conflicted", name: boto, with: urllib }
          : { type: "conflicted", name: urllib, with: boto },
      );
    }
    expect(struggle.line).toBe("boto3 1.29, 30 attempts, boto3 and urllib3 keep conflicting");
    expect(struggle.sentences()).toEqual([
      "30 versions were tried, boto3 1.29 last",
      "`boto3` and `urllib3` excluded each other 30 times",
      "30 versions of `boto3` were tried",
    ]);
    expect(struggle.advice()).toEqual(["give `boto3` a lower bound, or pin it"]);
  });

  test("says little of what is easy", () => {
    const struggle = new Struggle();
    expect(struggle.sentences()).toEqual(["0 versions were tried"]);
    struggle.note({ type: "version-considered", name: boto, version: "1.0" });
    struggle.note({ type: "conflicted", name: boto, with: urllib });
    expect(struggle.sentences()).toEqual(["1 version was tried, boto3 1.0 last"]);
    expect(struggle.advice()).toEqual([]);
  });
});

describe("a resolution", () => {
  const scenario: Scenario = {
    tells: "",
    expect: { packages: [] },
    projects: {
      a: { "1.0": ["c<2"], "2.0": ["c<2"], "3.0": ["c<2"] },
      b: { "1.0": [], "2.0": ["c>=2"], "3.0": ["c>=2"], "4.0": ["c>=2"] },
      c: { "1.0": [], "2.0": [] },
    },
    ask: ["a", "b"],
  };

  test("tells what it tries and what is in the way", async () => {
    const struggle = new Struggle();
    const outcome = await resolve(requestOf(scenario), new ScenarioSource(scenario), {
      report: (event) => struggle.note(event),
    });
    expect(outcome.kind).toBe("resolved");
    expect(struggle.attempts).toBeGreaterThan(3);
    expect(struggle.conflicts.map(({ name, other }) => `${name} ${other}`)).toEqual(["b c"]);
  });

  test("pauses between attempts, and ends with what the pause throws", async () => {
    let pauses = 0;
    await resolve(requestOf(scenario), new ScenarioSource(scenario), {
      pause: () => {
        pauses++;
        return pauses % 2 === 0 ? Promise.resolve() : undefined;
      },
    });
    expect(pauses).toBeGreaterThan(3);
    const enough = new Error("enough");
    const ended = resolve(requestOf(scenario), new ScenarioSource(scenario), {
      pause: () => {
        throw enough;
      },
    });
    expect(ended).rejects.toBe(enough);
  });
});
