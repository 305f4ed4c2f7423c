import { describe, expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import { laterRefusal } from "#base/refusal";
import type { PythonEnvironment } from "#environment/environment";
import { MemoryFiles, type MemoryFilesOptions } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { RealHashing } from "#platform/real/hashing";
import { normalizeName } from "#standards/name";
import type { StoredWheel } from "#store/wheel-manifest";
import { apply, type ApplyOptions } from "./apply.ts";
import { lockEnvironment } from "./environment-lock.ts";
import type { InstallerEvent } from "./events.ts";
import {
  imaginedEnvironment,
  installedIn,
  layEnvironment,
  storeWheel,
  wantedOf,
  wheelSource,
  type WheelSketch,
} from "./imagined.ts";
import type { Change, Plan } from "./plan-types.ts";
import { plan, planRemovals, type PlanOptions } from "./plan.ts";

const site = "/env/lib/python3.13/site-packages";

/** An environment with its file system, and the verbs the stories need. */
function open(options: MemoryFilesOptions = {}, changes: Partial<PythonEnvironment> = {}) {
  const files = new MemoryFiles({}, options);
  const environment = imaginedEnvironment("/env", changes);
  layEnvironment(environment, files);
  const events: InstallerEvent[] = [];
  const world = {
    files,
    hashing: new RealHashing(),
    host: memoryHost(),
    report: (event: InstallerEvent) => void events.push(event),
  };
  const store = (sketch: WheelSketch): StoredWheel => storeWheel(sketch, "/store", world);
  const install = (
    sketches: readonly WheelSketch[],
    applying: ApplyOptions = {},
    planning: PlanOptions = {},
  ): Promise<Change> => {
    const wheels = sketches.map(store);
    const steps = plan(
      installedIn(environment, files),
      wheels.map((wheel) => wantedOf(wheel)),
      planning,
    );
    return apply(steps, environment, wheelSource(wheels), world, applying);
  };
  const uninstall = (names: readonly string[], applying: ApplyOptions = {}): Promise<Change> => {
    const going = new Set(names.map(normalizeName));
    const steps = planRemovals(installedIn(environment, files), going);
    return apply(steps, environment, wheelSource([]), world, applying);
  };
  const tree = (): Record<string, string> => {
    const { ".pkm.lock": _lock, ...rest } = files.snapshot("/env");
    return rest;
  };
  return { files, environment, events, world, store, install, uninstall, tree };
}

const rich: WheelSketch = {
  name: "Rich.Tool",
  version: "1.0",
  files: { "rich/__init__.py": "", "rich/deep/a, b.py": "#", "rich_one.py": "one" },
  data: {
    data: { "share/rich/icon.svg": "<svg>", "etc/rich.conf": "x = 1" },
    headers: { "rich.h": "#pragma" },
    scripts: { "rich-old": "#!python\nprint()\n", "rich-sh": "#!/bin/sh\n", rich: "shadowed" },
  },
  consoleScripts: { rich: "rich:main" },
};

describe("apply()", () => {
  test("puts every part of a wheel where it belongs, with a RECORD of exactly what is there", async () => {
    const { install, files, tree, environment } = open();
    const change = await install([rich]);
    expect(change.entries).toEqual([
      { kind: "installed", name: normalizeName("rich-tool"), to: "1.0" },
    ]);
    const info = `${site}/rich_tool-1.0.dist-info`;
    const recorded = files
      .readText(`${info}/RECORD`)
      .trimEnd()
      .split("\n")
      .map((row) => row.replace(/,(sha256=[^,]*)?,\d*$/, ""));
    expect(recorded).toEqual([
      "../../../bin/rich",
      "../../../bin/rich-old",
      "../../../bin/rich-sh",
      "../../../etc/rich.conf",
      "../../../include/site/python3.13/rich-tool/rich.h",
      "../../../share/rich/icon.svg",
      "rich/__init__.py",
      '"rich/deep/a, b.py"',
      "rich_one.py",
      "rich_tool-1.0.dist-info/INSTALLER",
      "rich_tool-1.0.dist-info/METADATA",
      "rich_tool-1.0.dist-info/RECORD",
      "rich_tool-1.0.dist-info/WHEEL",
    ]);
    expect(files.readText("/env/bin/rich-old")).toBe("#!/env/bin/python\nprint()\n");
    expect(files.readText("/env/bin/rich-sh")).toBe("#!/bin/sh\n");
    expect(files.readText("/env/bin/rich")).toStartWith(`#!${environment.executable}\n`);
    for (const script of ["rich", "rich-old", "rich-sh"])
      expect((files.tryStat(`/env/bin/${script}`)?.mode ?? 0) & 0o777).toBe(0o755);
    expect(files.readText(`${info}/INSTALLER`)).toBe("pkm\n");
    expect(Object.keys(tree()).filter((path) => path.startsWith(".pkm"))).toEqual([]);
  });

  test("links modules to the store, and copies metadata, scripts and configuration", async () => {
    const { install, files } = open();
    await install([rich]);
    const links = (path: string): number | undefined => files.tryStat(path)?.nlink;
    expect(links(`${site}/rich_one.py`)).toBe(2);
    expect(links("/env/share/rich/icon.svg")).toBe(2);
    expect(links("/env/etc/rich.conf")).toBe(1);
    expect(links("/env/bin/rich-sh")).toBe(1);
    expect(links(`${site}/rich_tool-1.0.dist-info/METADATA`)).toBe(1);
  });

  test("installing and uninstalling leaves the tree as it was", async () => {
    const { install, uninstall, tree } = open();
    await install([
      { name: "stays", version: "1", files: { "stays/a.py": "", "ns/stays.py": "" } },
    ]);
    const before = tree();
    await install([rich, { name: "other", version: "1", files: { "ns/other.py": "" } }]);
    const change = await uninstall(["rich-tool", "other"]);
    expect(change.entries.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      "removed other",
      "removed rich-tool",
    ]);
    expect(tree()).toEqual(before);
  });

  test("does nothing, and takes no lock, when nothing is to be done", async () => {
    const { install, files } = open();
    await install([rich]);
    files.remove("/env/.pkm.lock");
    expect(await install([rich])).toEqual({ entries: [], warnings: [] });
    expect(files.tryStat("/env/.pkm.lock")).toBeUndefined();
  });

  test("a reinstall brings back what was deleted or changed by hand", async () => {
    const { install, files, tree } = open();
    await install([rich]);
    const whole = tree();
    files.remove(`${site}/rich/__init__.py`);
    files.remove(`${site}/rich_one.py`);
    files.write(`${site}/rich_one.py`, "broken");
    await install([rich], {}, { reinstall: true });
    expect(tree()).toEqual(whole);
  });

  test("a module becomes a package and back again", async () => {
    const { install, files, tree } = open();
    await install([{ name: "shape", version: "1", files: { "shape.py": "1" } }]);
    files.makeFolder(`${site}/__pycache__`);
    files.write(`${site}/__pycache__/shape.cpython-313.pyc`, "compiled");
    await install([{ name: "shape", version: "2", files: { "shape/__init__.py": "2" } }]);
    expect(Object.keys(tree())).not.toContain("lib/python3.13/site-packages/__pycache__/");
    expect(files.tryStat(`${site}/shape.py`)).toBeUndefined();
    await install([{ name: "shape", version: "3", files: { "shape.py": "3" } }]);
    expect(files.tryStat(`${site}/shape`)).toBeUndefined();
    expect(files.readText(`${site}/shape.py`)).toBe("3");
  });

  test("marks as requested what a person names later, and RECORD says so", async () => {
    const { install, files, environment, world, store } = open();
    await install([rich]);
    const steps = plan(installedIn(environment, files), [
      wantedOf(store(rich), { requested: true }),
    ]);
    const change = await apply(steps, environment, wheelSource([]), world);
    expect(change.entries).toEqual([]);
    const info = `${site}/rich_tool-1.0.dist-info`;
    expect(files.readText(`${info}/REQUESTED`)).toBe("");
    expect(files.readText(`${info}/RECORD`)).toContain("dist-info/REQUESTED,sha256=47DEQpj8HBSa");
  });

  test("notes where a direct URL came from", async () => {
    const { environment, world, store, files } = open();
    const wheel = store(rich);
    const directUrl = {
      url: "https://index.example/rich.whl",
      source: { kind: "archive", hashes: { sha256: "00" } },
    } as const;
    const steps = plan([], [wantedOf(wheel, { directUrl })]);
    await apply(steps, environment, wheelSource([wheel]), world);
    const info = `${site}/rich_tool-1.0.dist-info`;
    expect(JSON.parse(files.readText(`${info}/direct_url.json`))).toMatchObject({
      url: "https://index.example/rich.whl",
    });
    expect(files.readText(`${info}/RECORD`)).toContain("direct_url.json,sha256=");
  });

  test("reaches site-packages through `lib64` as well as through `lib`", async () => {
    const files = new MemoryFiles();
    const plain = imaginedEnvironment("/env");
    layEnvironment(plain, files);
    files.symlink("lib", "/env/lib64");
    const environment = {
      ...plain,
      paths: { ...plain.paths, platlib: "/env/lib64/python3.13/site-packages" },
    };
    const world = { files, hashing: new RealHashing(), host: memoryHost() };
    const wheel = storeWheel(rich, "/store", world);
    const native = { ...wheel, manifest: { ...wheel.manifest, rootIsPurelib: false } };
    await apply(plan([], [wantedOf(native)]), environment, wheelSource([native]), world);
    expect(files.readText(`${site}/rich_tool-1.0.dist-info/RECORD`)).toContain(
      "\n../../../bin/rich-sh,",
    );
    const [found] = installedIn(plain, files);
    if (found === undefined) throw new Error("nothing is installed");
    const linked = found.metadataPath.replace("/lib/", "/lib64/");
    const removal: Plan = {
      installs: [],
      removals: [{ ...found, metadataPath: linked }],
      unchanged: [],
      markRequested: [],
    };
    await apply(removal, environment, wheelSource([]), world);
    expect(files.list(site)).toEqual([]);
  });

  test("puts compiled modules beside their sources, without a hash in RECORD", async () => {
    const { install, files, uninstall, tree } = open();
    const before = tree();
    files.makeFolders("/store/compiled/rich/__pycache__");
    files.write("/store/compiled/rich/__pycache__/__init__.cpython-313.pyc", "code");
    const bytecode = {
      bytecode: async () => [
        {
          scheme: "root" as const,
          folder: "/store/compiled",
          folders: ["rich", "rich/__pycache__"],
          files: ["rich/__pycache__/__init__.cpython-313.pyc"],
        },
      ],
    };
    await install([rich], { bytecode });
    expect(files.readText(`${site}/rich/__pycache__/__init__.cpython-313.pyc`)).toBe("code");
    expect(files.readText(`${site}/rich_tool-1.0.dist-info/RECORD`)).toContain(
      "rich/__pycache__/__init__.cpython-313.pyc,,\n",
    );
    await uninstall(["rich-tool"]);
    expect(tree()).toEqual(before);
  });
});

