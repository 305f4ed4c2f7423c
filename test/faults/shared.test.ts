import { describe, expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import { FaultyFiles, Killed } from "#platform/memory/faulty-files";
import { MemoryFiles, type MemoryFilesOptions } from "#platform/memory/files";
import { type Scene, scenes, setStage, type Stage } from "./shared-story.ts";

async function begin(
  scene: Scene,
  options: MemoryFilesOptions = {},
): Promise<Stage & { memory: MemoryFiles }> {
  const memory = new MemoryFiles({}, options);
  return { ...(await setStage(scene, memory, "")), memory };
}

function treeOf(files: MemoryFiles): Record<string, string> {
  const { ".pkm.lock": _, ...rest } = files.snapshot("/env");
  return rest;
}

const kinds: Readonly<Record<string, MemoryFilesOptions>> = {
  "with exchanging renames": {},
  "with plain renames": { withoutExchange: true },
};

for (const [title, scene] of Object.entries(scenes))
  describe(title, () => {
    for (const [kind, options] of Object.entries(kinds)) {
      test(`leaves everything whole and the store untouched, or was never begun (${kind})`, async () => {
        const { memory, trees, play, defects } = await begin(scene, options);
        const before = treeOf(memory);
        expect(defects(memory)).toEqual([]);
        const store = memory.snapshot(trees);
        const counting = new FaultyFiles(memory);
        expect(await play(counting)).not.toBeInstanceOf(Error);
        const after = treeOf(memory);
        expect(defects(memory)).toEqual([]);
        expect(after).not.toEqual(before);
        const commit = counting.log.findIndex((line) => line.endsWith("/committed")) + 1;
        const stride = options.withoutExchange === true ? 3 : 1;
        for (let at = 1; at <= counting.count; at += stride)
          for (const fault of [{ at, errno: "EACCES" }, { at, kill: "torn" } as const]) {
            const stage = await begin(scene, options);
            const outcome = await stage.play(new FaultyFiles(stage.memory, fault));
            if ("kill" in fault) expect(outcome).toBeInstanceOf(Killed);
            else if (at <= commit) expect(outcome).toBeInstanceOf(PkmError);
            await stage.recover(stage.memory);
            expect(treeOf(stage.memory)).toEqual(at <= commit ? before : after);
            expect(stage.memory.snapshot(trees)).toEqual(store);
          }
      }, 120_000);
    }
  });

test("a linked folder that two distributions fill becomes real, and each has its own links in it", async () => {
  const { memory, environment, play } = await begin(
    scenes["a second distribution in a linked folder"] as Scene,
  );
  const site = environment.paths.purelib;
  expect(memory.tryLstat(`${site}/legacy`)?.kind).toBe("link");
  await play(memory);
  const kindOf = (path: string) => memory.tryLstat(`${site}/${path}`)?.kind;
  expect(kindOf("legacy")).toBe("folder");
  expect(kindOf("legacy/of_left")).toBe("link");
  expect(kindOf("legacy/of_right")).toBe("link");
  expect(kindOf("legacy/both")).toBe("folder");
  expect(kindOf("legacy/both/left")).toBe("link");
  expect(kindOf("legacy/__init__.py")).toBe("file");
  const record = memory.readText(`${site}/left-1.0.dist-info/RECORD`);
  expect(record.split("\n").filter((row) => row.endsWith(",,"))).toEqual([
    "left-1.0.dist-info/RECORD,,",
    "legacy/both/left,,",
    "legacy/of_left,,",
    "space/left,,",
  ]);
});

test("a tree whose making was cut short is made by the next installation", async () => {
  const stage = await begin(scenes["files that become linked folders"] as Scene);
  const { memory, trees, play, recover, defects } = stage;
  for (const { name } of memory.list(trees)) memory.removeTree(`${trees}/${name}`);
  expect(await play(new FaultyFiles(memory, { at: 40, kill: "torn" }))).toBeInstanceOf(Killed);
  await recover(memory);
  expect(await play(memory)).not.toBeInstanceOf(Error);
  expect(defects(memory)).toEqual([]);
});
