import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { anyVersionText, specifierText } from "./_version-arbitraries.ts";
import { parseSpecifierSet } from "./specifier-set.ts";
import {
  complement,
  contains,
  emptyRange,
  exactly,
  fullRange,
  intersect,
  isDisjoint,
  isEmpty,
  isFull,
  isSubset,
  rangeEquals,
  union,
} from "./version-range.ts";
import type { VersionRange } from "./version-range.ts";
import { parseVersion } from "./version.ts";

const range = (text: string): VersionRange => parseSpecifierSet(text).range;

/** Unions of intersections of specifiers: several intervals, open and closed ends, holes. */
const anyRange: fc.Arbitrary<VersionRange> = fc
  .array(fc.array(specifierText, { minLength: 1, maxLength: 2 }), { maxLength: 3 })
  .map((alternatives) =>
    alternatives
      .map((specifiers) => specifiers.map(range).reduce(intersect, fullRange))
      .reduce(union, emptyRange),
  );
const anyKey = anyVersionText.map((text) => parseVersion(text).key);

describe("ranges are sets", () => {
  test("membership follows intersection, union and complement", () => {
    fc.assert(
      fc.property(anyRange, anyRange, anyKey, (a, b, key) => {
        expect(contains(intersect(a, b), key)).toBe(contains(a, key) && contains(b, key));
        expect(contains(union(a, b), key)).toBe(contains(a, key) || contains(b, key));
        expect(contains(complement(a), key)).toBe(!contains(a, key));
      }),
    );
  });

  test("the laws of sets hold, bound by bound", () => {
    fc.assert(
      fc.property(anyRange, anyRange, anyRange, (a, b, c) => {
        const same = (x: VersionRange, y: VersionRange): void =>
          expect(rangeEquals(x, y)).toBe(true);
        same(intersect(a, b), intersect(b, a));
        same(union(a, b), union(b, a));
        same(intersect(a, intersect(b, c)), intersect(intersect(a, b), c));
        same(union(a, union(b, c)), union(union(a, b), c));
        same(intersect(a, union(b, c)), union(intersect(a, b), intersect(a, c)));
        same(complement(complement(a)), a);
        same(complement(intersect(a, b)), union(complement(a), complement(b)));
        same(intersect(a, complement(a)), emptyRange);
        same(union(a, complement(a)), fullRange);
        same(intersect(a, a), a);
      }),
    );
  });

  test("isSubset() and isDisjoint() agree with the algebra", () => {
    fc.assert(
      fc.property(anyRange, anyRange, (a, b) => {
        expect(isSubset(a, b)).toBe(rangeEquals(intersect(a, b), a));
        expect(isDisjoint(a, b)).toBe(isEmpty(intersect(a, b)));
        expect(isSubset(intersect(a, b), a)).toBe(true);
        expect(isSubset(a, union(a, b))).toBe(true);
      }),
    );
  });

  test("bounds rise, so that no interval is empty and none touches the next", () => {
    fc.assert(
      fc.property(anyRange, (a) => {
        expect(a.length % 2).toBe(0);
        for (let i = 1; i < a.length; i++)
          expect((a[i - 1] as string) < (a[i] as string)).toBe(true);
      }),
    );
  });

  test("the full and the empty range are handed on, not copied", () => {
    const some = range(">=1,<2");
    expect(intersect(some, fullRange)).toBe(some);
    expect(intersect(fullRange, some)).toBe(some);
    expect(intersect(some, emptyRange)).toBe(emptyRange);
    expect(intersect(some, range(">=0.5,<3"))).toBe(some);
    expect(union(some, emptyRange)).toBe(some);
  });
});

describe("two spellings of one set have the same bounds", () => {
  test.each([
    [">1.0.post1", ">=1.0.post2.dev0"],
    ["<=1.0", "<1.0.post0"],
    [">1.0.dev1", ">=1.0.dev2"],
    [">1.0a1", ">=1.0a2.dev0"],
    ["<1.0", "<1.0.dev0"],
    ["==1.*", ">=1.dev0,<2"],
    ["~=1.4.2", ">=1.4.2,==1.4.*"],
    ["==1.0", "==1.0.0"],
    [">=0.dev0", ""],
    ["<0", "<0.dev0"],
    ["==1.0,!=1.0", ">2,<1"],
  ])("%p is %p", (a, b) => {
    expect(range(a)).toEqual(range(b));
  });

  test("an interval that holds no version is empty", () => {
    expect(isEmpty(range("<0.dev0"))).toBe(true);
    expect(isEmpty(range(">1.0a1,<1.0a2.dev0"))).toBe(true);
    expect(isEmpty(range(">1.0.dev1,<1.0.dev2"))).toBe(true);
    expect(isFull(range(">=0.dev0"))).toBe(true);
  });

  test("behind a final release and its post-releases there is always room", () => {
    expect(isEmpty(range(">1.0,<1.0.0.0.1"))).toBe(false);
    expect(contains(range(">1.0,<1.0.0.0.1"), parseVersion("1.0.0.0.0.1").key)).toBe(true);
  });
});

test("exactly() holds one version, without its local versions", () => {
  const one = exactly(parseVersion("1.0"));
  for (const [text, expected] of [
    ["1.0", true],
    ["1", true],
    ["1.0+a", false],
    ["1.0.post0.dev0", false],
    ["1.0rc1", false],
  ] as const)
    expect(contains(one, parseVersion(text).key)).toBe(expected);
  const local = exactly(parseVersion("1.0+a"));
  for (const [text, expected] of [
    ["1.0+a", true],
    ["1.0", false],
    ["1.0+a.0", false],
    ["1.0+b", false],
  ] as const)
    expect(contains(local, parseVersion(text).key)).toBe(expected);
  expect(contains(exactly(parseVersion("0.dev0")), parseVersion("0.dev0").key)).toBe(true);
});
