import { contains } from "#standards/version-range";
import { type Candidate, verdictOf } from "./_candidate.ts";
import type { Project } from "./_project.ts";
import type { Refusal } from "./_refusal.ts";
import type { PythonProvider } from "./provider.ts";
import type { PassedOver, PassedOverReason } from "./resolution.ts";

/** Versions that would have been taken instead of the chosen ones, had nothing spoken against them by itself. */
export function passedOverFor(
  chosen: readonly Candidate[],
  provider: PythonProvider,
): readonly PassedOver[] {
  const passed: PassedOver[] = [];
  for (const candidate of chosen) {
    const { project } = candidate;
    const lowest = provider.policy.takesLowest(project.name);
    const limits = provider.limits(project);
    for (let position = 0; position < project.count; position++) {
      const other = project.candidate(position);
      if (lowest ? other.key < candidate.key : other.key > candidate.key)
        passed.push(...reasonFor(other, candidate, limits, provider));
    }
  }
  return passed;
}

/** Every version of some projects that cannot be taken. */
export function passedOverBy(
  projects: Iterable<Project>,
  provider: PythonProvider,
): readonly PassedOver[] {
  const passed: PassedOver[] = [];
  for (const project of projects) {
    const limits = provider.limits(project);
    for (let position = 0; position < project.count; position++)
      passed.push(...reasonFor(project.candidate(position), undefined, limits, provider));
  }
  return passed;
}

function reasonFor(
  candidate: Candidate,
  chosen: Candidate | undefined,
  limits: ReturnType<PythonProvider["limits"]>,
  provider: PythonProvider,
): PassedOver[] {
  const { project, version } = candidate;
  const told = (reason: PassedOverReason): PassedOver[] => [
    { name: project.name, version, reason },
  ];
  const refusal = provider.refusal(candidate);
  if (refusal !== undefined) return isPassedOver(refusal) ? told(refusal) : [];
  const verdict =
    candidate.source === undefined ? verdictOf(candidate, provider.policy) : undefined;
  if (verdict?.usable === true && verdict.yanked !== false)
    return told({ kind: "yanked", reason: verdict.yanked });
  const answer = candidate.metadata;
  if (answer !== undefined && !(answer instanceof Promise)) {
    if (answer.kind === "needs-build") return told({ kind: "needs-build", reason: answer.reason });
    if (answer.kind === "invalid") return told({ kind: "invalid-metadata", reason: answer.reason });
  }
  for (const limit of limits)
    if (limit.kind === "unusable" && contains(limit.range, candidate.key)) {
      const reason = limit.reason as Refusal;
      if (reason.kind !== "constraint") return isPassedOver(reason) ? told(reason) : [];
      const { kind, requirement, origin } = reason;
      return told({ kind, requirement, origin });
    }
  const isLast = candidate.isPrerelease && chosen !== undefined && !chosen.isPrerelease;
  return isLast && provider.policy.prereleases(project.name) === "where-needed"
    ? told({ kind: "pre-release" })
    : [];
}

function isPassedOver(refusal: Refusal): refusal is Extract<Refusal, PassedOverReason> {
  switch (refusal.kind) {
    case "not-found":
    case "no-hash-given":
    case "url-from-index":
    case "url-conflict":
      return false;
    default:
      return true;
  }
}
