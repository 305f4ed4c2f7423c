import { errnoOf } from "#base/errors";
import type { InstalledDistribution, PythonEnvironment } from "#environment/environment";
import type { StoredWheel } from "#store/wheel-manifest";
import { entriesOf } from "./change-entries.ts";
import { describeCollisions } from "./collisions.ts";
import { departuresOf, refuseStale, takenBy } from "./departures.ts";
import { type EnvironmentLock, lockEnvironment } from "./environment-lock.ts";
import { filesCollide, filesInTheWay, writeFailed } from "./errors.ts";
import type { FileOwner } from "./installed-files.ts";
import type { Change, Plan, WheelSource } from "./plan-types.ts";
import { nameOf, type Places } from "./places.ts";
import { stageEdits, stageMarks } from "./stage-edits.ts";
import { stagePlan, type StagingOptions } from "./stage-plan.ts";
import { deriveSwitch, type Switch } from "./switch-steps.ts";
import {
  abandonTransaction,
  asideFolder,
  clearTransaction,
  openTransaction,
  stagingFolder,
  switchOver,
} from "./transaction.ts";
import type { InstallerWorld } from "./world.ts";

export type ApplyOptions = StagingOptions & {
  /** Refuse when two distributions claim one file with different content, instead of warning. */
  readonly strict?: boolean;
  /** Take over files in the way that no distribution claims, instead of refusing. */
  readonly overwrite?: boolean;
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

/**
 * Brings an environment to a plan, whole or not at all. Wheels are asked for side by side and each is staged as
 * it arrives; nothing that Python can see is touched before all are there and every collision is known. A
 * failure puts everything back, and leaves nothing but the lock file.
 */
export async function apply(
  plan: Plan,
  environment: PythonEnvironment,
  wheels: WheelSource,
  world: InstallerWorld,
  options: ApplyOptions = {},
): Promise<Change> {
  const marks = withoutRequested(plan, world);
  if (plan.installs.length + plan.removals.length + marks.length === 0)
    return { entries: [], warnings: [] };
  const lock = options.lock ?? (await lockEnvironment(environment, world, options));
  try {
    const application = new Application(plan, environment, lock.places, world, options);
    const warnings = await application.run(wheels, marks);
    return { entries: entriesOf(plan), warnings };
  } finally {
    if (options.lock === undefined) lock.release();
  }
}

class Application {
  readonly #plan: Plan;
  readonly #environment: PythonEnvironment;
  readonly #places: Places;
  readonly #world: InstallerWorld;
  readonly #options: ApplyOptions;
  #restored = 0;

  constructor(
    plan: Plan,
    environment: PythonEnvironment,
    places: Places,
    world: InstallerWorld,
    options: ApplyOptions,
  ) {
    this.#plan = plan;
    this.#environment = environment;
    this.#places = places;
    this.#world = world;
    this.#options = options;
  }

  async run(wheels: WheelSource, marks: readonly InstalledDistribution[]): Promise<string[]> {
    const places = this.#places;
    const { root, transaction, lock } = places;
    const transactionPlaces = { root, transaction, lock };
    const { files, report } = this.#world;
    const plan = this.#plan;
    const environment = this.#environment;
    refuseStale(plan, places, this.#world);
    const departures = departuresOf(plan, places, environment, this.#world);
    // The switch itself is made in one go: a signal is heard before it, or when it is done.
    const forget = this.#world.interrupts?.before(() => this.#clearAfter(undefined));
    try {
      report?.({ type: "change-began", places: transactionPlaces });
      openTransaction(places, files);
      const parts = [
        ...(await stagePlan(plan, environment, places, wheels, this.#world, this.#options)),
        ...stageEdits(departures, places, this.#world),
        ...stageMarks(marks, places, this.#world),
      ];
      const { taken, shared, installed } = takenBy(departures, marks, places, this.#world);
      const derive = (exchangesSites: boolean): Switch =>
        deriveSwitch(
          {
            parts,
            taken,
            shared,
            installed,
            places,
            staging: stagingFolder(places),
            aside: asideFolder(places),
            overwrite: this.#options.overwrite === true,
            exchangesSites,
            restore: (owner, path) => this.#restore(owner, path),
          },
          this.#world,
        );
      const change = derive(environment.kind === "virtual");
      const warnings = this.#judge(change);
      const { steps } = change;
      const emptied = [...new Set(parts.map(({ from }) => from))];
      report?.({ type: "change-prepared", places: transactionPlaces, steps, emptied });
      this.#switchOver(change, derive);
      const left = this.#clear(emptied);
      report?.({ type: "environment-switched", root: places.root, steps: steps.length });
      return [...warnings, ...left];
    } catch (failure) {
      this.#clearAfter(failure);
      throw errnoOf(failure) === undefined ? failure : writeFailed(places.root, failure);
    } finally {
      forget?.();
    }
  }

  #switchOver(change: Switch, derive: (exchangesSites: boolean) => Switch): void {
    try {
      switchOver(change.steps, this.#places, this.#world.files);
    } catch (error) {
      // A folder that something is mounted on takes what is put into it, and cannot be exchanged.
      if (!change.hasExchangedSite || errnoOf(error) !== "EBUSY") throw error;
      switchOver(derive(false).steps, this.#places, this.#world.files);
    }
  }

  /** A file of a survivor from the store, as it was installed. */
  #restore(owner: FileOwner, path: string): string | undefined {
    const wheel = this.#options.survivors?.installedWheel(owner.name, owner.version);
    if (wheel === undefined) return undefined;
    const name = nameOf(path);
    for (const part of wheel.manifest.parts)
      for (const file of part.files) {
        if (file.sha256 !== owner.sha256 || nameOf(file.path) !== name) continue;
        const staged = `${stagingFolder(this.#places)}/restored-${this.#restored++}`;
        this.#world.files.copy(`${wheel.root}/${part.folder}/${file.path}`, staged);
        return staged;
      }
    return undefined;
  }

  /** Everything that was found is said, or refused, before the first touch. */
  #judge(change: Switch): string[] {
    const { root } = this.#places;
    if (change.blocked.length > 0) throw filesInTheWay(root, change.blocked);
    const collisions = describeCollisions(change.collisions, root);
    if (this.#options.strict === true && collisions.length > 0)
      throw filesCollide(root, collisions);
    const warnings = [...collisions];
    for (const { path, owner } of change.spoilt)
      warnings.push(
        `${owner.name} ${owner.version} is left with another distribution's content in \`${path}\`: install it again to have its own`,
      );
    for (const warning of warnings) this.#world.report?.({ type: "files-collided", warning });
    return warnings;
  }

  /** The change stands; what cannot be cleared away now is cleared by the next command. */
  #clear(emptied: readonly string[]): string[] {
    try {
      clearTransaction(emptied, this.#places, this.#world.files);
      return [];
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return [
        `what was replaced still lies in \`${this.#places.transaction}\`; the next change removes it`,
      ];
    }
  }

  #clearAfter(failure: unknown): void {
    try {
      abandonTransaction(this.#places, this.#world.files);
    } catch (error) {
      // The first failure is the one to tell; the next command clears up.
      if (errnoOf(error) === undefined && errnoOf(failure) === undefined) throw error;
    }
  }
}

function withoutRequested(plan: Plan, { files }: InstallerWorld): InstalledDistribution[] {
  return plan.markRequested.filter(
    ({ metadataPath }) =>
      files.tryLstat(`${metadataPath}/REQUESTED`) === undefined &&
      files.tryLstat(`${metadataPath}/RECORD`) !== undefined,
  );
}
