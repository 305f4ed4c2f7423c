import { checkoutGit, type GitWorld } from "#repository/git";
import type { GitSource } from "#repository/git-address";

/**
 * The folder of an editable checkout, which people work in (`--src`). It is made when it is not there; one that is there
 * stays as it is if its current commit is the one, and else makes way: what it held is kept beside it.
 */
export async function editableCheckout(
  source: GitSource,
  folder: string,
  world: GitWorld,
): Promise<string> {
  const { files } = world;
  if (
    files.tryStat(`${folder}/.git`) !== undefined &&
    (await headOf(folder, world)) === source.commit
  )
    return inside(folder, source);
  files.makeFolders(folder.slice(0, folder.lastIndexOf("/")));
  if (files.tryLstat(folder) !== undefined) files.rename(folder, freeName(folder, files));
  await checkoutGit(source, folder, world);
  return inside(folder, source);
}

function inside(folder: string, { subdirectory }: GitSource): string {
  return subdirectory === undefined ? folder : `${folder}/${subdirectory}`;
}

async function headOf(folder: string, { processes }: GitWorld): Promise<string | undefined> {
  const { status, stdout } = await processes.run({
    argv: ["git", "-C", folder, "rev-parse", "HEAD"],
  });
  return status === 0 ? stdout.trim() : undefined;
}

function freeName(folder: string, files: GitWorld["files"]): string {
  for (let count = 1; ; count++) {
    const name = `${folder}.bak${count === 1 ? "" : count}`;
    if (files.tryLstat(name) === undefined) return name;
  }
}
