import { afterAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { filesContract } from "#platform/files-contract";
import type { Assembly } from "#platform/ports";
import { linkLock } from "./file-lock.ts";
import { RealFiles } from "./files.ts";
import { removeSoon } from "./remove-soon.ts";

const folders: string[] = [];

function freshFolder(): string {
  const folder = mkdtempSync(`${tmpdir()}/pkm-files-`);
  folders.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

filesContract("RealFiles", () => ({ files: new RealFiles(), root: freshFolder() }));

// Network file systems have only this lock; it runs through the same stories on whatever disk there is.
class LinkLockedFiles extends RealFiles {
  override lock(...[path, options]: Parameters<RealFiles["lock"]>): ReturnType<RealFiles["lock"]> {
    this.append(path, "");
    return linkLock(path, options);
  }
}

filesContract("RealFiles with a link-based lock", () => ({
  files: new LinkLockedFiles(),
  root: freshFolder(),
}));

describe("openFolder()", () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

  test("makes folders and files below the folder, in one step or piece by piece", () => {
    const files = new RealFiles();
    const root = freshFolder();
    const folder = files.openFolder(root);
    folder.makeFolder("pkg");
    folder.makeFolder("pkg/größe");
    folder.writeNew("pkg/größe/ü.py", bytes("content"), 0o444);
    folder.writeNew("pkg/run", [bytes("one "), bytes(""), bytes("two")], 0o555);
    folder.writeNew("empty", bytes(""), 0o444);
    folder.close();
    expect(files.readText(`${root}/pkg/größe/ü.py`)).toBe("content");
    expect(files.readText(`${root}/pkg/run`)).toBe("one two");
    expect(files.tryStat(`${root}/pkg/run`)?.mode).toBe(0o555);
    expect(files.tryStat(`${root}/empty`)).toMatchObject({ size: 0, mode: 0o444 });
  });

  test("tells of a refusal what the other operations tell", () => {
    const files = new RealFiles();
    const root = freshFolder();
    const folder = files.openFolder(root);
    folder.writeNew("there", bytes("first"), 0o644);
    const nested = `${"a".repeat(200)}/`.repeat(100);
    for (const [work, code, path] of [
      [() => folder.writeNew("there", bytes("second"), 0o644), "EEXIST", "there"],
      [() => folder.writeNew("none/x", bytes(""), 0o644), "ENOENT", "none/x"],
      [() => folder.makeFolder("there"), "EEXIST", "there"],
      [() => folder.makeFolder("none/x"), "ENOENT", "none/x"],
      [() => folder.writeNew(`${nested}x`, bytes(""), 0o644), "ENAMETOOLONG", `${nested}x`],
      [() => folder.writeNew("nul\0character", bytes(""), 0o644), "ERR_INVALID_ARG_VALUE"],
    ] as const)
      expect(work).toThrow(
        expect.objectContaining({
          code,
          ...(path === undefined ? {} : { path: `${root}/${path}` }),
        }),
      );
    folder.close();
    expect(files.readText(`${root}/there`)).toBe("first");
    expect(() => files.openFolder(`${root}/none`)).toThrow(
      expect.objectContaining({ code: "ENOENT" }),
    );
  });

  test("lets what goes wrong with the pieces pass, and leaves the file closed", () => {
    const files = new RealFiles();
    const folder = files.openFolder(freshFolder());
    function* broken(): Generator<Uint8Array> {
      yield bytes("half");
      throw new Error("a damaged stream");
    }
    const open = (): number => files.list("/proc/self/fd").length;
    const before = process.platform === "linux" ? open() : 0;
    for (let i = 0; i < 10; i++)
      expect(() => folder.writeNew(`file-${i}`, broken(), 0o644)).toThrow("a damaged stream");
    if (process.platform === "linux") expect(open()).toBe(before);
    folder.close();
  });
});

describe("linkTree() of many files", () => {
  // Enough to bring the second thread in, of several lengths and depths, with letters beyond ASCII.
  const folders = Array.from({ length: 50 }, (_, i) => [`f${i}`, `f${i}/ü-${i}`]).flat();
  const paths = folders.flatMap((folder) =>
    Array.from({ length: 30 }, (_, i) => `${folder}/file-${i}.py`),
  );

  function original(files: RealFiles): { from: string; to: string } {
    const root = freshFolder();
    for (const folder of ["from", "to", ...folders.map((folder) => `from/${folder}`)])
      files.makeFolder(`${root}/${folder}`);
    for (const path of paths) files.write(`${root}/from/${path}`, path);
    return { from: `${root}/from`, to: `${root}/to` };
  }

  test("links every one of them, again and again", () => {
    const files = new RealFiles();
    const { from, to } = original(files);
    for (let round = 0; round < 5; round++) {
      expect(files.linkTree({ from, to: `${to}`, folders, files: paths, mode: "hardlink" })).toBe(
        "hardlink",
      );
      for (const path of paths)
        expect(files.tryStat(`${to}/${path}`)?.ino).toBe(
          files.tryStat(`${from}/${path}`)?.ino ?? -1,
        );
      files.removeTree(to);
      files.makeFolder(to);
    }
  });

  test("tells what is in the way, and what is missing", () => {
    const files = new RealFiles();
    const { from, to } = original(files);
    files.makeFolder(`${to}/f7`);
    files.write(`${to}/f7/file-3.py`, "mine");
    const links = { from, to, folders, mode: "hardlink" } as const;
    expect(() => files.linkTree({ ...links, files: paths })).toThrow("EEXIST");
    expect(files.readText(`${to}/f7/file-3.py`)).toBe("mine");
    expect(() => files.linkTree({ ...links, folders: [], files: ["a", "b", "c", "d"] })).toThrow(
      "ENOENT",
    );
    files.write(`${to}/in-the-way`, "");
    expect(() => files.linkTree({ ...links, folders: ["in-the-way/x"], files: paths })).toThrow(
      "ENOTDIR",
    );
  });
});

describe("assemble() of many trees", () => {
  // Enough to bring the second thread in, and of such different sizes that both are at one tree in the end.
  const sizes = Array.from({ length: 60 }, (_, i) => (i % 7 === 0 ? 500 : i % 5));

  function original(files: RealFiles): { root: string; assembly: Assembly } {
    const root = freshFolder();
    files.makeFolder(`${root}/to`);
    const trees = sizes.map((size, i) => {
      const from = `${root}/from-${i}`;
      const folders = [`t${i}`, `t${i}/ü`];
      files.makeFolders(`${from}/t${i}/ü`);
      files.makeFolders(`${from}/common`);
      const linked = Array.from({ length: size }, (_, k) => `t${i}/ü/file-${k}`);
      const copied = Array.from({ length: i % 4 }, (_, k) => `common/${i}-ö-${k}`);
      for (const path of [...linked, ...copied]) files.write(`${from}/${path}`, `${i} ${path}`);
      return {
        folders,
        sources: [
          { from, files: linked },
          { from, files: copied, isCopied: true },
        ],
      };
    });
    const assembly: Assembly = {
      to: `${root}/to`,
      folders: ["common"],
      writes: [{ path: "common/new", content: () => "new" }],
      trees,
      links: [],
      targets: [],
      mode: "hardlink",
    };
    return { root, assembly };
  }

  test("lays every one of them, again and again", () => {
    const files = new RealFiles();
    const { root, assembly } = original(files);
    const { to, trees } = assembly;
    for (let round = 0; round < 5; round++) {
      files.assemble(assembly);
      expect(files.readText(`${to}/common/new`)).toBe("new");
      for (const { sources } of trees)
        for (const { from, files: paths, isCopied } of sources)
          for (const path of paths) {
            const there = files.tryStat(`${to}/${path}`)?.ino;
            expect(there === files.tryStat(`${from}/${path}`)?.ino).toBe(isCopied !== true);
            expect(files.readText(`${to}/${path}`)).toBe(files.readText(`${from}/${path}`));
          }
      files.removeTree(to);
      files.makeFolder(to);
    }
    if (process.platform === "linux")
      expect(openFiles().filter((path) => path.startsWith(root))).toEqual([]);
  });

  test("copies all of them when it is asked to", () => {
    const files = new RealFiles();
    const { assembly } = original(files);
    files.assemble({ ...assembly, mode: "copy" });
    for (const { sources } of assembly.trees)
      for (const { files: paths } of sources)
        for (const path of paths)
          expect(files.tryStat(`${assembly.to}/${path}`)).toMatchObject({ nlink: 1 });
  });

  test("copies with permissions and times of the original, whatever its length and the mask", () => {
    const files = new RealFiles();
    const { assembly } = original(files);
    const from = `${assembly.to}/../odd`;
    const contents = ["", "x", "y".repeat(64 * 1024), "z".repeat(64 * 1024 + 1)];
    files.makeFolders(from);
    for (const [at, content] of contents.entries()) {
      files.write(`${from}/${at}`, content, { mode: 0o444 });
      files.chmod(`${from}/${at}`, at % 2 === 0 ? 0o444 : 0o555);
      utimesSync(`${from}/${at}`, 1_600_000_000, 1_600_000_001.25);
    }
    const paths = [...contents.keys()].map(String);
    const trees = [...assembly.trees, { folders: [], sources: [{ from, files: paths }] }];
    const mask = process.umask(0o077);
    try {
      files.assemble({ ...assembly, trees, mode: "copy" });
    } finally {
      process.umask(mask);
    }
    for (const [at, content] of contents.entries()) {
      const copy = `${assembly.to}/${at}`;
      expect(files.readText(copy)).toBe(content);
      const mode = at % 2 === 0 ? 0o644 : 0o755;
      expect(files.tryStat(copy)).toMatchObject({ mode, mtime: 1_600_000_001_250 });
    }
  });

  test("is content with folders that are there, and tells what is in the way of a file", () => {
    const files = new RealFiles();
    const { assembly } = original(files);
    files.makeFolders(`${assembly.to}/t7/ü`);
    files.assemble(assembly);
    expect(files.list(`${assembly.to}/t7/ü`)).toHaveLength(500);
    files.removeTree(assembly.to);
    files.makeFolders(`${assembly.to}/t7/ü`);
    files.write(`${assembly.to}/t7/ü/file-150`, "mine");
    expect(() => files.assemble(assembly)).toThrow("EEXIST");
    expect(files.readText(`${assembly.to}/t7/ü/file-150`)).toBe("mine");
  });

  test("has ended when it tells that a content could not be had", () => {
    const files = new RealFiles();
    const { assembly } = original(files);
    const content = (): never => {
      throw new Error("no content today");
    };
    for (let round = 0; round < 20; round++) {
      const writes = [{ path: "common/new", content }];
      expect(() => files.assemble({ ...assembly, writes })).toThrow("no content today");
      // A thread that still laid something would put it into what is being removed.
      files.removeTree(assembly.to);
      expect(files.tryStat(assembly.to)).toBeUndefined();
      files.makeFolder(assembly.to);
    }
    files.assemble(assembly);
    expect(files.list(`${assembly.to}/t7/ü`)).toHaveLength(500);
  });

  // Nowhere else are two file systems sure to be at hand.
  test.skipIf(process.platform !== "linux" || !hasOtherDisk())(
    "copies what lies on another disk, and says so",
    () => {
      const files = new RealFiles();
      const { assembly } = original(files);
      const to = mkdtempSync(`${otherDisk}/pkm-files-`);
      folders.push(to);
      files.assemble({ ...assembly, to });
      for (const { sources } of assembly.trees)
        for (const { from, files: paths } of sources)
          for (const path of paths)
            expect(files.readText(`${to}/${path}`)).toBe(files.readText(`${from}/${path}`));
      files.makeFolder(`${to}/tree`);
      const { folders: made, sources } = assembly.trees[7] as Assembly["trees"][number];
      const { from, files: paths } = sources[0] as (typeof sources)[number];
      const links = {
        from,
        to: `${to}/tree`,
        folders: made,
        files: paths,
        mode: "hardlink",
      } as const;
      expect(files.linkTree(links)).toBe("copy");
      expect(files.list(`${to}/tree/t7/ü`)).toHaveLength(500);
      expect(() => files.linkTree(links)).toThrow("EEXIST");
    },
  );

  test("takes more than has room in memory at a time", () => {
    const files = new RealFiles();
    const root = freshFolder();
    const from = `${root}/from`;
    const folder = "f".repeat(200);
    files.makeFolders(`${from}/${folder}`);
    const paths = Array.from({ length: 12_000 }, (_, i) => `${folder}/${i}`);
    for (const path of paths) files.write(`${from}/${path}`, "");
    files.makeFolder(`${root}/to`);
    const folders = [folder, ...Array.from({ length: 300 }, (_, i) => `${folder}/folder-${i}`)];
    files.linkTree({ from, to: `${root}/to`, folders, files: paths, mode: "hardlink" });
    expect(files.list(`${root}/to/${folder}`)).toHaveLength(12_300);
  });
});

const otherDisk = "/dev/shm";

function hasOtherDisk(): boolean {
  return existsSync(otherDisk) && statSync(otherDisk).dev !== statSync(tmpdir()).dev;
}

function openFiles(): string[] {
  const here = "/proc/self/fd";
  return readdirSync(here).map((name) => {
    try {
      return readlinkSync(`${here}/${name}`);
    } catch {
      return "";
    }
  });
}

describe("linkLock()", () => {
  test("breaks the claim of a process that has ended, and leaves nothing but the lock file", async () => {
    const folder = freshFolder();
    const path = `${folder}/.lock`;
    const files = new RealFiles();
    const program = `
      import { linkLock } from ${JSON.stringify(`${import.meta.dir}/file-lock.ts`)};
      await linkLock(${JSON.stringify(path)}, { holder: "gone" });
      process.exit(0);`;
    const child = Bun.spawnSync([process.execPath, "-e", program], { cwd: import.meta.dir });
    expect(child.stderr.toString()).toBe("");
    expect(files.tryReadText(`${path}.held`)).toContain("gone");
    const lock = await linkLock(path, { wait: false });
    expect(lock).toBeDefined();
    lock?.release();
    expect(files.list(folder)).toEqual([]);
  });
});

describe("lock() between processes", () => {
  test("is let go by the kernel when the holder is killed", async () => {
    const folder = freshFolder();
    const program = `
      import { lockFile } from ${JSON.stringify(`${import.meta.dir}/file-lock.ts`)};
      await lockFile(${JSON.stringify(`${folder}/.lock`)}, { holder: "the other" });
      console.log("held");
      setInterval(() => {}, 1000);`;
    const child = Bun.spawn([process.execPath, "-e", program], {
      cwd: import.meta.dir,
      stdout: "pipe",
    });
    await child.stdout.getReader().read();
    const files = new RealFiles();
    const told: string[] = [];
    expect(await files.lock(`${folder}/.lock`, { wait: false })).toBeUndefined();
    const waiting = files.lock(`${folder}/.lock`, {
      onWait: (holder) => {
        told.push(holder);
        child.kill("SIGKILL");
      },
    });
    (await waiting)?.release();
    expect(told).toEqual(["the other"]);
  });
});

describe("removeSoon()", () => {
  test("leaves what takes long to a process that goes on by itself", async () => {
    const root = freshFolder();
    const files = new RealFiles();
    for (const name of ["a", "b"]) {
      files.makeFolders(`${root}/tree/${name}/deep`);
      files.write(`${root}/tree/${name}/deep/file`, "x");
    }
    removeSoon(`${root}/tree`, 0);
    while (files.tryStat(`${root}/tree`) !== undefined) await Bun.sleep(5);
    expect(files.list(root)).toEqual([]);
  });
});

describe("RealInterrupts", () => {
  test("lets those who tell somebody come first, and those who clean in the reverse order", async () => {
    const program = `
      import { RealInterrupts } from ${JSON.stringify(`${import.meta.dir}/interrupts.ts`)};
      const interrupts = new RealInterrupts();
      interrupts.before(() => { console.log("first cleaned"); });
      interrupts.before(() => { console.log("told"); return 7; }, "tells");
      interrupts.before(() => { console.log("second cleaned"); });
      setInterval(() => {}, 1000);
      process.kill(process.pid, "SIGINT");`;
    const child = Bun.spawn([process.execPath, "-e", program], { stdout: "pipe" });
    expect(await new Response(child.stdout).text()).toBe("told\nsecond cleaned\nfirst cleaned\n");
    expect(await child.exited).toBe(7);
  });
});
