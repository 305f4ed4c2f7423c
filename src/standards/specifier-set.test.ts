import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { PkmError } from "#base/errors";
import { specifierText } from "./_version-arbitraries.ts";
import {
  anyVersion,
  filterVersions,
  formatSpecifierSet,
  parseSpecifierSet,
  specifierContains,
  tryParseSpecifierSet,
} from "./specifier-set.ts";
import { fullRange } from "./version-range.ts";
import { parseVersion } from "./version.ts";

describe("specifierContains() draws the borders of PEP 440", () => {
  // PyPUG version-specifiers; each line is a specifier, what it admits, and what it does not.
  const table: readonly (readonly [
    specifier: string,
    inside: readonly string[],
    outside: readonly string[],
  ])[] = [
    [">1.7", ["1.7.1.dev1", "1.8"], ["1.7", "1.7.post0.dev0", "1.7.0.post1", "1.7+l"]],
    [">1.7.post2", ["1.7.post3.dev0"], ["1.7.post2", "1.7.post2+l"]],
    [">1.7.dev1", ["1.7a1", "1.7.dev2"], ["1.7.dev1", "1.7.dev1+l"]],
    [">1.7a1", ["1.7a2.dev0"], ["1.7a1", "1.7a1.post1", "1.7a1+l"]],
    ["<1.7", ["1.6", "1.6.post5"], ["1.7", "1.7rc1", "1.7.dev1"]],
    ["<1.7rc1", ["1.7b1", "1.7rc1.dev1"], ["1.7rc1", "1.7"]],
    ["<1.7.post1", ["1.7", "1.7+l", "1.7.post0", "1.7rc1"], ["1.7.post1", "1.7.post1.dev1"]],
    ["<=1.7", ["1.7", "1.7+l"], ["1.7.post1"]],
    [">=1.7", ["1.7", "1.7+l", "1.7.post1"], ["1.7rc1"]],
    ["==1.7", ["1.7", "1.7+l", "1.7.0"], ["1.7.post1", "1.7rc1"]],
    ["==1.7+l", ["1.7+l"], ["1.7", "1.7+l.1"]],
    ["==1.7+ubuntu-1", ["1.7+ubuntu.1"], ["1.7+ubuntu.2"]],
    ["!=1.7", ["1.7.post1"], ["1.7", "1.7+l"]],
    ["!=1.7+l", ["1.7"], ["1.7+l"]],
    [
      "==1.7.*",
      ["1.7", "1.7rc1", "1.7.dev0", "1.7.post1", "1.7+l", "1.7.99"],
      ["1.70", "1!1.7", "1.8.dev0"],
    ],
    ["!=1.7.*", ["1.8.dev0", "1.6"], ["1.7rc1", "1.7.5"]],
    ["==1.7.0.*", ["1.7", "1.7.0.5"], ["1.7.1"]],
    ["~=1.7", ["1.7", "1.99"], ["1.6", "2.0", "2.0.dev1", "2.0a1"]],
    ["~=1.7.post1", ["1.9", "1.7.post1"], ["1.7"]],
    ["~=1.7.0", ["1.7.5"], ["1.8.dev0", "1.8"]],
    ["~=1!2.3", ["1!2.4"], ["2.4", "1!3"]],
    ["==v1.7", ["1.7"], ["1.8"]],
    [">=01.07", ["1.7"], ["1.6"]],
    ["===1.0", ["1.0"], ["1.0.0", " 1.0", "1.0+l"]],
    ["===Foo", ["foo", "FOO"], ["foo1"]],
    ["", ["1.0", "1.0a1", "not a version"], []],
    [">=1", [], ["not a version"]],
    [">=1,<2,!=1.5", ["1.4", "1.5.1"], ["1.5", "2"]],
  ];
  for (const [specifier, inside, outside] of table)
    test(`\`${specifier}\``, () => {
      const set = parseSpecifierSet(specifier);
      for (const version of inside)
        expect([version, specifierContains(set, version)]).toEqual([version, true]);
      for (const version of outside)
        expect([version, specifierContains(set, version)]).toEqual([version, false]);
    });

  test("a single pre-release is admitted unless it is refused", () => {
    const set = parseSpecifierSet(">=1");
    expect(specifierContains(set, "2a1")).toBe(true);
    expect(specifierContains(set, "2a1", { prereleases: false })).toBe(false);
    expect(specifierContains(set, parseVersion("2a1"), { prereleases: true })).toBe(true);
  });
});

