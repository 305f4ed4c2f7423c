import { PkmError } from "#base/errors";
import { type DirectUrl, parseDirectUrl } from "#standards/direct-url";
import { normalizeName, type NormalizedName, tryParseName } from "#standards/name";
import type { Files, FolderEntry } from "#platform/ports";
import type { InstalledDistribution, PythonEnvironment } from "./environment.ts";
import { eggMetadataFile, metadataHead, nameAndVersion } from "./metadata-file.ts";
import { foldersOfPathFiles } from "./path-file.ts";
import { newerFirst } from "./shadowing.ts";

/*
 * Only what listing needs, so that `pkm pip list` loads nothing else; what distributions say of themselves is read in
 * `installed.ts`.
 */

/** What reading an environment needs of the file system. Any object with these functions will do. */
export type ReadingFiles = Pick<Files, "tryList" | "tryStat" | "tryReadText" | "readAt">;

export type ReadingWorld = { readonly files: ReadingFiles };

/** Metadata that names no distribution: half written, half removed, or damaged. */
export type BrokenMetadata = { readonly path: string; readonly reason: string };

export type InstalledSurvey = {
  /** The first of each name in the order of `sys.path`: what an import finds. Sorted by name. */
  readonly distributions: readonly InstalledDistribution[];
  /** Others of the same names, hidden behind the first. */
  readonly shadowed: readonly InstalledDistribution[];
  readonly broken: readonly BrokenMetadata[];
};

/** The site-packages folders that exist below a prefix, by the names that CPython, PyPy and GraalPy give them. */
export function sitePackagesBelow(prefix: string, files: ReadingFiles): string[] {
  const found: string[] = [];
  for (const library of ["lib", "lib64"])
    for (const { name } of files.tryList(`${prefix}/${library}`) ?? []) {
      if (!/^(?:python|pypy|graalpy)[0-9]/.test(name)) continue;
      const folder = `${prefix}/${library}/${name}/site-packages`;
      const stat = files.tryStat(folder);
      // `lib64` is a link to `lib` in most environments.
      if (stat?.kind === "folder" && !found.includes(folder.replace("/lib64/", "/lib/")))
        found.push(folder);
    }
  const windows = `${prefix}/Lib/site-packages`;
  // On a file system that folds case `Lib` is `lib`.
  if (found.length === 0 && files.tryStat(windows)?.kind === "folder") found.push(windows);
  return found;
}

