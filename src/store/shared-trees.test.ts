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
import { cacheUsage, cleanCache, pruneCache, removeWheels, verifyCache } from "./maintenance.ts";
import type { SharedTree } from "./shared-trees.ts";
import { openStore, type Store } from "./store.ts";
import type { StoredWheel } from "./wheel-manifest.ts";

const cache = "/cache";

/** Where the modules of a stored wheel lie. */
function partOf({ root, manifest }: StoredWheel): string {
  return `${root}/${manifest.parts[0]?.folder}`;
}

const site = "/env/lib/python3.13/site-packages";

function setUp() {
  const clock = new MemoryClock();
  let ticks = 0;
  const files = new MemoryFiles({}, { now: () => clock.now() + ticks++ });
  const world = {
    files,
    clock,
    processes: new MemoryProcesses(),
    hashing: new RealHashing(),
    inflate: new RealInflate(),
    host: memoryHost(),
  };
  const open = (): Store => openStore({ root: cache, world });
  const add = async (name: string, recipe: CraftedWheel = {}): Promise<StoredWheel> => {
    const bytes = craftWheel({ name, ...recipe });
    const filename = `${name}-1.0-py3-none-any.whl`;
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const file = { filename, url: `https://index.example/${filename}`, hashes: { sha256 } };
    return await open().addWheel({ file, sha256, content: { kind: "bytes", bytes } });
  };
  const tree = (wheel: StoredWheel): SharedTree => {
    const found = open().trees?.tree(wheel);
    if (found === undefined) throw new Error("a store has trees");
    return found;
  };
  /** An environment that links to these, noted as such. */
  const share = (...trees: readonly SharedTree[]): void => {
    files.makeFolders(site);
    for (const { folder, links } of trees)
      for (const link of links)
        if (!link.includes("/")) files.symlink(`${folder}/${link}`, `${site}/${link}`);
    open().trees?.register("/env");
  };
  const ino = (path: string): number | undefined => files.tryLstat(path)?.ino;
  return { files, world, open, add, tree, share, ino };
}

const demo: CraftedWheel = {
  files: {
    "demo/__init__.py": "x = 1\n",
    "demo/data/table.csv": "1,2\n",
    "demo/deep/er/leaf.py": "",
    "space/demo/__init__.py": "",
    "one.py": "",
  },
};

