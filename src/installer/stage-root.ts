import { formatDirectUrl, type DirectUrl } from "#standards/direct-url";
import { emptyDigest, installer, installerDigest, isReplaced } from "#store/installed-metadata";
import type { ManifestPart } from "#store/wheel-manifest";
import { cacheFolder } from "./bytecode.ts";
import type { StagedTree } from "./common-staging.ts";
import { rootRows } from "./record-text.ts";
import type { StagedFile } from "./staged-part.ts";
import type { OpenPart, WheelStaging } from "./wheel-staging.ts";

/** The root part of a wheel, and its metadata, which comes when all else is known. */
export interface RootStaging {
  readonly part: OpenPart;
  readonly laid: StagedTree;
  /** True for what lies in a folder that is linked whole. */
  isLinked(path: string): boolean;
  /** Notes what an installer adds to the metadata, RECORD included. */
  addMetadata(): void;
}

/** Links the modules and copies the metadata. */
export class OrdinaryRoot implements RootStaging {
  readonly part: OpenPart;
  readonly laid: StagedTree;
  readonly #staging: WheelStaging;

  constructor(staging: WheelStaging) {
    this.#staging = staging;
    const { manifest, site, record } = staging;
    const { topLevel, distInfo } = manifest;
    const part = rootPartOf(staging);
    const tops = [...topLevel, distInfo];
    this.laid = reserveRoot(tops, staging);
    const files = (): StagedFile[] => installedFiles(part, distInfo);
    this.part = staging.part("root", site, { from: this.laid.folder, tops, files });
    if (part !== undefined) record.keep(this.#link(part));
  }

  isLinked(): boolean {
    return false;
  }

  addMetadata(): void {
    const { manifest, record, request } = this.#staging;
    const { requested, directUrl } = request.install.wanted;
    const { distInfo } = manifest;
    const write = (name: string, content: string, sha256?: string): void => {
      const path = `${distInfo}/${name}`;
      this.laid.write(path, () => content);
      this.#staging.listContent(this.part, path, content, sha256);
    };
    write("INSTALLER", installer, installerDigest);
    if (requested) write("REQUESTED", "", emptyDigest);
    if (directUrl !== undefined) write("direct_url.json", directUrlText(directUrl, this.#staging));
    const path = `${distInfo}/RECORD`;
    this.#staging.list(this.part, path, { path, sha256: "", size: undefined });
    this.laid.write(path, () => record.content(noLinks));
  }

  /** Answers the rows of RECORD. */
  #link(part: ManifestPart): Uint8Array {
    const { manifest, request } = this.#staging;
    const { distInfo } = manifest;
    const content: string[] = [];
    const metadata: string[] = [];
    const left: string[] = [];
    for (const path of part.paths ?? part.files.map((file) => file.path))
      if (!path.startsWith(distInfo) || path.indexOf("/") !== distInfo.length) content.push(path);
      else if (isReplaced(path, distInfo)) left.push(path);
      // Licences and the like lie deeper.
      else if (path.indexOf("/", distInfo.length + 1) !== -1) content.push(path);
      else metadata.push(path);
    const from = `${request.wheel.root}/${part.folder}`;
    this.laid.makeFolders(part.folders);
    this.laid.linkFiles(from, content);
    // Own copies: tools edit what is in here.
    this.laid.copyFiles(from, metadata);
    return rootRows(part, left);
  }
}

const noLinks: ReadonlySet<string> = new Set();

/** Reserves the names of a root part, with the folder of compiled modules where there are some. */
export function reserveRoot(tops: readonly string[], staging: WheelStaging): StagedTree {
  const { bytecode } = staging.request;
  return staging.reserve("root", bytecode.length === 0 ? tops : [...tops, cacheFolder]);
}

export function rootPartOf({ manifest }: WheelStaging): ManifestPart | undefined {
  return manifest.parts.find(({ scheme }) => scheme === "root");
}

/** Files of the root part that are installed as they are. */
export function installedFiles(part: ManifestPart | undefined, distInfo: string): StagedFile[] {
  return part?.files.filter(({ path }) => !isReplaced(path, distInfo)) ?? [];
}

/** As with pip an archive is remembered by its digest also where nobody demanded one (PEP 610). */
export function directUrlText(directUrl: DirectUrl, { manifest }: WheelStaging): string {
  const { source } = directUrl;
  if (source.kind !== "archive" || Object.keys(source.hashes).length > 0)
    return formatDirectUrl(directUrl);
  return formatDirectUrl({
    ...directUrl,
    source: { ...source, hashes: { sha256: manifest.sha256 } },
  });
}
