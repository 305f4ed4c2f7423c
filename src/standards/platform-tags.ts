import type { TagPlatform } from "./tags.ts";

type Pair = readonly [major: number, minor: number];

/** What one probe of an interpreter tells about its machine; {@link platformTags} makes the list of it. */
export type PlatformFacts = {
  /** `platform.system()`: `Linux`, `Darwin`, `Windows`, `iOS`, `Android`, `Emscripten`, … */
  readonly system: string;
  /** `sysconfig.get_platform()`: `linux-x86_64`, `macosx-11.0-arm64`, `win-amd64`. */
  readonly platform: string;
  readonly pointerBits: 32 | 64;
  /** Linux: version of the running glibc (`os.confstr("CS_GNU_LIBC_VERSION")`). */
  readonly glibc?: Pair | undefined;
  /** Linux: version of musl, where the executable's loader is musl. */
  readonly musl?: Pair | undefined;
  /** Linux, i686 and armv7l: what the executable's ELF header is; a 64-bit kernel may run either. */
  readonly elf?: "i686" | "armhf" | undefined;
  readonly manylinux?: ManylinuxVeto | undefined;
  /** macOS: `platform.mac_ver()`, already read again with `SYSTEM_VERSION_COMPAT=0` where it said 10.16. */
  readonly macos?: { readonly version: Pair; readonly machine: string } | undefined;
  /** iOS: version and `sys.implementation._multiarch`. */
  readonly ios?: { readonly version: Pair; readonly multiarch: string } | undefined;
  /** Android: `platform.android_ver().api_level`. */
  readonly androidApi?: number | undefined;
  /** Emscripten: config variable `PYEMSCRIPTEN_PLATFORM_VERSION` (PEP 783). */
  readonly pyemscripten?: string | undefined;
};

/** Answers of the module `_manylinux` of the target (PEP 600), asked beforehand; what is absent is no veto. */
export type ManylinuxVeto = {
  /** Answers of `manylinux_compatible(major, minor, arch)` by `"major_minor_arch"`; if present, the only ones that count. */
  readonly compatible?: Readonly<Record<string, boolean>>;
  readonly manylinux1?: boolean;
  readonly manylinux2010?: boolean;
  readonly manylinux2014?: boolean;
};

/** What one probe tells about the ABI of its extension modules; {@link abiTags} makes the list of it. */
export type AbiFacts = {
  /** `sys.implementation.name`. */
  readonly implementation: string;
  readonly python: Pair;
  /** `sysconfig.get_config_var("EXT_SUFFIX")`: `.cpython-313-x86_64-linux-gnu.so`, `.pypy311-pp73-…`. */
  readonly extensionSuffix?: string | undefined;
  /** `Py_DEBUG`, or on Windows that `_d.pyd` is among the suffixes. */
  readonly debug?: boolean;
  /** `Py_GIL_DISABLED`; counts from 3.13. */
  readonly freeThreaded?: boolean;
  /** `WITH_PYMALLOC`; counts up to 3.7. */
  readonly pymalloc?: boolean;
  /** `Py_UNICODE_SIZE` is 4; counts up to 3.2. */
  readonly wideUnicode?: boolean;
};

/** Brings the facts of a probe to the form that {@link compatibleTags} reads. */
export function tagPlatform(abi: AbiFacts, machine: PlatformFacts): TagPlatform {
  return {
    implementation: abi.implementation,
    python: abi.python,
    abis: abiTags(abi),
    platforms: platformTags(machine),
  };
}

/** ABI tags of an interpreter, best first, as `packaging.tags` finds them. */
export function abiTags(facts: AbiFacts): string[] {
  if (facts.implementation === "cpython" || facts.implementation === "cp")
    return cpythonAbis(facts);
  // EXT_SUFFIX is `.SOABI.suffix`; of SOABI only what concerns the ABI counts, not what names the platform.
  const soabi = /^\.([^.]+)\./.exec(facts.extensionSuffix ?? "")?.[1];
  if (soabi === undefined) return [];
  const parts = soabi.split("-");
  const kept = soabi.startsWith("pypy") ? 2 : soabi.startsWith("graalpy") ? 3 : parts.length;
  return [underscored(parts.slice(0, kept).join("-"))];
}

function cpythonAbis(facts: AbiFacts): string[] {
  const [major, minor] = facts.python;
  const before = (limit: number) => major < 3 || (major === 3 && minor < limit);
  const name = `cp${major}${minor}`;
  const debug = facts.debug === true ? "d" : "";
  if (before(8)) {
    const pymalloc = facts.pymalloc === false ? "" : "m";
    const unicode = before(3) && facts.wideUnicode !== false ? "u" : "";
    return [`${name}${debug}${pymalloc}${unicode}`];
  }
  const threading = !before(13) && facts.freeThreaded === true ? "t" : "";
  // A debug build from 3.8 loads ordinary extension modules too.
  return debug === "" ? [`${name}${threading}`] : [`${name}${threading}d`, `${name}${threading}`];
}

