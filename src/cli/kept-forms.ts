import type { PreparedChange } from "#installer/events";
import type { Sightings } from "#platform/sightings";
import type { StagedWork } from "#platform/staging-log";

/** What is kept: what was printed, in order, and what it was printed for. */
export type KeptAnswer = {
  readonly seen: Sightings;
  readonly printed: readonly (readonly [stream: 1 | 2, text: string])[];
};

/** The same of a command that changed an environment, with all that it takes to change it so again. */
export type KeptChange = KeptAnswer & {
  readonly change: PreparedChange;
  readonly staged: StagedWork;
};
