import { describe, expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import type { ApplyOptions } from "#installer/apply";
import { lockEnvironment } from "#installer/environment-lock";
import { imaginedEnvironment, layEnvironment, storeWheel } from "#installer/imagined";
import type { WheelSketch } from "#installer/imagined";
import { unshare } from "#installer/unshare";
import { FaultyFiles, Killed } from "#platform/memory/faulty-files";
import { MemoryFiles, type MemoryFilesOptions } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import type { Files } from "#platform/ports";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { layOut } from "#store/layout";
import { SharedTrees } from "#store/shared-trees";
import type { StoredWheel } from "#store/wheel-manifest";
import { defectsOf } from "./check-environment.ts";
import { bringTo } from "./upgrade-story.ts";

/*
 * Changes of an environment whose folders are links into the store, with each file operation failed, and the process
 * killed at each. The store's trees are made before: what is counted is the environment.
 */

const hashing = new RealHashing();
const inflate = new RealInflate();
const host = memoryHost();
const environment = imaginedEnvironment("/env");
const places = layOut("/cache");

type Way = "tree" | "hardlink";
type Scene = {
  readonly before: readonly WheelSketch[];
  readonly beforeWay: Way;
  /** What the environment shall hold afterwards; `unshare` where only that is done. */
  readonly after: readonly WheelSketch[] | "unshare";
  readonly afterWay: Way;
};

const app = (version: string): WheelSketch => ({
  name: "app",
  version,
  files: { "app/core.py": `# ${version}\n`, "app/deep/er/leaf.py": `# ${version}\n`, "one.py": "" },
  data: { data: { "share/app.txt": version } },
  consoleScripts: { app: "app.core:main" },
});

/** Parts of a namespace that holds folders only, of one with a common file, and of one that both fill with files. */
const part = (name: string, version: string): WheelSketch => ({
  name,
  version,
  files: {
    [`space/${name}/core.py`]: `# ${version}\n`,
    "legacy/__init__.py": "# common\n",
    [`legacy/${name}.py`]: `# ${version}\n`,
    [`legacy/of_${name}/core.py`]: `# ${version}\n`,
    [`legacy/both/${name}/core.py`]: `# ${version}\n`,
  },
});

const scenes: Readonly<Record<string, Scene>> = {
  "an upgrade of linked folders": {
    before: [app("1.0"), part("left", "1.0"), part("right", "1.0")],
    beforeWay: "tree",
    after: [app("2.0"), part("left", "2.0"), part("right", "2.0")],
    afterWay: "tree",
  },
  "a second distribution in a linked folder": {
    before: [app("1.0"), part("left", "1.0")],
    beforeWay: "tree",
    after: [app("1.0"), part("left", "1.0"), part("right", "1.0")],
    afterWay: "tree",
  },
  "a second distribution, with files of its own, in a linked folder": {
    before: [part("left", "1.0")],
    beforeWay: "tree",
    after: [part("left", "1.0"), part("right", "1.0")],
    afterWay: "hardlink",
  },
  "an upgrade that brings a second distribution along": {
    before: [part("left", "1.0")],
    beforeWay: "tree",
    after: [part("left", "2.0"), part("right", "1.0")],
    afterWay: "tree",
  },
  "files that become linked folders": {
    before: [app("1.0"), part("left", "1.0")],
    beforeWay: "hardlink",
    after: [app("2.0"), part("left", "2.0")],
    afterWay: "tree",
  },
  "linked folders that become files": {
    before: [app("1.0"), part("left", "1.0"), part("right", "1.0")],
    beforeWay: "tree",
    after: [app("2.0"), part("left", "2.0"), part("right", "2.0")],
    afterWay: "hardlink",
  },
  "an uninstallation": {
    before: [app("1.0"), part("left", "1.0"), part("right", "1.0")],
    beforeWay: "tree",
    after: [part("right", "1.0")],
    afterWay: "tree",
  },
  "making all folders real": {
    before: [app("1.0"), part("left", "1.0"), part("right", "1.0")],
    beforeWay: "tree",
    after: "unshare",
    afterWay: "hardlink",
  },
};

type Stage = {
  readonly memory: MemoryFiles;
  readonly before: readonly StoredWheel[];
  readonly after: readonly StoredWheel[] | "unshare";
};

/** The environment as the scene begins, and all that is needed of the store. */
async function setStage(scene: Scene, options: MemoryFilesOptions): Promise<Stage> {
  const memory = new MemoryFiles({}, options);
  layEnvironment(environment, memory);
  memory.write("/env/pyvenv.cfg", "home = /usr/bin\nshared = true\n");
  const world = { files: memory, hashing };
  const lay = (sketches: readonly WheelSketch[]): StoredWheel[] =>
    sketches.map((sketch) => storeWheel(sketch, "/store", world));
  const before = lay(scene.before);
  const after = scene.after === "unshare" ? scene.after : lay(scene.after);
  const trees = new SharedTrees(places, { files: memory, hashing, inflate, host });
  for (const wheel of [...before, ...(after === "unshare" ? [] : after)]) trees.tree(wheel);
  await bringTo({ environment }, before, memory, optionsFor(scene.beforeWay, memory));
  trees.register("/env");
  return { memory, before, after };
}

function optionsFor(way: Way, files: Files): ApplyOptions {
  return { linkMode: way, trees: new SharedTrees(places, { files, hashing, inflate, host }) };
}

async function play(scene: Scene, stage: Stage, files: Files): Promise<unknown> {
  const act =
    stage.after === "unshare"
      ? unshare(environment, { files, hashing, host })
      : bringTo({ environment }, stage.after, files, optionsFor(scene.afterWay, files));
  return act.catch((error: unknown) => error);
}

async function recoverOn(files: Files): Promise<void> {
  (await lockEnvironment(environment, { files, hashing, host })).release();
}

function treeOf(files: MemoryFiles): Record<string, string> {
  const { ".pkm.lock": _, ...rest } = files.snapshot("/env");
  return rest;
}

function defectsIn(files: Files): string[] {
  return defectsOf(environment, files, {
    foreign: new Set(["/env/pyvenv.cfg", "/env/bin/python"]),
  });
}

const kinds: Readonly<Record<string, MemoryFilesOptions>> = {
  "with exchanging renames": {},
  "with plain renames": { withoutExchange: true },
};

for (const [title, scene] of Object.entries(scenes))
  describe(title, () => {
    for (const [kind, options] of Object.entries(kinds)) {
      test(`leaves everything whole and the store untouched, or was never begun (${kind})`, async () => {
        const whole = await setStage(scene, options);
        const before = treeOf(whole.memory);
        expect(defectsIn(whole.memory)).toEqual([]);
        const store = whole.memory.snapshot("/cache/store-v1/trees");
        const counting = new FaultyFiles(whole.memory);
        expect(await play(scene, whole, counting)).not.toBeInstanceOf(Error);
        const after = treeOf(whole.memory);
        expect(defectsIn(whole.memory)).toEqual([]);
        expect(after).not.toEqual(before);
        const commit = counting.log.findIndex((line) => line.endsWith("/committed")) + 1;
        const stride = options.withoutExchange === true ? 3 : 1;
        for (let at = 1; at <= counting.count; at += stride)
          for (const fault of [{ at, errno: "EACCES" }, { at, kill: "torn" } as const]) {
            const stage = await setStage(scene, options);
            const files = new FaultyFiles(stage.memory, fault);
            const outcome = await play(scene, stage, files);
            if ("kill" in fault) expect(outcome).toBeInstanceOf(Killed);
            else if (at <= commit) expect(outcome).toBeInstanceOf(PkmError);
            await recoverOn(stage.memory);
            expect(treeOf(stage.memory)).toEqual(at <= commit ? before : after);
            expect(stage.memory.snapshot("/cache/store-v1/trees")).toEqual(store);
          }
      }, 120_000);
    }
  });

test("a linked folder that two distributions fill becomes real, and each has its own links in it", async () => {
  const scene = scenes["a second distribution in a linked folder"] as Scene;
  const stage = await setStage(scene, {});
  const site = environment.paths.purelib;
  expect(stage.memory.tryLstat(`${site}/legacy`)?.kind).toBe("link");
  await play(scene, stage, stage.memory);
  const kindOf = (path: string) => stage.memory.tryLstat(`${site}/${path}`)?.kind;
  expect(kindOf("legacy")).toBe("folder");
  expect(kindOf("legacy/of_left")).toBe("link");
  expect(kindOf("legacy/of_right")).toBe("link");
  expect(kindOf("legacy/both")).toBe("folder");
  expect(kindOf("legacy/both/left")).toBe("link");
  expect(kindOf("legacy/__init__.py")).toBe("file");
  const record = stage.memory.readText(`${site}/left-1.0.dist-info/RECORD`);
  expect(record.split("\n").filter((row) => row.endsWith(",,"))).toEqual([
    "left-1.0.dist-info/RECORD,,",
    "legacy/both/left,,",
    "legacy/of_left,,",
    "space/left,,",
  ]);
});

test("a tree whose making was cut short is made by the next installation", async () => {
  const scene = scenes["files that become linked folders"] as Scene;
  const stage = await setStage(scene, {});
  for (const { name } of stage.memory.list(places.trees))
    stage.memory.removeTree(`${places.trees}/${name}`);
  const counting = new FaultyFiles(stage.memory, { at: 40, kill: "torn" });
  expect(await play(scene, stage, counting)).toBeInstanceOf(Killed);
  await recoverOn(stage.memory);
  expect(await play(scene, stage, stage.memory)).not.toBeInstanceOf(Error);
  expect(defectsIn(stage.memory)).toEqual([]);
});
