import { silent, type Report } from "#base/report";
import type { FileLock, FileStat, World } from "#platform/ports";
import type { NormalizedName } from "#standards/name";
import { type FoundBuild, staleBuilds, storedBuilds } from "./build-store.ts";
import type { StoreEvent } from "./events.ts";
import { Bin, sizeOf } from "./bin.ts";
import { replaceFile } from "./kept-file.ts";
import { layOut, lockStore, type StorePlaces } from "./layout.ts";
import { manifestName, parseManifest } from "./manifest-text.ts";
import { type LivingTrees, livingTrees } from "./living-trees.ts";
import { type DamagedTree, pruneTrees, verifyTrees, wheelsInUse } from "./tree-maintenance.ts";
import { staleCheckouts } from "./stale-checkouts.ts";
import type { StoredWheel } from "./wheel-manifest.ts";

export type MaintenanceWorld = Pick<World, "files" | "clock" | "hashing" | "inflate" | "host"> & {
  readonly report?: Report<StoreEvent>;
};

export type CacheUsage = {
  /** Stored wheels. */
  readonly wheels: number;
  /** Bytes of everything in the cache folder, pages and metadata included. */
  readonly bytes: number;
};

/** What was taken out of the cache. */
export type Removal = {
  readonly wheels: number;
  readonly files: number;
  readonly bytes: number;
  /** Wheels whose folders had to stay, because shared environments link to them. */
  readonly inUse: number;
};

export type Verification = {
  readonly wheels: number;
  /** Wheels whose content is not what their manifest says; they have been removed. */
  readonly broken: readonly { readonly filename: string; readonly problems: readonly string[] }[];
  /** What shared environments link to, wheel by wheel. */
  readonly trees: number;
  /** Those that were not as their wheels are. */
  readonly damagedTrees: readonly DamagedTree[];
};

/** How much the cache folder holds. Reads only; what changes meanwhile is counted or not. */
export function cacheUsage(cache: string, world: MaintenanceWorld): CacheUsage {
  const places = layOut(cache);
  let wheels = 0;
  for (const _ of wheelFolders(places, world)) wheels++;
  // Trees of shared environments are further names of the same files.
  const known = new Set<number>();
  return { wheels, bytes: sizeOf(cache, world, (stat) => isFirst(stat, known)).bytes };
}

function isFirst({ nlink, ino }: FileStat, known: Set<number>): boolean {
  return nlink === 1 || (!known.has(ino) && known.add(ino).has(ino));
}

export type PruneOptions = {
  /** Bytes of wheels that may stay; those not used for the longest time go first. */
  readonly cap?: number;
};

/**
 * Removes what nobody needs any more: what interrupted runs left, answers, metadata, builds and checkouts that were not
 * used for a quarter of a year, bytecode of wheels that are gone, and wheels beyond the cap.
 */
export async function pruneCache(
  cache: string,
  options: PruneOptions,
  world: MaintenanceWorld,
): Promise<Removal> {
  return await alone(cache, world, (places) => {
    const bin = new Bin(places, world);
    // Whoever makes something holds the store, so nothing here is in use.
    for (const { name } of world.files.tryList(places.staging) ?? [])
      if (`${places.staging}/${name}` !== bin.folder) bin.take(`${places.staging}/${name}`);
    const living = livingTrees(places, world);
    const kept = pruneWheels(places, options, living, bin, world);
    pruneTrees(places, kept, living, (path) => bin.take(path, isLastName), world);
    const oldest = world.clock.now() - longestUnused;
    for (const folder of [places.answers, places.metadata]) pruneOld(folder, oldest, bin, world);
    for (const path of staleBuilds(places, oldest, world)) bin.take(path);
    for (const path of staleCheckouts(places.cache, oldest, world)) bin.take(path);
    pruneBytecode(places, kept, bin, world);
    rewriteUses(places, kept, world);
    return removalOf(bin, 0);
  });
}

