import type { NormalizedName } from "#standards/name";
import type { Step } from "./journal.ts";
import type { TransactionPlaces } from "./places.ts";

/** What happens while an environment is changed; facts, told as they come about. */
export type InstallerEvent =
  /** Another process holds the environment; `holder` is what it says of itself. */
  | { readonly type: "environment-awaited"; readonly root: string; readonly holder: string }
  /** A killed command had left its journal; the environment is whole again. */
  | {
      readonly type: "transaction-recovered";
      readonly root: string;
      readonly outcome: "undone" | "finished";
    }
  | { readonly type: "wheel-staged"; readonly name: NormalizedName; readonly version: string }
  /** Folders were to be linked whole, and cannot be: files are linked one by one. */
  | { readonly type: "folders-not-shared"; readonly root: string; readonly reason: string }
  /** Told before anything is touched. */
  | { readonly type: "files-collided"; readonly warning: string }
  /** The lock is held, and what comes is laid out now, in the transaction's folder. */
  | { readonly type: "change-began"; readonly places: TransactionPlaces }
  /** All is laid out, and these are the steps; told before the first. */
  | ({ readonly type: "change-prepared" } & PreparedChange)
  | { readonly type: "environment-switched"; readonly root: string; readonly steps: number };

/** How a change comes about, up to its first step. */
export type ChangeEvent = Extract<
  InstallerEvent,
  { readonly type: "change-began" | "change-prepared" }
>;

/** A change that is worked out, so that it only has to be made. */
export type PreparedChange = {
  readonly places: TransactionPlaces;
  readonly steps: readonly Step[];
  /** Folders of the transaction that the steps mostly leave empty. */
  readonly emptied: readonly string[];
};
