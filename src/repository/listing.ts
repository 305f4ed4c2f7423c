import type { Hashes } from "#base/hash";
import type { NormalizedName } from "#standards/name";
import type { SdistFilename } from "#standards/sdist-filename";
import type { Version } from "#standards/version";
import type { WheelFilename } from "#standards/wheel-filename";

/** What a file is, read from its name alone. */
export type FileIdentity =
  | ({ readonly kind: "wheel" } & WheelFilename)
  | ({ readonly kind: "sdist" } & SdistFilename);

/** One distribution that a repository offers (a link of a project page, PEP 503/691, or a find-links file). */
export type ProjectFile = {
  readonly filename: string;
  /** Absolute, without fragment, with credentials if the index's own address had them: never print it as it is. */
  readonly url: string;
  readonly identity: FileIdentity;
  readonly hashes: Hashes;
  readonly size: number | undefined;
  /** The specifier as published, not yet parsed; parsed leniently by `standards/requires-python`. */
  readonly requiresPython: string | undefined;
  /** `false`, or the reason (possibly empty) for which it was yanked (PEP 592). */
  readonly yanked: false | string;
  /** Milliseconds since 1970; `undefined` where the index does not say. */
  readonly uploadTime: number | undefined;
  /** PEP 658/714: hashes of `<url>.metadata`; `{}` when present without hash; `undefined` when absent. */
  readonly metadataHashes: Hashes | undefined;
  /** The name of the repository that offers it; for messages and locks. */
  readonly repository: string;
};

/** One version of a project with its files in page order. */
export type Release = {
  readonly version: Version;
  readonly files: readonly ProjectFile[];
  /** Those with names that are wanted, and others where leaving them out saves nothing; {@link files} when it is all of them. */
  filesWhere?(isWanted: (filename: string) => boolean): readonly ProjectFile[];
};

/** PEP 792. */
export type ProjectStatus = {
  readonly status: "active" | "archived" | "quarantined" | "deprecated";
  readonly reason: string | undefined;
};

/** Files of a page that can never be candidates, with the reason; the text names what is wrong. */
export type SkippedFile = { readonly filename: string; readonly reason: string };

/** A project page after parsing: everything one name offers, newest version first. */
export type ProjectListing = {
  readonly name: NormalizedName;
  readonly repository: string;
  readonly status: ProjectStatus;
  readonly releases: readonly Release[];
  readonly skipped: readonly SkippedFile[];
};
