import { describe, expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import { MemoryFiles } from "#platform/memory/files";
import type { Host } from "#platform/ports";
import { formatMarker } from "#standards/marker";
import { formatRequirement } from "#standards/requirement";
import { readEveryChoice, refuseConflicts } from "./project-choices.ts";
import type { ReadingWorld } from "./read-project.ts";

const project = `
[project]
name = "Demo"
version = "1"
dependencies = ["numpy"]
[project.optional-dependencies]
cpu = ["torch==2+cpu; python_version < '4' or os_name == 'nt'"]
gpu = ["torch==2+gpu"]
nvidia = ["demo[gpu]", "driver"]
[dependency-groups]
old = ["numpy<2"]
test = ["pytest", {include-group = "old"}]
`;

const conflicts = `
[tool.pkm]
conflicts = [
  [{ extra = "cpu" }, { extra = "gpu" }],
  [{ extra = "nvidia" }, { group = "old" }],
]
`;

function worldWith(text: string): ReadingWorld {
  const files = new MemoryFiles({ "/demo/pyproject.toml": text });
  return { files, host: { cwd: "/demo" } as Host };
}

function failure(work: () => unknown): readonly (string | undefined)[] {
  try {
    work();
  } catch (error) {
    if (error instanceof PkmError) return [error.code, error.what, error.why];
    throw error;
  }
  return [];
}

describe("refuseConflicts()", () => {
  const world = worldWith(project + conflicts);
  const refused = (
    extras: true | readonly string[],
    groups: readonly string[] = [],
    requirementFiles: readonly string[] = ["pyproject.toml"],
  ): readonly (string | undefined)[] =>
    failure(() => refuseConflicts({ requirementFiles, extras, groups }, world)).slice(1);

  test("lets one of them be chosen, and anything beside it", () => {
    expect(refused(["cpu"], ["test"])).toEqual([]);
    expect(refused(["nvidia"])).toEqual([]);
    expect(refused(["cpu", "GPU"], [], [])).toEqual([]);
  });

  test("names what was chosen together, and the declaration", () => {
    expect(refused(["gpu", "cpu"])).toEqual([
      "Cannot resolve pyproject.toml with the extra `cpu` and the extra `gpu` together",
      "`tool.pkm.conflicts[0]` declares that they exclude each other",
    ]);
  });

  test("looks through choices that are made of others", () => {
    expect(refused(["cpu", "nvidia"])[0]).toContain("the extra `cpu` and the extra `gpu`");
    expect(refused(["nvidia"], ["test"])).toEqual([
      "Cannot resolve pyproject.toml with the extra `nvidia` and the group `old` together",
      "`tool.pkm.conflicts[1]` declares that they exclude each other",
    ]);
    expect(refused(true)[0]).toContain("the extra `cpu` and the extra `gpu`");
  });

  test("asks each project about its own choices only", () => {
    expect(refused(["nvidia"], ["other/pyproject.toml:old"], [])).toEqual([
      "Cannot read other/pyproject.toml: there is no such file",
      undefined,
    ]);
  });
});

describe("readEveryChoice()", () => {
  test("gives what extras and groups need markers that ask for them", () => {
    const { roots, exclusive } = readEveryChoice("pyproject.toml", worldWith(project + conflicts));
    expect(roots.map(({ requirement }) => formatRequirement(requirement))).toEqual([
      "numpy",
      'torch==2+cpu; (python_version < "4" or os_name == "nt") and "cpu" in extras',
      'torch==2+gpu; "gpu" in extras',
      'driver; "nvidia" in extras',
      'torch==2+gpu; "nvidia" in extras',
      'numpy<2; "old" in dependency_groups',
      'pytest; "test" in dependency_groups',
      'numpy<2; "test" in dependency_groups',
    ]);
    expect(exclusive.map((list) => list.map(formatMarker))).toEqual([
      ['"cpu" in extras', '"gpu" in extras or "nvidia" in extras'],
      ['"nvidia" in extras', '"old" in dependency_groups or "test" in dependency_groups'],
    ]);
  });

  test("refuses a choice that nobody could make", () => {
    const text = project.replace("demo[gpu]", "demo[gpu,cpu]") + conflicts;
    expect(failure(() => readEveryChoice("pyproject.toml", worldWith(text)))).toEqual([
      "conflicting-choices",
      "Cannot resolve pyproject.toml: the extra `nvidia` is made of the extra `cpu` and the extra `gpu`",
      "`tool.pkm.conflicts[0]` declares that they exclude each other",
    ]);
  });
});
