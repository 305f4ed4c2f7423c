import { chmodSync, constants, copyFileSync, statSync, unlinkSync, utimesSync } from "node:fs";
import { errnoOf } from "#base/errors";

/** What {@link Files.copy} promises. */
export function copyFile(from: string, to: string): void {
  // FICLONE shares the blocks where the system can and falls back to copy_file_range and its like.
  copyFileSync(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  const { atimeMs, mode, mtimeMs } = statSync(from);
  if ((mode & 0o200) === 0) chmodSync(to, (mode & 0o7777) | 0o200);
  utimesSync(to, atimeMs / 1000, mtimeMs / 1000);
}

/** {@link copyFile} for an attempt that somebody makes again: false where nothing came of it, and nothing is left of it. */
export function tryCopyFile(from: string, to: string): boolean {
  try {
    copyFile(from, to);
    return true;
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") tryRemove(to);
    return false;
  }
}

/** Removes a file, or leaves what cannot be removed. */
export function tryRemove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}
