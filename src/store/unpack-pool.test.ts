import { describe, expect, test } from "bun:test";
import { nextTurn } from "#base/turn";
import type { Workers } from "#platform/ports";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { UnpackPool } from "./unpack-pool.ts";
import { messageFor, requestIn } from "./unpack-request.ts";

type Sent = { readonly message: unknown; readonly transfer: readonly ArrayBuffer[] };

/** Threads that unpack nothing and remember what they were sent. */
class NotingWorkers implements Workers {
  readonly cores: number;
  readonly sent: Sent[] = [];
  started = 0;

  constructor(cores = 1) {
    this.cores = cores;
  }

  start(): ReturnType<Workers["start"]> {
    this.started += 1;
    return {
      ask: async (message, transfer = []) => {
        this.sent.push({ message, transfer });
        return new Uint8Array(0);
      },
      stop: () => {},
    };
  }
}

const size = 300_000;

type Archive = { readonly bytes: Uint8Array; readonly giveBack?: () => void };

function poolWith(workers: Workers): UnpackPool {
  const files = new MemoryFiles({});
  const machine = { files, hashing: new RealHashing(), inflate: new RealInflate(), workers };
  return new UnpackPool({ ...machine, host: memoryHost() });
}

/** One after the other, on one thread. */
async function unpack(...archives: readonly Archive[]): Promise<readonly Sent[]> {
  const workers = new NotingWorkers();
  const pool = poolWith(workers);
  const request = { filename: "demo.whl", sha256: "00", staging: "/staging" };
  for (const { bytes, giveBack } of archives)
    await pool.unpack({ ...request, content: { kind: "bytes", bytes } }, { giveBack });
  return workers.sent;
}