const early: WheelSketch = {
  name: "early",
  version: "1",
  files: { "both/mod.py": "early", "early.py": "" },
};
const late: WheelSketch = {
  name: "late",
  version: "1",
  files: { "both/mod.py": "late", "late.py": "" },
};

test("a target folder that is not there yet is made, with what the wheel needs and no more", async () => {
  const files = new MemoryFiles();
  const paths = {
    purelib: "/new/target",
    platlib: "/new/target",
    scripts: "/new/target/bin",
    data: "/new/target",
    include: "/new/target/include",
    stdlib: "/usr/lib/python3.13",
  };
  const environment = imaginedEnvironment("/new/target", {
    kind: "target",
    paths,
    headers: paths.include,
  });
  const world = { files, hashing: new RealHashing(), host: memoryHost() };
  const wheel = storeWheel(
    { name: "a", version: "1", files: { "a.py": "" }, consoleScripts: { a: "a:main" } },
    "/store",
    world,
  );
  await apply(plan([], [wantedOf(wheel)]), environment, wheelSource([wheel]), world);
  expect(
    files
      .list("/new/target")
      .map(({ name }) => name)
      .sort(),
  ).toEqual([".pkm.lock", "a-1.dist-info", "a.py", "bin"]);
  expect(files.readText("/new/target/a-1.dist-info/RECORD")).toContain("bin/a,sha256=");
});

