/*
 * The executable starts with a runtime that is reluctant to compile (`scripts/build.mjs`): most commands are over
 * before compiled code has paid for its making (`docs/decisions/0016-reluctant-to-compile.md`).
 */

/** Lets the runtime compile hot code as soon as it usually does, for the rest of the run; for the thread that asks. */
export function compileAsUsual(): void {
  Bun.unsafe.setJITPolicy(1);
}

/** For a thread that is busy for a second or two: code has to be hotter than usual to be compiled. */
export function compileReluctantly(): void {
  Bun.unsafe.setJITPolicy(20);
}
