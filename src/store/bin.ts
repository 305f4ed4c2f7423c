import { errnoOf } from "#base/errors";
import type { FileStat, World } from "#platform/ports";
import type { StorePlaces } from "./layout.ts";
import { removeLocked } from "./shared-trees.ts";

type BinWorld = Pick<World, "files">;

/** What is to go is first moved here in one step, so that nobody ever finds half of it, and then deleted. */
export class Bin {
  readonly folder: string;
  wheels = 0;
  #files = 0;
  #bytes = 0;
  #count = 0;
  readonly #world: BinWorld;

  constructor(places: StorePlaces, world: BinWorld) {
    this.#world = world;
    this.folder = world.files.makeTemporaryFolder(places.staging, "removed-");
  }

  takeWheel(root: string): void {
    this.wheels++;
    this.take(root);
  }

  /** Moves a file or a folder here; `counts` tells of which files the bytes become free. */
  take(path: string, counts: CountsBytes = everything): void {
    const { files } = this.#world;
    if (files.tryLstat(path) === undefined) return;
    const size = sizeOf(path, this.#world, counts);
    this.#files += size.files;
    this.#bytes += size.bytes;
    try {
      files.rename(path, `${this.folder}/${this.#count++}`);
    } catch (error) {
      // A folder of another file system, or a mount, cannot be moved.
      if (errnoOf(error) !== "EXDEV" && errnoOf(error) !== "EBUSY") throw error;
      removeLocked(path, files);
    }
  }

  empty(): { readonly wheels: number; readonly files: number; readonly bytes: number } {
    removeLocked(this.folder, this.#world.files);
    return { wheels: this.wheels, files: this.#files, bytes: this.#bytes };
  }
}

export type CountsBytes = (stat: FileStat) => boolean;

const everything: CountsBytes = () => true;

/** Files below a folder, and the bytes of those that count. */
export function sizeOf(
  path: string,
  world: BinWorld,
  counts: CountsBytes = everything,
): { readonly files: number; readonly bytes: number } {
  const { files } = world;
  const stat = files.tryLstat(path);
  if (stat === undefined) return { files: 0, bytes: 0 };
  if (stat.kind !== "folder") return { files: 1, bytes: counts(stat) ? stat.size : 0 };
  const total = { files: 0, bytes: 0 };
  for (const { name } of files.tryList(path) ?? []) {
    const inside = sizeOf(`${path}/${name}`, world, counts);
    total.files += inside.files;
    total.bytes += inside.bytes;
  }
  return total;
}
