import { describe, expect, test } from "bun:test";
import { RealInflate } from "#platform/real/inflate";
import fc from "fast-check";
import { bytesOf } from "./crafted-zip.ts";
import type { NewMember } from "./new-member.ts";
import { writeGzip, writeTar } from "./tar-writer.ts";
import { readTar } from "./tar.ts";

const inflate = new RealInflate();

const members = fc.array(
  fc.record({
    name: fc.stringMatching(/^[a-zé文\u{1F40D}]{1,120}(\/[a-z]{1,40}){0,3}$/u),
    mode: fc.constantFrom(0o644, 0o755),
    content: fc.uint8Array({ maxLength: 1500 }),
  }),
  { maxLength: 8 },
);

describe("writeTar()", () => {
  test("writes what the strict reader reads, long names and names of any script included", () => {
    fc.assert(
      fc.property(members, fc.nat(), (tree, time) => {
        const read = [...readTar(writeTar(tree, time), "x.tar.gz")];
        expect(read.map(({ name, mode, content }) => ({ name, mode, content }))).toEqual(tree);
      }),
    );
  });

  test.each([98, 99, 100, 101, 102, 255])("keeps a name of %d characters", (length) => {
    const name = "n".repeat(length);
    const bytes = writeTar([{ name, mode: 0o644, content: bytesOf("x") }], 0);
    expect([...readTar(bytes, "x.tar.gz")].map((member) => member.name)).toEqual([name]);
    expect(bytes.length % 10_240).toBe(0);
  });

  test("refuses a number that its field cannot hold", () => {
    const member: NewMember = { name: "a", mode: 0o644, content: bytesOf("") };
    expect(() => writeTar([member], 8 ** 11)).toThrow(RangeError);
  });
});

describe("writeGzip()", () => {
  test("writes what unpacks to the same, with the time in its header", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), fc.nat(), (content, time) => {
        const packed = writeGzip(content, time, inflate);
        expect(inflate.gunzip(packed, 5000)).toEqual(content);
        expect(new DataView(packed.buffer).getUint32(4, true)).toBe(time);
        expect(writeGzip(content, time, inflate)).toEqual(packed);
      }),
    );
  });
});
