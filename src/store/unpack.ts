import { busyForSeconds } from "#base/busy-code";
import { releaseMemory } from "#base/memory";
import {
  openWheel,
  type OpenWheel,
  type WheelFileMember,
  type WheelScheme,
  wheelSchemes,
} from "#distribution/wheel";
import type { OpenFolder, World } from "#platform/ports";
import { wheelFoldsCase } from "./errors.ts";
import { formatManifest, manifestName } from "./manifest-text.ts";
import type { UnpackRequest } from "./unpack-request.ts";
import type { ManifestFile, ManifestPart, WheelManifest } from "./wheel-manifest.ts";

export type UnpackWorld = Pick<World, "files" | "hashing" | "inflate" | "host">;

/**
 * Lays a wheel out in its staging folder, one folder a scheme, every byte verified, and writes the manifest beside
 * them; answers the manifest's bytes. Files are read-only and get the time of unpacking: many archives stamp every
 * file alike, and CPython would take an old `.pyc` for that of a new module of the same size.
 */
export function unpackWheel(request: UnpackRequest, world: UnpackWorld): Uint8Array {
  const { files } = world;
  const { content, filename, staging } = request;
  const bytes = content.kind === "bytes" ? content.bytes : files.read(content.path);
  const wheel = openWheel(bytes, filename, world);
  const [collision] = world.host.os === "linux" ? [] : wheel.caseCollisions();
  if (collision !== undefined) throw wheelFoldsCase(filename, collision);
  const parts = layParts(wheel, staging, world);
  const manifest = formatManifest(manifestOf(wheel, request.sha256, parts), world.inflate);
  files.write(`${staging}/${manifestName}`, manifest, { exclusive: true, mode: 0o444 });
  if (content.kind === "path") releaseMemory(bytes);
  return manifest;
}

function layParts(wheel: OpenWheel, staging: string, { files }: UnpackWorld): ManifestPart[] {
  const byScheme = new Map<WheelScheme, WheelFileMember[]>();
  for (const file of wheel.files) {
    const members = byScheme.get(file.scheme);
    if (members === undefined) byScheme.set(file.scheme, [file]);
    else members.push(file);
  }
  const parts: ManifestPart[] = [];
  for (const scheme of wheelSchemes) {
    const members = byScheme.get(scheme);
    if (members === undefined) continue;
    const root = `${staging}/${scheme}`;
    files.makeFolder(root);
    const folder = files.openFolder?.(root) ?? folderByName(root, files);
    try {
      parts.push({ scheme, folder: scheme, ...layMembers(members, wheel, folder) });
    } finally {
      folder.close();
    }
  }
  return parts;
}

function layMembers(
  members: readonly WheelFileMember[],
  wheel: OpenWheel,
  folder: OpenFolder,
): Pick<ManifestPart, "folders" | "files"> {
  const folders = new Set<string>();
  const written: ManifestFile[] = [];
  let parent = "";
  let path = "";
  let mode = plain;
  const write = (content: Uint8Array | Iterable<Uint8Array>): void =>
    folder.writeNew(path, content, mode);
  for (const file of members) {
    const { executable } = file;
    path = file.path;
    mode = executable ? runnable : plain;
    // Neighbours in an archive mostly share their folder.
    const slash = Math.max(0, path.lastIndexOf("/"));
    if (slash !== parent.length || !path.startsWith(parent)) {
      parent = path.slice(0, slash);
      makeFolders(parent, folders, folder);
    }
    const { size, sha256 } = wheel.content(file, write);
    written.push({ path, size, sha256, executable });
  }
  return { folders: [...folders], files: written };
}

const plain = 0o444;
const runnable = 0o555;

function makeFolders(path: string, made: Set<string>, folder: OpenFolder): void {
  if (path === "" || made.has(path)) return;
  makeFolders(path.slice(0, Math.max(0, path.lastIndexOf("/"))), made, folder);
  folder.makeFolder(path);
  made.add(path);
}

function folderByName(root: string, files: World["files"]): OpenFolder {
  return {
    makeFolder: (path) => files.makeFolder(`${root}/${path}`),
    writeNew: (path, content, mode) =>
      files.write(`${root}/${path}`, content, { exclusive: true, mode }),
    close() {},
  };
}

function manifestOf(
  wheel: OpenWheel,
  sha256: string,
  parts: readonly ManifestPart[],
): WheelManifest {
  const { metadata, distInfo } = wheel;
  const topLevel = new Set<string>();
  for (const { scheme, path } of wheel.files) {
    if (scheme !== "root") continue;
    const slash = path.indexOf("/");
    topLevel.add(slash === -1 ? path : path.slice(0, slash));
  }
  topLevel.delete(distInfo);
  return {
    filename: wheel.filename,
    name: metadata.name,
    displayName: metadata.displayName,
    version: metadata.version.text,
    sha256,
    rootIsPurelib: wheel.rootIsPurelib,
    distInfo,
    topLevel: [...topLevel].sort(),
    parts,
    consoleScripts: wheel.consoleScripts,
    guiScripts: wheel.guiScripts,
    requiresPython: metadata.requiresPython,
  };
}

busyForSeconds(layParts, layMembers);