/** Empties the cache, or takes out everything of some projects: wheels, bytecode, metadata. */
export async function cleanCache(
  cache: string,
  names: readonly NormalizedName[] | undefined,
  world: MaintenanceWorld,
): Promise<Removal> {
  return await alone(cache, world, (places) => {
    const bin = new Bin(places, world);
    const { files } = world;
    const living = livingTrees(places, world);
    if (names === undefined) {
      for (const _ of wheelFolders(places, world)) bin.wheels++;
      for (const { name } of files.list(places.root)) {
        const path = `${places.root}/${name}`;
        if (!staying(places).includes(path)) bin.take(path);
      }
      pruneTrees(places, new Set(), living, (path) => bin.take(path, isLastName), world);
      for (const { name } of files.list(places.staging))
        if (`${places.staging}/${name}` !== bin.folder) bin.take(`${places.staging}/${name}`);
      // Pages and whatever else other rooms keep beside the store.
      for (const { name } of files.list(places.cache))
        if (`${places.cache}/${name}` !== places.root && !ownMarks.has(name))
          bin.take(`${places.cache}/${name}`);
      return removalOf(bin, living.size);
    }
    const wanted = new Set<string>(names);
    const kept = new Set<string>();
    let inUse = 0;
    for (const { sha256, wheel, root } of wheelFolders(places, world)) {
      if (wheel !== undefined && wanted.has(wheel.manifest.name)) {
        bin.takeWheel(root);
        if (wheelsInUse(living).has(sha256)) inUse++;
      } else kept.add(sha256);
    }
    pruneTrees(places, kept, living, (path) => bin.take(path, isLastName), world);
    for (const name of names) bin.take(`${places.metadata}/${name}`);
    for (const { root, build } of storedBuilds(places, world))
      if (build !== undefined && wanted.has(build.project)) bin.take(root);
    pruneBytecode(places, kept, bin, world);
    return removalOf(bin, inUse);
  });
}

/** A stored wheel for people: the name of its file, the folder that holds it unpacked, and what that weighs. */
export type StoredFile = {
  readonly filename: string;
  readonly folder: string;
  readonly bytes: number;
};

/** What is stored; damaged wheels have no name and are left out. */
export function storedWheels(
  cache: string,
  world: Pick<MaintenanceWorld, "files" | "inflate">,
): readonly StoredFile[] {
  const found: StoredFile[] = [];
  for (const { root, wheel } of wheelFolders(layOut(cache), world))
    if (wheel !== undefined)
      found.push({
        filename: wheel.manifest.filename,
        folder: root,
        bytes: sizeOf(root, world).bytes,
      });
  return found;
}

/** Takes out the wheels that are chosen by their file names, with their bytecode. */
export async function removeWheels(
  cache: string,
  isChosen: (filename: string) => boolean,
  world: MaintenanceWorld,
): Promise<Removal> {
  return await alone(cache, world, (places) => {
    const bin = new Bin(places, world);
    const kept = new Set<string>();
    const living = livingTrees(places, world);
    let inUse = 0;
    for (const { sha256, wheel, root } of wheelFolders(places, world)) {
      if (wheel !== undefined && isChosen(wheel.manifest.filename)) {
        bin.takeWheel(root);
        if (wheelsInUse(living).has(sha256)) inUse++;
      } else kept.add(sha256);
    }
    pruneTrees(places, kept, living, (path) => bin.take(path, isLastName), world);
    pruneBytecode(places, kept, bin, world);
    return removalOf(bin, inUse);
  });
}

/** What pages and wheels weigh, each by itself. */
export type UsageByKind = {
  readonly pages: { readonly folder: string; readonly files: number; readonly bytes: number };
  readonly wheels: { readonly folder: string; readonly count: number; readonly bytes: number };
};

export function usageOf(
  cache: string,
  world: Pick<MaintenanceWorld, "files" | "inflate">,
): UsageByKind {
  const places = layOut(cache);
  const pages = `${places.root}/pages`;
  let count = 0;
  for (const _ of wheelFolders(places, world)) count++;
  return {
    pages: { folder: pages, ...sizeOf(pages, world) },
    wheels: { folder: places.wheels, count, bytes: sizeOf(places.wheels, world).bytes },
  };
}

/**
 * Hashes every file of every stored wheel and compares it with the manifest; what is wrong is named and removed, so
 * that the next installation fetches it anew.
 */
