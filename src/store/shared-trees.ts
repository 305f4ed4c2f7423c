import { errnoOf } from "#base/errors";
import type { World } from "#platform/ports";
import { nameInFile } from "#standards/name";
import type { CompiledPart } from "./bytecode.ts";
import { replaceFile } from "./kept-file.ts";
import { addedFiles, isBelow, layTree, parentOf } from "./lay-tree.ts";
import { makeStore, type StorePlaces } from "./layout.ts";
import { formatTreeList, isUntouched, listName, readTreeList, type TreeList } from "./tree-list.ts";
import type { StoredWheel, WheelManifest } from "./wheel-manifest.ts";
import type { WheelPacks } from "./wheel-packs.ts";

/** A wheel laid out so that environments link to its folders as they are; paths are relative to site-packages. */
export type SharedTree = Omit<TreeList, "times"> & {
  /** Absolute folder that holds what is linked. */
  readonly folder: string;
};

export type TreeWorld = Pick<World, "files" | "hashing" | "inflate" | "host">;

/**
 * The trees that shared environments link to (docs/decisions/0018-shared-environments.md). Each is a wheel's modules once
 * more, as hard links to the unpacked wheel, in folders that may not be written; only their `__pycache__` may, where
 * Python keeps what it has compiled. Unpacked wheels themselves stay untouched, so that a tree can be put right.
 */
export class SharedTrees {
  readonly #places: StorePlaces;
  readonly #world: TreeWorld;
  readonly #packs: WheelPacks | undefined;
  readonly #lists = new Map<string, TreeList>();

  constructor(places: StorePlaces, world: TreeWorld, packs?: WheelPacks) {
    this.#places = places;
    this.#world = world;
    this.#packs = packs;
  }

