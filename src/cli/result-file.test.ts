import { describe, expect, test } from "bun:test";
import { FaultyFiles } from "#platform/memory/faulty-files";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import type { Files, FileStat } from "#platform/ports";
import { earlierResult, writeResult } from "./result-file.ts";

const path = "/made/out.txt";
/** The user whose files {@link MemoryFiles} holds. */
const host = memoryHost({ userId: 0 });

/** Says of one path that it is something else than it is. */
function pretending(files: MemoryFiles, at: string, other: Partial<FileStat>): MemoryFiles {
  const tryStat = files.tryStat.bind(files);
  files.tryStat = (asked) => {
    const stat = tryStat(asked);
    return stat === undefined || asked !== at ? stat : { ...stat, ...other };
  };
  return files;
}

/** The operations that writing took. */
function stepsOf(files: Files, at: string): readonly string[] {
  const counted = new FaultyFiles(files);
  writeResult(at, "new", { files: counted, host });
  return counted.log.map((step) => step.replaceAll(/\.pkm-\d+/g, ".fresh"));
}

describe("writeResult()", () => {
  test("puts a whole file in the place of the old one, which keeps its permissions", () => {
    const files = new MemoryFiles({ [path]: "old" });
    files.chmod(path, 0o600);
    expect(stepsOf(files, path)).toEqual([
      `write ${path}.fresh`,
      `chmod ${path}.fresh 600`,
      `rename ${path}.fresh ${path}`,
    ]);
    expect(files.readText(path)).toBe("new");
    expect(files.tryStat(path)?.mode).toBe(0o600);
  });

  test("leaves the old one and nothing else when the disk is full", () => {
    const files = new MemoryFiles({ [path]: "old" });
    const full = new FaultyFiles(files, { at: 1, errno: "ENOSPC" });
    expect(() => writeResult(path, "new", { files: full, host })).toThrow("ENOSPC");
    expect(files.snapshot("/made")).toEqual({ "out.txt": "old" });
  });

  test("writes to where a link leads, be there something or not", () => {
    const files = new MemoryFiles({ "/elsewhere/real.txt": "old", "/made/": "" });
    files.symlink("/elsewhere/real.txt", path);
    writeResult(path, "new", { files, host });
    expect(files.readText("/elsewhere/real.txt")).toBe("new");
    files.symlink("/elsewhere/later.txt", "/made/dangling.txt");
    writeResult("/made/dangling.txt", "new", { files, host });
    expect(files.readText("/elsewhere/later.txt")).toBe("new");
    expect(files.readLink(path)).toBe("/elsewhere/real.txt");
    expect(files.list("/elsewhere")).toHaveLength(2);
  });

  test.each([
    ["a pipe", path, { kind: "other" }],
    ["a file of somebody else", path, { uid: 1000 }],
    ["/dev/stdout, wherever it leads", "/dev/stdout", {}],
  ] as const)("writes into %s", (_, at, other) => {
    expect(stepsOf(pretending(new MemoryFiles({ [at]: "old" }), at, other), at)).toEqual([
      `write ${at}`,
    ]);
  });
});

test("earlierResult() reads plain files, and nothing from which reading may never end", () => {
  const files = new MemoryFiles({ [path]: "old", "/dev/stdout": "x" });
  expect(earlierResult(path, files)).toBe("old");
  expect(earlierResult("/made/none.txt", files)).toBeUndefined();
  expect(earlierResult("/dev/stdout", files)).toBeUndefined();
  expect(earlierResult(path, pretending(files, path, { kind: "other" }))).toBeUndefined();
});

test("a file in /dev/shm is read and replaced like any other", () => {
  const shared = "/dev/shm/out.txt";
  const files = new MemoryFiles({ [shared]: "old" });
  expect(earlierResult(shared, files)).toBe("old");
  expect(stepsOf(files, shared)).toContain(`rename ${shared}.fresh ${shared}`);
});