describe("what is no specifier", () => {
  test.each([
    "~=1",
    "==1.0a1.*",
    ">=1.7+l",
    "==1.7.dev1.*",
    "~=1.0.*",
    ">=1.*",
    "==1.*.*",
    "=1",
    "1.0",
    "=>1",
    ">=",
    ">= 1 0",
    ">=1 <2",
    "~=1!2",
    "==*",
    "===a b",
    "===a;b",
    "===a)",
    ">=dev",
  ])("%p is refused", (text) => {
    expect(tryParseSpecifierSet(text)).toBeUndefined();
    expect(() => parseSpecifierSet(text)).toThrow(PkmError);
  });

  test("the error points at the member that is wrong", () => {
    expect(() => parseSpecifierSet(">=1, ~=2, <3")).toThrow(
      expect.objectContaining({
        code: "invalid-specifier",
        why: "`~=` needs a release of at least two numbers",
        excerpt: "  >=1, ~=2, <3\n       ^^^",
      }),
    );
  });
});

describe("filterVersions() takes pre-releases only when nothing else fits", () => {
  test.each([
    ["", ["1.0", "2.0a1"], ["1.0"]],
    ["", ["2.0a1"], ["2.0a1"]],
    [">1.0", ["1.0", "2.0rc1"], ["2.0rc1"]],
    [">=1.0,!=2.0a1", ["1.0", "2.0a2"], ["1.0"]],
    ["<2.0.dev0", ["1.0", "1.5a1"], ["1.0", "1.5a1"]],
    [">=2.0a1", ["2.0a1", "2.0", "3.0.dev1"], ["2.0a1", "2.0", "3.0.dev1"]],
    ["==1.0.*", ["1.0a1"], ["1.0a1"]],
    [">=1", ["1.0.0", "junk", "1.0"], ["1.0.0", "1.0"]],
    ["", ["junk", "1a1"], ["junk", "1a1"]],
    ["", ["junk", "1a1", "1"], ["junk", "1"]],
  ])("%p of %p is %p", (specifier, versions, expected) => {
    expect(filterVersions(parseSpecifierSet(specifier), versions)).toEqual(expected);
  });

  test("the caller may decide", () => {
    const set = parseSpecifierSet(">=1");
    expect(filterVersions(set, ["1.0", "2.0a1"], true)).toEqual(["1.0", "2.0a1"]);
    expect(filterVersions(set, ["2.0a1"], false)).toEqual([]);
    expect(filterVersions(parseSpecifierSet(">=2a1"), ["2.0a1"], false)).toEqual([]);
  });
});

describe("sets of specifiers", () => {
  test("are printed sorted, each member once, as written", () => {
    expect(formatSpecifierSet(parseSpecifierSet(" >= 2, <3 ,!=2.5.0,>=2,"))).toBe("!=2.5.0,<3,>=2");
    expect(formatSpecifierSet(parseSpecifierSet("==1.0,==1,==v1,~=1.0,~=1.0.0,===1,===1.0"))).toBe(
      "==1,===1,===1.0,~=1.0,~=1.0.0",
    );
    expect(formatSpecifierSet(anyVersion)).toBe("");
  });

  test("read back as they were printed", () => {
    fc.assert(
      fc.property(fc.array(specifierText, { maxLength: 4 }), (specifiers) => {
        const set = parseSpecifierSet(specifiers.join(" , "));
        const again = parseSpecifierSet(formatSpecifierSet(set));
        expect(again.range).toEqual(set.range);
        expect(formatSpecifierSet(again)).toBe(formatSpecifierSet(set));
      }),
    );
  });

  test("without members admit everything", () => {
    expect(parseSpecifierSet("").range).toBe(fullRange);
    expect(parseSpecifierSet(" , ").range).toBe(fullRange);
  });

  test.each([
    [">=1a1", true],
    ["!=1a1", false],
    ["==1.0.*", false],
    ["<2.dev0,>=1", true],
    ["===1rc1", true],
    ["===junk", false],
    ["~=1.0a1", true],
  ])("%p asks for pre-releases: %p", (text, expected) => {
    expect(parseSpecifierSet(text).asksForPrereleases).toBe(expected);
  });

  test("an arbitrary text narrows the range to the version it spells, if it spells one", () => {
    expect(parseSpecifierSet("===1.0").range).toHaveLength(2);
    expect(parseSpecifierSet("===junk").range).toHaveLength(0);
    expect(parseSpecifierSet("===junk").arbitrary).toEqual(["junk"]);
  });
});
