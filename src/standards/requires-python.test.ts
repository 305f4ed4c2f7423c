import { describe, expect, test } from "bun:test";
import { parseRequiresPython } from "./requires-python.ts";
import { formatSpecifierSet, specifierContains } from "./specifier-set.ts";

describe("parseRequiresPython() repairs what indexes have published", () => {
  test.each([
    [">=3.8", ">=3.8"],
    [">=7.2<8", "<8,>=7.2"],
    [">=2.7 !=3.0.*", "!=3.0.*,>=2.7"],
    ["!=~5.0,>=4.12", "!=5.0.*,>=4.12"],
    ["!=~5", "!=5.*"],
    [">=1.9.*", ">=1.9"],
    [">=2.7,!=3.0.*,<3.4.*", "!=3.0.*,<3.4,>=2.7"],
    [">=2.7,!=3.0*,!=3.1*", "!=3.0.*,!=3.1.*,>=2.7"],
    ["~=3.7.*", "~=3.7"],
    [">=3.6,", ">=3.6"],
    [">dev", ">0.0.0.dev0"],
    [">=9.0.0a1.0", ">=9.0.0a1"],
    [">= '2.7'", ">=2.7"],
    ['>="3.6"', ">=3.6"],
    [">=2.7, !=3.1.*', !=3.3.*'", "!=3.1.*,!=3.3.*,>=2.7"],
    [">=1.3.0,<1.4.0',", "<1.4.0,>=1.3.0"],
    ["", ""],
  ])("%p means %p", (text, expected) => {
    const set = parseRequiresPython(text);
    expect(set === undefined ? undefined : formatSpecifierSet(set)).toBe(expected);
    expect(set?.text).toBe(text);
  });

  test.each(["three", "3.8", ">=", ">=3.8 or so"])("%p says nothing about Python", (text) => {
    expect(parseRequiresPython(text)).toBeUndefined();
  });

  test("a repaired text decides as the author meant it", () => {
    const set = parseRequiresPython(">=3.6.*,<4");
    expect(set === undefined ? undefined : specifierContains(set, "3.6.0")).toBe(true);
  });
});
