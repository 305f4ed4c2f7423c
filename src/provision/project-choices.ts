import type { AskedRequirement } from "#resolver/request";
import { brokenConflict, choiceMarker, parseConflicts } from "#standards/conflicts";
import type { ProjectChoice } from "#standards/project-choice";
import {
  type DependencyGroups,
  includedGroups,
  parseDependencyGroups,
  resolveDependencyGroup,
} from "#standards/dependency-groups";
import type { Marker } from "#standards/marker";
import { type NormalizedName, parseName } from "#standards/name";
import { parseProjectTable, type ProjectTable, requirementsOf } from "#standards/project-table";
import type { Requirement } from "#standards/requirement";
import { conflictingChoices, noProjectTable } from "./errors.ts";
import type { RequirementSources } from "./read-requirements.ts";
import { includedExtras, placeOfGroup, type ReadingWorld, readToml } from "./read-project.ts";

/**
 * Holds what was chosen of each `pyproject.toml` to the `conflicts` it declares under `[tool.pkm]`.
 *
 * @throws `conflicting-choices`, which names the declaration.
 */
export function refuseConflicts(
  {
    requirementFiles,
    extras,
    groups,
  }: Pick<RequirementSources, "requirementFiles" | "extras" | "groups">,
  world: ReadingWorld,
): void {
  const named = new Map<string, string[]>(requirementFiles.map((file) => [file, []]));
  for (const group of groups) {
    const { file, name } = placeOfGroup(group);
    const known = named.get(file);
    if (known === undefined) named.set(file, [name]);
    else known.push(name);
  }
  for (const [file, groupNames] of named) {
    const document = readToml(file, world);
    const conflicts = parseConflicts(document, file);
    if (conflicts.length === 0) continue;
    const offer = offerOf(document, file);
    const chosen = groupNames.flatMap((name) =>
      reachOf({ kind: "group", name: parseName(name) }, offer),
    );
    if (requirementFiles.includes(file)) {
      const all =
        extras === true
          ? offer.project?.optionalDependencies.keys()
          : extras.map((name) => parseName(name));
      for (const name of all ?? []) chosen.push(...reachOf({ kind: "extra", name }, offer));
    }
    const broken = brokenConflict(conflicts, chosen);
    if (broken !== undefined) throw conflictingChoices(file, broken.conflict.path, broken.choices);
  }
}

/** Everything that somebody may choose of a project, as one question. */
export type EveryChoice = {
  /** Its dependencies, and those of extras and groups with markers that ask for the choice. */
  readonly roots: readonly AskedRequirement[];
  /** For `Supported.exclusive` of a universal resolution. */
  readonly exclusive: readonly (readonly Marker[])[];
};

/**
 * Reads a `pyproject.toml` as a question whose answer serves every choice among its extras and groups, as a lock does.
 *
 * @throws `conflicting-choices` when one of them is made of others that conflict: nobody could choose it.
 */
export function readEveryChoice(file: string, world: ReadingWorld): EveryChoice {
  const document = readToml(file, world);
  const offer = offerOf(document, file);
  const { project, groups } = offer;
  if (project === undefined) throw noProjectTable(file);
  const conflicts = parseConflicts(document, file);
  const choices: ProjectChoice[] = [
    ...[...project.optionalDependencies.keys()].map((name) => ({ kind: "extra", name }) as const),
    ...[...groups.groups.keys()].map((name) => ({ kind: "group", name }) as const),
  ];
  const reaches = choices.map((choice) => ({ choice, reach: reachOf(choice, offer) }));
  for (const { choice, reach } of reaches) {
    const broken = brokenConflict(conflicts, reach);
    if (broken !== undefined)
      throw conflictingChoices(file, broken.conflict.path, broken.choices, choice);
  }
  const own = project.dependencies.length;
  const roots = [
    ...project.dependencies.map((one) => askedBy(one, `${project.name} (${file})`)),
    ...choices.flatMap((choice) => {
      const { kind, name } = choice;
      const origin = kind === "extra" ? `${project.name}[${name}] (${file})` : `--group ${name}`;
      const wanted =
        kind === "extra"
          ? requirementsOf(project, [name]).slice(own)
          : resolveDependencyGroup(groups, name);
      return wanted.map((one) => askedBy(onlyWith(one, choiceMarker(choice)), origin));
    }),
  ];
  /** Holds where a choice was made that leads to this one. */
  const chosen = ({ kind, name }: ProjectChoice): Marker => ({
    kind: "or",
    parts: reaches
      .filter(({ reach }) => reach.some((one) => one.kind === kind && one.name === name))
      .map(({ choice }) => choiceMarker(choice)),
  });
  return { roots, exclusive: conflicts.map((conflict) => conflict.choices.map(chosen)) };
}

type Offer = { readonly project: ProjectTable | undefined; readonly groups: DependencyGroups };

function offerOf(document: unknown, file: string): Offer {
  return {
    project: parseProjectTable(document, file),
    groups: parseDependencyGroups(document, file),
  };
}

/** A choice, and those that it is made of. */
function reachOf({ kind, name }: ProjectChoice, { project, groups }: Offer): ProjectChoice[] {
  const names: Iterable<NormalizedName> =
    kind === "group"
      ? includedGroups(groups, name)
      : project === undefined
        ? []
        : includedExtras(project, [name]);
  return [...names].map((one) => ({ kind, name: one }));
}

function askedBy(requirement: Requirement, origin: string): AskedRequirement {
  return { requirement, origin, hashes: [] };
}

function onlyWith(requirement: Requirement, choice: Marker): Requirement {
  const { marker } = requirement;
  if (marker === undefined) return { ...requirement, marker: choice };
  const written: Marker = marker.kind === "or" ? { kind: "group", inner: marker } : marker;
  return { ...requirement, marker: { kind: "and", parts: [written, choice] } };
}
