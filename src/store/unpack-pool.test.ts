import { describe, expect, test } from "bun:test";
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
  await pool.unpack({ ...request, content: { kind: "bytes", bytes } }, giveBack);
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
});
