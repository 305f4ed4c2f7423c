import { errnoOf } from "#base/errors";
import { silent } from "#base/report";
import type { Files } from "#platform/ports";
import type { GitDatabase } from "./_git-database.ts";
import { gitNotCached, gitRevisionUnknown } from "./errors.ts";
import type { GitWorld } from "./git.ts";
import type { GitSource } from "./git-address.ts";

/** Fetches what is missing and puts a finished checkout into its place, or leaves nothing. */
export async function makeCheckout(
  source: GitSource,
  database: GitDatabase,
  world: GitWorld,
): Promise<void> {
  const { remote, commit, revision } = source;
  const { files } = world;
  if (world.offline === true) throw gitNotCached(remote, revision ?? commit);
  await database.alone(async () => {
    const place = database.checkoutFolder(commit);
    // Somebody else made it meanwhile.
    if (files.tryStat(place) !== undefined) return;
    if (!(await database.need(commit, revision)))
      throw gitRevisionUnknown(remote, revision ?? commit, await database.names());
    const parent = place.slice(0, place.lastIndexOf("/"));
    files.makeFolders(parent);
    const staging = files.makeTemporaryFolder(parent, "new-");
    try {
      const tree = `${staging}/tree`;
      files.makeFolder(tree);
      await layOut({ commit, tree, index: `${staging}/index` }, database, world);
      await addSubmodules(tree, database, world);
      await addLargeFiles(tree, database, world);
      files.rename(tree, place);
    } finally {
      files.removeTree(staging);
    }
  });
}

type Layout = { readonly commit: string; readonly tree: string; readonly index: string };

/**
 * The tree is written from the database, so that blobs which are fetched for it stay there; then the database is
 * copied (linked, for the most part) to be the tree's own repository.
 */
async function layOut(
  { commit, tree, index }: Layout,
  database: GitDatabase,
  { files }: GitWorld,
): Promise<void> {
  const { git, bare } = database;
  const act = "check out";
  await git.run(
    [
      "-c",
      "core.bare=false",
      `--git-dir=${bare}`,
      `--work-tree=${tree}`,
      "read-tree",
      "--reset",
      "-u",
      commit,
    ],
    // Large files are fetched in one go afterwards.
    { act, cwd: tree, env: { GIT_INDEX_FILE: index, GIT_LFS_SKIP_SMUDGE: "1" } },
  );
  const own = `${tree}/.git`;
  await git.run(["clone", "--quiet", "--bare", "--local", "--template=", "--", bare, own], { act });
  const isPartial = /promisor/.test(files.tryReadText(`${bare}/config`) ?? "");
  const configuration: readonly (readonly [string, string])[] = [
    ["core.bare", "false"],
    ["remote.origin.url", git.remote],
    ["remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"],
    ...(isPartial
      ? ([
          ["core.repositoryFormatVersion", "1"],
          ["extensions.partialClone", "origin"],
          ["remote.origin.promisor", "true"],
          ["remote.origin.partialCloneFilter", "blob:none"],
        ] as const)
      : []),
  ];
  for (const [key, value] of configuration)
    await git.run([`--git-dir=${own}`, "config", key, value], { act });
  files.write(`${own}/HEAD`, `${commit}\n`);
  files.rename(index, `${own}/index`);
}

async function addSubmodules(
  tree: string,
  { git }: GitDatabase,
  { files }: GitWorld,
): Promise<void> {
  if (files.tryLstat(`${tree}/.gitmodules`)?.kind !== "file") return;
  await git.run(["submodule", "--quiet", "update", "--init", "--recursive"], {
    act: "fetch the submodules of",
    cwd: tree,
  });
}

async function addLargeFiles(
  tree: string,
  { git }: GitDatabase,
  { report = silent }: GitWorld,
): Promise<void> {
  const attributed = ["ls-files", "-z", "--", ":(attr:filter=lfs)"];
  const { stdout } = await git.attempt(attributed, { cwd: tree });
  if (stdout === "") return;
  const { status } = await git.attempt(["lfs", "version"], { cwd: tree });
  if (status !== 0) {
    report({ type: "git-lfs-missing", url: git.remote });
    return;
  }
  await git.run(["lfs", "install", "--local", "--skip-repo"], { act: "check out", cwd: tree });
  await git.run(["lfs", "pull"], { act: "fetch the large files of", cwd: tree });
}

/** A tree of its own; the objects of git, which nobody changes, are shared where the disk lets them be. */
export function copyCheckout(from: string, to: string, files: Files): void {
  files.makeFolder(to);
  try {
    copyFolder(from, to, "", files);
  } catch (error) {
    files.removeTree(to);
    throw error;
  }
}

function copyFolder(from: string, to: string, below: string, files: Files): void {
  for (const { name, kind } of files.list(`${from}${below}`)) {
    const path = `${below}/${name}`;
    if (kind === "folder") {
      files.makeFolder(`${to}${path}`);
      copyFolder(from, to, path, files);
    } else if (kind === "link") files.symlink(files.readLink(`${from}${path}`), `${to}${path}`);
    else if (!/\/\.git\/(?:modules\/.*)?objects\//.test(path) || !linked(path, from, to, files))
      files.copy(`${from}${path}`, `${to}${path}`);
  }
}

function linked(path: string, from: string, to: string, files: Files): boolean {
  try {
    files.link(`${from}${path}`, `${to}${path}`);
    return true;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}