describe("tree()", () => {
  test("links the uppermost folders that hold a file; what is above, and single files, are the environment's own", async () => {
    const { add, tree } = setUp();
    const { links, folders, files: own, tops } = tree(await add("demo", demo));
    expect(links).toEqual(["demo", "space/demo"]);
    expect(folders).toContain("space");
    expect(folders).not.toContain("demo");
    const metadata = own.filter((path) => path.startsWith("demo-1.0.dist-info/"));
    expect(own.filter((path) => !metadata.includes(path))).toEqual([
      "one.py",
      "space/.demo.shared",
    ]);
    expect(metadata).toContain("demo-1.0.dist-info/METADATA");
    expect(metadata).toContain("demo-1.0.dist-info/INSTALLER");
    expect(metadata).not.toContain("demo-1.0.dist-info/RECORD");
    expect([...tops].sort()).toEqual(["demo", "demo-1.0.dist-info", "one.py", "space"]);
  });

  test("has hard links to the wheel's files, in folders that may not be written but for compiled modules", async () => {
    const { files, add, tree, ino } = setUp();
    const wheel = await add("demo", demo);
    const { folder } = tree(wheel);
    expect(ino(`${folder}/demo/__init__.py`)).toBe(ino(`${partOf(wheel)}/demo/__init__.py`));
    const modes = [
      "demo",
      "demo/data",
      "demo/deep/er",
      "demo/__pycache__",
      "demo/deep/er/__pycache__",
    ];
    expect(modes.map((path) => files.tryLstat(`${folder}/${path}`)?.mode.toString(8))).toEqual([
      "555",
      "555",
      "555",
      "755",
      "755",
    ]);
    expect(files.tryLstat(`${folder}/demo/data/__pycache__`)).toBeUndefined();
  });

  test("is made once, whatever comes into its folders for compiled modules", async () => {
    const { files, add, tree, ino } = setUp();
    const wheel = await add("demo", demo);
    const { folder } = tree(wheel);
    const before = ino(`${folder}/demo`);
    files.write(`${folder}/demo/__pycache__/__init__.cpython-313.pyc`, "compiled");
    expect(tree(wheel)).toEqual(tree(wheel));
    expect(ino(`${folder}/demo`)).toBe(before);
  });

  test("puts right what somebody has written into, at the same path", async () => {
    const { files, add, tree } = setUp();
    const wheel = await add("demo", demo);
    const { folder } = tree(wheel);
    const whole = files.snapshot(`${folder}/demo`);
    files.remove(`${folder}/demo/__init__.py`);
    files.write(`${folder}/demo/__init__.py`, "x = 2\n");
    files.write(`${folder}/demo/added.py`, "");
    tree(wheel);
    expect(files.snapshot(`${folder}/demo`)).toEqual(whole);
    expect(files.tryLstat(`${folder}/demo`)?.mode).toBe(0o555);
    expect(files.readText(`${partOf(wheel)}/demo/__init__.py`)).toBe("x = 1\n");
    expect(files.list("/cache/store-v1/staging")).toEqual([]);
  });

  test("takes compiled modules in once, and leaves alone what Python has compiled itself", async () => {
    const { files, open, add, tree } = setUp();
    const wheel = await add("demo", demo);
    const { folder } = tree(wheel);
    const compiled = "/cache/store-v1/bytecode/cpython-313-3.13.1/ab/cd/root";
    const names = ["demo/__pycache__/__init__.pyc", "demo/deep/er/__pycache__/leaf.pyc"];
    for (const name of [...names, "__pycache__/one.pyc"]) {
      files.makeFolders(`${compiled}/${name.slice(0, name.lastIndexOf("/"))}`);
      files.write(`${compiled}/${name}`, "by pkm");
    }
    files.write(`${folder}/${names[0]}`, "by Python");
    const part = {
      scheme: "root",
      folder: compiled,
      folders: [],
      files: [...names, "__pycache__/one.pyc"],
    } as const;
    open().trees?.tree(wheel, [part]);
    expect(names.map((name) => files.readText(`${folder}/${name}`))).toEqual([
      "by Python",
      "by pkm",
    ]);
    expect(files.tryLstat(`${folder}/__pycache__`)).toBeUndefined();
    files.remove(`${folder}/${names[1]}`);
    open().trees?.tree(wheel, [part]);
    expect(files.tryLstat(`${folder}/${names[1]}`)).toBeUndefined();
  });

  test("does not link folders whose libraries look for those of others beside themselves", async () => {
    const { add, tree } = setUp();
    const library = (path: string): string => `\u007fELF\0libc.so.6\0${path}\0more`;
    const { links, files: own } = tree(
      await add("native", {
        files: {
          "astray/lib/a.so": library("$ORIGIN/../../others/lib:$ORIGIN"),
          "fine/lib/a.so": library("$ORIGIN/../../fine.libs:$ORIGIN/x"),
          "fine.libs/b.so.1.2": library("$ORIGIN"),
          "apple/a.dylib": "\0@loader_path/../fine.libs/b.dylib\0",
          "rotten/a.dylib": "\0@loader_path/../elsewhere/b.dylib\0",
          "text/a.py": "$ORIGIN/../../others/lib",
        },
      }),
    );
    expect(links).toEqual(["apple", "fine.libs", "fine/lib", "text"]);
    expect(own.filter((path) => !path.startsWith("native-1.0.dist-info/"))).toEqual([
      "astray/lib/a.so",
      "rotten/a.dylib",
      "fine/.native.shared",
    ]);
  });

  test("keeps RECORD as it is installed: once for who was asked for, and once for who was not", async () => {
    const { files, add, tree } = setUp();
    const { folder } = tree(await add("demo", demo));
    const rows = (kind: string): string[] =>
      files.readText(`${folder}/.pkm-${kind}/demo-1.0.dist-info/RECORD`).split("\n");
    const extra = rows("requested").filter((row) => !rows("unrequested").includes(row));
    expect(extra.map((row) => row.split(",", 1)[0])).toEqual(["demo-1.0.dist-info/REQUESTED"]);
    const bare = rows("unrequested").filter((row) => row.endsWith(",,"));
    expect(bare).toEqual(["demo,,", "demo-1.0.dist-info/RECORD,,", "space/demo,,"]);
    expect(files.tryLstat(`${folder}/demo-1.0.dist-info/METADATA`)?.mode).toBe(0o444);
    expect(files.tryLstat(`${folder}/demo-1.0.dist-info/INSTALLER`)?.mode).toBe(0o444);
  });

  test("copies where the file system has no hard links, and closes the copies", async () => {
    const { files, add, tree } = setUp();
    const wheel = await add("demo", demo);
    files.link = () => {
      throw Object.assign(new Error("not here"), { code: "EPERM" });
    };
    const { folder } = tree(wheel);
    expect(files.readText(`${folder}/demo/__init__.py`)).toBe("x = 1\n");
    expect(files.tryLstat(`${folder}/demo/__init__.py`)?.mode).toBe(0o444);
  });

  test("a store that goes with the process has no trees", () => {
    const { world } = setUp();
    expect(openStore({ root: cache, world, isPassing: true }).trees).toBeUndefined();
  });
});

