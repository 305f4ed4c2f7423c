import type { WantedDistribution, WheelSource } from "#installer/plan-types";
import type { FileLock } from "#platform/ports";
import type { ProjectFile } from "#repository/listing";
import { isKnownAlgorithm, piecesOf } from "#repository/local-files";
import type { Download, FileAddress } from "#repository/repositories";
import type { ResolvedPackage, Resolution } from "#resolver/resolution";
import type { NormalizedName } from "#standards/name";
import type { StoredWheel } from "#store/wheel-manifest";
import { hashMismatch } from "./errors.ts";
import { isVouchedFor } from "./sidecar.ts";
import type { ProvisionWorld } from "./world.ts";

/**
 * Wheels between the first byte and the store, and the bytes from which on nobody else is let in: enough that threads have
 * something to unpack, and little enough that new ones arrive in memory that earlier ones have left.
 */
const mostAtOnce = 24;
const enoughBytes = 16 * 1024 * 1024;

/** Gets each wheel of a resolution into the store, once, and hands it to the installer. */
export class ProvisionedWheels implements WheelSource {
  readonly #world: ProvisionWorld;
  readonly #restsOnMetadata: boolean;
  #packages: ReadonlyMap<NormalizedName, ResolvedPackage> = new Map();
  readonly #wheels = new Map<NormalizedName, Promise<StoredWheel>>();
  /** Begun before the resolution was known, by their addresses. */
  readonly #expected = new Map<string, Promise<StoredWheel>>();
  readonly #gate = new Gate(mostAtOnce, enoughBytes);
  #hold: Promise<FileLock> | undefined;

  /** `restsOnMetadata`: what wheels require has had a say in what is wanted. */
  constructor(world: ProvisionWorld, restsOnMetadata: boolean) {
    this.#world = world;
    this.#restsOnMetadata = restsOnMetadata;
  }

  /** Has the store keep everything until {@link release}: nobody clears it between finding a wheel there and linking it. */
  async hold(): Promise<void> {
    this.#hold ??= this.#world.store.hold();
    await this.#hold;
  }

  async release(): Promise<void> {
    const hold = this.#hold;
    this.#hold = undefined;
    (await hold)?.release();
  }

  /** Starts on a wheel that the resolution will most likely hold. Of one without sha256 more has to be known first. */
  expect(file: ProjectFile): void {
    const { sha256 } = file.hashes;
    if (sha256 === undefined || this.#expected.has(file.url)) return;
    if (this.#world.store.findWheel(sha256) !== undefined) return;
    const wheel = this.hold().then(() => this.#load(file, () => {}));
    wheel.catch(() => {});
    this.#expected.set(file.url, wheel);
  }

  /**
   * Starts on all of them; the largest first, so that no worker is left with one at the end. `isShared` for an environment
   * whose folders are links.
   */
  begin(
    resolution: Resolution,
    wanted: readonly WantedDistribution[],
    isShared: boolean = false,
  ): void {
    this.#packages = new Map(resolution.packages.map((found) => [found.name, found]));
    if (isShared) this.#recall(wanted);
    const missing: ResolvedPackage[] = [];
    for (const { name } of wanted) {
      const found = this.#packages.get(name);
      if (found === undefined) continue;
      const stored = this.#stored(found);
      if (stored === undefined) missing.push(found);
      else this.#promise(name, this.#held(found, stored));
    }
    if (missing.length > 0)
      this.#world.report({ type: "preparation-began", wheels: missing.length });
    const size = (found: ResolvedPackage): number => wheelOf(found)?.size ?? 0;
    for (const found of missing.sort((a, b) => size(b) - size(a))) {
      this.#promise(found.name, this.#fetch(found));
    }
  }

  /** A failure is told to whoever asks for the wheel. */
  #promise(name: NormalizedName, wheel: Promise<StoredWheel>): void {
    wheel.catch(() => {});
    this.#wheels.set(name, wheel);
  }

  #recall(wanted: readonly WantedDistribution[]): void {
    const hashes: string[] = [];
    for (const { name } of wanted) {
      const found = this.#packages.get(name);
      const sha256 = found === undefined ? undefined : wheelOf(found)?.hashes.sha256;
      if (sha256 !== undefined) hashes.push(sha256);
    }
    this.#world.store.recall(hashes);
  }

  wheel({ name }: WantedDistribution): Promise<StoredWheel> {
    const begun = this.#wheels.get(name);
    if (begun !== undefined) return begun;
    const found = this.#packages.get(name);
    if (found === undefined) throw new Error(`the resolution has no ${name}`);
    const stored = this.#stored(found);
    const wheel = stored === undefined ? this.#fetch(found) : this.#held(found, stored);
    this.#wheels.set(name, wheel);
    return wheel;
  }

  #stored(found: ResolvedPackage): StoredWheel | undefined {
    const file = wheelOf(found);
    if (file === undefined) return undefined;
    // What is unpacked already can no longer be compared with a digest that the index does not know.
    if (needsContent(found, file)) return undefined;
    const { sha256 } = file.hashes;
    if (sha256 !== undefined) return this.#world.store.findWheel(sha256);
    // What lies behind somebody's own address may be built anew under the same name; a file's stamp would tell.
    const isOwnAddress = found.source.kind === "url" && !file.url.startsWith("file:");
    return isOwnAddress ? undefined : this.#world.store.findByUrl(file);
  }

