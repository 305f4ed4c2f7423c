import { errnoOf } from "#base/errors";
import { withoutCredentials } from "#base/url";
import type { Workers, World } from "#platform/ports";
import { AnswerCache } from "./answer-cache.ts";
import { storeNotWritable } from "./errors.ts";
import { unlessRefused } from "./kept-file.ts";
import { holdStore, type StorePlaces, wheelFolder } from "./layout.ts";
import {
  manifestName,
  type PackedManifest,
  parseManifest,
  unpackManifest,
} from "./manifest-text.ts";
import type { ArrivedWheel } from "./store.ts";
import { type UnpackHooks, UnpackPool } from "./unpack-pool.ts";
import type { UnpackRequest } from "./unpack-request.ts";
import type { StoredWheel, WheelManifest } from "./wheel-manifest.ts";
import type { WheelPacks } from "./wheel-packs.ts";

/** The wheels of a store, each unpacked once into a folder named by its hash. */
export class WheelStore {
  readonly #places: StorePlaces;
  readonly #world: WheelStoreWorld;
  readonly #pool: UnpackPool;
  readonly #addresses: AnswerCache;
  readonly #adding = new Map<string, Promise<StoredWheel>>();
  readonly #used = new Set<string>();
  readonly #packs: WheelPacks;

  constructor(places: StorePlaces, world: WheelStoreWorld, packs: WheelPacks) {
    this.#packs = packs;
    this.#places = places;
    this.#world = world;
    this.#pool = new UnpackPool(world);
    this.#addresses = new AnswerCache(places, world);
  }

