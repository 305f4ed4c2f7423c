import { errnoOf } from "#base/errors";
import type { World } from "#platform/ports";
import type { NormalizedName } from "#standards/name";
import { storeNotWritable } from "./errors.ts";
import {
  beginEnvironment,
  findEnvironment,
  keepEnvironment,
  staleEnvironments,
} from "./kept-environments.ts";
import { openKept, replaceFile, sealKept, unlessRefused } from "./kept-file.ts";
import { makeStore, type StorePlaces } from "./layout.ts";
import { WorkPlace } from "./work-place.ts";

/** What an earlier build of a source has taught. */
export type KeptBuild = {
  readonly project: NormalizedName;
  readonly version: string;
  /** METADATA as the backend wrote it. */
  readonly metadata: string;
  /** For people, without credentials. */
  readonly source: string;
  /** Left out when only metadata was asked for. */
  readonly wheel?: { readonly filename: string; readonly sha256: string } | undefined;
};

export type FoundBuild = KeptBuild & {
  /** The wheel's file. */
  readonly path: string | undefined;
};

/**
 * What builds leave behind for later runs: wheels as their backends wrote them, metadata, environments for backends,
 * logs. Keys carry whatever a build depends on; a build without a key is not kept.
 */
export class BuildStore {
  readonly #places: StorePlaces;
  readonly #world: BuildStoreWorld;
  /** For folders that stay: in the cache, or beside one that goes with the process. */
  readonly #lasting: string;

  constructor(places: StorePlaces, world: BuildStoreWorld, isPassing = false) {
    this.#places = places;
    this.#world = world;
    this.#lasting = isPassing
      ? places.cache.slice(0, places.cache.lastIndexOf("/"))
      : `${places.builds}/folders`;
  }

  /** For what goes when the builds are over; on the file system of what is kept. */
  async workPlace(): Promise<WorkPlace> {
    try {
      makeStore(this.#places, this.#world);
      return await WorkPlace.open(this.#places, this.#world);
    } catch (error) {
      throw this.#refusalOf(error);
    }
  }

  /** A folder that stays when the build is over, for people who want to look into it; pruned when it is old. */
  lastingFolder(what: string): string {
    return this.#writing(() => {
      makeStore(this.#places, this.#world);
      this.#world.files.makeFolders(this.#lasting);
      return this.#world.files.makeTemporaryFolder(this.#lasting, `pkm-build-${stemOf(what)}-`);
    });
  }

  find(key: string): FoundBuild | undefined {
    const { files, inflate } = this.#world;
    const root = this.#wheelFolder(key);
    const text = openKept(form, files.tryRead(`${root}/${entryName}`), inflate);
    if (text === undefined) return undefined;
    const kept = JSON.parse(text) as KeptBuild;
    this.#touch(`${root}/${entryName}`);
    const path = kept.wheel === undefined ? undefined : `${root}/${kept.wheel.filename}`;
    if (path === undefined || files.tryStat(path) !== undefined) return { ...kept, path };
    return { ...kept, wheel: undefined, path: undefined };
  }

  /** Keeps what was built; `wheel` is a file that now belongs to the store. Answers where it lies. */
  keep(key: string, build: KeptBuild, wheel?: string): FoundBuild {
    const { files, inflate } = this.#world;
    const root = this.#wheelFolder(key);
    return this.#writing(() => {
      files.makeFolders(root);
      let path: string | undefined;
      if (build.wheel !== undefined && wheel !== undefined) {
        path = `${root}/${build.wheel.filename}`;
        files.rename(wheel, path);
      }
      // Last, so that it stands for the wheel.
      replaceFile(
        `${root}/${entryName}`,
        sealKept(form, JSON.stringify(build), inflate),
        this.#world,
      );
      return { ...build, path };
    });
  }

  /** A finished environment for a backend. */
  environment(key: string): string | undefined {
    const found = findEnvironment(this.#places, key, this.#world);
    if (found !== undefined) this.#touch(found.pointer);
    return found?.folder;
  }

  /**
   * A folder in which a new environment is to be made: nobody else has the name, and it stays where it is made. If the run
   * is killed before {@link keepEnvironment}, it goes with the work place.
   */
  environmentFolder(key: string, { name }: WorkPlace): string {
    return this.#writing(() => beginEnvironment(this.#places, key, name, this.#world));
  }

  /** From now on the environment in this folder is the one of the key, unless there is one already. */
  keepEnvironment(key: string, folder: string): void {
    keepEnvironment(this.#places, key, folder, this.#world);
  }

  /** A new log; what it is called tells what was built. */
  logFile(what: string): string {
    const { files, clock } = this.#world;
    const folder = `${this.#places.builds}/logs`;
    const time = new Date(clock.now()).toISOString().replaceAll(/[-:]|\.\d+Z/g, "");
    const stem = `${stemOf(what)}-${time}`;
    return this.#writing(() => {
      files.makeFolders(folder);
      for (let count = 0; ; count++) {
        const path = `${folder}/${stem}${count === 0 ? "" : `-${count}`}.log`;
        try {
          files.write(path, "", { exclusive: true });
          return path;
        } catch (error) {
          if (errnoOf(error) !== "EEXIST") throw error;
        }
      }
    });
  }

  #wheelFolder(key: string): string {
    return `${this.#places.builds}/wheels/${key.slice(0, 2)}/${key.slice(2, 40)}`;
  }

  /** What is used stays: pruning goes by the time of the last change. */
  #touch(path: string): void {
    const { files, clock } = this.#world;
    const stat = files.tryStat(path);
    if (stat === undefined || clock.now() - stat.mtime < touchedAfter) return;
    unlessRefused(() => replaceFile(path, files.read(path), this.#world));
  }

  #writing<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      throw this.#refusalOf(error);
    }
  }

  #refusalOf(error: unknown): unknown {
    const errno = errnoOf(error);
    return errno === undefined
      ? error
      : storeNotWritable(this.#places.cache, undefined, errno, error);
  }
}