/** Platform tags of a machine, best first, in the order of `packaging.tags.platform_tags` 26.3. */
export function platformTags(facts: PlatformFacts): string[] {
  const name = underscored(facts.platform);
  switch (facts.system) {
    case "Linux":
      return name.startsWith("linux_") ? linuxPlatforms(facts, name.slice(6)) : [name];
    case "Darwin": {
      if (facts.macos === undefined) return [name];
      const { version, machine } = facts.macos;
      const narrow = machine.startsWith("ppc") ? "ppc" : "i386";
      return macPlatforms(version, facts.pointerBits === 32 ? narrow : machine);
    }
    case "iOS":
      return facts.ios === undefined
        ? [name]
        : iosPlatforms(facts.ios.version, facts.ios.multiarch);
    case "Android":
      return facts.androidApi === undefined
        ? [name]
        : androidPlatforms(
            facts.androidApi,
            underscored(facts.platform.slice(facts.platform.lastIndexOf("-") + 1)),
          );
    case "Emscripten":
      return facts.pyemscripten === undefined
        ? [name]
        : [`pyemscripten_${facts.pyemscripten}_wasm32`, name];
    default:
      return [name];
  }
}

/**
 * All platform tags of the machine that a single one describes, best first: `manylinux_2_28_x86_64` is a machine
 * with glibc 2.28, `macosx_14_0_arm64` one with macOS 14, `win_amd64` only itself.
 */
export function machinePlatforms(tag: string): string[] {
  const linux = /^(manylinux|musllinux)_([0-9]+)_([0-9]+)_(.+)$/.exec(tag);
  if (linux !== null) {
    const version: Pair = [Number(linux[2]), Number(linux[3])];
    const machine = linux[4] as string;
    const archs = compatibleMachines(machine);
    return [
      ...archs.map((arch) => `linux_${arch}`),
      ...(linux[1] === "manylinux" ? manylinuxTags(archs, version) : muslTags(archs, version)),
    ];
  }
  const legacy = /^manylinux(1|2010|2014)_(.+)$/.exec(tag);
  if (legacy !== null) {
    const minor = { "1": 5, "2010": 12, "2014": 17 }[legacy[1] as string] as number;
    return machinePlatforms(`manylinux_2_${minor}_${legacy[2]}`);
  }
  const mac = /^macosx_([0-9]+)_([0-9]+)_(.+)$/.exec(tag);
  if (mac !== null) return macPlatforms([Number(mac[1]), Number(mac[2])], mac[3] as string);
  const ios = /^ios_([0-9]+)_([0-9]+)_(.+)$/.exec(tag);
  if (ios !== null) return iosPlatforms([Number(ios[1]), Number(ios[2])], ios[3] as string);
  const android = /^android_([0-9]+)_(.+)$/.exec(tag);
  if (android !== null) return androidPlatforms(Number(android[1]), android[2] as string);
  if (tag.startsWith("linux_"))
    return compatibleMachines(tag.slice(6)).map((arch) => `linux_${arch}`);
  return [tag];
}

/** As it stands in a tag: underscores, lower case. */
function underscored(text: string): string {
  return text.replaceAll(/[-. ]/g, "_").toLowerCase();
}

/** A 32-bit ARM process of a 64-bit kernel is an ARMv8 one that can also use ARMv7 code. */
function compatibleMachines(machine: string): string[] {
  return machine === "armv8l" ? ["armv8l", "armv7l"] : [machine];
}

function linuxPlatforms(facts: PlatformFacts, machine: string): string[] {
  let own = machine;
  if (facts.pointerBits === 32) {
    if (machine === "x86_64") own = "i686";
    else if (machine === "aarch64") own = "armv8l";
  }
  const archs = compatibleMachines(own);
  const tags = archs.map((arch) => `linux_${arch}`);
  if (facts.glibc !== undefined && hasManylinuxAbi(archs, facts.elf))
    for (const tag of manylinuxTags(archs, facts.glibc, facts.manylinux)) tags.push(tag);
  if (facts.musl !== undefined) for (const tag of muslTags(archs, facts.musl)) tags.push(tag);
  return tags;
}

const manylinuxMachines: ReadonlySet<string> = new Set([
  "x86_64",
  "aarch64",
  "ppc64",
  "ppc64le",
  "s390x",
  "loongarch64",
  "riscv64",
]);

