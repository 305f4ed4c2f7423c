import { sortedBy } from "#base/order";
import type { ProjectFile } from "#repository/listing";
import type { AskedRequirement, ResolveRequest } from "#resolver/request";
import type { ResolvedPackage, Resolution } from "#resolver/resolution";
import type { NormalizedName } from "#standards/name";
import { formatRequirement, parseRequirement } from "#standards/requirement";
import { parseSdistFilename } from "#standards/sdist-filename";
import { parseVersion } from "#standards/version";
import { parseWheelFilename } from "#standards/wheel-filename";
import type { ProvisionWorld } from "./world.ts";

/** Rises whenever the form or the meaning of what is kept changes. */
const form = 3;

/**
 * A whole resolution remembered under everything it depended on, valid while its pages are fresh: asking the
 * same again costs one look-up. Questions that depend on more than repositories (URLs, paths, what is
 * installed) are never remembered.
 */
export type Memo = {
  readonly recall: () => Resolution | undefined;
  readonly remember: (resolution: Resolution) => void;
};

/** Which files of each package whoever asks will look at: all are a page's worth, and ranking them takes time. */
export type WantedFiles = "none" | "best" | "all";

export function memoFor(
  request: ResolveRequest,
  wanted: WantedFiles,
  world: ProvisionWorld,
): Memo | undefined {
  if (!isRememberable(request)) return undefined;
  const { store, clock, repositories } = world;
  const key = `resolution-${form}-${world.hashing.digest("sha256", keyText(request, wanted, repositories.identity))}`;
  return {
    recall: () => {
      if (repositories.isRefreshing === true) return undefined;
      const text = store.answers.get(key);
      if (text === undefined) return undefined;
      const kept = JSON.parse(text) as Kept;
      return clock.now() < kept.freshUntil ? restore(kept) : undefined;
    },
    remember: (resolution) => {
      const freshUntil = repositories.freshUntil();
      if (freshUntil === undefined) return;
      store.answers.put(key, JSON.stringify(keep(resolution, freshUntil, wanted)));
    },
  };
}

function isRememberable(request: ResolveRequest): boolean {
  const asked = [...request.roots, ...request.constraints, ...request.overrides];
  return (
    (request.installed?.size ?? 0) === 0 &&
    asked.every(({ requirement, editable }) => requirement.url === undefined && editable !== true)
  );
}

function keyText(request: ResolveRequest, wanted: WantedFiles, repositories: string): string {
  const asked = (list: readonly AskedRequirement[]): unknown =>
    list.map(({ requirement, origin, hashes }) => [formatRequirement(requirement), origin, hashes]);
  const { policy, target } = request;
  const names = (set: ReadonlySet<string> | undefined): string[] => [...(set ?? [])].sort();
  return JSON.stringify([
    repositories,
    wanted,
    asked(request.roots),
    asked(request.constraints),
    asked(request.overrides),
    target.python.text,
    sortedBy(Object.entries(target.markers), ([name]) => name),
    [...target.tags.platforms.keys()],
    [...target.tags.blocks.keys()],
    [...target.tags.pure.keys()],
    [...target.tags.blocks.values()].map((abis) => [...abis.keys()]),
    {
      ...policy,
      formats: [
        names(policy.formats.binaries.first),
        names(policy.formats.binaries.second),
        policy.formats.preferBinary === true,
      ],
      releases: [names(policy.releases?.first), names(policy.releases?.second)],
    },
    sortedBy(request.preferences, ([name]) => name).map(([name, { version, from }]) => [
      name,
      version.text,
      from,
    ]),
  ]);
}

type KeptFile = Omit<ProjectFile, "identity"> & { readonly kind: "wheel" | "sdist" };
type KeptPackage = Omit<ResolvedPackage, "version" | "source" | "metadata" | "dependencies"> & {
  readonly version: string;
  readonly repository: string;
  readonly files: readonly KeptFile[] | undefined;
  readonly dependencies: readonly (readonly [
    name: NormalizedName,
    extras: readonly NormalizedName[],
    requirement: string,
  ])[];
};
type Kept = {
  readonly freshUntil: number;
  readonly packages: readonly KeptPackage[];
  readonly attempts: number;
  readonly warnings: readonly string[];
};

function keep(resolution: Resolution, freshUntil: number, wanted: WantedFiles): Kept {
  return {
    freshUntil,
    packages: resolution.packages.map((found) => {
      const { version, source, metadata: _metadata, dependencies, ...rest } = found;
      if (source.kind !== "repository")
        throw new Error(`${found.name} does not come from a repository`);
      const files =
        wanted === "none" ? undefined : wanted === "best" ? source.files.slice(0, 1) : source.files;
      return {
        ...rest,
        version: version.text,
        repository: source.repository,
        files: files?.map(({ identity, ...file }) => ({ ...file, kind: identity.kind })),
        dependencies: dependencies.map(({ name, extras, requirement }) => [
          name,
          extras,
          formatRequirement(requirement),
        ]),
      };
    }),
    attempts: resolution.attempts,
    warnings: resolution.warnings,
  };
}

function restore(kept: Kept): Resolution {
  return {
    packages: kept.packages.map(({ version, repository, files, dependencies, ...rest }) => ({
      ...rest,
      version: parseVersion(version),
      metadata: undefined,
      source: {
        kind: "repository",
        repository,
        // Most readers want the first file, or none: names are parsed when they are looked at.
        get files() {
          if (files === undefined) throw new Error("bug: files were not wanted");
          return files.map(restoreFile);
        },
      },
      dependencies: dependencies.map(([name, extras, requirement]) => ({
        name,
        extras,
        get requirement() {
          return parseRequirement(requirement);
        },
      })),
    })),
    passedOver: undefined,
    attempts: kept.attempts,
    warnings: kept.warnings,
  };
}

function restoreFile({ kind, ...file }: KeptFile): ProjectFile {
  return kind === "wheel"
    ? { ...file, identity: { kind, ...parseWheelFilename(file.filename) } }
    : { ...file, identity: { kind, ...parseSdistFilename(file.filename) } };
}
