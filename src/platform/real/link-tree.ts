import { closeSync, constants, copyFileSync, linkSync, mkdirSync, openSync } from "node:fs";
import { errnoOf } from "#base/errors";
import type { Files, LinkMode, TreeLinks } from "#platform/ports";
import { LinkBatch } from "./shared-links.ts";
import { folderCalls } from "./system-calls.ts";
import { hasIdleProcessor, workerAddress } from "./worker.ts";

/**
 * Makes the folders and puts the files there as {@link Files.linkTree} promises. A system that refuses a
 * hard link or a clone for one file is asked no more for the rest; `EMLINK` alone concerns only its file.
 *
 * Many hard links go to the system by the shortest way: both folders are opened once, every path is relative to
 * them, and a second thread takes half (`docs/decisions/0012-links-by-two-threads.md`). What that way cannot do is
 * done again by the long one, which knows what every refusal means.
 */
export function linkFolderTree(links: TreeLinks, files: Pick<Files, "copy">): LinkMode {
  const { folders, files: paths } = links;
  const batch =
    links.mode === "hardlink" && paths.length >= fewFiles ? openBatch(paths.length) : undefined;
  if (batch === undefined) {
    makeAll(folders, links.to);
    return linkAll(links, paths, links.mode, files);
  }
  const { O_DIRECTORY, O_RDONLY } = constants;
  const to = openSync(links.to, O_RDONLY | O_DIRECTORY);
  try {
    makeAll(batch.makeFolders(folders, to), links.to);
    const from = openSync(links.from, O_RDONLY | O_DIRECTORY);
    try {
      // The first file tells whether hard links work between these two places at all.
      const mode = linkAll(links, paths.slice(0, 1), "hardlink", files);
      const rest = paths.slice(1);
      return linkAll(links, mode === "hardlink" ? batch.link(rest, from, to) : rest, mode, files);
    } finally {
      closeSync(from);
    }
  } finally {
    closeSync(to);
  }
}

/** Below this the short way does not pay for opening two folders. */
const fewFiles = 4;
/** From this many files on, counted over all trees, the second thread pays for its start. */
const manyFiles = 1000;

let opened: LinkBatch | false | undefined;
let linked = 0;
let helper: Worker | undefined;

function openBatch(count: number): LinkBatch | undefined {
  if (opened === undefined) {
    const calls = folderCalls();
    opened = calls === undefined ? false : new LinkBatch(calls);
  }
  if (opened === false) return undefined;
  linked += count;
  if (helper === undefined && linked >= manyFiles && hasIdleProcessor()) {
    helper = new Worker(workerAddress("platform/real/link-worker"));
    // Without a helper the work is done all the same.
    helper.onerror = (event) => event.preventDefault();
    helper.unref();
    helper.postMessage(opened.shared);
  }
  return opened;
}

/** Makes folders below another one; those that are there already are fine. */
export function makeAll(folders: readonly string[], to: string): void {
  for (const folder of folders) {
    try {
      mkdirSync(`${to}/${folder}`);
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") throw error;
    }
  }
}

function linkAll(
  { from, to }: TreeLinks,
  paths: readonly string[],
  wanted: LinkMode,
  files: Pick<Files, "copy">,
): LinkMode {
  let mode = wanted;
  for (const path of paths) mode = linkOne(`${from}/${path}`, `${to}/${path}`, mode, files);
  return mode;
}

/** Links or copies one file. Answers the mode for the next one. */
export function linkOne(
  source: string,
  target: string,
  mode: LinkMode,
  files: Pick<Files, "copy">,
): LinkMode {
  let next = mode;
  if (mode !== "copy") {
    try {
      if (mode === "hardlink") linkSync(source, target);
      else copyFileSync(source, target, cloneOnly);
      return mode;
    } catch (error) {
      const code = errnoOf(error);
      if (code === undefined || !refusals.has(code)) throw error;
      if (code !== "EMLINK") next = "copy";
    }
  }
  files.copy(source, target);
  return next;
}

const cloneOnly = constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL;

/** What systems say when they cannot link or clone between these two places, while a copy may well work. */
const refusals: ReadonlySet<string> = new Set([
  "EXDEV",
  "EPERM",
  "EMLINK",
  "ENOTSUP",
  "EOPNOTSUPP",
  "ENOSYS",
  "ENOTTY",
  "EINVAL",
]);
