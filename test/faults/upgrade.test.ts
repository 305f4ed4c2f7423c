import { expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import { lockEnvironment } from "#installer/environment-lock";
import { FaultyFiles, Killed } from "#platform/memory/faulty-files";
import { MemoryFiles, type MemoryFilesOptions } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { RealHashing } from "#platform/real/hashing";
import { defectsOf } from "./check-environment.ts";
import { bringTo, knownLosers, type Story, tellStory } from "./upgrade-story.ts";

const hashing = new RealHashing();

/** The environment's tree as text, without the lock that may stay. */
function treeOf(files: MemoryFiles): string {
  const { ".pkm.lock": _lock, ...rest } = files.snapshot("/env");
  return Object.entries(rest)
    .map(([path, content]) => `${path}: ${content}`)
    .join("\n");
}

/** The beginning of the story, told once; wheels of the old generation are needed no more. */
const [tree, opening] = await (async () => {
  const memory = new MemoryFiles();
  const story = await tellStory(memory, "");
  const paths = Object.entries(memory.snapshot());
  return [paths.filter(([path]) => !/^store\/.*-1\.0\//.test(path)), story] as const;
})();

/** The beginning of the story on a file system of its own. */
function told(options: MemoryFilesOptions = {}): {
  readonly memory: MemoryFiles;
  readonly story: Story;
} {
  const memory = new MemoryFiles({}, options);
  for (const [path, content] of tree)
    if (path.endsWith("/")) memory.makeFolder(`/${path.slice(0, -1)}`);
    else memory.write(`/${path}`, content);
  return { memory, story: opening };
}

/** The position of the operation that writes the journal; those before it touch the staging folder only. */
function journalIn(log: readonly string[]): number {
  return 1 + log.findIndex((line) => line.startsWith("write ") && line.endsWith("/journal"));
}

async function ends(options?: MemoryFilesOptions) {
  const { memory, story } = told(options);
  const before = treeOf(memory);
  const counting = new FaultyFiles(memory);
  const change = await bringTo(story, story.new, counting);
  return {
    before,
    after: treeOf(memory),
    operations: counting.count,
    log: counting.log,
    change,
    story,
    memory,
  };
}

test("the upgrade brings every distribution to its new version, with exact RECORDs and no leftovers", async () => {
  const { change, story, memory } = await ends();
  expect(defectsOf(story.environment, memory, { knownLosers, foreign: story.foreign })).toEqual([]);
  expect(change.entries.filter((entry) => entry.kind === "replaced")).toHaveLength(29);
  expect(change.entries.filter((entry) => entry.kind === "removed")).toHaveLength(1);
  expect(change.entries.filter((entry) => entry.kind === "installed")).toHaveLength(1);
  expect(change.warnings).toEqual([
    "d05 2.0 and d06 2.0 both have `lib/python3.13/site-packages/shared_other/settings.py`, with different content: the environment gets what d06 has",
  ]);
});

test("compiled modules go with what is replaced, and a user's file stays", async () => {
  const { after } = await ends();
  expect(after).not.toContain("__pycache__");
  expect(after).toContain("lib/python3.13/site-packages/d02/notes of a user.txt: mine");
});

// What is staged before the journal does not depend on the kind of rename.
for (const [kind, options, beginning] of [
  ["with exchanging renames", {}, "start"],
  ["with plain renames", { withoutExchange: true }, "journal"],
] as const) {
  test(`a failure of any file operation leaves the environment as it was (${kind})`, async () => {
    const { before, after, operations, log } = await ends(options);
    const first = beginning === "start" ? 1 : journalIn(log);
    const clearing: number[] = [];
    for (let at = first; at <= operations; at++) {
      const { memory, story } = told(options);
      const errno = at % 2 === 0 ? "ENOSPC" : "EACCES";
      const files = new FaultyFiles(memory, { at, errno });
      const failure = await bringTo(story, story.new, files).then(
        (change) => change,
        (error: unknown) => error,
      );
      if (failure instanceof Error) {
        if (!(failure instanceof PkmError)) throw failure;
        expect(treeOf(memory)).toBe(before);
        continue;
      }
      // Only clearing up after the commit may fail without failing the change.
      clearing.push(at);
      const lock = await lockEnvironment(story.environment, {
        files: memory,
        hashing,
        host: memoryHost(),
      });
      lock.release();
      expect(treeOf(memory)).toBe(after);
    }
    expect(clearing).toEqual(
      Array.from({ length: clearing.length }, (_, i) => operations - clearing.length + 1 + i),
    );
    expect(clearing.length).toBeLessThan(operations / 2);
  }, 120_000);

  test(`a process killed at any file operation leaves each distribution whole after recovery (${kind})`, async () => {
    const { before, after, operations, log } = await ends(options);
    const first = beginning === "start" ? 1 : journalIn(log);
    const outcomes = { before: 0, after: 0 };
    for (let at = first; at <= operations; at++) {
      const { memory, story } = told(options);
      const files = new FaultyFiles(memory, { at, kill: at % 2 === 0 ? "before" : "torn" });
      const failure = await bringTo(story, story.new, files).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(Killed);
      const world = { files: memory, hashing, host: memoryHost() };
      (await lockEnvironment(story.environment, world)).release();
      const tree = treeOf(memory);
      if (tree === before) outcomes.before++;
      else {
        outcomes.after++;
        expect(tree).toBe(after);
      }
      expect(defectsOf(story.environment, memory, { knownLosers, foreign: story.foreign })).toEqual(
        [],
      );
    }
    expect(outcomes.before).toBeGreaterThan(0);
    expect(outcomes.after).toBeGreaterThan(0);
  }, 120_000);
}
