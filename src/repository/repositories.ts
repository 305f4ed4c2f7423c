import type { PkmError } from "#base/errors";
import type { CoreMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import type { Version } from "#standards/version";
import type { ProjectFile, ProjectListing } from "./listing.ts";

/** Why a name has no listing although repositories were asked. */
export type NoListing = {
  readonly kind: "unknown";
  /** Repositories that were asked and did not know the name, with what they said (`404`, `not asked: offline`). */
  readonly asked: readonly { readonly repository: string; readonly answer: string }[];
};

/** Metadata of one file, or why it cannot be had without a build. */
export type MetadataAnswer =
  | { readonly kind: "metadata"; readonly metadata: CoreMetadata }
  | { readonly kind: "needs-build"; readonly reason: string }
  /** `error` is what a person hears who named this very file; the resolver passes on to another one. */
  | { readonly kind: "invalid"; readonly reason: string; readonly error?: PkmError };

/** What fetching needs to know of a file, be it one of a page or an archive of sources at an address. */
export type FileAddress = Pick<ProjectFile, "filename" | "url" | "hashes" | "size">;

/** A downloaded distribution whose hash has been checked (where one is known) but which nobody has opened yet. */
export type Download = {
  readonly file: FileAddress;
  /** The verified sha256 of the whole file, hexadecimal. */
  readonly sha256: string;
  readonly content: DownloadContent;
};

export type DownloadContent =
  | {
      readonly kind: "bytes";
      readonly bytes: Uint8Array;
      /** To be told when nobody reads {@link bytes} any more: others are put there. */
      readonly giveBack?: () => void;
    }
  | { readonly kind: "path"; readonly path: string };

/**
 * All configured sources as one: priorities, bindings and find-links are settled here, so that nobody above
 * knows how many there are. Answers come without a promise when they are at hand, which saves the resolver a
 * turn of the event loop per question.
 */
export interface Repositories {
  /** What decides where answers come from (addresses without credentials, order, bindings), as one text. */
  readonly identity: string;
  /** True when a person wants pages asked for again: answers remembered from fresh pages do not count. */
  readonly isRefreshing?: boolean;
  /**
   * Those who will ask much call it first, where it is: repositories may be opened by the first question, which would
   * make all that are asked meanwhile wait.
   */
  ready?(): Promise<void>;
  /**
   * Until when every listing answered so far may be used again without asking, in milliseconds since 1970;
   * `undefined` when one of them may not be remembered.
   */
  freshUntil(): number | undefined;
  /**
   * Begins to fetch pages in the background, and tells whether any of them has to be waited for. Never throws; the failure is
   * told when the page is asked for.
   */
  prefetch(names: Iterable<NormalizedName>): boolean;
  /** `pin` is the version of which alone something is wanted, with its local ones: others may be left out. */
  listing(
    name: NormalizedName,
    pin?: Version,
  ): ProjectListing | NoListing | Promise<ProjectListing | NoListing>;
  /** Sidecar (PEP 658), else byte ranges of the wheel, else the whole file; sdists only with static metadata. */
  metadata(file: ProjectFile): MetadataAnswer | Promise<MetadataAnswer>;
  /** From now on, and in later runs, this text is the METADATA of a wheel, whatever its index says. */
  believe(file: ProjectFile, metadata: string): void;
  /**
   * While a page is asked for again: what metadata said, of the first among files of the old page for which that is
   * known. Asks nobody and changes no other answer.
   */
  recall?(
    name: NormalizedName,
    files: (page: ProjectListing) => Iterable<ProjectFile>,
  ): CoreMetadata | undefined;
  /** Downloads, resuming what an earlier attempt left, and verifies. */
  download(file: FileAddress): Promise<Download>;
}
