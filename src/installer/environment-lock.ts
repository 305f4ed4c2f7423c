import { errnoOf } from "#base/errors";
import type { PythonEnvironment } from "#environment/environment";
import type { FileLock } from "#platform/ports";
import { cannotLock, notPutBack } from "./errors.ts";
import { type Places, placesOf } from "./places.ts";
import { recover } from "./recovery.ts";
import type { InstallerWorld } from "./world.ts";

/** The right to change one environment; nobody else has it until it is released. */
export interface EnvironmentLock {
  readonly places: Places;
  release(): void;
}

export type LockEnvironmentOptions = {
  /** What waiting processes are told about this one. */
  readonly holder?: string;
};

/**
 * Waits for the environment's one writer to finish, and then undoes or finishes what a killed command left
 * unfinished. Take it before reading what is installed, so that a plan fits what it is applied to.
 */
export async function lockEnvironment(
  environment: PythonEnvironment,
  world: InstallerWorld,
  options: LockEnvironmentOptions = {},
): Promise<EnvironmentLock> {
  const { files, host, report } = world;
  let places: Places;
  let lock: FileLock | undefined;
  try {
    // A `--target` or `--prefix` may be new.
    if (files.tryStat(environment.root) === undefined) files.makeFolders(environment.root);
    places = placesOf(environment, files);
    lock = await files.lock(places.lock, {
      wait: true,
      holder: options.holder ?? `pkm (process ${host.processId})`,
      onWait: (holder) => report?.({ type: "environment-awaited", root: environment.root, holder }),
    });
  } catch (cause) {
    if (errnoOf(cause) === undefined) throw cause;
    throw cannotLock(environment.root, cause);
  }
  if (lock === undefined) throw new Error("a lock that waits was not given");
  const held = lock;
  try {
    const outcome = recover(places, files);
    if (outcome !== "nothing")
      report?.({ type: "transaction-recovered", root: environment.root, outcome });
  } catch (failure) {
    held.release();
    throw errnoOf(failure) === undefined ? failure : notPutBack(environment.root, failure);
  }
  return { places, release: () => held.release() };
}
