import type { PythonEnvironment } from "#environment/environment";
import type { LinkMode } from "#platform/ports";
import { type DirectUrl, formatDirectUrl } from "#standards/direct-url";
import type { ManifestPart, StoredWheel, WheelManifest } from "#store/wheel-manifest";
import type { BytecodePart } from "./bytecode.ts";
import { recordDigest } from "./digest.ts";
import { claimedTwice } from "./errors.ts";
import { keeperName, linkRow, openFolder } from "./linked-folders.ts";
import type { PlannedInstall, SharedTree } from "./plan-types.ts";
import { nameOf, parentOf, type Places, siteOf, targetOf } from "./places.ts";
import { isInside, recordPrefix } from "./record-paths.ts";
import { recordContent, type RecordRow, rootRows } from "./record-text.ts";
import {
  checkScriptName,
  type EntryScript,
  type Launcher,
  parseEntryScript,
  rewriteScript,
} from "./scripts.ts";
import type { StagedFile, StagedPart } from "./switch-steps.ts";
import type { InstallerWorld } from "./world.ts";

export type StagingRequest = {
  readonly install: PlannedInstall;
  readonly wheel: StoredWheel;
  readonly bytecode: readonly BytecodePart[];
  /** Folder of this wheel alone; its parts go into `<folder>/<scheme>`. */
  readonly folder: string;
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

/** Files of a wheel's dist-info that the installer writes itself, or that signed what is no longer there (PEP 815). */
const replacedMetadata: ReadonlySet<string> = new Set([
  "RECORD",
  "RECORD.jws",
  "RECORD.p7s",
  "INSTALLER",
  "REQUESTED",
  "direct_url.json",
]);

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
  readonly #rows: RecordRow[] = [];
  /** Files outside of the root part by their absolute target, with their content's hash. */
  readonly #elsewhere = new Map<string, string>();
  #rootPaths: ReadonlyMap<string, string> | undefined;
  /** Linked folders, relative to the root part. */
  readonly #links = new Set<string>();
  #rootRows: Uint8Array = new Uint8Array();

  constructor(request: StagingRequest, world: InstallerWorld) {
    this.#request = request;
    this.#world = world;
    this.#manifest = request.wheel.manifest;
    this.#site = siteOf(request.places, this.#manifest);
  }

  run(): readonly StagedPart[] {
    const { parts, topLevel, distInfo } = this.#manifest;
    const rootPart = parts.find((part) => part.scheme === "root");
    const root = this.#part("root", this.#site, [...topLevel, distInfo], rootPart);
    if (rootPart !== undefined) this.#rootRows = this.#linkRoot(rootPart, root);
    this.#writeScripts(parts);
    for (const part of parts)
      if (part.scheme !== "root" && part.scheme !== "scripts") this.#link(part);
    for (const part of this.#request.bytecode) this.#linkCompiled(part);
    this.#writeMetadata(root);
    const { tree } = this.#request;
    if (tree === undefined) return [...this.#parts.values()];
    const open = (path: string): void => this.#open(tree, path, root);
    return [...this.#parts.values()].map((part) => (part === root ? { ...root, open } : part));
  }

  /** The part that receives files for one target folder, its staging folder made. */
  #part(scheme: string, to: string, tops: string[] = [], origin?: ManifestPart): Part {
    const known = this.#parts.get(scheme);
    if (known !== undefined) return known;
    const from =
      this.#parts.size === 0 ? this.#request.folder : `${this.#request.folder}.${scheme}`;
    this.#world.files.makeFolder(from);
    const { name, version } = this.#manifest;
    const added: StagedFile[] = [];
    // Only where distributions meet is it asked for, and the manifest makes objects of its files only then.
    const files = (): readonly StagedFile[] =>
      (part.listed ??= [
        ...added,
        ...(origin?.files.filter((file) => !this.#isReplaced(file.path)) ?? []),
      ]);
    const part: Part = { name, version, from, to, tops, added, files, listed: undefined };
    this.#parts.set(scheme, part);
    return part;
  }

  /** Links the modules, copies the metadata. Answers the rows of RECORD for both. */
  #linkRoot(part: ManifestPart, staged: Part): Uint8Array {
    const { wheel, linkMode, tree } = this.#request;
    if (tree !== undefined) return this.#linkFolders(tree, part, staged);
    const { distInfo } = this.#manifest;
    const { files } = this.#world;
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
    const to = staged.from;
    const folders = part.folders.includes(distInfo) ? part.folders : [distInfo, ...part.folders];
    files.linkTree({ from, to, folders, files: content, mode: linkMode });
    // Own copies: tools edit what is in here.
    files.linkTree({ from, to, folders: [], files: metadata, mode: "copy" });
    return rootRows(part, left);
  }

  /** {@link #linkRoot} with folders of the store in place of their files. */
  #linkFolders(tree: SharedTree, part: ManifestPart, staged: Part): Uint8Array {
    const { wheel, linkMode } = this.#request;
    const { files } = this.#world;
    const from = `${wheel.root}/${part.folder}`;
    const to = staged.from;
    const left: string[] = [];
    files.linkTree({ from, to, folders: tree.folders, files: tree.files, mode: linkMode });
    for (const { path, content } of tree.metadata)
      if (this.#isReplaced(path)) left.push(path);
      else files.write(`${to}/${path}`, content);
    const parents = new Set<string>();
    for (const link of tree.links) {
      files.symlink(`${tree.folder}/${link}`, `${to}/${link}`);
      this.#links.add(link);
      parents.add(parentOf(link));
    }
    for (const parent of parents) if (parent !== "") this.#writeKeeper(parent, staged);
    return rootRows(part, left);
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
    for (const name of links) this.#links.add(`${path}/${name}`);
    root.listed = undefined;
    if (links.length > 0) this.#writeKeeper(path, root);
    this.#writeRecord(root);
  }

  #isReplaced(path: string): boolean {
    const { distInfo } = this.#manifest;
    return (
      path.startsWith(distInfo) &&
      path[distInfo.length] === "/" &&
      replacedMetadata.has(path.slice(distInfo.length + 1))
    );
  }

  /** Parts of the `.data` folder other than scripts. */
  #link(part: ManifestPart): void {
    const { wheel, linkMode, places } = this.#request;
    const target = targetOf(places, part.scheme, this.#manifest);
    const files = part.files.filter((file) => this.#claim(`${target}/${file.path}`, file.sha256));
    if (files.length === 0) return;
    // Headers go into a folder of the distribution's own, which is what a switch exchanges.
    const own = part.scheme === "headers" ? `${nameOf(target)}/` : "";
    const staged = this.#part(part.scheme, own === "" ? target : parentOf(target));
    if (own !== "") this.#world.files.makeFolder(`${staged.from}/${nameOf(target)}`);
    const to = own === "" ? staged.from : `${staged.from}/${nameOf(target)}`;
    const from = `${wheel.root}/${part.folder}`;
    const isEdited = (path: string): boolean => part.scheme === "data" && path.startsWith("etc/");
    const linked = files.filter((file) => !isEdited(file.path)).map((file) => file.path);
    const copied = files.filter((file) => isEdited(file.path)).map((file) => file.path);
    const { folders } = part;
    this.#world.files.linkTree({ from, to, folders, files: linked, mode: linkMode });
    // Configuration is there to be edited, and an edit must not reach the store.
    if (copied.length > 0)
      this.#world.files.linkTree({ from, to, folders: [], files: copied, mode: "copy" });
    const prefix = recordPrefix(this.#site, target);
    for (const { path, sha256, size } of files)
      this.#list(staged, `${own}${path}`, { path: `${prefix}${path}`, sha256, size });
  }

  /** Commands of the entry points, then the wheel's own scripts that are not the same commands again. */
  #writeScripts(parts: readonly ManifestPart[]): void {
    const { launcher, environment, places } = this.#request;
    const label = this.#label();
    const commands = this.#entryScripts(label);
    const taken = new Set<string>();
    for (const command of commands) {
      for (const name of launcher.shadows(command.name)) taken.add(name);
      for (const { name, content } of launcher.wrap(label, command, environment))
        this.#writeScript(name, content);
    }
    for (const part of parts) {
      if (part.scheme !== "scripts") continue;
      for (const file of part.files) {
        if (taken.has(file.path)) continue;
        checkScriptName(label, nameOf(file.path));
        if (!this.#claim(`${places.scripts}/${file.path}`, file.sha256)) continue;
        const folder = parentOf(file.path);
        if (folder !== "") this.#world.files.makeFolders(`${this.#scripts().from}/${folder}`);
        const content = this.#world.files.read(
          `${this.#request.wheel.root}/${part.folder}/${file.path}`,
        );
        const rewritten = rewriteScript(content, launcher, environment);
        this.#writeScript(
          file.path,
          rewritten ?? content,
          rewritten === undefined ? file.sha256 : undefined,
        );
      }
    }
  }

  #entryScripts(label: string): EntryScript[] {
    const { consoleScripts, guiScripts } = this.#manifest;
    const scripts = Object.entries(consoleScripts).map(([name, reference]) =>
      parseEntryScript(label, name, reference, false),
    );
    for (const [name, reference] of Object.entries(guiScripts))
      if (!Object.hasOwn(consoleScripts, name))
        scripts.push(parseEntryScript(label, name, reference, true));
    return scripts;
  }

  #scripts(): Part {
    return this.#part("scripts", this.#request.places.scripts);
  }

  #writeScript(path: string, content: Uint8Array | string, known?: string): void {
    const { files, hashing } = this.#world;
    const staged = this.#scripts();
    files.write(`${staged.from}/${path}`, content, { mode: 0o777 });
    const sha256 = known ?? recordDigest(content, hashing);
    const prefix = recordPrefix(this.#site, staged.to);
    this.#elsewhere.set(`${staged.to}/${path}`, sha256);
    this.#list(staged, path, { path: `${prefix}${path}`, sha256, size: sizeOf(content) });
  }

  /** Compiled modules have no hash in RECORD: Python may write them anew (pip does the same). */
  #linkCompiled(part: BytecodePart): void {
    const { places, linkMode } = this.#request;
    const target = targetOf(places, part.scheme, this.#manifest);
    const staged = this.#part(part.scheme, target);
    const { folder: from } = part;
    // Those of linked folders lie in the store, beside their sources.
    const isOwn = (path: string): boolean => part.scheme !== "root" || !this.#isLinked(path);
    const folders = this.#links.size === 0 ? part.folders : part.folders.filter(isOwn);
    const files = this.#links.size === 0 ? part.files : part.files.filter(isOwn);
    this.#world.files.linkTree({ from, to: staged.from, folders, files, mode: linkMode });
    const prefix = recordPrefix(this.#site, target);
    for (const path of files)
      this.#list(staged, path, { path: `${prefix}${path}`, sha256: "", size: undefined });
  }

  #isLinked(path: string): boolean {
    for (let at = path; at !== ""; at = parentOf(at)) if (this.#links.has(at)) return true;
    return false;
  }

  #writeMetadata(root: Part): void {
    const { wanted } = this.#request.install;
    const { files } = this.#world;
    const { distInfo } = this.#manifest;
    const write = (name: string, content: string, sha256?: string): void => {
      const path = `${distInfo}/${name}`;
      files.write(`${root.from}/${path}`, content);
      const digest = sha256 ?? recordDigest(content, this.#world.hashing);
      this.#list(root, path, { path, sha256: digest, size: sizeOf(content) });
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
    this.#writeRecord(root);
  }

  #writeRecord(root: Part): void {
    const rows =
      this.#links.size === 0 ? this.#rows : [...this.#rows, ...[...this.#links].map(linkRow)];
    const path = `${root.from}/${this.#manifest.distInfo}/RECORD`;
    this.#world.files.write(path, recordContent(this.#rootRows, rows));
  }

  #list(part: Part, path: string, row: RecordRow): void {
    this.#rows.push(row);
    part.added.push({ path, sha256: row.sha256 });
    const slash = path.indexOf("/");
    const top = slash === -1 ? path : path.slice(0, slash);
    if (!part.tops.includes(top)) part.tops.push(top);
  }

  /**
   * Notes that the wheel puts a file there. False when it does so a second time with the same content, through its
   * root and its `.data` folder; refused when the contents differ.
   */
  #claim(target: string, sha256: string): boolean {
    const before = this.#elsewhere.get(target) ?? this.#inRoot(target);
    if (before === undefined) {
      this.#elsewhere.set(target, sha256);
      return true;
    }
    if (before !== sha256) throw claimedTwice(this.#label(), target);
    return false;
  }

  #inRoot(target: string): string | undefined {
    if (!isInside(target, this.#site)) return undefined;
    if (this.#rootPaths === undefined) {
      const root = this.#manifest.parts.find((part) => part.scheme === "root");
      this.#rootPaths = new Map(root?.files.map((file) => [file.path, file.sha256]));
    }
    return this.#rootPaths.get(target.slice(this.#site.length + 1));
  }

  #label(): string {
    return `${this.#manifest.name} ${this.#manifest.version}`;
  }
}

const installer = "pkm\n";
const installerDigest = "7-QbJ71L_UmYehzG1JRZ-TljWkrZxQeBUyVovQmZEDw";
/** SHA-256 of nothing. */
const emptyDigest = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

function sizeOf(content: Uint8Array | string): number {
  return typeof content === "string"
    ? new TextEncoder().encode(content).length
    : content.byteLength;
}

/** As with pip an archive is remembered by its digest also where nobody demanded one (PEP 610). */
function withDigest(directUrl: DirectUrl, sha256: string): DirectUrl {
  const { source } = directUrl;
  if (source.kind !== "archive" || Object.keys(source.hashes).length > 0) return directUrl;
  return { ...directUrl, source: { ...source, hashes: { sha256 } } };
}
