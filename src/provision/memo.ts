import { sortedBy } from "#base/order";
import type { FileIdentity, ProjectFile } from "#repository/listing";
import type { EarlierPackage } from "#resolver/foresight";
import type { AskedRequirement, ResolveRequest } from "#resolver/request";
import {
  bestFile,
  type ResolvedDependency,
  type ResolvedPackage,
  type Resolution,
} from "#resolver/resolution";
import type { UniversalRequest, UniversalResolution } from "#resolver/universal";
import { formatMarker, parseMarker } from "#standards/marker";
import { type NormalizedName, tryParseName } from "#standards/name";
import { formatRequirement, parseRequirement, tryParseRequirement } from "#standards/requirement";
import { parseSourceFilename } from "#standards/sdist-filename";
import { parseVersion, tryParseVersion } from "#standards/version";
import { parseWheelFilename } from "#standards/wheel-filename";
import type { ProvisionWorld } from "./world.ts";

/** Rises whenever the form or the meaning of what is kept changes. */
const form = 4;

/**
 * A whole resolution remembered under everything it depended on, valid while its pages are fresh: asking the
 * same again costs one look-up. Questions that depend on more than repositories (URLs, paths, what is
 * installed) are never remembered.
 */
export type Memo<T extends Resolution = Resolution> = {
  readonly recall: () => T | undefined;
  /** The packages of what is remembered, however old it is; none when nobody can read it. */
  readonly earlier: () => readonly EarlierPackage[];
  readonly remember: (resolution: T) => void;
};

/** Which files of each package whoever asks will look at: all are a page's worth, and ranking them takes time. */
export type WantedFiles = "none" | "best" | "all";

export function memoFor(
  request: ResolveRequest,
  wanted: WantedFiles,
  world: ProvisionWorld,
): Memo | undefined {
  if ((request.installed?.size ?? 0) > 0 || !isRememberable(request)) return undefined;
  const { target, preferences } = request;
  const about = [
    target.python.text,
    sortedBy(Object.entries(target.markers), ([name]) => name),
    [...target.tags.platforms.keys()],
    [...target.tags.blocks.keys()],
    [...target.tags.pure.keys()],
    [...target.tags.blocks.values()].map((abis) => [...abis.keys()]),
    sortedBy(preferences, ([name]) => name).map(([name, { version, from }]) => [
      name,
      version.text,
      from,
    ]),
  ];
  return memoUnder(keyText(request, about, wanted, world), wanted, world, restore);
}

/** The same for a question about many machines at once. */
export function memoForUniversal(
  request: UniversalRequest,
  wanted: WantedFiles,
  world: ProvisionWorld,
): Memo<UniversalResolution> | undefined {
  if (!isRememberable(request)) return undefined;
  const { supported, forkStrategy, preferences } = request;
  const about = [
    "universal",
    supported.python.text,
    supported.environments.map(formatMarker),
    supported.required.map(formatMarker),
    supported.exclusive?.map((list) => list.map(formatMarker)),
    forkStrategy,
    sortedBy(preferences, ([name]) => name).map(([name, pins]) => [
      name,
      pins.map(({ version, from, marker }) => [
        version.text,
        from,
        marker === undefined ? "" : formatMarker(marker),
      ]),
    ]),
  ];
  const text = keyText(request, about, wanted, world);
  return memoUnder<UniversalResolution>(text, wanted, world, (kept) => ({
    ...restore(kept),
    regions: (kept.regions ?? []).map((region) => parseMarker(region)),
  }));
}

function memoUnder<T extends Resolution & { readonly regions?: UniversalResolution["regions"] }>(
  text: string,
  wanted: WantedFiles,
  { store, clock, repositories, hashing }: ProvisionWorld,
  restored: (kept: Kept) => T,
): Memo<T> {
  const key = `resolution-${form}-${hashing.digest("sha256", text)}`;
  let stale: Kept | undefined;
  return {
    recall: () => {
      const found = store.answers.get(key);
      if (found === undefined) return undefined;
      const kept = JSON.parse(found) as Kept;
      if (repositories.isRefreshing !== true && clock.isBefore(kept.freshUntil))
        return restored(kept);
      stale = kept;
      return undefined;
    },
    earlier: () => (stale === undefined ? [] : earlierPackages(stale)),
    remember: (resolution) => {
      const freshUntil = repositories.freshUntil();
      if (freshUntil === undefined) return;
      const { regions } = resolution;
      const kept = {
        ...keep(resolution, freshUntil, wanted),
        ...(regions === undefined ? {} : { regions: regions.map(formatMarker) }),
      };
      store.answers.put(key, JSON.stringify(kept));
    },
  };
}

type AnyRequest = Pick<ResolveRequest, "roots" | "constraints" | "overrides" | "policy">;

/** True when an answer depends on nothing but repositories. */
export function isRememberable(request: Omit<AnyRequest, "policy">): boolean {
  const asked = [...request.roots, ...request.constraints, ...request.overrides];
  return asked.every(
    ({ requirement, editable }) => requirement.url === undefined && editable !== true,
  );
}

