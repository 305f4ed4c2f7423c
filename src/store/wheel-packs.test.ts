import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { craftWheel } from "#distribution/crafted-wheel";
import { MemoryClock } from "#platform/memory/clock";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { MemoryProcesses } from "#platform/memory/processes";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { openStore, type Store } from "./store.ts";
import type { SharedTree } from "./shared-trees.ts";

const cache = "/cache";
const names = Array.from({ length: 9 }, (_, at) => `demo${at}`);

/** A store with wheels, whose reads are counted. */
async function setUp() {
  const memory = new MemoryFiles();
  const reads: string[] = [];
  const tryRead = memory.tryRead.bind(memory);
  memory.tryRead = (path) => {
    if (!path.endsWith("/uses")) reads.push(path);
    return tryRead(path);
  };
  const world = {
    files: memory,
    clock: new MemoryClock(),
    processes: new MemoryProcesses(),
    hashing: new RealHashing(),
    inflate: new RealInflate(),
    host: memoryHost(),
  };
  const open = (): Store => openStore({ root: cache, world });
  const store = open();
  const hashes: string[] = [];
  for (const name of names) {
    const files = {
      [`${name}/__init__.py`]: `name = "${name}"\n`,
      [`${name}-1.0.data/data/share/${name}.txt`]: "data",
    };
    const bytes = craftWheel({ name, files });
    const filename = `${name}-1.0-py3-none-any.whl`;
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const file = { filename, url: `https://index.example/${filename}`, hashes: { sha256 } };
    await store.addWheel({ file, sha256, content: { kind: "bytes", bytes } });
    hashes.push(sha256);
  }
  /** Asks for all of them as an installation does. */
  const visit = (): readonly (SharedTree | undefined)[] => {
    reads.length = 0;
    const visited = open();
    visited.recall(hashes);
    const trees = hashes.map((sha256) => {
      const wheel = visited.findWheel(sha256);
      return wheel === undefined ? undefined : visited.trees?.tree(wheel);
    });
    visited.close();
    return trees;
  };
  return { files: memory, reads, hashes, open, visit };
}

test("what was asked for together is read from one file the next time, and is the same", async () => {
  const { reads, visit } = await setUp();
  const first = visit();
  expect(reads.length).toBeGreaterThan(names.length);
  const second = visit();
  expect(reads).toHaveLength(1);
  expect(second).toEqual(first);
});

test("a manifest from a pack tells all that the manifest itself does", async () => {
  const { hashes, open, visit } = await setUp();
  visit();
  const packed = open();
  packed.recall(hashes);
  for (const sha256 of hashes) {
    const ours = packed.findWheel(sha256)?.manifest;
    const theirs = open().findWheel(sha256)?.manifest;
    const { parts, ...rest } = theirs ?? {};
    expect(ours).toMatchObject(rest);
    for (const [at, part] of (parts ?? []).entries()) {
      const { scheme, folder, folders, files, paths, recordRows, recordBytes } = part;
      const all = { scheme, folder, folders, files, paths, recordRows, recordBytes };
      for (const [key, value] of Object.entries(all))
        expect(ours?.parts[at]?.[key as keyof typeof part]).toEqual(value as never);
    }
  }
});

test("a wheel that is gone is not found, whatever the pack says of it", async () => {
  const { files, hashes, visit } = await setUp();
  visit();
  const [gone = ""] = hashes;
  files.removeTree(`${cache}/store-v1/wheels/${gone.slice(0, 2)}/${gone.slice(2)}`);
  expect(visit().map((tree) => tree === undefined)).toEqual(hashes.map((hash) => hash === gone));
});

test("a tree that somebody has written into is put right, and the next pack knows it", async () => {
  const { files, reads, visit } = await setUp();
  const [tree] = visit();
  const folder = `${tree?.folder}/demo0`;
  const whole = files.snapshot(folder);
  files.setModified(folder, 1);
  files.remove(`${folder}/__init__.py`);
  visit();
  expect(files.snapshot(folder)).toEqual(whole);
  visit();
  expect(reads).toHaveLength(1);
});

test("a tree that is gone is made anew", async () => {
  const { files, visit } = await setUp();
  const [tree] = visit();
  files.removeTree(tree?.folder as string);
  visit();
  expect(files.readText(`${tree?.folder}/demo0/__init__.py`)).toBe('name = "demo0"\n');
});
