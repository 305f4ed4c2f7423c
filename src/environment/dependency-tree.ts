import type { NormalizedName } from "#standards/name";
import type { Requirement } from "#standards/requirement";
import type { DependencyGraph } from "./dependency-graph.ts";

export type TreeNode = {
  readonly name: NormalizedName;
  readonly displayName: string;
  /** `undefined` when it is required but not installed. */
  readonly version: string | undefined;
  /** The requirement that leads here from the node above, or in an inverted tree from here to the node above. */
  readonly requirement: Requirement | undefined;
  /** The extra that brings the requirement in, where one does. */
  readonly extra: NormalizedName | undefined;
  /** Why the node has no children although it might: it is above itself already, was shown before, or is too deep. */
  readonly cut: "cycle" | "shown-before" | "depth" | undefined;
  readonly children: readonly TreeNode[];
};

export type TreeOptions = {
  /** Dependents below their dependencies. */
  readonly inverted?: boolean;
  /** Show these and what is below them, instead of everything. */
  readonly roots?: readonly NormalizedName[];
  /** Leave these out wherever they stand. */
  readonly prune?: readonly NormalizedName[];
  /** Levels below the roots; all when left out. */
  readonly depth?: number;
  /** Show what is below a node every time, not only the first. */
  readonly repeat?: boolean;
};

type Edge = {
  readonly to: NormalizedName;
  readonly requirement: Requirement;
  readonly extra: NormalizedName | undefined;
};

/**
 * The graph as trees, in the order of names. The roots are what nothing leads to; where a cycle leaves none, the
 * first of its names is taken, so that everything installed is shown.
 */
export function dependencyTree(graph: DependencyGraph, options: TreeOptions = {}): TreeNode[] {
  const edges = options.inverted === true ? dependents(graph) : dependencies(graph);
  const pruned = new Set(options.prune);
  const shown = new Set<NormalizedName>();
  const path = new Set<NormalizedName>();
  const node = (name: NormalizedName, edge: Edge | undefined, depth: number): TreeNode => {
    const distribution = graph.get(name)?.distribution;
    const below = (edges.get(name) ?? []).filter(({ to }) => !pruned.has(to));
    let cut: TreeNode["cut"];
    if (path.has(name)) cut = "cycle";
    else if (below.length > 0 && shown.has(name) && options.repeat !== true) cut = "shown-before";
    else if (below.length > 0 && depth >= (options.depth ?? Infinity)) cut = "depth";
    let children: TreeNode[] = [];
    if (cut === undefined) {
      shown.add(name);
      path.add(name);
      children = below.map((each) => node(each.to, each, depth + 1));
      path.delete(name);
    }
    return {
      name,
      displayName: distribution?.displayName ?? edge?.requirement.displayName ?? name,
      version: distribution?.version,
      requirement: edge?.requirement,
      extra: edge?.extra,
      cut,
      children,
    };
  };
  const roots = (options.roots ?? rootsOf(graph, edges)).filter((name) => !pruned.has(name));
  return roots.map((name) => node(name, undefined, 0));
}

function dependencies(graph: DependencyGraph): Map<NormalizedName, Edge[]> {
  const edges = new Map<NormalizedName, Edge[]>();
  for (const [name, { dependencies: required }] of graph) {
    const own = new Map<NormalizedName, Edge>();
    // Metadata may name one project in several lines, for markers that hold at the same time.
    for (const { requirement, extra } of required)
      if (!own.has(requirement.name))
        own.set(requirement.name, { to: requirement.name, requirement, extra });
    edges.set(name, sorted([...own.values()]));
  }
  return edges;
}

function dependents(graph: DependencyGraph): Map<NormalizedName, Edge[]> {
  const inverted = new Map<NormalizedName, Edge[]>();
  for (const [name, edges] of dependencies(graph))
    for (const { to, requirement, extra } of edges) {
      const known = inverted.get(to);
      const edge = { to: name, requirement, extra };
      if (known === undefined) inverted.set(to, [edge]);
      else known.push(edge);
    }
  for (const edges of inverted.values()) sorted(edges);
  return inverted;
}

function sorted(edges: Edge[]): Edge[] {
  return edges.sort((a, b) => (a.to < b.to ? -1 : 1));
}

function rootsOf(
  graph: DependencyGraph,
  edges: ReadonlyMap<NormalizedName, Edge[]>,
): NormalizedName[] {
  const names = [...new Set([...graph.keys(), ...edges.keys()])].sort();
  const reached = new Set<NormalizedName>();
  for (const [name, targets] of edges)
    for (const { to } of targets) if (to !== name) reached.add(to);
  const roots = names.filter((name) => !reached.has(name));
  const seen = new Set<NormalizedName>();
  const walk = (start: NormalizedName): void => {
    const pending = [start];
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (seen.has(name)) continue;
      seen.add(name);
      for (const { to } of edges.get(name) ?? []) pending.push(to);
    }
  };
  for (const root of roots) walk(root);
  for (const name of names)
    if (!seen.has(name)) {
      roots.push(name);
      walk(name);
    }
  return roots.sort();
}
