import { describe, expect, test } from "bun:test";
import { bytesOf, craftZip } from "#archive/crafted-zip";
import { PkmError } from "#base/errors";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { MemoryProcesses } from "#platform/memory/processes";
import { RealInflate } from "#platform/real/inflate";
import { zstdCompressSync } from "node:zlib";
import { craftTar, type CraftedMember } from "./crafted-tar.ts";
import { unpackSdist, type SourceArchive } from "./unpack-sdist.ts";

const inflate = new RealInflate();
const usual: CraftedMember[] = [
  { name: "demo-1.0/", type: "5" },
  { name: "demo-1.0/PKG-INFO", content: "Name: demo\n" },
];

type Trial = Partial<SourceArchive> & {
  readonly members?: readonly CraftedMember[];
  readonly os?: "linux" | "macos" | "windows";
};

async function unpack({ members, os = "linux", ...archive }: Trial): Promise<{
  readonly root: string;
  readonly tree: Record<string, string>;
  readonly files: MemoryFiles;
}> {
  const files = new MemoryFiles();
  files.makeFolders("/home/ada");
  const processes = new MemoryProcesses();
  try {
    const { root } = await unpackSdist(
      {
        filename: "demo-1.0.tar.gz",
        content: { kind: "bytes", bytes: inflate.gzip(craftTar(members ?? usual)) },
        kind: "sdist",
        to: "/home/ada/source",
        ...archive,
      },
      { files, inflate, processes, host: memoryHost({ os }) },
    );
    return { root, tree: treeOf("/home/ada/source", files), files };
  } catch (error) {
    expect(files.list("/home/ada"), "a failure leaves nothing").toEqual([]);
    throw error;
  }
}

function treeOf(root: string, files: MemoryFiles): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (folder: string): void => {
    for (const { name, kind } of files.list(`${root}${folder}`)) {
      const path = `${folder}/${name}`;
      if (kind === "folder") walk(path);
      else
        found[path.slice(1)] =
          kind === "link" ? `-> ${files.readLink(root + path)}` : files.readText(root + path);
    }
  };
  walk("");
  return found;
}

