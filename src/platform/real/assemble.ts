import { closeSync, constants, openSync, symlinkSync } from "node:fs";
import type { AssembledTree, Assembly, Files, LinkMode, TreeLinks } from "#platform/ports";
import { LayBatches, type LeftOver } from "./lay-batches.ts";
import { linkOne, makeAll } from "./link-one.ts";
import { folderCalls } from "./system-calls.ts";

/**
 * Does what {@link Files.assemble} promises. Folders and files go to the system by the shortest way: paths are relative to
 * folders that were opened once, and a second thread takes half
 * (`docs/decisions/0012-links-by-two-threads.md`). What that way cannot do is done again by the long one, which
 * knows what every refusal means.
 */
export function assembleFolder(assembly: Assembly, files: LayFiles): void {
  const { to, folders, writes, trees, links, targets, mode } = assembly;
  const common = { folders, sources: [] };
  const write = (): void => {
    for (const { path, content } of writes) files.write(`${to}/${path}`, content());
  };
  layTrees({ to, first: [common], trees, mode, meanwhile: write }, files);
  for (let i = 0; i < links.length; i++)
    symlinkSync(targets[i] as string, `${to}/${links[i] as string}`);
}

/** Does what {@link Files.linkTree} promises, in the same way. */
export function linkFolderTree(links: TreeLinks, files: LayFiles): LinkMode {
  const { from, to, folders, mode } = links;
  const tree = { folders, sources: [{ from, files: links.files }] };
  return layTrees({ to, first: [], trees: [tree], mode, meanwhile: () => {} }, files);
}

type LayFiles = Pick<Files, "copy" | "write">;

type Laying = {
  readonly to: string;
  /** What the others need. */
  readonly first: readonly AssembledTree[];
  readonly trees: readonly AssembledTree[];
  readonly mode: LinkMode;
  /** Done between {@link first} and the end. */
  readonly meanwhile: () => void;
};

/** Answers the mode for the next one. */
function layTrees({ to, first, trees, mode, meanwhile }: Laying, files: LayFiles): LinkMode {
  const batches = mode === "clone" || isLittle([...first, ...trees]) ? undefined : openBatches();
  if (batches === undefined) {
    layOneByOne(first, to, mode, files);
    meanwhile();
    return layOneByOne(trees, to, mode, files);
  }
  const folder = openSync(to, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const request = { to, folder, isCopied: mode === "copy" };
    finish(batches.lay(first, request), to, mode, files);
    return finish(batches.lay(trees, { ...request, meanwhile }), to, mode, files);
  } finally {
    closeSync(folder);
  }
}

function finish(
  left: readonly LeftOver[],
  to: string,
  wanted: LinkMode,
  files: LayFiles,
): LinkMode {
  let mode = wanted;
  for (const { path, source } of left)
    if (source === undefined) makeAll([path], to);
    else {
      const { from, isCopied } = source;
      if (isCopied === true) files.copy(`${from}/${path}`, `${to}/${path}`);
      else mode = linkOne(`${from}/${path}`, `${to}/${path}`, mode, files);
    }
  return mode;
}

function layOneByOne(
  trees: readonly AssembledTree[],
  to: string,
  wanted: LinkMode,
  files: LayFiles,
): LinkMode {
  let mode = wanted;
  for (const { folders, sources } of trees) {
    makeAll(folders, to);
    for (const source of sources)
      mode = finish(
        source.files.map((path) => ({ path, source })),
        to,
        mode,
        files,
      );
  }
  return mode;
}

/** Below this the short way does not pay for what it opens. */
const few = 4;

function isLittle(trees: readonly AssembledTree[]): boolean {
  let count = 0;
  for (const { folders, sources } of trees) {
    count += folders.length;
    for (const { files } of sources) count += files.length;
    if (count >= few) return false;
  }
  return true;
}

let opened: LayBatches | false | undefined;

function openBatches(): LayBatches | undefined {
  if (opened === undefined) {
    const calls = folderCalls();
    opened = calls === undefined ? false : new LayBatches(calls);
  }
  return opened === false ? undefined : opened;
}
