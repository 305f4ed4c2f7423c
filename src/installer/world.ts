import type { Report } from "#base/report";
import type { World } from "#platform/ports";
import type { InstallerEvent } from "./events.ts";

/** What this room asks of the machine, and whom it tells. */
export type InstallerWorld = Pick<World, "files" | "hashing" | "host" | "interrupts"> & {
  readonly report?: Report<InstallerEvent>;
};
