import { describe, expect, test } from "bun:test";
import { refusal } from "#base/refusal";
import {
  evaluateMarker,
  evaluateMarkerLeniently,
  formatMarker,
  parseMarker,
  tryParseMarker,
} from "./marker.ts";
import type { MarkerEnvironment, MarkerOptions, MarkerValues } from "./marker.ts";

const linux: MarkerEnvironment = {
  implementation_name: "cpython",
  implementation_version: "3.12.4",
  os_name: "posix",
  platform_machine: "x86_64",
  platform_python_implementation: "CPython",
  platform_release: "6.1.0-18-amd64",
  platform_system: "Linux",
  platform_version: "#1 SMP Debian 6.1.76",
  python_full_version: "3.12.4",
  python_version: "3.12",
  sys_platform: "linux",
};

describe("parseMarker", () => {
  test.each([
    ["os.name=='nt'", 'os_name == "nt"'],
    ["sys.platform == 'x'", 'sys_platform == "x"'],
    ["platform.version == 'x'", 'platform_version == "x"'],
    ["platform.machine == 'x'", 'platform_machine == "x"'],
    ["platform.python_implementation == 'x'", 'platform_python_implementation == "x"'],
    ["python_implementation=='PyPy'", 'platform_python_implementation == "PyPy"'],
    ["os_name in'x'or os_name=='y'", 'os_name in "x" or os_name == "y"'],
    ["os_name not\tin 'x'", 'os_name not in "x"'],
    ["'linux' == sys_platform", '"linux" == sys_platform'],
    ["os_name === 'x'", 'os_name === "x"'],
    [`os_name == 'a"b'`, `os_name == 'a"b'`],
    ["extra == 'A_b'", 'extra == "a-b"'],
    ["'A_B' in extras", '"a-b" in extras'],
    ["'Dev' not in dependency_groups", '"dev" not in dependency_groups'],
    ["(os_name == 'a')", 'os_name == "a"'],
    ["(os_name == 'a' and os_name == 'b')", 'os_name == "a" and os_name == "b"'],
    [
      "((os_name=='a' or os_name=='b')) and os_name=='c'",
      '(os_name == "a" or os_name == "b") and os_name == "c"',
    ],
    [
      "os_name=='a' and os_name=='b' or os_name=='c'",
      'os_name == "a" and os_name == "b" or os_name == "c"',
    ],
  ])("reads %p, which is written %p", (text, written) => {
    const marker = parseMarker(text);
    expect(formatMarker(marker)).toBe(written);
    expect(parseMarker(written)).toEqual(marker);
  });

  test.each([
    ["", 0, "expected a marker variable or quoted text"],
    ["os_name", 7, "expected an operator"],
    ["os_name == ", 11, "expected a marker variable or quoted text"],
    ["os_name == 'x", 11, "this quote is never closed"],
    ["os_name == 'x\ny'", 11, "quoted text must stay on one line"],
    ["nothing == 'x'", 0, "`nothing` is no marker variable"],
    ["platform.release == 'x'", 0, "`platform.release` is no marker variable"],
    ["os_name = 'x'", 8, "expected an operator"],
    ["os_name not 'x'", 12, "expected `in` after `not`"],
    ["(os_name == 'x'", 0, "this parenthesis is never closed"],
    ["os_name == 'x')", 14, "expected `and`, `or` or the end"],
    ["os_name == 'x' andos_name == 'y'", 15, "expected `and`, `or` or the end"],
    ["os_name == 'x' or", 17, "expected a marker variable or quoted text"],
    ["os_name == 'x'\n", 14, "expected `and`, `or` or the end"],
    ["os_name == 'x' == 'y'", 15, "expected `and`, `or` or the end"],
  ])("refuses %p at %i: %s", (text, place, why) => {
    const error = refusal(() => parseMarker(text));
    expect(error.code).toBe("invalid-marker");
    expect(error.why).toStartWith(why);
    const line = text.slice(0, place).includes("\n") ? 0 : place;
    expect(error.excerpt?.split("\n")[1]?.indexOf("^")).toBe(line + 2);
    expect(tryParseMarker(text)).toBeUndefined();
  });

  test("begins in the middle of a text, and shows all of it when it fails", () => {
    const text = "requests; os_name == nothing";
    expect(refusal(() => parseMarker(text, 9)).excerpt).toBe(
      `  ${text}\n  ${" ".repeat(21)}${"^".repeat(7)}`,
    );
  });

  test("refuses nesting that would exhaust the stack", () => {
    const deep = `${"(".repeat(100_000)}os_name == 'x'${")".repeat(100_000)}`;
    expect(refusal(() => parseMarker(deep)).why).toContain("nested deeper");
  });

  test("a marker built by hand gets the parentheses it needs", () => {
    const a = parseMarker("os_name == 'a'");
    const either = { kind: "or", parts: [a, a] } as const;
    const both = { kind: "and", parts: [either, a] } as const;
    const written = formatMarker(both);
    expect(written).toBe('(os_name == "a" or os_name == "a") and os_name == "a"');
    expect(formatMarker(parseMarker(written))).toBe(written);
  });
});

