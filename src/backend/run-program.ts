import type { ProcessResult } from "#platform/ports";
import type { BackendWorld } from "./request.ts";

/** Runs a program to its end with the variables that the host has: a build may be given others than pkm itself. */
export function runProgram(
  argv: readonly [string, ...string[]],
  cwd: string,
  { processes, host }: BackendWorld,
): Promise<ProcessResult> {
  const env = Object.fromEntries(
    Object.entries(host.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return processes.run({ argv, cwd, env });
}
