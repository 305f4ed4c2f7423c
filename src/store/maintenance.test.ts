import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { type CraftedWheel, craftWheel } from "#distribution/crafted-wheel";
import { MemoryClock } from "#platform/memory/clock";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { MemoryProcesses } from "#platform/memory/processes";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { normalizeName } from "#standards/name";
import type { StoreEvent } from "./events.ts";
import { cacheUsage, cleanCache, pruneCache, verifyCache } from "./maintenance.ts";
import { openStore, type Store } from "./store.ts";
import type { StoredWheel } from "./wheel-manifest.ts";

const cache = "/cache";
const day = 24 * 60 * 60 * 1000;

function setUp() {
  const clock = new MemoryClock();
  const files = new MemoryFiles({}, { now: () => clock.now() });
  const events: StoreEvent[] = [];
  const world = {
    files,
    clock,
    processes: new MemoryProcesses(),
    hashing: new RealHashing(),
    inflate: new RealInflate(),
    host: memoryHost(),
    report: (event: StoreEvent) => events.push(event),
  };
  const open = (): Store => openStore({ root: cache, world });
  const add = async (name: string, recipe: CraftedWheel = {}): Promise<StoredWheel> => {
    const bytes = craftWheel({ name, ...recipe });
    const filename = `${name}-1.0-py3-none-any.whl`;
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const file = { filename, url: `https://index.example/${filename}`, hashes: { sha256 } };
    return await open().addWheel({ file, sha256, content: { kind: "bytes", bytes } });
  };
  const isThere = (wheel: StoredWheel): boolean =>
    open().findWheel(wheel.manifest.sha256) !== undefined;
  return { clock, files, events, world, open, add, isThere };
}

describe("cacheUsage()", () => {
  test("counts wheels and bytes, and makes no folder to do so", async () => {
    const { files, world, add } = setUp();
    expect(cacheUsage(cache, world)).toEqual({ wheels: 0, bytes: 0 });
    expect(files.tryStat(cache)).toBeUndefined();
    await add("one", { files: { "one/x": "x".repeat(10_000) } });
    await add("two");
    const usage = cacheUsage(cache, world);
    expect(usage.wheels).toBe(2);
    expect(usage.bytes).toBeGreaterThan(10_000);
  });
});

describe("pruneCache()", () => {
  test("removes checkouts, and whole repositories, that nobody used for a quarter of a year", async () => {
    const { files, world, clock } = setUp();
    const root = `${cache}/git-v1`;
    const keep = (repository: string, commit: string): void => {
      files.makeFolders(`${root}/${repository}/checkouts/${commit}`);
      files.write(`${root}/${repository}/checkouts/${commit}.used`, "");
    };
    keep("old", "a");
    keep("mixed", "b");
    keep("mixed", "c");
    clock.advance(100 * day);
    files.write(`${root}/mixed/checkouts/c.used`, "");
    keep("fresh", "d");
    await pruneCache(cache, {}, world);
    const names = (folder: string): string[] => files.list(folder).map(({ name }) => name);
    expect(names(root).sort()).toEqual(["fresh", "mixed"]);
    expect(names(`${root}/mixed/checkouts`)).toEqual(["c", "c.used"]);
  });

  test("removes what interrupted runs left, and nothing that is used", async () => {
    const { files, world, add, isThere, open } = setUp();
    const wheel = await add("demo");
    open().answers.put("question", "answer");
    files.makeFolders(`${open().root}/staging/abandoned/deep`);
    files.write(`${open().root}/staging/abandoned/file`, "x");
    const removal = await pruneCache(cache, {}, world);
    expect(removal).toEqual({ wheels: 0, files: 1, bytes: 1, inUse: 0 });
    expect(files.list(`${open().root}/staging`)).toEqual([]);
    expect(isThere(wheel)).toBe(true);
    expect(open().answers.get("question")).toBe("answer");
  });

  test("removes the wheels that were not used for the longest time until the rest fits", async () => {
    const { clock, world, add, isThere, open } = setUp();
    const content = { "x.txt": "x".repeat(1000) };
    const wheels: StoredWheel[] = [];
    for (const name of ["first", "second", "third"]) {
      wheels.push(await add(name, { files: content }));
      clock.advance(day);
    }
    // The first one is used once more.
    const store = open();
    store.findWheel(wheels[0]?.manifest.sha256 as string);
    store.close();
    const removal = await pruneCache(cache, { cap: 3000 }, world);
    expect(removal.wheels).toBe(1);
    expect(wheels.map(isThere)).toEqual([true, false, true]);
    expect((await pruneCache(cache, { cap: 3000 }, world)).wheels).toBe(0);
    expect((await pruneCache(cache, { cap: 0 }, world)).wheels).toBe(2);
  });

  test("removes answers and metadata that were not renewed for a quarter of a year", async () => {
    const { clock, world, open } = setUp();
    open().answers.put("old", "answer");
    open().metadata.put(normalizeName("old"), "a".repeat(64), "Name: old\n");
    clock.advance(60 * day);
    open().answers.put("new", "answer");
    clock.advance(60 * day);
    await pruneCache(cache, {}, world);
    expect(open().answers.get("old")).toBeUndefined();
    expect(open().metadata.get(normalizeName("old"), "a".repeat(64))).toBeUndefined();
    expect(open().answers.get("new")).toBe("answer");
  });

  test("waits for whoever uses the store, and tells so", async () => {
    const { files, events, world, add, open } = setUp();
    await add("demo");
    const hold = await open().hold();
    let done = false;
    const pruning = pruneCache(cache, { cap: 0 }, world).then((removal) => {
      done = true;
      return removal;
    });
    while (events.length === 0) await Promise.resolve();
    expect(done).toBe(false);
    expect(cacheUsage(cache, world).wheels).toBe(1);
    hold.release();
    expect((await pruning).wheels).toBe(1);
    expect(files.list(`${open().root}/wheels`).length).toBeLessThanOrEqual(1);
    expect(events).toEqual([{ type: "store-lock-awaited", holder: "pkm (process 4242)" }]);
  });
});