/** `about` is where the answer has to hold, and what it shall be like. */
function keyText(
  request: AnyRequest,
  about: unknown,
  wanted: WantedFiles,
  { repositories }: ProvisionWorld,
): string {
  const asked = (list: readonly AskedRequirement[]): unknown =>
    list.map(({ requirement, origin, hashes }) => [formatRequirement(requirement), origin, hashes]);
  const { policy } = request;
  const names = (set: ReadonlySet<string> | undefined): string[] => [...(set ?? [])].sort();
  return JSON.stringify([
    repositories.identity,
    wanted,
    asked(request.roots),
    asked(request.constraints),
    asked(request.overrides),
    about,
    {
      ...policy,
      formats: [
        names(policy.formats.binaries.first),
        names(policy.formats.binaries.second),
        policy.formats.preferBinary === true,
      ],
      releases: [names(policy.releases?.first), names(policy.releases?.second)],
    },
  ]);
}

type KeptFile = Omit<ProjectFile, "identity"> & { readonly kind: "wheel" | "sdist" };
type KeptPackage = Omit<
  ResolvedPackage,
  "version" | "source" | "metadata" | "dependencies" | "marker"
> & {
  readonly version: string;
  readonly marker?: string;
  readonly repository: string;
  readonly files: readonly KeptFile[] | undefined;
  readonly dependencies: readonly (readonly [
    name: NormalizedName,
    extras: readonly NormalizedName[],
    requirement: string,
    versions?: readonly string[],
  ])[];
};
type Kept = {
  readonly freshUntil: number;
  readonly packages: readonly KeptPackage[];
  readonly attempts: number;
  readonly warnings: readonly string[];
  readonly regions?: readonly string[];
};

function keep(resolution: Resolution, freshUntil: number, wanted: WantedFiles): Kept {
  return {
    freshUntil,
    packages: resolution.packages.map((found) => {
      const { version, source, metadata: _metadata, dependencies, marker, ...rest } = found;
      if (source.kind !== "repository")
        throw new Error(`${found.name} does not come from a repository`);
      const files = filesOf(source, wanted);
      return {
        ...rest,
        version: version.text,
        ...(marker === undefined ? {} : { marker: formatMarker(marker) }),
        repository: source.repository,
        files: files?.map(({ identity, ...file }) => ({ ...file, kind: identity.kind })),
        dependencies: dependencies.map(({ name, extras, requirement, versions }) => {
          const text = formatRequirement(requirement);
          return versions === undefined
            ? [name, extras, text]
            : [name, extras, text, versions.map((one) => one.text)];
        }),
      };
    }),
    attempts: resolution.attempts,
    warnings: resolution.warnings,
  };
}

function filesOf(
  source: Parameters<typeof bestFile>[0],
  wanted: WantedFiles,
): readonly ProjectFile[] | undefined {
  if (wanted === "none") return undefined;
  if (wanted === "all") return source.files;
  const best = bestFile(source);
  return best === undefined ? [] : [best];
}

function restore(kept: Kept): Resolution {
  return {
    packages: kept.packages.map(
      ({ version, marker, repository, files, dependencies, ...rest }) => ({
        ...rest,
        version: parseVersion(version),
        ...(marker === undefined ? {} : { marker: parseMarker(marker) }),
        metadata: undefined,
        source: {
          kind: "repository",
          repository,
          // Most readers want the first file, or none: names are parsed when they are looked at.
          get files() {
            if (files === undefined) throw new Error("bug: files were not wanted");
            return restoredFiles(files);
          },
        },
        dependencies: dependencies.map(
          ([name, extras, requirement, versions]): ResolvedDependency => ({
            name,
            extras,
            get requirement() {
              return parseRequirement(requirement);
            },
            ...(versions === undefined
              ? {}
              : { versions: versions.map((text) => parseVersion(text)) }),
          }),
        ),
      }),
    ),
    passedOver: undefined,
    attempts: kept.attempts,
    warnings: kept.warnings,
  };
}

/** Names and numbers only; what is none is passed over. */
function earlierPackages({ packages }: Kept): EarlierPackage[] {
  return packages.flatMap(({ name, version, dependencies }) => {
    const known = tryParseVersion(version);
    if (known === undefined || tryParseName(name) !== name) return [];
    return [
      {
        name,
        version: known,
        get requirements() {
          return dependencies.flatMap(([, , text]) => tryParseRequirement(text) ?? []);
        },
      },
    ];
  });
}

/** Parsed once, however often it is asked for. */
function restoredFiles(files: readonly KeptFile[]): readonly ProjectFile[] {
  let found = restored.get(files);
  if (found === undefined) restored.set(files, (found = files.map(restoreFile)));
  return found;
}

const restored = new WeakMap<readonly KeptFile[], readonly ProjectFile[]>();

/** What a name says is read when somebody asks: of a wheel that is in the store nobody does. */
function restoreFile({ kind, ...file }: KeptFile): ProjectFile {
  const { filename } = file;
  let identity: FileIdentity | undefined;
  return {
    ...file,
    get identity() {
      return (identity ??=
        kind === "wheel"
          ? { kind, ...parseWheelFilename(filename) }
          : { kind, ...parseSourceFilename(filename) });
    },
  };
}
