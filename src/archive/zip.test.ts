import { describe, expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import { refusal } from "#base/refusal";
import { RealInflate } from "#platform/real/inflate";
import fc from "fast-check";
import { deflateRawSync } from "node:zlib";
import {
  bytesOf,
  craftZip,
  crcOf,
  type CraftedArchive,
  type CraftedMember,
  extraField,
  fields,
  joined,
} from "./crafted-zip.ts";
import { unsafeName } from "./member-path.ts";
import type { RandomAccess } from "./random-access.ts";
import { readZipDirectory, type ZipLimits, zipLimits } from "./zip-directory.ts";
import { openZip, readZipMember } from "./zip.ts";

const inflate = new RealInflate();

function open(bytes: Uint8Array, limits?: ZipLimits): Record<string, string> {
  const archive = openZip(bytes, "x.whl", inflate, limits);
  const found: Record<string, string> = {};
  for (const member of archive.members)
    found[member.folder ? `${member.name}/` : member.name] = new TextDecoder().decode(
      archive.content(member),
    );
  return found;
}

const deflated = (
  name: string,
  content: string,
  more: Partial<CraftedMember> = {},
): CraftedMember => ({
  name,
  content,
  deflated: new Uint8Array(deflateRawSync(content)),
  ...more,
});

describe("openZip() reads", () => {
  test("stored and deflated members, folders, and an empty archive", () => {
    const bytes = craftZip([
      { name: "pkg/" },
      { name: "pkg/a.py", content: "a = 1\n" },
      deflated("pkg/b.py", "b = 2\n".repeat(50)),
      deflated("empty", ""),
    ]);
    expect(open(bytes)).toEqual({
      "pkg/": "",
      "pkg/a.py": "a = 1\n",
      "pkg/b.py": "b = 2\n".repeat(50),
      empty: "",
    });
    expect(open(craftZip([]))).toEqual({});
  });

  test("names in UTF-8 and the permission bits", () => {
    const archive = openZip(
      craftZip([{ name: "ü/日本.py", content: "x", mode: 0o100755 }]),
      "x.whl",
      inflate,
    );
    expect(archive.members[0]).toMatchObject({ name: "ü/日本.py", mode: 0o100755, size: 1 });
  });

  test("members whose directory is in another order than the archive", () => {
    const bytes = craftZip([
      { name: "a", content: "1" },
      { name: "b", content: "2" },
    ]);
    const directory = bytes.length - 22 - 2 * 47;
    const swapped = joined([
      bytes.subarray(0, directory),
      bytes.subarray(directory + 47, directory + 94),
      bytes.subarray(directory, directory + 47),
      bytes.subarray(directory + 94),
    ]);
    expect(open(swapped)).toEqual({ b: "2", a: "1" });
  });

  test.each([
    ["signed, 32 bits", [4, 0x08074b50], 4],
    ["unsigned, 32 bits", undefined, 4],
    ["signed, 64 bits", [4, 0x08074b50], 8],
    ["unsigned, 64 bits", undefined, 8],
  ] as const)("what was written as a stream, with a descriptor %s", (_, signature, width) => {
    const content = bytesOf("streamed");
    const after = fields(
      ...(signature === undefined ? [] : [signature]),
      [4, crcOf(content)],
      [width, 8],
      [width, 8],
    );
    const both = { flags: 0x808 };
    const local = { crc32: 0, size: 0, compressedSize: 0 };
    expect(open(craftZip([{ name: "a", content, after, both, local }, { name: "b" }]))).toEqual({
      a: "streamed",
      b: "",
    });
  });

  test("zip64, at the end and in the members", () => {
    const local = {
      size: 0xffffffff,
      compressedSize: 0xffffffff,
      extra: extraField(1, fields([8, 1], [8, 1])),
    };
    const central = {
      ...local,
      offset: 0xffffffff,
      extra: extraField(1, fields([8, 1], [8, 1], [8, 0])),
    };
    expect(open(craftZip([{ name: "a", content: "x", local, central }], { zip64: true }))).toEqual({
      a: "x",
    });
  });

  test("whatever a faithful writer wrote", () => {
    const name = fc.stringMatching(/^[a-z]{1,8}(\/[a-zA-Z0-9_.é-]{1,3}x)?$/);
    const files = fc.dictionary(name, fc.uint8Array({ maxLength: 300 }));
    fc.assert(
      fc.property(files, fc.boolean(), fc.boolean(), (tree, packed, zip64) => {
        const names = Object.keys(tree);
        fc.pre(!names.some((one) => names.some((other) => other.startsWith(`${one}/`))));
        const members = Object.entries(tree).map(([path, content]) => ({
          name: path,
          content,
          ...(packed ? { deflated: new Uint8Array(deflateRawSync(content)) } : {}),
        }));
        const archive = openZip(craftZip(members, { zip64 }), "x.whl", inflate);
        for (const member of archive.members)
          expect([...archive.content(member)]).toEqual([...(tree[member.name] as Uint8Array)]);
        expect(archive.members.length).toBe(members.length);
      }),
      { numRuns: 100 },
    );
  });
});

describe("openZip() refuses", () => {
  const a: CraftedMember = { name: "a", content: "hello" };
  const unsafe: readonly (readonly [string, readonly CraftedMember[], CraftedArchive?])[] = [
    ["an absolute path", [{ name: "/etc/passwd" }]],
    ["a path that leaves the folder", [{ name: "../evil" }]],
    ["a path that leaves it further in", [{ name: "a/../../evil" }]],
    ["`..` at the end", [{ name: "a/.." }]],
    ["a `.` part", [{ name: "./a" }]],
    ["an empty part", [{ name: "a//b" }]],
    ["a drive letter", [{ name: "C:evil" }]],
    ["a drive letter with slash", [{ name: "c:/evil" }]],
    ["a backslash", [{ name: "a\\b" }]],
    ["a UNC path", [{ name: "\\\\server\\share" }]],
    ["a NUL", [{ name: "a\0.py" }]],
    ["a control character", [{ name: "a\nb" }]],
    ["an empty name", [{ name: "" }]],
    ["a name that is not UTF-8", [{ name: "a", both: { name: Uint8Array.of(0xff, 0xfe) } }]],
    ["a name that does not say it is UTF-8", [{ name: "ü", both: { flags: 0 } }]],
    ["a symbolic link", [{ name: "link", content: "/etc/passwd", mode: 0o120777 }]],
    ["a device", [{ name: "null", mode: 0o020666 }]],
    ["a pipe", [{ name: "pipe", mode: 0o010644 }]],
    ["a folder by its mode and a file by its name", [{ name: "a", mode: 0o040755 }]],
    ["a folder with content", [{ name: "a/", content: "x", mode: 0 }]],
    ["an encrypted member", [{ ...a, both: { flags: 0x801 } }]],
    ["masked headers", [{ ...a, both: { flags: 0x2800 } }]],
    ["an unusual compression", [{ ...a, both: { method: 12 } }]],
    ["a name twice", [a, a]],
    ["a name twice, once as a folder", [{ name: "a/" }, a]],
    ["a file that is a folder as well", [a, { name: "a/b" }]],
    ["a file that is a folder as well, the other way round", [{ name: "a/b/c" }, { name: "a/b" }]],
    ["another name in the local header", [{ ...a, local: { name: "b" } }]],
    [
      "the same name in the local header, in another encoding",
      [{ name: "ü", local: { name: Uint8Array.of(0xfc), flags: 0 } }],
    ],
    ["another name of another length", [{ ...a, local: { name: "another" } }]],
    ["another size in the local header", [{ ...a, local: { size: 4 } }]],
    ["another packed size in the local header", [{ ...a, local: { compressedSize: 4 } }]],
    ["another checksum in the local header", [{ ...a, local: { crc32: 1 } }]],
    ["another compression in the local header", [{ ...a, local: { method: 8 } }]],
    ["a descriptor announced in one header only", [{ ...a, local: { flags: 0x808 } }]],
    ["a missing descriptor", [{ ...a, both: { flags: 0x808 } }]],
    [
      "a descriptor that lies",
      [{ ...a, both: { flags: 0x808 }, after: fields([4, 1], [4, 5], [4, 5]) }],
    ],
    ["a stored member with two sizes", [{ ...a, both: { size: 9 } }]],
    [
      "an extra field twice",
      [{ ...a, both: { extra: joined([extraField(9, a1()), extraField(9, a1())]) } }],
    ],
    ["extra fields that do not add up", [{ ...a, central: { extra: Uint8Array.of(1, 0, 9, 0) } }]],
    ["a second name in an extra field", [{ ...a, central: { extra: extraField(0x7075, a1()) } }]],
    ["a member that is not in the directory", [{ ...a, hidden: true }, { name: "b" }]],
    ["data before the first member", [a], { before: bytesOf("#!/bin/sh\n") }],
    ["data between members", [{ ...a, after: bytesOf("gap") }, { name: "b" }]],
    ["data before the directory", [a], { beforeDirectory: bytesOf("gap") }],
    ["data behind the directory", [a], { beforeEnd: bytesOf("gap") }],
    ["data behind the end", [a], { after: bytesOf("gap") }],
    ["a comment", [a], { after: bytesOf("hi"), end: { commentLength: 2 } }],
    ["a second archive behind the first", [a], { after: craftZip([{ name: "evil" }]) }],
    ["members that overlap", [a, { name: "b", content: "x", central: { offset: 3 } }]],
    ["two members on one place", [a, { ...a, name: "b", central: { offset: 0 } }]],
    ["more members than counted", [a, { name: "b" }], { end: { count: 1 } }],
    ["several volumes", [a], { end: { disk: 1 } }],
    ["end records that disagree", [a], { zip64: { count: 1 }, end: { count: 2 } }],
  ];

  test.each(unsafe.map(([title, members, archive]) => [title, members, archive ?? {}] as const))(
    "%s",
    (_, members, archive) => {
      const error = refusal(() => open(craftZip(members, archive)));
      expect([error.code, error.what.startsWith("Cannot ")]).toEqual(["archive-unsafe", true]);
      expect(error.why).toBeString();
    },
  );

  const corrupt: readonly (readonly [string, () => Uint8Array])[] = [
    ["an empty file", () => new Uint8Array()],
    ["what is no zip file", () => bytesOf("<html>404</html>".repeat(9))],
    ["an archive cut off", () => craftZip([a]).subarray(0, -30)],
    ["a beginning that is missing", () => craftZip([a]).map((byte, i) => (i < 4 ? 0 : byte))],
    ["a wrong checksum", () => craftZip([{ ...a, both: { crc32: 7 } }])],
    ["changed content", () => craftZip([a]).map((byte, i) => (i === 31 ? byte ^ 1 : byte))],
    [
      "a deflate stream that is none",
      () => craftZip([{ name: "a", content: "x", deflated: bytesOf("junk") }]),
    ],
    [
      "a deflate stream that holds more",
      () => craftZip([deflated("a", "long", { both: { size: 3 } })]),
    ],
    [
      "a deflate stream that holds less",
      () => craftZip([deflated("a", "long", { both: { size: 5 } })]),
    ],
    [
      "data behind a deflate stream",
      () => {
        const padded = joined([new Uint8Array(deflateRawSync("x")), bytesOf("smuggled")]);
        return craftZip([{ name: "a", content: "x", deflated: padded }]);
      },
    ],
    ["zip64 sizes without their field", () => craftZip([{ ...a, central: { size: 0xffffffff } }])],
  ];

  test.each(corrupt)("%s", (_, make) => {
    expect(refusal(() => open(make())).code).toBe("archive-corrupt");
  });

  test("every archive cut off anywhere, or with one byte changed in its directory, without an error of its own", () => {
    const bytes = craftZip([a, deflated("pkg/b", "b".repeat(100)), { name: "c/" }]);
    const truth = open(bytes);
    for (let length = 0; length < bytes.length; length++)
      refusal(() => open(bytes.subarray(0, length)));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = bytes.map((byte, i) => (i === at ? byte ^ change : byte));
        let found: unknown;
        try {
          found = open(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(PkmError);
          return;
        }
        // Times, versions and permissions do not change what is read.
        expect(found).toEqual(truth);
      }),
      { numRuns: 500 },
    );
  });

  test("names by the same rules, whether they are read together or one by one", () => {
    const part = fc.constantFrom(
      "a",
      "b.py",
      ".",
      "..",
      "...",
      ".x",
      "",
      "c:",
      "é",
      "\n",
      "\\",
      "\x7f",
      "~",
      '"',
    );
    const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
    const names = fc.uniqueArray(name, { minLength: 1, maxLength: 4, selector: foldersAlike });
    fc.assert(
      fc.property(
        names,
        fc.constantFrom("", "long".repeat(999), "long".repeat(1025)),
        (spelled, long) => {
          fc.pre(!spelled.some((one) => spelled.some((other) => other.startsWith(`${one}/`))));
          const all = long === "" ? spelled : [...spelled, long];
          const open = (): readonly string[] =>
            openZip(craftZip(all.map((one) => ({ name: one }))), "x.whl", inflate).members.map(
              ({ name: read, folder }) => (folder ? `${read}/` : read),
            );
          const unsafe = all.find((one) => unsafeName(one) !== undefined);
          if (unsafe === undefined) expect(open()).toEqual([...all]);
          else expect(refusal(open).why).toBe(unsafeName(unsafe));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("bombs, before a byte of them is unpacked", () => {
    const content = new Uint8Array(3_000_000);
    const bomb = craftZip([
      { name: "a", content, deflated: new Uint8Array(deflateRawSync(content)) },
    ]);
    const limits = { ...zipLimits, ratioFrom: 1_000_000 };
    const error = refusal(() => openZip(bomb, "x.whl", inflate, limits));
    expect(error.code).toBe("archive-unsafe");
    expect(error.why).toBe("archives of this size shrink at most 50 times");
    expect(
      refusal(() => openZip(bomb, "x.whl", inflate, { ...zipLimits, size: 2_999_999 })).code,
    ).toBe("archive-unsafe");
    expect(refusal(() => openZip(bomb, "x.whl", inflate, { ...zipLimits, members: 0 })).code).toBe(
      "archive-unsafe",
    );
  });

  test("a bomb that declares little, at the declared size", () => {
    const content = new Uint8Array(50_000_000);
    const bomb = craftZip([
      {
        name: "a",
        content: "",
        deflated: new Uint8Array(deflateRawSync(content)),
        both: { size: 100 },
      },
    ]);
    const error = refusal(() => open(bomb));
    expect(error.what).toBe("Cannot read `x.whl`: `a` cannot be unpacked to 100 bytes");
  });
});

describe("caseCollisions", () => {
  test("names what falls together where case is folded, files and folders alike", () => {
    const names = ["pkg/Readme", "pkg/README", "Pkg/other", "é", "e\u0301", "fine"];
    const archive = openZip(craftZip(names.map((name) => ({ name }))), "x.whl", inflate);
    expect(archive.caseCollisions()).toEqual([
      ["pkg/Readme", "pkg/README"],
      ["pkg", "Pkg"],
      ["é", "e\u0301"],
    ]);
  });
});

describe("readZipDirectory() and readZipMember()", () => {
  function counted(bytes: Uint8Array): RandomAccess & { reads: number; bytesRead: number } {
    return {
      size: bytes.length,
      reads: 0,
      bytesRead: 0,
      async read(offset, length) {
        if (offset < 0 || length < 0 || offset + length > bytes.length)
          throw new Error("out of bounds");
        this.reads++;
        this.bytesRead += length;
        return bytes.slice(offset, offset + length);
      },
    };
  }

  test("fetch a small directory in one read and one member in another", async () => {
    const big = { name: "big", content: new Uint8Array(200_000) };
    const source = counted(craftZip([big, deflated("x.dist-info/METADATA", "Name: x\n")]));
    const directory = await readZipDirectory(source, "x.whl");
    const member = directory.find("x.dist-info/METADATA");
    if (member === undefined) throw new Error("no METADATA");
    const content = await readZipMember(source, directory, member, "x.whl", inflate);
    expect(new TextDecoder().decode(content)).toBe("Name: x\n");
    expect(source.reads).toBe(2);
    expect(source.bytesRead).toBeLessThan(17_000);
  });

  test("fetch a large directory in two reads, and a member behind long extra fields in two", async () => {
    const many = Array.from({ length: 2000 }, (_, i) => ({ name: `folder/member-${i}` }));
    const padded = {
      name: "last",
      content: "found",
      local: { extra: extraField(0xcafe, new Uint8Array(5000)) },
    };
    const source = counted(craftZip([padded, ...many]));
    const directory = await readZipDirectory(source, "x.whl");
    expect(source.reads).toBe(2);
    const member = directory.find("last");
    if (member === undefined) throw new Error("no member");
    expect(await readZipMember(source, directory, member, "x.whl", inflate)).toEqual(
      bytesOf("found"),
    );
    expect(source.reads).toBe(4);
  });

  test("check the local header as well", async () => {
    const source = counted(craftZip([{ name: "a", content: "x", local: { name: "b" } }]));
    const directory = await readZipDirectory(source, "x.whl");
    const read = readZipMember(source, directory, directory.members[0] as never, "x.whl", inflate);
    expect(await read.catch((error: unknown) => error)).toMatchObject({ code: "archive-unsafe" });
  });
});

function foldersAlike(name: string): string {
  return name.replace(/\/$/, "");
}

function a1(): Uint8Array {
  return Uint8Array.of(1);
}
