import { isLoopback } from "#base/url";
import type { CoreMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import type { Version } from "#standards/version";
import type { RepositoryConfiguration } from "./configuration.ts";
import { identityOf } from "./identity.ts";
import type { ProjectFile, ProjectListing } from "./listing.ts";
import type {
  Download,
  FileAddress,
  MetadataAnswer,
  NoListing,
  Repositories,
} from "./repositories.ts";

type Listing = ProjectListing | NoListing;

/**
 * Repositories that are loaded and opened by the first question: whoever remembers the answer asks only which
 * repositories they are.
 */
export class LateRepositories implements Repositories {
  readonly identity: string;
  readonly isRefreshing: boolean;
  readonly #open: () => Promise<Repositories>;
  #opening: Promise<Repositories> | undefined;
  #opened: Repositories | undefined;

  /** Only for a configuration that {@link tellsIdentity}. */
  constructor(
    configuration: RepositoryConfiguration,
    isRefreshing: boolean,
    open: () => Promise<Repositories>,
  ) {
    this.identity = identityOf({ ...configuration, findLinks: [] });
    this.isRefreshing = isRefreshing;
    this.#open = open;
  }

  async ready(): Promise<void> {
    await this.#repositories();
  }

  freshUntil(): number | undefined {
    // Nothing has been answered so far.
    return this.#opened === undefined ? Number.MAX_SAFE_INTEGER : this.#opened.freshUntil();
  }

  prefetch(names: Iterable<NormalizedName>): boolean {
    if (this.#opened !== undefined) return this.#opened.prefetch(names);
    const all = [...names];
    void this.#repositories().then(
      (repositories) => repositories.prefetch(all),
      () => {},
    );
    return true;
  }

  listing(name: NormalizedName, pin?: Version): Listing | Promise<Listing> {
    return this.#opened === undefined
      ? this.#repositories().then((repositories) => repositories.listing(name, pin))
      : this.#opened.listing(name, pin);
  }

  metadata(file: ProjectFile): MetadataAnswer | Promise<MetadataAnswer> {
    return this.#opened === undefined
      ? this.#repositories().then((repositories) => repositories.metadata(file))
      : this.#opened.metadata(file);
  }

  believe(file: ProjectFile, metadata: string): void {
    if (this.#opened !== undefined) return this.#opened.believe(file, metadata);
    void this.#repositories().then(
      (repositories) => repositories.believe(file, metadata),
      () => {},
    );
  }

  recall(
    name: NormalizedName,
    files: (page: ProjectListing) => Iterable<ProjectFile>,
  ): CoreMetadata | undefined {
    return this.#opened?.recall?.(name, files);
  }

  async download(file: FileAddress): Promise<Download> {
    return (await this.#repositories()).download(file);
  }

  #repositories(): Promise<Repositories> {
    return (this.#opening ??= this.#open().then((repositories) => (this.#opened = repositories)));
  }
}

/**
 * True when the configuration alone says which repositories they are. What lies in folders has a say in it, and what
 * may be refused, as plain http is, has to be said at once.
 */
export function tellsIdentity({ indexes, findLinks }: RepositoryConfiguration): boolean {
  return (
    findLinks.length === 0 &&
    indexes.every(
      ({ url }) => !/^http:/i.test(url) || !URL.canParse(url) || isLoopback(new URL(url)),
    )
  );
}
