import { describe, expect, test } from "bun:test";
import { abiTags, machinePlatforms, platformTags, tagPlatform } from "./platform-tags.ts";
import type { AbiFacts, PlatformFacts } from "./platform-tags.ts";

const linux: PlatformFacts = {
  system: "Linux",
  platform: "linux-x86_64",
  pointerBits: 64,
  glibc: [2, 36],
};

describe("platformTags()", () => {
  test("linux_ comes first, then each glibc with its old alias right behind it", () => {
    const tags = platformTags({ ...linux, glibc: [2, 17] });
    expect(tags).toEqual([
      "linux_x86_64",
      "manylinux_2_17_x86_64",
      "manylinux2014_x86_64",
      "manylinux_2_16_x86_64",
      "manylinux_2_15_x86_64",
      "manylinux_2_14_x86_64",
      "manylinux_2_13_x86_64",
      "manylinux_2_12_x86_64",
      "manylinux2010_x86_64",
      "manylinux_2_11_x86_64",
      "manylinux_2_10_x86_64",
      "manylinux_2_9_x86_64",
      "manylinux_2_8_x86_64",
      "manylinux_2_7_x86_64",
      "manylinux_2_6_x86_64",
      "manylinux_2_5_x86_64",
      "manylinux1_x86_64",
    ]);
  });

  test.each([
    ["linux-aarch64", "manylinux2014_aarch64"],
    ["linux-riscv64", "manylinux2014_riscv64"],
    ["linux-ppc64le", "manylinux2014_ppc64le"],
    ["linux-s390x", "manylinux2014_s390x"],
    ["linux-loongarch64", "manylinux2014_loongarch64"],
  ])("%s goes down to glibc 2.17, tagged %s", (platform, last) => {
    const tags = platformTags({ ...linux, platform });
    expect(tags.at(-1)).toBe(last);
    expect(tags[1]).toStartWith("manylinux_2_36_");
  });

  test("an architecture without manylinux has its linux_ tag alone", () => {
    expect(platformTags({ ...linux, platform: "linux-mips64" })).toEqual(["linux_mips64"]);
  });

  test("a 32-bit Python of a 64-bit kernel is i686, if its ELF header says so", () => {
    const narrow = { ...linux, pointerBits: 32, glibc: [2, 5] } as const;
    expect(platformTags({ ...narrow, elf: "i686" })).toEqual([
      "linux_i686",
      "manylinux_2_5_i686",
      "manylinux1_i686",
    ]);
    expect(platformTags(narrow)).toEqual(["linux_i686"]);
  });

  test("a 32-bit Python on aarch64 is armv8l, which runs armv7l with hard floats", () => {
    const arm = { ...linux, platform: "linux-aarch64", pointerBits: 32, glibc: [2, 17] } as const;
    expect(platformTags(arm)).toEqual(["linux_armv8l", "linux_armv7l"]);
    expect(platformTags({ ...arm, elf: "armhf" })).toEqual([
      "linux_armv8l",
      "linux_armv7l",
      "manylinux_2_17_armv8l",
      "manylinux2014_armv8l",
      "manylinux_2_17_armv7l",
      "manylinux2014_armv7l",
    ]);
  });

  test("musl counts down its minor versions", () => {
    const { glibc: _, ...others } = linux;
    expect(platformTags({ ...others, musl: [1, 2] })).toEqual([
      "linux_x86_64",
      "musllinux_1_2_x86_64",
      "musllinux_1_1_x86_64",
      "musllinux_1_0_x86_64",
    ]);
  });

  test("the module _manylinux may veto: its function for one glibc, its flags for the old names", () => {
    const old = { ...linux, glibc: [2, 18] } as const;
    const asked = platformTags({
      ...old,
      manylinux: { compatible: { "2_17_x86_64": false }, manylinux1: false },
    });
    expect(asked).toContain("manylinux_2_18_x86_64");
    expect(asked).not.toContain("manylinux_2_17_x86_64");
    expect(asked).not.toContain("manylinux2014_x86_64");
    expect(asked).toContain("manylinux1_x86_64");
    const flagged = platformTags({ ...old, manylinux: { manylinux2014: false } });
    expect(flagged).not.toContain("manylinux_2_17_x86_64");
    expect(flagged).toContain("manylinux_2_16_x86_64");
  });

  test("macOS 11 and newer: one tag per yearly release, and those of Intel before", () => {
    const arm = platformTags({
      system: "Darwin",
      platform: "macosx-11.0-arm64",
      pointerBits: 64,
      macos: { version: [12, 6], machine: "arm64" },
    });
    expect(arm.slice(0, 5)).toEqual([
      "macosx_12_0_arm64",
      "macosx_12_0_universal2",
      "macosx_11_0_arm64",
      "macosx_11_0_universal2",
      "macosx_10_16_universal2",
    ]);
    expect(arm.at(-1)).toBe("macosx_10_4_universal2");
    expect(machinePlatforms("macosx_11_0_x86_64").slice(0, 7)).toEqual([
      "macosx_11_0_x86_64",
      "macosx_11_0_intel",
      "macosx_11_0_fat64",
      "macosx_11_0_fat3",
      "macosx_11_0_universal2",
      "macosx_11_0_universal",
      "macosx_10_16_x86_64",
    ]);
  });

  test.each<[Partial<PlatformFacts>, string[]]>([
    [{ system: "Windows", platform: "win-amd64" }, ["win_amd64"]],
    [{ system: "Windows", platform: "win-arm64" }, ["win_arm64"]],
    [{ system: "FreeBSD", platform: "freebsd-14.0-RELEASE-amd64" }, ["freebsd_14_0_release_amd64"]],
    [
      { system: "Emscripten", platform: "emscripten-4.0.9-wasm32", pyemscripten: "2026_0" },
      ["pyemscripten_2026_0_wasm32", "emscripten_4_0_9_wasm32"],
    ],
    [
      { system: "Android", platform: "android-21-arm64_v8a", androidApi: 17 },
      ["android_17_arm64_v8a", "android_16_arm64_v8a"],
    ],
    [
      {
        system: "iOS",
        platform: "ios-13.0-arm64-iphoneos",
        ios: { version: [12, 1], multiarch: "arm64-iphoneos" },
      },
      ["ios_12_1_arm64_iphoneos", "ios_12_0_arm64_iphoneos"],
    ],
  ])("%p", (facts, expected) => {
    expect(platformTags({ pointerBits: 64, system: "", platform: "", ...facts })).toEqual(expected);
  });
});