async function refusal(trial: Trial): Promise<string> {
  try {
    await unpack(trial);
  } catch (error) {
    if (error instanceof PkmError) return `${error.code}: ${error.what}`;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("unpackSdist() lays out", () => {
  test("an sdist below its one folder, with links that stay inside", async () => {
    const { root, tree } = await unpack({
      members: [
        ...usual,
        { name: "demo-1.0/src/a.py", content: "a" },
        { name: "demo-1.0/b.py", type: "2", target: "src/a.py" },
        { name: "demo-1.0/src/up", type: "2", target: "../PKG-INFO" },
        { name: "demo-1.0/hard", type: "1", target: "demo-1.0/b.py" },
        { name: "demo-1.0/again", type: "2", target: "src" },
        { name: "demo-1.0/again/c.py", content: "through a link" },
      ],
    });
    expect(root).toBe("/home/ada/source/demo-1.0");
    expect(tree).toEqual({
      "demo-1.0/PKG-INFO": "Name: demo\n",
      "demo-1.0/src/a.py": "a",
      "demo-1.0/src/c.py": "through a link",
      "demo-1.0/src/up": "-> ../PKG-INFO",
      "demo-1.0/again": "-> src",
      "demo-1.0/b.py": "-> src/a.py",
      "demo-1.0/hard": "a",
    });
  });

  test("names with slashes in front below its folder, and the same file twice once", async () => {
    const { tree } = await unpack({
      members: [...usual, ...usual, { name: "///demo-1.0/./x", content: "x" }],
    });
    expect(Object.keys(tree).sort()).toEqual(["demo-1.0/PKG-INFO", "demo-1.0/x"]);
  });

  test.each([
    ["a script", 0o4777, 0o755],
    ["what only its group may run", 0o676, 0o644],
    ["what nobody may read", 0o000, 0o600],
    ["what only its owner may read", 0o400, 0o600],
  ])("%s with clean permissions", async (_, mode, expected) => {
    const { files } = await unpack({ members: [...usual, { name: "demo-1.0/x", mode }] });
    expect(files.tryStat("/home/ada/source/demo-1.0/x")?.mode).toBe(expected);
  });

  test("files with the times they had, none from before zip files had times", async () => {
    const { files } = await unpack({
      members: [
        ...usual,
        { name: "demo-1.0/new", modified: 1_600_000_000 },
        { name: "demo-1.0/old", modified: 0 },
      ],
    });
    expect(files.tryStat("/home/ada/source/demo-1.0/new")?.mtime).toBe(1_600_000_000_000);
    expect(files.tryStat("/home/ada/source/demo-1.0/old")?.mtime).toBe(Date.UTC(1980, 0, 2));
  });

  test("an archive of something else with one folder at its top, or many files", async () => {
    expect((await unpack({ kind: "archive" })).root).toBe("/home/ada/source/demo-1.0");
    const flat = [{ name: "pyproject.toml" }, { name: "demo.py" }];
    expect((await unpack({ kind: "archive", members: flat })).root).toBe("/home/ada/source");
  });

  test.each([
    ["demo-1.0.tar", (bytes: Uint8Array) => bytes],
    ["demo-1.0.TGZ", (bytes: Uint8Array) => inflate.gzip(bytes)],
    ["demo-1.0.tar.zst", (bytes: Uint8Array) => zstdCompressSync(bytes)],
  ])("%s", async (filename, pack) => {
    const content = { kind: "bytes", bytes: pack(craftTar(usual)) } as const;
    expect(Object.keys((await unpack({ filename, content })).tree)).toEqual(["demo-1.0/PKG-INFO"]);
  });
});

describe("unpackSdist() of a zip file", () => {
  const tree = [
    { name: "demo-main/" },
    { name: "demo-main/pyproject.toml", content: "" },
    { name: "demo-main/run.sh", content: "#!/bin/sh\n", mode: 0o100755 },
  ];
  const zip = (members: Parameters<typeof craftZip>[0], comment = ""): Trial => ({
    filename: "main.zip",
    kind: "archive",
    content: {
      kind: "bytes",
      bytes: craftZip(members, {
        after: bytesOf(comment),
        end: { commentLength: comment.length },
      }),
    },
  });

  test("keeps what may be run, and passes over the commit in its comment", async () => {
    const { root, files } = await unpack(zip(tree, "4b825dc642cb6eb9a060e54bf8d69288fbee4904"));
    expect(root).toBe("/home/ada/source/demo-main");
    expect(files.tryStat(`${root}/run.sh`)?.mode).toBe(0o755);
    expect(files.tryStat(`${root}/pyproject.toml`)?.mode).toBe(0o644);
  });

  test("makes files of links, wherever they lead", async () => {
    const link = { name: "demo-main/link", content: "/etc/passwd", mode: 0o120777 };
    const { tree: found } = await unpack(zip([...tree, link]));
    expect(found["demo-main/link"]).toBe("/etc/passwd");
  });

  test("is refused with anything else behind its end", async () => {
    expect(await refusal(zip(tree, "PK\u0005\u0006\u0000"))).toStartWith("archive-");
    expect(await refusal(zip([...tree, { name: "../evil" }]))).toStartWith("archive-unsafe: ");
  });
});

describe("unpackSdist() refuses", () => {
  const link = (name: string, target: string, type = "2"): CraftedMember => ({
    name: `demo-1.0/${name}`,
    type,
    target,
  });
  test.each<[string, CraftedMember[]]>([
    ["a name that leads out", [{ name: "demo-1.0/../../evil" }]],
    ["a name that leads out and in again", [{ name: "../source/demo-1.0/evil" }]],
    ["an absolute link", [link("evil", "/etc/passwd")]],
    ["a link out of the tree", [link("evil", "../../passwd")]],
    ["a link out of the project", [link("evil", "../other")]],
    ["a hard link out of the tree", [link("evil", "../passwd", "1")]],
    ["an absolute hard link", [link("evil", "/etc/passwd", "1")]],
    ["a hard link to nothing", [link("evil", "demo-1.0/none", "1")]],
    ["a hard link to a folder", [link("evil", "demo-1.0", "1")]],
    [
      "a file below a link out of the tree, in two steps",
      [link("a", "."), link("a/b", ".."), link("a/b/c", ".."), { name: "demo-1.0/a/b/c/evil" }],
    ],
    [
      "a link that leads out by what comes behind it",
      [link("evil", "later/../passwd"), link("later", "."), link("deep", "evil/..")].reverse(),
    ],
    ["a link that is turned outwards afterwards", [link("evil", "d/../../x"), link("d", ".")]],
    ["links that lead to each other", [link("a", "b"), link("b", "a"), { name: "demo-1.0/a/x" }]],
    ["a file below a file", [{ name: "demo-1.0/PKG-INFO/x" }]],
    ["a file twice", [{ name: "demo-1.0/PKG-INFO", content: "Name: evil\n" }]],
    ["a file in the place of a link", [link("a", "PKG-INFO"), { name: "demo-1.0/a" }]],
    ["a device", [{ name: "demo-1.0/sda", type: "4" }]],
    ["a pipe", [{ name: "demo-1.0/pipe", type: "6" }]],
  ])("%s", async (_, members) => {
    expect(await refusal({ members: [...usual, ...members] })).toStartWith("archive-unsafe: ");
  });

  test.each<[string, CraftedMember[]]>([
    ["two folders at the top", [...usual, { name: "other-1.0/x" }]],
    ["a file beside the folder at the top", [...usual, { name: "setup.py" }]],
    ["no folder at the top", [{ name: "setup.py" }]],
    ["nothing at all", []],
  ])("an sdist with %s", async (_, members) => {
    expect(await refusal({ members })).toStartWith("sdist-invalid: ");
  });

  test("names that fall together where case is folded, and only there", async () => {
    const members = [...usual, { name: "demo-1.0/pkg-info" }];
    expect(Object.keys((await unpack({ members })).tree)).toHaveLength(2);
    expect(await refusal({ members, os: "macos" })).toContain("one file on this system");
  });

  test.each(["demo-1.0\\..\\..\\evil", "demo-1.0/c:evil", "demo-1.0/a.py:stream", "demo-1.0/a. "])(
    "%p on Windows",
    async (name) => {
      expect(await refusal({ members: [...usual, { name }], os: "windows" })).toStartWith(
        "archive-unsafe: ",
      );
    },
  );

  test("what unpacks to far more than it is", async () => {
    const bytes = inflate.gzip(new Uint8Array(65 * 2 ** 20));
    expect(await refusal({ content: { kind: "bytes", bytes } })).toStartWith("sdist-invalid: ");
    const bomb = zstdCompressSync(new Uint8Array(65 * 2 ** 20));
    const content = { kind: "bytes", bytes: bomb } as const;
    expect(await refusal({ filename: "demo-1.0.tar.zst", content })).toStartWith("sdist-invalid: ");
  });

  test("what is damaged, and what is called like no archive", async () => {
    const content = { kind: "bytes", bytes: bytesOf("no archive") } as const;
    for (const filename of ["demo-1.0.tar.gz", "demo-1.0.tar.zst", "demo-1.0.exe"])
      expect(await refusal({ filename, content })).toStartWith("sdist-invalid: ");
    expect(await refusal({ filename: "demo-1.0.zip", content })).toStartWith("archive-corrupt: ");
  });

  test("bzip2 and xz without an interpreter that reads them", async () => {
    for (const filename of ["demo-1.0.tar.bz2", "demo-1.0.tar.xz"])
      expect(await refusal({ filename })).toContain("it is packed with");
  });
});