describe("two distributions that claim one file", () => {
  const warning =
    "early 1 and late 1 both have `lib/python3.13/site-packages/both/mod.py`, with different content: the environment gets what late has";

  test("get what the later name has, whichever comes first, with a warning before any write", async () => {
    const orders = [[[early, late]], [[late, early]], [[early], [late]], [[late], [early]]];
    const trees = [];
    for (const order of orders) {
      const { install, tree, events } = open();
      let change: Change | undefined;
      for (const sketches of order) change = await install(sketches);
      expect(change?.warnings).toEqual([warning]);
      const told = events.findIndex((event) => event.type === "files-collided");
      expect(told).toBeGreaterThan(-1);
      expect(told).toBeLessThan(
        events.findLastIndex((event) => event.type === "environment-switched"),
      );
      trees.push(tree());
    }
    for (const tree of trees) expect(tree).toEqual(trees[0] as Record<string, string>);
  });

  test("are refused under strict, and nothing has been touched", async () => {
    const { install, tree } = open();
    const before = tree();
    const error = await laterRefusal(install([early, late], { strict: true }));
    expect(error.code).toBe("files-collide");
    expect(error.why).toBe(warning);
    expect(tree()).toEqual(before);
  });

  test("keep silent about the same content, and each stays whole without the other", async () => {
    const same = (sketch: WheelSketch): WheelSketch => ({
      ...sketch,
      files: { ...sketch.files, "both/mod.py": "same" },
      consoleScripts: { tool: "both.mod:main" },
    });
    const { install, uninstall, tree, files } = open();
    await install([same(early)]);
    const alone = tree();
    expect((await install([same(late)])).warnings).toEqual([]);
    expect((await uninstall(["late"])).warnings).toEqual([]);
    expect(tree()).toEqual(alone);
    expect(files.readText(`${site}/both/mod.py`)).toBe("same");
  });

  test("the one whose content had lost gets it back from the store when the other goes", async () => {
    const { install, uninstall, tree, store } = open();
    await install([early]);
    const alone = tree();
    await install([late]);
    const wheel = store(early);
    const survivors = { installedWheel: (name: string) => (name === "early" ? wheel : undefined) };
    expect((await uninstall(["late"], { survivors })).warnings).toEqual([]);
    expect(tree()).toEqual(alone);
  });

  test("without the store, a warning says whose content is left", async () => {
    const { install, uninstall, files } = open();
    await install([early, late]);
    const change = await uninstall(["late"]);
    expect(change.warnings).toEqual([
      `early 1 is left with another distribution's content in \`${site}/both/mod.py\`: install it again to have its own`,
    ]);
    expect(files.tryStat(`${site}/both/mod.py`)?.kind).toBe("file");
  });

  test("and one script: the same rule, and the script outlives the first removal", async () => {
    const { install, uninstall, files } = open();
    const change = await install([
      {
        name: "early",
        version: "1",
        consoleScripts: { tool: "early:main" },
        files: { "early.py": "" },
      },
      {
        name: "late",
        version: "1",
        consoleScripts: { tool: "late:main" },
        files: { "late.py": "" },
      },
    ]);
    expect(change.warnings).toEqual([
      expect.stringContaining("early 1 and late 1 both have `bin/tool`"),
    ]);
    expect(files.readText("/env/bin/tool")).toContain("from late import main");
    await uninstall(["early"]);
    expect(files.readText("/env/bin/tool")).toContain("from late import main");
  });

  test("as a file in the one and a folder in the other cannot be installed together", async () => {
    const { install, tree } = open();
    const before = tree();
    const error = await laterRefusal(
      install([
        { name: "a", version: "1", files: { thing: "file" } },
        { name: "b", version: "1", files: { "thing/x.py": "" } },
      ]),
    );
    expect(error.code).toBe("file-and-folder-collide");
    expect(tree()).toEqual(before);
  });

  test("a file that moves from one distribution to another in the same change is no collision", async () => {
    const { install, files } = open();
    await install([
      { name: "a", version: "1", files: { "moved.py": "old", "a.py": "" } },
      { name: "b", version: "1", files: { "b.py": "" } },
    ]);
    const change = await install([
      { name: "a", version: "2", files: { "a.py": "" } },
      { name: "b", version: "2", files: { "b.py": "", "moved.py": "new" } },
    ]);
    expect(change.warnings).toEqual([]);
    expect(files.readText(`${site}/moved.py`)).toBe("new");
  });
});