/** PEP 600: a 32-bit machine counts only if the executable itself says so. */
function hasManylinuxAbi(archs: readonly string[], elf: PlatformFacts["elf"]): boolean {
  if (archs.includes("armv7l")) return elf === "armhf";
  if (archs.includes("i686")) return elf === "i686";
  return archs.some((arch) => manylinuxMachines.has(arch));
}

// PEP 600: each glibc has a perennial tag; three of them have an older name as well.
const legacyManylinux: Readonly<Record<number, "manylinux2014" | "manylinux2010" | "manylinux1">> =
  {
    17: "manylinux2014",
    12: "manylinux2010",
    5: "manylinux1",
  };

function manylinuxTags(
  archs: readonly string[],
  glibc: Pair,
  veto?: ManylinuxVeto | undefined,
): string[] {
  const tags: string[] = [];
  const oldest = archs.includes("x86_64") || archs.includes("i686") ? 5 : 17;
  for (const arch of archs)
    for (let major = glibc[0]; major >= 2; major--) {
      // Should glibc ever reach version 3, all of version 2 stays usable; 50 is beyond any of its minors.
      const newest = major === glibc[0] ? glibc[1] : 50;
      for (let minor = newest; minor >= (major === 2 ? oldest : 0); minor--) {
        const legacy = major === 2 ? legacyManylinux[minor] : undefined;
        if (isVetoed(veto, legacy, `${major}_${minor}_${arch}`)) continue;
        tags.push(`manylinux_${major}_${minor}_${arch}`);
        if (legacy !== undefined) tags.push(`${legacy}_${arch}`);
      }
    }
  return tags;
}

function isVetoed(
  veto: ManylinuxVeto | undefined,
  legacy: "manylinux2014" | "manylinux2010" | "manylinux1" | undefined,
  key: string,
): boolean {
  if (veto === undefined) return false;
  if (veto.compatible !== undefined) return veto.compatible[key] === false;
  return legacy !== undefined && veto[legacy] === false;
}

function muslTags(archs: readonly string[], musl: Pair): string[] {
  const tags: string[] = [];
  for (const arch of archs)
    for (let minor = musl[1]; minor >= 0; minor--)
      tags.push(`musllinux_${musl[0]}_${minor}_${arch}`);
  return tags;
}

function macPlatforms(version: Pair, machine: string): string[] {
  const tags: string[] = [];
  const add = (major: number, minor: number) => {
    for (const format of macFormats(major, minor, machine))
      tags.push(`macosx_${major}_${minor}_${format}`);
  };
  if (version[0] === 10) for (let minor = version[1]; minor >= 0; minor--) add(10, minor);
  if (version[0] < 11) return tags;
  // From 11 on a major version is a yearly release; minor ones do not appear in tags.
  for (let major = version[0]; major >= 11; major--) add(major, 0);
  for (let minor = 16; minor >= 4; minor--)
    if (machine === "x86_64") add(10, minor);
    // No ARM code is older than 11, yet a universal2 file may be tagged after its Intel half.
    else tags.push(`macosx_10_${minor}_universal2`);
  return tags;
}

/** Names of the binary formats that a machine runs: thin first, then the fat ones that contain it. */
function macFormats(major: number, minor: number, machine: string): string[] {
  const before = (limit: number) => major === 10 && minor < limit;
  const after = (limit: number) => major > 10 || minor > limit;
  switch (machine) {
    case "x86_64":
      return before(4) ? [] : ["x86_64", "intel", "fat64", "fat3", "universal2", "universal"];
    case "i386":
      return before(4) ? [] : ["i386", "intel", "fat3", "fat", "universal"];
    case "ppc64":
      return before(4) || after(5) ? [] : ["ppc64", "fat64", "universal"];
    case "ppc":
      return after(6) ? [] : ["ppc", "fat3", "fat", "universal"];
    case "arm64":
      return ["arm64", "universal2"];
    case "intel":
      return ["intel", "universal"];
    default:
      return [machine];
  }
}

function iosPlatforms(version: Pair, multiarch: string): string[] {
  const tags: string[] = [];
  const machine = multiarch.replaceAll("-", "_");
  // PEP 730: 12.0 is the oldest that runs CPython; no major version had more than nine minor ones.
  for (let major = version[0]; major >= 12; major--)
    for (let minor = major === version[0] ? version[1] : 9; minor >= 0; minor--)
      tags.push(`ios_${major}_${minor}_${machine}`);
  return tags;
}

function androidPlatforms(api: number, abi: string): string[] {
  const tags: string[] = [];
  // PEP 738: 16 is the oldest level that runs CPython.
  for (let level = api; level >= 16; level--) tags.push(`android_${level}_${abi}`);
  return tags;
}
