import type { PythonEnvironment } from "#environment/environment";
import type { LinkMode, TreeLinks } from "#platform/ports";
import { type DirectUrl, formatDirectUrl } from "#standards/direct-url";
import {
  emptyDigest,
  installer,
  installerDigest,
  isKeeper,
  isReplaced,
  keeperName,
} from "#store/installed-metadata";
import { recordFolders } from "#store/lay-tree";
import type { ManifestPart, StoredWheel, WheelManifest } from "#store/wheel-manifest";
import { type BytecodePart, cacheFolder } from "./bytecode.ts";
import { recordDigest } from "./digest.ts";
import { ClaimedTargets } from "./claimed-targets.ts";
import { CommonStaging, type StagedTree } from "./common-staging.ts";
import { openFolder } from "./linked-folders.ts";
import type { PlannedInstall, SharedTree } from "./plan-types.ts";
import { nameOf, parentOf, type Places, siteOf, targetOf } from "./places.ts";
import { isInside, recordPrefix } from "./record-paths.ts";
import { type RecordRow, rootRows } from "./record-text.ts";
import {
  checkScriptName,
  hasPlaceholder,
  headLength,
  type Launcher,
  rewriteScript,
} from "./scripts.ts";
import { StagedRecord } from "./staged-record.ts";
import type { StagedFile, StagedPart } from "./staged-part.ts";
import { scriptsOf } from "./wheel-scripts.ts";
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

/**
 * Lays one wheel out in the staging folder as it shall lie in the environment (PyPUG binary-distribution-format,
 * "spread"): its files from the store, its scripts with their interpreter, the metadata as own copies with what an
 * installer adds, and a RECORD of all that. Answers the parts for the switch.
 */
export function stageWheel(request: StagingRequest, world: InstallerWorld): readonly StagedPart[] {
  return new Staging(request, world).run();
}

type Part = StagedPart & {
  readonly tops: string[];
  /** Files beside those of the manifest's root part. */
  readonly added: StagedFile[];
  /** The list of {@link StagedPart.files}, once asked for. */
  listed: readonly StagedFile[] | undefined;
};

class Staging {
  readonly #request: StagingRequest;
  readonly #world: InstallerWorld;
  readonly #manifest: WheelManifest;
  readonly #site: string;
  readonly #parts = new Map<string, Part>();
  readonly #record: StagedRecord;
  readonly #targets: ClaimedTargets;
  /** Of parts that meet others. */
  readonly #own: CommonStaging[] = [];
  /** Linked folders, relative to the root part. */
  readonly #links = new Set<string>();

  constructor(request: StagingRequest, world: InstallerWorld) {
    this.#request = request;
    this.#world = world;
    this.#manifest = request.wheel.manifest;
    this.#site = siteOf(request.places, this.#manifest);
    this.#record = new StagedRecord(world.files);
    this.#targets = new ClaimedTargets(this.#manifest, this.#site);
  }

