import { describe, expect, test } from "bun:test";
import { MemoryClock } from "#platform/memory/clock";
import { FaultyFiles } from "#platform/memory/faulty-files";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { MemoryProcesses } from "#platform/memory/processes";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { normalizeName } from "#standards/name";
import type { KeptBuild } from "./build-store.ts";
import { cleanCache, pruneCache, verifyCache } from "./maintenance.ts";
import { openStore } from "./store.ts";

const hashing = new RealHashing();
const key = hashing.digest("sha256", "a source and its settings");
const content = "the bytes of a wheel";
const filename = "demo-1-py3-none-any.whl";
const build: KeptBuild = {
  project: normalizeName("demo"),
  version: "1",
  metadata: "Metadata-Version: 2.1\nName: demo\nVersion: 1\n",
  source: "demo-1.tar.gz",
};
const whole: KeptBuild = {
  ...build,
  wheel: { filename, sha256: hashing.digest("sha256", content) },
};
const day = 24 * 60 * 60 * 1000;

function setUp() {
  const clock = new MemoryClock();
  const files = new MemoryFiles({}, { now: () => clock.now() });
  const host = memoryHost();
  const inflate = new RealInflate();
  const world = { files, clock, processes: new MemoryProcesses(), hashing, inflate, host };
  const { builds } = openStore({ root: "/cache", world });
  const keepWheel = async (): Promise<string> => {
    const file = `${(await builds.workPlace()).folder()}/${filename}`;
    files.write(file, content);
    return builds.keep(key, whole, file).path as string;
  };
  return { clock, files, world, builds, keepWheel };
}

describe("BuildStore", () => {
  test("gives back what was kept, wheel and all", async () => {
    const { files, builds, keepWheel } = setUp();
    expect(builds.find(key)).toBeUndefined();
    const path = await keepWheel();
    expect(files.readText(path)).toBe(content);
    expect(builds.find(key)).toEqual({ ...whole, path });
  });

  test("keeps metadata before there is a wheel, and the wheel beside it", async () => {
    const { builds, keepWheel } = setUp();
    builds.keep(key, build);
    expect(builds.find(key)).toEqual({ ...build, path: undefined });
    await keepWheel();
    expect(builds.find(key)?.wheel?.filename).toBe(filename);
  });

  test("still knows the metadata when the wheel is gone, and nothing when the entry is torn", async () => {
    const { files, builds, keepWheel } = setUp();
    const path = await keepWheel();
    files.remove(path);
    expect(builds.find(key)).toEqual({ ...build, wheel: undefined, path: undefined });
    const entry = path.replace(filename, "entry");
    files.write(entry, files.read(entry).subarray(0, 40));
    expect(builds.find(key)).toBeUndefined();
  });

  test("leads to an environment only when it was finished and is still there", async () => {
    const { files, builds } = setUp();
    const folder = `${builds.environmentFolder(key, await builds.workPlace())}/venv`;
    expect(builds.environment(key)).toBeUndefined();
    files.makeFolders(folder);
    files.write(`${folder}/pyvenv.cfg`, "");
    expect(builds.environment(key)).toBeUndefined();
    builds.keepEnvironment(key, folder);
    expect(builds.environment(key)).toBe(folder);
    files.removeTree(folder);
    expect(builds.environment(key)).toBeUndefined();
  });

  test("takes away what a killed run began to make, and neither what it finished nor what others make", async () => {
    const { files, world, builds } = setUp();
    const finish = (store: typeof builds, parent: string, of: string): string => {
      const folder = `${parent}/venv`;
      files.makeFolders(folder);
      files.write(`${folder}/pyvenv.cfg`, "");
      store.keepEnvironment(of, folder);
      return folder;
    };
    const living = builds.environmentFolder(key, await builds.workPlace());
    const doomed = new FaultyFiles(files);
    const { builds: theirs } = openStore({ root: "/cache", world: { ...world, files: doomed } });
    const place = await theirs.workPlace();
    const [done, begun, twin] = ["done", key, key].map((of) =>
      theirs.environmentFolder(of, place),
    ) as [string, string, string];
    const finished = finish(theirs, done, "done");
    const kept = finish(theirs, twin, key);
    doomed.kill();
    expect(files.tryStat(begun)).toBeDefined();
    await builds.workPlace();
    expect(files.tryStat(begun)).toBeUndefined();
    expect(files.tryStat(living)).toBeDefined();
    expect(builds.environment("done")).toBe(finished);
    expect(builds.environment(key)).toBe(kept);
  });

  test("gives every log a name of its own that tells what was built", () => {
    const { builds } = setUp();
    const logs = [builds.logFile("demo-1.tar.gz"), builds.logFile("demo-1.tar.gz")];
    expect(new Set(logs).size).toBe(2);
    for (const log of logs) expect(log).toMatch(/\/logs\/demo-1\.tar\.gz-\d{8}T\d{6}(-\d+)?\.log$/);
    expect(builds.logFile("https://host.example/a b?c")).toMatch(/\/logs\/a-b-c-/);
  });
});

describe("maintenance of builds", () => {
  test("pruneCache() takes what was not used for a quarter of a year, and environments nobody leads to", async () => {
    const { clock, files, world, builds, keepWheel } = setUp();
    await keepWheel();
    const place = await builds.workPlace();
    const folder = `${builds.environmentFolder(key, place)}/venv`;
    files.makeFolders(folder);
    files.write(`${folder}/pyvenv.cfg`, "");
    builds.keepEnvironment(key, folder);
    const lost = builds.environmentFolder("lost", place);
    const log = builds.logFile("demo");
    clock.advance(60 * day);
    await pruneCache("/cache", {}, world);
    expect(files.tryStat(lost)).toBeUndefined();
    // Both are used, which keeps them for another quarter.
    expect(builds.find(key)?.path).toBeDefined();
    expect(builds.environment(key)).toBe(folder);
    clock.advance(60 * day);
    await pruneCache("/cache", {}, world);
    expect(builds.find(key)?.path).toBeDefined();
    expect(builds.environment(key)).toBe(folder);
    expect(files.tryStat(log)).toBeUndefined();
    clock.advance(100 * day);
    await pruneCache("/cache", {}, world);
    expect(builds.find(key)).toBeUndefined();
    expect(builds.environment(key)).toBeUndefined();
  });

  test("cleanCache() forgets the builds of a project, and everything", async () => {
    const { files, world, builds, keepWheel } = setUp();
    await keepWheel();
    await cleanCache("/cache", [normalizeName("other")], world);
    expect(builds.find(key)).toBeDefined();
    await cleanCache("/cache", [normalizeName("demo")], world);
    expect(builds.find(key)).toBeUndefined();
    await keepWheel();
    await cleanCache("/cache", undefined, world);
    expect(files.tryStat("/cache/store-v1/builds")).toBeUndefined();
  });

  test("verifyCache() hashes what was built, and removes what was changed", async () => {
    const { files, world, builds, keepWheel } = setUp();
    const path = await keepWheel();
    expect((await verifyCache("/cache", world)).broken).toEqual([]);
    files.write(path, "other bytes");
    expect((await verifyCache("/cache", world)).broken).toEqual([
      { filename, problems: ["the wheel was changed"] },
    ]);
    expect(builds.find(key)).toBeUndefined();
  });
});