describe("what environments link to", () => {
  test("stays when the cache is emptied; the rest goes", async () => {
    const { files, world, add, tree, share } = setUp();
    const used = tree(await add("demo", demo));
    const unused = tree(await add("other"));
    share(used);
    expect((await cleanCache(cache, undefined, world)).inUse).toBe(1);
    expect(files.readText(`${site}/demo/__init__.py`)).toBe("x = 1\n");
    expect(files.tryLstat(unused.folder)).toBeUndefined();
    expect(files.tryLstat("/cache/store-v1/wheels")).toBeUndefined();
  });

  test("is found again by an installation after that", async () => {
    const { files, world, add, tree, share, ino } = setUp();
    const used = tree(await add("demo", demo));
    share(used);
    await cleanCache(cache, undefined, world);
    const before = ino(`${used.folder}/demo`);
    expect(tree(await add("demo", demo)).folder).toBe(used.folder);
    expect(ino(`${used.folder}/demo`)).toBe(before);
    expect(files.readText(`${site}/demo/__init__.py`)).toBe("x = 1\n");
  });

  test("stays when its project is taken out, and when wheels have to make room", async () => {
    const { files, world, add, tree, share } = setUp();
    const used = tree(await add("demo", demo));
    const unused = tree(await add("other"));
    share(used);
    expect((await removeWheels(cache, () => false, world)).inUse).toBe(0);
    await pruneCache(cache, { cap: 0 }, world);
    expect(files.tryLstat(unused.folder)).toBeUndefined();
    expect(files.readText(`${site}/demo/__init__.py`)).toBe("x = 1\n");
    expect((await cleanCache(cache, [normalizeName("demo")], world)).inUse).toBe(1);
    expect(files.readText(`${site}/demo/__init__.py`)).toBe("x = 1\n");
  });

  test("goes once the environment is gone, or links to nothing any more, and so does the note of it", async () => {
    const { files, world, add, tree, share } = setUp();
    const used = tree(await add("demo", demo));
    share(used);
    files.removeTree("/env");
    expect((await cleanCache(cache, undefined, world)).inUse).toBe(0);
    expect(files.tryLstat(used.folder)).toBeUndefined();
    expect(files.list("/cache/store-v1/environments")).toEqual([]);
  });

  test("is counted once by the size of the cache", async () => {
    const { world, add, tree } = setUp();
    const wheel = await add("demo", { files: { "demo/big": "x".repeat(100_000) } });
    const before = cacheUsage(cache, world).bytes;
    tree(wheel);
    expect(cacheUsage(cache, world).bytes - before).toBeLessThan(10_000);
  });
});

describe("verifyCache() of trees", () => {
  test("puts right what was changed, removed and added, and names the environments", async () => {
    const { files, world, add, tree, share } = setUp();
    const { folder, ...rest } = tree(await add("demo", demo));
    share({ folder, ...rest });
    const whole = files.snapshot(`${folder}/demo`);
    files.remove(`${folder}/demo/data/table.csv`);
    files.write(`${folder}/demo/data/table.csv`, "3,4\n");
    files.remove(`${folder}/demo/deep/er/leaf.py`);
    files.write(`${folder}/demo/deep/evil.py`, "");
    const { trees, damagedTrees, broken } = await verifyCache(cache, world);
    expect(broken).toEqual([]);
    expect(trees).toBe(1);
    const [damaged] = damagedTrees;
    expect([...(damaged?.problems ?? [])].sort()).toEqual([
      "`demo/data/table.csv` was changed",
      "`demo/deep/er/leaf.py` is missing",
      "`demo/deep/evil.py` was added",
    ]);
    expect(damaged?.isRepaired).toBe(true);
    expect(damaged?.environments).toEqual(["/env"]);
    expect(files.snapshot(`${folder}/demo`)).toEqual(whole);
    expect((await verifyCache(cache, world)).damagedTrees).toEqual([]);
  });

  test("leaves one whose wheel is spoilt as well for the next installation of it", async () => {
    const { files, world, add, tree, share } = setUp();
    const wheel = await add("demo", demo);
    const found = tree(wheel);
    share(found);
    // In place: every name of the file has the new content.
    files.write(`${partOf(wheel)}/demo/__init__.py`, "x = 2\n");
    const { broken, damagedTrees } = await verifyCache(cache, world);
    expect(damagedTrees).toMatchObject([{ isRepaired: false, environments: ["/env"] }]);
    expect(broken.map(({ problems }) => problems)).toEqual([["`demo/__init__.py` was changed"]]);
    const again = tree(await add("demo", demo));
    expect(again.folder).toBe(found.folder);
    expect(files.readText(`${site}/demo/__init__.py`)).toBe("x = 1\n");
  });

  test("removes compiled modules that do not fit their source", async () => {
    const { files, world, add, tree } = setUp();
    const { folder } = tree(await add("demo", demo));
    const source = files.tryLstat(`${folder}/demo/__init__.py`);
    const compiledOf = (size: number): Uint8Array => {
      const content = new Uint8Array(20);
      const view = new DataView(content.buffer);
      view.setUint32(8, Math.floor((source?.mtime ?? 0) / 1000), true);
      view.setUint32(12, size, true);
      return content;
    };
    const cached = `${folder}/demo/__pycache__`;
    files.write(`${cached}/__init__.cpython-313.pyc`, compiledOf(source?.size ?? 0));
    files.write(`${cached}/__init__.cpython-312.pyc`, compiledOf(1));
    files.write(`${cached}/gone.cpython-313.pyc`, compiledOf(1));
    files.write(`${cached}/torn.cpython-313.pyc`, "x");
    files.write(`${cached}/kernel.nbi`, "of another tool");
    expect((await verifyCache(cache, world)).damagedTrees).toEqual([]);
    expect(
      files
        .list(cached)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["__init__.cpython-313.pyc", "kernel.nbi"]);
  });
});
