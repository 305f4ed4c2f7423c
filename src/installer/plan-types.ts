import type { InstalledDistribution } from "#environment/environment";
import type { LinkMode } from "#platform/ports";
import type { DirectUrl } from "#standards/direct-url";
import type { NormalizedName } from "#standards/name";
import type { StoredWheel } from "#store/wheel-manifest";
import type { BytecodePart } from "./bytecode.ts";

/** A distribution that the environment shall hold. */
export type WantedDistribution = {
  readonly name: NormalizedName;
  readonly displayName: string;
  readonly version: string;
  /** Named by a person rather than only required by something (REQUESTED). */
  readonly requested: boolean;
  readonly directUrl: DirectUrl | undefined;
};

export type PlannedInstall = {
  readonly wanted: WantedDistribution;
  /** What it replaces; `undefined` when nothing of the name is installed. */
  readonly replaces: InstalledDistribution | undefined;
};

/** Installed subtracted from wanted. Pure data: nothing has been fetched or touched. Sorted by name. */
export type Plan = {
  readonly installs: readonly PlannedInstall[];
  readonly removals: readonly InstalledDistribution[];
  /** Left as they are. */
  readonly unchanged: readonly InstalledDistribution[];
  /** Those of {@link unchanged} that a person named: they get REQUESTED where it is missing. */
  readonly markRequested: readonly InstalledDistribution[];
};

export type ChangeEntry =
  | { readonly kind: "installed"; readonly name: NormalizedName; readonly to: string }
  | {
      readonly kind: "replaced";
      readonly name: NormalizedName;
      readonly from: string;
      readonly to: string;
    }
  | { readonly kind: "removed"; readonly name: NormalizedName; readonly from: string };

/** What happened to an environment, in the order of names. */
export type Change = {
  readonly entries: readonly ChangeEntry[];
  readonly warnings: readonly string[];
};

/** A wheel laid out so that environments link to its folders as they are. Paths are relative to site-packages. */
export type SharedTree = {
  /** Absolute folder that holds what is linked. */
  readonly folder: string;
  /** Folders to link whole, none below another. */
  readonly links: readonly string[];
  /** Folders to make, parents before children: those above the links, and those of {@link files}. */
  readonly folders: readonly string[];
  /** Files below no link, the metadata with INSTALLER among them; RECORD and REQUESTED lie there beside. */
  readonly files: readonly string[];
  /** The first folders, or names, of all that. */
  readonly tops: readonly string[];
};

/** Keeps folders that environments link to. The store implements it. */
export interface TreeSource {
  /** With compiled modules in it, as far as they belong into linked folders. */
  tree(wheel: StoredWheel, compiled: readonly BytecodePart[]): SharedTree;
  /** Has the folders kept as long as the environment with this root links to them. */
  register(root: string): void;
}

/** How a wheel's files get into an environment; `tree` links whole folders. */
export type LinkWay = LinkMode | "tree";

/** Hands over the unpacked wheel of a planned install. `provision` implements it with repository and store. */
export interface WheelSource {
  wheel(wanted: WantedDistribution): Promise<StoredWheel>;
}
