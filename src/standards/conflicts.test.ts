import { describe, expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import { parseToml } from "#platform/toml";
import { brokenConflict, choiceMarker, parseConflicts } from "./conflicts.ts";
import { describeChoice } from "./project-choice.ts";
import { formatMarker } from "./marker.ts";

const project = `
[project]
name = "Demo"
version = "1"
[project.optional-dependencies]
CPU = []
gpu = []
[dependency-groups]
old = []
`;

function conflictsOf(conflicts: string, head = project): ReturnType<typeof parseConflicts> {
  return parseConflicts(parseToml(`${head}[tool.pkm]\nconflicts = ${conflicts}\n`, "f"), "f");
}

describe("parseConflicts()", () => {
  test("reads extras and groups by their normalised names, and where they were declared", () => {
    const found = conflictsOf(
      '[[{ extra = "cpu" }, { extra = "GPU" }], [{ package = "demo", extra = "gpu" }, { group = "old" }]]',
    );
    expect(found.map(({ path, choices }) => [path, choices.map(describeChoice)])).toEqual([
      ["tool.pkm.conflicts[0]", ["the extra `cpu`", "the extra `gpu`"]],
      ["tool.pkm.conflicts[1]", ["the extra `gpu`", "the group `old`"]],
    ]);
  });

  test("finds none where none are declared", () => {
    expect(parseConflicts(parseToml(project, "f"), "f")).toEqual([]);
  });

  test("takes the word of a project whose build decides about extras", () => {
    const head = '[project]\nname = "a"\ndynamic = ["version", "optional-dependencies"]\n';
    expect(conflictsOf('[[{ extra = "x" }, { extra = "y" }]]', head)).toHaveLength(1);
  });

  test.each([
    ["{}", "`tool.pkm.conflicts` must be an array, found a table"],
    ['["cpu"]', "`tool.pkm.conflicts[0]` must be an array, found text"],
    ['[["cpu", "gpu"]]', "`tool.pkm.conflicts[0][0]` must be a table, found text"],
    ['[[{ extra = "cpu" }]]', "`tool.pkm.conflicts[0]` must have two entries at least"],
    [
      '[[{ extra = "cpu" }, { extra = "Cpu" }]]',
      "`tool.pkm.conflicts[0][1]` is the extra `cpu` once more",
    ],
    [
      '[[{ extra = "cpu" }, { extra = "tpu" }]]',
      "`tool.pkm.conflicts[0][1].extra` is `tpu`, which the project does not have",
    ],
    [
      '[[{ extra = "cpu" }, { group = "gpu" }]]',
      "`tool.pkm.conflicts[0][1].group` is `gpu`, which the project does not have",
    ],
    [
      '[[{ extra = "cpu", group = "old" }, { group = "old" }]]',
      "`tool.pkm.conflicts[0][0].extra` or `group` must be given, and not both",
    ],
    [
      '[[{ package = "demo" }, { group = "old" }]]',
      "`tool.pkm.conflicts[0][0].extra` or `group` must be given, and not both",
    ],
    [
      '[[{ package = "other", extra = "cpu" }, { group = "old" }]]',
      "`tool.pkm.conflicts[0][0].package` is `other`, and only this project's choices are known here",
    ],
    [
      '[[{ extras = "cpu" }, { group = "old" }]]',
      "`tool.pkm.conflicts[0][0].extras` is no key of it, `extra`, `group` and `package` are",
    ],
  ])("refuses %s", (text, why) => {
    let error: unknown;
    try {
      conflictsOf(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(PkmError);
    expect((error as PkmError).what).toBe(`Cannot read f: ${why}`);
    expect((error as PkmError).code).toBe("conflicts-invalid");
  });
});

test("brokenConflict() names the declaration and what it declares against", () => {
  const conflicts = conflictsOf('[[{ extra = "cpu" }, { extra = "gpu" }, { group = "old" }]]');
  const [cpu, gpu, old] = conflicts[0]?.choices ?? [];
  if (cpu === undefined || gpu === undefined || old === undefined) throw new Error("three of them");
  expect(brokenConflict(conflicts, [cpu])).toBeUndefined();
  expect(brokenConflict(conflicts, [{ ...cpu, kind: "group" }, gpu])).toBeUndefined();
  expect(brokenConflict(conflicts, [old, cpu])).toEqual({
    conflict: conflicts[0] as never,
    choices: [cpu, old],
  });
  expect([cpu, old].map((one) => formatMarker(choiceMarker(one)))).toEqual([
    '"cpu" in extras',
    '"old" in dependency_groups',
  ]);
});
