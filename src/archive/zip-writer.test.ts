import { describe, expect, test } from "bun:test";
import { RealInflate } from "#platform/real/inflate";
import fc from "fast-check";
import { bytesOf, joined } from "./crafted-zip.ts";
import type { NewMember } from "./new-member.ts";
import { writeZip } from "./zip-writer.ts";
import { openZip } from "./zip.ts";

const inflate = new RealInflate();

function written(members: readonly NewMember[], time = 0): Uint8Array {
  return joined([...writeZip(members, time, inflate)]);
}

const contents = fc.dictionary(
  fc.stringMatching(/^[a-zé文\u{1F40D}]{1,9}(\/[a-z]{1,200}){0,2}$/u),
  fc.uint8Array({ maxLength: 2000 }),
  { maxKeys: 12, noNullPrototype: true },
);

describe("writeZip()", () => {
  test("writes what the strict reader reads, members in their order", () => {
    fc.assert(
      fc.property(contents, (tree) => {
        // One name may lie below another in such a tree; an archive of a real one has no such pair.
        const names = Object.keys(tree);
        fc.pre(!names.some((name) => names.some((other) => other.startsWith(`${name}/`))));
        const members = Object.entries(tree).map(([name, content]) => ({
          name,
          mode: 0o755,
          content,
        }));
        const archive = openZip(written(members), "x.whl", inflate);
        expect(archive.members.map(({ name }) => name)).toEqual(members.map(({ name }) => name));
        for (const [i, member] of archive.members.entries())
          expect(archive.content(member)).toEqual((members[i] as NewMember).content);
      }),
    );
  });

  test("gives the same bytes for the same members, and puts the time into every header", () => {
    const members = [{ name: "a", mode: 0o644, content: bytesOf("content") }];
    const time = Date.UTC(2024, 1, 29, 12, 34, 57) / 1000;
    const bytes = written(members, time);
    expect(written(members, time)).toEqual(bytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    expect(view.getUint16(10, true)).toBe((12 << 11) | (34 << 5) | 28);
    expect(view.getUint16(12, true)).toBe((44 << 9) | (2 << 5) | 29);
  });

  test.each([
    ["before 1980", 0, (1 << 5) | 1],
    ["after 2107", 5e9, (127 << 9) | (12 << 5) | 31],
  ])("brings a time %s into the years of a zip file", (_, time, day) => {
    const bytes = written([{ name: "a", mode: 0o644, content: bytesOf("") }], time);
    expect(new DataView(bytes.buffer, bytes.byteOffset).getUint16(12, true)).toBe(day);
  });

  test("counts more members than the old end record can", () => {
    const nothing = new Uint8Array();
    const members = Array.from({ length: 70_000 }, (_, i) => ({
      name: `f${i}`,
      mode: 0o644,
      content: nothing,
    }));
    const archive = openZip(written(members), "x.whl", inflate);
    expect(archive.members).toHaveLength(70_000);
  });
});
