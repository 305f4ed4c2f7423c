import { errnoOf } from "#base/errors";
import type { Files } from "#platform/ports";
import { notPutBack } from "./errors.ts";
import { committedPath, journalPath, readJournal, type Step } from "./journal.ts";
import type { Places, TransactionPlaces } from "./places.ts";

/**
 * Brings an environment that a killed command left in the middle back to what it was before, or, when every
 * step had been made, clears away what is left of the old. Called with the lock held.
 */
export function recover(places: Places, files: Files): "nothing" | "undone" | "finished" {
  if (files.tryLstat(places.transaction) === undefined) return "nothing";
  if (files.tryLstat(committedPath(places)) !== undefined) {
    removeTransaction(places, files);
    return "finished";
  }
  const steps = readJournal(places, files);
  if (steps !== undefined) undo(steps, places, files);
  removeTransaction(places, files);
  return steps === undefined ? "nothing" : "undone";
}

/** True when a change was begun and nobody has yet finished or undone it. For those who only read. */
export function isUnfinished(places: TransactionPlaces, files: Pick<Files, "tryLstat">): boolean {
  return files.tryLstat(journalPath(places)) !== undefined;
}

/**
 * Takes the steps back, last first. A step that cannot be taken back does not keep the others from it; the
 * journal then stays, and the next command tries again.
 */
export function undo(steps: readonly Step[], places: TransactionPlaces, files: Files): void {
  let failure: { readonly error: unknown } | undefined;
  for (let position = steps.length - 1; position >= 0; position--) {
    try {
      undoStep(steps[position] as Step, files);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      failure ??= { error };
    }
  }
  if (failure !== undefined) throw notPutBack(places.root, failure.error);
  // First of all it: without a journal the rest of the folder means nothing.
  files.tryRemove(journalPath(places));
}

/** Removes the transaction's folder; what is in it is needed no more. */
export function removeTransaction(
  places: TransactionPlaces,
  files: Pick<Files, "removeTree">,
): void {
  files.removeTree(places.transaction);
}

function undoStep(step: Step, files: Files): void {
  switch (step.kind) {
    case "folder":
      return removeIfEmpty(step.path, files);
    case "place":
      return unplace(step.from, step.to, files);
    case "take":
      return restore(step.aside, step.path, files);
    case "replace": {
      if (files.tryLstat(step.aside) !== undefined) {
        unplace(step.from, step.to, files);
        return restore(step.aside, step.to, files);
      }
      if (!wasExchanged(step, files) || files.exchange(step.from, step.to)) return;
      // The exchange worked a moment ago and does not now: go the long way round.
      files.rename(step.from, step.aside);
      files.rename(step.to, step.from);
      return files.rename(step.aside, step.to);
    }
    default:
      return step satisfies never;
  }
}

function unplace(from: string, to: string, files: Files): void {
  // What still lies in the staging folder was never placed, and what stands at `to` is the old.
  if (files.tryLstat(from) !== undefined || files.tryLstat(to) === undefined) return;
  files.rename(to, from);
}

function wasExchanged(step: Step & { kind: "replace" }, files: Files): boolean {
  const staged = files.tryLstat(step.from);
  const present = files.tryLstat(step.to);
  if (staged === undefined || present === undefined) return false;
  if (present.ino === step.was) return false;
  return present.ino === step.becomes || staged.ino === step.was;
}

/** Moves `aside` back to `path`; both may hold a part where the folder had to be moved file by file. */
function restore(aside: string, path: string, files: Files): void {
  const kept = files.tryLstat(aside);
  if (kept === undefined) return;
  if (files.tryLstat(path) === undefined) return files.rename(aside, path);
  if (kept.kind !== "folder") return;
  for (const entry of files.list(aside))
    restore(`${aside}/${entry.name}`, `${path}/${entry.name}`, files);
  files.removeEmptyFolder(aside);
}

function removeIfEmpty(path: string, files: Files): void {
  try {
    files.removeEmptyFolder(path);
  } catch (error) {
    const code = errnoOf(error);
    // Not yet made, or somebody else has put something in.
    if (code !== "ENOENT" && code !== "ENOTEMPTY" && code !== "EEXIST" && code !== "ENOTDIR")
      throw error;
  }
}
