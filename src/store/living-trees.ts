import type { World } from "#platform/ports";
import type { StorePlaces } from "./layout.ts";

/** Trees that environments link to, with the roots of those environments. */
export type LivingTrees = ReadonlyMap<string, readonly string[]>;

type LivingWorld = Pick<World, "files">;

/**
 * Asks the environments that were noted as shared what they link to; by the names of the trees' folders. What is on the
 * disk counts, not what was noted. Notes of environments that are gone, or link to nothing any more, are removed.
 */
export function livingTrees(places: StorePlaces, { files }: LivingWorld): LivingTrees {
  const living = new Map<string, string[]>();
  const prefixes = [...new Set([places.trees, realPathOf(places.trees, files)])];
  for (const { name } of files.tryList(places.environments) ?? []) {
    const note = `${places.environments}/${name}`;
    const root = files.tryReadText(note) ?? "";
    const trees = new Set<string>();
    for (const site of sitesBelow(root, files))
      for (const target of linksBelow(site, files))
        for (const prefix of prefixes)
          if (target.startsWith(`${prefix}/`))
            trees.add(target.slice(prefix.length + 1).split("/", 1)[0] as string);
    if (trees.size === 0) files.tryRemove(note);
    for (const tree of trees) living.set(tree, [...(living.get(tree) ?? []), root]);
  }
  return living;
}

function realPathOf(path: string, files: World["files"]): string {
  return files.tryStat(path) === undefined ? path : files.realPath(path);
}

/** Folders of modules of a virtual environment, `lib64` apart where it is `lib`. */
function* sitesBelow(root: string, files: World["files"]): Generator<string> {
  if (!root.startsWith("/")) return;
  for (const library of ["lib", "lib64"]) {
    if (files.tryLstat(`${root}/${library}`)?.kind !== "folder") continue;
    for (const { name } of files.tryList(`${root}/${library}`) ?? [])
      yield `${root}/${library}/${name}/site-packages`;
  }
}

function* linksBelow(folder: string, files: World["files"]): Generator<string> {
  for (const { name, kind } of files.tryList(folder) ?? []) {
    if (kind === "link") yield files.readLink(`${folder}/${name}`);
    else if (kind === "folder") yield* linksBelow(`${folder}/${name}`, files);
  }
}
