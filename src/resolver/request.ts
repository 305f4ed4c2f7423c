import type { Hashes } from "#base/hash";
import type { ExclusiveNames } from "#standards/format-control";
import type { Marker, MarkerEnvironment } from "#standards/marker";
import type { CoreMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import type { Requirement } from "#standards/requirement";
import type { TagRanks } from "#standards/tags";
import type { Version } from "#standards/version";

/** The origin of requirements that were typed. */
export const commandLine = "the command line";

/** A requirement somebody wrote, and where: `-r requirements.in (line 3)`, {@link commandLine}. */
export type AskedRequirement = {
  readonly requirement: Requirement;
  readonly origin: string;
  /** Digests demanded by `--hash`; a file must have one of them. Empty when none were given. */
  readonly hashes: readonly { readonly algorithm: string; readonly hex: string }[];
  readonly editable?: boolean;
};

/** The machine the answer is for: the interpreter's own, or one named by `--python-version` and `--python-platform`. */
export type ResolutionTarget = {
  /** Truncated to three numbers, as Requires-Python is judged. */
  readonly python: Version;
  readonly markers: MarkerEnvironment;
  readonly tags: TagRanks;
  /** For messages: `Python 3.12 on x86_64-manylinux_2_28`. */
  readonly description: string;
};

export type PrereleasePolicy = "if-necessary" | "allow" | "disallow" | "explicit";

/** `--no-binary` (first) and `--only-binary` (second); `allowedFormats` of `#standards/format-control` reads them. */
export type FormatPolicy = {
  readonly binaries: ExclusiveNames;
  readonly preferBinary?: boolean;
};

export type ResolutionPolicy = {
  readonly strategy: "highest" | "lowest" | "lowest-direct";
  readonly prerelease: PrereleasePolicy;
  /** `--all-releases` (first: allow) and `--only-final` (second: disallow) of single names, above {@link prerelease}. */
  readonly releases?: ExclusiveNames;
  /** Milliseconds since 1970: files uploaded later do not exist. */
  readonly excludeNewer: number | undefined;
  readonly formats: FormatPolicy;
  readonly followDependencies: boolean;
  readonly requireHashes: boolean;
  readonly ignoreRequiresPython?: boolean;
  /** Wheels must exist for the answer (installing), or metadata is enough (compiling). */
  readonly purpose: "install" | "compile";
  /** Somebody can build: for installing, too, an sdist is as good as a wheel when its version has none that fits. */
  readonly mayBuild?: boolean;
};

export type ResolveRequest = {
  readonly roots: readonly AskedRequirement[];
  readonly constraints: readonly AskedRequirement[];
  readonly overrides: readonly AskedRequirement[];
  readonly target: ResolutionTarget;
  readonly policy: ResolutionPolicy;
  /** Versions to try first where they fit: from an output file, a lock, or what is installed. */
  readonly preferences: ReadonlyMap<NormalizedName, Preference>;
  /**
   * What the environment holds and may keep: such a candidate is taken before any repository is asked about its
   * name, as long as its version fits. Left out when compiling; names to reinstall are not in it.
   */
  readonly installed?: ReadonlyMap<NormalizedName, InstalledCandidate>;
};

/** An installed distribution as a candidate. */
export type InstalledCandidate = {
  readonly version: Version;
  /** Reads METADATA when the candidate is looked at; `undefined` when it cannot be read: then it is no candidate. */
  readonly metadata: () => CoreMetadata | undefined;
  /** The URL of its `direct_url.json`, without credentials, where it came from one. */
  readonly url: string | undefined;
  /** To be upgraded: repositories are asked, and it is one version among theirs. It needs no file to be taken. */
  readonly givesWay?: boolean;
};

export type Preference = {
  readonly version: Version;
  /** `region`: what another region of a universal resolution took. */
  readonly from: "lock" | "installed" | "output" | "region";
  readonly hashes?: readonly Hashes[];
};

/** A version to try first where the marker holds. */
export type MarkedPreference = Preference & { readonly marker?: Marker | undefined };
