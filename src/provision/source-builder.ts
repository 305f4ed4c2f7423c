import type { Hashes } from "#base/hash";
import type { GitAddress } from "#repository/git-address";
import type { ProjectFile } from "#repository/listing";
import type { SourceTree } from "#resolver/resolution";
import type { CoreMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import type { Requirement } from "#standards/requirement";
import type { Version } from "#standards/version";
import type { StoredWheel } from "#store/wheel-manifest";
import type { BackendSettings } from "./read-requirements.ts";

/** What somebody wants from source. It is not known yet what it holds, nor which commit or content it stands for. */
export type SourceQuestion =
  | SdistSource
  | {
      readonly kind: "archive";
      readonly filename: string;
      /** Without fragment; may hold credentials. */
      readonly url: string;
      /** What it must hold, where somebody said so (`#sha256=…`, `--hash`). */
      readonly hashes: Hashes;
      readonly subdirectory: string | undefined;
    }
  | {
      readonly kind: "checkout";
      readonly git: GitAddress;
      /** Of an editable checkout, which gets a folder that stays: `undefined` otherwise. */
      readonly editableAs: NormalizedName | undefined;
    }
  | { readonly kind: "folder"; readonly path: string; readonly editable: boolean };

/** An sdist whose name says project and version: of a repository, or behind an address. */
export type SdistSource = { readonly kind: "sdist"; readonly file: ProjectFile };

/** A source that can be built, the same at every time (a folder aside): what a {@link SourceQuestion} turned out to be. */
export type BuildableSource = SdistSource | SourceTree;

export type DescribedSource = {
  readonly source: BuildableSource;
  readonly metadata: CoreMetadata;
};

/** A wheel that was built, now or earlier: verified, in the store, and as the file that the backend wrote. */
export type BuiltWheel = {
  readonly wheel: StoredWheel;
  /** The `.whl`; it belongs to the store. */
  readonly path: string;
  /** False when it was built earlier. */
  readonly isFresh: boolean;
};

/**
 * Makes what only a build can make. `build` implements it on top of this room, since a build needs an environment of
 * its own, and the command line hands it in; without one everything that needs a build is refused.
 *
 * Whoever asks twice gets the same answer; two who ask at the same time share the work.
 */
export interface SourceBuilder {
  /**
   * What a source is, by the cheapest way there is: metadata that the standards let one believe without a build,
   * what an earlier run learnt, the backend's metadata hook, and at last the wheel itself (which is then kept). `settings`
   * are what was said to this source's backend alone, whatever the project turns out to be called.
   */
  describe(question: SourceQuestion, settings?: BackendSettings): Promise<DescribedSource>;
  /**
   * The wheel of a source, which must turn out as the resolution promised; an editable one for an editable folder.
   */
  wheel(source: BuildableSource, promised: PromisedIdentity): Promise<BuiltWheel>;
  /** What building a source needs: what the tree says, and what its backend adds for each target. */
  buildRequirements(
    source: BuildableSource,
    targets: readonly BuildTarget[],
  ): Promise<BuildRequirements>;
  /** The folder in which a source lies, to be read until {@link close}. */
  layOut(source: BuildableSource): Promise<string>;
  /** Removes what was unpacked and is not kept. */
  close(): Promise<void>;
}

/** What kind of thing a backend is asked for; each has an environment of its own. */
export type BuildTarget = "wheel" | "editable" | "sdist";

export type BuildRequirements = {
  readonly requires: readonly Requirement[];
  /** In the order in which they were asked for. */
  readonly hooks: ReadonlyMap<BuildTarget, readonly Requirement[]>;
};

export type PromisedIdentity = { readonly name: NormalizedName; readonly version: Version };

/** What is told of builds. */
export type BuildEvent =
  | { readonly type: "build-began"; readonly source: string; readonly step: BuildStep }
  | { readonly type: "build-ended"; readonly source: string; readonly step: BuildStep }
  | { readonly type: "build-logged"; readonly source: string; readonly log: string }
  | { readonly type: "build-folder-kept"; readonly source: string; readonly folder: string };

/** What a backend is asked for. */
export type BuildStep = "requirements" | "metadata" | "wheel" | "editable" | "sdist";