describe("something in the way", () => {
  const cases: [string, (files: MemoryFiles) => void][] = [
    ["a file of nobody", (files) => files.write(`${site}/rich_one.py`, "mine")],
    ["a file where a folder goes", (files) => files.write(`${site}/rich`, "mine")],
    ["a folder where a file goes", (files) => files.makeFolder(`${site}/rich_one.py`)],
    ["a folder where a script goes", (files) => files.makeFolder("/env/bin/rich")],
    ["a file where the data goes", (files) => files.write("/env/share", "mine")],
    ["a file where the headers go", (files) => files.write("/env/include", "mine")],
  ];
  for (const [title, put] of cases)
    test(`${title} is found before anything is touched`, async () => {
      const { install, files, tree } = open();
      put(files);
      const before = tree();
      const error = await laterRefusal(install([rich]));
      expect(error.code).toBe("file-in-the-way");
      expect(error.message).toContain("rich-tool 1.0");
      expect(tree()).toEqual(before);
    });

  test("with the same content it is adopted", async () => {
    const { install, uninstall, files } = open();
    files.write(`${site}/rich_one.py`, "one");
    await install([rich]);
    await uninstall(["rich-tool"]);
    expect(files.tryStat(`${site}/rich_one.py`)).toBeUndefined();
  });

  test("the interpreter is never replaced by a wheel's data", async () => {
    const { install, files } = open();
    const evil: WheelSketch = {
      name: "evil",
      version: "1",
      data: { data: { "bin/python": "evil" } },
    };
    expect((await laterRefusal(install([evil]))).code).toBe("file-in-the-way");
    expect(files.readText("/env/bin/python")).toBe("the interpreter");
  });

  test("a wheel that puts two files in one place is refused", async () => {
    const { install } = open();
    const odd: WheelSketch = {
      name: "odd",
      version: "1",
      files: { "odd.py": "root" },
      data: { purelib: { "odd.py": "data" } },
    };
    expect((await laterRefusal(install([odd]))).code).toBe("wheel-claims-file-twice");
  });
});

