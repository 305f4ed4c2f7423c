import { describe, expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import fc from "fast-check";
import { bytesOf, joined } from "./crafted-zip.ts";
import { readTar, type TarMember } from "./tar.ts";

type Block = {
  readonly name: string;
  readonly type?: string;
  readonly content?: string | Uint8Array;
  readonly target?: string;
  readonly mode?: number;
  readonly size?: number;
  readonly prefix?: string;
  readonly magic?: string;
  /** Raw bytes of the size field. */
  readonly sizeField?: Uint8Array;
};

/** Headers and contents as given, then the two zero blocks. */
function tar(blocks: readonly Block[], end: Uint8Array = new Uint8Array(1024)): Uint8Array {
  return joined([...blocks.flatMap(blockOf), end]);
}

function blockOf(block: Block): Uint8Array[] {
  const header = new Uint8Array(512);
  const content = bytesOf(block.content ?? "");
  const put = (at: number, text: string): void => header.set(bytesOf(text), at);
  put(0, block.name);
  put(100, `${(block.mode ?? 0o644).toString(8).padStart(7, "0")}\0`);
  if (block.sizeField === undefined)
    put(124, `${(block.size ?? content.length).toString(8).padStart(11, "0")}\0`);
  else header.set(block.sizeField, 124);
  put(148, "        ");
  put(156, block.type ?? "0");
  put(157, block.target ?? "");
  put(257, block.magic ?? "ustar\x0000");
  put(345, block.prefix ?? "");
  put(
    148,
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
  );
  return [header, content, new Uint8Array((512 - (content.length % 512)) % 512)];
}

function pax(fields: Readonly<Record<string, string>>, type = "x"): Block {
  const records = Object.entries(fields).map(([key, value]) => {
    const body = bytesOf(` ${key}=${value}\n`);
    let length = body.length + 1;
    while (String(length).length + body.length !== length)
      length = String(length).length + body.length;
    return joined([bytesOf(String(length)), body]);
  });
  return { name: "pax", type, content: joined(records) };
}

function read(bytes: Uint8Array): Record<string, string> {
  const found: Record<string, string> = {};
  for (const member of readTar(bytes, "x.tar.gz")) found[member.name] = shown(member);
  return found;
}

function shown({ kind, content, target }: TarMember): string {
  return kind === "file"
    ? new TextDecoder().decode(content)
    : target === ""
      ? kind
      : `${kind} ${target}`;
}

function problem(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof PkmError) return error.code;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("readTar() reads", () => {
  test("files, folders and links, as spelled", () => {
    const bytes = tar([
      { name: "pkg-1.0/", type: "5", mode: 0o755 },
      { name: "pkg-1.0/PKG-INFO", content: "Name: pkg\n" },
      { name: "pkg-1.0/old-folder/" },
      { name: "pkg-1.0/link", type: "2", target: "PKG-INFO" },
      { name: "pkg-1.0/hard", type: "1", target: "pkg-1.0/PKG-INFO", size: 10 },
      { name: "/absolute", content: "x" },
    ]);
    expect(read(bytes)).toEqual({
      "pkg-1.0": "folder",
      "pkg-1.0/PKG-INFO": "Name: pkg\n",
      "pkg-1.0/old-folder": "folder",
      "pkg-1.0/link": "symlink PKG-INFO",
      "pkg-1.0/hard": "hardlink pkg-1.0/PKG-INFO",
      "/absolute": "x",
    });
    expect([...readTar(bytes, "x")][0]?.mode).toBe(0o755);
  });

  test.each([
    [
      "the prefix of ustar",
      [{ name: "b", prefix: "a".repeat(150), content: "x" }],
      `${"a".repeat(150)}/b`,
    ],
    ["pax", [pax({ path: "ü/long", mtime: "1.5" }), { name: "short", content: "x" }], "ü/long"],
    [
      "GNU's own member",
      [
        { name: "@", type: "L", content: `${"g".repeat(200)}\0` },
        { name: "short", content: "x" },
      ],
      "g".repeat(200),
    ],
  ])("long names by %s", (_, blocks, name) => {
    expect(read(tar(blocks))).toEqual({ [name]: "x" });
  });

  test("the prefix field of GNU tar, which holds times, is no name", () => {
    expect(
      read(tar([{ name: "b", prefix: "14000000000", magic: "ustar  \0", content: "x" }])),
    ).toEqual({ b: "x" });
  });

  test("link targets by pax and GNU, and sizes by pax and base 256", () => {
    const wide = new Uint8Array(12);
    wide[0] = 0x80;
    wide[11] = 3;
    const bytes = tar([
      pax({ linkpath: "far/away" }),
      { name: "a", type: "2", target: "near" },
      { name: "@", type: "K", content: "elsewhere\0" },
      { name: "b", type: "2", target: "near" },
      pax({ size: "3" }),
      { name: "c", content: "abc", size: 0 },
      { name: "d", content: "abc", sizeField: wide },
    ]);
    expect(read(bytes)).toEqual({
      a: "symlink far/away",
      b: "symlink elsewhere",
      c: "abc",
      d: "abc",
    });
  });

  test("what a global header says of nobody in particular", () => {
    expect(read(tar([pax({ comment: "a commit" }, "g"), { name: "a", content: "x" }]))).toEqual({
      a: "x",
    });
  });

  test("an archive without its end blocks", () => {
    expect(read(tar([{ name: "a", content: "x" }], new Uint8Array()))).toEqual({ a: "x" });
  });

  test("what the system's tar made", () => {
    const made = Bun.spawnSync(
      [
        "sh",
        "-c",
        'cd "$(mktemp -d)" && mkdir -p p/q && echo hi > p/q/f && ln -s f p/q/l && tar -cf - p && rm -r "$PWD"',
      ],
      { stdout: "pipe" },
    );
    expect(read(new Uint8Array(made.stdout))).toEqual({
      p: "folder",
      "p/q": "folder",
      "p/q/f": "hi\n",
      "p/q/l": "symlink f",
    });
  });
});

describe("readTar() refuses", () => {
  const a = { name: "a", content: "x" };
  test.each([
    ["a character device", tar([{ name: "tty", type: "3" }]), "archive-unsafe"],
    ["a block device", tar([{ name: "sda", type: "4" }]), "archive-unsafe"],
    ["a pipe", tar([{ name: "pipe", type: "6" }]), "archive-unsafe"],
    ["a sparse file of GNU", tar([{ name: "s", type: "S" }]), "archive-unsafe"],
    ["a sparse file of pax", tar([pax({ "GNU.sparse.major": "1" }), a]), "archive-unsafe"],
    ["one name for all members", tar([pax({ path: "evil" }, "g"), a]), "archive-unsafe"],
    ["an empty name", tar([{ name: "", content: "x" }]), "archive-unsafe"],
    ["a NUL in a name", tar([pax({ path: "a\0b" }), a]), "archive-unsafe"],
    ["data behind the end", joined([tar([a]), tar([{ name: "evil" }])]), "archive-unsafe"],
    ["a wrong checksum", tar([a]).map((byte, i) => (i === 0 ? byte ^ 1 : byte)), "archive-corrupt"],
    ["what is no archive", bytesOf("<html>".repeat(200)), "archive-corrupt"],
    ["a header cut off", tar([a]).subarray(0, 500), "archive-corrupt"],
    [
      "a member cut off",
      tar([{ name: "a", content: "x".repeat(2000) }]).subarray(0, 1500),
      "archive-corrupt",
    ],
    [
      "an extended header for nobody",
      tar([pax({ path: "x" })], new Uint8Array()),
      "archive-corrupt",
    ],
    [
      "an extended header that does not add up",
      tar([{ name: "p", type: "x", content: "99 path=x\n" }, a]),
      "archive-corrupt",
    ],
    ["a size that is no number", tar([{ ...a, sizeField: bytesOf("12x") }]), "archive-corrupt"],
    [
      "a size out of range",
      tar([{ ...a, sizeField: new Uint8Array(12).fill(0xff) }]),
      "archive-corrupt",
    ],
  ] as const)("%s", (_, bytes, code) => {
    expect(problem(() => read(bytes))).toBe(code);
  });

  test("whatever is changed anywhere, without an error of its own", () => {
    const bytes = tar([pax({ path: "ü" }), a, { name: "l", type: "2", target: "a" }]);
    fc.assert(
      fc.property(
        fc.nat(bytes.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.nat(bytes.length),
        (at, change, length) => {
          const damaged = bytes
            .map((byte, i) => (i === at ? byte ^ change : byte))
            .subarray(0, length);
          try {
            read(damaged);
          } catch (error) {
            expect(error).toBeInstanceOf(PkmError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
