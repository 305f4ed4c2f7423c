import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { PkmError } from "#base/errors";
import { anyVersionText } from "./_version-arbitraries.ts";
import {
  baseVersion,
  compareVersions,
  formatVersion,
  isPrerelease,
  parseVersion,
  publicVersion,
  tryParseVersion,
} from "./version.ts";

describe("parseVersion() normalises every spelling that PEP 440 accepts", () => {
  test.each([
    ["1.0-1", "1.0.post1"],
    ["1.0.post", "1.0.post0"],
    ["1.0-r4", "1.0.post4"],
    ["1.0.0rc.1", "1.0.0rc1"],
    ["1.0preview3", "1.0rc3"],
    ["1.0c1", "1.0rc1"],
    ["1.0pre", "1.0rc0"],
    ["00.01", "0.1"],
    ["1.0alpha.0.post.1", "1.0a0.post1"],
    ["1.0alphadev", "1.0a0.dev0"],
    ["1.0a-1", "1.0a1"],
    ["1.0a--1", "1.0a0.post1"],
    ["1.0a-", "1.0a0"],
    ["1.0BETA_2.DEV-3", "1.0b2.dev3"],
    ["1.0rev", "1.0.post0"],
    ["1.0.post--dev1", "1.0.post0.dev1"],
    ["1.0+01", "1.0+1"],
    ["1.0+foo0100", "1.0+foo0100"],
    ["1.0+Ubuntu-1_x", "1.0+ubuntu.1.x"],
    ["v1!2.0", "1!2.0"],
    ["0!1.0", "1.0"],
    [" \t1.0\r\n", "1.0"],
    ["1.0.0", "1.0.0"],
    ["20250101123456789.1", "20250101123456789.1"],
    ["1.0.dev18446744073709551616", "1.0.dev18446744073709551616"],
  ])("%p is %p", (text, normalized) => {
    expect(parseVersion(text).text).toBe(normalized);
  });

  test("numbers beyond 2^53 keep all their digits", () => {
    expect(parseVersion("1.9007199254740993").release).toEqual([1, 9007199254740993n]);
    expect(parseVersion("1.9007199254740991").release).toEqual([1, 9007199254740991]);
  });
});

describe("what is no version", () => {
  test.each([
    "",
    " ",
    "1.0-",
    "1_0",
    "v 1.0",
    "1.0.dev1.post1",
    "1..0",
    ".1",
    "1.",
    "1!",
    "1!2!3",
    "1.0+",
    "1.0+a..b",
    "1.0+a.",
    "1.x",
    "latest",
    "1.0a1b1",
    "1.0prev1",
    "１.0",
    "1.0\u0131",
    "\ufeff1.0",
    `1.${"9".repeat(4301)}`,
    `1.0${"a".repeat(10000)}`,
  ])("%p is refused", (text) => {
    expect(tryParseVersion(text)).toBeUndefined();
    expect(() => parseVersion(text)).toThrow(PkmError);
  });

  test("the error shows the text with a caret under the place", () => {
    expect(() => parseVersion("1.0.dev1.post1")).toThrow(
      expect.objectContaining({
        code: "invalid-version",
        what: "Cannot read `1.0.dev1.post1` as a version",
        excerpt: "  1.0.dev1.post1\n          ^",
      }),
    );
  });
});

describe("the parts of a version", () => {
  test("public and base version leave out what follows them", () => {
    const version = parseVersion("1!2.0a1.post2.dev3+l");
    expect(publicVersion(version)).toBe("1!2.0a1.post2.dev3");
    expect(baseVersion(version)).toBe("1!2.0");
    expect(version).toMatchObject({
      epoch: 1,
      release: [2, 0],
      pre: ["a", 1],
      post: 2,
      dev: 3,
      local: "l",
    });
  });

  test.each([
    ["1.0a1", true],
    ["1.0.dev1", true],
    ["1.0.post1.dev1", true],
    ["1.0.post1", false],
    ["1.0+dev", false],
  ])("isPrerelease(%p) is %p", (text, expected) => {
    expect(isPrerelease(parseVersion(text))).toBe(expected);
  });
});

describe("the order of versions", () => {
  // PyPUG version-specifiers, summary of permitted suffixes and relative ordering.
  const rising = [
    "0.dev0",
    "0",
    "0.0.0.0.1",
    "0.9.9",
    "1.dev0",
    "1.dev1",
    "1.0a1.dev1",
    "1.0a1",
    "1.0a1+l",
    "1.0a1.post1",
    "1.0a2.dev0",
    "1.0a2",
    "1.0a10",
    "1.0b1",
    "1.0rc1",
    "1.0",
    "1.0+abc",
    "1.0+abc.5",
    "1.0+abcd",
    "1.0+5",
    "1.0+5.a",
    "1.0+5.0",
    "1.0+10",
    "1.0.post0.dev0",
    "1.0.post0",
    "1.0.post1.dev1",
    "1.0.post1",
    "1.0.0.1.dev0",
    "1.0.1",
    "1.1",
    "1.9",
    "1.10",
    "1.9007199254740992",
    "1.9007199254740993",
    "1.10000000000000000000",
    "1.100000000000000000000000000000000000000000000000000000000000",
    "1.1000000000000000000000000000000000000000000000000000000000000",
    "2",
    "10",
    "1!0.dev0",
    "1!0.1",
    "2!0",
  ];

  test("each of the list sorts behind the one before it", () => {
    for (const [i, text] of rising.entries())
      for (const [j, other] of rising.entries())
        expect([
          text,
          other,
          Math.sign(compareVersions(parseVersion(text), parseVersion(other))),
        ]).toEqual([text, other, Math.sign(i - j)]);
  });

  test("trailing zeros and spelling make no difference", () => {
    for (const [a, b] of [
      ["1", "1.0.0"],
      ["0", "0.0"],
      ["1!1", "1!1.0"],
      ["1.0a1", "1.alpha1"],
      ["1.0+a-1", "1+A.01"],
    ] as const)
      expect(compareVersions(parseVersion(a), parseVersion(b))).toBe(0);
  });

  test("the order of versions is the order of their keys, total and transitive", () => {
    fc.assert(
      fc.property(anyVersionText, anyVersionText, anyVersionText, (x, y, z) => {
        const [a, b, c] = [x, y, z].map(parseVersion).sort(compareVersions) as [
          never,
          never,
          never,
        ];
        expect(compareVersions(a, b)).toBeLessThanOrEqual(0);
        expect(compareVersions(b, c)).toBeLessThanOrEqual(0);
        expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
        expect(compareVersions(c, a)).toBe(-compareVersions(a, c) + 0);
      }),
    );
  });
});

test("what is printed reads back as the same version", () => {
  fc.assert(
    fc.property(anyVersionText, (text) => {
      const version = parseVersion(text);
      expect(parseVersion(version.text)).toEqual(version);
      expect(formatVersion(version)).toBe(version.text);
    }),
  );
});
