import type { World } from "#platform/ports";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { MemoryClock } from "./clock.ts";
import { MemoryFiles } from "./files.ts";
import { memoryHost } from "./host.ts";
import { MemoryNetwork } from "./network.ts";
import { MemoryProcesses } from "./processes.ts";

/** A machine without a network, without programs and without other threads; parts of it may be given. */
export function memoryWorld(parts: Partial<World> = {}): World {
  return {
    files: new MemoryFiles(),
    clock: new MemoryClock(),
    processes: new MemoryProcesses({}),
    network: new MemoryNetwork(() => ({ fails: "ECONNREFUSED" })),
    workers: {
      cores: 1,
      start: () => {
        throw new Error("no threads here");
      },
    },
    inflate: new RealInflate(),
    hashing: new RealHashing(),
    host: memoryHost(),
    ...parts,
  };
}
