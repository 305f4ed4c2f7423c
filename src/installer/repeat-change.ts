import { errnoOf, PkmError } from "#base/errors";
import type { PreparedChange } from "./events.ts";
import type { Step } from "./journal.ts";
import { abandonTransaction, clearTransaction, switchOver } from "./transaction.ts";
import type { InstallerWorld } from "./world.ts";

export type Repetition = {
  /** Asked with the lock held; nothing is touched where it says no. */
  readonly isAsBefore: () => boolean;
  /** Lays out in the transaction's folder what was laid out the first time, the folder included. */
  readonly layOut: () => void;
};

/**
 * Makes a change once more, as whole or not at all as `apply` does, to an environment that is as it was before the
 * first time. `false`, and nothing has happened, where it is not, where somebody else is at it, where something is
 * unfinished there, or where the change fails: who applies it in the ordinary way can say why.
 */
export async function repeatChange(
  { places, steps, emptied }: PreparedChange,
  { isAsBefore, layOut }: Repetition,
  { files, host, interrupts }: InstallerWorld,
): Promise<boolean> {
  const holder = `pkm (process ${host.processId})`;
  const lock = await files.lock(places.lock, { wait: false, holder });
  if (lock === undefined) return false;
  try {
    if (files.tryLstat(places.transaction) !== undefined || !isAsBefore()) return false;
    const forget = interrupts?.before(() => abandonTransaction(places, files));
    try {
      layOut();
      switchOver(withInodes(steps, files), places, files);
    } catch (error) {
      if (errnoOf(error) === undefined && !(error instanceof PkmError)) throw error;
      ifPossible(() => abandonTransaction(places, files));
      return false;
    } finally {
      forget?.();
    }
    ifPossible(() => clearTransaction(emptied, places, files));
    return true;
  } finally {
    lock.release();
  }
}

/** What cannot be cleared away now is cleared by the next command that changes the environment. */
function ifPossible(clear: () => void): void {
  try {
    clear();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}

/** What is exchanged is told by its inodes, which are others this time. */
function withInodes(
  steps: readonly Step[],
  files: Pick<InstallerWorld["files"], "tryLstat">,
): Step[] {
  return steps.map((step) => {
    if (step.kind !== "replace") return step;
    const was = files.tryLstat(step.to)?.ino ?? 0;
    return { ...step, was, becomes: files.tryLstat(step.from)?.ino ?? 0 };
  });
}