export async function verifyCache(cache: string, world: MaintenanceWorld): Promise<Verification> {
  const report = world.report ?? silent;
  return await alone(cache, world, (places) => {
    const bin = new Bin(places, world);
    const broken: { filename: string; problems: readonly string[] }[] = [];
    const brokenWheels = new Set<string>();
    let wheels = 0;
    for (const { sha256, wheel, root } of wheelFolders(places, world)) {
      wheels++;
      const filename = wheel?.manifest.filename ?? sha256;
      const problems =
        wheel === undefined ? ["its manifest is damaged"] : problemsOf(wheel, sha256, world);
      report({ type: "stored-wheel-verified", filename, problems });
      if (problems.length === 0) continue;
      broken.push({ filename, problems });
      brokenWheels.add(sha256);
      bin.takeWheel(root);
    }
    for (const { root, build } of storedBuilds(places, world)) {
      const problem = problemOfBuild(build, world);
      if (problem === undefined) continue;
      broken.push({ filename: build?.wheel?.filename ?? "a build", problems: [problem] });
      bin.take(root);
    }
    bin.empty();
    const { trees, damaged } = verifyTrees(places, brokenWheels, world);
    return { wheels, broken, trees, damagedTrees: damaged };
  });
}

function removalOf(bin: Bin, inUse: number): Removal {
  return { ...bin.empty(), inUse };
}

/** Of files with other names nothing is gained when one is removed. */
function isLastName({ nlink }: FileStat): boolean {
  return nlink === 1;
}

const longestUnused = 90 * 24 * 60 * 60 * 1000;

/** What is not simply moved out of a store that is emptied. */
function staying({ lock, staging, trees, environments }: StorePlaces): string[] {
  return [lock, staging, trees, environments];
}

const ownMarks: ReadonlySet<string> = new Set(["CACHEDIR.TAG", ".gitignore"]);

async function alone<T>(
  cache: string,
  world: MaintenanceWorld,
  work: (places: StorePlaces) => T,
): Promise<T> {
  const places = layOut(cache);
  const report = world.report ?? silent;
  const lock: FileLock = await lockStore(places, world, {
    holder: `pkm cache (process ${world.host.processId})`,
    onWait: (holder) => report({ type: "store-lock-awaited", holder }),
  });
  try {
    return work(places);
  } finally {
    lock.release();
  }
}

type FoundWheel = {
  readonly sha256: string;
  readonly root: string;
  /** `undefined` when its manifest is damaged. */
  readonly wheel: StoredWheel | undefined;
};

function* wheelFolders(
  places: StorePlaces,
  { files, inflate }: Pick<MaintenanceWorld, "files" | "inflate">,
): Generator<FoundWheel> {
  for (const { name: prefix } of files.tryList(places.wheels) ?? [])
    for (const { name } of files.tryList(`${places.wheels}/${prefix}`) ?? []) {
      const root = `${places.wheels}/${prefix}/${name}`;
      const bytes = files.tryRead(`${root}/${manifestName}`);
      const manifest = bytes === undefined ? undefined : parseManifest(bytes, inflate);
      yield {
        sha256: `${prefix}${name}`,
        root,
        wheel: manifest === undefined ? undefined : { root, manifest },
      };
    }
}

/** Takes out damaged wheels, and the longest unused beyond the cap; answers the hashes of those that stay. */
function pruneWheels(
  places: StorePlaces,
  { cap = Number.POSITIVE_INFINITY }: PruneOptions,
  living: LivingTrees,
  bin: Bin,
  world: MaintenanceWorld,
): Set<string> {
  const uses = lastUses(places, world);
  const found: {
    readonly sha256: string;
    readonly root: string;
    readonly bytes: number;
    readonly used: string;
  }[] = [];
  for (const { sha256, wheel, root } of wheelFolders(places, world)) {
    if (wheel === undefined) {
      bin.takeWheel(root);
      continue;
    }
    const made = world.files.tryStat(`${root}/${manifestName}`)?.mtime ?? 0;
    const bytes = wheel.manifest.parts.reduce(
      (sum, part) => sum + part.files.reduce((all, { size }) => all + size, 0),
      0,
    );
    const used = uses.get(sha256) ?? "";
    const madeOn = dayOf(made);
    found.push({ sha256, root, bytes, used: used > madeOn ? used : madeOn });
  }
  found.sort((a, b) =>
    a.used === b.used ? (a.sha256 < b.sha256 ? -1 : 1) : a.used < b.used ? -1 : 1,
  );
  let total = found.reduce((sum, { bytes }) => sum + bytes, 0);
  const kept = new Set(found.map(({ sha256 }) => sha256));
  const inUse = wheelsInUse(living);
  for (const { sha256, root, bytes } of found) {
    if (total <= cap) break;
    // Its files would stay: environments link to a tree of them.
    if (inUse.has(sha256)) continue;
    bin.takeWheel(root);
    kept.delete(sha256);
    total -= bytes;
  }
  return kept;
}

