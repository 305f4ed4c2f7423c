import { expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import { lockEnvironment } from "#installer/environment-lock";
import type { InstallerEvent } from "#installer/events";
import type { Change } from "#installer/plan-types";
import { FaultyFiles, Killed } from "#platform/memory/faulty-files";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import type { Files } from "#platform/ports";
import { RealHashing } from "#platform/real/hashing";
import { defectsOf } from "./check-environment.ts";
import { OverlayFiles } from "./overlay-files.ts";
import { bringTo, knownLosers, tellStory } from "./upgrade-story.ts";

/** The beginning of the story, told once; wheels of the old generation are needed no more. */
const { paths, story } = await (async () => {
  const memory = new MemoryFiles();
  const told = await tellStory(memory, "");
  const all = Object.entries(memory.snapshot());
  return { paths: all.filter(([path]) => !/^store\/.*-1\.0\//.test(path)), story: told };
})();

const kinds = {
  "with exchanging renames": () => opened(new MemoryFiles()),
  "with plain renames": () => opened(new MemoryFiles({}, { withoutExchange: true })),
  "where folders of a lower layer cannot be renamed": () => {
    const files = opened(new OverlayFiles());
    files.seal("/env");
    return files;
  },
} as const;

/** The beginning of the story on a file system of its own. */
function opened<F extends MemoryFiles>(memory: F): F {
  for (const [path, content] of paths)
    if (path.endsWith("/")) memory.makeFolder(`/${path.slice(0, -1)}`);
    else memory.write(`/${path}`, content);
  return memory;
}

/** The environment's tree as text, without the lock that may stay. */
function treeOf(files: MemoryFiles): string {
  const { ".pkm.lock": _lock, ...rest } = files.snapshot("/env");
  return Object.entries(rest)
    .map(([path, content]) => `${path}: ${content}`)
    .join("\n");
}

function defectsIn(files: Files): string[] {
  return defectsOf(story.environment, files, { knownLosers, foreign: story.foreign });
}

/** What the next command does first. */
async function recoverOn(files: Files): Promise<InstallerEvent[]> {
  const events: InstallerEvent[] = [];
  const report = (event: InstallerEvent): void => void events.push(event);
  const world = { files, hashing: new RealHashing(), host: memoryHost(), report };
  (await lockEnvironment(story.environment, world)).release();
  return events;
}

/** The upgrade undisturbed: both ends of the story, and how many operations lie between. */
async function undisturbed(open: () => MemoryFiles) {
  const memory = open();
  const before = treeOf(memory);
  const counting = new FaultyFiles(memory);
  const change = await bringTo(story, story.new, counting);
  const journal = counting.log.findIndex((line) => /^write .*\/journal$/.test(line)) + 1;
  const commit = counting.log.findIndex((line) => line.endsWith("/committed")) + 1;
  return {
    memory,
    change,
    before,
    after: treeOf(memory),
    operations: counting.count,
    journal,
    commit,
  };
}

test("the upgrade brings every distribution to its new version, with exact RECORDs and no leftovers", async () => {
  const { change, memory } = await undisturbed(kinds["with exchanging renames"]);
  expect(defectsIn(memory)).toEqual([]);
  const counts = Object.groupBy(change.entries, (entry) => entry.kind);
  expect(counts.replaced).toHaveLength(29);
  expect(counts.removed).toHaveLength(1);
  expect(counts.installed).toHaveLength(1);
  expect(change.warnings).toEqual([
    "d05 2.0 and d06 2.0 both have `lib/python3.13/site-packages/shared_other/settings.py`, with different content: the environment gets what d06 has",
  ]);
});

test("compiled modules go with what is replaced, and a user's file stays", async () => {
  const { after } = await undisturbed(kinds["with exchanging renames"]);
  expect(after).not.toContain("__pycache__");
  expect(after).toContain("lib/python3.13/site-packages/d02/notes of a user.txt: mine");
});

test("the three kinds of file system lead to the same tree", async () => {
  const trees = new Set<string>();
  for (const open of Object.values(kinds)) trees.add((await undisturbed(open)).after);
  expect(trees.size).toBe(1);
});

for (const [kind, open] of Object.entries(kinds)) {
  // What is staged before the journal does not depend on the kind of rename: once is enough. The other kinds
  // are tried at every third operation, which keeps the whole within seconds.
  const isFirst = kind === "with exchanging renames";
  const stride = isFirst ? 1 : 3;

  test(`a failure of any file operation leaves the environment as it was (${kind})`, async () => {
    const { before, after, operations, journal, commit } = await undisturbed(open);
    for (let at = isFirst ? 1 : journal; at <= operations; at += stride) {
      const memory = open();
      const files = new FaultyFiles(memory, { at, errno: at % 2 === 0 ? "ENOSPC" : "EACCES" });
      const outcome = await outcomeOf(bringTo(story, story.new, files));
      if (at <= commit) {
        expect(outcome).toBeInstanceOf(PkmError);
        expect(treeOf(memory)).toBe(before);
      } else {
        // The change stands; what could not be cleared away is cleared by the next command.
        expect(outcome).not.toBeInstanceOf(Error);
        await recoverOn(memory);
        expect(treeOf(memory)).toBe(after);
      }
    }
  }, 120_000);

  test(`a process killed at any file operation leaves each distribution whole after recovery (${kind})`, async () => {
    const { before, after, operations, journal, commit } = await undisturbed(open);
    for (let at = isFirst ? 1 : journal; at <= operations; at += stride) {
      const memory = open();
      const files = new FaultyFiles(memory, { at, kill: at % 2 === 0 ? "before" : "torn" });
      expect(await outcomeOf(bringTo(story, story.new, files))).toBeInstanceOf(Killed);
      await recoverOn(memory);
      expect(treeOf(memory)).toBe(at <= commit ? before : after);
      if (at % 5 === 0) expect(defectsIn(memory)).toEqual([]);
    }
  }, 120_000);

  test(`a recovery killed or failing at any operation is completed by the next (${kind})`, async () => {
    const { before, after, commit } = await undisturbed(open);
    for (const killedAt of [commit, commit + 3]) {
      let operations = 1;
      for (let at = 1; at <= operations; at += 2 * stride + 1) {
        const memory = open();
        const first = new FaultyFiles(memory, { at: killedAt, kill: "before" });
        expect(await outcomeOf(bringTo(story, story.new, first))).toBeInstanceOf(Killed);
        if (at === 1) operations = await countRecovery(memory, open, killedAt);
        const fault = at % 2 === 0 ? { at, errno: "EACCES" } : ({ at, kill: "before" } as const);
        const second = new FaultyFiles(memory, fault);
        expect(await outcomeOf(recoverOn(second))).toBeInstanceOf(Error);
        await recoverOn(memory);
        expect(treeOf(memory)).toBe(killedAt <= commit ? before : after);
      }
    }
  }, 120_000);
}

/** How many operations the recovery from being killed there takes. */
async function countRecovery(
  memory: MemoryFiles,
  open: () => MemoryFiles,
  killedAt: number,
): Promise<number> {
  const twin = open();
  const files = new FaultyFiles(twin, { at: killedAt, kill: "before" });
  await outcomeOf(bringTo(story, story.new, files));
  expect(treeOf(twin)).toBe(treeOf(memory));
  const counting = new FaultyFiles(twin);
  expect(await recoverOn(counting)).toContainEqual(
    expect.objectContaining({ type: "transaction-recovered" }),
  );
  return counting.count;
}

async function outcomeOf<T>(work: Promise<T>): Promise<T | Error | Change> {
  return work.catch((error: unknown) => {
    if (error instanceof Error) return error;
    throw error;
  });
}