  /**
   * The tree of a wheel, made now unless it is there, with these compiled modules in it. One that somebody has written
   * into is put right first, for every environment that links to it. The store has to be held.
   */
  tree(wheel: StoredWheel, compiled: readonly CompiledPart[] = []): SharedTree {
    const folder = treeFolder(this.#places, wheel.manifest);
    const list = this.#packed(wheel, folder) ?? this.#kept(folder) ?? this.#make(wheel, folder);
    this.#lists.set(wheel.manifest.sha256, list);
    const found = { folder, ...list };
    for (const part of compiled) if (part.scheme === "root") this.#addCompiled(part, found);
    return found;
  }

  /** What lies in the tree of a wheel that was asked for. */
  listOf(sha256: string): TreeList | undefined {
    return this.#lists.get(sha256);
  }

  #packed({ manifest }: StoredWheel, folder: string): TreeList | undefined {
    const list = this.#packs?.get(manifest.sha256)?.tree;
    if (list === undefined || isUntouched(list, folder, this.#world)) return list;
    this.#packs?.forget(manifest.sha256);
    return undefined;
  }

  #kept(folder: string): TreeList | undefined {
    const list = readTreeList(folder, this.#world);
    return list !== undefined && isUntouched(list, folder, this.#world) ? list : undefined;
  }

  /** Notes that an environment links to trees, so that they stay as long as it does. The store has to be held. */
  register(root: string): void {
    const { files, hashing } = this.#world;
    const { environments } = this.#places;
    const path = `${environments}/${hashing.digest("sha256", root).slice(0, 32)}`;
    if (files.tryReadText(path) === root) return;
    files.makeFolders(environments);
    replaceFile(path, new TextEncoder().encode(root), this.#world);
  }

  #make(wheel: StoredWheel, folder: string): TreeList {
    const { files, inflate } = this.#world;
    makeStore(this.#places, this.#world);
    const staging = files.makeTemporaryFolder(this.#places.staging, "tree-");
    try {
      const list = layTree(wheel, staging, files);
      files.write(`${staging}/${listName}`, formatTreeList(list, inflate), { exclusive: true });
      this.#settle(staging, folder, list, wheel);
      return list;
    } finally {
      removeLocked(staging, files);
    }
  }

  /** Puts a tree in its place. One that is there is given the new content, folder by folder: its path is in use. */
  #settle(staging: string, folder: string, list: TreeList, wheel: StoredWheel): void {
    const { files } = this.#world;
    files.makeFolders(this.#places.trees);
    try {
      return files.rename(staging, folder);
    } catch (error) {
      const errno = errnoOf(error);
      if (errno !== "ENOTEMPTY" && errno !== "EEXIST") throw error;
    }
    const present = readTreeList(folder, this.#world);
    // Somebody else was faster.
    if (present !== undefined && isUntouched(present, folder, this.#world)) return;
    for (const link of list.links)
      exchangeFolders(`${staging}/${link}`, `${folder}/${link}`, files);
    const { manifest } = wheel;
    const part = manifest.parts.find(({ scheme }) => scheme === "root");
    const others = new Set([...list.files, ...addedFiles(manifest, part, list.links).keys()]);
    for (const path of [...others, listName]) {
      files.makeFolders(parentOf(`${folder}/${path}`));
      files.rename(`${staging}/${path}`, `${folder}/${path}`);
    }
  }

  #addCompiled(
    { folder: from, files: modules }: CompiledPart,
    { folder, links }: SharedTree,
  ): void {
    const { files } = this.#world;
    const tag = from.slice(this.#places.bytecode.length + 1).split("/", 1)[0] ?? "";
    const mark = `${folder}/${compiledMark}${tag}`;
    if (files.tryLstat(mark) !== undefined) return;
    for (const module of modules)
      if (isBelow(module, links)) linkOrCopy(`${from}/${module}`, `${folder}/${module}`, files);
    files.write(mark, "");
  }
}

/** The folder of one wheel's tree; its name is for people who look where a link leads. */
export function treeFolder(
  places: StorePlaces,
  { name, version, sha256 }: Pick<WheelManifest, "name" | "version" | "sha256">,
): string {
  return `${places.trees}/${nameInFile(name)}-${version}-${sha256}`;
}

/** The hash of the wheel that a tree was made from, by the name of its folder. */
export function wheelOfTree(name: string): string | undefined {
  const sha256 = name.slice(name.lastIndexOf("-") + 1);
  return /^[0-9a-f]{64}$/.test(sha256) ? sha256 : undefined;
}

/** Removes a tree whose folders may not be written. */
export function removeLocked(path: string, files: World["files"]): void {
  try {
    files.removeTree(path);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno !== "EACCES" && errno !== "EPERM") throw error;
    unlock(path, files);
    files.removeTree(path);
  }
}

/** A file that says of which Python all modules are there, compiled. */
const compiledMark = ".compiled-";

/** Swaps two closed folders; moving one to another parent needs it open. */
function exchangeFolders(fresh: string, present: string, files: World["files"]): void {
  files.chmod(fresh, 0o755);
  const there = files.tryLstat(present);
  if (there?.kind !== "folder") {
    if (there !== undefined) files.remove(present);
    files.makeFolders(parentOf(present));
    files.rename(fresh, present);
  } else {
    files.chmod(present, 0o755);
    if (!files.exchange(fresh, present)) {
      files.rename(present, `${fresh}.old`);
      files.rename(fresh, present);
    }
  }
  files.chmod(present, 0o555);
}

function linkOrCopy(from: string, to: string, files: World["files"]): void {
  try {
    files.link(from, to);
  } catch (error) {
    const errno = errnoOf(error);
    // Python has compiled it itself, or the folder went missing.
    if (errno === "EEXIST" || errno === "ENOENT") return;
    if (errno === undefined) throw error;
    files.copy(from, to);
  }
}

function unlock(path: string, files: World["files"]): void {
  if (files.tryLstat(path)?.kind !== "folder") return;
  files.chmod(path, 0o755);
  for (const { name, kind } of files.list(path))
    if (kind === "folder") unlock(`${path}/${name}`, files);
}
