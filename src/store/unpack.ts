import { busyForSeconds } from "#base/busy-code";
import { releaseMemory } from "#base/memory";
import { openWheel, type OpenWheel } from "#distribution/wheel";
import { type WheelFileMember, type WheelScheme, wheelSchemes } from "#distribution/wheel-files";
import type { OpenFolder, World } from "#platform/ports";
import { wheelFoldsCase } from "./errors.ts";
import {
  formatManifest,
  type LaidPart,
  type LaidWheel,
  manifestName,
  manifestRow,
} from "./manifest-text.ts";
import type { UnpackRequest } from "./unpack-request.ts";

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
  const manifest = formatManifest(laidWheel(wheel, request.sha256, parts), world.inflate);
  files.write(`${staging}/${manifestName}`, manifest, { exclusive: true, mode: 0o444 });
  if (content.kind === "path") releaseMemory(bytes);
  return manifest;
}

function layParts(wheel: OpenWheel, staging: string, { files }: UnpackWorld): LaidPart[] {
  const found = new Set<WheelScheme>();
  let last: WheelScheme | undefined;
  for (const { scheme } of wheel.files) {
    if (scheme === last) continue;
    last = scheme;
    found.add(scheme);
  }
  const parts: LaidPart[] = [];
  for (const scheme of wheelSchemes) {
    if (!found.has(scheme)) continue;
    const root = `${staging}/${scheme}`;
    files.makeFolder(root);
    const folder = files.openFolder?.(root) ?? folderByName(root, files);
    try {
      parts.push(layPart(wheel, scheme, folder));
    } finally {
      folder.close();
    }
  }
  return parts;
}

function layPart(wheel: OpenWheel, scheme: WheelScheme, folder: OpenFolder): LaidPart {
  const folders = new Set<string>();
  const loose: string[] = [];
  const rows: string[] = [];
  const executable: string[] = [];
  let parent = "";
  let path = "";
  let mode = plain;
  const write = (content: Uint8Array | Iterable<Uint8Array>): void =>
    folder.writeNew(path, content, mode);
  for (const file of wheel.files) {
    if (file.scheme !== scheme) continue;
    path = file.path;
    mode = file.executable ? runnable : plain;
    // Neighbours in an archive mostly share their folder.
    const slash = path.lastIndexOf("/");
    if (slash === -1) loose.push(path);
    else if (slash !== parent.length || !path.startsWith(parent)) {
      parent = path.slice(0, slash);
      makeFolders(parent, folders, folder);
    }
    const row = rowOf(file, wheel.content(file, write));
    rows.push(row);
    if (file.executable) executable.push(row);
  }
  return { scheme, folder: scheme, folders: [...folders], loose, rows, executable };
}

/** What an installed RECORD says of a file: in most wheels, letter for letter what the wheel's own says. */
function rowOf({ path, row, member }: WheelFileMember, sha256: string): string {
  return typeof row === "string" && path === member.name
    ? row
    : manifestRow({ path, sha256, size: member.size });
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

function laidWheel(wheel: OpenWheel, sha256: string, parts: readonly LaidPart[]): LaidWheel {
  const { metadata, distInfo } = wheel;
  const root = parts.find(({ scheme }) => scheme === "root");
  const tops = (root?.folders ?? []).filter((path) => path !== distInfo && !path.includes("/"));
  return {
    filename: wheel.filename,
    name: metadata.name,
    displayName: metadata.displayName,
    version: metadata.version.text,
    sha256,
    rootIsPurelib: wheel.rootIsPurelib,
    distInfo,
    topLevel: [...tops, ...(root?.loose ?? [])].sort(),
    parts,
    consoleScripts: wheel.consoleScripts,
    guiScripts: wheel.guiScripts,
    requiresPython: metadata.requiresPython,
  };
}

busyForSeconds(layPart, rowOf);
