import { PkmError } from "#base/errors";
import type { Hashes } from "#base/hash";
import { parseToml } from "#platform/toml";
import type { ProjectFile } from "#repository/listing";
import type { AskedRequirement, ResolutionTarget } from "#resolver/request";
import type { NormalizedName } from "#standards/name";
import { parsePylock } from "#standards/pylock";
import { lockedAddress, type SelectedPackage, selectPackages } from "#standards/pylock-select";
import { parseRequirement, type Requirement } from "#standards/requirement";
import type { RequirementsReader } from "#standards/requirements-file";
import { parseSourceFilename } from "#standards/sdist-filename";
import { anyVersion, parseSpecifierSet } from "#standards/specifier-set";
import { parseWheelFilename } from "#standards/wheel-filename";
import { projectFileMissing } from "./errors.ts";

/** A lock file (PEP 751) that stands in the place of a requirements file. */
export type LockSource = {
  readonly file: string;
  readonly extras: readonly string[];
  /** Besides, or unless {@link withDefaultGroups} instead of, the lock's default ones. */
  readonly groups?: readonly string[];
  /** True when left out. */
  readonly withDefaultGroups?: boolean;
  readonly prefersSdist: (name: NormalizedName) => boolean;
};

export type LockedRequirements = {
  readonly roots: readonly AskedRequirement[];
  /** The one file that may be taken for each name that the lock takes from an index. */
  readonly files: ReadonlyMap<NormalizedName, ProjectFile>;
};

/**
 * What a lock installs on the target, as requirements: exact versions whose only candidate is the locked file with
 * its hashes, and direct addresses. As in pip their dependencies are followed, and a lock that lacks one of them is
 * completed from the repositories.
 */
export async function readLockedRequirements(
  source: LockSource,
  target: ResolutionTarget,
  reader: RequirementsReader,
): Promise<LockedRequirements> {
  const { file, extras, groups = [], withDefaultGroups = true, prefersSdist } = source;
  const lock = parsePylock(parseToml(await readLock(file, reader), file), file);
  const selected = selectPackages(
    lock,
    {
      environment: target.markers,
      tags: target.tags,
      extras,
      prefersSdist,
      dependencyGroups: [...(withDefaultGroups ? lock.defaultGroups : []), ...groups],
    },
    file,
  );
  const roots: AskedRequirement[] = [];
  const files = new Map<NormalizedName, ProjectFile>();
  const place = { file, cwd: reader.cwd };
  for (const each of selected) {
    const { requirement, found, editable } = requirementOf(each, place);
    if (found !== undefined) files.set(requirement.name, found);
    const hashes = "hashes" in each.source ? each.source.hashes : {};
    roots.push({
      requirement,
      origin: `-r ${file}`,
      hashes: Object.entries(hashes).map(([algorithm, hex]) => ({ algorithm, hex })),
      ...(editable === true ? { editable } : {}),
    });
  }
  return { roots, files };
}

async function readLock(file: string, reader: RequirementsReader): Promise<string> {
  const isPlain = !/^(?:https?|file):/i.test(file) && !file.startsWith("/");
  try {
    return new TextDecoder().decode(await reader.read(isPlain ? `${reader.cwd}/${file}` : file));
  } catch (error) {
    if (error instanceof PkmError || !(error instanceof Error) || !("code" in error)) throw error;
    if (error.code === "ENOENT") throw projectFileMissing(file);
    throw error;
  }
}

type Found = {
  readonly requirement: Requirement;
  readonly found?: ProjectFile;
  readonly editable?: boolean;
};

function fragmentOf({ subdirectory }: { readonly subdirectory: string | undefined }): string {
  return subdirectory === undefined ? "" : `#subdirectory=${subdirectory}`;
}

function requirementOf(
  { package: locked, source }: SelectedPackage,
  place: { readonly file: string; readonly cwd: string },
): Found {
  const { name } = locked;
  const direct = (url: string): Found => ({
    requirement: { ...parseRequirement(name), specifier: anyVersion, url },
  });
  switch (source.kind) {
    case "vcs":
      return direct(
        `${source.type}+${lockedAddress(source, place)}@${source.commitId}${fragmentOf(source)}`,
      );
    case "directory": {
      const { path, subdirectory } = source;
      const fragment = subdirectory === undefined ? "" : `#subdirectory=${subdirectory}`;
      const { requirement } = direct(
        `${lockedAddress({ path, url: undefined }, place)}${fragment}`,
      );
      return { requirement, editable: source.editable };
    }
    case "archive":
      return direct(`${lockedAddress(source, place)}${fragmentOf(source)}`);
    case "wheel":
    case "sdist": {
      const identity =
        source.kind === "wheel"
          ? { kind: source.kind, ...parseWheelFilename(source.filename) }
          : { kind: source.kind, ...parseSourceFilename(source.filename, name) };
      const version = locked.version ?? identity.version;
      const found: ProjectFile = {
        filename: source.filename,
        url: lockedAddress(source, place),
        identity,
        hashes: source.hashes as Hashes,
        size: source.size,
        requiresPython: locked.requiresPython?.text,
        yanked: false,
        uploadTime: source.uploadTime,
        metadataHashes: undefined,
        repository: place.file,
      };
      const pin = parseSpecifierSet(`==${version.text}`);
      return { requirement: { ...parseRequirement(name), specifier: pin }, found };
    }
    default:
      return source satisfies never;
  }
}