  find(sha256: string): StoredWheel | undefined {
    const packed = this.#packs.get(sha256);
    if (packed === undefined && !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
    const root = wheelFolder(this.#places, sha256);
    const manifest =
      packed === undefined ? this.#manifest(root) : this.#unpacked(root, packed.manifest);
    return manifest === undefined ? undefined : this.#use({ root, manifest });
  }

  #manifest(root: string): WheelManifest | undefined {
    const bytes = this.#world.files.tryRead(`${root}/${manifestName}`);
    return bytes === undefined ? undefined : parseManifest(bytes, this.#world.inflate);
  }

  #unpacked(root: string, packed: PackedManifest): WheelManifest | undefined {
    if (this.#world.files.tryStat(`${root}/${manifestName}`) === undefined) return undefined;
    return unpackManifest(packed, () => {
      const manifest = this.#manifest(root);
      if (manifest === undefined) throw new Error(`${root} has lost its manifest`);
      return manifest;
    });
  }

  findByUrl(file: { readonly url: string; readonly filename: string }): StoredWheel | undefined {
    const sha256 = this.#addresses.get(this.#addressKey(file));
    const wheel = sha256 === undefined ? undefined : this.find(sha256);
    return wheel?.manifest.filename === file.filename ? wheel : undefined;
  }

  /** A wheel of one release, whichever is found first. Reads every manifest: for repairs, not for installing. */
  findRelease(name: string, version: string): StoredWheel | undefined {
    const { files } = this.#world;
    for (const { name: prefix } of files.tryList(this.#places.wheels) ?? [])
      for (const { name: rest } of files.tryList(`${this.#places.wheels}/${prefix}`) ?? []) {
        const wheel = this.find(`${prefix}${rest}`);
        if (wheel?.manifest.name === name && wheel.manifest.version === version) return wheel;
      }
    return undefined;
  }

  add(wheel: ArrivedWheel, onBegun?: () => void): Promise<StoredWheel> {
    const { sha256 } = wheel;
    let adding = this.#adding.get(sha256);
    if (adding === undefined) {
      adding = this.#add(wheel, onBegun).finally(() => this.#adding.delete(sha256));
      this.#adding.set(sha256, adding);
    }
    return adding;
  }

  expect(size: number): void {
    this.#pool.expect(size);
  }

  expectMany(): void {
    this.#pool.expectMany();
  }

  close(): void {
    this.#pool.close();
    if (this.#used.size === 0) return;
    const day = new Date(this.#world.clock.now()).toISOString().slice(0, 10);
    const lines = [...this.#used].map((sha256) => `${day} ${sha256}\n`).join("");
    this.#used.clear();
    unlessRefused(() => this.#world.files.append(this.#places.uses, lines));
  }

  async #add(wheel: ArrivedWheel, onBegun?: () => void): Promise<StoredWheel> {
    const { file, sha256, content } = wheel;
    const { filename } = file;
    const stored = this.find(sha256);
    if (stored !== undefined && content.kind === "bytes") content.giveBack?.();
    const found = stored ?? (await this.#unpack({ filename, sha256, content, onBegun }));
    // Whoever knows the hash asks by it.
    if (file.hashes?.sha256 === undefined) this.#addresses.put(this.#addressKey(file), sha256);
    return found;
  }

  async #unpack(wheel: {
    filename: string;
    sha256: string;
    content: ArrivedWheel["content"];
    onBegun: (() => void) | undefined;
  }): Promise<StoredWheel> {
    const { files } = this.#world;
    let staging: string | undefined;
    try {
      const hold = await holdStore(this.#places, this.#world);
      try {
        staging = files.makeTemporaryFolder(this.#places.staging, `${wheel.sha256.slice(0, 8)}-`);
        const bytes = await this.#pool.unpack(...unpackOrder(wheel, staging));
        const manifest = parseManifest(bytes, this.#world.inflate) as WheelManifest;
        return this.#settle(staging, { root: wheelFolder(this.#places, wheel.sha256), manifest });
      } finally {
        hold.release();
      }
    } catch (error) {
      if (staging !== undefined) files.removeTree(staging);
      const errno = errnoOf(error);
      if (errno !== undefined)
        throw storeNotWritable(this.#places.cache, wheel.filename, errno, error);
      throw error;
    }
  }

  /** Moves the finished folder to its place. Whoever comes second takes what is there and throws the own copy away. */
  #settle(staging: string, wheel: StoredWheel): StoredWheel {
    const { files } = this.#world;
    const { root } = wheel;
    files.makeFolders(root.slice(0, root.lastIndexOf("/")));
    for (;;) {
      try {
        files.rename(staging, root);
        return this.#use(wheel);
      } catch (error) {
        const errno = errnoOf(error);
        if (errno !== "ENOTEMPTY" && errno !== "EEXIST") throw error;
      }
      const winner = this.find(wheel.manifest.sha256);
      if (winner !== undefined) {
        files.removeTree(staging);
        return winner;
      }
      // What is there has no whole manifest: out of the way with it.
      const aside = files.makeTemporaryFolder(this.#places.staging, "broken-");
      try {
        files.rename(root, `${aside}/wheel`);
      } catch (error) {
        // Somebody else was faster.
        if (errnoOf(error) !== "ENOENT") throw error;
      }
      files.removeTree(aside);
    }
  }

  /** A file of this machine may be replaced under its name, so its stamp belongs to the address. */
  #addressKey({ url, filename }: { readonly url: string; readonly filename: string }): string {
    const key = `wheel-address-1 ${filename} ${withoutCredentials(url)}`;
    if (!url.startsWith("file:")) return key;
    const stat = this.#world.files.tryStat(decodeURIComponent(new URL(url).pathname));
    return stat === undefined ? key : `${key} ${stat.size} ${stat.mtime} ${stat.ino}`;
  }

  #use(wheel: StoredWheel): StoredWheel {
    this.#used.add(wheel.manifest.sha256);
    return wheel;
  }
}

/** Functions do not travel to other threads. */
function unpackOrder(
  {
    filename,
    sha256,
    content,
    onBegun,
  }: Pick<UnpackRequest, "filename" | "sha256"> &
    Pick<ArrivedWheel, "content"> &
    Pick<UnpackHooks, "onBegun">,
  staging: string,
): Parameters<UnpackPool["unpack"]> {
  if (content.kind === "path") return [{ filename, sha256, content, staging }, { onBegun }];
  const { kind, bytes, giveBack } = content;
  return [
    { filename, sha256, content: { kind, bytes }, staging },
    { giveBack, onBegun },
  ];
}

export type WheelStoreWorld = Pick<World, "files" | "clock" | "hashing" | "inflate" | "host"> & {
  readonly workers?: Workers;
};
