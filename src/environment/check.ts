import type { MarkerEnvironment } from "#standards/marker";
import { formatRequirement, type Requirement } from "#standards/requirement";
import { parseRequiresPython } from "#standards/requires-python";
import { specifierContains } from "#standards/specifier-set";
import { dependencyGraph, type DescribedDistribution } from "./dependency-graph.ts";

type Named = Pick<DescribedDistribution, "name" | "displayName" | "version">;

export type CheckProblem =
  | { readonly kind: "missing"; readonly dependent: Named; readonly requirement: Requirement }
  | {
      readonly kind: "conflict";
      readonly dependent: Named;
      readonly requirement: Requirement;
      readonly found: Named;
    }
  | {
      readonly kind: "python";
      readonly dependent: Named;
      readonly requiresPython: string;
      readonly found: string;
    }
  | { readonly kind: "unreadable"; readonly dependent: Named };

/**
 * What does not fit together among installed distributions: requirements that are missing or held by another
 * version, Pythons that are not meant, metadata that cannot be read. In the order of names.
 */
export function checkInstalled(
  installed: readonly DescribedDistribution[],
  markers: MarkerEnvironment,
): CheckProblem[] {
  const graph = dependencyGraph(installed, markers);
  const problems: CheckProblem[] = [];
  for (const { name } of [...installed].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const node = graph.get(name);
    if (node === undefined) continue;
    const dependent = node.distribution;
    if (dependent.metadata === undefined) {
      problems.push({ kind: "unreadable", dependent });
      continue;
    }
    const python = pythonProblem(dependent, markers);
    if (python !== undefined) problems.push(python);
    for (const { requirement } of node.dependencies) {
      const found = graph.get(requirement.name)?.distribution;
      if (found === undefined) problems.push({ kind: "missing", dependent, requirement });
      else if (!specifierContains(requirement.specifier, found.version, { prereleases: true }))
        problems.push({ kind: "conflict", dependent, requirement, found });
    }
  }
  return problems;
}

/** One line a problem; the first two in the words of `pip check`. */
export function describeProblem(problem: CheckProblem): string {
  const { displayName, version } = problem.dependent;
  const dependent = `${displayName} ${version}`;
  switch (problem.kind) {
    case "missing":
      return `${dependent} requires ${problem.requirement.displayName}, which is not installed.`;
    case "conflict":
      return `${dependent} has requirement ${withoutMarker(problem.requirement)}, but you have ${problem.found.displayName} ${problem.found.version}.`;
    case "python":
      return `${dependent} requires Python ${problem.requiresPython}, but this is Python ${problem.found}.`;
    case "unreadable":
      return `${dependent} has metadata that cannot be read.`;
    default:
      return problem satisfies never;
  }
}

function withoutMarker(requirement: Requirement): string {
  return formatRequirement({ ...requirement, marker: undefined });
}

function pythonProblem(
  dependent: DescribedDistribution,
  markers: MarkerEnvironment,
): CheckProblem | undefined {
  const requiresPython = dependent.metadata?.requiresPython;
  if (requiresPython === undefined) return undefined;
  const set = parseRequiresPython(requiresPython);
  const full = markers.python_full_version;
  // PyPUG: Requires-Python is judged without the pre-release part; a constraint nobody can read is none.
  const release = /^[0-9]+(?:\.[0-9]+)*/.exec(full)?.[0] ?? full;
  if (set === undefined || specifierContains(set, release, { prereleases: true })) return undefined;
  return { kind: "python", dependent, requiresPython, found: full };
}
