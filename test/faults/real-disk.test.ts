import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { PkmError } from "#base/errors";
import { lockEnvironment } from "#installer/environment-lock";
import { FaultyFiles, Killed } from "#platform/memory/faulty-files";
import { memoryHost } from "#platform/memory/host";
import { RealFiles } from "#platform/real/files";
import { RealHashing } from "#platform/real/hashing";
import { removeLocked } from "#store/shared-trees";
import { defectsOf } from "./check-environment.ts";
import { scenes, setStage } from "./shared-story.ts";
import { bringTo, knownLosers, tellStory } from "./upgrade-story.ts";

/*
 * A sample of the faults on the disk of this machine: that links, exchanging renames, inodes and locks are what the
 * imagined file system takes them for.
 */

const base = mkdtempSync(`${tmpdir()}/pkm-faults-`);
afterAll(() => removeLocked(base, new RealFiles()), 60_000);

const sample = 12;

test("an upgrade on a real disk, undisturbed, failing and killed at a dozen operations", async () => {
  const files = new RealFiles();
  const whole = await tellStory(files, `${base}/whole`);
  const counting = new FaultyFiles(files);
  await bringTo(whole, whole.new, counting);
  expect(defectsOf(whole.environment, files, { knownLosers, foreign: whole.foreign })).toEqual([]);
  expect(readdirSync(whole.environment.root).filter((name) => name.startsWith(".pkm"))).toEqual([
    ".pkm.lock",
  ]);

  for (let number = 1; number <= sample; number++) {
    const at = Math.floor((number * counting.count) / (sample + 1));
    const story = await tellStory(files, `${base}/${number}`);
    const fault = number % 2 === 0 ? { at, errno: "ENOSPC" } : ({ at, kill: "torn" } as const);
    const faulty = new FaultyFiles(files, fault);
    const outcome: unknown = await bringTo(story, story.new, faulty).catch(
      (error: unknown) => error,
    );
    const world = { files, hashing: new RealHashing(), host: memoryHost() };
    if (outcome instanceof Error)
      expect(outcome).toBeInstanceOf("errno" in fault ? PkmError : Killed);
    (await lockEnvironment(story.environment, world)).release();
    expect(defectsOf(story.environment, files, { knownLosers, foreign: story.foreign })).toEqual(
      [],
    );
    const left = readdirSync(story.environment.root).filter((name) => name.startsWith(".pkm"));
    expect(left).toEqual([".pkm.lock"]);
    const versions = new Set(
      readdirSync(story.environment.paths.purelib)
        .filter((name) => name.endsWith(".dist-info"))
        .map((name) => name.split("-")[1]),
    );
    expect(versions.size).toBe(1);
  }
}, 60_000);

test("round trip on a real disk: what is installed and removed again leaves the tree as it was", async () => {
  const files = new RealFiles();
  const story = await tellStory(files, `${base}/round`);
  await bringTo(story, [], files);
  const left = readdirSync(story.environment.root, { recursive: true })
    .map(String)
    .filter((path) => files.tryLstat(`${story.environment.root}/${path}`)?.kind !== "folder")
    .sort();
  const notes = "lib/python3.13/site-packages/d02/notes of a user.txt";
  expect(left).toEqual([".pkm.lock", "bin/python", notes, "pyvenv.cfg"]);
});

test("two writers in two processes' stead: both changes are there in the end", async () => {
  const [one, two] = [new RealFiles(), new RealFiles()];
  const story = await tellStory(one, `${base}/two`);
  const world = { files: two, hashing: new RealHashing(), host: memoryHost() };
  const lock = await lockEnvironment(story.environment, world);
  const upgrade = bringTo(story, story.new, one);
  expect(readdirSync(story.environment.root)).not.toContain(".pkm-transaction");
  lock.release();
  await upgrade;
  expect(defectsOf(story.environment, one, { knownLosers, foreign: story.foreign })).toEqual([]);
});

test("shared environments on a real disk, undisturbed, failing and killed", async () => {
  const files = new RealFiles();
  for (const [number, scene] of Object.values(scenes).entries()) {
    const whole = await setStage(scene, files, `${base}/scene-${number}`);
    const counting = new FaultyFiles(files);
    expect(await whole.play(counting)).not.toBeInstanceOf(Error);
    expect(whole.defects(files)).toEqual([]);
    for (const part of [0.7, 0.85]) {
      const at = Math.floor(counting.count * part);
      const fault = part === 0.7 ? { at, errno: "ENOSPC" } : ({ at, kill: "torn" } as const);
      const stage = await setStage(scene, files, `${base}/scene-${number}-${part}`);
      const inStore = readdirSync(stage.trees, { recursive: true }).length;
      await stage.play(new FaultyFiles(files, fault));
      await stage.recover(files);
      expect(stage.defects(files)).toEqual([]);
      expect(readdirSync(stage.trees, { recursive: true })).toHaveLength(inStore);
      removeLocked(`${base}/scene-${number}-${part}`, files);
    }
    removeLocked(`${base}/scene-${number}`, files);
  }
}, 60_000);
