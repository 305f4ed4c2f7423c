import { describe, expect, test } from "bun:test";
import { craftZip } from "#archive/crafted-zip";
import { readZipDirectorySync, type ZipDirectory } from "#archive/zip-directory";
import { refusal } from "#base/refusal";
import { parseRecord, type RecordEntry } from "#standards/record";
import fc from "fast-check";
import { type FileRow, matchRows, promisedHash, promisesSha256 } from "./record-rows.ts";

const distInfo = "demo-1.0.dist-info";
const record = `${distInfo}/RECORD`;
const digest = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
const matched = (text: string, archive: ZipDirectory) =>
  matchRows(text, archive, distInfo, "demo-1.0-py3-none-any.whl");

function archiveOf(paths: readonly string[]): ZipDirectory {
  const members = paths.map((name, at) => ({
    name,
    // Few sizes, so that rows differ by their paths alone.
    content: name.endsWith("/") ? "" : "x".repeat((at % 2) * 12),
  }));
  return readZipDirectorySync(craftZip(members), "demo-1.0-py3-none-any.whl");
}

const entryOf = (row: FileRow | undefined): RecordEntry | undefined =>
  typeof row === "string" ? parseRecord(row)[0] : row;

describe("matchRows()", () => {
  // How producers spell a row, and how nobody should.
  const spellings: readonly ((path: string, size: number) => string)[] = [
    (path, size) => `${path},sha256=${digest},${size}`,
    (path, size) => `"${path.replaceAll('"', '""')}",sha256=${digest},${size}`,
    (path, size) => `${path},sha256=${digest}=,${size}`,
    (path, size) => `${path},SHA256=${digest},${size}`,
    (path, size) => `${path},sha512=${digest},${size}`,
    (path, size) => `${path},sha256=${digest.slice(1)},${size}`,
    (path, size) => `${path},sha256=${digest.slice(1)},,${size}`,
    (path, size) => `${path},sha256=${digest},0${size}`,
    (path, size) => `${path},sha256=${digest},${size + 1}`,
    (path, size) => `${path},sha256=${digest},${size},more`,
    (path) => `${path},sha256=${digest},`,
    (path) => `${path},,`,
  ];
  const path = fc.constantFrom(
    "a.py",
    "b.py",
    "c.py",
    "a.pyc",
    "a/b.py",
    "a/c.py",
    "g/",
    "h/i",
    "é",
    "a/c,d",
    'a/"e"',
    "a,sha256=f",
  );
  const change = fc.oneof(
    { weight: 2, arbitrary: fc.constant("none" as const) },
    fc.constantFrom("twice", "gone", "swapped" as const),
    fc.nat(spellings.length - 1),
  );

  test("finds what a reader finds who takes every row apart, however they are spelled and ordered", () => {
    const recipe = fc.record({
      paths: fc.uniqueArray(path, { maxLength: 7 }),
      changes: fc.array(fc.tuple(fc.nat(6), change), { maxLength: 2 }),
      own: fc.option(fc.nat(7)),
      feed: fc.constantFrom("\n", "\r\n"),
      end: fc.constantFrom("", "\n", "\n\n", "\nelsewhere.py,,", "\nlast.py,sha256=x,"),
    });
    fc.assert(
      fc.property(recipe, ({ paths, changes, own, feed, end }) => {
        const archive = archiveOf([...paths, record]);
        const spelled = archive.members.filter(({ folder, name }) => !folder && name !== record);
        const lines = spelled.map(
          ({ name, size }) => spellings[/[,"]/.test(name) ? 1 : 0]?.(name, size) ?? "",
        );
        for (const [at, what] of changes) {
          const member = spelled[at];
          const line = lines[at];
          if (member === undefined || line === undefined) continue;
          if (typeof what === "number")
            lines[at] = spellings[what]?.(member.name, member.size) ?? "";
          else if (what === "twice") lines.push(line);
          else if (what === "gone") lines.splice(at, 1);
          else if (what === "swapped") lines.unshift(...lines.splice(at, 1));
        }
        if (own !== null) lines.splice(own, 0, `${record},,`);
        const text = (lines.join("\n") + end).replaceAll("\n", feed);
        let entries: readonly RecordEntry[];
        try {
          entries = parseRecord(text);
        } catch (error) {
          expect(refusal(() => matched(text, archive)).message).toBe((error as Error).message);
          return;
        }
        const isFile = (name: string): boolean => archive.find(name)?.folder === false;
        let found: ReturnType<typeof matched>;
        try {
          found = matched(text, archive);
        } catch {
          const paired = Map.groupBy(entries, (entry) => entry.path);
          expect([...paired.values()].some((same) => new Set(same.map(said)).size > 1)).toBe(true);
          return;
        }
        for (const { name, folder, place, size } of archive.members) {
          if (folder || name === record) continue;
          const row = found.rows[place];
          const entry = entryOf(row);
          expect(entry).toEqual(entries.findLast(({ path: same }) => same === name));
          if (typeof row === "string")
            expect([row, entry?.hash?.digest.length]).toEqual([
              `${name},sha256=${entry?.hash?.digest},${size}`,
              43,
            ]);
        }
        expect([...found.others].sort()).toEqual(
          [...new Set(entries.map((entry) => entry.path).filter((one) => !isFile(one)))].sort(),
        );
      }),
      { numRuns: 3000 },
    );
  });

  test("leaves rows the text that they are where they come in the order of the archive", () => {
    const rows = [`a.py,sha256=${digest},0`, `b/c.py,sha256=${digest},12`];
    const archive = archiveOf(["a.py", "b/c.py", record]);
    for (const text of [
      `${rows.join("\n")}\n${record},,\n`,
      `${rows.join("\r\n")}\r\n${record},,\r\n`,
      `${record},,\n${rows.join("\n")}`,
      rows.join("\n"),
    ])
      expect(matched(text, archive).rows.slice(0, 2)).toEqual(rows);
  });

  test.each([
    ["a comma in its path", "a,b.py", `a,b.py,sha256=${digest},0`],
    ["a comma in its digest", "a.py", `a.py,sha256=${digest.slice(1)},,0`],
    ["another digest than its length allows", "a.py", `a.py,sha256=${digest}A,0`],
    ["a size with zeros before it", "a.py", `a.py,sha256=${digest},00`],
    ["another size", "a.py", `a.py,sha256=${digest},10`],
    ["the path of another file", "a.py", `b.py,sha256=${digest},0`],
    ["another algorithm", "a.py", `a.py,sha512=${digest},0`],
    ["quotes", "a.py", `"a.py",sha256=${digest},0`],
  ])("takes a row with %s apart", (_, name, row) => {
    const archive = archiveOf([name, record]);
    try {
      expect(typeof matched(`${row}\n`, archive).rows[0]).not.toBe("string");
    } catch (error) {
      expect((error as Error).message).toBe(refusal(() => parseRecord(row)).message);
    }
  });

  test("does not take a signature of RECORD for a file, listed or not", () => {
    const archive = archiveOf([`${record}.jws`, record]);
    const row = `${record}.jws,sha256=${digest},0`;
    expect(entryOf(matched(`${row}\n`, archive).rows[0])).toEqual(parseRecord(row)[0]);
    expect(typeof matched(`${row}\n`, archive).rows[0]).toBe("object");
  });
});

test("a row promises the same as text and taken apart", () => {
  const text = `a.py,sha256=${digest},0`;
  const [entry] = parseRecord(text);
  for (const row of [text, entry as RecordEntry]) {
    expect(promisedHash(row)).toEqual({ algorithm: "sha256", digest });
    expect(promisesSha256(row, "a.py", digest)).toBe(true);
    expect(promisesSha256(row, "a.py", digest.toLowerCase())).toBe(false);
  }
  expect(
    promisesSha256({ path: "a", hash: { algorithm: "sha512", digest }, size: 0 }, "a", digest),
  ).toBe(false);
});

function said(entry: RecordEntry): string {
  return JSON.stringify([entry.hash?.digest, entry.size]);
}
