import { closeSync, constants, openSync, symlinkSync } from "node:fs";
import type { Pointer } from "bun:ffi";
import type { Assembly, Files } from "#platform/ports";
import { linkOne, makeAll } from "./link-tree.ts";
import { type FolderCalls, folderCalls } from "./system-calls.ts";

/**
 * Does what {@link Files.assemble} promises. Folders and hard links go to the system by the shortest way,
 * without a text for each call; what that way cannot do is done again by the long one, which knows what every
 * refusal means.
 */
export function assembleFolder(assembly: Assembly, files: Pick<Files, "copy">): void {
  const { to, folders, files: paths, links, targets, mode } = assembly;
  const calls = mode === "hardlink" ? folderCalls() : undefined;
  if (calls === undefined) {
    makeAll(folders, to);
    linkRest(assembly, paths.keys(), files);
  } else assembleShortly(assembly, calls, files);
  for (let i = 0; i < links.length; i++)
    symlinkSync(targets[i] as string, `${to}/${links[i] as string}`);
}

function assembleShortly(assembly: Assembly, calls: FolderCalls, files: Pick<Files, "copy">): void {
  const { to, folders, files: paths, origins } = assembly;
  const above = commonFolder(origins);
  const folder = openSync(to, onlyFolder);
  const from = openSync(above, onlyFolder);
  try {
    const refused: string[] = [];
    const made = new Texts(folders, calls);
    for (let i = 0; i < folders.length; i++)
      if (!calls.makeFolderAt(folder, made.next(i))) refused.push(folders[i] as string);
    makeAll(refused, to);
    const left: number[] = [];
    const sources = new Texts(
      paths.map((path, i) => `${(origins[i] as string).slice(above.length)}/${path}`),
      calls,
    );
    for (let i = 0; i < paths.length; i++) {
      const source = sources.next(i);
      // The path is the end of the original's.
      const path = sources.endLess(paths[i] as string);
      if (!calls.linkInto(from, source, folder, path)) left.push(i);
    }
    linkRest(assembly, left, files);
  } finally {
    closeSync(folder);
    closeSync(from);
  }
}

const onlyFolder = constants.O_RDONLY | constants.O_DIRECTORY;

/** The deepest folder, with its slash, that holds all of these. Paths below it are shorter. */
function commonFolder(paths: readonly string[]): string {
  let above = folderOf(paths[0] ?? "/");
  for (const path of paths) while (!path.startsWith(above)) above = folderOf(above.slice(0, -1));
  return above;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

function linkRest(
  { to, files: paths, origins, mode }: Assembly,
  left: Iterable<number>,
  files: Pick<Files, "copy">,
): void {
  let now = mode;
  for (const i of left) {
    const path = paths[i] as string;
    now = linkOne(`${origins[i] as string}/${path}`, `${to}/${path}`, now, files);
  }
}

/** Texts in memory as the system takes them, one behind the other. */
class Texts {
  readonly #texts: readonly string[];
  readonly #bytes: Buffer;
  /** Whether each letter is one byte. */
  readonly #isPlain: boolean;
  /** Where the text begins that comes next. */
  #at: number;

  constructor(texts: readonly string[], calls: FolderCalls) {
    this.#texts = texts;
    const joined = `${texts.join("\0")}\0`;
    this.#bytes = Buffer.from(joined);
    this.#isPlain = this.#bytes.length === joined.length;
    this.#at = calls.addressOf(this.#bytes);
  }

  /** Asked for each text in turn. */
  next(i: number): Pointer {
    const start = this.#at;
    this.#at += this.#lengthOf(this.#texts[i] as string) + 1;
    return start as Pointer;
  }

  /** Where in the text that was asked for last its end begins. */
  endLess(end: string): Pointer {
    return (this.#at - 1 - this.#lengthOf(end)) as Pointer;
  }

  #lengthOf(text: string): number {
    return this.#isPlain ? text.length : Buffer.byteLength(text);
  }
}
