import { tagPlatform } from "#standards/platform-tags";
import type { World } from "#platform/ports";
import type { MarkerEnvironment } from "#standards/marker";
import type { AbiFacts, PlatformFacts } from "#standards/platform-tags";
import type { Interpreter, SchemePaths } from "./interpreter.ts";
import { joined } from "./path-names.ts";

/** What `probe.py` prints, word for word. */
export type ProbeAnswer = {
  readonly format: 1;
  readonly version: string;
  readonly versionInfo: readonly [major: number, minor: number, micro: number];
  readonly implementation: string;
  readonly executable: string;
  readonly baseExecutable: string | null;
  readonly prefix: string;
  readonly basePrefix: string;
  readonly abiFlags: string;
  readonly cacheTag: string | null;
  readonly platformLibrary: string;
  /** Name of the framework on macOS, else empty. */
  readonly framework: string;
  readonly markers: MarkerEnvironment;
  readonly abi: Nullable<Pick<AbiFacts, "extensionSuffix" | "debug" | "freeThreaded" | "pymalloc">>;
  readonly machine: Nullable<PlatformFacts>;
  readonly paths: SchemePaths;
  /** `{userbase}` stands for the user's folder, which depends on who asks. */
  readonly userPaths: SchemePaths | null;
  /** `{prefix}` stands for the folder of the virtual environment. */
  readonly virtualPaths: SchemePaths;
  readonly site: {
    readonly own: readonly string[];
    readonly virtual: readonly string[];
    readonly inherited: readonly string[];
    readonly stdlib: readonly string[];
  };
  /** The C library it runs with, where that is a file of its own. */
  readonly libc: string | null;
};

/** An interpreter too old for the whole probe. */
export type TooOldAnswer = { readonly format: 1; readonly tooOld: string };

type Nullable<T> = { readonly [Key in keyof T]: T[Key] | null };

/** Where and as what the answer is used. */
export type AnswerUse = {
  readonly executable: string;
  readonly baseExecutable: string;
  readonly source: string;
};

/** Turns an answer into an {@link Interpreter}. What depends on the moment or on the user is looked up here, not kept. */
export function interpreterFrom(
  answer: ProbeAnswer,
  use: AnswerUse,
  world: Pick<World, "files" | "host">,
): Interpreter {
  const [major, minor, micro] = answer.versionInfo;
  const isVirtual = answer.prefix !== answer.basePrefix;
  return {
    ...use,
    prefix: answer.prefix,
    basePrefix: answer.basePrefix,
    implementation: answer.implementation,
    version: answer.version,
    major,
    minor,
    micro,
    freeThreaded: answer.abi.freeThreaded === true,
    debug: answer.abi.debug === true,
    pointerBits: answer.machine.pointerBits ?? 64,
    abiFlags: answer.abiFlags,
    extensionSuffix: answer.abi.extensionSuffix ?? undefined,
    cacheTag: answer.cacheTag ?? undefined,
    platformLibrary: answer.platformLibrary,
    markers: withKernelOfToday(answer.markers, world),
    tags: tagPlatform(
      { implementation: answer.implementation, python: [major, minor], ...present(answer.abi) },
      present(answer.machine) as PlatformFacts,
    ),
    paths: answer.paths,
    userPaths: userPaths(answer, world),
    virtualLayout: {
      paths: answer.virtualPaths,
      site: answer.site.virtual,
      inherited: answer.site.inherited,
      standardLibrary: answer.site.stdlib,
    },
    searchPath: [...answer.site.stdlib, ...answer.site.own],
    externallyManaged: isVirtual ? undefined : externallyManaged(answer.paths.stdlib, world),
  };
}

/** Puts a folder for `{prefix}` or `{userbase}`. */
export function withPlace(paths: SchemePaths, place: string, folder: string): SchemePaths {
  return {
    purelib: paths.purelib.replace(place, () => folder),
    platlib: paths.platlib.replace(place, () => folder),
    scripts: paths.scripts.replace(place, () => folder),
    data: paths.data.replace(place, () => folder),
    include: paths.include.replace(place, () => folder),
    stdlib: paths.stdlib.replace(place, () => folder),
  };
}

function present<T extends object>(facts: T): { [Key in keyof T]: Exclude<T[Key], null> } {
  const kept = Object.entries(facts).filter(([, value]) => value !== null);
  return Object.fromEntries(kept) as { [Key in keyof T]: Exclude<T[Key], null> };
}

// PEP 668: the file lies in the `stdlib` folder of the default scheme. Distributors add and remove it without
// touching the executable, so it is looked for each time.
function externallyManaged(
  stdlib: string,
  world: Pick<World, "files" | "host">,
): string | undefined {
  const path = joined(world.host, stdlib, "EXTERNALLY-MANAGED");
  return world.files.tryStat(path) === undefined ? undefined : path;
}

// `platform_release` and `platform_version` change with every kernel; the executable does not.
function withKernelOfToday(
  markers: MarkerEnvironment,
  { files, host }: Pick<World, "files" | "host">,
): MarkerEnvironment {
  if (host.os !== "linux" || markers.platform_system !== "Linux") return markers;
  const release = files.tryReadText("/proc/sys/kernel/osrelease")?.trimEnd();
  const version = files.tryReadText("/proc/sys/kernel/version")?.trimEnd();
  if (release === undefined || version === undefined) return markers;
  return { ...markers, platform_release: release, platform_version: version };
}

// site.getuserbase(): PYTHONUSERBASE, else a folder that each system has of its own.
function userPaths(answer: ProbeAnswer, { host }: Pick<World, "host">): SchemePaths | undefined {
  if (answer.userPaths === null) return undefined;
  const [major, minor] = answer.versionInfo;
  let base = host.env["PYTHONUSERBASE"] ?? "";
  if (base === "")
    if (host.os === "windows") base = joined(host, host.env["APPDATA"] ?? host.home, "Python");
    else if (answer.framework !== "")
      base = `${host.home}/Library/${answer.framework}/${major}.${minor}`;
    else base = `${host.home}/.local`;
  return withPlace(answer.userPaths, "{userbase}", base);
}
