import { describe, expect, test } from "bun:test";
import { parseMetadata } from "#standards/metadata";
import { normalizeName, type NormalizedName } from "#standards/name";
import type { MarkerEnvironment } from "#standards/marker";
import { checkInstalled, describeProblem } from "./check.ts";
import { dependencyGraph, type DescribedDistribution } from "./dependency-graph.ts";
import { dependencyTree, type TreeNode, type TreeOptions } from "./dependency-tree.ts";

const markers: MarkerEnvironment = {
  implementation_name: "cpython",
  implementation_version: "3.12.1",
  os_name: "posix",
  platform_machine: "x86_64",
  platform_python_implementation: "CPython",
  platform_release: "6.1",
  platform_system: "Linux",
  platform_version: "#1",
  python_full_version: "3.12.1",
  python_version: "3.12",
  sys_platform: "linux",
};

/** `a 1` with the requirements that follow; a word beginning with `python` sets Requires-Python. */
function world(
  distributions: Readonly<Record<string, readonly string[]>>,
): DescribedDistribution[] {
  return Object.entries(distributions).map(([title, requires]) => {
    const [displayName, version] = title.split(" ") as [string, string];
    const lines = requires.map((line) =>
      line.startsWith("python") ? `Requires-Python: ${line.slice(6)}` : `Requires-Dist: ${line}`,
    );
    const text = `Metadata-Version: 2.1\nName: ${displayName}\nVersion: ${version}\n${lines.join("\n")}\n`;
    return {
      name: normalizeName(displayName),
      displayName,
      version,
      metadata: parseMetadata(text),
    };
  });
}

describe("checkInstalled()", () => {
  const check = (distributions: Readonly<Record<string, readonly string[]>>) =>
    checkInstalled(world(distributions), markers).map(describeProblem);

  test("finds nothing where everything fits", () => {
    expect(check({ "a 1": ["b>=1", 'c; os_name == "nt"'], "b 1.5": [] })).toEqual([]);
  });

  test("names what is missing and what has another version, as pip check does", () => {
    expect(check({ "B 1.5": [], "A 1": ["b>=2", "Gone"] })).toEqual([
      "a 1 has requirement b>=2, but you have b 1.5.",
      "a 1 requires gone, which is not installed.",
    ]);
  });

  test("takes an installed pre-release for what it is", () => {
    expect(check({ "a 1": ["b>=2"], "b 2.1rc1": [] })).toEqual([]);
  });

  test("follows an extra when another distribution asks for it", () => {
    const b = ['deep; extra == "x"', 'other; extra == "y"'];
    expect(check({ "a 1": [], "b 1": b })).toEqual([]);
    expect(check({ "a 1": ["b[X]"], "b 1": b })).toEqual([
      "b 1 requires deep, which is not installed.",
    ]);
  });

  test("follows extras that extras ask for, and its own", () => {
    expect(
      check({ "a 1": ["b[all]"], "b 1": ['b[x]; extra == "all"', 'deep; extra == "x"'] }),
    ).toEqual(["b 1 requires deep, which is not installed."]);
  });

  test("says when a distribution is made for another Python", () => {
    expect(check({ "a 1": ["python>=3.13"] })).toEqual([
      "a 1 requires Python >=3.13, but this is Python 3.12.1.",
    ]);
  });

  test("says which metadata cannot be read", () => {
    const broken = {
      name: normalizeName("a"),
      displayName: "A",
      version: "1",
      metadata: undefined,
    };
    expect(checkInstalled([broken], markers).map(describeProblem)).toEqual([
      "a 1 has metadata that cannot be read.",
    ]);
  });
});

describe("dependencyTree()", () => {
  const draw = (
    distributions: Readonly<Record<string, readonly string[]>>,
    options: TreeOptions = {},
  ): string[] => {
    const lines: string[] = [];
    const walk = (node: TreeNode, depth: number) => {
      const { displayName, version, cut } = node;
      lines.push(
        `${"  ".repeat(depth)}${displayName} ${version ?? "missing"}${cut === undefined ? "" : ` (${cut})`}`,
      );
      for (const child of node.children) walk(child, depth + 1);
    };
    for (const root of dependencyTree(dependencyGraph(world(distributions), markers), options))
      walk(root, 0);
    return lines;
  };
  const diamond = {
    "app 1": ["right", "left"],
    "left 2": ["base<9"],
    "right 3": ["base"],
    "base 4": ["gone"],
  };

  test("begins with what nobody requires", () => {
    expect(draw({ ...diamond, "alone 1": [] })).toEqual([
      "alone 1",
      "app 1",
      "  left 2",
      "    base 4",
      "      gone missing",
      "  right 3",
      "    base 4 (shown-before)",
    ]);
  });

  test("shows everything every time when asked", () => {
    expect(draw(diamond, { repeat: true }).filter((line) => line.includes("gone"))).toHaveLength(2);
  });

  test("turns upside down", () => {
    expect(draw(diamond, { inverted: true })).toEqual([
      "gone missing",
      "  base 4",
      "    left 2",
      "      app 1",
      "    right 3",
      "      app 1",
    ]);
  });

  test("marks cycles, and shows one that nothing leads to", () => {
    expect(draw({ "b 1": ["c"], "c 1": ["b"], "self 1": ["self"] })).toEqual([
      "b 1",
      "  c 1",
      "    b 1 (cycle)",
      "self 1",
      "  self 1 (cycle)",
    ]);
  });

  test("keeps to the depth, the roots and what is not pruned", () => {
    const name = (text: string) => text as NormalizedName;
    expect(draw(diamond, { depth: 1 })).toEqual(["app 1", "  left 2 (depth)", "  right 3 (depth)"]);
    expect(draw(diamond, { roots: [name("right")] })).toEqual([
      "right 3",
      "  base 4",
      "    gone missing",
    ]);
    expect(draw(diamond, { prune: [name("base")] })).toEqual(["app 1", "  left 2", "  right 3"]);
  });

  test("keeps the requirement and the extra that lead to a node", () => {
    const graph = dependencyGraph(
      world({ "a 1": ["b[x]>=1"], "b 1": ['c; extra == "x"'], "c 1": [] }),
      markers,
    );
    const [a] = dependencyTree(graph);
    const b = a?.children[0];
    expect(b?.requirement?.specifier.text).toBe(">=1");
    expect(b?.children[0]?.extra as string | undefined).toBe("x");
  });
});
