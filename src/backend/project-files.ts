import { compareText } from "#base/order";
import type { ProjectTable } from "#standards/project-table";
import type { BuildSettings } from "./build-settings.ts";
import type { ExtensionSettings } from "./extension-settings.ts";
import { buildFileUnusable, buildSettingInvalid, licenseGlobUnmatched } from "./errors.ts";
import { type Glob, parseGlob } from "./glob.ts";
import type { OwnProject } from "./own-project.ts";
import { isMeant, pathInTree, type SourceTree } from "./source-tree.ts";

/** A file that `[project]` names, as a path in the tree. */
export function projectFile(text: string, key: string): string {
  const path = pathInTree(text);
  if (path === undefined)
    throw buildFileUnusable(text, key, "it does not lie below the project's folder");
  return path;
}

/** The licence files of a project (PEP 639), in order. Where it says nothing, files of the customary names count. */
export function licenseFiles({ table, tree }: Pick<OwnProject, "table" | "tree">): string[] {
  if (table.licenseFiles === undefined) return tree.find(customaryLicenses);
  const found = new Set<string>();
  for (const text of table.licenseFiles) {
    const glob = parseGlob(text);
    if ("why" in glob) throw buildFileUnusable(text, "project.license-files", `it ${glob.why}`);
    const files = tree.find([glob]);
    if (files.length === 0) throw licenseGlobUnmatched(text);
    for (const file of files) found.add(file);
  }
  return [...found].sort(compareText);
}

const customaryLicenses = ["LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*"].map(
  (text) => parseGlob(text) as Glob,
);

/** What the wheel takes from the tree: its path there to the path here. Extension modules are not among it. */
export function wheelFiles({ tree, settings, modules, file }: OwnProject): Map<string, string> {
  const found = new Map<string, string>();
  const { root, exclude, wheelInclude, wheelExclude } = settings;
  const further = wheelInclude.length === 0 ? [] : tree.find(wheelInclude, exclude);
  for (const path of [...modules.files, ...further]) {
    if (isMeant(wheelExclude, path)) continue;
    if (root !== "" && !path.startsWith(`${root}/`))
      throw buildSettingInvalid(
        file,
        "tool.pkm.build.wheel-include",
        `finds ${path}, which does not lie below \`${root}\``,
        ["name its folder in `[tool.pkm.build.data]`, or move it"],
      );
    found.set(root === "" ? path : path.slice(root.length + 1), path);
  }
  return found;
}

/** What the wheel's `.data` folder takes from the tree: `scheme/path` to the path here. */
export function dataFiles({ tree, settings }: OwnProject): Map<string, string> {
  const found = new Map<string, string>();
  for (const [scheme, folder] of settings.data)
    for (const path of dataBelow(scheme, folder, settings, tree))
      if (!isMeant(settings.wheelExclude, path))
        found.set(`${scheme}/${path.slice(folder.length + 1)}`, path);
  return found;
}

/** An empty folder is refused like none, since no sdist could hold it. */
function dataBelow(
  scheme: string,
  folder: string,
  { exclude }: BuildSettings,
  tree: SourceTree,
): string[] {
  const files = tree.kind(folder) === "folder" ? tree.below(folder, exclude) : [];
  if (files.length === 0)
    throw buildFileUnusable(
      folder,
      `tool.pkm.build.data.${scheme}`,
      "there is no such folder, or no file in it",
    );
  return files;
}

/** Everything the sdist takes from the tree, so that the wheel can be built from it; in order. */
export function sdistFiles(project: OwnProject): string[] {
  const { tree, table, settings, modules } = project;
  const { exclude, include, wheelInclude } = settings;
  const found = new Set(["pyproject.toml", ...modules.files, ...licenseFiles(project)]);
  for (const path of namedFiles(table)) found.add(path);
  for (const path of tree.find([...include, ...wheelInclude], exclude)) found.add(path);
  for (const [scheme, folder] of settings.data)
    for (const path of dataBelow(scheme, folder, settings, tree)) found.add(path);
  if (table.version === undefined && settings.version?.kind === "attribute")
    if (settings.version.file !== undefined) found.add(settings.version.file);
  for (const extension of settings.extensions)
    for (const path of extensionFiles(extension, tree)) found.add(path);
  found.delete("PKG-INFO");
  return [...found].sort(compareText);
}

function namedFiles({ readme, license }: ProjectTable): string[] {
  return [
    ...(readme?.file === undefined ? [] : [projectFile(readme.file, "project.readme")]),
    ...(license?.kind === "file" ? [projectFile(license.file, "project.license")] : []),
  ];
}

/** Sources, and the headers of the folders they are looked for in. */
export function extensionFiles(
  { sources, includeDirs }: ExtensionSettings,
  tree: SourceTree,
): string[] {
  const found = [...sources];
  for (const path of sources)
    if (tree.kind(path) !== "file")
      throw buildFileUnusable(path, "tool.pkm.build.extensions", "there is no such file");
  for (const folder of includeDirs) {
    const files = tree.kind(folder) === "folder" ? tree.below(folder, []) : [];
    const headers = files.filter((path) => /\.(h|inc)$/.test(path));
    if (headers.length === 0)
      throw buildFileUnusable(
        folder,
        "tool.pkm.build.extensions",
        "there is no such folder, or no header in it",
      );
    found.push(...headers);
  }
  return found;
}
