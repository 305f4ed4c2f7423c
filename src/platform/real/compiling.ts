import { busyCode } from "#base/busy-code";
import { runtimeModule } from "./runtime-module.ts";

/*
 * The executable starts with a runtime that is reluctant to compile (`scripts/build.mjs`): most commands are over
 * before compiled code has paid for its making (`docs/decisions/0016-reluctant-to-compile.md`).
 */

/**
 * Lets the runtime compile hot code nearly as soon as it usually does, for the rest of the run; for the thread that asks. At
 * the usual scale it makes more than even long work has time to use.
 */
export function compileReadily(): void {
  spareLastCompiler();
  Bun.unsafe.setJITPolicy(3);
}

/** For a thread that is busy for a second or two: code has to be hotter than usual to be compiled. */
export function compileReluctantly(): void {
  spareLastCompiler();
  Bun.unsafe.setJITPolicy(20);
}

const jsc = runtimeModule("bun:jsc");

/**
 * The last of the compilers takes as long over one function as the others over twenty, which pays in programs that run
 * for a minute. It can be kept from single functions only.
 */
function spareLastCompiler(): void {
  const { noFTL } = jsc();
  for (const code of busyCode()) noFTL(code);
}