/** What was built, as part of a file name. */
function stemOf(what: string): string {
  const name = what.slice(what.lastIndexOf("/") + 1);
  return (name === "" ? "source" : name).replaceAll(/[^A-Za-z0-9._-]+/g, "-").slice(0, 80);
}

export type BuildStoreWorld = Pick<World, "files" | "clock" | "inflate" | "host">;

const form = "pkm-build-1";
const entryName = "entry";
const touchedAfter = 24 * 60 * 60 * 1000;

/** One entry as it lies on disk, for those who clean. */
export type StoredBuild = { readonly root: string; readonly build: FoundBuild | undefined };

export function* storedBuilds(
  places: StorePlaces,
  { files, inflate }: Pick<World, "files" | "inflate">,
): Generator<StoredBuild> {
  const parent = `${places.builds}/wheels`;
  for (const { name: prefix } of files.tryList(parent) ?? [])
    for (const { name } of files.tryList(`${parent}/${prefix}`) ?? []) {
      const root = `${parent}/${prefix}/${name}`;
      const text = openKept(form, files.tryRead(`${root}/${entryName}`), inflate);
      const kept = text === undefined ? undefined : (JSON.parse(text) as KeptBuild);
      const path = kept?.wheel === undefined ? undefined : `${root}/${kept.wheel.filename}`;
      yield { root, build: kept === undefined ? undefined : { ...kept, path } };
    }
}

/** What nobody needs any more: damaged or long unused builds, environments that no key leads to, old logs. */
export function staleBuilds(
  places: StorePlaces,
  oldest: number,
  { files, inflate }: Pick<World, "files" | "inflate">,
): string[] {
  const stale: string[] = [];
  const isOld = (path: string): boolean => (files.tryStat(path)?.mtime ?? 0) < oldest;
  for (const { root, build } of storedBuilds(places, { files, inflate }))
    if (build === undefined || isOld(`${root}/${entryName}`)) stale.push(root);
  stale.push(...staleEnvironments(places, oldest, { files, inflate }));
  for (const kind of ["logs", "folders"])
    for (const { name } of files.tryList(`${places.builds}/${kind}`) ?? [])
      if (isOld(`${places.builds}/${kind}/${name}`)) stale.push(`${places.builds}/${kind}/${name}`);
  return stale;
}
