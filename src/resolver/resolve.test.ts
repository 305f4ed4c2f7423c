import { describe, expect, test } from "bun:test";
import type { ProjectFile } from "#repository/listing";
import type { NormalizedName } from "#standards/name";
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

test("resolve() tells of wheels that are pinned and need nothing else while it waits for pages", async () => {
  class Listening extends ScenarioSource {
    readonly expected = new Set<string>();
    expect(file: ProjectFile): void {
      this.expected.add(file.filename);
    }
  }
  const python = { python: ">=3.8" };
  const scenario = {
    tells: "",
    projects: {
      pinned: { "1.0": python, "2.0": python },
      loose: { "1.0": python },
      silent: { "1.0": [] },
    },
    ask: ["pinned==1.0", "loose", "silent==1.0"],
    expect: { packages: [] },
  };
  const expected = async (followDependencies: boolean): Promise<string[]> => {
    const source = new Listening(scenario, true);
    await resolve(requestOf({ ...scenario, policy: { followDependencies } }), source);
    return [...source.expected];
  };
  expect(await expected(false)).toEqual(["pinned-1.0-py3-none-any.whl"]);
  expect(await expected(true)).toEqual([]);
});

test("resolve() lets questions leave before its first steps, where some have to be waited for", async () => {
  class Timed extends ScenarioSource {
    readonly happened: string[] = [];
    override prefetch(names: Iterable<NormalizedName>): boolean {
      this.happened.push("asked");
      setImmediate(() => this.happened.push("left"));
      return super.prefetch(names);
    }
    override listing(name: NormalizedName): ReturnType<ScenarioSource["listing"]> {
      this.happened.push(`${name} is wanted`);
      return super.listing(name);
    }
  }
  const scenario = {
    tells: "",
    projects: { one: { "1.0": [] } },
    ask: ["one"],
    expect: { packages: [] },
  };
  const steps = new Map([
    [true, ["asked", "left", "one is wanted"]],
    [false, ["asked", "one is wanted"]],
  ]);
  for (const [slowly, happened] of steps) {
    const source = new Timed(scenario, slowly);
    const resolving = resolve(requestOf(scenario), source);
    if (!slowly) expect(source.happened).toEqual(happened);
    await resolving;
    expect(source.happened.slice(0, happened.length)).toEqual(happened);
  }
});

test("resolve() fetches no page for what is asked of other machines", async () => {
  const scenario = {
    tells: "",
    projects: { here: { "1.0": [] }, there: { "1.0": [] } },
    ask: ["here", "there; sys_platform == 'win32'"],
    expect: { packages: [] },
  };
  const source = new ScenarioSource(scenario, true);
  await resolve(requestOf(scenario), source);
  expect([...source.prefetched, ...source.listed]).toEqual(["here", "here"]);
});