describe("one writer at a time", () => {
  test("a second waits, is told for whom, and then finds its plan still true", async () => {
    const { environment, world, store, events, files } = open();
    const [one, two] = [early, { ...rich, name: "two" }].map(store) as [StoredWheel, StoredWheel];
    let arrive: (() => void) | undefined;
    const slow = {
      wheel: async () => {
        await new Promise<void>((resolve) => (arrive = resolve));
        return one;
      },
    };
    const first = apply(plan([], [wantedOf(one)]), environment, slow, world, {
      holder: "the first",
    });
    const second = apply(plan([], [wantedOf(two)]), environment, wheelSource([two]), world);
    while (arrive === undefined) await Promise.resolve();
    expect(events).toContainEqual({
      type: "environment-awaited",
      root: "/env",
      holder: "the first",
    });
    expect(files.tryStat(`${site}/two-1.0.dist-info`)).toBeUndefined();
    arrive();
    await Promise.all([first, second]);
    expect(installedIn(environment, files).map(({ name }) => String(name))).toEqual([
      "early",
      "two",
    ]);
  });

  test("a plan that somebody else has overtaken is refused", async () => {
    const { environment, world, store, install, uninstall, files, tree } = open();
    const wheel = store(early);
    const fresh = plan([], [wantedOf(wheel)]);
    await install([early]);
    const before = tree();
    const late = await laterRefusal(apply(fresh, environment, wheelSource([wheel]), world));
    expect(late.code).toBe("environment-changed");
    expect(tree()).toEqual(before);
    const removal = planRemovals(
      installedIn(environment, files),
      new Set([normalizeName("early")]),
    );
    await uninstall(["early"]);
    const gone = await laterRefusal(apply(removal, environment, wheelSource([]), world));
    expect(gone.code).toBe("environment-changed");
  });

  test("a caller that holds the lock keeps it", async () => {
    const { environment, world, store } = open();
    const wheel = store(early);
    const lock = await lockEnvironment(environment, world);
    await apply(plan([], [wantedOf(wheel)]), environment, wheelSource([wheel]), world, { lock });
    expect(await world.files.lock("/env/.pkm.lock", { wait: false })).toBeUndefined();
    lock.release();
    expect(await world.files.lock("/env/.pkm.lock", { wait: false })).toBeDefined();
  });
});

