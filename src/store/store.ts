import type { Hashes } from "#base/hash";
import type { FileLock, World, Workers } from "#platform/ports";
import { AnswerCache } from "./answer-cache.ts";
import { BuildStore } from "./build-store.ts";
import { BytecodeStore } from "./bytecode.ts";
import { holdStore, layOut } from "./layout.ts";
import { packManifest } from "./manifest-text.ts";
import { SharedTrees } from "./shared-trees.ts";
import { MetadataCache } from "./metadata-cache.ts";
import { WheelPacks } from "./wheel-packs.ts";
import { WheelStore } from "./wheel-store.ts";
import type { StoredWheel } from "./wheel-manifest.ts";

/** A wheel that has just arrived; `repository`'s `Download` is one. */
export type ArrivedWheel = {
  readonly file: {
    readonly filename: string;
    readonly url: string;
    /** What the repository said of it; a wheel without sha256 here is found again by its address. */
    readonly hashes?: Hashes;
  };
  /** The verified sha256 of the whole file, hexadecimal. */
  readonly sha256: string;
  readonly content:
    | {
        readonly kind: "bytes";
        readonly bytes: Uint8Array;
        /** Told when the wheel is unpacked, and nobody reads {@link bytes} any more. */
        readonly giveBack?: () => void;
      }
    | { readonly kind: "path"; readonly path: string };
};

/** What is kept between runs. Safe for many processes at once; everything in it can be fetched or made again. */
export interface Store {
  /** The folder of this version of the store. */
  readonly root: string;
  /** Metadata of distribution files, without their wheels. */
  readonly metadata: MetadataCache;
  /** Small answers by the digest of their question. */
  readonly answers: AnswerCache;
  /** Modules of stored wheels, compiled. */
  readonly bytecode: BytecodeStore;
  /** What shared environments link to; a store that goes with the process has none. */
  readonly trees: SharedTrees | undefined;
  /** What builds leave behind. */
  readonly builds: BuildStore;
  /**
   * Told before wheels are asked for that all go into one shared environment. Their manifests, and what is in their trees,
   * are then read at once, if that was done before.
   */
  recall(hashes: readonly string[]): void;
  /** The unpacked wheel with this archive hash, if it is here and its manifest whole. */
  findWheel(sha256: string): StoredWheel | undefined;
  /**
   * The unpacked wheel that was fetched from this address, for those who know no hash. Only for places that never
   * give an address to other content, as indexes promise; files of this machine are compared by their stamp.
   */
  findByUrl(file: { readonly url: string; readonly filename: string }): StoredWheel | undefined;
  /** The unpacked wheel that an installed release most likely came from; looks through all of them. */
  installedWheel(name: string, version: string): StoredWheel | undefined;
  /**
   * Verifies and unpacks a wheel, whose bytes are the store's from then on, once: two at the same time, in one process or in many, get the same one. Throws a
   * `PkmError` that names the member and the rule; nothing is left behind then. `onBegun` is told when a thread has time
   * for it, if it has to be unpacked.
   */
  addWheel(wheel: ArrivedWheel, onBegun?: () => void): Promise<StoredWheel>;
  /** Told that a wheel of so many bytes will be added: what unpacks it gets ready meanwhile. */
  expectWheel(size: number): void;
  /**
   * Told that many wheels will be wanted, before it is known which. Where there are none yet, all of them will have to be
   * unpacked, and threads for it start at once.
   */
  expectManyWheels(): void;
  /** Held while an environment is filled: nothing is removed from the store meanwhile. */
  hold(): Promise<FileLock>;
  /** Writes what waits to be written, and ends the unpacking threads, if any were started. */
  close(): void;
}

export type StoreWorld = Pick<
  World,
  "files" | "clock" | "processes" | "hashing" | "inflate" | "host"
> & {
  /** Without them wheels are unpacked by the thread that asks. */
  readonly workers?: Workers;
};

export type StoreOptions = {
  /** The cache folder; made at the first write. */
  readonly root: string;
  readonly world: StoreWorld;
  /** It is removed when the process ends. */
  readonly isPassing?: boolean;
};

/** Opens the store in a folder. Nothing is read or made before it is asked for. */
export function openStore({ root, world, isPassing }: StoreOptions): Store {
  const places = layOut(root);
  const answers = new AnswerCache(places, world);
  const packs = new WheelPacks(answers);
  const wheels = new WheelStore(places, world, packs);
  const trees = isPassing === true ? undefined : new SharedTrees(places, world, packs);
  const metadata = new MetadataCache(places, world);
  return {
    root: places.root,
    metadata,
    answers,
    bytecode: new BytecodeStore(places, world),
    builds: new BuildStore(places, world, isPassing),
    trees,
    recall: (hashes) => packs.open(hashes),
    findWheel: (sha256) => wheels.find(sha256),
    findByUrl: (file) => wheels.findByUrl(file),
    installedWheel: (name, version) => wheels.findRelease(name, version),
    addWheel: (wheel, onBegun) => wheels.add(wheel, onBegun),
    expectWheel: (size) => wheels.expect(size),
    expectManyWheels: () => {
      const present = world.files.tryList(places.wheels) ?? [];
      if (present.length === 0) wheels.expectMany();
    },
    hold: () => holdStore(places, world, `pkm (process ${world.host.processId})`),
    close: () => {
      metadata.flush();
      packs.close((sha256) => {
        const tree = trees?.listOf(sha256);
        const manifest = tree === undefined ? undefined : wheels.find(sha256)?.manifest;
        if (tree === undefined || manifest === undefined) return undefined;
        return { manifest: packManifest(manifest), tree };
      });
      wheels.close();
    },
  };
}
