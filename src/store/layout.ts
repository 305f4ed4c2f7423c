import { errnoOf } from "#base/errors";
import type { FileLock, LockOptions, World } from "#platform/ports";
import { storeNotWritable } from "./errors.ts";

/** Where things lie in the cache folder. The version in `root` rises when the form of anything below it changes. */
export type StorePlaces = {
  /** The cache folder, which other rooms use as well. */
  readonly cache: string;
  readonly root: string;
  readonly wheels: string;
  /** What is being made: on the same file system as what it becomes. */
  readonly staging: string;
  readonly metadata: string;
  readonly answers: string;
  readonly bytecode: string;
  /** Wheels that were built, environments of backends, logs. */
  readonly builds: string;
  /** What shared environments link to, wheel by wheel. */
  readonly trees: string;
  /** Which environments do; see `living-trees.ts`. */
  readonly environments: string;
  /** Which wheels were used on which day. */
  readonly uses: string;
  readonly lock: string;
};

export function layOut(cache: string): StorePlaces {
  const root = `${cache}/store-v1`;
  return {
    cache,
    root,
    wheels: `${root}/wheels`,
    staging: `${root}/staging`,
    metadata: `${root}/metadata`,
    answers: `${root}/answers`,
    bytecode: `${root}/bytecode`,
    builds: `${root}/builds`,
    trees: `${root}/trees`,
    environments: `${root}/environments`,
    uses: `${root}/uses`,
    lock: `${root}/.lock`,
  };
}

/** The folder of one stored wheel; two hundred and fifty-six folders keep each of them short. */
export function wheelFolder(places: StorePlaces, sha256: string): string {
  return `${places.wheels}/${sha256.slice(0, 2)}/${sha256.slice(2)}`;
}

/** Makes the cache folder with its tag (bford.info/cachedir) and the store in it; nothing when they are there. */
export function makeStore(places: StorePlaces, { files }: Pick<World, "files">): void {
  if (files.tryStat(places.staging) !== undefined) return;
  files.makeFolders(places.staging);
  files.makeFolders(places.wheels);
  writeIfMissing(`${places.cache}/CACHEDIR.TAG`, cacheTag, files);
  writeIfMissing(`${places.cache}/.gitignore`, "*\n", files);
}

/** Held while something of the store is used or added: {@link lockStore} waits for it, and says for whom. */
export async function holdStore(
  places: StorePlaces,
  world: Pick<World, "files">,
  holder?: string,
): Promise<FileLock> {
  const named = holder === undefined ? {} : { holder };
  return await locked(places, world, { shared: true, ...named });
}

/** Held while something is removed from the store; waits for everybody who uses it. */
export async function lockStore(
  places: StorePlaces,
  world: Pick<World, "files">,
  options: Pick<LockOptions, "onWait" | "holder">,
): Promise<FileLock> {
  return await locked(places, world, options);
}

async function locked(
  places: StorePlaces,
  world: Pick<World, "files">,
  options: LockOptions,
): Promise<FileLock> {
  try {
    makeStore(places, world);
    return (await world.files.lock(places.lock, options)) as FileLock;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    throw storeNotWritable(places.cache, undefined, errno, error);
  }
}

const cacheTag = `Signature: 8a477f597d28d172789f06886806bc55
# This folder holds what pkm can fetch or make again. See https://bford.info/cachedir/
`;

function writeIfMissing(path: string, text: string, files: World["files"]): void {
  try {
    files.write(path, text, { exclusive: true });
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
}
