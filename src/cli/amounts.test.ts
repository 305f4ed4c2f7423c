import { describe, expect, test } from "bun:test";
import { parseSize, size, time } from "./amounts.ts";

describe("amounts for people", () => {
  test.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1.0 KiB"],
    [5 * 1024 ** 2 + 300 * 1024, "5.3 MiB"],
    [3 * 1024 ** 4, "3.0 TiB"],
    [5000 * 1024 ** 4, "5000.0 TiB"],
  ])("%p bytes are %p", (bytes, text) => {
    expect(size(bytes)).toBe(text);
  });

  test.each([
    [0.4, "0 ms"],
    [999, "999 ms"],
    [1000, "1.0 s"],
    [61_240, "61.2 s"],
  ])("%p milliseconds are %p", (milliseconds, text) => {
    expect(time(milliseconds)).toBe(text);
  });
});

describe("parseSize()", () => {
  test.each([
    ["0", 0],
    ["512", 512],
    ["512B", 512],
    ["1k", 1024],
    ["1 KiB", 1024],
    ["1KB", 1000],
    ["1.5G", 1.5 * 1024 ** 3],
    ["500mb", 500_000_000],
    ["2TiB", 2 * 1024 ** 4],
  ])("reads %p", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(["", "-1", "1.5.2", "10X", "KiB", "1 0", "1iB", "all"])("refuses %p", (text) => {
    expect(parseSize(text)).toBeUndefined();
  });
});
