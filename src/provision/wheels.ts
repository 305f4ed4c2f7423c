import type { WantedDistribution, WheelSource } from "#installer/plan-types";
import type { ProjectFile } from "#repository/listing";
import { isKnownAlgorithm, piecesOf } from "#repository/local-files";
import type { Download } from "#repository/repositories";
import type { ResolvedPackage, Resolution } from "#resolver/resolution";
import type { NormalizedName } from "#standards/name";
import type { StoredWheel } from "#store/wheel-manifest";
import { hashMismatch, lostForWantOfBuild } from "./errors.ts";
import type { ProvisionWorld } from "./world.ts";

/** Wheels between the first byte and the store, and the bytes they may hold together. */
const mostAtOnce = 24;
const mostBytes = 64 * 1024 * 1024;

/** Gets each wheel of a resolution into the store, once, and hands it to the installer. */
export class ProvisionedWheels implements WheelSource {
  readonly #packages: ReadonlyMap<NormalizedName, ResolvedPackage>;
  readonly #world: ProvisionWorld;
  readonly #wheels = new Map<NormalizedName, Promise<StoredWheel>>();
  readonly #gate = new Gate(mostAtOnce, mostBytes);

  constructor(resolution: Resolution, world: ProvisionWorld) {
    this.#packages = new Map(resolution.packages.map((found) => [found.name, found]));
    this.#world = world;
  }

  /** Starts on all of them; the largest first, so that no worker is left with one at the end. */
  begin(wanted: readonly WantedDistribution[]): void {
    const missing: ResolvedPackage[] = [];
    for (const { name } of wanted) {
      const found = this.#packages.get(name);
      if (found === undefined) continue;
      const stored = this.#stored(found);
      if (stored === undefined) missing.push(found);
      else this.#wheels.set(name, Promise.resolve(stored));
    }
    if (missing.length > 0)
      this.#world.report({ type: "preparation-began", wheels: missing.length });
    const size = (found: ResolvedPackage): number => wheelOf(found)?.size ?? 0;
    for (const found of missing.sort((a, b) => size(b) - size(a))) {
      const wheel = this.#fetch(found);
      // A failure is told to whoever asks for the wheel.
      wheel.catch(() => {});
      this.#wheels.set(found.name, wheel);
    }
  }

  wheel({ name }: WantedDistribution): Promise<StoredWheel> {
    const begun = this.#wheels.get(name);
    if (begun !== undefined) return begun;
    const found = this.#packages.get(name);
    if (found === undefined) throw new Error(`the resolution has no ${name}`);
    const stored = this.#stored(found);
    const wheel = stored === undefined ? this.#fetch(found) : Promise.resolve(stored);
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
    if (file === undefined) throw lostForWantOfBuild(found);
    const { repositories, store, report } = this.#world;
    const leave = await this.#gate.enter(file.size ?? 0);
    try {
      const download = await repositories.download(file);
      checkDemandedHashes(found, download, this.#world);
      const wheel = await store.addWheel(download);
      report({ type: "wheel-ready", name: found.name, version: found.version.text, fetched: true });
      return wheel;
    } finally {
      leave();
    }
  }
}

/** The file an installer takes: the best of the eligible ones. */
function wheelOf(found: ResolvedPackage): ProjectFile | undefined {
  const { source } = found;
  if (source.kind === "url") return source.file.identity.kind === "wheel" ? source.file : undefined;
  if (source.kind !== "repository") return undefined;
  return source.files.find((file) => file.identity.kind === "wheel");
}

/** True when hashes are demanded of which the index gives none: only the content can tell then. */
function needsContent({ demandedHashes = [] }: ResolvedPackage, { hashes }: ProjectFile): boolean {
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

/** Lets in as many as fit: a count, and a sum of bytes that a single large one may exceed. */
class Gate {
  #inside = 0;
  #bytes = 0;
  readonly #waiting: (() => boolean)[] = [];
  readonly #most: number;
  readonly #mostBytes: number;

  constructor(most: number, bytes: number) {
    this.#most = most;
    this.#mostBytes = bytes;
  }

  async enter(bytes: number): Promise<() => void> {
    await new Promise<void>((resolve) => {
      const tryEnter = (): boolean => {
        if (
          this.#inside > 0 &&
          (this.#inside >= this.#most || this.#bytes + bytes > this.#mostBytes)
        )
          return false;
        this.#inside += 1;
        this.#bytes += bytes;
        resolve();
        return true;
      };
      // Those who came first go first, so that the large ones are not passed over for ever.
      if (this.#waiting.length > 0 || !tryEnter()) this.#waiting.push(tryEnter);
    });
    return () => {
      this.#inside -= 1;
      this.#bytes -= bytes;
      while (this.#waiting.length > 0 && (this.#waiting[0] as () => boolean)())
        this.#waiting.shift();
    };
  }
}
