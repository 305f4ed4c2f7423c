import { describe, expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import { parseWheelFilename, tryParseWheelFilename, wheelTags } from "./wheel-filename.ts";

describe("parseWheelFilename() reads what installers meet", () => {
  test("name, version, build and tags", () => {
    expect(
      parseWheelFilename("Foo.Bar-01.0rc1-2abc-cp312.cp313-abi3-manylinux_2_17_x86_64.whl"),
    ).toMatchObject({
      name: "foo-bar",
      version: { text: "1.0rc1" },
      build: [2, "abc"],
      pythonTags: ["cp312", "cp313"],
      abiTags: ["abi3"],
      platformTags: ["manylinux_2_17_x86_64"],
    });
  });

  test.each([
    ["a-1-py3-none-any.whl", []],
    ["a-1-01-py3-none-any.whl", [1, ""]],
    ["a-1-1_2-py3-none-any.whl", [1, "_2"]],
    ["a-1-99999999999999999999x-py3-none-any.whl", [99999999999999999999n, "x"]],
  ] as const)("the build tag of %p is %p", (text, build) => {
    expect(parseWheelFilename(text).build).toEqual(build);
  });

  test("a wheel claims every combination of its tags, in lower case", () => {
    expect(wheelTags(parseWheelFilename("a-1-PY2.py3-none.abi3-any.win32.whl"))).toEqual([
      "py2-none-any",
      "py2-none-win32",
      "py2-abi3-any",
      "py2-abi3-win32",
      "py3-none-any",
      "py3-none-win32",
      "py3-abi3-any",
      "py3-abi3-win32",
    ]);
  });

  test("what was read for one file does not leak into the next", () => {
    const first = parseWheelFilename("a-1.0-py3-none-any.whl");
    const second = parseWheelFilename("b-1.0.0-py3-none-any.whl");
    expect([first.name, second.name].map(String)).toEqual(["a", "b"]);
    expect([first.version.text, second.version.text]).toEqual(["1.0", "1.0.0"]);
  });

  test("a local version is escaped with `_`", () => {
    expect(parseWheelFilename("a-1.0+l_1-py3-none-any.whl").version.text).toBe("1.0+l.1");
  });
});

describe("what is no wheel's name", () => {
  test.each([
    ["a-1-py3-none-any.zip", "it does not end in `.whl`", 0],
    ["a.whl", "it has 1 part between dashes, a wheel's name has five or six", 0],
    ["a-1-py3-none.whl", "it has 4 parts between dashes, a wheel's name has five or six", 0],
    [
      "a-b-1-2-py3-none-any.whl",
      "it has 7 parts between dashes, a wheel's name has five or six",
      0,
    ],
    ["a__b-1-py3-none-any.whl", "a name has letters, digits, `.` and single `_` here", 0],
    ["-1-py3-none-any.whl", "a name has letters, digits, `.` and single `_` here", 0],
    ["abc-x-py3-none-any.whl", "`x` is not a version", 4],
    ["abc-1-x-py3-none-any.whl", "a build tag begins with a digit", 6],
    ["abc-1-py3..py2-none-any.whl", "a tag is empty", 6],
    ["abc-1-py3--any.whl", "a tag is empty", 10],
    // A variant (PEP 817, draft) looks like a wheel with build tag: it is skipped, not guessed.
    ["abc-1-py3-none-any-label.whl", "a build tag begins with a digit", 6],
    [
      "abc-1-3-none-any.whl",
      "a Python tag begins with a letter and has letters, digits and `_`",
      6,
    ],
    ["abc-1-1/../x-py3-none-any.whl", "a file name has no slashes and no control characters", 7],
    ["abc-1-py3-none-any\n.whl", "a file name has no slashes and no control characters", 18],
  ])("%p: %s", (text, why, at) => {
    expect(tryParseWheelFilename(text)).toBeUndefined();
    try {
      parseWheelFilename(text);
      throw new Error("it was accepted");
    } catch (error) {
      expect(error).toBeInstanceOf(PkmError);
      const { excerpt, code } = error as PkmError;
      expect(code).toBe("invalid-wheel-filename");
      expect((error as PkmError).why).toBe(why);
      expect((excerpt as string).split("\n").at(-1)?.indexOf("^")).toBe(at + 2);
    }
  });
});
