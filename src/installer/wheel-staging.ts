import type { PythonEnvironment } from "#environment/environment";
import type { LinkMode } from "#platform/ports";
import type { StoredWheel, WheelManifest } from "#store/wheel-manifest";
import type { BytecodePart } from "./bytecode.ts";
import { ClaimedTargets } from "./claimed-targets.ts";
import { CommonStaging, type StagedTree } from "./common-staging.ts";
import { recordDigest } from "./digest.ts";
import type { PlannedInstall, SharedTree } from "./plan-types.ts";
import { type Places, siteOf } from "./places.ts";
import { recordPrefix } from "./record-paths.ts";
import type { RecordRow } from "./record-text.ts";
import type { Launcher } from "./scripts.ts";
import type { StagedFile, StagedPart } from "./staged-part.ts";
import { StagedRecord } from "./staged-record.ts";
import type { InstallerWorld } from "./world.ts";

export type StagingRequest = {
  readonly install: PlannedInstall;
  readonly wheel: StoredWheel;
  readonly bytecode: readonly BytecodePart[];
  /** Folder of this wheel alone, for what meets others; its parts go into `<folder>.<scheme>`. */
  readonly folder: string;
  /** For the root parts, the scripts and the data of those that meet nobody. */
  readonly common: Readonly<Record<"root" | "scripts" | "data", CommonStaging>>;
  /** Remembers what {@link recordPrefix} answers. */
  readonly prefixes: Map<string, string>;
  readonly linkMode: LinkMode;
  /** Folders to link whole; what lies below none of them is linked by {@link linkMode}. */
  readonly tree: SharedTree | undefined;
  readonly places: Places;
  readonly environment: PythonEnvironment;
  readonly launcher: Launcher;
};

/** A {@link StagedPart} that is still being filled. */
export type OpenPart = StagedPart & {
  readonly tops: string[];
  /** Files beside those that were given with it. */
  readonly added: StagedFile[];
  /** Makes {@link StagedPart.files} look again at what was given. */
  readonly relist: () => void;
};

type Given = Pick<StagedPart, "open"> & {
  /** The staging folder; one of its own is made where it is left out. */
  readonly from?: string;
  readonly tops?: string[];
  /** Files that need not be listed one by one. */
  readonly files?: () => readonly StagedFile[];
};

/** One wheel on its way into the staging folder: the parts it has so far, and its RECORD. */
export class WheelStaging {
  readonly request: StagingRequest;
  readonly world: InstallerWorld;
  readonly manifest: WheelManifest;
  /** The folder that receives the root part. */
  readonly site: string;
  readonly record: StagedRecord;
  readonly targets: ClaimedTargets;
  readonly #parts = new Map<string, OpenPart>();
  /** Of parts that meet others. */
  readonly #own: CommonStaging[] = [];

  constructor(request: StagingRequest, world: InstallerWorld) {
    this.request = request;
    this.world = world;
    this.manifest = request.wheel.manifest;
    this.site = siteOf(request.places, this.manifest);
    this.record = new StagedRecord(world.files);
    this.targets = new ClaimedTargets(this.manifest, this.site);
  }

  get label(): string {
    return `${this.manifest.name} ${this.manifest.version}`;
  }

  get parts(): readonly StagedPart[] {
    return [...this.#parts.values()];
  }

  /** Where a part is noted: in the folder that others share, or in one of its own where they have the same names. */
  reserve(part: "root" | "scripts", tops: readonly string[]): StagedTree {
    const { common, folder } = this.request;
    const laid = common[part].reserve(tops);
    if (laid !== undefined) return laid;
    const own = new CommonStaging(`${folder}.${part}`, this.world.files, (name) => name);
    this.#own.push(own);
    return own.reserve(tops) as StagedTree;
  }

  /** Lays what was noted for this wheel alone. */
  layOwn(): void {
    for (const own of this.#own) own.lay(this.request.linkMode);
  }

  /** The part that receives files for one target folder. */
  part(scheme: string, to: string, given: Given = {}): OpenPart {
    const known = this.#parts.get(scheme);
    if (known !== undefined) return known;
    const { tops = [], open } = given;
    const from = given.from ?? `${this.request.folder}.${scheme}`;
    if (given.from === undefined) this.world.files.makeFolder(from);
    const { name, version } = this.manifest;
    const added: StagedFile[] = [];
    let listed: readonly StagedFile[] | undefined;
    // Only where distributions meet is it asked for, and the manifest makes objects of its files only then.
    const files = (): readonly StagedFile[] => (listed ??= [...added, ...(given.files?.() ?? [])]);
    const relist = (): void => void (listed = undefined);
    const base = { name, version, from, to, tops, added, files, relist };
    const part: OpenPart = open === undefined ? base : { ...base, open };
    this.#parts.set(scheme, part);
    return part;
  }

  /** Adds a file to a part, and its row to RECORD. */
  list(part: OpenPart, path: string, row: RecordRow): void {
    this.record.add(row);
    part.added.push({ path, sha256: row.sha256 });
    const slash = path.indexOf("/");
    const top = slash === -1 ? path : path.slice(0, slash);
    if (!part.tops.includes(top)) part.tops.push(top);
  }

  /** {@link list} for a file of the root part with content of its own. */
  listContent(part: OpenPart, path: string, content: string, sha256?: string): void {
    const digest = sha256 ?? recordDigest(content, this.world.hashing);
    this.list(part, path, { path, sha256: digest, size: new TextEncoder().encode(content).length });
  }

  /** What stands before the paths of a folder's files in RECORD; the same for all wheels that go to the same places. */
  prefix(target: string): string {
    const { prefixes } = this.request;
    const key = `${this.site}\n${target}`;
    let prefix = prefixes.get(key);
    if (prefix === undefined) prefixes.set(key, (prefix = recordPrefix(this.site, target)));
    return prefix;
  }
}
