import { describe, expect, test } from "bun:test";
import { craftZip } from "#archive/crafted-zip";
import { RealInflate } from "#platform/real/inflate";
import { archiveMembers, firstDifference } from "./archive-members.ts";
import { craftTar, type CraftedMember } from "./crafted-tar.ts";

const inflate = new RealInflate();
const tar = (...members: CraftedMember[]): Uint8Array => inflate.gzip(craftTar(members));
const difference = (a: Uint8Array, b: Uint8Array): string | undefined =>
  firstDifference(a, b, "demo-1.0.tar.gz", inflate);

describe("archiveMembers()", () => {
  test("are those of a tar file, folders with a slash", () => {
    const members = archiveMembers(
      tar({ name: "demo-1.0", type: "5" }, { name: "demo-1.0/a.py", content: "a" }),
      "demo-1.0.tar.gz",
      inflate,
    );
    expect(members.map(({ name }) => name)).toEqual(["demo-1.0/", "demo-1.0/a.py"]);
  });

  test("are those of a wheel, with the time that zip files have", () => {
    const [member] = archiveMembers(
      craftZip([{ name: "demo.py", content: "x = 1\n" }]),
      "demo-1.0-py3-none-any.whl",
      inflate,
    );
    expect(member?.name).toBe("demo.py");
    expect(member?.time).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  });
});

describe("firstDifference()", () => {
  const a = { name: "d/a.py", content: "one\ntwo\n" };
  const b = { name: "d/b.py", content: "b" };
  test.each<[string, CraftedMember[], CraftedMember[], string | undefined]>([
    ["nothing", [a, b], [a, b], undefined],
    ["a member of the first", [a, b], [a], "`d/b.py` is in the first build alone"],
    ["a member of the second", [a], [a, b], "`d/b.py` is in the second build alone"],
    ["the order", [a, b], [b, a], "the order: member 1 is `d/a.py`, then `d/b.py`"],
    ["a byte", [a], [{ ...a, content: "one\ntoo\n" }], "`d/a.py` has another byte 5 (line 2)"],
    ["a length", [a], [{ ...a, content: "one" }], "`d/a.py` has another byte 3 (line 1)"],
    ["a mode", [a], [{ ...a, mode: 0o755 }], "`d/a.py` has another mode: 644, then 755"],
    [
      "a time",
      [a],
      [{ ...a, modified: 1 }],
      "`d/a.py` has another time: 2023-11-14T22:13:20.000Z, then 1970-01-01T00:00:01.000Z",
    ],
  ])("names %s", (_, first, second, expected) => {
    expect(difference(tar(...first), tar(...second))).toBe(expected);
  });

  test("names the packing when the members are the same", () => {
    const packed = tar(a);
    const other = new Uint8Array(packed);
    // The operating system that packed it.
    other[9] = (packed[9] as number) ^ 1;
    expect(difference(packed, other)).toStartWith("byte 9 of the archive");
    other[4] = (packed[4] as number) ^ 1;
    expect(difference(packed, other)).toStartWith("the time in the header of gzip");
  });
});
