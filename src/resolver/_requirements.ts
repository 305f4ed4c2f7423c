import { busyForSeconds } from "#base/busy-code";
import type { NormalizedName } from "#standards/name";
import type { Requirement } from "#standards/requirement";
import type { VersionKey } from "#standards/version-key";
import type { VersionRange } from "#standards/version-range";
import type { Project } from "./_project.ts";
import type { AskedRequirement } from "./request.ts";

/** `==1.0` and `===1.0`, which make a yanked version acceptable (PEP 592). */
export function isPin({ specifier }: Requirement): boolean {
  const { specifiers } = specifier;
  const only = specifiers[0];
  if (only === undefined || specifiers.length > 1) return false;
  if (only.operator === "===") return true;
  return only.operator === "==" && !only.version.endsWith(".*");
}

/** True when a range is what a pin brought in. */
export function isPinned(project: Project, range: VersionRange): boolean {
  return range.length === 2 && project.pins.get(range[0] as VersionKey) === range[1];
}

/** The requirement, with more extras wanted. */
export function withExtras(
  requirement: Requirement,
  extras: readonly NormalizedName[],
): Requirement {
  if (extras.every((extra) => requirement.extras.includes(extra))) return requirement;
  return { ...requirement, extras: [...new Set([...requirement.extras, ...extras])].sort() };
}

/** Files a requirement under its name. */
export function append(
  map: Map<NormalizedName, AskedRequirement[]>,
  asked: AskedRequirement,
): void {
  const { name } = asked.requirement;
  const known = map.get(name);
  if (known === undefined) map.set(name, [asked]);
  else known.push(asked);
}

busyForSeconds(isPin);
