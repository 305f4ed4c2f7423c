import type { ChangeEvent } from "#installer/events";
import type { World } from "#platform/ports";
import type { Output } from "./output.ts";

/** One run of one command: what it may use. */
export type Invocation = {
  /** As typed: `pkm pip install`. */
  readonly name: string;
  /** The words behind the command as they were typed, without what configuration adds. */
  readonly typed: readonly string[];
  readonly world: World;
  readonly output: Output;
  readonly global: GlobalValues;
  /** Hears how an environment is changed, where the change may be made again (`docs/decisions/0029-kept-changes.md`). */
  readonly onChange?: ((event: ChangeEvent) => void) | undefined;
};

/** Values of the options that every command takes. */
export type GlobalValues = {
  readonly cacheDir: string | undefined;
  readonly noCache: boolean;
  readonly offline: boolean;
  readonly verbose: number;
};