/** The last day on which each wheel was used: lines `2026-01-31 <sha256>`, appended by every run. */
function lastUses(places: StorePlaces, { files }: MaintenanceWorld): Map<string, string> {
  const uses = new Map<string, string>();
  for (const line of (files.tryReadText(places.uses) ?? "").split("\n")) {
    if (!/^\d{4}-\d{2}-\d{2} [0-9a-f]{64}$/.test(line)) continue;
    const day = line.slice(0, 10);
    const sha256 = line.slice(11);
    if ((uses.get(sha256) ?? "") < day) uses.set(sha256, day);
  }
  return uses;
}

function rewriteUses(
  places: StorePlaces,
  kept: ReadonlySet<string>,
  world: MaintenanceWorld,
): void {
  const lines = [...lastUses(places, world)]
    .filter(([sha256]) => kept.has(sha256))
    .map(([sha256, day]) => `${day} ${sha256}\n`);
  replaceFile(places.uses, new TextEncoder().encode(lines.join("")), world);
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function pruneOld(folder: string, oldest: number, bin: Bin, world: MaintenanceWorld): void {
  for (const { name, kind } of world.files.tryList(folder) ?? []) {
    const path = `${folder}/${name}`;
    if (kind === "folder") pruneOld(path, oldest, bin, world);
    else if ((world.files.tryStat(path)?.mtime ?? 0) < oldest) bin.take(path);
  }
}

function pruneBytecode(
  places: StorePlaces,
  kept: ReadonlySet<string>,
  bin: Bin,
  { files }: MaintenanceWorld,
): void {
  for (const { name: tag } of files.tryList(places.bytecode) ?? [])
    for (const { name: prefix } of files.tryList(`${places.bytecode}/${tag}`) ?? [])
      for (const { name } of files.tryList(`${places.bytecode}/${tag}/${prefix}`) ?? [])
        if (!kept.has(`${prefix}${name}`)) bin.take(`${places.bytecode}/${tag}/${prefix}/${name}`);
}

function problemsOf(
  { root, manifest }: StoredWheel,
  sha256: string,
  world: MaintenanceWorld,
): string[] {
  const { files, hashing } = world;
  const problems: string[] = [];
  if (manifest.sha256 !== sha256) problems.push("its manifest is that of another wheel");
  for (const { folder, files: listed } of manifest.parts) {
    const extra = new Set(filesBelow(`${root}/${folder}`, "", world));
    for (const { path, size, sha256: digest } of listed) {
      extra.delete(path);
      const content = files.tryRead(`${root}/${folder}/${path}`);
      if (content === undefined) problems.push(`\`${path}\` is missing`);
      else if (content.length !== size || hashing.digest("sha256", content, "base64url") !== digest)
        problems.push(`\`${path}\` was changed`);
    }
    for (const path of extra) problems.push(`\`${path}\` was added`);
  }
  return problems;
}

function problemOfBuild(
  build: FoundBuild | undefined,
  { files, hashing }: MaintenanceWorld,
): string | undefined {
  if (build === undefined) return "its entry is damaged";
  if (build.wheel === undefined || build.path === undefined) return undefined;
  const content = files.tryRead(build.path);
  if (content === undefined) return "the wheel is missing";
  const isWhole = hashing.digest("sha256", content) === build.wheel.sha256;
  return isWhole ? undefined : "the wheel was changed";
}

function filesBelow(root: string, prefix: string, world: MaintenanceWorld): string[] {
  const found: string[] = [];
  for (const { name, kind } of world.files.tryList(`${root}/${prefix}`) ?? []) {
    if (kind === "folder") found.push(...filesBelow(root, `${prefix}${name}/`, world));
    else found.push(`${prefix}${name}`);
  }
  return found;
}
