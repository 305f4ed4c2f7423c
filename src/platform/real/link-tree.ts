import { constants, copyFileSync, linkSync, mkdirSync } from "node:fs";
import { errnoOf } from "#base/errors";
import type { Files, LinkMode, TreeLinks } from "#platform/ports";

/**
 * Makes the folders and puts the files there as {@link Files.linkTree} promises. A system that refuses a
 * hard link or a clone for one file is asked no more for the rest; `EMLINK` alone concerns only its file.
 */
export function linkFolderTree(links: TreeLinks, files: Pick<Files, "copy">): LinkMode {
  const { from, to } = links;
  for (const folder of links.folders) makeFolder(`${to}/${folder}`);
  let mode = links.mode;
  for (const file of links.files) {
    const source = `${from}/${file}`;
    const target = `${to}/${file}`;
    if (mode !== "copy") {
      try {
        if (mode === "hardlink") linkSync(source, target);
        else copyFileSync(source, target, cloneOnly);
        continue;
      } catch (error) {
        const code = errnoOf(error);
        if (code === undefined || !refusals.has(code)) throw error;
        if (code !== "EMLINK") mode = "copy";
      }
    }
    files.copy(source, target);
  }
  return mode;
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

function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
}
