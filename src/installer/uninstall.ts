import type { InstalledDistribution, PythonEnvironment } from "#environment/environment";
import type { Files } from "#platform/ports";
import { parseEntryPoints } from "#standards/entry-points";
import { type NormalizedName, normalizeName } from "#standards/name";
import { parseRecord } from "#standards/record";
import { distutilsInstalled, noRecord, outsideEnvironment, recordOutside } from "./errors.ts";
import { isOwn, nameOf, parentOf, type Places, resolvePath } from "./places.ts";
import { isInside, resolveRecordPath } from "./record-paths.ts";
import { launcherFor } from "./scripts.ts";
import type { InstallerWorld } from "./world.ts";

/** What leaves an environment together with one distribution. Compiled modules follow their sources by themselves. */
export type Belongings = {
  readonly name: NormalizedName;
  readonly label: string;
  readonly files: readonly string[];
  /** Folders that go with all they hold: the metadata. */
  readonly folders: readonly string[];
  /** Shared files that stay without what concerns this distribution. */
  readonly edits: readonly { readonly path: string; readonly content: string }[];
};

/**
 * Lists what belongs to an installed distribution, by its kind. Nothing is removed here. Refused are: lists that
 * lead out of the environment, distributions without a list, and those that another environment holds.
 */
export function belongingsOf(
  distribution: InstalledDistribution,
  places: Places,
  environment: PythonEnvironment,
  world: InstallerWorld,
): Belongings {
  const { files } = world;
  const metadata = resolvePath(distribution.metadataPath, files);
  switch (distribution.kind) {
    case "dist-info":
      requireOwn(distribution, metadata, places);
      return ofDistInfo(distribution, metadata, places, world);
    case "egg-info-folder":
      requireOwn(distribution, metadata, places);
      return ofEggInfo(distribution, metadata, places, world);
    case "egg-info-file":
      requireOwn(distribution, metadata, places);
      throw distutilsInstalled(labelOf(distribution), metadata);
    case "egg-link":
      return ofEggLink(distribution, places, environment, world);
    case "egg":
      return ofEgg(distribution, metadata, places, world);
    default:
      return distribution.kind satisfies never;
  }
}

/** `name version`, as messages say it. */
export function labelOf(distribution: InstalledDistribution): string {
  return `${distribution.displayName} ${distribution.version}`;
}

/** PyPUG recording-installed-packages: RECORD lists everything, and without it nothing may be removed. */
function ofDistInfo(
  distribution: InstalledDistribution,
  metadata: string,
  places: Places,
  { files, host }: InstallerWorld,
): Belongings {
  const text = files.tryReadText(`${metadata}/RECORD`);
  if (text === undefined)
    throw noRecord(labelOf(distribution), files.tryReadText(`${metadata}/INSTALLER`)?.trim());
  const site = parentOf(metadata);
  const windows = host.os === "windows";
  const listed: string[] = [];
  for (const entry of parseRecord(text)) {
    const path = resolveRecordPath(site, entry.path, windows);
    if (!isInside(path, site) && !isOwn(places, path)) {
      // Written through a link (`lib64`, a linked home folder): judged by where it really lies.
      const real = `${resolvePath(parentOf(path), files)}/${nameOf(path)}`;
      if (!isOwn(places, real)) throw recordOutside(labelOf(distribution), entry.path, "RECORD");
      listed.push(real);
    } else listed.push(path);
  }
  return {
    name: distribution.name,
    label: labelOf(distribution),
    files: listed.filter((path) => !isInside(path, metadata)),
    folders: [metadata],
    edits: [],
  };
}

/** What `setup.py install --record` left: paths relative to the metadata folder. */
function ofEggInfo(
  distribution: InstalledDistribution,
  metadata: string,
  places: Places,
  world: InstallerWorld,
): Belongings {
  const { files, host } = world;
  const text = files.tryReadText(`${metadata}/installed-files.txt`);
  if (text === undefined) {
    const top = files.tryReadText(`${metadata}/top_level.txt`);
    if (top !== undefined) return ofTopLevel(distribution, metadata, top, places, world);
    throw noRecord(labelOf(distribution), files.tryReadText(`${metadata}/INSTALLER`)?.trim());
  }
  const listed: string[] = [];
  for (const row of text.split("\n")) {
    const line = row.trim();
    if (line === "") continue;
    const path = resolveRecordPath(metadata, line, host.os === "windows");
    if (!isOwn(places, path))
      throw recordOutside(labelOf(distribution), line, "installed-files.txt");
    if (path !== metadata && !isInside(path, metadata)) listed.push(path);
  }
  return {
    name: distribution.name,
    label: labelOf(distribution),
    files: listed,
    folders: [metadata],
    edits: [],
  };
}

/**
 * `setup.py install --single-version-externally-managed` without a list: what pip takes are the packages and modules of
 * `top_level.txt`, and scripts. What a package shares with others (a namespace that nobody declared) stays with them, since
 * each of its files is named here.
 */
