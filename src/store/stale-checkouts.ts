import type { World } from "#platform/ports";

/**
 * What is kept of git repositories and was not used since `oldest`: checkouts, whole repositories, and what runs that
 * were interrupted left. `repository` puts it beside the store and notes each use in a file `COMMIT.used`.
 */
export function* staleCheckouts(
  cache: string,
  oldest: number,
  { files }: Pick<World, "files">,
): Generator<string, void> {
  const root = `${cache}/${repositoriesFolder}`;
  const isOld = (path: string): boolean => (files.tryStat(path)?.mtime ?? 0) < oldest;
  for (const { name } of files.tryList(root) ?? []) {
    const repository = `${root}/${name}`;
    const stamps = files
      .list(`${repository}`)
      .filter((entry) => entry.kind === "file")
      .map((entry) => `${repository}/${entry.name}`);
    const kept = `${repository}/checkouts`;
    const entries = files.tryList(kept) ?? [];
    const commits = entries.filter((entry) => entry.kind === "folder").map((entry) => entry.name);
    const stale = commits.filter(
      (commit) => isOld(`${kept}/${commit}.used`) && isOld(`${kept}/${commit}`),
    );
    if (stale.length === commits.length && stamps.every(isOld)) yield repository;
    else
      for (const commit of stale) {
        yield `${kept}/${commit}`;
        if (files.tryStat(`${kept}/${commit}.used`) !== undefined) yield `${kept}/${commit}.used`;
      }
  }
}

/** Below the cache folder; its version rises with the form of what is in it. */
export const repositoriesFolder = "git-v1";
