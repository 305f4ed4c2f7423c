import { claimedEntries } from "#archive/zip-end";
import type { Workers, WorkerThread } from "#platform/ports";
import type { UnpackWorld } from "./unpack.ts";
import { messageFor, type UnpackRequest } from "./unpack-request.ts";

/**
 * Unpacks wheels on as many threads as there are cores. They are started when the first wheel is awaited that is
 * worth it: a small one alone is done sooner than a thread has started. A thread that is at a wheel of usual size gets the next
 * one already, so that it need not wait until this thread has time to hand it over.
 */
export class UnpackPool {
  readonly #world: UnpackWorld & { readonly workers?: Workers };
  readonly #lanes: Lane[] = [];
  /**
   * Those with the most work first: with small ones at the end no thread is left with a large one while others have
   * nothing, and what it brings with being linked by one.
   */
  readonly #waiting: {
    readonly size: number;
    readonly work: number;
    readonly go: (lane: Lane) => void;
  }[] = [];

  constructor(world: UnpackWorld & { readonly workers?: Workers }) {
    this.#world = world;
  }

  /** The manifest's bytes; see `unpack.ts`. An archive in memory is used up. */
  async unpack(request: UnpackRequest, hooks: UnpackHooks = {}): Promise<Uint8Array> {
    const { workers } = this.#world;
    const { giveBack, onBegun } = hooks;
    const size = this.#sizeOf(request);
    if (workers === undefined || (this.#lanes.length === 0 && size <= smallWheel)) {
      onBegun?.();
      // Most runs unpack nothing, or elsewhere.
      const { unpackWheel } = await import("./unpack.ts");
      try {
        return unpackWheel(request, this.#world);
      } finally {
        giveBack?.();
      }
    }
    const lane = this.#laneFor(size, workers) ?? (await this.#waitFor(size, workOf(request, size)));
    lane.begins.push(onBegun);
    if (lane.begins.length === 1) onBegun?.();
    try {
      const { message, transfer } = messageFor(request, lane.memory);
      if (message.content.kind === "shared") lane.memory = message.content.memory ?? lane.memory;
      return (await lane.thread.ask(message, transfer)) as Uint8Array;
    } finally {
      giveBack?.();
      lane.begins.shift();
      lane.begins[0]?.();
      lane.wheels -= 1;
      lane.bytes -= size;
      this.#letIn(lane);
    }
  }

  /** Told that a wheel of this many bytes is on its way: a thread starts while it is waited for. */
  expect(size: number): void {
    const { workers } = this.#world;
    if (workers !== undefined && size > smallWheel) this.#startLane(workers);
  }

  /** The same of many wheels: some threads start at once. */
  expectMany(): void {
    const { workers } = this.#world;
    if (workers !== undefined)
      while (this.#lanes.length < fewThreads && this.#startLane(workers) !== undefined);
  }

  close(): void {
    for (const { thread } of this.#lanes.splice(0)) thread.stop();
  }

  /** Keeps a place for a wheel; `undefined` when all are taken. */
  #laneFor(size: number, workers: Workers): Lane | undefined {
    let lane = this.#lanes.find(({ wheels }) => wheels === 0);
    lane ??= this.#startLane(workers) ?? this.#lanes.find(hasRoom);
    if (lane !== undefined) take(lane, size);
    return lane;
  }

  #startLane(workers: Workers): Lane | undefined {
    if (this.#lanes.length >= Math.min(mostThreads, workers.cores)) return undefined;
    const thread = workers.start("store/unpack-worker");
    const lane: Lane = { thread, memory: undefined, wheels: 0, bytes: 0, begins: [] };
    this.#lanes.push(lane);
    return lane;
  }

  #waitFor(size: number, work: number): Promise<Lane> {
    return new Promise((go) => {
      const behind = this.#waiting.findIndex((other) => other.work < work);
      this.#waiting.splice(behind === -1 ? this.#waiting.length : behind, 0, { size, work, go });
    });
  }

  #letIn(lane: Lane): void {
    while (hasRoom(lane)) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      take(lane, next.size);
      next.go(lane);
    }
  }

  #sizeOf({ content }: UnpackRequest): number {
    if (content.kind === "bytes") return content.bytes.length;
    return this.#world.files.tryStat(content.path)?.size ?? Number.POSITIVE_INFINITY;
  }
}

export type UnpackHooks = {
  /** Told when nobody reads the archive any more. */
  readonly giveBack?: (() => void) | undefined;
  /** Told when its turn has come. */
  readonly onBegun?: (() => void) | undefined;
};

/** A thread, and what it was given. */
type Lane = {
  readonly thread: WorkerThread;
  /** Shared with it. */
  memory: SharedArrayBuffer | undefined;
  wheels: number;
  bytes: number;
  /** Of the wheel that it is at, and of the next. */
  readonly begins: ((() => void) | undefined)[];
};

/** Behind a large wheel nobody is put who would be done sooner elsewhere. */
function hasRoom({ wheels, bytes }: Lane): boolean {
  return wheels === 0 || (wheels === 1 && bytes < largeWheel);
}

/** How long it will take, in bytes of an archive with few files. */
function workOf({ content }: UnpackRequest, size: number): number {
  return content.kind === "bytes" ? size + claimedEntries(content.bytes) * bytesPerFile : size;
}

/** A file takes as long to be written and linked as so many bytes to be unpacked. */
const bytesPerFile = 2048;

function take(lane: Lane, size: number): void {
  lane.wheels += 1;
  lane.bytes += size;
}

/** Unpacked in about the time that a thread takes to start. */
const smallWheel = 128 * 1024;
/** Takes longer than anything that keeps this thread from its messages. */
const largeWheel = 2 * 2 ** 20;
/** More would keep this thread from asking for what they are to unpack. */
const fewThreads = 2;
/** Each thread holds an archive and its largest member in memory. */
const mostThreads = 8;
