import { closeSync, constants, openSync } from "node:fs";
import type { AssembledTree, FilesFrom } from "#platform/ports";
import { at, LayWork, ofRun, ofTree, openClaim, type SharedWork } from "./lay-work.ts";
import type { FolderCalls } from "./system-calls.ts";
import { hasIdleProcessor, workerAddress } from "./worker.ts";

/*
 * Trees laid by two threads (docs/decisions/0012-links-by-two-threads.md). All of it is synchronous: to the caller it is a
 * loop that takes half the time. While other threads keep all processors busy it does without the second one, for which
 * it would only wait.
 */

/** What {@link LayBatches.lay} could not do. */
export type LeftOver = {
  readonly path: string;
  /** `undefined` for a folder. */
  readonly source: FilesFrom | undefined;
};

export type LayRequest = {
  readonly to: string;
  /** {@link to}, opened. */
  readonly folder: number;
  /** Copies all files. */
  readonly isCopied: boolean;
  /** Done by this thread while the other one is at work already. */
  readonly meanwhile?: () => void;
};

/** What a batch has room for. */
export type BatchSize = {
  readonly text: number;
  readonly paths: number;
  readonly trees: number;
};

/** For what one thread does: memory that was never used costs time. */
export const littleBatch: BatchSize = { text: 1 << 17, paths: 1 << 11, trees: 1 << 9 };
export const largeBatch: BatchSize = { text: 1 << 21, paths: 1 << 15, trees: 1 << 12 };

/** Folders held open at a time, of the thousand that many systems allow. */
const mostOpen = 256;
/** From so many files on it pays to open the folder that they come from. */
const worthOpening = 32;
/** Fewer paths are laid before a sleeping thread has woken. */
const worthHelp = 48;

export class LayBatches {
  readonly #size: BatchSize;
  readonly #shared: SharedWork;
  readonly #work: LayWork;
  readonly #text: Buffer;
  readonly #done: Uint8Array;
  readonly #runs: Int32Array;
  readonly #trees: Int32Array;
  readonly #control: Int32Array;
  #helper: Worker | undefined;
  /** Of the batch that is being filled. */
  #length = 0;
  #count = 0;
  #runCount = 0;
  #treeCount = 0;
  readonly #pieces: Piece[] = [];
  readonly #open: number[] = [];
  /** The folder, opened, that holds all that files of this call come from; its path ends in a slash. */
  #above: { readonly path: string; readonly folder: number } | undefined;

