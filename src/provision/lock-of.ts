import { mapLimited } from "#base/concurrency";
import type { Hashes } from "#base/hash";
import { withoutCredentials } from "#base/url";
import type { ProjectFile } from "#repository/listing";
import type { ResolvedPackage } from "#resolver/resolution";
import type { LockedFile, LockedPackage, Pylock } from "#standards/pylock";
import { parseRequiresPython } from "#standards/requires-python";
import { fileOf } from "./fetch-files.ts";
import type { ProvisionWorld } from "./world.ts";

/** Files of which the index gives no digest and that are fetched at the same time to learn it. */
const limit = 8;

/**
 * A resolution for one machine as a lock (PEP 751): of each package the one file that this machine takes, as pip
 * locks. Nothing in it says for which machine it holds, just as in pip's.
 */
export async function lockOf(
  packages: readonly ResolvedPackage[],
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
    packages: await mapLimited(packages, limit, (found) => lockedPackage(found, world)),
    tool: undefined,
  };
}

async function lockedPackage(
  found: ResolvedPackage,
  world: ProvisionWorld,
): Promise<LockedPackage> {
  const { name, version, source } = found;
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
    name,
    // PEP 751: what lies behind an address may change its version, so pip writes none.
    version: isDirect ? undefined : version,
    marker: undefined,
    requiresPython:
      file.requiresPython === undefined ? undefined : parseRequiresPython(file.requiresPython),
    dependencies: [],
    vcs: undefined,
    directory: undefined,
    archive: isDirect ? { ...archive, subdirectory: undefined } : undefined,
    index: isDirect ? undefined : indexOf(source),
    sdist: isDirect || isWheel ? undefined : locked,
    wheels: !isDirect && isWheel ? [locked] : [],
    attestationIdentities: [],
    tool: undefined,
  };
}

/** The address of the index, where the repository is known by it; a name of one's own says nothing to others. */
function indexOf(source: ResolvedPackage["source"]): string | undefined {
  if (source.kind !== "repository" || !/^https?:/i.test(source.repository)) return undefined;
  return withoutCredentials(source.repository);
}

/** A lock without digests is none: what the index does not tell is taken from the file. */
async function digestsOf(file: ProjectFile, { repositories }: ProvisionWorld): Promise<Hashes> {
  const { sha256, sha384, sha512 } = file.hashes;
  if (sha256 ?? sha384 ?? sha512) return file.hashes;
  const download = await repositories.download(file);
  return { ...file.hashes, sha256: download.sha256 };
}
