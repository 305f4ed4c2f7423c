import { describe, expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import { namedPlatform, platformNames, tryNamedPlatform, withPlatform } from "./target-platform.ts";

describe("namedPlatform() knows the platforms that uv names", () => {
  test.each([
    ["linux", "manylinux_2_28_x86_64", "x86_64", "linux"],
    ["macos", "macosx_13_0_arm64", "arm64", "darwin"],
    ["windows", "win_amd64", "AMD64", "win32"],
    ["aarch64-pc-windows-msvc", "win_arm64", "ARM64", "win32"],
    ["i686-pc-windows-msvc", "win32", "x86", "win32"],
    ["x86_64-unknown-linux-gnu", "manylinux_2_28_x86_64", "x86_64", "linux"],
    ["aarch64-unknown-linux-gnu", "manylinux_2_28_aarch64", "aarch64", "linux"],
    ["x86_64-unknown-linux-musl", "musllinux_1_2_x86_64", "x86_64", "linux"],
    ["riscv64-unknown-linux", "manylinux_2_39_riscv64", "riscv64", "linux"],
    ["x86_64-apple-darwin", "macosx_13_0_x86_64", "x86_64", "darwin"],
    ["x86_64-manylinux2014", "manylinux_2_17_x86_64", "x86_64", "linux"],
    ["aarch64-manylinux_2_28", "manylinux_2_28_aarch64", "aarch64", "linux"],
    ["x86_64-manylinux_2_29", "manylinux_2_29_x86_64", "x86_64", "linux"],
    ["aarch64-linux-android", "android_24_arm64_v8a", "aarch64", "android"],
    ["arm64-apple-ios-simulator", "ios_13_0_arm64_iphonesimulator", "arm64", "ios"],
    ["wasm32-pyodide2025", "pyodide_2025_0_wasm32", "wasm32", "emscripten"],
  ])("%s takes %s wheels, and runs on %s under %s", (name, tag, machine, system) => {
    const { platforms, markers } = namedPlatform(name);
    expect(platforms.find((each) => !each.startsWith("linux_"))).toBe(tag);
    expect([markers.platform_machine, markers.sys_platform]).toEqual([machine, system]);
    expect(markers.os_name).toBe(system === "win32" ? "nt" : "posix");
  });

  test("every name that help lists is known", () => {
    for (const name of platformNames())
      expect(tryNamedPlatform(name)?.platforms.length).toBeGreaterThan(0);
    expect(platformNames()).toHaveLength(46);
  });

  test("the oldest macOS can be chosen", () => {
    expect(namedPlatform("macos", { macos: [11, 0] }).platforms[0]).toBe("macosx_11_0_arm64");
  });

  test("an unknown name is an error that suggests near ones", () => {
    try {
      namedPlatform("x86_64-unknown-linux-gun");
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(PkmError);
      expect((error as PkmError).code).toBe("unknown-platform");
      expect((error as PkmError).fix[0]).toContain("`x86_64-unknown-linux-gnu`");
    }
    expect(tryNamedPlatform("vax-manylinux_2_28")).toBeUndefined();
  });

  test("withPlatform() keeps what the interpreter decides", () => {
    const own = {
      implementation_name: "cpython",
      implementation_version: "3.12.4",
      platform_python_implementation: "CPython",
      python_full_version: "3.12.4",
      python_version: "3.12",
      ...namedPlatform("linux").markers,
    };
    expect(withPlatform(own, namedPlatform("windows"))).toEqual({
      ...own,
      os_name: "nt",
      sys_platform: "win32",
      platform_machine: "AMD64",
      platform_system: "Windows",
    });
  });
});
