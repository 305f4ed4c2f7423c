import type { World } from "#platform/ports";
import { formatRecord, type RecordEntry } from "#standards/record";
import {
  emptyDigest,
  installer,
  installerDigest,
  isReplaced,
  keeperName,
} from "./installed-metadata.ts";
import { looksOutside } from "./library-paths.ts";
import type { TreeList } from "./tree-list.ts";
import type { ManifestPart, StoredWheel, WheelManifest } from "./wheel-manifest.ts";

/**
 * Folders of a tree that hold RECORD, under its own path, for who was asked for by name (with REQUESTED
 * beside) and for who was not. Scripts, data and the like are not in it.
 */
export const recordFolders = {
  requested: ".pkm-requested",
  unrequested: ".pkm-unrequested",
} as const;

type TreeFiles = World["files"];

/** Lays a wheel out as shared environments have it: as hard links, with the folders closed that get linked. */
export function layTree(
  { root, manifest }: StoredWheel,
  staging: string,
  files: TreeFiles,
): TreeList {
  const part = manifest.parts.find(({ scheme }) => scheme === "root");
  const { distInfo } = manifest;
  const paths = (part?.paths ?? part?.files.map(({ path }) => path) ?? []).filter(
    (path) => !isReplaced(path, distInfo),
  );
  const own = `${distInfo}/`;
  const folders = [...new Set([...(part?.folders ?? []), distInfo])];
  const from = `${root}/${part?.folder ?? "root"}`;
  const mode = files.linkTree({ from, to: staging, folders, files: paths, mode: "hardlink" });
  if (mode !== "hardlink") for (const path of paths) close(`${staging}/${path}`, files);
  const modules = paths.filter((path) => !path.startsWith(own));
  const links = linkable(
    modules,
    folders.filter((path) => path !== distInfo && !path.startsWith(own)),
    from,
    files,
  );
  for (const folder of Object.values(recordFolders))
    files.makeFolders(`${staging}/${folder}/${distInfo}`);
  for (const [path, content] of addedFiles(manifest, part, links))
    // Never into a file that the wheel has: that would be the store's own.
    files.write(`${staging}/${path}`, content, { mode: 0o444, exclusive: true });
  closeFolders(
    folders.filter((path) => isBelow(path, links)),
    modules,
    staging,
    files,
  );
  const list = {
    links,
    folders: folders.filter((path) => !isBelow(path, links)),
    files: [
      ...paths.filter((path) => !isBelow(path, links)),
      `${own}INSTALLER`,
      ...keepersOf(manifest, links),
    ],
  };
  return {
    ...list,
    tops: topsOf([...links, ...list.folders, ...list.files]),
    times: links.map((link) => files.tryStat(`${staging}/${link}`)?.mtime ?? 0),
  };
}

/** What a tree holds beside the wheel's own files, by path. */
export function addedFiles(
  manifest: WheelManifest,
  part: ManifestPart | undefined,
  links: readonly string[],
): Map<string, string> {
  const { distInfo } = manifest;
  const empty = { hash: { algorithm: "sha256", digest: emptyDigest }, size: 0 };
  const keepers = keepersOf(manifest, links);
  const rows: RecordEntry[] = [
    ...(part?.files ?? [])
      .filter(({ path }) => !isReplaced(path, distInfo))
      .map(({ path, sha256, size }) => rowOf(path, sha256, size)),
    ...links.map((path) => ({ path, hash: undefined, size: undefined })),
    ...keepers.map((path) => ({ path, ...empty })),
    rowOf(`${distInfo}/INSTALLER`, installerDigest, installer.length),
    { path: `${distInfo}/RECORD`, hash: undefined, size: undefined },
  ];
  const requested = { path: `${distInfo}/REQUESTED`, ...empty };
  return new Map([
    ...keepers.map((path) => [path, ""] as const),
    [`${distInfo}/INSTALLER`, installer],
    [`${recordFolders.unrequested}/${distInfo}/RECORD`, formatRecord(rows)],
    [`${recordFolders.requested}/${distInfo}/RECORD`, formatRecord([...rows, requested])],
    [`${recordFolders.requested}/${distInfo}/REQUESTED`, ""],
  ]);
}

function rowOf(path: string, digest: string, size: number): RecordEntry {
  return { path, hash: { algorithm: "sha256", digest }, size };
}

/** A folder that holds links holds no file of the wheel: otherwise it would be a link itself. */
function keepersOf({ name }: WheelManifest, links: readonly string[]): string[] {
  const parents = new Set(links.map(parentOf));
  parents.delete("");
  return [...parents].map((parent) => `${parent}/${keeperName(name)}`);
}

/** Only Python's own folders stay open: what it compiles, it compiles for everybody. */
function closeFolders(
  folders: readonly string[],
  modules: readonly string[],
  staging: string,
  files: TreeFiles,
): void {
  const packages = new Set<string>();
  for (const path of modules) if (path.endsWith(".py")) packages.add(parentOf(path));
  const known = new Set(folders);
  for (const folder of folders)
    if (packages.has(folder) && !known.has(`${folder}/${cacheFolder}`))
      files.makeFolder(`${staging}/${folder}/${cacheFolder}`);
  for (const folder of folders)
    if (nameOf(folder) !== cacheFolder) files.chmod(`${staging}/${folder}`, 0o555);
}

/** A copy may be written by its owner; what all environments read may not. */
function close(path: string, files: TreeFiles): void {
  files.chmod(path, (files.tryLstat(path)?.mode ?? 0o444) & 0o555);
}

/**
 * The uppermost folders that hold a file themselves. What holds folders only may well be a namespace that
 * other distributions fill as well. Folders whose libraries look for those of other distributions beside
 * themselves are no use as links: the system resolves `..` where the file really lies.
 */
function linkable(
  modules: readonly string[],
  folders: readonly string[],
  from: string,
  files: Pick<TreeFiles, "readAt" | "tryStat">,
): string[] {
  const filled = new Set(modules.map(parentOf));
  const tops: string[] = [];
  // Parents come before children.
  for (const folder of folders)
    if (filled.has(folder) && nameOf(folder) !== cacheFolder && !isBelow(folder, tops))
      tops.push(folder);
  const known = new Set(["", ...folders]);
  const astray = new Set<string>();
  for (const path of modules) {
    const top = tops.find((folder) => path.startsWith(`${folder}/`));
    if (top !== undefined && !astray.has(top) && looksOutside(path, top, known, from, files))
      astray.add(top);
  }
  return tops.filter((top) => !astray.has(top)).sort();
}

/** True for the folders themselves, and for what lies in them. */
export function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some(
    (folder) =>
      path.startsWith(folder) && (path.length === folder.length || path[folder.length] === "/"),
  );
}

function topsOf(paths: readonly string[]): string[] {
  return [...new Set(paths.map((path) => path.split("/", 1)[0] as string))];
}

const cacheFolder = "__pycache__";

export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