describe("when the world fails", () => {
  test("a wheel that cannot be had leaves the environment as it was", async () => {
    const { environment, world, store, tree } = open();
    const before = tree();
    const wheels = [early, late].map(store);
    const source = {
      wheel: async (wanted: { name: string }) => {
        if (wanted.name === "late") throw new PkmError({ code: "gone", what: "Cannot fetch late" });
        return wheels[0] as StoredWheel;
      },
    };
    const steps = plan(
      [],
      wheels.map((wheel) => wantedOf(wheel)),
    );
    expect((await laterRefusal(apply(steps, environment, source, world))).code).toBe("gone");
    expect(tree()).toEqual(before);
  });

  test("scripts on another file system are refused, and the environment is as it was", async () => {
    const { install, tree } = open({ mounts: ["/env/bin"] });
    const before = tree();
    expect((await laterRefusal(install([rich]))).code).toBe("environment-across-disks");
    expect(tree()).toEqual(before);
  });

  test("a store on another file system is copied from", async () => {
    const { install, files } = open({ mounts: ["/store"] });
    await install([rich]);
    expect(files.tryStat(`${site}/rich_one.py`)?.nlink).toBe(1);
  });
});

describe("an empty folder of modules", () => {
  const many = ["a", "b", "c", "d"].map((name): WheelSketch => ({
    name,
    version: "1",
    files: { [`${name}/core.py`]: name, [`${name}_one.py`]: "" },
    data: { data: { [`share/all/${name}.txt`]: name } },
  }));
  const isExchanged = (files: MemoryFiles, before: number | undefined): boolean =>
    files.tryLstat(site)?.ino !== before;

  test("is exchanged for what was staged, in one step; and data has as few", async () => {
    const { files, events, install, tree } = open();
    const before = files.tryLstat(site)?.ino;
    await install(many);
    expect(isExchanged(files, before)).toBe(true);
    expect(events.findLast(({ type }) => type === "environment-switched")).toMatchObject({
      steps: 2,
    });
    const after = tree();
    const other = open();
    // One by one there is nothing to be gained.
    for (const one of many) await other.install([one]);
    expect(after).toEqual(other.tree());
  });

  test("stays where the new one would not be open to the same people", async () => {
    const { files, install } = open();
    files.chmod(site, 0o775);
    const before = files.tryLstat(site)?.ino;
    await install(many);
    expect(isExchanged(files, before)).toBe(false);
    expect(files.readText(`${site}/a/core.py`)).toBe("a");
  });

  test("stays where something lies in it, and in what is no virtual environment", async () => {
    for (const kind of ["virtual", "target"] as const) {
      const { files, install } = open({}, { kind });
      if (kind === "virtual") files.write(`${site}/mine.pth`, "");
      const before = files.tryLstat(site)?.ino;
      await install(many);
      expect(isExchanged(files, before)).toBe(false);
    }
  });

  test("is filled one by one where something is mounted on it", async () => {
    const { files, install, tree } = open();
    const before = files.tryLstat(site)?.ino;
    const exchange = files.exchange.bind(files);
    files.exchange = (a, b) => {
      if (a === site || b === site)
        throw Object.assign(new Error("EBUSY: busy"), { code: "EBUSY", syscall: "rename" });
      return exchange(a, b);
    };
    await install(many);
    expect(isExchanged(files, before)).toBe(false);
    const other = open();
    await other.install(many);
    expect(tree()).toEqual(other.tree());
  });
});
