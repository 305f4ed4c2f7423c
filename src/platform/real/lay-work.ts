import type { Pointer } from "bun:ffi";
import { tryCopyFile, tryRemove } from "./copy-file.ts";
import { ShortCopies } from "./short-copies.ts";
import { type FolderCalls, newFileCalls } from "./system-calls.ts";

/*
 * What two threads do when many folders and files are laid. All that they need lies in shared memory: paths, and numbers
 * that say what belongs together. A tree is taken by one thread, which makes its folders, because two that make
 * folders in the same place only wait for each other; its files are taken some at a time by whoever is free.
 */

/** Work for {@link layShared}, and how far it is. */
export type SharedWork = {
  /** Paths, each with a NUL behind it. Those of files begin with where they come from, as their run says. */
  readonly text: SharedArrayBuffer;
  /** Where each path begins; written by who takes the tree. */
  readonly starts: SharedArrayBuffer;
  /** One byte per path: 1 when it is there. */
  readonly done: SharedArrayBuffer;
  /** {@link ofRun}: paths in a row that are treated alike. */
  readonly runs: SharedArrayBuffer;
  /** {@link ofTree}. */
  readonly trees: SharedArrayBuffer;
  /** {@link at}. */
  readonly control: SharedArrayBuffer;
};

/** Positions in `control`. */
export const at = {
  /** Number of the batch the helper is to work on. */
  batch: 0,
  /** Number of the batch the helper has finished. */
  finished: 1,
  /** {@link openClaim} of the batch until the helper begins ({@link takenClaim}) or is no longer wanted (-1). */
  claim: 2,
  /** The next tree to take. */
  next: 3,
  /** How many there are. */
  trees: 4,
  /** The open folder that receives it all. */
  folder: 5,
  /** Bytes of its path, which is the first of all texts. */
  folderLength: 6,
  /** 1 when nobody wants it any more. */
  ended: 7,
} as const;

/** Numbers of a run. */
export const ofRun = {
  /** 1 for files that are copied, otherwise they are linked. */
  isCopied: 0,
  end: 1,
  /** The open folder that paths are relative to. */
  folder: 2,
  /** How many bytes of each path are only about where it comes from. */
  prefix: 3,
  /** 1 when one could not be laid. What is left is done by others, who know why. */
  isRefused: 4,
  size: 5,
} as const;

/** Numbers of a tree. */
export const ofTree = {
  /** The first of its folders, which come before its files. */
  folders: 0,
  /** The next of its files to take; at first the first one. */
  next: 1,
  end: 2,
  /** The run of its first file. */
  run: 3,
  /** Where its paths begin in the text, and where they end. */
  text: 4,
  textEnd: 5,
  /** 1 when its folders are there. */
  isOpen: 6,
  size: 7,
} as const;

/** A claim carries the number of its batch, so that a helper that wakes late cannot take another one for it. */
export const openClaim = (batch: number): number => batch * 2;
export const takenClaim = (batch: number): number => batch * 2 + 1;

/** Files taken at once: few enough to end together, enough not to quarrel about the counter. */
const share = 16;

/** One thread's view of {@link SharedWork}. */
export class LayWork {
  readonly control: Int32Array;
  readonly #text: Buffer;
  readonly #address: number;
  readonly #starts: Int32Array;
  readonly #done: Uint8Array;
  readonly #runs: Int32Array;
  readonly #trees: Int32Array;
  readonly #calls: FolderCalls;
  #copies: ShortCopies | undefined;

  constructor(shared: SharedWork, calls: FolderCalls) {
    this.control = new Int32Array(shared.control);
    this.#text = Buffer.from(shared.text);
    this.#address = calls.addressOf(this.#text);
    this.#starts = new Int32Array(shared.starts);
    this.#done = new Uint8Array(shared.done);
    this.#runs = new Int32Array(shared.runs);
    this.#trees = new Int32Array(shared.trees);
    this.#calls = calls;
  }