  run(): readonly StagedPart[] {
    const { parts, topLevel, distInfo } = this.#manifest;
    const { tree, bytecode } = this.#request;
    const rootPart = parts.find((part) => part.scheme === "root");
    const tops = tree === undefined ? [...topLevel, distInfo] : [...tree.tops];
    const laid = this.#reserve("root", "", bytecode.length === 0 ? tops : [...tops, cacheFolder]);
    const root = this.#part("root", this.#site, {
      from: laid.folder,
      tops,
      files: () => this.#rootFiles(rootPart),
    });
    if (tree !== undefined) this.#linkFolders(tree, laid);
    else if (rootPart !== undefined) this.#record.keep(this.#linkRoot(rootPart, laid));
    this.#writeScripts();
    for (const part of parts)
      if (part.scheme !== "root" && part.scheme !== "scripts") this.#link(part);
    for (const part of this.#request.bytecode) this.#linkCompiled(part, laid);
    if (tree === undefined) this.#writeMetadata(root, laid);
    else this.#addMetadata(tree, root, laid);
    for (const own of this.#own) own.lay(this.#request.linkMode);
    if (tree === undefined) return [...this.#parts.values()];
    const open = (path: string): void => this.#open(tree, path, root);
    return [...this.#parts.values()].map((part) => (part === root ? { ...root, open } : part));
  }

  /** Where a part is noted: in the folder that others share, or in one of its own where they have the same names. */
  #reserve(part: "root" | "scripts", suffix: string, tops: readonly string[]): StagedTree {
    const { common, folder } = this.#request;
    const laid = common[part].reserve(tops);
    if (laid !== undefined) return laid;
    const own = new CommonStaging(`${folder}${suffix}`, this.#world.files, (name) => name);
    this.#own.push(own);
    return own.reserve(tops) as StagedTree;
  }

  /** The part that receives files for one target folder, its staging folder made unless one is given. */
  #part(
    scheme: string,
    to: string,
    given: {
      readonly from?: string;
      readonly tops?: string[];
      readonly files?: () => readonly StagedFile[];
    } = {},
  ): Part {
    const known = this.#parts.get(scheme);
    if (known !== undefined) return known;
    const { tops = [] } = given;
    const from = given.from ?? `${this.#request.folder}.${scheme}`;
    if (given.from === undefined) this.#world.files.makeFolder(from);
    const { name, version } = this.#manifest;
    const added: StagedFile[] = [];
    // Only where distributions meet is it asked for, and the manifest makes objects of its files only then.
    const files = (): readonly StagedFile[] =>
      (part.listed ??= [...added, ...(given.files?.() ?? [])]);
    const part: Part = { name, version, from, to, tops, added, files, listed: undefined };
    this.#parts.set(scheme, part);
    return part;
  }

  /** Links the modules, copies the metadata. Answers the rows of RECORD for both. */
  #linkRoot(part: ManifestPart, laid: StagedTree): Uint8Array {
    const { wheel } = this.#request;
    const { distInfo } = this.#manifest;
    const content: string[] = [];
    const metadata: string[] = [];
    const left: string[] = [];
    for (const path of part.paths ?? part.files.map((file) => file.path))
      if (!path.startsWith(distInfo) || path.indexOf("/") !== distInfo.length) content.push(path);
      else if (this.#isReplaced(path)) left.push(path);
      // Licences and the like lie deeper.
      else if (path.indexOf("/", distInfo.length + 1) !== -1) content.push(path);
      else metadata.push(path);
    const from = `${wheel.root}/${part.folder}`;
    laid.makeFolders(part.folders);
    laid.linkFiles(from, content);
    // Own copies: tools edit what is in here.
    laid.copyFiles(from, metadata);
    return rootRows(part, left);
  }

  /** {@link #linkRoot} with folders of the store in place of their files. */
  #linkFolders(tree: SharedTree, laid: StagedTree): void {
    laid.makeFolders(tree.folders);
    laid.linkFiles(tree.folder, tree.files);
    for (const link of tree.links) {
      laid.linkFolder(`${tree.folder}/${link}`, link);
      this.#links.add(link);
    }
  }

  /** What the tree has of the metadata is as it shall be; only what this environment adds is written. */
  #addMetadata(tree: SharedTree, root: Part, laid: StagedTree): void {
    const { requested, directUrl } = this.#request.install.wanted;
    const { distInfo } = this.#manifest;
    const from = `${tree.folder}/${requested ? recordFolders.requested : recordFolders.unrequested}`;
    const kept = requested ? [`${distInfo}/REQUESTED`] : [];
    if (directUrl !== undefined) {
      const path = `${distInfo}/direct_url.json`;
      const content = formatDirectUrl(withDigest(directUrl, this.#manifest.sha256));
      laid.write(path, () => content);
      this.#listContent(root, path, content);
    }
    const record = `${distInfo}/RECORD`;
    this.#record.keep(`${from}/${record}`);
    if (this.#record.isKept) kept.push(record);
    else laid.write(record, () => this.#record.content(this.#links));
    laid.linkFiles(from, kept);
  }

  #rootFiles(part: ManifestPart | undefined): StagedFile[] {
    const own = part?.files.filter((file) => !this.#isReplaced(file.path)) ?? [];
    return [...this.#treeFiles(), ...own];
  }

  /** Files of a tree that are not the wheel's. */
  #treeFiles(): StagedFile[] {
    const { tree, install } = this.#request;
    if (tree === undefined) return [];
    const { distInfo } = this.#manifest;
    const files = [
      { path: `${distInfo}/INSTALLER`, sha256: installerDigest },
      { path: `${distInfo}/RECORD`, sha256: "" },
    ];
    if (install.wanted.requested)
      files.push({ path: `${distInfo}/REQUESTED`, sha256: emptyDigest });
    for (const path of tree.files) if (isKeeper(path)) files.push({ path, sha256: emptyDigest });
    return files;
  }

  #writeKeeper(folder: string, staged: Part): void {
    const path = `${folder}/${keeperName(this.#manifest.name)}`;
    this.#world.files.write(`${staged.from}/${path}`, "");
    this.#list(staged, path, { path, sha256: emptyDigest, size: 0 });
  }

  /** Makes a real folder of a linked one, because another distribution has something in it as well. */
  #open(tree: SharedTree, path: string, root: Part): void {
    if (!this.#links.delete(path)) return;
    const { files } = this.#world;
    const staged = `${root.from}/${path}`;
    files.remove(staged);
    const links = openFolder(`${tree.folder}/${path}`, staged, files);
    const inside = links.map((name) => `${path}/${name}`);
    for (const link of inside) this.#links.add(link);
    this.#record.open(path, inside);
    root.listed = undefined;
    if (links.length > 0) this.#writeKeeper(path, root);
    const record = `${root.from}/${this.#manifest.distInfo}/RECORD`;
    // It may be the store's own.
    files.remove(record);
    files.write(record, this.#record.content(this.#links));
  }

  #isReplaced(path: string): boolean {
    return isReplaced(path, this.#manifest.distInfo);
  }

  /** Parts of the `.data` folder other than scripts. */
  #link(part: ManifestPart): void {
    const { wheel, linkMode, places } = this.#request;
    const target = targetOf(places, part.scheme, this.#manifest);
    if (part.scheme === "data" && this.#linkApart(part, target)) return;
    const files = part.files.filter((file) =>
      this.#targets.claim(`${target}/${file.path}`, file.sha256),
    );
    if (files.length === 0) return;
    // Headers go into a folder of the distribution's own, which is what a switch exchanges.
    const own = part.scheme === "headers" ? `${nameOf(target)}/` : "";
    const staged = this.#part(part.scheme, own === "" ? target : parentOf(target));
    if (own !== "") this.#world.files.makeFolder(`${staged.from}/${nameOf(target)}`);
    const to = own === "" ? staged.from : `${staged.from}/${nameOf(target)}`;
    const from = `${wheel.root}/${part.folder}`;
    const { folders } = part;
    const paths = files.map((file) => file.path);
    if (part.scheme === "data") this.#linkData({ from, to, folders, files: paths });
    else this.#world.files.linkTree({ from, to, folders, files: paths, mode: linkMode });
    const prefix = this.#prefix(target);
    for (const { path, sha256, size } of files)
      this.#list(staged, `${own}${path}`, { path: `${prefix}${path}`, sha256, size });
  }

  #linkData(links: Omit<TreeLinks, "mode">): void {
    const { files } = this.#world;
    const linked = links.files.filter((path) => !isEdited(path));
    files.linkTree({ ...links, files: linked, mode: this.#request.linkMode });
    if (linked.length === links.files.length) return;
    files.linkTree({ ...links, folders: [], files: links.files.filter(isEdited), mode: "copy" });
  }

  /**
   * A part that lies where no other part of the wheel can put anything, as data mostly does: its rows are taken as they
   * are kept, and no file of it is looked at. `false` where that is not so.
   */
  #linkApart(part: ManifestPart, target: string): boolean {
    const { wheel, places } = this.#request;
    const { paths, recordRows, folders, folder } = part;
    // A path in quotes is spelt in another way.
    if (paths === undefined || recordRows === undefined || recordRows.includes('"')) return false;
    if (paths.length === 0) return true;
    const tops = [...folders, ...paths].filter((path) => !path.includes("/"));
    const { purelib, platlib, scripts, headers } = places;
    for (const other of [purelib, platlib, scripts, headers]) {
      if (other === target || isInside(target, other)) return false;
      const below = isInside(other, target) ? other.slice(target.length + 1) : "";
      if (tops.includes(below.split("/", 1)[0] as string)) return false;
    }
    const laid = this.#request.common.data.reserveFiles(folders, paths);
    const given = { tops, files: () => part.files };
    const from = `${wheel.root}/${folder}`;
    if (laid !== undefined) {
      this.#part(part.scheme, target, { ...given, from: laid.folder });
      const linked = paths.filter((path) => !isEdited(path));
      laid.linkFiles(from, linked);
      if (linked.length < paths.length) laid.copyFiles(from, paths.filter(isEdited));
    } else {
      const to = this.#part(part.scheme, target, given).from;
      this.#linkData({ from, to, folders, files: paths });
    }
    const prefix = this.#prefix(target);
    const rows = `${prefix}${recordRows.slice(0, -1).replaceAll("\n", `\n${prefix}`)}\n`;
    this.#record.keepApart(rows);
    return true;
  }

  /** Commands of the entry points, then the wheel's own scripts that are not the same commands again. */
  #writeScripts(): void {
    const { launcher, environment, places, wheel } = this.#request;
    const { wrapped, own, folder } = scriptsOf(wheel.manifest, launcher, environment);
    if (wrapped.length + own.length === 0) return;
    const names = [...wrapped.map(({ name }) => name), ...own.map(({ path }) => path)];
    const tops = names.map((name) => name.split("/", 1)[0] as string);
    const laid = this.#reserve("scripts", ".scripts", tops);
    const staged = this.#part("scripts", places.scripts, { from: laid.folder });
    for (const { name, content } of wrapped) {
      const bytes = typeof content === "string" ? encoder.encode(content) : content;
      this.#addScript(staged, name, recordDigest(bytes, this.#world.hashing), bytes.length);
      laid.write(name, () => bytes, executable);
    }
    for (const { path, sha256, size } of own) {
      checkScriptName(this.#label(), nameOf(path));
      if (!this.#targets.claim(`${places.scripts}/${path}`, sha256)) continue;
      const content = this.#named(`${wheel.root}/${folder}/${path}`);
      if (content === undefined) {
        this.#addScript(staged, path, sha256, size);
        laid.write(
          path,
          () => this.#world.files.read(`${wheel.root}/${folder}/${path}`),
          executable,
        );
      } else {
        const digest = recordDigest(content, this.#world.hashing);
        this.#addScript(staged, path, digest, content.length);
        laid.write(path, () => content, executable);
      }
    }
  }

  /** A script with its interpreter named; `undefined` for one that names it already, or is none, as large programs are. */
  #named(path: string): Uint8Array | undefined {
    const { launcher, environment } = this.#request;
    const { files } = this.#world;
    if (!hasPlaceholder(files.readAt(path, 0, headLength))) return undefined;
    return rewriteScript(files.read(path), launcher, environment);
  }

  #addScript(staged: Part, path: string, sha256: string, size: number): void {
    this.#targets.note(`${staged.to}/${path}`, sha256);
    this.#list(staged, path, { path: `${this.#prefix(staged.to)}${path}`, sha256, size });
  }

  /** Compiled modules have no hash in RECORD: Python may write them anew (pip does the same). */
  #linkCompiled(part: BytecodePart, laid: StagedTree): void {
    const { places, linkMode } = this.#request;
    const target = targetOf(places, part.scheme, this.#manifest);
    const staged = this.#part(part.scheme, target);
    const { folder: from } = part;
    // Those of linked folders lie in the store, beside their sources.
    const isOwn = (path: string): boolean => part.scheme !== "root" || !this.#isLinked(path);
    const folders = this.#links.size === 0 ? part.folders : part.folders.filter(isOwn);
    const files = this.#links.size === 0 ? part.files : part.files.filter(isOwn);
    if (part.scheme === "root") {
      const known = new Set(laid.folders);
      laid.makeFolders(folders.filter((path) => !known.has(path)));
      laid.linkFiles(from, files);
    } else this.#world.files.linkTree({ from, to: staged.from, folders, files, mode: linkMode });
    const prefix = this.#prefix(target);
    for (const path of files)
      this.#list(staged, path, { path: `${prefix}${path}`, sha256: "", size: undefined });
  }

  #isLinked(path: string): boolean {
    for (let at = path; at !== ""; at = parentOf(at)) if (this.#links.has(at)) return true;
    return false;
  }

  #writeMetadata(root: Part, laid: StagedTree): void {
    const { wanted } = this.#request.install;
    const { distInfo } = this.#manifest;
    const write = (name: string, content: string, sha256?: string): void => {
      const path = `${distInfo}/${name}`;
      laid.write(path, () => content);
      this.#listContent(root, path, content, sha256);
    };
    write("INSTALLER", installer, installerDigest);
    if (wanted.requested) write("REQUESTED", "", emptyDigest);
    if (wanted.directUrl !== undefined)
      write(
        "direct_url.json",
        formatDirectUrl(withDigest(wanted.directUrl, this.#manifest.sha256)),
      );
    const path = `${distInfo}/RECORD`;
    this.#list(root, path, { path, sha256: "", size: undefined });
    laid.write(path, () => this.#record.content(this.#links));
  }

  /** What stands before the paths of a folder's files in RECORD; the same for all wheels that go to the same places. */
  #prefix(target: string): string {
    const { prefixes } = this.#request;
    const key = `${this.#site}\n${target}`;
    let prefix = prefixes.get(key);
    if (prefix === undefined) prefixes.set(key, (prefix = recordPrefix(this.#site, target)));
    return prefix;
  }

  #listContent(part: Part, path: string, content: string, sha256?: string): void {
    const digest = sha256 ?? recordDigest(content, this.#world.hashing);
    this.#list(part, path, { path, sha256: digest, size: sizeOf(content) });
  }

  #list(part: Part, path: string, row: RecordRow): void {
    this.#record.add(row);
    part.added.push({ path, sha256: row.sha256 });
    const slash = path.indexOf("/");
    const top = slash === -1 ? path : path.slice(0, slash);
    if (!part.tops.includes(top)) part.tops.push(top);
  }

  #label(): string {
    return `${this.#manifest.name} ${this.#manifest.version}`;
  }
}

const executable = 0o777;
const encoder = new TextEncoder();

/** Configuration is there to be edited, and an edit must not reach the store. */
function isEdited(path: string): boolean {
  return path.startsWith("etc/");
}

function sizeOf(content: Uint8Array | string): number {
  return typeof content === "string" ? encoder.encode(content).length : content.byteLength;
}

/** As with pip an archive is remembered by its digest also where nobody demanded one (PEP 610). */
function withDigest(directUrl: DirectUrl, sha256: string): DirectUrl {
  const { source } = directUrl;
  if (source.kind !== "archive" || Object.keys(source.hashes).length > 0) return directUrl;
  return { ...directUrl, source: { ...source, hashes: { sha256 } } };
}
