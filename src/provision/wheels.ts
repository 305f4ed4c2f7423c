import { nextTurn } from "#base/turn";
import type { WantedDistribution, WheelSource } from "#installer/plan-types";
import type { FileLock } from "#platform/ports";
import type { ProjectFile } from "#repository/listing";
import type { Download, FileAddress } from "#repository/repositories";
import { bestFile, type ResolvedPackage, type Resolution } from "#resolver/resolution";
import type { NormalizedName } from "#standards/name";
import type { StoredWheel } from "#store/wheel-manifest";
import { Gate } from "./gate.ts";
import { isVouchedFor } from "./sidecar.ts";
import type { ProvisionWorld } from "./world.ts";

/** Gets each wheel of a resolution into the store, once, and hands it to the installer. */
export class ProvisionedWheels implements WheelSource {
  readonly #world: ProvisionWorld;
  readonly #restsOnMetadata: boolean;
  #packages: ReadonlyMap<NormalizedName, ResolvedPackage> = new Map();
  readonly #wheels = new Map<NormalizedName, Promise<StoredWheel>>();
  /** Begun before the resolution was known, by their addresses. */
  readonly #expected = new Map<string, Promise<StoredWheel>>();
  readonly #gate = new Gate();
  #hold: Promise<FileLock> | undefined;
  #turns: Promise<void> = Promise.resolve();

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
    const rule = needsContent(found, file) ? await import("./demanded-hashes.ts") : undefined;
    const check = (download: Download): void =>
      rule?.checkDemandedHashes(found, download, this.#world);
    const expected = rule === undefined ? this.#expected.get(file.url) : undefined;
    const wheel = await this.#held(found, await (expected ?? this.#load(file, check)));
    await this.#turn();
    const { name, version } = found;
    this.#world.report({ type: "wheel-ready", name, version: version.text, fetched: true });
    return wheel;
  }

  /**
   * Lets one wheel after the other go to be installed, each in a turn of the event loop: in a row they would keep this
   * thread for so long that others get neither what arrives nor what is next.
   */
  #turn(): Promise<void> {
    return (this.#turns = this.#turns.then(nextTurn));
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
    const place = await this.#gate.enter(file.size ?? 0);
    try {
      store.expectWheel(file.size ?? 0);
      const download = await repositories.download(file);
      check(download);
      return await store.addWheel(download, place.begin);
    } finally {
      place.leave();
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
  const best = bestFile(source);
  // All that are wheels end so, and nothing else: the rest of the name need not be read.
  return best?.filename.endsWith(".whl") === true ? best : undefined;
}

/** True when hashes are demanded of which the index gives none: only the content can tell then. */
export function needsContent(
  { demandedHashes = [] }: ResolvedPackage,
  { hashes }: FileAddress,
): boolean {
  return demandedHashes.length > 0 && !demandedHashes.some(({ algorithm }) => algorithm in hashes);
}
