import { parseToml } from "#platform/toml";
import { nameInFile } from "#standards/name";
import { parseProjectTable, type ProjectTable } from "#standards/project-table";
import type { Version } from "#standards/version";
import { type BuildSettings, readBuildSettings } from "./build-settings.ts";
import { buildNeedsProject, dynamicNotDetermined } from "./errors.ts";
import { findModules, type ModuleFiles } from "./module-files.ts";
import { projectVersion } from "./project-version.ts";
import type { BackendWorld } from "./request.ts";
import { SourceTree } from "./source-tree.ts";

/** A source tree that has been understood: everything an archive is made from, and nothing written yet. */
export type OwnProject = {
  /** `pyproject.toml`, as messages name it. */
  readonly file: string;
  readonly tree: SourceTree;
  readonly table: ProjectTable;
  /** `[project]` as it was written: requirements go into metadata in the author's own words. */
  readonly written: Readonly<Record<string, unknown>>;
  readonly settings: BuildSettings;
  readonly modules: ModuleFiles;
  readonly version: Version;
  /** `name-version` as it stands in file names (PEP 427, 625). */
  readonly stem: string;
};

/** Reads the project in a folder. Everything a person can have got wrong in `pyproject.toml` is refused here. */
export async function openProject(folder: string, world: BackendWorld): Promise<OwnProject> {
  const file = `${folder}/pyproject.toml`;
  const document = parseToml(readStrictly(file, world), file) as Readonly<Record<string, unknown>>;
  const table = parseProjectTable(document, file);
  if (table === undefined) throw buildNeedsProject(file, "it has no `[project]`");
  for (const key of table.dynamic) if (key !== "version") throw dynamicNotDetermined(file, key);
  const settings = readBuildSettings(document, file);
  const tree = new SourceTree(folder, world.files);
  const modules = findModules(table, settings, tree);
  const version = await projectVersion(table, settings, modules.entries, tree, world);
  return {
    file,
    tree,
    table,
    written: document["project"] as Readonly<Record<string, unknown>>,
    settings,
    modules,
    version,
    stem: `${nameInFile(table.name)}-${version.text}`,
  };
}

function readStrictly(file: string, { files }: BackendWorld): string {
  const content = files.tryRead(file);
  if (content === undefined) throw buildNeedsProject(file, "there is no such file");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch (cause) {
    throw buildNeedsProject(file, "it is not UTF-8", ["save it as UTF-8"], cause);
  }
}
