import { describe, expect, test } from "bun:test";
import { nextTurn } from "#base/turn";
import type { Workers } from "#platform/ports";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { UnpackPool } from "./unpack-pool.ts";

/** Threads that unpack nothing and remember what changed hands. */
class NotingWorkers implements Workers {
  readonly cores = 2;
  readonly transferred: ArrayBuffer[] = [];

  start(): ReturnType<Workers["start"]> {
    return {
      ask: async (_, transfer = []) => {
        this.transferred.push(...transfer);
        return { manifest: new Uint8Array(0), memory: transfer[0] };
      },
      stop: () => {},
    };
  }
}

const size = 300_000;

async function unpack(
  bytes: Uint8Array,
  giveBack?: (memory: ArrayBuffer) => void,
): Promise<readonly ArrayBuffer[]> {
  const workers = new NotingWorkers();
  const files = new MemoryFiles({});
  const machine = { files, hashing: new RealHashing(), inflate: new RealInflate(), workers };
  const pool = new UnpackPool({ ...machine, host: memoryHost() });
  const request = { filename: "demo.whl", sha256: "00", staging: "/staging" };
  await pool.unpack({ ...request, content: { kind: "bytes", bytes } }, { giveBack });
  return workers.transferred;
}

describe("UnpackPool", () => {
  test("hands an archive over that has its memory to itself", async () => {
    const bytes = new Uint8Array(size);
    expect(await unpack(bytes)).toEqual([bytes.buffer]);
  });

  test("leaves memory alone in which something else may lie", async () => {
    expect(await unpack(new Uint8Array(new ArrayBuffer(2 * size), 0, size))).toEqual([]);
  });

  test("gives lent memory back, all of it", async () => {
    const memory = new ArrayBuffer(2 * size);
    const returned: ArrayBuffer[] = [];
    await unpack(new Uint8Array(memory, 0, size), (given) => returned.push(given));
    expect(returned).toEqual([memory]);
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
                done: () => resolve({ manifest: new Uint8Array(0), memory: undefined }),
              });
            }),
          stop: () => {},
        };
      }

      get names(): string[][] {
        return this.given.map((own) => own.map(({ name }) => name));
      }
    }

    function poolOf(workers: Workers): (name: string, length: number) => string[] {
      const begun: string[] = [];
      const machine = {
        files: new MemoryFiles({}),
        hashing: new RealHashing(),
        inflate: new RealInflate(),
        host: memoryHost(),
      };
      const pool = new UnpackPool({ ...machine, workers });
      return (filename, length) => {
        const content = { kind: "bytes", bytes: new Uint8Array(length) } as const;
        const request = { filename, sha256: "00", staging: "/staging", content };
        void pool.unpack(request, { onBegun: () => begun.push(filename) });
        return begun;
      };
    }

    test("gives each a second wheel while it is at the first, and tells when its turn comes", async () => {
      const workers = new PatientWorkers();
      const unpackOne = poolOf(workers);
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

    test("puts nothing behind a large one", async () => {
      const workers = new PatientWorkers();
      const unpackOne = poolOf(workers);
      unpackOne("large", 8 * 2 ** 20);
      for (const name of ["b", "c", "d"]) unpackOne(name, size);
      expect(workers.names).toEqual([["large"], ["b", "c"]]);
      workers.given[0]?.[0]?.done();
      await nextTurn();
      expect(workers.names[0]).toEqual(["large", "d"]);
    });
  });
});