describe("UnpackPool", () => {
  test("hands an archive over that has its memory to itself", async () => {
    const bytes = new Uint8Array(size);
    const [sent] = await unpack({ bytes });
    expect(sent?.transfer).toEqual([bytes.buffer]);
  });

  test("leaves memory alone in which something else may lie", async () => {
    const [sent] = await unpack({ bytes: new Uint8Array(new ArrayBuffer(2 * size), 0, size) });
    expect(sent?.transfer).toEqual([]);
  });

  test("sends shared memory once, and then where in it the archive lies", async () => {
    const memory = new SharedArrayBuffer(2 * size);
    const sent = await unpack(
      { bytes: new Uint8Array(memory, 0, size) },
      { bytes: new Uint8Array(memory, size, size) },
    );
    const contents = sent.map(({ message }) => (message as { readonly content: unknown }).content);
    expect(contents).toEqual([
      { kind: "shared", memory, start: 0, length: size },
      { kind: "shared", start: size, length: size },
    ]);
  });

  test("a thread finds the bytes of its archive in shared memory, known or new", () => {
    const memory = new SharedArrayBuffer(8);
    const bytes = new Uint8Array(memory, 2, 3);
    bytes.set([1, 2, 3]);
    const content = { kind: "bytes", bytes } as const;
    const request = { filename: "demo.whl", sha256: "00", staging: "/staging", content };
    for (const known of [undefined, memory]) {
      const { message } = messageFor(request, known);
      expect(requestIn(message, known)).toEqual({ request, memory });
    }
  });

  test("starts two threads for many wheels, if there are that many processors", () => {
    const started = (cores: number): number => {
      const workers = new NotingWorkers(cores);
      const pool = poolWith(workers);
      pool.expectMany();
      pool.expectMany();
      return workers.started;
    };
    expect([1, 2, 8].map(started)).toEqual([1, 2, 2]);
  });

  test("tells when nobody reads the archive any more", async () => {
    let told = 0;
    await unpack({ bytes: new Uint8Array(size), giveBack: () => told++ });
    expect(told).toBe(1);
  });

  describe("on two threads", () => {
    /** Threads that are at a wheel until told that they have unpacked it. */
    class PatientWorkers implements Workers {
      readonly cores = 2;
      /** The names of what each thread was given, the oldest first. */
      readonly given: { readonly name: string; readonly done: () => void }[][] = [];

      start(): ReturnType<Workers["start"]> {
        const own: (typeof this.given)[number] = [];
        this.given.push(own);
        return {
          ask: (message) =>
            new Promise((resolve) => {
              const { filename } = message as { readonly filename: string };
              own.push({
                name: filename,
                done: () => resolve(new Uint8Array(0)),
              });
            }),
          stop: () => {},
        };
      }

      get names(): string[][] {
        return this.given.map((own) => own.map(({ name }) => name));
      }
    }

    type TestedPool = {
      readonly pool: UnpackPool;
      /** Answers the names of those whose turn has come, now and later. */
      readonly unpackOne: (name: string, length: number, files?: number) => string[];
    };

    function poolOf(workers: Workers): TestedPool {
      const begun: string[] = [];
      const machine = {
        files: new MemoryFiles({}),
        hashing: new RealHashing(),
        inflate: new RealInflate(),
        host: memoryHost(),
      };
      const pool = new UnpackPool({ ...machine, workers });
      const unpackOne = (filename: string, length: number, count = 0): string[] => {
        const bytes = new Uint8Array(length);
        const end = new DataView(bytes.buffer, length - 22);
        end.setUint32(0, 0x06054b50, true);
        end.setUint16(10, count, true);
        const content = { kind: "bytes", bytes } as const;
        const request = { filename, sha256: "00", staging: "/staging", content };
        void pool.unpack(request, { onBegun: () => begun.push(filename) });
        return begun;
      };
      return { pool, unpackOne };
    }

    test("gives each a second wheel while it is at the first, and tells when its turn comes", async () => {
      const workers = new PatientWorkers();
      const { unpackOne } = poolOf(workers);
      for (const name of ["a", "b", "c", "d"]) unpackOne(name, size);
      const begun = unpackOne("e", size);
      expect(workers.names).toEqual([
        ["a", "c"],
        ["b", "d"],
      ]);
      expect(begun).toEqual(["a", "b"]);
      workers.given[1]?.[0]?.done();
      await nextTurn();
      expect(begun).toEqual(["a", "b", "d"]);
      expect(workers.names[1]).toEqual(["b", "d", "e"]);
    });

    test("take the largest of those that wait, and the first among equals", async () => {
      const workers = new PatientWorkers();
      const { unpackOne } = poolOf(workers);
      for (const name of ["a", "b", "c", "d"]) unpackOne(name, size);
      unpackOne("small", size / 2);
      unpackOne("large", 2 * size);
      unpackOne("usual", size);
      unpackOne("late", size);
      for (let turn = 0; turn < 4; turn++) {
        workers.given[0]?.[turn]?.done();
        await nextTurn();
      }
      expect(workers.names[0]).toEqual(["a", "c", "large", "usual", "late", "small"]);
    });

    test("take one of many files before one of more bytes", async () => {
      const workers = new PatientWorkers();
      const { unpackOne } = poolOf(workers);
      for (const name of ["a", "b", "c", "d"]) unpackOne(name, size);
      unpackOne("large", 2 * size);
      unpackOne("many", size, 1000);
      for (let turn = 0; turn < 3; turn++) {
        workers.given[0]?.[turn]?.done();
        await nextTurn();
      }
      expect(workers.names[0]).toEqual(["a", "c", "many", "large"]);
    });

    test("are started while wheels are on their way, one for each that is worth it", () => {
      const workers = new PatientWorkers();
      const { pool, unpackOne } = poolOf(workers);
      pool.expect(1000);
      expect(workers.given).toHaveLength(0);
      for (let wheel = 0; wheel < 5; wheel++) pool.expect(size);
      expect(workers.names).toEqual([[], []]);
      unpackOne("a", size);
      unpackOne("b", 1000);
      expect(workers.names).toEqual([["a"], ["b"]]);
    });

    test("puts nothing behind a large one", async () => {
      const workers = new PatientWorkers();
      const { unpackOne } = poolOf(workers);
      unpackOne("large", 8 * 2 ** 20);
      for (const name of ["b", "c", "d"]) unpackOne(name, size);
      expect(workers.names).toEqual([["large"], ["b", "c"]]);
      workers.given[0]?.[0]?.done();
      await nextTurn();
      expect(workers.names[0]).toEqual(["large", "d"]);
    });
  });
});
