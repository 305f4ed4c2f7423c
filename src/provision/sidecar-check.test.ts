import { describe, expect, test } from "bun:test";
import { type CoreMetadata, parseMetadata } from "#standards/metadata";
import { contradiction } from "./sidecar-check.ts";

const described = (...lines: string[]): CoreMetadata =>
  parseMetadata(
    ["Metadata-Version: 2.1", "Name: demo", "Version: 1.0", ...lines, "", ""].join("\n"),
  );
const needs = (...requirements: string[]): CoreMetadata =>
  described(...requirements.map((text) => `Requires-Dist: ${text}`));

describe("contradiction() finds nothing where a sidecar says the same", () => {
  test.each<readonly [string, CoreMetadata, CoreMetadata]>([
    ["in the same words", needs("a>=1", "b"), needs("a>=1", "b")],
    ["in another order", needs("b", "a"), needs("a", "b")],
    ["twice", needs("a", "a"), needs("a")],
    ["with other spaces and names", needs("A.b (>=1, <2)"), needs("a-b<2,>=1")],
    ["with versions written otherwise", needs("a>=1.0"), needs("a>=1")],
    ["with extras in another order", needs("a[x,y]"), needs("a[y,x]")],
    ["with a marker that means the same", needs("a; os_name=='nt'"), needs('a; "nt"==os_name')],
    [
      "with one marker in two pieces",
      needs("a; python_version<'3.9' or os_name=='nt'"),
      needs("a; os_name=='nt'", "a; python_version<'3.9'"),
    ],
    ["of Python", described("Requires-Python: >=3.9,<4"), described("Requires-Python: <4, >=3.9")],
    ["of any Python", described("Requires-Python: "), described()],
    [
      "of extras",
      described("Provides-Extra: Some_Thing", "Provides-Extra: b"),
      described("Provides-Extra: b", "Provides-Extra: some-thing"),
    ],
    ["and a summary of its own", described("Summary: x"), described("Summary: y")],
    ["with the same mistake", needs("a !! b"), needs("a !! b")],
  ])("%s", (_, sidecar, wheel) => {
    expect(contradiction(sidecar, wheel)).toBeUndefined();
  });
});

describe("contradiction() names the field and both sides of it", () => {
  test.each<readonly [string, CoreMetadata, CoreMetadata, string, string, string]>([
    ["another version", needs("a>=1"), needs("a>=2"), "Requires-Dist", "`a>=1`", "`a>=2`"],
    ["one too few", needs("b"), needs("a", "b"), "Requires-Dist", "not there", "`a`"],
    ["one too many", needs("a", "b"), needs("b"), "Requires-Dist", "`a`", "not there"],
    ["an extra", needs("a[x]"), needs("a"), "Requires-Dist", "`a[x]`", "`a`"],
    [
      "an address",
      needs("a @ https://host.example/a.whl"),
      needs("a"),
      "Requires-Dist",
      "`a @ https://host.example/a.whl`",
      "`a`",
    ],
    [
      "a marker",
      needs("a; os_name=='nt'"),
      needs("a; os_name=='posix'"),
      "Requires-Dist",
      '`a; os_name == "nt"`',
      '`a; os_name == "posix"`',
    ],
    ["a mistake", needs("a !! b"), needs(), "Requires-Dist", "`a !! b`", "not there"],
    [
      "another Python",
      described("Requires-Python: >=3.9"),
      described("Requires-Python: >=3.10"),
      "Requires-Python",
      "`>=3.9`",
      "`>=3.10`",
    ],
    [
      "no Python",
      described(),
      described("Requires-Python: >=3.10"),
      "Requires-Python",
      "not there",
      "`>=3.10`",
    ],
    ["extras", described("Provides-Extra: x"), described(), "Provides-Extra", "`x`", "not there"],
    [
      "many",
      needs("a", "b", "c", "d", "e", "f", "g"),
      needs(),
      "Requires-Dist",
      "`a`, `b`, `c`, `d`, `e` and 2 more",
      "not there",
    ],
  ])("%s", (_, sidecar, wheel, field, said, found) => {
    expect(contradiction(sidecar, wheel)).toEqual({ field, said, found });
  });
});
