import type { World } from "#platform/ports";
import { parseToml } from "#platform/toml";
import type { AskedRequirement } from "#resolver/request";
import { parseDependencyGroups, resolveDependencyGroup } from "#standards/dependency-groups";
import { parseProjectTable, type ProjectTable } from "#standards/project-table";
import type { NormalizedName } from "#standards/name";
import { parseName } from "#standards/name";
import type { Requirement } from "#standards/requirement";
import { noProjectTable, projectFileMissing, unknownExtra } from "./errors.ts";

/** All extras of a project, or these. */
export type ProjectExtras = true | readonly string[];

export type ReadingWorld = Pick<World, "files" | "host">;

/** `[project]` of a `pyproject.toml` as requirements: its dependencies, and those of the chosen extras. */
export function readProjectRequirements(
  file: string,
  extras: ProjectExtras,
  world: ReadingWorld,
): AskedRequirement[] {
  const project = parseProjectTable(readToml(file, world), file);
  if (project === undefined) throw noProjectTable(file);
  const chosen =
    extras === true
      ? [...project.optionalDependencies.keys()]
      : extras.map((name) => parseName(name));
  for (const name of chosen)
    if (!project.optionalDependencies.has(name))
      throw unknownExtra(name, file, [...project.optionalDependencies.keys()]);
  const asked: AskedRequirement[] = [];
  const add = (requirements: readonly Requirement[], origin: string): void => {
    for (const requirement of requirements) asked.push({ requirement, origin, hashes: [] });
  };
  add(project.dependencies, `${project.name} (${file})`);
  for (const extra of includedExtras(project, chosen))
    for (const requirement of project.optionalDependencies.get(extra) ?? [])
      if (requirement.name !== project.name)
        add([requirement], `${project.name}[${extra}] (${file})`);
  return asked;
}

/** Extras, and those that they are made of: `all = ["project[a,b]"]`. */
export function includedExtras(
  project: ProjectTable,
  chosen: Iterable<NormalizedName>,
): ReadonlySet<NormalizedName> {
  const included = new Set(chosen);
  for (const extra of included)
    for (const { name, extras } of project.optionalDependencies.get(extra) ?? [])
      if (name === project.name) for (const other of extras) included.add(other);
  return included;
}

/** A dependency group, `name` of the `pyproject.toml` here or `path:name` (PEP 735, pip's `--group`). */
export function readDependencyGroups(group: string, world: ReadingWorld): AskedRequirement[] {
  const { file, name } = placeOfGroup(group);
  const groups = parseDependencyGroups(readToml(file, world), file);
  return resolveDependencyGroup(groups, name).map((requirement) => ({
    requirement,
    origin: `--group ${group}`,
    hashes: [],
  }));
}

/** What `--group` names: a group of the `pyproject.toml` here, or `path:name`. */
export function placeOfGroup(group: string): { readonly file: string; readonly name: string } {
  const colon = group.lastIndexOf(":");
  if (colon === -1) return { file: "pyproject.toml", name: group };
  return { file: group.slice(0, colon), name: group.slice(colon + 1) };
}

/** A decoded `pyproject.toml`. */
export function readToml(file: string, { files, host }: ReadingWorld): unknown {
  const text = files.tryReadText(file.startsWith("/") ? file : `${host.cwd}/${file}`);
  if (text === undefined) throw projectFileMissing(file);
  return parseToml(text, file);
}
