import type { World } from "#platform/ports";
import { parseToml } from "#platform/toml";
import type { AskedRequirement } from "#resolver/request";
import { parseDependencyGroups, resolveDependencyGroup } from "#standards/dependency-groups";
import { parseProjectTable } from "#standards/project-table";
import type { NormalizedName } from "#standards/name";
import { normalizeName, parseName } from "#standards/name";
import type { Requirement } from "#standards/requirement";
import { noProjectTable, projectFileMissing, unknownExtra } from "./errors.ts";

/** All extras of a project, or these. */
export type ProjectExtras = true | readonly string[];

type ReadingWorld = Pick<World, "files" | "host">;

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
  const pending: NormalizedName[] = [...chosen];
  const seen = new Set<NormalizedName>();
  while (pending.length > 0) {
    const extra = pending.shift() as NormalizedName;
    if (seen.has(extra)) continue;
    seen.add(extra);
    for (const requirement of project.optionalDependencies.get(extra) ?? []) {
      // An extra may be made of others: `all = ["project[a,b]"]`.
      if (requirement.name === normalizeName(project.name)) pending.push(...requirement.extras);
      else add([requirement], `${project.name}[${extra}] (${file})`);
    }
  }
  return asked;
}

/** A dependency group, `name` of the `pyproject.toml` here or `path:name` (PEP 735, pip's `--group`). */
export function readDependencyGroups(group: string, world: ReadingWorld): AskedRequirement[] {
  const colon = group.lastIndexOf(":");
  const file = colon === -1 ? "pyproject.toml" : group.slice(0, colon);
  const name = colon === -1 ? group : group.slice(colon + 1);
  const groups = parseDependencyGroups(readToml(file, world), file);
  return resolveDependencyGroup(groups, name).map((requirement) => ({
    requirement,
    origin: `--group ${group}`,
    hashes: [],
  }));
}

function readToml(file: string, { files, host }: ReadingWorld): unknown {
  const text = files.tryReadText(file.startsWith("/") ? file : `${host.cwd}/${file}`);
  if (text === undefined) throw projectFileMissing(file);
  return parseToml(text, file);
}
