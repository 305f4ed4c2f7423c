import type { PythonEnvironment } from "#environment/environment";
import { readInstalled } from "#environment/installed";
import { apply } from "#installer/apply";
import { lockEnvironment } from "#installer/environment-lock";
import { planRemovals } from "#installer/plan";
import type { Change, Plan } from "#installer/plan-types";
import type { InstallerWorld } from "#installer/world";
import { ownDistributions } from "./own-distributions.ts";
import type { ProvisionWorld } from "./world.ts";
import type { NormalizedName } from "#standards/name";

export type RemovalRequest = {
  readonly environment: PythonEnvironment;
  readonly names: ReadonlySet<NormalizedName>;
  readonly dryRun: boolean;
};

export type RemovalOutcome = {
  readonly plan: Plan;
  /** Names that are not installed. */
  readonly missing: readonly NormalizedName[];
  /** Left out after a dry run, and when there was nothing to remove. */
  readonly change: Change | undefined;
};

/** Removes distributions from an environment, all of them or none. */
export async function uninstall(
  request: RemovalRequest,
  world: InstallerWorld & Pick<ProvisionWorld, "store">,
): Promise<RemovalOutcome> {
  const { environment, names, dryRun } = request;
  const planned = (): RemovalOutcome => {
    const plan = planRemovals(
      ownDistributions(environment, readInstalled(environment, world)),
      names,
    );
    const found = new Set(plan.removals.map(({ name }) => name));
    return {
      plan,
      missing: [...names].filter((name) => !found.has(name)).sort(),
      change: undefined,
    };
  };
  const first = planned();
  if (dryRun || first.plan.removals.length === 0) return first;
  const lock = await lockEnvironment(environment, world);
  try {
    const outcome = planned();
    const nothing = { wheel: () => Promise.reject(new Error("an uninstall asks for no wheel")) };
    return {
      ...outcome,
      change: await apply(outcome.plan, environment, nothing, world, {
        lock,
        survivors: world.store,
      }),
    };
  } finally {
    lock.release();
  }
}
