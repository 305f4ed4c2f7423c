import { mapLimited } from "#base/concurrency";
import { errnoOf } from "#base/errors";
import type { Files } from "#platform/ports";
import type { ProjectFile } from "#repository/listing";
import type { Download, FileAddress } from "#repository/repositories";
import { bestFile, type ResolvedPackage, type ResolvedSource } from "#resolver/resolution";
import { buildableOf, wheelFromSource } from "./built-wheels.ts";
import { lostForWantOfBuild } from "./errors.ts";
import { holdDownloadToSidecar } from "./sidecar-check.ts";
import { checkDemandedHashes } from "./demanded-hashes.ts";
import type { ProvisionWorld } from "./world.ts";

/** A distribution that now lies in the folder. */
export type FetchedFile = {
  readonly package: ResolvedPackage;
  /** `undefined` for a folder of this machine, of which nothing is put there. */
  readonly path: string | undefined;
  /** It had been there, with the content that it should have. */
  readonly wasThere: boolean;
};

export type FetchWishes = {
  /** Sources are wanted as their wheels; else as they are, a checkout as a zip of its tree. */
  readonly built: boolean;
  /** What wheels require has had a say in what is wanted. */
  readonly restsOnMetadata: boolean;
};

/** Files fetched at the same time. */
const limit = 8;

/**
 * Puts the file of each package into a folder under its own name: the best wheel, else the sdist. Files appear whole;
 * one that is there with another content is replaced, one with the right content stays untouched.
 */
export async function fetchFiles(
  packages: readonly ResolvedPackage[],
  folder: string,
  { built, restsOnMetadata }: FetchWishes,
  world: ProvisionWorld,
): Promise<readonly FetchedFile[]> {
  world.files.makeFolders(folder);
  return await mapLimited(packages, limit, async (found): Promise<FetchedFile> => {
    if (built && buildableOf(found) !== undefined) return placeBuilt(found, folder, world);
    const { source } = found;
    if (source.kind === "folder") return { package: found, path: undefined, wasThere: true };
    if (source.kind === "checkout") return placeTree(found, source, folder, world);
    const file = source.kind === "archive" ? { ...source, size: undefined } : fileOf(found);
    const path = `${folder}/${file.filename}`;
    if (isThere(path, file, world)) return { package: found, path, wasThere: true };
    const download = await world.repositories.download(file);
    checkDemandedHashes(found, download, world);
    if (restsOnMetadata && "identity" in file) await holdDownloadToSidecar(file, download, world);
    place(download, path, world.files, world.host.processId);
    return { package: found, path, wasThere: false };
  });
}

async function placeBuilt(
  found: ResolvedPackage,
  folder: string,
  world: ProvisionWorld,
): Promise<FetchedFile> {
  const { wheel, path } = await wheelFromSource(found, world);
  const { files, host } = world;
  const target = `${folder}/${wheel.manifest.filename}`;
  placeWhole(target, (fresh) => files.copy(path, fresh), files, host.processId);
  return { package: found, path: target, wasThere: false };
}

/** As pip names the zip of a checkout, and the folder in it. */
async function placeTree(
  found: ResolvedPackage,
  source: Extract<ResolvedSource, { readonly kind: "checkout" }>,
  folder: string,
  world: ProvisionWorld,
): Promise<FetchedFile> {
  const { builds, files, host } = world;
  if (builds === undefined) throw lostForWantOfBuild(found);
  const path = `${folder}/${found.name}-${found.version.text}.zip`;
  const { packTree } = await import("./pack-tree.ts");
  const pieces = packTree(await builds.layOut(source), found.name, world);
  placeWhole(path, (fresh) => files.write(fresh, pieces), files, host.processId);
  return { package: found, path, wasThere: false };
}

/** The file an answer stands for; files of a repository come best first. */
export function fileOf({ name, source }: ResolvedPackage): ProjectFile {
  const file =
    source.kind === "repository"
      ? bestFile(source)
      : source.kind === "url"
        ? source.file
        : undefined;
  if (file === undefined) throw new Error(`${name} has no file`);
  return file;
}

/** Without a digest from the index nobody knows whether a file that is there is the one. */
function isThere(path: string, file: FileAddress, { files, hashing }: ProvisionWorld): boolean {
  const { sha256 } = file.hashes;
  const stat = sha256 === undefined ? undefined : files.tryStat(path);
  if (stat?.kind !== "file" || (file.size !== undefined && stat.size !== file.size)) return false;
  return hashing.digest("sha256", files.read(path)) === sha256;
}

function place({ file, content }: Download, path: string, files: Files, processId: number): void {
  const write = (fresh: string): void => {
    if (content.kind === "bytes") files.write(fresh, content.bytes);
    else if (/^file:/i.test(file.url)) files.copy(content.path, fresh);
    else move(content.path, fresh, files);
  };
  placeWhole(path, write, files, processId);
}

/** Nobody ever finds half of a file under its name. */
function placeWhole(
  path: string,
  write: (fresh: string) => void,
  files: Files,
  processId: number,
): void {
  const fresh = `${path}.pkm-${processId}`;
  try {
    files.tryRemove(fresh);
    write(fresh);
    files.rename(fresh, path);
  } catch (error) {
    files.tryRemove(fresh);
    throw error;
  }
}

function move(from: string, to: string, files: Files): void {
  try {
    files.rename(from, to);
  } catch (error) {
    if (errnoOf(error) !== "EXDEV") throw error;
    files.copy(from, to);
    files.remove(from);
  }
}
