import { nearest } from "#base/text";
import { unknownPlatform } from "./errors.ts";
import { machinePlatforms } from "./platform-tags.ts";
import type { MarkerEnvironment } from "./marker.ts";

/** Marker variables that a platform decides; the others are the interpreter's. */
export type PlatformMarkers = Pick<
  MarkerEnvironment,
  | "os_name"
  | "sys_platform"
  | "platform_machine"
  | "platform_system"
  | "platform_release"
  | "platform_version"
>;

/** A machine to resolve for without having it, named as uv names it (`--python-platform`). */
export type NamedPlatform = {
  readonly name: string;
  /** Platform tags, best first. */
  readonly platforms: readonly string[];
  readonly markers: PlatformMarkers;
};

/** The platform of that name; an unknown one is an error that suggests near names. */
export function namedPlatform(name: string, options: PlatformOptions = {}): NamedPlatform {
  const platform = tryNamedPlatform(name, options);
  if (platform === undefined) throw unknownPlatform(name, nearest(name, platformNames()));
  return platform;
}

export type PlatformOptions = {
  /** The oldest macOS to serve (`MACOSX_DEPLOYMENT_TARGET`); 13.0 when nothing is said. */
  readonly macos?: readonly [major: number, minor: number] | undefined;
};

export function tryNamedPlatform(
  name: string,
  options: PlatformOptions = {},
): NamedPlatform | undefined {
  const target = targets.get(name) ?? manylinuxTarget(name);
  if (target === undefined) return undefined;
  const [major, minor] = options.macos ?? [13, 0];
  const platforms = target.tags.flatMap((tag) =>
    machinePlatforms(tag.replace("{macos}", `${major}_${minor}`)),
  );
  return { name, platforms, markers: target.markers };
}

/** All names, the short ones first. */
export function platformNames(): string[] {
  const names = [...targets.keys()];
  for (const machine of ["x86_64", "aarch64"]) {
    names.push(`${machine}-manylinux2014`);
    for (const minor of manylinuxMinors) names.push(`${machine}-manylinux_2_${minor}`);
  }
  return names;
}

/**
 * The platform tags that naming some of them stands for (pip's `--platform`), best first: the named ones, what pip
 * reads them as, then the older tags that PEP 600 and PEP 656 make part of the same machine. A tag for one machine
 * alone (`linux_x86_64`) is taken only where it is named.
 */
export function platformsOfTags(named: readonly string[]): string[] {
  const wider = named.flatMap((tag) =>
    machinePlatforms(tag).filter((found) => !found.startsWith("linux_")),
  );
  // `manylinux2014` stands for the older names as well (PEP 599), before anything that only pkm adds.
  const legacy = named.flatMap((tag) => {
    const [, year, machine] = /^manylinux(2014|2010)_(x86_64|i686)$/.exec(tag) ?? [];
    if (year === undefined) return [];
    const older = [`manylinux1_${machine}`];
    return year === "2014" ? [`manylinux2010_${machine}`, ...older] : older;
  });
  return [...new Set([...named, ...legacy, ...wider])];
}

/** What a platform tag says of the machine it is for; `undefined` for `any` and tags nobody knows. */
export function markersOfTag(tag: string): PlatformMarkers | undefined {
  if (tag === "win32") return windows("x86");
  const machine = /^win_(.+)$/.exec(tag)?.[1];
  if (machine !== undefined) return windows(machine.toUpperCase());
  const library = /^(?:(?:many|musl)linux(?:_[0-9]+_[0-9]+|1|2010|2014)|linux)_(.+)$/.exec(tag);
  if (library !== null) return linux(library[1] as string);
  const apple = /^(macosx|ios)_[0-9]+_[0-9]+_(.+)$/.exec(tag);
  if (apple !== null) {
    const [, system, arch = ""] = apple;
    if (system === "ios") return ios(arch.replace(/_iphone(?:os|simulator)$/, ""));
    return darwin(["universal2", "arm64"].includes(arch) ? "arm64" : arch);
  }
  const phone = /^android_[0-9]+_(.+)$/.exec(tag)?.[1];
  return phone === undefined ? undefined : android(phone === "arm64_v8a" ? "aarch64" : phone);
}

/** The interpreter's values, those of the platform in place of its own. */
export function withPlatform(
  environment: MarkerEnvironment,
  platform: NamedPlatform,
): MarkerEnvironment {
  return { ...environment, ...platform.markers };
}

type Target = { readonly tags: readonly string[]; readonly markers: PlatformMarkers };

