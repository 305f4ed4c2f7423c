import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  imaginedEnvironment,
  layEnvironment,
  storeWheel,
  type WheelSketch,
} from "#installer/imagined";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { isKeeper } from "#store/installed-metadata";
import { layOut } from "#store/layout";
import { SharedTrees } from "#store/shared-trees";
import { defectsOf } from "./check-environment.ts";
import type { StoredWheel } from "#store/wheel-manifest";
import { bringTo } from "./upgrade-story.ts";

/*
 * Whatever distributions come and go, and whichever way their files are linked: who looks into the environment sees
 * the same modules, RECORDs are true, and the store's trees stay as they were made.
 */

const hashing = new RealHashing();
const environment = imaginedEnvironment("/env");
const places = layOut("/cache");
const site = environment.paths.purelib;

/** Paths that meet each other in every way; a file of one path has one content, whoever brings it. */
const paths = [
  "x/__init__.py",
  "x/a.py",
  "x/y/b.py",
  "x/y/z/c.py",
  "x/y/z/d.py",
  "w/v/e.py",
  "w/v/u/f.py",
  "w/t/g.py",
  "m.py",
];

const names = ["aa", "bb", "cc"] as const;
const versions = ["1", "2"] as const;
const filesOfOne = fc.uniqueArray(fc.constantFrom(...paths), { minLength: 1 });
/** The files of each version of each distribution. */
const world = fc.tuple(...names.map(() => fc.tuple(...versions.map(() => filesOfOne))));
/** Which version of each the environment shall hold, if any. */
const state = fc.record({
  chosen: fc.tuple(...names.map(() => fc.constantFrom(undefined, 0, 1))),
  way: fc.constantFrom<Way>("tree", "hardlink"),
});

type Way = "tree" | "hardlink";
type World = readonly (readonly (readonly string[])[])[];
type State = { readonly chosen: readonly (number | undefined)[]; readonly way: Way };

/** Brings an environment through all states, and answers what is to be seen in it. */
async function view(world: World, states: readonly State[]): Promise<readonly string[]> {
  const files = new MemoryFiles();
  layEnvironment(environment, files);
  const trees = new SharedTrees(places, {
    files,
    hashing,
    inflate: new RealInflate(),
    host: memoryHost(),
  });
  const wheels = world.map((generations, name) =>
    generations.map((own, version) => {
      const wheel: WheelSketch = {
        name: names[name] as string,
        version: versions[version] as string,
        files: Object.fromEntries(own.map((path) => [path, `# ${path}\n`])),
      };
      return storeWheel(wheel, "/store", { files, hashing });
    }),
  );
  for (const wheel of wheels.flat()) trees.tree(wheel);
  for (const { chosen, way } of states) {
    const wanted = chosen.flatMap((version, name) =>
      version === undefined ? [] : [wheels[name]?.[version] as StoredWheel],
    );
    const before = files.snapshot(places.trees);
    await bringTo({ environment }, wanted, files, { linkMode: way, trees });
    expect(files.snapshot(places.trees)).toEqual(before);
    const foreign = new Set(["/env/pyvenv.cfg", "/env/bin/python"]);
    expect(defectsOf(environment, files, { foreign })).toEqual([]);
  }
  return seenBelow(site, files);
}

/** Modules with their content, links followed. */
function seenBelow(folder: string, files: MemoryFiles): string[] {
  const seen: string[] = [];
  for (const { name } of files.list(folder)) {
    const path = `${folder}/${name}`;
    if (name.endsWith(".dist-info") || name === "__pycache__" || isKeeper(name)) continue;
    if (files.tryStat(path)?.kind === "folder") seen.push(...seenBelow(path, files));
    else seen.push(`${path}: ${files.readText(path)}`);
  }
  return seen.sort();
}

test("linked folders and linked files show the same modules, through any sequence of changes", async () => {
  await fc.assert(
    fc.asyncProperty(
      world,
      fc.array(state, { minLength: 1, maxLength: 4 }),
      async (given, states) => {
        const plain = states.map((one) => ({ ...one, way: "hardlink" as const }));
        expect(await view(given, states)).toEqual(await view(given, plain));
      },
    ),
    { numRuns: 150 },
  );
}, 120_000);
