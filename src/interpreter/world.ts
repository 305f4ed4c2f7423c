import type { World } from "#platform/ports";
import type { WindowsRegistry } from "./windows-registry.ts";

/** Where answers of interpreters are kept between runs. The store's answer cache fits. */
export type ProbeCache = {
  get(key: string): string | undefined;
  put(key: string, value: string): void;
};

/** What finding and asking interpreters needs of the world. */
export type InterpreterWorld = Pick<World, "files" | "processes" | "host"> & {
  readonly answers: ProbeCache;
  /** Left out where there is no registry. */
  readonly registry?: WindowsRegistry;
};
