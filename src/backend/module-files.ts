import { compareText } from "#base/order";
import { nameInFile } from "#standards/name";
import type { ProjectTable } from "#standards/project-table";
import type { BuildSettings } from "./build-settings.ts";
import { buildSettingInvalid, moduleNotFound } from "./errors.ts";
import { isMeant, type SourceTree } from "./source-tree.ts";

/** What can be imported from a project, as paths in its tree. */
export type ModuleFiles = {
  /** In order; nothing that `exclude` means. */
  readonly files: readonly string[];
  /** For each module the file that runs when it is imported; a namespace folder has none. */
  readonly entries: readonly string[];
};

/** Finds the modules of a project: those that are listed, or the one its name gives. */
export function findModules(
  project: ProjectTable,
  settings: BuildSettings,
  tree: SourceTree,
): ModuleFiles {
  const files = new Set<string>();
  const entries: string[] = [];
  for (const module of settings.modules ?? defaultModules(project, settings)) {
    const path = pathOf(module, settings.root);
    refusePackageAbove(module, settings, tree);
    const entry = entryOf(path, tree);
    if (entry !== undefined) {
      if (isMeant(settings.exclude, entry))
        throw buildSettingInvalid(
          `${tree.folder}/pyproject.toml`,
          "tool.pkm.build.exclude",
          `leaves out ${entry}, without which there is no module \`${module}\``,
        );
      entries.push(entry);
    }
    if (entry === undefined ? tree.kind(path) === "folder" : entry.startsWith(`${path}/`)) {
      // A folder without `__init__.py` is a namespace only where somebody says so: mostly the file is forgotten.
      if (entry === undefined && settings.modules === undefined)
        throw moduleNotFound(module, `${path} has no __init__.py`, [
          `add ${path}/__init__.py`,
          `say that it is a namespace: \`modules = ["${module}"]\` in \`[tool.pkm.build]\``,
        ]);
      const below = tree.below(path, settings.exclude);
      if (below.length === 0)
        throw moduleNotFound(module, `${path} has no files`, [
          "add one, or take it out of `modules`",
        ]);
      for (const file of below) files.add(file);
    } else if (entry === undefined) throw notFound(module, path, settings, tree);
    else {
      files.add(entry);
      const stub = `${path}.pyi`;
      if (tree.kind(stub) === "file" && !isMeant(settings.exclude, stub)) files.add(stub);
    }
  }
  return { files: [...files].sort(compareText), entries };
}

function defaultModules(project: ProjectTable, { extensions }: BuildSettings): readonly string[] {
  const module = nameInFile(project.name);
  return extensions.some(({ name }) => name === module) ? [] : [module];
}

function pathOf(module: string, root: string): string {
  const path = module.replaceAll(".", "/");
  return root === "" ? path : `${root}/${path}`;
}

function entryOf(path: string, tree: SourceTree): string | undefined {
  return [`${path}/__init__.py`, `${path}/__init__.pyi`, `${path}.py`].find(
    (file) => tree.kind(file) === "file",
  );
}

/** `a.b` alone means that `a` is shared with other projects; a file that runs for `a` would be left behind silently. */
function refusePackageAbove(module: string, settings: BuildSettings, tree: SourceTree): void {
  const parts = module.split(".");
  for (let length = 1; length < parts.length; length++) {
    const above = parts.slice(0, length).join(".");
    const file = `${pathOf(above, settings.root)}/__init__.py`;
    if (tree.kind(file) === "file" && settings.modules?.includes(above) !== true)
      throw buildSettingInvalid(
        `${tree.folder}/pyproject.toml`,
        "tool.pkm.build.modules",
        `has \`${module}\` without \`${above}\`, and ${file} makes \`${above}\` a package of its own`,
        [`write \`${above}\` in its place, or remove ${file}`],
      );
  }
}

function notFound(module: string, path: string, settings: BuildSettings, tree: SourceTree): Error {
  const other = settings.root === "" ? "src" : "";
  const elsewhere = pathOf(module, other);
  if (entryOf(elsewhere, tree) !== undefined)
    return moduleNotFound(module, `found it at ${elsewhere}, not at ${path}`, [
      `write \`layout = "${other === "" ? "flat" : "src"}"\` into \`[tool.pkm.build]\``,
    ]);
  return moduleNotFound(module, `there is neither ${path}/__init__.py nor ${path}.py`, [
    'name what can be imported: `modules = ["NAME"]` in `[tool.pkm.build]`',
  ]);
}
