import { describe, expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import { formatWheelFile, parseWheelFile } from "./wheel-file.ts";

describe("parseWheelFile()", () => {
  test("reads the headers; of a repeated one the first counts", () => {
    const text =
      "Wheel-Version: 1.0\r\nWheel-Version: 9.0\r\nGenerator: x (1)\r\nRoot-Is-Purelib: True\r\nTag: py2-none-any\r\nTag: py3-none-any\r\nBuild: 1a\r\n";
    expect(parseWheelFile(text)).toEqual({
      version: [1, 0],
      isNewer: false,
      generator: "x (1)",
      rootIsPurelib: true,
      tags: ["py2-none-any", "py3-none-any"],
      build: "1a",
    });
  });

  test("a newer minor version is read, and said to be newer", () => {
    expect(parseWheelFile("Wheel-Version: 1.9\n")).toMatchObject({
      isNewer: true,
      rootIsPurelib: false,
    });
  });

  test.each([
    ["", "it has no Wheel-Version"],
    ["Wheel-Version: x\n", "Wheel-Version `x` is not of the form `1.0`"],
    ["Wheel-Version: 2.0\n", "found Wheel-Version 2.0, pkm reads 1.0"],
    ["Wheel-Version: 0.1\n", "found Wheel-Version 0.1, pkm reads 1.0"],
  ])("refuses %p: %s", (text, why) => {
    try {
      parseWheelFile(text);
      expect.unreachable();
    } catch (error) {
      expect([(error as PkmError).code, (error as PkmError).why]).toEqual([
        "invalid-wheel-file",
        why,
      ]);
    }
  });
});

test("what is written is read back", () => {
  const text = formatWheelFile({
    generator: "pkm 1",
    rootIsPurelib: false,
    tags: ["cp312-abi3-win32"],
    build: "2",
  });
  expect(text).toBe(
    "Wheel-Version: 1.0\nGenerator: pkm 1\nRoot-Is-Purelib: false\nTag: cp312-abi3-win32\nBuild: 2\n",
  );
  expect(parseWheelFile(text)).toMatchObject({
    generator: "pkm 1",
    tags: ["cp312-abi3-win32"],
    build: "2",
  });
});
