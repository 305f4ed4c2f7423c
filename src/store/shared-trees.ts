import { errnoOf } from "#base/errors";
import type { World } from "#platform/ports";
import { nameInFile } from "#standards/name";
import type { CompiledPart } from "./bytecode.ts";
import { openKeptBytes, replaceFile, sealKept } from "./kept-file.ts";
import { makeStore, type StorePlaces } from "./layout.ts";
import { looksOutside } from "./library-paths.ts";
import type { StoredWheel, WheelManifest } from "./wheel-manifest.ts";

/** A wheel's folders in a form that environments link to as they are. Paths are relative to site-packages. */
export type SharedTree = {
  /** Absolute folder that holds what is linked. */
  readonly folder: string;
  /** Folders to link whole, in order: the uppermost that hold a file themselves. */
  readonly links: readonly string[];
  /** Folders to make, parents before children: those above the links, and those of {@link files}. */
  readonly folders: readonly string[];
  /** Files below no link, the metadata apart: modules of their own, licences. */
  readonly files: readonly string[];
  /** Files that lie directly in the dist-info folder. Their content is kept here, because every environment gets a copy. */
  readonly metadata: readonly MetadataFile[];
};

export type MetadataFile = { readonly path: string; readonly content: Uint8Array };

export type TreeWorld = Pick<World, "files" | "hashing" | "inflate" | "host">;

/**
 * The trees that shared environments link to (docs/decisions/0018-shared-environments.md). Each is a wheel's modules once
 * more, as hard links to the unpacked wheel, in folders that may not be written; only their `__pycache__` may, where
 * Python keeps what it has compiled. Unpacked wheels themselves stay untouched, so that a tree can be put right.
 */
export class SharedTrees {
  readonly #places: StorePlaces;
  readonly #world: TreeWorld;

  constructor(places: StorePlaces, world: TreeWorld) {
    this.#places = places;
    this.#world = world;
  }

