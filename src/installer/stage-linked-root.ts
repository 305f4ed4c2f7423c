import { emptyDigest, installerDigest, isKeeper, keeperName } from "#store/installed-metadata";
import { recordFolders } from "#store/lay-tree";
import type { StagedTree } from "./common-staging.ts";
import { openFolder } from "./linked-folders.ts";
import type { SharedTree } from "./plan-types.ts";
import { parentOf } from "./places.ts";
import {
  directUrlText,
  installedFiles,
  reserveRoot,
  type RootStaging,
  rootPartOf,
} from "./stage-root.ts";
import type { StagedFile } from "./staged-part.ts";
import type { OpenPart, WheelStaging } from "./wheel-staging.ts";

/** Links folders of the store in place of their files; the metadata lies there as it shall be. */
export class LinkedRoot implements RootStaging {
  readonly part: OpenPart;
  readonly laid: StagedTree;
  readonly #tree: SharedTree;
  readonly #staging: WheelStaging;
  /** Linked folders, relative to the root part. */
  readonly #links: Set<string>;

  constructor(tree: SharedTree, staging: WheelStaging) {
    this.#tree = tree;
    this.#staging = staging;
    this.#links = new Set(tree.links);
    const { manifest, site } = staging;
    const part = rootPartOf(staging);
    const tops = [...tree.tops];
    this.laid = reserveRoot(tops, staging);
    this.part = staging.part("root", site, {
      from: this.laid.folder,
      tops,
      files: () => [...this.#addedFiles(), ...installedFiles(part, manifest.distInfo)],
      open: (path) => this.#open(path),
    });
    this.laid.makeFolders(tree.folders);
    this.laid.linkFiles(tree.folder, tree.files);
    for (const link of tree.links) this.laid.linkFolder(`${tree.folder}/${link}`, link);
  }

  isLinked(path: string): boolean {
    for (let at = path; at !== ""; at = parentOf(at)) if (this.#links.has(at)) return true;
    return false;
  }

  /** Only what this environment has of its own is written. */
  addMetadata(): void {
    const { manifest, record, request } = this.#staging;
    const { requested, directUrl } = request.install.wanted;
    const { distInfo } = manifest;
    const folder = requested ? recordFolders.requested : recordFolders.unrequested;
    const from = `${this.#tree.folder}/${folder}`;
    const kept = requested ? [`${distInfo}/REQUESTED`] : [];
    if (directUrl !== undefined) {
      const path = `${distInfo}/direct_url.json`;
      const content = directUrlText(directUrl, this.#staging);
      this.laid.write(path, () => content);
      this.#staging.listContent(this.part, path, content);
    }
    const path = `${distInfo}/RECORD`;
    const rows = `${from}/${path}`;
    record.keep(rows);
    const { before } = record;
    if (record.isKept) kept.push(path);
    else if (before !== undefined) this.laid.writeBefore(path, () => before, rows);
    else this.laid.write(path, () => record.content(this.#links));
    this.laid.linkFiles(from, kept);
  }

  /** Files of the tree that are not the wheel's. */
  #addedFiles(): StagedFile[] {
    const { manifest, request } = this.#staging;
    const { distInfo } = manifest;
    const files = [
      { path: `${distInfo}/INSTALLER`, sha256: installerDigest },
      { path: `${distInfo}/RECORD`, sha256: "" },
    ];
    if (request.install.wanted.requested)
      files.push({ path: `${distInfo}/REQUESTED`, sha256: emptyDigest });
    for (const path of this.#tree.files)
      if (isKeeper(path)) files.push({ path, sha256: emptyDigest });
    return files;
  }

  /** Makes a real folder of a linked one, because another distribution has something in it as well. */
  #open(path: string): void {
    if (!this.#links.delete(path)) return;
    const { manifest, record, world } = this.#staging;
    const { files } = world;
    const { from } = this.part;
    const staged = `${from}/${path}`;
    files.remove(staged);
    const links = openFolder(`${this.#tree.folder}/${path}`, staged, files);
    const inside = links.map((name) => `${path}/${name}`);
    for (const link of inside) this.#links.add(link);
    record.open(path, inside);
    this.part.relist();
    if (links.length > 0) this.#writeKeeper(path);
    const recordPath = `${from}/${manifest.distInfo}/RECORD`;
    // It may be the store's own.
    files.remove(recordPath);
    files.write(recordPath, record.content(this.#links));
  }

  #writeKeeper(folder: string): void {
    const path = `${folder}/${keeperName(this.#staging.manifest.name)}`;
    this.#staging.world.files.write(`${this.part.from}/${path}`, "");
    this.#staging.list(this.part, path, { path, sha256: emptyDigest, size: 0 });
  }
}
