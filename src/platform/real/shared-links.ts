import type { Pointer } from "bun:ffi";
import type { FolderCalls } from "./system-calls.ts";
import { hasIdleProcessor } from "./worker.ts";

/*
 * Hard links by two threads. The paths of a batch lie in shared memory; both take the next few until none is
 * left, and the one that asked waits for the other. All of it is synchronous: to the caller it is a loop that takes
 * half the time. While other threads keep all processors busy it does without the second one, for which it would only
 * wait.
 */

/** Paths of a batch and what the threads tell each other about it. */
export type SharedBatch = {
  /** Relative paths, each with a NUL behind it. */
  readonly text: SharedArrayBuffer;
  /** Where each path begins. */
  readonly starts: SharedArrayBuffer;
  /** One number per path that could not be linked. */
  readonly failed: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
};

/** Positions in `control`. */
export const at = {
  /** 1 when the helper listens. */
  ready: 0,
  /** Number of the batch the helper is to work on. */
  batch: 1,
  /** Number of the batch the helper has finished. */
  finished: 2,
  /** The next path to take. */
  next: 3,
  count: 4,
  fromFolder: 5,
  toFolder: 6,
  failures: 7,
  /** {@link openClaim} of the batch until the helper begins ({@link takenClaim}) or is no longer wanted (-1). */
  claim: 8,
} as const;

/** A claim carries the number of its batch, so that a helper that wakes late cannot take another one for it. */
export const openClaim = (batch: number): number => batch * 2;
export const takenClaim = (batch: number): number => batch * 2 + 1;

const textSize = 1 << 20;
const mostPaths = 1 << 15;
/** Paths taken at once: few enough to end together, enough not to quarrel about the counter. */
const share = 16;
/** Fewer paths are linked before a sleeping thread has woken. */
const worthHelp = 48;

export class LinkBatch {
  readonly shared: SharedBatch = {
    text: new SharedArrayBuffer(textSize),
    starts: new SharedArrayBuffer(mostPaths * 4),
    failed: new SharedArrayBuffer(mostPaths * 4),
    control: new SharedArrayBuffer(64),
  };
  readonly #calls: FolderCalls;
  readonly #text = Buffer.from(this.shared.text);
  readonly #starts = new Int32Array(this.shared.starts);
  readonly #failed = new Int32Array(this.shared.failed);
  readonly #control = new Int32Array(this.shared.control);
  readonly #address: number;

  constructor(calls: FolderCalls) {
    this.#calls = calls;
    this.#address = calls.addressOf(this.#text);
  }

  /** Makes the folders below an open one; answers those that could not be made, be it that they are there. */
  makeFolders(paths: readonly string[], folder: number): string[] {
    const refused: string[] = [];
    this.#inBatches(paths, (start, count) => {
      for (let i = 0; i < count; i++) {
        const path = (this.#address + (this.#starts[i] as number)) as Pointer;
        if (!this.#calls.makeFolderAt(folder, path)) refused.push(paths[start + i] as string);
      }
    });
    return refused;
  }

  /** Links the paths from one open folder to another; answers those that could not be linked. */
  link(paths: readonly string[], from: number, to: number): string[] {
    const refused: string[] = [];
    const control = this.#control;
    this.#inBatches(paths, (start, count) => {
      control[at.count] = count;
      control[at.fromFolder] = from;
      control[at.toFolder] = to;
      control[at.failures] = 0;
      Atomics.store(control, at.next, 0);
      const batch =
        count < worthHelp || Atomics.load(control, at.ready) === 0 || !hasIdleProcessor()
          ? 0
          : this.#callHelper();
      linkShares(this.shared, this.#address, this.#calls);
      if (batch !== 0) this.#awaitHelper(batch);
      const failures = Atomics.load(control, at.failures);
      for (let i = 0; i < failures; i++)
        refused.push(paths[start + (this.#failed[i] as number)] as string);
    });
    return refused;
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

  #inBatches(paths: readonly string[], work: (start: number, count: number) => void): void {
    for (let start = 0; start < paths.length;) {
      const count = this.#fill(paths, start);
      work(start, count);
      start += count;
    }
  }

  /** Writes as many paths as fit; answers how many. */
  #fill(paths: readonly string[], start: number): number {
    let count = Math.min(mostPaths, paths.length - start);
    let joined: string;
    // Three bytes are the most that a UTF-16 unit takes.
    while ((joined = `${paths.slice(start, start + count).join("\0")}\0`).length * 3 > textSize)
      count >>= 1;
    const length = this.#text.write(joined, 0, "utf8");
    for (let i = 0, offset = 0; i < count; i++) {
      this.#starts[i] = offset;
      offset = this.#text.indexOf(0, offset) + 1;
      if (offset === 0 || offset > length) throw new Error("a path holds a NUL");
    }
    return count;
  }
}

/** Takes shares of the batch until none is left; both threads run it. */
export function linkShares(shared: SharedBatch, address: number, calls: FolderCalls): void {
  const control = new Int32Array(shared.control);
  const starts = new Int32Array(shared.starts);
  const failed = new Int32Array(shared.failed);
  const count = control[at.count] as number;
  const from = control[at.fromFolder] as number;
  const to = control[at.toFolder] as number;
  for (;;) {
    const first = Atomics.add(control, at.next, share);
    if (first >= count) return;
    const end = Math.min(count, first + share);
    for (let i = first; i < end; i++) {
      if (!calls.linkAt(from, to, (address + (starts[i] as number)) as Pointer))
        Atomics.store(failed, Atomics.add(control, at.failures, 1), i);
    }
  }
}