function ofTopLevel(
  distribution: InstalledDistribution,
  metadata: string,
  text: string,
  places: Places,
  world: InstallerWorld,
): Belongings {
  const { files } = world;
  const site = parentOf(metadata);
  const lines = (content: string): string[] =>
    content
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  const namespaces = new Set(lines(files.tryReadText(`${metadata}/namespace_packages.txt`) ?? ""));
  const listed: string[] = [];
  for (const name of lines(text)) {
    if (namespaces.has(name)) continue;
    if (!/^[^/\\:]+$/.test(name) || name === "." || name === "..")
      throw recordOutside(labelOf(distribution), name, "top_level.txt");
    if (files.tryLstat(`${site}/${name}`)?.kind === "folder")
      listed.push(...filesBelow(`${site}/${name}`, files));
    for (const path of [name, `${name}.py`, `${name}.pyc`, `${name}.pyo`])
      if ((files.tryLstat(`${site}/${path}`)?.kind ?? "folder") !== "folder")
        listed.push(`${site}/${path}`);
  }
  return {
    name: distribution.name,
    label: labelOf(distribution),
    files: [...listed, ...scriptsOf(metadata, places, world)],
    folders: [metadata],
    edits: [],
  };
}

function filesBelow(folder: string, files: Pick<Files, "tryList">): string[] {
  return (files.tryList(folder) ?? []).flatMap(({ name, kind }) =>
    kind === "folder" ? filesBelow(`${folder}/${name}`, files) : [`${folder}/${name}`],
  );
}

/** `setup.py develop`: a link file, a line in `easy-install.pth`, and the scripts of the source tree's metadata. */
function ofEggLink(
  distribution: InstalledDistribution,
  places: Places,
  environment: PythonEnvironment,
  world: InstallerWorld,
): Belongings {
  const { files } = world;
  const link = findEggLink(distribution, places, environment, files);
  if (link === undefined || !isOwn(places, link))
    throw outsideEnvironment(labelOf(distribution), distribution.location);
  const source = (files.tryReadText(link) ?? "").split("\n", 1)[0]?.trim() ?? "";
  return {
    name: distribution.name,
    label: labelOf(distribution),
    files: [link, ...scriptsOf(distribution.metadataPath, places, world)],
    folders: [],
    edits: withoutPathLine(`${parentOf(link)}/easy-install.pth`, [source], files),
  };
}

/** `easy_install`: a folder or archive of its own on `sys.path`. */
function ofEgg(
  distribution: InstalledDistribution,
  metadata: string,
  places: Places,
  world: InstallerWorld,
): Belongings {
  let egg = metadata;
  while (!egg.endsWith(".egg") && egg !== "") egg = parentOf(egg);
  if (egg === "" || !isOwn(places, egg))
    throw outsideEnvironment(labelOf(distribution), distribution.location);
  const isFolder = world.files.tryLstat(egg)?.kind === "folder";
  const lines = [egg, `./${nameOf(egg)}`, nameOf(egg)];
  return {
    name: distribution.name,
    label: labelOf(distribution),
    files: [...(isFolder ? [] : [egg]), ...scriptsOf(metadata, places, world)],
    folders: isFolder ? [egg] : [],
    edits: withoutPathLine(`${parentOf(egg)}/easy-install.pth`, lines, world.files),
  };
}

function requireOwn(distribution: InstalledDistribution, metadata: string, places: Places): void {
  if (!isOwn(places, metadata))
    throw outsideEnvironment(labelOf(distribution), distribution.location);
}

function findEggLink(
  distribution: InstalledDistribution,
  places: Places,
  environment: PythonEnvironment,
  files: Files,
): string | undefined {
  if (distribution.metadataPath.endsWith(".egg-link"))
    return resolvePath(distribution.metadataPath, files);
  const sites = [places.purelib, places.platlib, ...environment.sitePackages];
  for (const site of sites)
    for (const entry of files.tryList(site) ?? []) {
      if (!entry.name.endsWith(".egg-link")) continue;
      if (normalizeName(entry.name.slice(0, -".egg-link".length)) === distribution.name)
        return resolvePath(`${site}/${entry.name}`, files);
    }
  return undefined;
}

/** Commands that setuptools made without listing them: those of the entry points, where they exist. */
function scriptsOf(metadata: string, places: Places, { files, host }: InstallerWorld): string[] {
  const text = files.tryReadText(`${metadata}/entry_points.txt`);
  if (text === undefined) return [];
  const launcher = launcherFor(host);
  const found: string[] = [];
  for (const point of parseEntryPoints(text)) {
    if (point.group !== "console_scripts" && point.group !== "gui_scripts") continue;
    for (const name of launcher.shadows(point.name)) {
      const path = resolveRecordPath(places.scripts, name);
      if (isInside(path, places.scripts) && files.tryLstat(path) !== undefined) found.push(path);
    }
  }
  return found;
}

function withoutPathLine(
  path: string,
  lines: readonly string[],
  files: Pick<Files, "tryReadText">,
): { readonly path: string; readonly content: string }[] {
  const text = files.tryReadText(path);
  if (text === undefined) return [];
  const unwanted = new Set(lines);
  const rows = text.split("\n");
  const rest = rows.filter((row) => !unwanted.has(row.trim()));
  return rest.length === rows.length ? [] : [{ path, content: rest.join("\n") }];
}
