import type { Hash, Hashes } from "#base/hash";
import type { GitSource } from "#repository/git-address";
import type { ProjectFile } from "#repository/listing";
import type { Marker } from "#standards/marker";
import type { CoreMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import type { Requirement } from "#standards/requirement";
import type { Version } from "#standards/version";
import type { AskedRequirement } from "./request.ts";

/**
 * Why a candidate was passed over. Each has a name from the start, so that a failure or a success can be
 * explained truthfully later.
 */
export type PassedOverReason =
  | { readonly kind: "yanked"; readonly reason: string }
  | { readonly kind: "newer-than-limit"; readonly uploadTime: number }
  | { readonly kind: "no-upload-time" }
  | { readonly kind: "requires-python"; readonly specifier: string }
  | { readonly kind: "no-compatible-wheel"; readonly tags: readonly string[] }
  | { readonly kind: "needs-build"; readonly reason: string }
  | { readonly kind: "format-excluded"; readonly format: "wheel" | "sdist" }
  | { readonly kind: "status"; readonly status: string }
  | { readonly kind: "hash"; readonly filename: string }
  | { readonly kind: "pre-release" }
  | { readonly kind: "constraint"; readonly requirement: string; readonly origin: string }
  | { readonly kind: "invalid-metadata"; readonly reason: string }
  | { readonly kind: "lower-priority"; readonly repository: string };

export type PassedOver = {
  readonly name: NormalizedName;
  readonly version: Version;
  readonly reason: PassedOverReason;
};

/** Where a resolved distribution comes from. */
export type ResolvedSource =
  | {
      readonly kind: "repository";
      readonly repository: string;
      /** Eligible files, best first: what `--generate-hashes`, a lock or an installer may take. */
      readonly files: readonly ProjectFile[];
      /** The first of them, where that is known without the others; see {@link bestFile}. */
      readonly best?: ProjectFile | undefined;
    }
  | {
      readonly kind: "url";
      /** As asked, credentials included; print it only through `withoutCredentials`. */
      readonly url: string;
      readonly file: ProjectFile;
    }
  | {
      /** Already in the environment; nothing to fetch. */
      readonly kind: "installed";
    }
  | SourceTree;

/** The file of a repository that an installer takes. */
export function bestFile(
  source: Extract<ResolvedSource, { readonly kind: "repository" }>,
): ProjectFile | undefined {
  return source.best ?? source.files[0];
}

/** A tree that has to be built, whose project and version only its content tells. */
export type SourceTree =
  | {
      readonly kind: "folder";
      readonly path: string;
      readonly editable: boolean;
    }
  | {
      readonly kind: "checkout";
      /** Holds the commit; its address may have credentials. */
      readonly git: GitSource;
    }
  | {
      readonly kind: "archive";
      readonly filename: string;
      /** Without fragment; print it only through `withoutCredentials`. */
      readonly url: string;
      /** `sha256` among them. */
      readonly hashes: Hashes;
      readonly subdirectory: string | undefined;
    };

export type ResolvedDependency = {
  readonly name: NormalizedName;
  readonly extras: readonly NormalizedName[];
  readonly requirement: Requirement;
  /** Which of several versions of the name it leads to; left out where it leads to all that there are. */
  readonly versions?: readonly Version[];
};

export type ResolvedPackage = {
  readonly name: NormalizedName;
  /** As METADATA spells it, else the requirement. */
  readonly displayName: string;
  readonly version: Version;
  readonly extras: readonly NormalizedName[];
  readonly source: ResolvedSource;
  /** Digests that the requirements demand of its file (`--hash`): it must have one of them. Left out when there are none. */
  readonly demandedHashes?: readonly Hash[];
  readonly metadata: CoreMetadata | undefined;
  /** Requirements of this version (with its selected extras) that apply to the target. */
  readonly dependencies: readonly ResolvedDependency[];
  /** Origins of roots and constraints that name it, for annotations: `-r requirements.in`. */
  readonly origins: readonly string[];
  readonly isDirect: boolean;
  /**
   * Where it is needed, in an answer for many machines: left out when everywhere. Several versions of one name never
   * meet.
   */
  readonly marker?: Marker;
};

/** The answer: what to take, why, and what was passed over. Sorted by name; the same input gives the same value. */
export type Resolution = {
  readonly packages: readonly ResolvedPackage[];
  /** Not known of a remembered resolution: working it out means to read every release newer than the chosen one. */
  readonly passedOver: readonly PassedOver[] | undefined;
  /** Decisions the solver made, undone ones included. Tests hold it. */
  readonly attempts: number;
  /** Things a person should know: yanked choices, archived or deprecated projects. Whole sentences. */
  readonly warnings: readonly string[];
};

/** One thing that a proof rests on: its sentence, and what the sentence speaks of. */
export type FailureCause =
  | {
      readonly kind: "asked";
      readonly text: string;
      readonly origin: string;
      readonly requirement: string;
    }
  | ({ readonly kind: "needs"; readonly needs: string } & AboutVersions)
  | ({
      readonly kind: "refused";
      readonly reason: PassedOverReason["kind"] | UnavailableReason;
    } & AboutVersions)
  | ({ readonly kind: "no-version" } & AboutVersions);

type AboutVersions = {
  readonly text: string;
  readonly project?: NormalizedName;
  readonly versions?: readonly string[];
};

/** Reasons that concern a project as a whole. */
type UnavailableReason = "not-found" | "no-hash-given" | "url-from-index" | "url-conflict";

/** What takes part in a proof and a person could change. */
export type Leads = {
  readonly asked: readonly AskedRequirement[];
  readonly constraints: readonly AskedRequirement[];
  readonly refusals: readonly {
    readonly name: NormalizedName;
    readonly kind: PassedOverReason["kind"] | UnavailableReason;
  }[];
  readonly needsPython: boolean;
};

/** A proof that there is no answer, told in a few true lines. */
export type ResolutionFailure = {
  /** At most eight lines, without final newline. */
  readonly explanation: string;
  /** Numbered derivation in full. */
  readonly derivation: string;
  readonly causes: readonly FailureCause[];
  readonly leads: Leads;
  readonly passedOver: readonly PassedOver[];
  readonly attempts: number;
};

export type ResolveOutcome =
  | { readonly kind: "resolved"; readonly resolution: Resolution }
  | { readonly kind: "unsolvable"; readonly failure: ResolutionFailure };
