import type { World } from "#platform/ports";
import { openKept, sealKept } from "./kept-file.ts";

/**
 * What lies in a tree, so that nobody has to walk it. Paths are relative to it, as they are to site-packages.
 */
export type TreeList = {
  /** Folders to link whole, in order: the uppermost that hold a file themselves. */
  readonly links: readonly string[];
  /** Folders to make, parents before children: those above the links, and those of {@link files}. */
  readonly folders: readonly string[];
  /**
   * Files to link one by one: modules of their own, the metadata with INSTALLER, and what keeps folders of
   * links. RECORD and REQUESTED apart, which not everybody gets.
   */
  readonly files: readonly string[];
  /** The first folders, or names, of all that. */
  readonly tops: readonly string[];
  /** When each linked folder was changed last: this tells when somebody puts something in. */
  readonly times: readonly number[];
};

type ListWorld = Pick<World, "files" | "inflate">;

/** The list's name in the folder of its tree. */
export const listName = ".pkm-tree";
/** Rises with every change of the form; a tree with another list is made anew in its place. */
const form = "pkm-tree-2";

export function readTreeList(folder: string, { files, inflate }: ListWorld): TreeList | undefined {
  const text = openKept(form, files.tryRead(`${folder}/${listName}`), inflate);
  return text === undefined ? undefined : (JSON.parse(text) as TreeList);
}

/** What {@link readTreeList} reads back. */
export function formatTreeList(list: TreeList, inflate: World["inflate"]): Uint8Array {
  return sealKept(form, JSON.stringify(list), inflate);
}

/** False when something came into a linked folder, or went, since the tree was made. One look at each. */
export function isUntouched(
  { links, times }: TreeList,
  folder: string,
  { files }: Pick<World, "files">,
): boolean {
  for (let at = 0; at < links.length; at++)
    if (files.tryStat(`${folder}/${links[at] as string}`)?.mtime !== times[at]) return false;
  // Without links it is enough that it is there.
  return links.length > 0 || files.tryStat(`${folder}/${listName}`) !== undefined;
}
