import { closeSync, constants, openSync, symlinkSync } from "node:fs";
import { errnoOf } from "#base/errors";
import type {
  AssembledTree,
  Assembly,
  Files,
  FilesFrom,
  LinkMode,
  NewFile,
  TreeLinks,
} from "#platform/ports";
import { largeBatch, LayBatches, type LeftOver, littleBatch } from "./lay-batches.ts";
import { linkOne, makeAll } from "./link-one.ts";
import { openRealFolder } from "./open-folder.ts";
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
  const write = (): void => writeAll(writes, to, files);
  layTrees({ to, first: [common], trees, mode, meanwhile: write }, files);
  for (let i = 0; i < links.length; i++)
    symlinkSync(targets[i] as string, `${to}/${links[i] as string}`);
}

function writeAll(writes: readonly NewFile[], to: string, files: LayFiles): void {
  if (writes.length === 0) return;
  const folder = openRealFolder(to, files);
  try {
    for (const { path, content, rest, mode = 0o666 } of writes) {
      const own = bytesOf(content());
      const bytes = rest === undefined ? own : withRest(own, files.read(rest));
      try {
        folder.writeNew(path, bytes, mode);
      } catch (error) {
        // Two names may be one for the file system.
        if (errnoOf(error) !== "EEXIST") throw error;
        files.write(`${to}/${path}`, bytes, { mode });
      }
    }
  } finally {
    folder.close();
  }
}

function bytesOf(content: ReturnType<NewFile["content"]>): Uint8Array | Iterable<Uint8Array> {
  return typeof content === "string" ? Buffer.from(content) : content;
}

function withRest(own: Uint8Array | Iterable<Uint8Array>, rest: Uint8Array): readonly Uint8Array[] {
  return own instanceof Uint8Array ? [own, rest] : [...own, rest];
}

/** Does what {@link Files.linkTree} promises, in the same way. */
export function linkFolderTree(links: TreeLinks, files: LayFiles): LinkMode {
  const { from, to, folders, mode } = links;
  const tree = { folders, sources: [{ from, files: links.files }] };
  return layTrees({ to, first: [], trees: [tree], mode, meanwhile: () => {} }, files);
}

type LayFiles = Pick<Files, "copy" | "makeFolder" | "read" | "write">;

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
  const count = countOf(first) + countOf(trees);
  const batches = mode === "clone" || count < few ? undefined : openBatches(count);
  if (batches === undefined) {
    layOneByOne(first, to, mode, files);
    meanwhile();
    return layOneByOne(trees, to, mode, files);
  }
  const folder = openSync(to, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const request = { to, folder, isCopied: mode === "copy" };
    finish(batches.lay(first, request), to, mode, files);
    const left = batches.lay(trees, { ...request, meanwhile });
    const { mode: known, done } = finish(left, to, mode, files, true);
    // Many may be left where nothing can be linked; as copies they go the short way again.
    const rest = left.slice(done);
    makeAll(
      rest.flatMap(({ path, source }) => (source === undefined ? [path] : [])),
      to,
    );
    finish(batches.lay(gathered(rest), { ...request, isCopied: true }), to, known, files);
    return known;
  } finally {
    closeSync(folder);
  }
}

/** Does what is left one by one, or as far as it takes to know that files have to be copied. */
function finish(
  left: readonly LeftOver[],
  to: string,
  wanted: LinkMode,
  files: LayFiles,
  endsWithCopy = false,
): { readonly mode: LinkMode; readonly done: number } {
  let mode = wanted;
  for (const [at, { path, source }] of left.entries()) {
    if (endsWithCopy && mode !== wanted) return { mode, done: at };
    if (source === undefined) makeAll([path], to);
    else {
      const { from, isCopied } = source;
      if (isCopied === true) files.copy(`${from}/${path}`, `${to}/${path}`);
      else mode = linkOne(`${from}/${path}`, `${to}/${path}`, mode, files);
    }
  }
  return { mode, done: left.length };
}

/** The files of these, each source a tree of its own. */
function gathered(left: readonly LeftOver[]): AssembledTree[] {
  const bySource = new Map<FilesFrom, string[]>();
  for (const { path, source } of left) {
    if (source === undefined) continue;
    const paths = bySource.get(source);
    if (paths === undefined) bySource.set(source, [path]);
    else paths.push(path);
  }
  return [...bySource].map(([source, files]) => ({ folders: [], sources: [{ ...source, files }] }));
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
      ({ mode } = finish(
        source.files.map((path) => ({ path, source })),
        to,
        mode,
        files,
      ));
  }
  return mode;
}

function countOf(trees: readonly AssembledTree[]): number {
  let count = 0;
  for (const { folders, sources } of trees) {
    count += folders.length;
    for (const { files } of sources) count += files.length;
  }
  return count;
}

/** Below this the short way does not pay for what it opens. */
const few = 4;
/** From so many paths on, counted over all calls, a second thread pays for its start. */
const many = 4000;

let little: LayBatches | undefined;
let large: LayBatches | undefined;
let laid = 0;

function openBatches(count: number): LayBatches | undefined {
  const calls = folderCalls();
  if (calls === undefined) return undefined;
  laid += count;
  if (large === undefined && laid < many) return (little ??= new LayBatches(calls, littleBatch));
  large ??= new LayBatches(calls, largeBatch);
  large.getHelp();
  return large;
}
