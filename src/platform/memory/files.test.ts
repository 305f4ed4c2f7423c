import { describe, expect, test } from "bun:test";
import { filesContract } from "#platform/files-contract";
import { FaultyFiles, Killed } from "./faulty-files.ts";
import { MemoryFiles } from "./files.ts";

filesContract("MemoryFiles", () => ({ files: new MemoryFiles({ "/here/": "" }), root: "/here" }));
filesContract("MemoryFiles without exchange", () => ({
  files: new MemoryFiles({ "/here/": "" }, { withoutExchange: true }),
  root: "/here",
}));
filesContract("FaultyFiles without a fault", () => ({
  files: new FaultyFiles(new MemoryFiles({ "/here/": "" })),
  root: "/here",
}));

describe("MemoryFiles", () => {
  test("keeps file systems apart: a link across is EXDEV, and linkTree() copies instead", () => {
    const files = new MemoryFiles({ "/a/file": "x", "/b/": "" }, { mounts: ["/b"] });
    expect(() => files.link("/a/file", "/b/file")).toThrow("EXDEV");
    expect(() => files.rename("/a/file", "/b/file")).toThrow("EXDEV");
    const links = { from: "/a", to: "/b", folders: [], files: ["file"], mode: "hardlink" } as const;
    expect(files.linkTree(links)).toBe("copy");
    expect(files.readText("/b/file")).toBe("x");
  });

  test("snapshot() shows a whole tree", () => {
    const files = new MemoryFiles({ "/a/b/file": "x", "/a/empty/": "" });
    files.symlink("b", "/a/link");
    expect(files.snapshot("/a")).toEqual({ "b/": "", "b/file": "x", "empty/": "", link: "-> b" });
  });
});

describe("FaultyFiles", () => {
  const changes = (files: FaultyFiles): void => {
    files.makeFolders("/new/deep");
    files.write("/new/file", "content");
    files.linkTree({
      from: "/new",
      to: "/new/deep",
      folders: ["x"],
      files: ["file"],
      mode: "hardlink",
    });
    files.removeTree("/new/deep");
  };

  test("counts every single operation of the compound ones", () => {
    const files = new FaultyFiles(new MemoryFiles());
    changes(files);
    expect(files.log.map((line) => line.split(" ")[0])).toEqual([
      "makeFolder",
      "makeFolder",
      "write",
      "makeFolder",
      "link",
      "removeEmptyFolder",
      "remove",
      "removeEmptyFolder",
    ]);
    expect(files.count).toBe(8);
  });

  test("fails the chosen operation with the chosen errno and nothing else", () => {
    const memory = new MemoryFiles();
    const files = new FaultyFiles(memory, { at: 3, errno: "ENOSPC" });
    expect(() => changes(files)).toThrow("ENOSPC");
    expect(memory.snapshot()).toEqual({ "new/": "", "new/deep/": "" });
    files.write("/new/other", "works again");
    expect(files.readText("/new/other")).toBe("works again");
  });

  test("a killed process does nothing more, not even reading, and its locks are free", async () => {
    const memory = new MemoryFiles();
    const files = new FaultyFiles(memory, { at: 3, kill: "torn" });
    await files.lock("/.lock", {});
    expect(() => changes(files)).toThrow(Killed);
    expect(() => files.read("/new/file")).toThrow(Killed);
    expect(() => files.removeTree("/new")).toThrow(Killed);
    expect(memory.readText("/new/file")).toBe("con");
    expect(await memory.lock("/.lock", { wait: false })).toBeDefined();
  });
});
