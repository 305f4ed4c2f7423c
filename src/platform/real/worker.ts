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

/**
 * Called by a worker's own file: answers every message by what `handle` makes of it, and carries errors over in a
 * form that {@link RealWorkers} can throw again.
 */
export function serveMessages(handle: (message: unknown) => unknown): void {
  const port = globalThis as unknown as {
    onmessage: (event: MessageEvent) => void;
    postMessage(message: Answer): void;
  };
  port.onmessage = async ({ data }) => {
    try {
      port.postMessage({ ok: true, value: await handle(data) });
    } catch (error) {
      port.postMessage({ ok: false, error: packed(error) });
    }
  };
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
const isCompiled = import.meta.url.includes("$bunfs") || import.meta.url.includes("~BUN");

class RealWorkerThread implements WorkerThread {
  readonly #worker: Worker;
  #settle:
    | { readonly resolve: (value: unknown) => void; readonly reject: (error: unknown) => void }
    | undefined;

  constructor(address: string) {
    this.#worker = new Worker(address);
    this.#worker.unref();
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.ok) this.#finish()?.resolve(data.value);
      else this.#finish()?.reject(unpacked(data.error));
    };
    this.#worker.onerror = (event) => {
      this.#finish()?.reject(new Error(`a worker failed: ${event.message}`));
    };
  }

  ask(message: unknown, transfer: readonly ArrayBuffer[] = []): Promise<unknown> {
    if (this.#settle !== undefined) throw new Error("a worker was asked twice at once");
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      // A worker that works keeps the process alive, an idle one does not.
      this.#worker.ref();
      this.#worker.postMessage(message, [...transfer]);
    });
  }

  stop(): void {
    this.#worker.terminate();
    this.#finish()?.reject(new Error("the worker was stopped"));
  }

  #finish():
    | { readonly resolve: (value: unknown) => void; readonly reject: (error: unknown) => void }
    | undefined {
    const settle = this.#settle;
    this.#settle = undefined;
    this.#worker.unref();
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
