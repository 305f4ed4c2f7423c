import { errnoOf } from "#base/errors";
import type { Files } from "#platform/ports";
import { committedPath, journalPath, type Step, writeJournal } from "./journal.ts";
import type { Places, TransactionPlaces } from "./places.ts";
import { isUnfinished, removeTransaction, undo } from "./recovery.ts";

/**
 * Makes all the steps or none. The intents are on the disk before the first; whatever fails, what has been done
 * is taken back and the failure thrown on. Killed anywhere, the journal tells {@link recover} the way.
 */
export function switchOver(steps: readonly Step[], places: TransactionPlaces, files: Files): void {
  writeJournal(steps, places, files);
  try {
    for (const step of steps) perform(step, files);
    // The commit: from here on the way leads forward.
    files.rename(journalPath(places), committedPath(places));
  } catch (failure) {
    if (errnoOf(failure) !== undefined) undo(steps, places, files);
    throw failure;
  }
}

/** The folders a transaction keeps beside its journal. */
export function openTransaction(places: Places, files: Files): void {
  files.makeFolder(places.transaction);
  files.makeFolder(stagingFolder(places));
  files.makeFolder(asideFolder(places));
}

/** Removes the transaction's folder when all steps are made. `emptied` are folders in it that they mostly leave empty. */
export function clearTransaction(
  emptied: readonly string[],
  places: TransactionPlaces,
  files: Files,
): void {
  // One call for each is less than looking into all of them.
  for (const folder of emptied) removeIfEmpty(folder, files);
  removeTransaction(places, files);
}

/** After a failure: the journal stays where undoing did not succeed, everything else goes. */
export function abandonTransaction(places: TransactionPlaces, files: Files): void {
  if (!isUnfinished(places, files)) removeTransaction(places, files);
}

function removeIfEmpty(folder: string, files: Files): void {
  try {
    files.removeEmptyFolder(folder);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}

/** What is new lies here until the switch. */
export function stagingFolder(places: Places): string {
  return `${places.transaction}/new`;
}

/** What is old lies here after it, until it is removed. */
export function asideFolder(places: Places): string {
  return `${places.transaction}/old`;
}

function perform(step: Step, files: Files): void {
  switch (step.kind) {
    case "folder":
      return files.makeFolder(step.path);
    case "place":
      return files.rename(step.from, step.to);
    case "take":
      return moveAside(step.path, step.aside, files);
    case "replace":
      if (tryExchange(step.from, step.to, files)) return;
      moveAside(step.to, step.aside, files);
      return files.rename(step.from, step.to);
    default:
      return step satisfies never;
  }
}

function tryExchange(from: string, to: string, files: Files): boolean {
  try {
    return files.exchange(from, to);
  } catch (error) {
    // Overlay file systems refuse to move folders of a lower layer; moveAside() knows the way around.
    if (errnoOf(error) === "EXDEV") return false;
    throw error;
  }
}

/** Moves a file or folder; a folder that cannot be renamed (overlay file systems of containers) goes file by file. */
function moveAside(path: string, aside: string, files: Files): void {
  try {
    return files.rename(path, aside);
  } catch (error) {
    if (errnoOf(error) !== "EXDEV" || files.tryLstat(path)?.kind !== "folder") throw error;
  }
  files.makeFolder(aside);
  for (const entry of files.list(path))
    moveAside(`${path}/${entry.name}`, `${aside}/${entry.name}`, files);
  files.removeEmptyFolder(path);
}
