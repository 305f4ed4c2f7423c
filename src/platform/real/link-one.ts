import { constants, copyFileSync, linkSync, mkdirSync } from "node:fs";
import { errnoOf } from "#base/errors";
import type { Files, LinkMode } from "#platform/ports";

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

/**
 * Links or copies one file. Answers the mode for the next one: a system that refuses a hard link or a clone is asked no
 * more. `EMLINK` alone concerns only its file.
 */
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
