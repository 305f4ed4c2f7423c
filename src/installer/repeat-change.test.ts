import { describe, expect, test } from "bun:test";
import { FaultyFiles, Killed } from "#platform/memory/faulty-files";
import { MemoryClock } from "#platform/memory/clock";
import { MemoryFiles } from "#platform/memory/files";
import { memoryWorld } from "#platform/memory/world";
import { observeWorld } from "#platform/observed-world";
import type { Files, World } from "#platform/ports";
import { isAsSeen, type Sightings } from "#platform/sightings";
import { repeatStaging, type StagedWork } from "#platform/staging-log";
import { apply } from "./apply.ts";
import { lockEnvironment } from "./environment-lock.ts";
import type { InstallerEvent, PreparedChange } from "./events.ts";
import {
  imaginedEnvironment,
  installedIn,
  layEnvironment,
  storeWheel,
  wantedOf,
  wheelSource,
  type WheelSketch,
} from "./imagined.ts";
import { plan } from "./plan.ts";
import { repeatChange } from "./repeat-change.ts";

const environment = imaginedEnvironment("/env");

const sketches: readonly WheelSketch[] = [
  {
    name: "one",
    version: "1.0",
    files: { "one/__init__.py": "", "one/deep/a, b.py": "#", "one_more.py": "1" },
    data: {
      data: { "share/one/icon.svg": "<svg>", "etc/one.conf": "x = 1" },
      headers: { "one.h": "#pragma" },
      scripts: { "one-old": "#!python\nprint()\n", "one-sh": "#!/bin/sh\n" },
    },
    consoleScripts: { one: "one:main" },
  },
  {
    name: "two",
    version: "2.0",
    files: { "two/__init__.py": "2" },
    data: { data: { "share/two": "" } },
  },
];

type Kept = {
  readonly change: PreparedChange;
  readonly seen: Sightings;
  readonly staged: StagedWork;
};

/** A machine with an empty environment, and the change that filled it once, as it is read from the disk. */
async function filledOnce(): Promise<{
  readonly files: MemoryFiles;
  readonly worldOf: (files: Files) => World;
  readonly kept: Kept;
  readonly full: Readonly<Record<string, string>>;
  readonly makeAnew: () => void;
}> {
  const clock = new MemoryClock();
  const files = new MemoryFiles({}, { now: () => clock.now() });
  const worldOf = (through: Files): World => memoryWorld({ files: through, clock });
  const world = worldOf(files);
  layEnvironment(environment, files);
  const wheels = sketches.map((sketch) => storeWheel(sketch, "/store", world));
  clock.advance(60_000);
  const observed = observeWorld(world);
  let kept: Kept | undefined;
  const report = (event: InstallerEvent): void => {
    if (event.type === "change-began") observed.expectStaging(event.places.transaction);
    if (event.type !== "change-prepared") return;
    const { places, steps, emptied } = event;
    const { root, transaction, lock } = places;
    const prepared = observed.prepared({ root, passing: [transaction, lock] }, [root]);
    if (prepared !== undefined) kept = { change: { places, steps, emptied }, ...prepared };
  };
  const wanted = wheels.map((wheel) => wantedOf(wheel));
  await apply(
    plan(installedIn(environment, observed.world.files), wanted),
    environment,
    wheelSource(wheels),
    { ...observed.world, report },
  );
  if (kept === undefined) throw new Error("the change was not prepared");
  const makeAnew = (): void => {
    clock.advance(60_000);
    files.removeTree("/env");
    layEnvironment(environment, files);
  };
  const full = tree(files);
  makeAnew();
  return { files, worldOf, kept: JSON.parse(JSON.stringify(kept)) as Kept, full, makeAnew };
}

function tree(files: MemoryFiles): Record<string, string> {
  const { ".pkm.lock": _lock, ...rest } = files.snapshot("/env");
  return rest;
}

function repeat({ change, seen, staged }: Kept, world: World): Promise<boolean> {
  return repeatChange(
    change,
    {
      isAsBefore: () => isAsSeen(seen, world),
      layOut: () => repeatStaging(staged, world.files),
    },
    world,
  );
}

describe("a change that was made before", () => {
  test("fills an environment made anew just as it did the first time", async () => {
    const { files, worldOf, kept, full } = await filledOnce();
    const world = worldOf(files);
    expect(await repeat(kept, world)).toBe(true);
    expect(tree(files)).toEqual(full);
    expect(Object.keys(full)).toContain("bin/one");
    expect(Object.keys(full)).toContain("include/site/python3.13/one/one.h");
  });

  test("is not made a second time to what it has filled", async () => {
    const { files, worldOf, kept, full } = await filledOnce();
    await repeat(kept, worldOf(files));
    expect(await repeat(kept, worldOf(files))).toBe(false);
    expect(tree(files)).toEqual(full);
  });

  const site = environment.paths.purelib;
  const differences: Readonly<Record<string, (files: MemoryFiles) => void>> = {
    "another distribution is there": (files) => files.makeFolders(`${site}/three-1.0.dist-info`),
    "a file stands where a script goes": (files) => files.write("/env/bin/one", "mine"),
    "a folder stands where data goes": (files) => files.makeFolders("/env/share"),
    "nobody may write into the folder of modules": (files) => files.chmod(site, 0o555),
    "a wheel has left the store": (files) => {
      for (const { name } of files.list("/store")) files.removeTree(`/store/${name}`);
    },
    "a killed command has left its transaction": (files) =>
      files.makeFolder("/env/.pkm-transaction"),
  };
  for (const [title, change] of Object.entries(differences))
    test(`is left to the ordinary way when ${title}`, async () => {
      const { files, worldOf, kept } = await filledOnce();
      change(files);
      const before = tree(files);
      expect(await repeat(kept, worldOf(files))).toBe(false);
      expect(tree(files)).toEqual(before);
    });

  test("waits for nobody", async () => {
    const { files, worldOf, kept } = await filledOnce();
    const before = tree(files);
    const lock = await lockEnvironment(environment, worldOf(files));
    expect(await repeat(kept, worldOf(files))).toBe(false);
    lock.release();
    expect(tree(files)).toEqual(before);
  });

  test("leaves the environment empty or full, whatever fails and wherever it is killed", async () => {
    const { files, worldOf, kept, full, makeAnew } = await filledOnce();
    const empty = tree(files);
    const counting = new FaultyFiles(files);
    expect(await repeat(kept, worldOf(counting))).toBe(true);
    expect(counting.count).toBeGreaterThan(20);
    for (let at = 1; at <= counting.count; at++)
      for (const fault of [
        { at, errno: "ENOSPC" },
        { at, kill: "before" },
        { at, kill: "torn" },
      ] as const) {
        makeAnew();
        const faulty = worldOf(new FaultyFiles(files, fault));
        const done = await repeat(kept, faulty).catch((error: unknown) => {
          if (error instanceof Killed) return "killed";
          throw error;
        });
        const label = `${counting.log[at - 1]} ${JSON.stringify(fault)}: ${done}`;
        const lock = await lockEnvironment(environment, worldOf(files));
        lock.release();
        const found = tree(files);
        const isFull = JSON.stringify(found) === JSON.stringify(full);
        if (done === true) expect({ label, isFull }).toEqual({ label, isFull: true });
        else if (done === false) expect({ label, found }).toEqual({ label, found: empty });
        else if (!isFull) expect({ label, found }).toEqual({ label, found: empty });
      }
  });
});
