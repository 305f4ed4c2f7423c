import { errnoOf } from "#base/errors";
import type { PythonEnvironment } from "#environment/environment";
import type { Files } from "#platform/ports";
import { cacheFolder } from "./bytecode.ts";
import { treesNeedEnvironment } from "./errors.ts";
import type { LinkWay, TreeSource } from "./plan-types.ts";
import type { RecordRow } from "./record-text.ts";
import type { InstallerWorld } from "./world.ts";

/*
 * Folders of an environment that are links into the store. RECORD has a row for each such link, before the rows of the
 * files behind it: so whoever uninstalls by RECORD takes the link away, and what it leads to stays.
 */

/** The row of RECORD for a linked folder. */
export function linkRow(path: string): RecordRow {
  return { path, sha256: "", size: undefined };
}

/** Makes at `path` a folder with what `target` holds: its folders as links, its files linked. Answers the links' names. */
export function openFolder(target: string, path: string, files: Files): string[] {
  files.makeFolder(path);
  const links: string[] = [];
  const plain: string[] = [];
  for (const { name, kind } of files.list(target)) {
    if (kind !== "folder") plain.push(name);
    else if (name !== cacheFolder) links.push(name);
  }
  for (const name of links) files.symlink(`${target}/${name}`, `${path}/${name}`);
  files.linkTree({ from: target, to: path, folders: [], files: plain, mode: "hardlink" });
  return links.sort();
}

/**
 * Where folders come from, when they are to be linked: as asked, or because the environment was made so. `undefined`,
 * with an event that says why, where this machine has no links to folders. `probe` is a path that is free.
 */
export function treesFor(
  way: LinkWay | undefined,
  environment: PythonEnvironment,
  trees: TreeSource | undefined,
  probe: string,
  world: InstallerWorld,
): TreeSource | undefined {
  if (way !== "tree" && !(way === undefined && environment.shared)) return undefined;
  if (environment.kind !== "virtual") throw treesNeedEnvironment(environment.root);
  const reason = trees === undefined ? "the cache goes with this command" : hindrance(probe, world);
  if (reason === undefined) return trees;
  world.report?.({ type: "folders-not-shared", root: environment.root, reason });
  return undefined;
}

function hindrance(probe: string, { files, host }: InstallerWorld): string | undefined {
  // Links to folders need a privilege there, and junctions are followed by those who delete.
  if (host.os === "windows") return "Windows has no links to folders that everybody may make";
  try {
    files.symlink(".", probe);
    return undefined;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined || !refusals.has(errno)) throw error;
    return `the file system of the environment has no symbolic links (${errno})`;
  }
}

const refusals: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);