describe("cleanCache()", () => {
  test("empties everything but the marks of the folder, pages of other rooms included", async () => {
    const { files, world, add, open, isThere } = setUp();
    const wheel = await add("demo");
    open().answers.put("question", "answer");
    files.makeFolders(`${cache}/pages`);
    files.write(`${cache}/pages/page`, "html");
    expect((await cleanCache(cache, undefined, world)).wheels).toBe(1);
    expect(isThere(wheel)).toBe(false);
    expect(Object.keys(files.snapshot(cache)).filter((path) => !path.endsWith("/"))).toEqual([
      ".gitignore",
      "CACHEDIR.TAG",
      "store-v1/.lock",
    ]);
    await add("demo");
    expect(isThere(wheel)).toBe(true);
  });

  test("takes out some projects with their metadata, and no others", async () => {
    const { world, add, open, isThere } = setUp();
    const [one, two] = [await add("one"), await add("two")];
    const key = "a".repeat(64);
    const { metadata } = open();
    for (const name of ["one", "two"]) metadata.put(normalizeName(name), key, `Name: ${name}\n`);
    metadata.flush();
    const removal = await cleanCache(
      cache,
      [normalizeName("one"), normalizeName("unknown")],
      world,
    );
    expect(removal.wheels).toBe(1);
    expect([isThere(one), isThere(two)]).toEqual([false, true]);
    expect(open().metadata.get(normalizeName("one"), key)).toBeUndefined();
    expect(open().metadata.get(normalizeName("two"), key)).toBe("Name: two\n");
  });
});

describe("verifyCache()", () => {
  test("finds nothing wrong with what nobody touched", async () => {
    const { world, add } = setUp();
    await add("one");
    await add("two", { files: { "two-1.0.data/scripts/run": "#!python\n", "two/ä,b.py": "" } });
    expect(await verifyCache(cache, world)).toEqual({
      wheels: 2,
      broken: [],
      trees: 0,
      damagedTrees: [],
    });
  });

  test("names what was changed, removed or added, and removes the wheel", async () => {
    const { files, events, world, add, isThere } = setUp();
    const fine = await add("fine");
    const names = ["changed", "removed", "added", "manifest"];
    const wheels = Object.fromEntries(
      await Promise.all(
        names.map(
          async (name) => [name, await add(name, { files: { [`${name}/m.py`]: "text" } })] as const,
        ),
      ),
    );
    const partOf = (wheel: StoredWheel | undefined): string =>
      `${wheel?.root}/${wheel?.manifest.parts[0]?.folder}`;
    files.write(`${partOf(wheels.changed)}/changed/m.py`, "TEXT");
    files.remove(`${partOf(wheels.removed)}/removed/m.py`);
    files.write(`${partOf(wheels.added)}/added/evil.py`, "");
    files.write(`${wheels.manifest?.root}/manifest`, "pkm-wheel-1 torn");
    const { wheels: count, broken } = await verifyCache(cache, world);
    expect(count).toBe(5);
    expect(
      Object.fromEntries(broken.map(({ filename, problems }) => [filename, problems])),
    ).toEqual({
      "changed-1.0-py3-none-any.whl": ["`changed/m.py` was changed"],
      "removed-1.0-py3-none-any.whl": ["`removed/m.py` is missing"],
      "added-1.0-py3-none-any.whl": ["`added/evil.py` was added"],
      [createHash("sha256")
        .update(craftWheel({ name: "manifest", files: { "manifest/m.py": "text" } }))
        .digest("hex")]: ["its manifest is damaged"],
    });
    expect(names.map((name) => isThere(wheels[name] as StoredWheel))).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(isThere(fine)).toBe(true);
    expect(events.filter(({ type }) => type === "stored-wheel-verified")).toHaveLength(5);
  });
});