  /** Lays what nobody else does, and returns when nothing is left to begin. What is refused stays as it is. */
  lay(): void {
    const { control } = this;
    const trees = control[at.trees] as number;
    for (;;) {
      const tree = Atomics.add(control, at.next, 1);
      if (tree >= trees) break;
      this.#makeFolders(tree * ofTree.size);
      this.#layFiles(tree * ofTree.size);
    }
    for (let tree = 0; tree < trees; tree++) {
      if (Atomics.load(control, at.ended) === 1) return;
      Atomics.wait(this.#trees, tree * ofTree.size + ofTree.isOpen, 0);
      this.#layFiles(tree * ofTree.size);
    }
  }

  #makeFolders(tree: number): void {
    const trees = this.#trees;
    const folder = this.control[at.folder] as number;
    if (this.#findPaths(tree)) {
      const end = trees[tree + ofTree.next] as number;
      for (let i = trees[tree + ofTree.folders] as number; i < end; i++)
        if (this.#calls.makeFolderAt(folder, this.#pathOf(i))) this.#done[i] = 1;
    } else trees[tree + ofTree.next] = trees[tree + ofTree.end] as number;
    Atomics.store(trees, tree + ofTree.isOpen, 1);
    Atomics.notify(trees, tree + ofTree.isOpen);
  }

  /** False where a path holds what no path can hold, so that it looks like two. */
  #findPaths(tree: number): boolean {
    const trees = this.#trees;
    const end = trees[tree + ofTree.end] as number;
    let start = trees[tree + ofTree.text] as number;
    for (let i = trees[tree + ofTree.folders] as number; i < end; i++) {
      this.#starts[i] = start;
      start = this.#text.indexOf(0, start) + 1;
    }
    return start === trees[tree + ofTree.textEnd];
  }

  #layFiles(tree: number): void {
    const trees = this.#trees;
    const runs = this.#runs;
    const end = trees[tree + ofTree.end] as number;
    let run = trees[tree + ofTree.run] as number;
    // A look before the step, so that it does not go on rising.
    while ((trees[tree + ofTree.next] as number) < end) {
      const first = Atomics.add(trees, tree + ofTree.next, share);
      const last = Math.min(end, first + share);
      for (let i = first; i < last;) {
        while ((runs[run + ofRun.end] as number) <= i) run += ofRun.size;
        const stop = Math.min(last, runs[run + ofRun.end] as number);
        if (runs[run + ofRun.isCopied] === 1) this.#copy(run, i, stop);
        else this.#link(run, i, stop);
        i = stop;
      }
    }
  }

  #link(run: number, first: number, end: number): void {
    const runs = this.#runs;
    const to = this.control[at.folder] as number;
    const from = runs[run + ofRun.folder] as number;
    const prefix = runs[run + ofRun.prefix] as number;
    for (let i = first; i < end && runs[run + ofRun.isRefused] === 0; i++) {
      const path = this.#pathOf(i);
      if (this.#calls.linkInto(from, path, to, (path + prefix) as Pointer)) this.#done[i] = 1;
      else runs[run + ofRun.isRefused] = 1;
    }
  }

  #copy(run: number, first: number, end: number): void {
    const runs = this.#runs;
    const to = this.control[at.folder] as number;
    const prefix = runs[run + ofRun.prefix] as number;
    const copies = this.#shortCopies();
    for (let i = first; i < end && runs[run + ofRun.isRefused] === 0; i++) {
      const path = this.#pathOf(i);
      const outcome = copies?.copy(path, to, (path + prefix) as Pointer) ?? "nothing";
      if (outcome === "done" || this.#copyByName(i, prefix, outcome === "part")) this.#done[i] = 1;
      else runs[run + ofRun.isRefused] = 1;
    }
  }

  #shortCopies(): ShortCopies | undefined {
    const calls = this.#copies === undefined ? newFileCalls() : undefined;
    if (calls !== undefined) this.#copies = new ShortCopies(calls);
    return this.#copies;
  }

  #copyByName(i: number, prefix: number, isPartial: boolean): boolean {
    const to = this.#text.toString("utf8", 0, this.control[at.folderLength]);
    const start = this.#starts[i] as number;
    const stop = this.#text.indexOf(0, start);
    const copy = `${to}/${this.#text.toString("utf8", start + prefix, stop)}`;
    if (isPartial) tryRemove(copy);
    return tryCopyFile(this.#text.toString("utf8", start, stop), copy);
  }

  #pathOf(i: number): Pointer {
    return (this.#address + (this.#starts[i] as number)) as Pointer;
  }
}
