import type { PythonEnvironment } from "#environment/environment";
import type { LinkMode } from "#platform/ports";
import type { StoredWheel } from "#store/wheel-manifest";
import type { BytecodeSource } from "./bytecode.ts";
import type { EnvironmentLock } from "./environment-lock.ts";
import type { Change, Plan, WheelSource } from "./plan-types.ts";
import type { InstallerWorld } from "./world.ts";

export type ApplyOptions = {
  /** Refuse when two distributions claim one file with different content, instead of warning. */
  readonly strict?: boolean;
  readonly linkMode?: LinkMode;
  /** Compiled modules to put beside the sources; none are when left out. */
  readonly bytecode?: BytecodeSource;
  /** Finds the unpacked wheel of something installed, to give a file back that another one had covered. */
  readonly survivors?: SurvivorSource;
  /** The environment's lock, when the caller already holds it ({@link lockEnvironment}). */
  readonly lock?: EnvironmentLock;
  /** What waiting processes are told about this one. */
  readonly holder?: string;
};

export interface SurvivorSource {
  installedWheel(name: string, version: string): StoredWheel | undefined;
}

/** Brings the environment to the plan, whole or not at all. */
export async function apply(
  plan: Plan,
  environment: PythonEnvironment,
  wheels: WheelSource,
  world: InstallerWorld,
  options: ApplyOptions = {},
): Promise<Change> {
  throw new Error(`not built yet: ${plan.installs.length} ${environment.root} ${wheels} ${world} ${options}`);
}
