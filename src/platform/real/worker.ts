import { isCompiled } from "./executable.ts";
import { PkmError, type PkmErrorDetails } from "#base/errors";
import type { WorkerFile, Workers, WorkerThread } from "#platform/ports";
import { runtimeModule } from "./runtime-module.ts";

const os = runtimeModule("node:os");

/** Threads of this process. */
export class RealWorkers implements Workers {
  readonly #limit: number;

  constructor(limit: number = Number.POSITIVE_INFINITY) {
    this.#limit = limit;
  }

  get cores(): number {
    return Math.min(this.#limit, os().availableParallelism());
  }

  start(file: WorkerFile): WorkerThread {
    return new RealWorkerThread(workerAddress(file));
  }
}

/** Threads that are at work right now, {@link RealWorkers}' own. */
let busy = 0;

/** True when a thread more would have a processor of its own. */
export function hasIdleProcessor(): boolean {
  return busy + 1 < os().availableParallelism();
}

/**
 * Called by a worker's own file: answers every message by what `handle` makes of it, and carries errors over in a
 * form that {@link RealWorkers} can throw again.
 */
export function serveMessages(handle: (message: unknown) => unknown): void {
  const port = globalThis as unknown as {
    onmessage: (event: MessageEvent) => void;
    postMessage(message: Answer, transfer?: ArrayBuffer[]): void;
  };
  const answer = async (message: unknown): Promise<void> => {
    try {
      const found = await handle(message);
      if (found instanceof HandedOver)
        port.postMessage({ ok: true, value: found.value }, found.transfer);
      else port.postMessage({ ok: true, value: found });
    } catch (error) {
      port.postMessage({ ok: false, error: packed(error) });
    }
  };
  let last = Promise.resolve();
  port.onmessage = ({ data }) => {
    last = last.then(() => answer(data));
  };
}

/** An answer for {@link serveMessages} whose memory changes hands with it. */
export function handOver(value: unknown, transfer: readonly ArrayBuffer[]): unknown {
  return new HandedOver(value, [...transfer]);
}

class HandedOver {
  readonly value: unknown;
  readonly transfer: ArrayBuffer[];

  constructor(value: unknown, transfer: ArrayBuffer[]) {
    this.value = value;
    this.transfer = transfer;
  }
}

/**
 * Where a worker's file lies. Inside the executable it is a second entry point of the build, and only its absolute
 * embedded path leads there: what `new URL` makes of a relative one depends on the chunk this code ended up in, and
 * a path that misses is looked for in the current folder.
 */
export function workerAddress(file: WorkerFile): string {
  return isCompiled
    ? `${embeddedRoot}/${file}.js`
    : new URL(`../../${file}.ts`, import.meta.url).href;
}

const embeddedRoot = process.platform === "win32" ? "B:/~BUN/root" : "/$bunfs/root";

type Settle = {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
};

class RealWorkerThread implements WorkerThread {
  readonly #worker: Worker;
  /** Who waits for answers, in the order in which they will come. */
  readonly #asked: Settle[] = [];

  constructor(address: string) {
    this.#worker = new Worker(address);
    this.#worker.unref();
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      const settle = this.#next();
      if (data.ok) settle?.resolve(data.value);
      else settle?.reject(unpacked(data.error));
    };
    this.#worker.onerror = (event) => this.#fail(new Error(`a worker failed: ${event.message}`));
  }

  ask(message: unknown, transfer: readonly ArrayBuffer[] = []): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject });
      // A worker that works keeps the process alive, an idle one does not.
      if (this.#asked.length === 1) {
        busy += 1;
        this.#worker.ref();
      }
      this.#worker.postMessage(message, [...transfer]);
    });
  }

  stop(): void {
    this.#worker.terminate();
    this.#fail(new Error("the worker was stopped"));
  }

  #fail(error: Error): void {
    for (let settle = this.#next(); settle !== undefined; settle = this.#next())
      settle.reject(error);
  }

  #next(): Settle | undefined {
    const settle = this.#asked.shift();
    if (settle !== undefined && this.#asked.length === 0) {
      busy -= 1;
      this.#worker.unref();
    }
    return settle;
  }
}

type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: PackedError };

/** Errors lose their class and fields when they are cloned. */
type PackedError =
  | { readonly kind: "told"; readonly details: PkmErrorDetails }
  | {
      readonly kind: "other";
      readonly message: string;
      readonly stack: string | undefined;
      readonly code: unknown;
    };

function packed(error: unknown): PackedError {
  if (error instanceof PkmError) {
    const { code, what, why, fix, excerpt, exit, cause } = error;
    const details = {
      code,
      what,
      fix,
      exit,
      ...(why === undefined ? {} : { why }),
      ...(excerpt === undefined ? {} : { excerpt }),
    };
    return {
      kind: "told",
      details: { ...details, ...(cause === undefined ? {} : { cause: String(cause) }) },
    };
  }
  if (!(error instanceof Error))
    return { kind: "other", message: String(error), stack: undefined, code: undefined };
  return {
    kind: "other",
    message: error.message,
    stack: error.stack,
    code: "code" in error ? error.code : undefined,
  };
}

function unpacked(error: PackedError): Error {
  if (error.kind === "told") return new PkmError(error.details);
  const found = new Error(error.message);
  if (error.stack !== undefined) found.stack = error.stack;
  return error.code === undefined ? found : Object.assign(found, { code: error.code });
}
