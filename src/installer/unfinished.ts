import type { Files } from "#platform/ports";

/** Where an open transaction of an environment keeps its journal, what comes, and what it moved aside. */
export function transactionFolder(root: string): string {
  return `${root}/.pkm-transaction`;
}

export const journalName = "journal";

/**
 * True when a change of the environment was begun and nobody has yet finished or undone it; it may be under way. One
 * look for those who only read: nothing else of this room is loaded for it.
 */
export function hasUnfinishedChange(root: string, files: Pick<Files, "tryLstat">): boolean {
  return files.tryLstat(`${transactionFolder(root)}/${journalName}`) !== undefined;
}
