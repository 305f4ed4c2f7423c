import type { World } from "#platform/ports";
import { openKept, replaceFile, sealKept, unlessRefused } from "./kept-file.ts";
import type { StorePlaces } from "./layout.ts";

/*
 * Environments for backends. Each stays in the folder in which it was made, for its scripts know where they are; a small
 * file named after the key leads to it once it is finished. The folder is named after the key and the work place
 * of the run that makes it, so that what a killed run left is known when its work place is found.
 */

type KeptWorld = Pick<World, "files" | "inflate">;

/** The finished environment of a key, and the file that leads to it. */
export function findEnvironment(
  places: StorePlaces,
  key: string,
  world: KeptWorld,
): { readonly folder: string; readonly pointer: string } | undefined {
  const pointer = pointerTo(places, key);
  const folder = readPointer(pointer, world);
  if (folder === undefined || world.files.tryStat(`${folder}/pyvenv.cfg`) === undefined)
    return undefined;
  return { folder, pointer };
}

/** A folder in which a new environment is to be made: nobody else has the name. */
export function beginEnvironment(
  places: StorePlaces,
  key: string,
  workPlace: string,
  { files }: Pick<World, "files">,
): string {
  const parent = environmentsOf(places);
  files.makeFolders(parent);
  return files.makeTemporaryFolder(parent, `${shortened(key)}.${workPlace}.`);
}

/** From now on the environment in this folder is the one of the key, unless there is one already. */
export function keepEnvironment(
  places: StorePlaces,
  key: string,
  folder: string,
  world: KeptWorld & Pick<World, "host">,
): void {
  const content = sealKept(form, folder, world.inflate);
  unlessRefused(() => replaceFile(pointerTo(places, key), content, world));
}

/** What the run with this work place began and did not finish. */
export function* unfinishedEnvironments(
  places: StorePlaces,
  workPlace: string,
  world: KeptWorld,
): Generator<string, void> {
  const parent = environmentsOf(places);
  for (const { name } of world.files.tryList(parent) ?? []) {
    const [key = "", place] = name.split(".");
    if (place !== workPlace) continue;
    const led = readPointer(`${parent}/${key}`, world);
    if (led?.startsWith(`${parent}/${name}/`) !== true) yield `${parent}/${name}`;
  }
}

/** Those that no key leads to, and keys that were not used since `oldest`. */
export function staleEnvironments(
  places: StorePlaces,
  oldest: number,
  world: KeptWorld,
): readonly string[] {
  const parent = environmentsOf(places);
  const entries = world.files.tryList(parent) ?? [];
  const stale: string[] = [];
  const led = new Set<string>();
  for (const { name, kind } of entries) {
    if (kind === "folder") continue;
    const pointer = `${parent}/${name}`;
    const folder = readPointer(pointer, world);
    const used = world.files.tryStat(pointer)?.mtime ?? 0;
    if (folder === undefined || used < oldest) stale.push(pointer);
    else led.add(folder.slice(0, folder.lastIndexOf("/")));
  }
  for (const { name, kind } of entries)
    if (kind === "folder" && !led.has(`${parent}/${name}`)) stale.push(`${parent}/${name}`);
  return stale;
}

function environmentsOf({ builds }: StorePlaces): string {
  return `${builds}/environments`;
}

function pointerTo(places: StorePlaces, key: string): string {
  return `${environmentsOf(places)}/${shortened(key)}`;
}

function readPointer(pointer: string, { files, inflate }: KeptWorld): string | undefined {
  return openKept(form, files.tryRead(pointer), inflate);
}

function shortened(key: string): string {
  return key.slice(0, 40);
}

const form = "pkm-build-1";
