import type { World } from "#platform/ports";
import { wheelFolder, type StorePlaces } from "./layout.ts";
import { type LivingTrees, livingTrees } from "./living-trees.ts";
import { manifestName, parseManifest } from "./manifest-text.ts";
import { isReplaced } from "./installed-metadata.ts";
import { addedFiles } from "./lay-tree.ts";
import { SharedTrees, wheelOfTree } from "./shared-trees.ts";
import { listName, readTreeList } from "./tree-list.ts";
import type { StoredWheel } from "./wheel-manifest.ts";

type TreeMaintenanceWorld = Pick<World, "files" | "hashing" | "inflate" | "host">;

/** A tree that was not as its wheel is. */
export type DamagedTree = {
  /** Name, version and hash of its wheel. */
  readonly name: string;
  readonly problems: readonly string[];
  /** It is whole again; otherwise it will be when its wheel has been fetched anew. */
  readonly isRepaired: boolean;
  /** Environments that link to it. */
  readonly environments: readonly string[];
};

/** Wheels whose trees are linked to, by their hashes. */
export function wheelsInUse(living: LivingTrees): ReadonlySet<string> {
  const wheels = new Set<string>();
  for (const name of living.keys()) {
    const sha256 = wheelOfTree(name);
    if (sha256 !== undefined) wheels.add(sha256);
  }
  return wheels;
}

/** Takes away the trees whose wheels do not stay, except for those that environments link to. */
export function pruneTrees(
  places: StorePlaces,
  keptWheels: ReadonlySet<string>,
  living: LivingTrees,
  take: (path: string) => void,
  { files }: Pick<World, "files">,
): void {
  for (const { name } of files.tryList(places.trees) ?? []) {
    const isKept = keptWheels.has(wheelOfTree(name) ?? "");
    if (!isKept && !living.has(name)) take(`${places.trees}/${name}`);
  }
}

/**
 * Compares every tree with its wheel, which has been verified before, and puts right what is not as there. What was made
 * of a broken wheel waits for that to be fetched anew. Compiled modules have no hash: those that do not fit their source any more are removed.
 */
export function verifyTrees(
  places: StorePlaces,
  brokenWheels: ReadonlySet<string>,
  world: TreeMaintenanceWorld,
): { readonly trees: number; readonly damaged: readonly DamagedTree[] } {
  const { files } = world;
  const living = livingTrees(places, world);
  const damaged: DamagedTree[] = [];
  let trees = 0;
  for (const { name } of files.tryList(places.trees) ?? []) {
    trees++;
    const folder = `${places.trees}/${name}`;
    const wheel = wheelBehind(name, places, world);
    const problems = brokenWheels.has(wheelOfTree(name) ?? "")
      ? ["its wheel is damaged"]
      : problemsOf(folder, wheel, world);
    if (problems.length === 0) continue;
    files.tryRemove(`${folder}/${listName}`);
    if (wheel !== undefined) new SharedTrees(places, world).tree(wheel);
    const environments = living.get(name) ?? [];
    damaged.push({ name, problems, isRepaired: wheel !== undefined, environments });
  }
  return { trees, damaged };
}

function wheelBehind(
  tree: string,
  places: StorePlaces,
  { files, inflate }: TreeMaintenanceWorld,
): StoredWheel | undefined {
  const sha256 = wheelOfTree(tree);
  if (sha256 === undefined) return undefined;
  const root = wheelFolder(places, sha256);
  const bytes = files.tryRead(`${root}/${manifestName}`);
  const manifest = bytes === undefined ? undefined : parseManifest(bytes, inflate);
  return manifest === undefined ? undefined : { root, manifest };
}

function problemsOf(
  folder: string,
  wheel: StoredWheel | undefined,
  world: TreeMaintenanceWorld,
): string[] {
  const { files } = world;
  const list = readTreeList(folder, world);
  if (list === undefined) return ["its list is missing or damaged"];
  // Without its wheel there is nothing to compare with.
  const part = wheel?.manifest.parts.find(({ scheme }) => scheme === "root");
  if (wheel === undefined || part === undefined) return [];
  const { manifest } = wheel;
  const problems: string[] = [];
  const extra = new Set(filesBelow(folder, "", files));
  for (const { path, size, sha256 } of part.files) {
    if (isReplaced(path, manifest.distInfo)) continue;
    extra.delete(path);
    const there = files.tryLstat(`${folder}/${path}`);
    const original = files.tryLstat(`${wheel.root}/${part.folder}/${path}`);
    if (there === undefined) problems.push(`\`${path}\` is missing`);
    else if (there.ino === original?.ino && there.dev === original.dev) continue;
    else if (!hasContent(`${folder}/${path}`, size, sha256, world))
      problems.push(`\`${path}\` was changed`);
  }
  for (const [path, content] of addedFiles(manifest, part, list.links)) {
    extra.delete(path);
    const text = files.tryReadText(`${folder}/${path}`);
    if (text !== content)
      problems.push(`\`${path}\` ${text === undefined ? "is missing" : "was changed"}`);
  }
  for (const path of extra) {
    if (!path.includes("/")) continue;
    if (!path.includes("__pycache__/")) problems.push(`\`${path}\` was added`);
    else if (path.endsWith(".pyc") && !fitsSource(folder, path, files))
      files.tryRemove(`${folder}/${path}`);
  }
  return problems;
}

function hasContent(
  path: string,
  size: number,
  sha256: string,
  { files, hashing }: TreeMaintenanceWorld,
): boolean {
  const content = files.tryStat(path)?.kind === "file" ? files.read(path) : undefined;
  return content?.length === size && hashing.digest("sha256", content, "base64url") === sha256;
}

/** What a compiled module says of its source: time and size (PEP 552 has other forms, which are left alone). */
function fitsSource(folder: string, compiled: string, files: World["files"]): boolean {
  const head = files.readAt(`${folder}/${compiled}`, 0, 16);
  if (head.length < 16) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (view.getUint32(4, true) !== 0) return true;
  const [before, after] = compiled.split("__pycache__/") as [string, string];
  const source = files.tryStat(`${folder}/${before}${after.slice(0, after.indexOf("."))}.py`);
  if (source === undefined) return false;
  const seconds = Math.floor(source.mtime / 1000) % 2 ** 32;
  return view.getUint32(8, true) === seconds && view.getUint32(12, true) === source.size % 2 ** 32;
}

function* filesBelow(folder: string, prefix: string, files: World["files"]): Generator<string> {
  for (const { name, kind } of files.tryList(`${folder}/${prefix}`) ?? [])
    if (kind === "folder") yield* filesBelow(folder, `${prefix}${name}/`, files);
    else yield `${prefix}${name}`;
}
