import { describe, expect, test } from "bun:test";
import { refusal } from "#base/refusal";
import { parseDependencyGroups, resolveDependencyGroup } from "./dependency-groups.ts";
import { formatRequirement } from "./requirement.ts";

function resolve(groups: unknown, name: string): string[] {
  const parsed = parseDependencyGroups({ "dependency-groups": groups }, "pyproject.toml");
  return resolveDependencyGroup(parsed, name).map(formatRequirement);
}

describe("dependency groups", () => {
  test("have their includes spliced in at their place, nothing left out twice", () => {
    const groups = {
      Test: ["pytest", { "include-group": "COV_er" }, "pytest"],
      "cov.er": ["coverage>=7"],
      all: [{ "include-group": "test" }, { "include-group": "cov-er" }],
    };
    expect(resolve(groups, "all")).toEqual(["pytest", "coverage>=7", "pytest", "coverage>=7"]);
    expect(resolve(groups, "T-E-S-T".replaceAll("-", ""))).toHaveLength(3);
  });

  test("need no other table, and a file without them has none", () => {
    expect(parseDependencyGroups({ project: {} }, "pyproject.toml").groups.size).toBe(0);
    expect(resolve({ empty: [] }, "empty")).toEqual([]);
  });

  test("harm nobody who does not use a broken one", () => {
    expect(resolve({ good: ["a"], bad: 7 }, "good")).toEqual(["a"]);
  });

  test.each<[unknown, string, string]>([
    [[], "x", "must be a table"],
    [{ "a b": [] }, "x", "has a name that is no name of PEP 735"],
    [{ a_b: [], "A-B": [] }, "x", "is the same as `a_b`"],
    [{ x: "pytest" }, "x", "must be an array"],
    [{ x: ["a b"] }, "x", "has `a b` as entry 1, which is no requirement"],
    [{ x: ["a", 7] }, "x", "has an entry 2 that is neither requirement nor include"],
    [{ x: [{ "include-group": "x", also: 1 }] }, "x", "neither requirement nor include"],
    [{ x: [{ "include-group": 7 }] }, "x", "neither requirement nor include"],
    [{ x: [{ include: "x" }] }, "x", "neither requirement nor include"],
    [{ x: [{ "include-group": "X" }] }, "x", "leads back to itself: `x` includes `x`"],
    [
      {
        x: [{ "include-group": "b" }],
        b: [{ "include-group": "c" }],
        c: [{ "include-group": "b" }],
      },
      "x",
      "leads back to itself: `b` includes `c` includes `b`",
    ],
  ])("written as %p are refused", (groups, name, message) => {
    const error = refusal(() => resolve(groups, name));
    expect(error.code).toBe("dependency-group-invalid");
    expect(error.what).toContain(message);
  });

  test("that nobody wrote are named together with who includes them", () => {
    const error = refusal(() => resolve({ all: [{ "include-group": "tset" }], test: [] }, "all"));
    expect([error.code, error.why, error.fix]).toEqual([
      "dependency-group-unknown",
      "group `all` includes it",
      ["use `test`"],
    ]);
  });
});
