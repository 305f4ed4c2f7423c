import type { World } from "#platform/ports";
import { RealClock } from "#platform/real/clock";
import { compileReadily } from "#platform/real/compiling";
import { RealFiles } from "#platform/real/files";
import { RealHashing } from "#platform/real/hashing";
import { readHost } from "#platform/real/host";
import { RealInflate } from "#platform/real/inflate";
import { RealInterrupts } from "#platform/real/interrupts";
import { LateNetwork } from "#platform/real/late-network";
import { RealProcesses } from "#platform/real/processes";
import { RealWorkers } from "#platform/real/worker";

/** The real machine, for one run. Nothing is opened or loaded before somebody uses it. */
export function openWorld(): World {
  return {
    files: new RealFiles(),
    clock: new RealClock(),
    processes: new RealProcesses(),
    workers: new RealWorkers(),
    network: new LateNetwork(),
    inflate: new RealInflate(),
    hashing: new RealHashing(),
    host: readHost(),
    interrupts: new RealInterrupts(),
    expectLongWork: compileReadily,
  };
}
