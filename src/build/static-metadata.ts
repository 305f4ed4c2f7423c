import { PkmError } from "#base/errors";
import type { World } from "#platform/ports";
import { formatMarker } from "#standards/marker";
import { type CoreMetadata, isStatic, parseMetadata } from "#standards/metadata";
import { parseProjectTable, type ProjectTable } from "#standards/project-table";
import { formatRequirement, type Requirement } from "#standards/requirement";
import type { PromisedIdentity } from "#provision/source-builder";

/** PKG-INFO at the top of an unpacked sdist, if it may be believed without a build (PEP 643). */
export function staticPkgInfo(root: string, { files }: Pick<World, "files">): string | undefined {
  const text = files.tryReadText(`${root}/PKG-INFO`);
  if (text === undefined) return undefined;
  const metadata = read(() => parseMetadata(text));
  return metadata !== undefined && isStatic(metadata) ? text : undefined;
}

/**
 * METADATA as far as `[project]` settles it: what is not dynamic is binding, so that nothing has to be built to learn
 * name, version and requirements (PyPUG pyproject-toml). The version of an sdist stands in its name as well. A table
 * that breaks the rules is left to the backend.
 */
export function projectMetadata(
  document: unknown,
  promised: PromisedIdentity | undefined,
): string | undefined {
  if (document === undefined) return undefined;
  const project = read(() => parseProjectTable(document, "pyproject.toml"));
  if (project === undefined) return undefined;
  const version = project.version ?? promised?.version;
  if (version === undefined) return undefined;
  for (const key of ["dependencies", "optional-dependencies", "requires-python"])
    if (project.dynamic.has(key)) return undefined;
  return metadataText(project, version.text);
}

/** The name alone, where the tree tells it: settings and extra requirements may be for this project. */
export function projectName(document: unknown): CoreMetadata["name"] | undefined {
  if (document === undefined) return undefined;
  return read(() => parseProjectTable(document, "pyproject.toml"))?.name;
}

function metadataText(project: ProjectTable, version: string): string {
  const lines = ["Metadata-Version: 2.2", `Name: ${project.displayName}`, `Version: ${version}`];
  const { requiresPython, dependencies, optionalDependencies, description } = project;
  if (description !== undefined) lines.push(`Summary: ${description}`);
  if (requiresPython !== undefined) lines.push(`Requires-Python: ${requiresPython.text}`);
  for (const requirement of dependencies)
    lines.push(`Requires-Dist: ${formatRequirement(requirement)}`);
  for (const [extra, requirements] of optionalDependencies) {
    lines.push(`Provides-Extra: ${extra}`);
    for (const requirement of requirements)
      lines.push(`Requires-Dist: ${withExtra(requirement, extra)}`);
  }
  return `${lines.join("\n")}\n`;
}

function withExtra(requirement: Requirement, extra: string): string {
  const { marker, ...plain } = requirement;
  const condition = `extra == "${extra}"`;
  const text = formatRequirement({ ...plain, marker: undefined });
  return `${text} ; ${marker === undefined ? condition : `(${formatMarker(marker)}) and ${condition}`}`;
}

function read<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof PkmError) return undefined;
    throw error;
  }
}
