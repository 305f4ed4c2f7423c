import type { InstalledDistribution, PythonEnvironment } from "#environment/environment";
import { normalizeName } from "#standards/name";
import { environmentChanged } from "./errors.ts";
import { type FileOwner, InstalledFiles } from "./installed-files.ts";
import type { Plan } from "./plan-types.ts";
import { isOwn, nameOf, type Places, resolvePath, spellingOf } from "./places.ts";
import { TakenPaths } from "./taken-paths.ts";
import { type Belongings, belongingsOf } from "./uninstall.ts";
import type { InstallerWorld } from "./world.ts";

/** What goes: all that is removed or replaced, with what it lists. Read before anything is fetched. */
export function departuresOf(
  plan: Plan,
  places: Places,
  environment: PythonEnvironment,
  world: InstallerWorld,
): Belongings[] {
  const { installs, removals } = plan;
  const found: Belongings[] = [];
  const add = (distribution: InstalledDistribution): void =>
    void found.push(belongingsOf(distribution, places, environment, world));
  for (const distribution of removals) add(distribution);
  const replaced = new Set<string>();
  for (const { replaces } of installs) {
    // What a system's Python brings is hidden by the new one, not removed.
    if (replaces === undefined || !isHere(replaces, places, world.files)) continue;
    add(replaces);
    if (replaces.kind === "dist-info") replaced.add(replaces.name);
  }
  // A broken installer may have left older metadata of the same name: it goes with the one that counts.
  const known = new Set(found.flatMap((belongings) => belongings.folders));
  for (const metadata of metadataFolders(replaced, places, world.files))
    if (!known.has(metadata)) found.push(ghost(metadata));
  return found;
}

/** Two that plan at once: the second finds the environment other than it saw it. */
export function refuseStale(plan: Plan, places: Places, world: InstallerWorld): void {
  const { installs, removals } = plan;
  const { files } = world;
  for (const distribution of [...installs.map((install) => install.replaces), ...removals])
    if (distribution !== undefined && files.tryLstat(distribution.metadataPath) === undefined)
      throw environmentChanged(places.root, distribution.name);
  const fresh = new Set<string>();
  for (const install of installs)
    if (install.replaces === undefined) fresh.add(install.wanted.name);
  for (const metadata of metadataFolders(fresh, places, files))
    if (files.tryLstat(`${metadata}/METADATA`) !== undefined)
      throw environmentChanged(places.root, distributionName(metadata));
}

/** What is taken out of the environment, and what stays of it because others have it as well. */
export function takenBy(
  departures: readonly Belongings[],
  marks: readonly InstalledDistribution[],
  places: Places,
  world: InstallerWorld,
): { taken: TakenPaths; shared: Map<string, FileOwner>; installed: InstalledFiles } {
  const { files, host } = world;
  const key = spellingOf(places, files);
  const installed = new InstalledFiles({
    sites: sitesOf(places),
    leaving: new Set(departures.flatMap((belongings) => belongings.folders)),
    key,
    files,
    windows: host.os === "windows",
  });
  const taken = new TakenPaths(key);
  const shared = new Map<string, FileOwner>();
  for (const { name, files: listed, folders, edits } of departures) {
    for (const path of folders) taken.addWhole(path, name);
    for (const { path } of edits) taken.add(path, name);
    for (const path of listed) {
      const owner = installed.ownersOf(path).at(-1);
      if (owner === undefined) taken.add(path, name);
      else shared.set(path, owner);
    }
  }
  for (const distribution of marks)
    taken.add(`${resolvePath(distribution.metadataPath, files)}/RECORD`, distribution.name);
  return { taken, shared, installed };
}

/** Dist-info folders of these names in the environment's own folders. */
function metadataFolders(
  names: ReadonlySet<string>,
  places: Places,
  files: InstallerWorld["files"],
): string[] {
  const found: string[] = [];
  if (names.size === 0) return found;
  for (const site of sitesOf(places))
    for (const entry of files.tryList(site) ?? [])
      if (entry.name.endsWith(".dist-info") && names.has(distributionName(entry.name)))
        found.push(`${site}/${entry.name}`);
  return found;
}

function ghost(metadata: string): Belongings {
  const name = normalizeName(distributionName(metadata));
  return { name, label: name, files: [], folders: [metadata], edits: [] };
}

function isHere(
  { kind, location, metadataPath }: InstalledDistribution,
  places: Places,
  files: InstallerWorld["files"],
): boolean {
  // The metadata of an egg-link lies in the source tree; the link itself is what counts.
  const at = kind === "egg-link" ? location : metadataPath;
  return isOwn(places, resolvePath(at, files));
}

function sitesOf(places: Places): string[] {
  return places.purelib === places.platlib ? [places.purelib] : [places.purelib, places.platlib];
}

function distributionName(metadata: string): string {
  const stem = nameOf(metadata).replace(/\.dist-info$/, "");
  return normalizeName(stem.split("-", 1)[0] ?? stem);
}
