import type { Report } from "#base/report";
import type { World } from "#platform/ports";
import { copyCheckout, makeCheckout } from "./_git-checkout.ts";
import { GitDatabase, isFullCommit } from "./_git-database.ts";
import { gitNotCached, gitRevisionUnknown } from "./errors.ts";
import type { RepositoryEvent } from "./events.ts";
import type { GitAddress, GitSource } from "./git-address.ts";

export type GitWorld = Pick<World, "files" | "processes" | "hashing" | "host"> & {
  /** pkm's cache folder; databases and checkouts are kept in a folder of their own below it. */
  readonly cache: string;
  readonly offline?: boolean;
  readonly report?: Report<RepositoryEvent>;
};

/**
 * Finds the commit that an address stands for. A full commit is its own answer; for everything else the remote is asked each
 * time, since branches move and tags can be moved. Offline the last answer counts.
 */
export async function resolveGit(address: GitAddress, world: GitWorld): Promise<GitSource> {
  const { remote, revision } = address;
  if (revision !== undefined && isFullCommit(revision))
    return { ...address, commit: revision.toLowerCase() };
  const database = new GitDatabase(remote, world);
  if (world.offline === true) {
    const commit = database.lastAnswer(revision) ?? (await database.find(revision));
    if (commit === undefined) throw gitNotCached(remote, revision);
    return { ...address, commit };
  }
  const commit =
    (await database.askRemote(revision)) ?? (await database.search(revision as string));
  if (commit === undefined)
    throw gitRevisionUnknown(remote, revision as string, await database.names());
  database.remember(revision, commit);
  return { ...address, commit };
}

/**
 * Lays a commit out in a folder that does not exist yet: the tree, submodules and large files, with a `.git` that knows
 * history and tags, as backends read versions from those. Every commit is fetched and checked out once; what a folder
 * receives is a copy of its own. Nothing of the repository is run.
 */
export async function checkoutGit(
  source: GitSource,
  folder: string,
  world: GitWorld,
): Promise<void> {
  const database = new GitDatabase(source.remote, world);
  const kept = database.checkoutFolder(source.commit);
  if (world.files.tryStat(kept) === undefined) await makeCheckout(source, database, world);
  database.noteUse(source.commit);
  copyCheckout(kept, folder, world.files);
}
