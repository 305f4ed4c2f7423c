import { mapLimited } from "#base/concurrency";
import type { Hashes } from "#base/hash";
import { withoutCredentials } from "#base/url";
import type { ProjectFile } from "#repository/listing";
import type { ResolvedPackage, ResolvedSource } from "#resolver/resolution";
import { withoutSecrets } from "#standards/direct-url";
import type { LockedFile, LockedPackage, Pylock } from "#standards/pylock";
import { parseRequiresPython } from "#standards/requires-python";
import { fileOf } from "./fetch-files.ts";
import type { ProvisionWorld } from "./world.ts";

/** Files of which the index gives no digest and that are fetched at the same time to learn it. */
const limit = 8;

/**
 * A resolution for one machine as a lock (PEP 751): of each package the one file that this machine takes, as pip
 * locks. Nothing in it says for which machine it holds, just as in pip's. `folder` is where the lock is to lie: paths of
 * trees start there.
 */
export async function lockOf(
  packages: readonly ResolvedPackage[],
  folder: string,
  world: ProvisionWorld,
): Promise<Pylock> {
  return {
    lockVersion: "1.0",
    isNewerMinor: false,
    environments: [],
    requiresPython: undefined,
    extras: [],
    dependencyGroups: [],
    defaultGroups: [],
    createdBy: "pkm",
    packages: await mapLimited(packages, limit, (found) => lockedPackage(found, folder, world)),
    tool: undefined,
  };
}

async function lockedPackage(
  found: ResolvedPackage,
  folder: string,
  world: ProvisionWorld,
): Promise<LockedPackage> {
  const { name, version, source } = found;
  const tree = lockedTree(source, folder);
  if (tree !== undefined) return { ...nothingKnown, name, ...tree };
  const file = fileOf(found);
  const hashes = await digestsOf(file, world);
  const isDirect = source.kind === "url";
  const isWheel = file.identity.kind === "wheel";
  const locked: LockedFile = {
    filename: file.filename,
    url: withoutCredentials(file.url),
    path: undefined,
    size: file.size,
    uploadTime: file.uploadTime,
    hashes,
  };
  const { filename: _, ...archive } = locked;
  return {
    ...nothingKnown,
    name,
    // PEP 751: what lies behind an address may change its version, so pip writes none.
    version: isDirect ? undefined : version,
    requiresPython:
      file.requiresPython === undefined ? undefined : parseRequiresPython(file.requiresPython),
    archive: isDirect ? { ...archive, subdirectory: undefined } : undefined,
    index: isDirect ? undefined : indexOf(source),
    sdist: isDirect || isWheel ? undefined : locked,
    wheels: !isDirect && isWheel ? [locked] : [],
  };
}

const nothingKnown: Omit<LockedPackage, "name"> = {
  version: undefined,
  marker: undefined,
  requiresPython: undefined,
  dependencies: [],
  vcs: undefined,
  directory: undefined,
  archive: undefined,
  index: undefined,
  sdist: undefined,
  wheels: [],
  attestationIdentities: [],
  tool: undefined,
};

/** What is pinned by a commit, by its digest, or not at all. */
function lockedTree(
  source: ResolvedSource,
  folder: string,
): Pick<LockedPackage, "vcs"> | Pick<LockedPackage, "directory" | "archive"> | undefined {
  switch (source.kind) {
    case "checkout": {
      const { remote, commit, revision, subdirectory } = source.git;
      return {
        vcs: {
          type: "git",
          url: withoutSecrets(remote),
          path: undefined,
          commitId: commit,
          requestedRevision: revision,
          subdirectory,
        },
      };
    }
    case "folder": {
      const { path, editable } = source;
      return {
        directory: { path: relativePath(folder, path), editable, subdirectory: undefined },
        archive: undefined,
      };
    }
    case "archive": {
      const { url, hashes, subdirectory } = source;
      const isLocal = /^file:/i.test(url);
      const path = isLocal ? decodeURIComponent(new URL(url).pathname) : undefined;
      return {
        directory: undefined,
        archive: {
          url: isLocal ? undefined : withoutSecrets(url),
          path: path === undefined ? undefined : relativePath(folder, path),
          size: undefined,
          uploadTime: undefined,
          hashes,
          subdirectory,
        },
      };
    }
    default:
      return undefined;
  }
}

/** From a folder to a path, both absolute, with `/` (PEP 751: paths are relative to the lock). */
function relativePath(folder: string, path: string): string {
  const from = folder.split("/").filter((part) => part !== "");
  const to = path.split("/").filter((part) => part !== "");
  let common = 0;
  while (common < from.length && common < to.length && from[common] === to[common]) common++;
  const steps = [...from.slice(common).map(() => ".."), ...to.slice(common)];
  return steps.length === 0 ? "." : steps.join("/");
}

/** The address of the index, where the repository is known by it; a name of one's own says nothing to others. */
function indexOf(source: ResolvedPackage["source"]): string | undefined {
  if (source.kind !== "repository" || !/^https?:/i.test(source.repository)) return undefined;
  return withoutCredentials(source.repository);
}

/** The digests of a file; what the index does not tell is taken from the file itself. */
export async function digestsOf(
  file: ProjectFile,
  { repositories }: Pick<ProvisionWorld, "repositories">,
): Promise<Hashes> {
  const { sha256, sha384, sha512 } = file.hashes;
  if (sha256 ?? sha384 ?? sha512) return file.hashes;
  const download = await repositories.download(file);
  return { ...file.hashes, sha256: download.sha256 };
}
