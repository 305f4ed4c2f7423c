import type { ProjectFile, ProjectListing } from "#repository/listing";
import type {
  Download,
  MetadataAnswer,
  NoListing,
  Repositories,
  FileAddress,
} from "#repository/repositories";
import type { CoreMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import type { Version } from "#standards/version";

/** Repositories of which a lock has taken the place for some names: those have one file and no other version. */
export class LockedRepositories implements Repositories {
  readonly #files: ReadonlyMap<NormalizedName, ProjectFile>;
  readonly #others: Repositories;

  constructor(files: ReadonlyMap<NormalizedName, ProjectFile>, others: Repositories) {
    this.#files = files;
    this.#others = others;
  }

  get identity(): string {
    const locked = [...this.#files.values()].map(({ filename, hashes }) => [filename, hashes]);
    return JSON.stringify([locked, this.#others.identity]);
  }

  get isRefreshing(): boolean {
    return this.#others.isRefreshing === true;
  }

  async ready(): Promise<void> {
    await this.#others.ready?.();
  }

  freshUntil(): number | undefined {
    return this.#others.freshUntil();
  }

  prefetch(names: Iterable<NormalizedName>): boolean {
    return this.#others.prefetch([...names].filter((name) => !this.#files.has(name)));
  }

  listing(
    name: NormalizedName,
    pin?: Version,
  ): ProjectListing | NoListing | Promise<ProjectListing | NoListing> {
    const file = this.#files.get(name);
    if (file === undefined) return this.#others.listing(name, pin);
    const { version } = file.identity;
    return {
      name,
      repository: file.repository,
      status: { status: "active", reason: undefined },
      releases: [{ version, files: [file] }],
      skipped: [],
    };
  }

  metadata(file: ProjectFile): MetadataAnswer | Promise<MetadataAnswer> {
    return this.#others.metadata(file);
  }

  believe(file: ProjectFile, metadata: string): void {
    this.#others.believe(file, metadata);
  }

  recall(
    name: NormalizedName,
    files: (page: ProjectListing) => Iterable<ProjectFile>,
  ): CoreMetadata | undefined {
    return this.#files.has(name) ? undefined : this.#others.recall?.(name, files);
  }

  download(file: FileAddress): Promise<Download> {
    return this.#others.download(file);
  }
}