  /**
   * The tree of a wheel, made now unless it is there, with these compiled modules in it. One that somebody has written
   * into is put right first, for every environment that links to it. The store has to be held.
   */
  tree(wheel: StoredWheel, compiled: readonly CompiledPart[] = []): SharedTree {
    const folder = treeFolder(this.#places, wheel.manifest);
    const list = readTreeList(folder, this.#world);
    const tree = list !== undefined && isUntouched(list, folder, this.#world) ? list : undefined;
    const found = { folder, ...(tree ?? this.#make(wheel, folder)) };
    for (const part of compiled) if (part.scheme === "root") this.#addCompiled(part, found);
    return found;
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
      files.write(`${staging}/${listName}`, sealKept(form, formatList(list), inflate));
      this.#settle(staging, folder, list);
      return list;
    } finally {
      removeLocked(staging, files);
    }
  }

  /** Puts a tree in its place. One that is there is given the new content, folder by folder: its path is in use. */
  #settle(staging: string, folder: string, list: TreeList): void {
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
    files.rename(`${staging}/${listName}`, `${folder}/${listName}`);
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

/** What {@link SharedTree} has, with the time of each linked folder: it changes when somebody puts something in. */
export type TreeList = Omit<SharedTree, "folder"> & { readonly times: readonly number[] };

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

export function readTreeList(
  folder: string,
  { files, inflate }: Pick<TreeWorld, "files" | "inflate">,
): TreeList | undefined {
  const content = openKeptBytes(form, files.tryRead(`${folder}/${listName}`), inflate);
  if (content === undefined) return undefined;
  const headEnd = content.indexOf(newline);
  const head = JSON.parse(new TextDecoder().decode(content.subarray(0, headEnd))) as ListHead;
  let at = headEnd + 1;
  const metadata = head.metadata.map(([path, size]) => {
    at += size;
    return { path, content: content.subarray(at - size, at) };
  });
  return { ...head, metadata };
}

/** A line of JSON, then the contents of the metadata, one after the other. */
type ListHead = Omit<TreeList, "metadata"> & {
  readonly metadata: readonly (readonly [path: string, size: number])[];
};

const newline = 0x0a;

function formatList({ metadata, ...rest }: TreeList): Uint8Array {
  const head: ListHead = {
    ...rest,
    metadata: metadata.map(({ path, content }) => [path, content.length] as const),
  };
  const line = new TextEncoder().encode(`${JSON.stringify(head)}\n`);
  const size = metadata.reduce((sum, { content }) => sum + content.length, line.length);
  const whole = new Uint8Array(size);
  whole.set(line);
  let at = line.length;
  for (const { content } of metadata) {
    whole.set(content, at);
    at += content.length;
  }
  return whole;
}

/** False when something came into a linked folder, or went, since the tree was made. One look at each. */
export function isUntouched(
  { links, times }: TreeList,
  folder: string,
  { files }: Pick<TreeWorld, "files">,
): boolean {
  return links.every((link, at) => files.tryStat(`${folder}/${link}`)?.mtime === times[at]);
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

/** Rises with every change of the form; a tree with another list is made anew in its place. */
const form = "pkm-tree-1";
export const listName = ".pkm-tree";
/** A file that says of which Python all modules are there, compiled. */
const compiledMark = ".compiled-";
const cacheFolder = "__pycache__";

/** Everything but the metadata, as folders and hard links; then the folders that get linked are closed. */
function layTree(
  { root, manifest }: StoredWheel,
  staging: string,
  files: World["files"],
): TreeList {
  const part = manifest.parts.find(({ scheme }) => scheme === "root");
  if (part === undefined) return { links: [], folders: [], files: [], metadata: [], times: [] };
  const own = `${manifest.distInfo}/`;
  const paths = part.paths ?? part.files.map(({ path }) => path);
  const modules = paths.filter((path) => !path.startsWith(own));
  const folders = part.folders.filter(
    (path) => path !== manifest.distInfo && !path.startsWith(own),
  );
  const from = `${root}/${part.folder}`;
  const mode = files.linkTree({ from, to: staging, folders, files: modules, mode: "hardlink" });
  if (mode !== "hardlink") for (const path of modules) close(`${staging}/${path}`, files);
  const links = linkable(modules, folders, from, files);
  const closed = folders.filter((path) => isBelow(path, links));
  const packages = new Set<string>();
  for (const path of modules) if (path.endsWith(".py")) packages.add(parentOf(path));
  const known = new Set(folders);
  for (const folder of closed)
    if (packages.has(folder) && !known.has(`${folder}/${cacheFolder}`))
      files.makeFolder(`${staging}/${folder}/${cacheFolder}`);
  // Only Python's own folders stay open: what it compiles, it compiles for everybody.
  for (const folder of closed)
    if (nameOf(folder) !== cacheFolder) files.chmod(`${staging}/${folder}`, 0o555);
  const others = paths.filter((path) => !isBelow(path, links));
  return {
    links,
    folders: part.folders.filter((path) => !isBelow(path, links)),
    files: others.filter((path) => !isMetadata(path, own)),
    metadata: others
      .filter((path) => isMetadata(path, own))
      .map((path) => ({ path, content: files.read(`${from}/${path}`) })),
    times: links.map((link) => files.tryStat(`${staging}/${link}`)?.mtime ?? 0),
  };
}

/** A copy may be written by its owner; what all environments read may not. */
function close(path: string, files: World["files"]): void {
  files.chmod(path, (files.tryLstat(path)?.mode ?? 0o444) & 0o555);
}

function isMetadata(path: string, own: string): boolean {
  return path.startsWith(own) && !path.includes("/", own.length);
}

/**
 * The uppermost folders that hold a file themselves. What holds folders only may well be a namespace that other
 * distributions fill as well. Folders whose libraries look for those of other distributions beside themselves are no use
 * as links: the system resolves `..` where the file really lies.
 */
function linkable(
  modules: readonly string[],
  folders: readonly string[],
  from: string,
  files: Pick<World["files"], "readAt" | "tryStat">,
): string[] {
  const filled = new Set(modules.map(parentOf));
  const tops: string[] = [];
  // Parents come before children.
  for (const folder of folders)
    if (filled.has(folder) && nameOf(folder) !== cacheFolder && !isBelow(folder, tops))
      tops.push(folder);
  const known = new Set(["", ...folders]);
  const astray = new Set<string>();
  for (const path of modules) {
    const top = tops.find((folder) => path.startsWith(`${folder}/`));
    if (top !== undefined && !astray.has(top) && looksOutside(path, top, known, from, files))
      astray.add(top);
  }
  return tops.filter((top) => !astray.has(top)).sort();
}

function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some(
    (folder) =>
      path.startsWith(folder) && (path.length === folder.length || path[folder.length] === "/"),
  );
}

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

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