describe("machinePlatforms()", () => {
  test.each([
    ["manylinux_2_28_x86_64", 28],
    ["manylinux2014_aarch64", 3],
    ["musllinux_1_2_x86_64", 4],
    ["linux_x86_64", 1],
    ["win_amd64", 1],
    ["android_24_x86_64", 9],
    ["ios_13_0_arm64_iphoneos", 11],
    ["pyemscripten_2025_0_wasm32", 1],
  ])("%s describes a machine with %i platform tags", (tag, count) => {
    const tags = machinePlatforms(tag);
    expect(tags).toHaveLength(count);
    expect(tags).toContain(tag);
    expect(new Set(tags).size).toBe(count);
  });
});

describe("abiTags()", () => {
  const cpython = (minor: number, facts: Partial<AbiFacts> = {}): string[] =>
    abiTags({ implementation: "cpython", python: [3, minor], ...facts });

  test.each<[string[], string[]]>([
    [cpython(12), ["cp312"]],
    [cpython(12, { debug: true }), ["cp312d", "cp312"]],
    [cpython(12, { freeThreaded: true }), ["cp312"]],
    [cpython(14, { freeThreaded: true }), ["cp314t"]],
    [cpython(14, { freeThreaded: true, debug: true }), ["cp314td", "cp314t"]],
    [cpython(7), ["cp37m"]],
    [cpython(7, { pymalloc: false, debug: true }), ["cp37d"]],
    [abiTags({ implementation: "cpython", python: [2, 7], wideUnicode: true }), ["cp27mu"]],
    [abiTags({ implementation: "cpython", python: [2, 7], wideUnicode: false }), ["cp27m"]],
  ])("%p", (found, expected) => {
    expect(found).toEqual(expected);
  });

  test.each([
    ["pypy", ".pypy311-pp73-x86_64-linux-gnu.so", ["pypy311_pp73"]],
    ["graalpy", ".graalpy250-311-native-x86_64-linux.so", ["graalpy250_311_native"]],
    ["pyston", ".pyston-23-x86_64-linux-gnu.so", ["pyston_23_x86_64_linux_gnu"]],
    ["other", ".so", []],
    ["other", undefined, []],
  ])("%s with %p has %p", (implementation, extensionSuffix, expected) => {
    expect(abiTags({ implementation, python: [3, 11], extensionSuffix })).toEqual(expected);
  });

  test("tagPlatform() puts the answers of a probe together", () => {
    const abi = { implementation: "cpython", python: [3, 13] } as const;
    expect(tagPlatform(abi, { system: "Windows", platform: "win32", pointerBits: 32 })).toEqual({
      implementation: "cpython",
      python: [3, 13],
      abis: ["cp313"],
      platforms: ["win32"],
    });
  });
});
