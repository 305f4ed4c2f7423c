import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { PkmError } from "#base/errors";
import { formatRecord, parseRecord } from "./record.ts";
import type { RecordEntry } from "./record.ts";

const digest = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

describe("parseRecord()", () => {
  test.each<[string, RecordEntry[]]>([
    ["", []],
    ["\n\r\n", []],
    [
      `a/b.py,sha256=${digest},12\na-1.dist-info/RECORD,,\n`,
      [
        { path: "a/b.py", hash: { algorithm: "sha256", digest }, size: 12 },
        { path: "a-1.dist-info/RECORD", hash: undefined, size: undefined },
      ],
    ],
    [`a,SHA256=${digest}=,0`, [{ path: "a", hash: { algorithm: "sha256", digest }, size: 0 }]],
    [
      '"a,b ""c"".py",,\r\nd',
      [
        { path: 'a,b "c".py', hash: undefined, size: undefined },
        { path: "d", hash: undefined, size: undefined },
      ],
    ],
    ['"a\nb",,\n', [{ path: "a\nb", hash: undefined, size: undefined }]],
    ["\ufeffa,,\n", [{ path: "a", hash: undefined, size: undefined }]],
  ])("reads %p", (text, entries) => {
    expect(parseRecord(text)).toEqual(entries);
  });

  test.each([
    ["a,,\n,,\n", "line 2 names no file"],
    ["a,sha256,1\n", "line 1 has `sha256`, which is no `algorithm=digest`"],
    [`a,sha256=${digest},x\n`, "line 1 has `x` for a size"],
    [`a,sha256=${digest},-1\n`, "line 1 has `-1` for a size"],
    ['a,,\n"b\nc",,\n"d', "line 4 has a quote that is never closed"],
  ])("refuses %p: %s", (text, why) => {
    try {
      parseRecord(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(PkmError);
      expect((error as PkmError).what).toBe(`Cannot read RECORD: ${why}`);
    }
  });
});

test("what is written is read back, sorted", () => {
  const entry = fc.record({
    path: fc
      .string({ minLength: 1 })
      .filter((path) => path !== "\ufeff" && !path.startsWith("\ufeff")),
    hash: fc.option(
      fc.record({
        algorithm: fc.constantFrom("sha256", "sha512"),
        digest: fc.base64String().map((text) => text.replaceAll("=", "")),
      }),
      { nil: undefined },
    ),
    size: fc.option(fc.nat(), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.uniqueArray(entry, { selector: ({ path }) => path }), (entries) => {
      const text = formatRecord(entries);
      const again = parseRecord(text);
      expect(again.toSorted(byPath)).toEqual(entries.toSorted(byPath));
      expect(formatRecord(again)).toBe(text);
    }),
  );
});

function byPath(a: RecordEntry, b: RecordEntry): number {
  return a.path < b.path ? -1 : 1;
}

test("a RECORD reads alike with and without quotes, and with the line ends of either system", () => {
  const paths = fc.array(fc.stringMatching(/^[a-z./_-]{1,12}$/), { maxLength: 6 });
  fc.assert(
    fc.property(paths, fc.constantFrom("\n", "\r\n"), fc.boolean(), (names, end, isLast) => {
      const rows = (quote: string): string =>
        names.map((name) => `${quote}${name}${quote},sha256=abc,12`).join(end) +
        (isLast ? end : "");
      expect(parseRecord(rows(""))).toEqual(parseRecord(rows('"')));
      expect(parseRecord(rows("")).map(({ path }) => path)).toEqual(names);
    }),
  );
});
