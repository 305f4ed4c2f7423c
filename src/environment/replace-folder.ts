import { errnoOf } from "#base/errors";
import { joined, lastName, parentFolder } from "#interpreter/path-names";
import type { Files, World } from "#platform/ports";
import { environmentLeftover } from "./errors.ts";

type FolderWorld = Pick<World, "files" | "host">;

/**
 * Puts a newly built folder in the place of an existing one. The old one stays until the new one is whole, and is
 * there again when anything fails.
 */
export function replaceFolder(
  target: string,
  build: (folder: string) => void,
  world: FolderWorld,
): void {
  const { files } = world;
  const staging = stagingBeside(target, world);
  let replaced = false;
  try {
    files.makeFolder(staging);
    build(staging);
    replaced = changePlaces(staging, target, files);
  } finally {
    if (!replaced) files.removeTree(staging);
  }
  if (replaced) removeOld(staging, target, files);
  else replaceContent(target, lastName(staging), build, world);
}

/** The new folder is in place already; what goes wrong here is told as what it is. */
function removeOld(old: string, target: string, files: Files): void {
  try {
    files.removeTree(old);
  } catch (cause) {
    if (errnoOf(cause) === undefined) throw cause;
    throw environmentLeftover(target, old, cause);
  }
}

/** A folder name beside `path` for what is not ready yet; nothing is there. */
export function stagingBeside(path: string, { files, host }: FolderWorld): string {
  const name = joined(
    host,
    parentFolder(path),
    `.${lastName(path).slice(0, 100)}.new-${host.processId}`,
  );
  // Left by a process of the same number that was killed.
  files.removeTree(name);
  return name;
}

/** False when the system does not let the folder be moved; nothing has changed then. */
function changePlaces(staging: string, target: string, files: Files): boolean {
  try {
    if (files.exchange(staging, target)) return true;
    const aside = `${staging}.old`;
    files.rename(target, aside);
    try {
      files.rename(staging, target);
    } catch (error) {
      files.rename(aside, target);
      throw error;
    }
    files.rename(aside, staging);
    return true;
  } catch (error) {
    if (["EBUSY", "EXDEV", "EPERM", "EACCES", "EINVAL"].includes(errnoOf(error) ?? ""))
      return false;
    throw error;
  }
}

/** For a folder that cannot be moved (a mount, a working folder on Windows): its content can. */
function replaceContent(
  target: string,
  name: string,
  build: (folder: string) => void,
  world: FolderWorld,
): void {
  const { files, host } = world;
  const aside = joined(host, target, `${name}.old`);
  const moved: string[] = [];
  const moveBack = () => {
    for (const each of moved) files.rename(joined(host, aside, each), joined(host, target, each));
    files.removeEmptyFolder(aside);
  };
  const old = files.list(target);
  files.makeFolder(aside);
  try {
    for (const entry of old) {
      files.rename(joined(host, target, entry.name), joined(host, aside, entry.name));
      moved.push(entry.name);
    }
    build(target);
  } catch (error) {
    moveBack();
    throw error;
  }
  removeOld(aside, target, files);
}
