import type { FileLock, World } from "#platform/ports";
import { unfinishedEnvironments } from "./kept-environments.ts";
import type { StorePlaces } from "./layout.ts";

type WorkPlaceWorld = Pick<World, "files" | "inflate">;

/**
 * Where the builds of one run are at work: folders that go at its end. Its lock tells that somebody is still there, whatever
 * process and machine that is; of a run that was killed everything goes when the next one opens a place, environments that
 * it did not finish included.
 */
export class WorkPlace {
  readonly #root: string;
  readonly #lock: FileLock;
  readonly #files: World["files"];

  private constructor(root: string, lock: FileLock, { files }: WorkPlaceWorld) {
    this.#root = root;
    this.#lock = lock;
    this.#files = files;
  }

  static async open(places: StorePlaces, world: WorkPlaceWorld): Promise<WorkPlace> {
    const { files } = world;
    await sweep(places, world);
    for (;;) {
      const root = files.makeTemporaryFolder(places.staging, prefix);
      const lock = await files.lock(`${root}/${lockName}`, {});
      // A sweeper may have seen the folder before it was locked.
      if (lock !== undefined && files.tryStat(`${root}/${lockName}`) !== undefined)
        return new WorkPlace(root, lock, world);
      lock?.release();
    }
  }

  /** No other place has it at the same time. */
  get name(): string {
    return this.#root.slice(this.#root.lastIndexOf("/") + 1);
  }

  /** A new folder. */
  folder(): string {
    return this.#files.makeTemporaryFolder(this.#root, "build-");
  }

  /** Takes everything away. */
  close(): void {
    this.#files.removeTree(this.#root);
    this.#lock.release();
  }

  /** {@link close} for those who end at once: a large folder goes behind their back. */
  abandon(): void {
    this.#files.removeSoon(this.#root);
    this.#lock.release();
  }
}

const prefix = "builds-";
const lockName = "lock";

/** Costs a look into a folder that is empty but for what runs at this moment. */
async function sweep(places: StorePlaces, world: WorkPlaceWorld): Promise<void> {
  const { staging } = places;
  const { files } = world;
  for (const { name } of files.tryList(staging) ?? []) {
    const root = `${staging}/${name}`;
    if (!name.startsWith(prefix) || files.tryStat(`${root}/${lockName}`) === undefined) continue;
    try {
      const lock = await files.lock(`${root}/${lockName}`, { wait: false });
      if (lock === undefined) continue;
      for (const left of unfinishedEnvironments(places, name, world)) files.removeSoon(left);
      // Last, for it tells of the others.
      files.removeSoon(root);
      lock.release();
    } catch {
      // Its owner has taken it away meanwhile, or it is not ours to remove.
    }
  }
}