/** {@link readInstalled} with what is hidden and what is broken. Nothing of it is fatal. */
export function surveyInstalled(
  environment: Pick<PythonEnvironment, "sitePackages">,
  world: ReadingWorld,
): InstalledSurvey {
  const found = new Map<NormalizedName, InstalledDistribution>();
  const shadowed: InstalledDistribution[] = [];
  const broken: BrokenMetadata[] = [];
  const read = new Set<string>();
  const added: string[] = [];
  const visit = (folder: string, editable: boolean) => {
    if (read.has(folder)) return;
    read.add(folder);
    const here = new Map<NormalizedName, InstalledDistribution>();
    const entries = world.files.tryList(folder) ?? [];
    if (!editable) added.push(...foldersOfPathFiles(folder, entries, world.files));
    for (const distribution of readFolder(folder, entries, editable, broken, world.files)) {
      const twin = here.get(distribution.name);
      if (twin === undefined) here.set(distribution.name, distribution);
      else {
        const [newer, older] = newerFirst(twin, distribution);
        here.set(distribution.name, newer);
        shadowed.push(older);
      }
    }
    for (const [name, distribution] of here) {
      const first = found.get(name);
      if (first === undefined) found.set(name, distribution);
      // A `.pth` line and an egg-link lead to the same metadata.
      else if (first.metadataPath !== distribution.metadataPath) shadowed.push(distribution);
    }
  };
  for (const folder of environment.sitePackages) visit(folder, false);
  for (const folder of added) visit(folder, true);
  const distributions = [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { distributions, shadowed, broken };
}

function readFolder(
  folder: string,
  entries: readonly FolderEntry[],
  editable: boolean,
  broken: BrokenMetadata[],
  files: ReadingFiles,
): InstalledDistribution[] {
  const distributions: InstalledDistribution[] = [];
  for (const { name } of entries) {
    // Most entries are modules: the last letter tells them apart.
    const last = name.charCodeAt(name.length - 1);
    if (last !== 0x6f && last !== 0x6b && last !== 0x67) continue;
    const path = `${folder}/${name}`;
    let found: InstalledDistribution | string | undefined;
    if (name.endsWith(".dist-info")) found = readDistInfo(path, name, folder, files);
    else if (name.endsWith(".egg-info")) found = readEggInfo(path, name, folder, editable, files);
    else if (name.endsWith(".egg-link")) found = readEggLink(path, folder, files);
    else if (name.endsWith(".egg")) found = readEgg(path, name, folder, files);
    if (typeof found === "string") broken.push({ path, reason: found });
    else if (found !== undefined) distributions.push(found);
  }
  return distributions;
}

/** The distribution, or why there is none. */
function readDistInfo(
  path: string,
  folderName: string,
  location: string,
  files: ReadingFiles,
): InstalledDistribution | string {
  if (folderName.startsWith("~")) return "an interrupted pip left it behind";
  const head = metadataHead(`${path}/METADATA`, files);
  if (head === undefined) return "it has no METADATA";
  const name = tryParseName(head.name);
  if (name === undefined || head.version === "")
    return "its METADATA has no valid Name or no Version";
  const directUrlPath = `${path}/direct_url.json`;
  const hasDirectUrl = files.tryStat(directUrlPath) !== undefined;
  // A damaged one hinders neither listing nor uninstalling; `readDirectUrl` says what is wrong.
  const directUrl = hasDirectUrl
    ? tryParseDirectUrl(files.tryReadText(directUrlPath) ?? "")
    : undefined;
  const distribution: InstalledDistribution = {
    kind: "dist-info",
    name,
    displayName: head.name,
    version: head.version,
    metadataPath: path,
    location,
    hasDirectUrl,
    editableLocation: directUrl === undefined ? undefined : editableFolder(directUrl),
  };
  return directUrl === undefined ? distribution : { ...distribution, directUrl };
}

function editableFolder({ source, url }: DirectUrl): string | undefined {
  return source.kind === "directory" && source.editable ? pathOfUrl(url) : undefined;
}

function tryParseDirectUrl(text: string): DirectUrl | undefined {
  try {
    return parseDirectUrl(text);
  } catch (error) {
    if (error instanceof PkmError) return undefined;
    throw error;
  }
}

function readEggInfo(
  path: string,
  entryName: string,
  location: string,
  editable: boolean,
  files: ReadingFiles,
): InstalledDistribution | string | undefined {
  const isFolder = files.tryStat(path)?.kind === "folder";
  const head = metadataHead(isFolder ? `${path}/PKG-INFO` : path, files);
  // An egg-info folder in a source tree is made before it is filled.
  if (head === undefined) return editable ? undefined : "it has no PKG-INFO";
  return eggDistribution(
    isFolder ? "egg-info-folder" : "egg-info-file",
    head,
    entryName,
    path,
    location,
    editable ? location : undefined,
  );
}

/** `NAME.egg-link` names the project's folder; its egg-info lies there (`setup.py develop`). */
function readEggLink(
  path: string,
  location: string,
  files: ReadingFiles,
): InstalledDistribution | string {
  const project = files.tryReadText(path)?.split("\n", 1)[0]?.trim() ?? "";
  if (project === "") return "it names no project";
  const wanted = path.slice(path.lastIndexOf("/") + 1, -".egg-link".length);
  const entries = files.tryList(project) ?? [];
  const infos = entries.filter((entry) => entry.name.endsWith(".egg-info"));
  const info =
    infos.find(
      (entry) => normalizeName(nameAndVersion(entry.name).name) === normalizeName(wanted),
    ) ?? infos[0];
  const head =
    info === undefined ? undefined : metadataHead(`${project}/${info.name}/PKG-INFO`, files);
  if (info === undefined || head === undefined) return `\`${project}\` has no egg-info`;
  return eggDistribution("egg-link", head, info.name, `${project}/${info.name}`, location, project);
}

function readEgg(
  path: string,
  entryName: string,
  location: string,
  files: ReadingFiles,
): InstalledDistribution | string {
  const inside = eggMetadataFile(path, files);
  // A zipped egg tells name and version by its own name only.
  const head = inside === undefined ? nameAndVersion(entryName) : metadataHead(inside, files);
  if (head === undefined || head.version === "")
    return "it has no PKG-INFO and no version in its name";
  return eggDistribution(
    "egg",
    head,
    entryName,
    inside === undefined ? path : `${path}/EGG-INFO`,
    location,
    undefined,
  );
}

function eggDistribution(
  kind: InstalledDistribution["kind"],
  head: { readonly name: string; readonly version: string },
  entryName: string,
  metadataPath: string,
  location: string,
  editableLocation: string | undefined,
): InstalledDistribution | string {
  const displayName = head.name === "" ? nameAndVersion(entryName).name : head.name;
  const version = head.version === "" ? nameAndVersion(entryName).version : head.version;
  const name = tryParseName(displayName);
  if (name === undefined || version === "") return "its PKG-INFO has no valid Name or no Version";
  return {
    kind,
    name,
    displayName,
    version,
    metadataPath,
    location,
    hasDirectUrl: false,
    editableLocation,
  };
}

/** The path of a `file:` URL; what is no such URL stays as it is. */
function pathOfUrl(url: string): string {
  try {
    const path = decodeURIComponent(new URL(url).pathname);
    return /^\/[a-z]:/i.test(path) ? path.slice(1) : path;
  } catch {
    return url;
  }
}