  constructor(calls: FolderCalls, size: BatchSize) {
    this.#size = size;
    this.#shared = {
      text: new SharedArrayBuffer(size.text),
      starts: new SharedArrayBuffer(size.paths * 4),
      done: new SharedArrayBuffer(size.paths),
      runs: new SharedArrayBuffer(size.trees * 2 * ofRun.size * 4),
      trees: new SharedArrayBuffer(size.trees * ofTree.size * 4),
      control: new SharedArrayBuffer(32),
    };
    this.#work = new LayWork(this.#shared, calls);
    this.#text = Buffer.from(this.#shared.text);
    this.#done = new Uint8Array(this.#shared.done);
    this.#runs = new Int32Array(this.#shared.runs);
    this.#trees = new Int32Array(this.#shared.trees);
    this.#control = new Int32Array(this.#shared.control);
  }

  /** Starts a second thread, which takes a while, if there is a processor for it. Without it the work is done all the same. */
  getHelp(): void {
    if (this.#helper !== undefined || !hasIdleProcessor()) return;
    this.#helper = new Worker(workerAddress("platform/real/link-worker"));
    this.#helper.onerror = (event) => event.preventDefault();
    this.#helper.unref();
    this.#helper.postMessage(this.#shared);
  }

  /** Lays trees of which none needs a folder of another one, and answers what is left to do, folders first. */
  lay(trees: readonly AssembledTree[], request: LayRequest): LeftOver[] {
    const left: LeftOver[] = [];
    let { meanwhile } = request;
    // The largest first, so that no thread is left with one at the end.
    const waiting = trees.map((tree) => new Rest(tree)).sort((a, b) => b.weight - a.weight);
    try {
      const above = commonFolder(trees);
      if (above !== undefined) this.#above = { path: above, folder: this.#opened(above) };
      for (let next = 0; next < waiting.length;) {
        this.#begin(request);
        while (next < waiting.length && this.#put(waiting[next] as Rest, request)) next++;
        this.#run(meanwhile);
        meanwhile = undefined;
        this.#collect(left);
        for (const folder of this.#open.splice(above === undefined ? 0 : 1)) closeSync(folder);
      }
    } finally {
      this.#above = undefined;
      for (const folder of this.#open.splice(0)) closeSync(folder);
    }
    meanwhile?.();
    return left;
  }

  #begin({ to, folder }: LayRequest): void {
    this.#pieces.length = 0;
    this.#count = 0;
    this.#runCount = 0;
    this.#treeCount = 0;
    this.#length = this.#text.write(to, 0, "utf8");
    this.#control[at.folder] = folder;
    this.#control[at.folderLength] = this.#length;
  }

  /** Puts a tree, or what is left of it, into the batch; false when not all of it has room. */
  #put(rest: Rest, request: LayRequest): boolean {
    if (this.#treeCount === this.#size.trees) return false;
    const tree = this.#treeCount++ * ofTree.size;
    const trees = this.#trees;
    trees[tree + ofTree.folders] = this.#count;
    trees[tree + ofTree.text] = this.#length;
    trees[tree + ofTree.isOpen] = 0;
    const { folders, sources } = rest.tree;
    rest.folders += this.#write(folders, rest.folders, "", undefined);
    let isWhole = rest.folders === folders.length;
    trees[tree + ofTree.next] = this.#count;
    trees[tree + ofTree.run] = this.#runCount * ofRun.size;
    while (isWhole && rest.source < sources.length) {
      const source = sources[rest.source] as FilesFrom;
      rest.files += this.#putFiles(source, rest.files, request);
      isWhole = rest.files === source.files.length;
      if (!isWhole) break;
      rest.source++;
      rest.files = 0;
    }
    trees[tree + ofTree.end] = this.#count;
    trees[tree + ofTree.textEnd] = this.#length;
    return isWhole;
  }

  #putFiles(source: FilesFrom, first: number, request: LayRequest): number {
    const { from, files } = source;
    if (first === files.length || this.#runCount === this.#size.trees * 2) return 0;
    const isCopied = request.isCopied || source.isCopied === true;
    const isOpened = !isCopied && files.length >= worthOpening && this.#open.length < mostOpen;
    const above = isCopied ? undefined : this.#above;
    const before = isOpened ? "" : `${from.slice(above?.path.length ?? 0)}/`;
    const count = this.#write(files, first, before, source);
    if (count === 0) return 0;
    const run = this.#runCount++ * ofRun.size;
    const runs = this.#runs;
    runs[run + ofRun.isCopied] = isCopied ? 1 : 0;
    runs[run + ofRun.end] = this.#count;
    runs[run + ofRun.folder] = isOpened ? this.#opened(from) : (above?.folder ?? request.folder);
    runs[run + ofRun.prefix] = Buffer.byteLength(before);
    runs[run + ofRun.isRefused] = 0;
    return count;
  }

  #opened(path: string): number {
    const folder = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
    this.#open.push(folder);
    return folder;
  }

  /** Writes as many paths as have room, with something before each; answers how many. */
  #write(
    paths: readonly string[],
    first: number,
    before: string,
    source: FilesFrom | undefined,
  ): number {
    let count = Math.min(this.#size.paths - this.#count, paths.length - first);
    if (count === 0) return 0;
    let joined: string;
    let bytes: number;
    for (;;) {
      const some =
        first === 0 && count === paths.length ? paths : paths.slice(first, first + count);
      joined = `${before}${some.join(`\0${before}`)}\0`;
      bytes = Buffer.byteLength(joined);
      if (bytes <= this.#size.text - this.#length) break;
      count >>= 1;
      if (count > 0) continue;
      if (this.#count === 0) throw new Error("a path is too long");
      return 0;
    }
    this.#text.write(joined, this.#length, "utf8");
    this.#pieces.push({ paths, first, count, start: this.#count, source });
    this.#count += count;
    this.#length += bytes;
    return count;
  }

  #run(meanwhile: (() => void) | undefined): void {
    const control = this.#control;
    this.#done.fill(0, 0, this.#count);
    control[at.trees] = this.#treeCount;
    control[at.ended] = 0;
    Atomics.store(control, at.next, 0);
    const batch =
      this.#helper === undefined || this.#count < worthHelp || !hasIdleProcessor()
        ? 0
        : this.#callHelper();
    try {
      meanwhile?.();
    } catch (error) {
      Atomics.store(control, at.ended, 1);
      Atomics.store(control, at.next, this.#size.trees);
      throw error;
    } finally {
      this.#work.lay();
      if (batch !== 0) this.#awaitHelper(batch);
    }
  }

  #callHelper(): number {
    const control = this.#control;
    const batch = (control[at.batch] as number) + 1;
    Atomics.store(control, at.claim, openClaim(batch));
    Atomics.store(control, at.batch, batch);
    Atomics.notify(control, at.batch);
    return batch;
  }

  /** Waits until the helper is done with its last share; a helper that has not even begun is let off. */
  #awaitHelper(batch: number): void {
    const control = this.#control;
    if (Atomics.compareExchange(control, at.claim, openClaim(batch), -1) === openClaim(batch))
      return;
    let finished = Atomics.load(control, at.finished);
    while (finished !== batch) {
      Atomics.wait(control, at.finished, finished);
      finished = Atomics.load(control, at.finished);
    }
  }

  #collect(left: LeftOver[]): void {
    const end = this.#count;
    let undone = this.#done.subarray(0, end).indexOf(0);
    if (undone === -1) return;
    for (const { paths, first, count, start, source } of this.#pieces)
      for (; undone !== -1 && undone < start + count; undone = this.#done.indexOf(0, undone + 1)) {
        if (undone >= end) return;
        left.push({ path: paths[first + undone - start] as string, source });
      }
  }
}

/** The deepest folder, with its slash, that holds all that files come from; `undefined` where there are none. */
function commonFolder(trees: readonly AssembledTree[]): string | undefined {
  let above: string | undefined;
  for (const { sources } of trees)
    for (const { from } of sources) {
      above ??= folderOf(from);
      while (!from.startsWith(above)) above = folderOf(above.slice(0, -1));
    }
  return above;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** Paths of one list, in a batch. */
type Piece = {
  readonly paths: readonly string[];
  /** The first of them that is in the batch, and where. */
  readonly first: number;
  readonly start: number;
  readonly count: number;
  readonly source: FilesFrom | undefined;
};

/** A tree, and how much of it has been put into batches. */
class Rest {
  readonly tree: AssembledTree;
  readonly weight: number;
  folders = 0;
  source = 0;
  files = 0;

  constructor(tree: AssembledTree) {
    this.tree = tree;
    let weight = tree.folders.length;
    for (const { files } of tree.sources) weight += files.length;
    this.weight = weight;
  }
}
