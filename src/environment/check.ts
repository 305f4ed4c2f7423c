import type { MarkerEnvironment } from "#standards/marker";
import type { NormalizedName } from "#standards/name";
import { formatRequirement, type Requirement } from "#standards/requirement";
import { parseRequiresPython } from "#standards/requires-python";
import { specifierContains } from "#standards/specifier-set";
import { tryParseVersion } from "#standards/version";
import { dependencyGraph, type DescribedDistribution } from "./dependency-graph.ts";

type Named = Pick<DescribedDistribution, "name" | "version">;

type Broken = {
  readonly dependent: Named;
  readonly requirement: Requirement;
  /** The extra that brings the requirement in, where one does. */
  readonly extra: NormalizedName | undefined;
};

export type CheckProblem =
  | (Broken & { readonly kind: "missing" })
  | (Broken & { readonly kind: "conflict"; readonly found: Named })
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
    for (const { requirement, extra } of node.dependencies) {
      const found = graph.get(requirement.name)?.distribution;
      if (found === undefined) problems.push({ kind: "missing", dependent, requirement, extra });
      else if (!specifierContains(requirement.specifier, found.version, { prereleases: true }))
        problems.push({ kind: "conflict", dependent, requirement, extra, found });
    }
  }
  return problems;
}

/** One line a problem; the first two in the words of `pip check`, with its spelling of names and versions. */
export function describeProblem(problem: CheckProblem): string {
  const dependent = spelt(problem.dependent);
  switch (problem.kind) {
    case "missing":
      return `${dependent} requires ${problem.requirement.name}, which is not installed.`;
    case "conflict":
      return `${dependent} has requirement ${formatRequirement(problem.requirement)}, but you have ${spelt(problem.found)}.`;
    case "python":
      return `${dependent} requires Python ${problem.requiresPython}, but this is Python ${problem.found}.`;
    case "unreadable":
      return `${dependent} has metadata that cannot be read.`;
    default:
      return problem satisfies never;
  }
}

function spelt({ name, version }: Named): string {
  return `${name} ${tryParseVersion(version)?.text ?? version}`;
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
