import type { MetadataAnswer, NoListing } from "#repository/repositories";
import type { ProjectFile, ProjectListing } from "#repository/listing";
import type { CoreMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import type { SourceTree } from "./resolution.ts";

/** A requirement with a URL or path, opened far enough to know what it is. */
export type DirectCandidate =
  | { readonly kind: "file"; readonly file: ProjectFile; readonly metadata: CoreMetadata }
  /** A source tree whose metadata is known, because it is static or somebody built it. */
  | { readonly kind: "tree"; readonly tree: SourceTree; readonly metadata: CoreMetadata }
  | { readonly kind: "needs-build"; readonly url: string; readonly reason: string };

/**
 * What the resolver asks of the world. `Repositories` answers for indexes; directs are opened by `provision`,
 * and sources that need a build by the `build` room, which wraps this interface.
 */
export interface MetadataSource {
  /** Begins to fetch pages, and tells whether any of them has to be waited for. */
  prefetch(names: Iterable<NormalizedName>): boolean;
  listing(name: NormalizedName): ProjectListing | NoListing | Promise<ProjectListing | NoListing>;
  metadata(file: ProjectFile): MetadataAnswer | Promise<MetadataAnswer>;
  /** What is remembered while a page is asked for again, as of `Repositories`. */
  recall?(
    name: NormalizedName,
    files: (page: ProjectListing) => Iterable<ProjectFile>,
  ): CoreMetadata | undefined;
  /** `url` is what stands after `@`, or a `file:` URL of a path named on the command line. */
  direct(
    url: string,
    name: NormalizedName | undefined,
    editable: boolean,
  ): Promise<DirectCandidate>;
  /**
   * Told while other pages are waited for, perhaps more than once, of a wheel that is taken if there is an answer at
   * all: a pin from outside leaves no other version, and dependencies are not followed. It can be fetched already.
   */
  expect?(file: ProjectFile): void;
}
