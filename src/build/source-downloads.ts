import type { Download, FileAddress, Repositories } from "#repository/repositories";
import type { World } from "#platform/ports";

/**
 * Sources on their way from an address to a folder. Some have to be fetched before anybody knows whether they will be
 * laid out, as their digest tells what was built of them: those are not fetched twice.
 */
export class SourceDownloads {
  readonly #repositories: Repositories;
  readonly #files: World["files"];
  readonly #fetched = new Map<string, Promise<Download>>();

  constructor(repositories: Repositories, files: World["files"]) {
    this.#repositories = repositories;
    this.#files = files;
  }

  /** The digest of a file; what was fetched for it waits to be taken. */
  async digest(file: FileAddress): Promise<string> {
    let fetched = this.#fetched.get(file.url);
    if (fetched === undefined) {
      fetched = this.#repositories.download(file);
      this.#fetched.set(file.url, fetched);
    }
    return (await fetched).sha256;
  }

  /** The file; whoever takes it discards it. */
  take(file: FileAddress): Promise<Download> {
    const fetched = this.#fetched.get(file.url);
    this.#fetched.delete(file.url);
    return fetched ?? this.#repositories.download(file);
  }

  /** What was downloaded to the disk belongs to whoever asked; what lies on this machine to somebody else. */
  discard({ content, file }: Download): void {
    if (content.kind === "path" && !/^file:/i.test(file.url)) this.#files.tryRemove(content.path);
  }

  async close(): Promise<void> {
    const all = [...this.#fetched.values()];
    this.#fetched.clear();
    for (const fetched of await Promise.allSettled(all))
      if (fetched.status === "fulfilled") this.discard(fetched.value);
  }
}