  async #fetch(found: ResolvedPackage): Promise<StoredWheel> {
    const file = wheelOf(found);
    if (file === undefined) {
      const { wheelFromSource } = await import("./built-wheels.ts");
      return (await wheelFromSource(found, this.#world)).wheel;
    }
    const check = (download: Download): void => checkDemandedHashes(found, download, this.#world);
    const expected = needsContent(found, file) ? undefined : this.#expected.get(file.url);
    const wheel = await this.#held(found, await (expected ?? this.#load(file, check)));
    const { name, version } = found;
    this.#world.report({ type: "wheel-ready", name, version: version.text, fetched: true });
    return wheel;
  }

  /** The same wheel, if it is as its index had described it. */
  async #held(found: ResolvedPackage, wheel: StoredWheel): Promise<StoredWheel> {
    const file = wheelOf(found);
    if (!this.#restsOnMetadata || file === undefined || isVouchedFor(file, wheel)) return wheel;
    const { holdToSidecar } = await import("./sidecar-check.ts");
    await holdToSidecar(file, wheel, this.#world);
    return wheel;
  }

  async #load(file: ProjectFile, check: (download: Download) => void): Promise<StoredWheel> {
    const { repositories, store } = this.#world;
    const leave = await this.#gate.enter(file.size ?? 0);
    try {
      const download = await repositories.download(file);
      check(download);
      return await store.addWheel(download);
    } finally {
      leave();
    }
  }
}

/** True for what there is no wheel of, so that one has to be made. */
export function isMade(found: ResolvedPackage): boolean {
  return found.source.kind !== "installed" && wheelOf(found) === undefined;
}

/** The file an installer takes: the best of the eligible ones. */
function wheelOf(found: ResolvedPackage): ProjectFile | undefined {
  const { source } = found;
  if (source.kind === "url") return source.file.identity.kind === "wheel" ? source.file : undefined;
  if (source.kind !== "repository") return undefined;
  const [best] = source.files;
  return best?.identity.kind === "wheel" ? best : undefined;
}

/** True when hashes are demanded of which the index gives none: only the content can tell then. */
function needsContent({ demandedHashes = [] }: ResolvedPackage, { hashes }: FileAddress): boolean {
  return demandedHashes.length > 0 && !demandedHashes.some(({ algorithm }) => algorithm in hashes);
}

/** The resolver has compared what the index told; the rest is left to the content. */
export function checkDemandedHashes(
  found: ResolvedPackage,
  { file, sha256, content }: Download,
  { files, hashing }: Pick<ProvisionWorld, "files" | "hashing">,
): void {
  if (!needsContent(found, file)) return;
  const demanded = found.demandedHashes ?? [];
  if (demanded.some(({ algorithm, hex }) => algorithm === "sha256" && hex === sha256)) return;
  for (const { algorithm, hex } of demanded) {
    if (!isKnownAlgorithm(algorithm) || algorithm === "sha256") continue;
    const running = hashing.start(algorithm);
    const pieces =
      content.kind === "bytes"
        ? [content.bytes]
        : piecesOf(content.path, files.tryStat(content.path)?.size ?? 0, files);
    for (const piece of pieces) running.update(piece);
    if (running.hex() === hex) return;
  }
  throw hashMismatch(file.filename, demanded, sha256);
}

/** Lets in the largest first, up to a count, and until those inside have a sum of bytes, which the last may exceed. */
class Gate {
  #inside = 0;
  #bytes = 0;
  readonly #waiting: { readonly bytes: number; readonly go: () => void }[] = [];
  readonly #most: number;
  readonly #enoughBytes: number;

  constructor(most: number, enoughBytes: number) {
    this.#most = most;
    this.#enoughBytes = enoughBytes;
  }

  async enter(bytes: number): Promise<() => void> {
    if (this.#waiting.length > 0 || !this.#hasRoom())
      await new Promise<void>((go) => {
        const behind = this.#waiting.findIndex((other) => other.bytes < bytes);
        this.#waiting.splice(behind === -1 ? this.#waiting.length : behind, 0, { bytes, go });
      });
    else this.#take(bytes);
    return () => {
      this.#inside -= 1;
      this.#bytes -= bytes;
      for (;;) {
        const [next] = this.#waiting;
        if (next === undefined || !this.#hasRoom()) return;
        this.#waiting.shift();
        this.#take(next.bytes);
        next.go();
      }
    };
  }

  #hasRoom(): boolean {
    return this.#inside < this.#most && this.#bytes < this.#enoughBytes;
  }

  #take(bytes: number): void {
    this.#inside += 1;
    this.#bytes += bytes;
  }
}
