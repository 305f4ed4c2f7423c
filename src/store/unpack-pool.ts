import type { Workers, WorkerThread } from "#platform/ports";
import type { UnpackWorld } from "./unpack.ts";
import { memoryOf, type UnpackAnswer, type UnpackRequest } from "./unpack-request.ts";

/**
 * Unpacks wheels on as many threads as there are cores. They are started when the first wheel comes that is worth
 * it: a small one alone is done sooner than a thread has started.
 */
export class UnpackPool {
  readonly #world: UnpackWorld & { readonly workers?: Workers };
  readonly #idle: WorkerThread[] = [];
  readonly #threads: WorkerThread[] = [];
  readonly #waiting: ((thread: WorkerThread) => void)[] = [];

  constructor(world: UnpackWorld & { readonly workers?: Workers }) {
    this.#world = world;
  }

  /** The manifest's bytes; see `unpack.ts`. An archive in memory is used up. */
  async unpack(
    request: UnpackRequest,
    giveBack?: (memory: ArrayBuffer) => void,
  ): Promise<Uint8Array> {
    const { workers } = this.#world;
    const memory = memoryOf(request, giveBack !== undefined);
    if (workers === undefined || (this.#threads.length === 0 && this.#isSmall(request))) {
      // Most runs unpack nothing, or elsewhere.
      const { unpackWheel } = await import("./unpack.ts");
      const manifest = unpackWheel(request, this.#world);
      if (memory !== undefined) giveBack?.(memory);
      return manifest;
    }
    const thread = await this.#thread(workers);
    try {
      const transfer = memory === undefined ? [] : [memory];
      const answer = (await thread.ask(request, transfer)) as UnpackAnswer;
      if (answer.memory !== undefined) giveBack?.(answer.memory);
      return answer.manifest;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(thread);
      else next(thread);
    }
  }

  close(): void {
    for (const thread of this.#threads.splice(0)) thread.stop();
    this.#idle.length = 0;
  }

  async #thread(workers: Workers): Promise<WorkerThread> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#threads.length < Math.min(mostThreads, workers.cores)) {
      const thread = workers.start("store/unpack-worker");
      this.#threads.push(thread);
      return thread;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #isSmall({ content }: UnpackRequest): boolean {
    const size =
      content.kind === "bytes"
        ? content.bytes.length
        : this.#world.files.tryStat(content.path)?.size;
    return size !== undefined && size <= smallWheel;
  }
}

/** Unpacked in about the time that a thread takes to start. */
const smallWheel = 128 * 1024;
/** Each thread holds an archive and its largest member in memory. */
const mostThreads = 8;