describe("evaluateMarker", () => {
  // The vectors of the reference, executed against `packaging` 26.3.
  test.each([
    ["sys_platform >= 'linux'", true],
    ["sys_platform > 'a'", false],
    ["python_version > '3.12'", false],
    ["python_full_version == '3.12.4'", true],
    ["python_version == '3.12.4'", false],
    ["python_version == '3.12.*'", true],
    ["'3.12.*' == python_version", false],
    ["'3.8' <= python_version", true],
    ["platform_release >= '6'", false],
    ["'SMP' in platform_version", true],
    ["os_name in 'posix,nt'", true],
    ["os_name not in 'nt'", true],
    ["python_version in '2.7 3.12'", true],
    ["python_version >= 'dev'", false],
    ["python_version === '3.12'", true],
    ["python_version < '=3.12'", true],
    ["os_name == 'nt' or (sys_platform == 'linux' and platform_machine == 'x86_64')", true],
    ["os_name == 'posix' and sys_platform == 'linux' or os_name == 'nt'", true],
    ["extra == 'a'", false],
    ["extra != 'a'", true],
    ["os_name == sys_platform", false],
  ])("%s is %p on a Linux machine", (text, expected) => {
    expect(evaluateMarker(parseMarker(text), linux)).toBe(expected);
  });

  test.each([
    ["python_version ~= '3'", "undefined-marker-comparison"],
    ["os_name ~= 'posix'", "undefined-marker-comparison"],
    ["os_name === 'posix'", "undefined-marker-comparison"],
    ["os_name == 'nt' and os_name ~= 'x'", "undefined-marker-comparison"],
    ["os_name == 'posix' or os_name ~= 'x'", "undefined-marker-comparison"],
    ["'a' == 'b'", "undefined-marker-name"],
    ["'x' in extras", "undefined-marker-name"],
  ])("%s is an error: %s", (text, code) => {
    expect(refusal(() => evaluateMarker(parseMarker(text), linux)).code).toBe(code);
  });

  const cases: readonly (readonly [string, MarkerValues, MarkerOptions, boolean | string])[] = [
    ["extra == 'A.b'", {}, { extras: ["a-b"] }, true],
    ["extra == 'a' and extra == 'b'", {}, { extras: ["a", "b"] }, true],
    ["extra == 'a' and extra == 'b'", {}, { extras: ["a"] }, false],
    ["extra != 'a'", {}, { extras: ["a", "b"] }, false],
    ["'a' == extra", {}, { extras: ["b", "a"] }, true],
    ["extra == 'a'", { extra: "A" }, { context: "requirement" }, true],
    ["extra == 'a'", {}, { context: "requirement" }, "undefined-marker-name"],
    ["extra == 'a'", {}, { context: "lock_file" }, "undefined-marker-name"],
    ["'a' in extras", {}, { context: "lock_file" }, false],
    ["'a' in extras", {}, { context: "lock_file", extras: ["A"] }, true],
    ["'a' not in extras", { extras: ["b"] }, { context: "lock_file" }, true],
    ["'dev' in dependency_groups", {}, { context: "lock_file", dependencyGroups: ["dev"] }, true],
    ["'dev' == dependency_groups", {}, { context: "lock_file" }, false],
    ["extras == 'a'", {}, { context: "lock_file" }, "undefined-marker-comparison"],
    ["os_name == 'x'", { os_name: undefined as unknown as string }, {}, "undefined-marker-name"],
    ["python_full_version == '3.13.0+local'", { python_full_version: "3.13.0+" }, {}, true],
    ["'x' == 'toString'", {}, {}, "undefined-marker-name"],
  ];
  for (const [text, values, options, expected] of cases)
    test(`${text} with ${JSON.stringify(values)}, ${JSON.stringify(options)}: ${expected}`, () => {
      const marker = parseMarker(text);
      const judge = () => evaluateMarker(marker, { ...linux, ...values }, options);
      if (typeof expected === "boolean") expect(judge()).toBe(expected);
      else expect(refusal(judge).code).toBe(expected);
    });
});

describe("evaluateMarkerLeniently", () => {
  test.each([
    ["python_version in '2.7 3.12'", true],
    ["python_version in '2.7, 3.120'", false],
    ["python_version not in '2.7,3.12'", false],
    ["'3.12.*' == python_version", true],
    ["'3.8' < python_version", true],
    ["platform_release >= '6'", false],
    ["platform_release < '6'", false],
    ["platform_machine in 'x86_64 AMD64'", true],
    ["sys_platform >= 'linux'", true],
    ["os_name === 'posix'", true],
  ])("%s is %p, without a warning", (text, expected) => {
    const warnings: string[] = [];
    const warn = (_: unknown, why: string): void => void warnings.push(why);
    expect(evaluateMarkerLeniently(parseMarker(text), linux, { warn })).toBe(expected);
    expect(warnings).toEqual([]);
  });

  test.each([
    [
      "python_version ~= '3' or os_name == 'posix'",
      true,
      "`~=` compares versions, and these are texts",
    ],
    ["os_name > 'a'", false, "`>` compares versions, and these are texts"],
    ["os_name == sys_platform", false, "it compares two variables"],
    ["'a' == 'a'", false, "it compares two texts"],
    ["extra >= 'a'", false, "`extra` can only be compared with `==` and `!=`"],
    ["'3.12' ~= python_version", false, "`~=` needs the version on its right"],
    ["extras == 'a'", false, "`extras` can only stand on the right of `in` and `not in`"],
  ])("%s is %p, as a part without meaning is false: %s", (text, expected, warning) => {
    const warnings: string[] = [];
    const warn = (_: unknown, why: string): void => void warnings.push(why);
    expect(evaluateMarkerLeniently(parseMarker(text), linux, { warn })).toBe(expected);
    expect(warnings).toEqual([warning]);
  });

  test("extra asks whether a name is among all that were asked for", () => {
    const both = parseMarker("extra == 'a' and extra == 'b' and extra != 'c'");
    expect(evaluateMarkerLeniently(both, linux, { extras: ["a", "b"] })).toBe(true);
    expect(evaluateMarkerLeniently(both, linux, { extras: ["a", "b", "c"] })).toBe(false);
    expect(evaluateMarkerLeniently(both, linux)).toBe(false);
  });
});
