import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { publicVersionText, specifierText } from "./_version-arbitraries.ts";
import { describeRange } from "./describe-range.ts";
import { parseSpecifierSet } from "./specifier-set.ts";
import {
  complement,
  contains,
  emptyRange,
  exactly,
  fullRange,
  intersect,
  union,
} from "./version-range.ts";
import type { VersionRange } from "./version-range.ts";
import { parseVersion } from "./version.ts";

const range = (text: string): VersionRange => parseSpecifierSet(text).range;

describe("describeRange() says it as a person would", () => {
  test.each([
    ["", "any version"],
    ["<0", "no version"],
    [">=1.2,<2", ">=1.2,<2"],
    ["==1.2", "==1.2"],
    ["==1.2.*", "==1.2.*"],
    ["==1.0.*", "==1.0.*"],
    ["==1!3.*", "==1!3.*"],
    ["!=1.5", "!=1.5"],
    [">=1.1,!=1.5,!=1.6.*,<2", ">=1.1,!=1.5,!=1.6.*,<2"],
    [">1.2", ">1.2"],
    ["<=1.2", "<=1.2"],
    ["<1.2rc1", "<1.2rc1"],
    [">1.2.post1,<=1.3.post2", ">1.2.post1,<=1.3.post2"],
    ["~=1.4.2", ">=1.4.2,<1.5"],
    [">=1.2.dev3", ">=1.2.dev3"],
    ["==1.2+cpu", "==1.2+cpu"],
    [">=20250101123456789", ">=20250101123456789"],
  ])("%p as %p", (text, expected) => {
    expect(describeRange(range(text))).toBe(expected);
  });

  test("alternatives are joined by `or`", () => {
    expect(describeRange(union(range("<1"), range(">=2,<3")))).toBe("<1 or >=2,<3");
  });

  test("versions are spelled as the index spells them", () => {
    const known = ["1.0", "1.1.0", "2.0.0"].map(parseVersion);
    expect(describeRange(range(">=1.0,<2.0"), known)).toBe(">=1.0,<2.0.0");
  });

  test("holes and alternatives in which nothing was published are not mentioned", () => {
    const known = ["1.0", "1.2", "2.0"].map(parseVersion);
    expect(describeRange(range(">=1.0,!=1.1,<2"), known)).toBe(">=1.0,<2.0");
    expect(describeRange(union(range("==1.1"), range("==1.2")), known)).toBe("==1.2");
  });

  test("a decision of the solver is told without its complement's inner life", () => {
    const known = ["1.0", "1.1", "1.2"].map(parseVersion);
    expect(describeRange(complement(exactly(parseVersion("1.1"))), known)).toBe("!=1.1");
    expect(describeRange(complement(range(">=1.1")), known)).toBe("<1.1");
    expect(describeRange(complement(range("<=1.1")), known)).toBe(">1.1");
    expect(describeRange(complement(range(">1.1")), known)).toBe("<=1.1");
  });

  test("pre-releases and post-releases that exist are not glossed over", () => {
    const known = ["1.0", "1.0.post1", "1.1rc1", "1.1"].map(parseVersion);
    expect(describeRange(complement(range("<=1.0")), known)).toBe(">=1.0.post1");
    expect(describeRange(complement(range(">=1.1")), known)).toBe("<=1.1rc1");
    expect(describeRange(complement(range(">1.0")), known)).toBe("<=1.0.post1");
    expect(describeRange(complement(range("<1.1")), known)).toBe(">=1.1rc1");
  });

  test("local versions are told apart where an index has them", () => {
    const known = ["1.9", "2.0", "2.0+cpu", "2.1"].map(parseVersion);
    expect(describeRange(complement(exactly(parseVersion("2.0"))), known)).toBe(
      "<2.0 or >=2.0+cpu",
    );
    expect(describeRange(exactly(parseVersion("2.0+cpu")), known)).toBe("==2.0+cpu");
  });

  test("a long list of alternatives is cut", () => {
    const known = Array.from({ length: 20 }, (_, i) => parseVersion(`1.${i}`));
    const every = known
      .filter((_, i) => i % 2 === 0)
      .map(exactly)
      .reduce(union, emptyRange);
    expect(describeRange(every, known)).toBe("==1.0 or ==1.2 or 7 more or ==1.18");
  });
});

test("what it says is true of every known version", () => {
  const anyRange = fc
    .array(fc.array(specifierText, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 })
    .map((alternatives) =>
      alternatives
        .map((specifiers) => specifiers.map(range).reduce(intersect, fullRange))
        .reduce(union, emptyRange),
    )
    .chain((made) => fc.boolean().map((inverted) => (inverted ? complement(made) : made)));
  const known = fc.array(publicVersionText.map(parseVersion), { maxLength: 12 });
  fc.assert(
    fc.property(anyRange, known, (made, versions) => {
      const text = describeRange(made, versions);
      if (text === "no version" || text.includes(" more ") || text.includes("+")) return;
      const said = text
        .split(" or ")
        .map((part) => range(part === "any version" ? "" : part))
        .reduce(union, emptyRange);
      for (const version of versions)
        expect([text, version.text, contains(said, version.key)]).toEqual([
          text,
          version.text,
          contains(made, version.key),
        ]);
    }),
    { numRuns: 500 },
  );
});