function target(tags: string | readonly string[], markers: PlatformMarkers): Target {
  return { tags: typeof tags === "string" ? [tags] : tags, markers };
}

function posix(
  sys_platform: string,
  platform_system: string,
  platform_machine: string,
): PlatformMarkers {
  return {
    os_name: "posix",
    sys_platform,
    platform_machine,
    platform_system,
    platform_release: "",
    platform_version: "",
  };
}

function windows(platform_machine: string): PlatformMarkers {
  return { ...posix("win32", "Windows", platform_machine), os_name: "nt" };
}

function pyodide(platform_release: string): PlatformMarkers {
  // Emscripten gives its own version as release, and always this as version.
  return {
    ...posix("emscripten", "Emscripten", "wasm32"),
    platform_release,
    platform_version: "#1",
  };
}

const linux = (machine: string) => posix("linux", "Linux", machine);
const darwin = (machine: string) => posix("darwin", "Darwin", machine);
const android = (machine: string) => posix("android", "Android", machine);
const ios = (machine: string) => posix("ios", "iOS", machine);

// The short names stand for the most common machine of a system. What a plain name means, and the oldest system it
// serves, is uv's choice (0.13.8): glibc 2.28, musl 1.2, macOS 13, Android 24, iOS 13.
const targets: ReadonlyMap<string, Target> = new Map([
  ["windows", target("win_amd64", windows("AMD64"))],
  ["linux", target("manylinux_2_28_x86_64", linux("x86_64"))],
  ["macos", target("macosx_{macos}_arm64", darwin("arm64"))],
  ["x86_64-pc-windows-msvc", target("win_amd64", windows("AMD64"))],
  ["aarch64-pc-windows-msvc", target("win_arm64", windows("ARM64"))],
  ["i686-pc-windows-msvc", target("win32", windows("x86"))],
  ["x86_64-unknown-linux-gnu", target("manylinux_2_28_x86_64", linux("x86_64"))],
  ["aarch64-apple-darwin", target("macosx_{macos}_arm64", darwin("arm64"))],
  ["x86_64-apple-darwin", target("macosx_{macos}_x86_64", darwin("x86_64"))],
  ["aarch64-unknown-linux-gnu", target("manylinux_2_28_aarch64", linux("aarch64"))],
  ["aarch64-unknown-linux-musl", target("musllinux_1_2_aarch64", linux("aarch64"))],
  ["x86_64-unknown-linux-musl", target("musllinux_1_2_x86_64", linux("x86_64"))],
  ["riscv64-unknown-linux", target("manylinux_2_39_riscv64", linux("riscv64"))],
  ["aarch64-linux-android", target("android_24_arm64_v8a", android("aarch64"))],
  ["x86_64-linux-android", target("android_24_x86_64", android("x86_64"))],
  [
    "wasm32-pyodide2024",
    target(["pyodide_2024_0_wasm32", "pyemscripten_2024_0_wasm32"], pyodide("3.1.58")),
  ],
  [
    "wasm32-pyodide2025",
    target(["pyodide_2025_0_wasm32", "pyemscripten_2025_0_wasm32"], pyodide("4.0.9")),
  ],
  ["arm64-apple-ios", target("ios_13_0_arm64_iphoneos", ios("arm64"))],
  ["arm64-apple-ios-simulator", target("ios_13_0_arm64_iphonesimulator", ios("arm64"))],
  ["x86_64-apple-ios-simulator", target("ios_13_0_x86_64_iphonesimulator", ios("x86_64"))],
]);

/** Versions of glibc that have a name of their own in uv's list; pkm takes the others as well. */
const manylinuxMinors = [17, 28, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40] as const;

/** `x86_64-manylinux_2_28`, `aarch64-manylinux2014`, `x86_64-musllinux_1_2`: a machine and its C library. */
function manylinuxTarget(name: string): Target | undefined {
  const parts = /^([a-z0-9_]+)-((?:many|musl)linux_[0-9]+_[0-9]+|manylinux(?:1|2010|2014))$/.exec(
    name,
  );
  if (parts === null) return undefined;
  const [, machine = "", library = ""] = parts;
  return machines.has(machine) ? target(`${library}_${machine}`, linux(machine)) : undefined;
}

const machines: ReadonlySet<string> = new Set([
  "x86_64",
  "i686",
  "aarch64",
  "armv7l",
  "ppc64le",
  "s390x",
  "riscv64",
  "loongarch64",
]);
