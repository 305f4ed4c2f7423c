import type { ApplyOptions } from "#installer/apply";
import type { PythonEnvironment } from "#environment/environment";
import { lockEnvironment } from "#installer/environment-lock";
import {
  imaginedEnvironment,
  layEnvironment,
  storeWheel,
  type WheelSketch,
} from "#installer/imagined";
import { unshare } from "#installer/unshare";
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
 * Changes of an environment whose folders are links into the store. Its trees are made before the change begins: what
 * can fail then is the environment's part of it.
 */

const hashing = new RealHashing();
const inflate = new RealInflate();
const host = memoryHost();

type Way = "tree" | "hardlink";
export type Scene = {
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

/** Modules of one folder come from the wheel's root and from its data folder. */
const divided = (version: string): WheelSketch => ({
  name: "divided",
  version,
  files: { "divided/core.py": `# ${version}\n`, "divided/deep/leaf.py": `# ${version}\n` },
  data: { purelib: { "divided/more.py": `# ${version}\n`, "divided/deep/more.py": version } },
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

/** Four that meet nowhere but in folders of data. */
const apart = ["north", "south", "east", "west"].map((name): WheelSketch => ({
  name,
  version: "1.0",
  files: { [`${name}/core.py`]: `# ${name}\n`, [`${name}_one.py`]: "" },
  data: { data: { [`share/all/${name}.txt`]: name, [`share/${name}/a.txt`]: "", "etc/x": "" } },
  consoleScripts: { [name]: `${name}.core:main` },
}));

export const scenes: Readonly<Record<string, Scene>> = {
  "a first installation": { before: [], beforeWay: "tree", after: apart, afterWay: "tree" },
  "a first installation of files": {
    before: [],
    beforeWay: "tree",
    after: apart,
    afterWay: "hardlink",
  },
  "an installation beside another": {
    before: apart.slice(0, 2),
    beforeWay: "tree",
    after: apart,
    afterWay: "tree",
  },
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
  "folders that a wheel fills twice": {
    before: [divided("1.0")],
    beforeWay: "tree",
    after: [divided("2.0")],
    afterWay: "tree",
  },
  "making all folders real": {
    before: [app("1.0"), part("left", "1.0"), part("right", "1.0")],
    beforeWay: "tree",
    after: "unshare",
    afterWay: "hardlink",
  },
};

export type Stage = {
  readonly environment: PythonEnvironment;
  /** The folder of the store's trees. */
  readonly trees: string;
  /** Makes the change; a failure is answered, whatever it is. */
  readonly play: (files: Files) => Promise<unknown>;
  /** What the next command does first. */
  readonly recover: (files: Files) => Promise<void>;
  readonly defects: (files: Files) => readonly string[];
};

/** The environment as the scene begins, and all that is needed of the store, below one folder. */
export async function setStage(scene: Scene, files: Files, base: string): Promise<Stage> {
  const environment = imaginedEnvironment(`${base}/env`);
  const places = layOut(`${base}/cache`);
  layEnvironment(environment, files);
  files.write(`${environment.root}/pyvenv.cfg`, "home = /usr/bin\nshared = true\n");
  const treesOn = (on: Files): SharedTrees =>
    new SharedTrees(places, { files: on, hashing, inflate, host });
  const options = (way: Way, on: Files): ApplyOptions => ({ linkMode: way, trees: treesOn(on) });
  const lay = (sketches: readonly WheelSketch[]): StoredWheel[] =>
    sketches.map((sketch) => storeWheel(sketch, `${base}/store`, { files, hashing }));
  const before = lay(scene.before);
  const after = scene.after === "unshare" ? scene.after : lay(scene.after);
  for (const wheel of [...before, ...(after === "unshare" ? [] : after)])
    treesOn(files).tree(wheel);
  await bringTo({ environment }, before, files, options(scene.beforeWay, files));
  treesOn(files).register(environment.root);
  const foreign = new Set([
    `${environment.root}/pyvenv.cfg`,
    `${environment.paths.scripts}/python`,
  ]);
  return {
    environment,
    trees: places.trees,
    play: (on) => {
      const change =
        after === "unshare"
          ? unshare(environment, { files: on, hashing, host })
          : bringTo({ environment }, after, on, options(scene.afterWay, on));
      return change.catch((error: unknown) => error);
    },
    recover: async (on) =>
      (await lockEnvironment(environment, { files: on, hashing, host })).release(),
    defects: (on) => defectsOf(environment, on, { foreign }),
  };
}
