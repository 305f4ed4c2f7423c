import { afterAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { bytesOf } from "#archive/crafted-zip";
import { errnoOf, PkmError } from "#base/errors";
import { type CraftedWheel, craftWheel, recordRow } from "#distribution/crafted-wheel";
import { MemoryClock } from "#platform/memory/clock";
import { FaultyFiles, Killed } from "#platform/memory/faulty-files";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { MemoryProcesses } from "#platform/memory/processes";
import type { Files, WorkerThread } from "#platform/ports";
import { RealFiles } from "#platform/real/files";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { RealWorkers } from "#platform/real/worker";
import { type ArrivedWheel, openStore, type Store, type StoreWorld } from "./store.ts";

const cache = "/home/ada/.cache/pkm";
const filename = "demo-1.0-py3-none-any.whl";

function worldOf(files: Files): StoreWorld {
  return {
    files,
    clock: new MemoryClock(),
    processes: new MemoryProcesses(),
    hashing: new RealHashing(),
    inflate: new RealInflate(),
    host: memoryHost(),
  };
}

function storeOn(files: Files, root = cache): Store {
  return openStore({ root, world: worldOf(files) });
}

function arrived(recipe: CraftedWheel = {}, name = filename): ArrivedWheel {
  return arrivedBytes(craftWheel(recipe), name);
}

function arrivedBytes(bytes: Uint8Array, name = filename): ArrivedWheel {
  return {
    file: { filename: name, url: `https://user:secret@index.example/files/${name}` },
    sha256: createHash("sha256").update(bytes).digest("hex"),
    content: { kind: "bytes", bytes },
  };
}

/** Paths below the store's wheels and staging folders. */
function contents(files: MemoryFiles, folder: "wheels" | "staging"): string[] {
  const path = `${cache}/store-v1/${folder}`;
  return files.tryStat(path) === undefined ? [] : Object.keys(files.snapshot(path));
}

const realFolders: string[] = [];
afterAll(() => {
  for (const folder of realFolders) rmSync(folder, { recursive: true, force: true });
});

function realFolder(): string {
  const folder = mkdtempSync(`${tmpdir()}/pkm-store-`);
  realFolders.push(folder);
  return folder;
}

const rich: CraftedWheel = {
  files: {
    "demo/__init__.py": "x = 1\n",
    "demo/sub/ü, with comma.txt": "text",
    "demo/tool.sh": "#!/bin/sh\n",
    "single.py": "y = 2\n",
    "demo-1.0.data/scripts/run": "#!python\n",
    "demo-1.0.data/data/share/man/demo.1": "manual",
  },
  executable: ["demo/tool.sh"],
  entryPoints: "[console_scripts]\ndemo = demo:main\n[gui_scripts]\ndemo-gui = demo:gui\n",
};

describe("addWheel()", () => {
  test("unpacks a wheel by schemes, read-only, and describes it for an installation", async () => {
    const files = new MemoryFiles();
    const { root, manifest } = await storeOn(files).addWheel(arrived(rich));
    expect(files.readText(`${root}/root/demo/sub/ü, with comma.txt`)).toBe("text");
    expect(files.readText(`${root}/data/share/man/demo.1`)).toBe("manual");
    expect(files.tryStat(`${root}/root/single.py`)?.mode).toBe(0o444);
    expect(files.tryStat(`${root}/root/demo/tool.sh`)?.mode).toBe(0o555);
    expect(manifest).toMatchObject({
      filename,
      name: "demo",
      displayName: "demo",
      version: "1.0",
      rootIsPurelib: true,
      distInfo: "demo-1.0.dist-info",
      topLevel: ["demo", "single.py"],
      consoleScripts: { demo: "demo:main" },
      guiScripts: { "demo-gui": "demo:gui" },
      requiresPython: ">=3.8",
    });
    expect(manifest.parts.map(({ scheme, folder, folders }) => [scheme, folder, folders])).toEqual([
      ["root", "root", ["demo", "demo/sub", "demo-1.0.dist-info"]],
      ["scripts", "scripts", []],
      ["data", "data", ["share", "share/man"]],
    ]);
    const [part] = manifest.parts;
    expect(part?.paths).toEqual(part?.files.map(({ path }) => path) ?? []);
    expect(part?.files.find(({ path }) => path === "demo/tool.sh")).toEqual({
      path: "demo/tool.sh",
      size: 10,
      sha256: createHash("sha256").update("#!/bin/sh\n").digest("base64url"),
      executable: true,
    });
    expect(
      part?.recordRows
        ?.split("\n")
        .filter((row) => row.includes("single") || row.includes("comma")),
    ).toEqual([recordRow("demo/sub/ü, with comma.txt", "text"), recordRow("single.py", "y = 2\n")]);
    expect(part?.paths).not.toContain("demo-1.0.dist-info/RECORD");
  });

  test("gets threads ready for many wheels only where it has none yet", async () => {
    const files = new MemoryFiles();
    let started = 0;
    const start = (): WorkerThread => {
      started++;
      return { ask: () => Promise.reject(new Error("has nothing to do")), stop: () => {} };
    };
    const expectMany = (): void => {
      const world = { ...worldOf(files), workers: { cores: 2, start } };
      openStore({ root: cache, world }).expectManyWheels();
    };
    expectMany();
    expect(started).toBe(2);
    await storeOn(files).addWheel(arrived(rich));
    expectMany();
    expect(started).toBe(2);
  });

  test("leaves nothing in staging, tags the cache folder, and finds the wheel again by its hash", async () => {
    const files = new MemoryFiles();
    const wheel = arrived(rich);
    const added = await storeOn(files).addWheel(wheel);
    expect(contents(files, "staging")).toEqual([]);
    expect(files.readText(`${cache}/CACHEDIR.TAG`)).toStartWith(
      "Signature: 8a477f597d28d172789f06886806bc55",
    );
    const found = storeOn(files).findWheel(wheel.sha256);
    expect(found?.root).toBe(added.root);
    expect(plain(found)).toEqual(plain(added));
    expect(storeOn(files).findWheel("0".repeat(64))).toBeUndefined();
    expect(storeOn(files).findWheel("../../evil")).toBeUndefined();
  });

  test("finds a wheel by its address where the index gave no hash, whoever asked with which password", async () => {
    const files = new MemoryFiles();
    const { sha256 } = arrived();
    await storeOn(files).addWheel(arrived());
    const store = storeOn(files);
    const url = `https://index.example/files/${filename}`;
    expect(store.findByUrl({ filename, url })?.manifest.sha256).toBe(sha256);
    expect(store.findByUrl({ filename, url: `${url}?other` })).toBeUndefined();
    expect(store.findByUrl({ filename: "other-1.0-py3-none-any.whl", url })).toBeUndefined();
  });

  test("does not believe the address of a local file that was replaced", async () => {
    const path = `/wheels/${filename}`;
    const files = new MemoryFiles({ [path]: craftWheel() });
    const file = { filename, url: `file://${path}` };
    await storeOn(files).addWheel({ ...arrived(), file, content: { kind: "path", path } });
    expect(storeOn(files).findByUrl(file)).toBeDefined();
    files.write(path, craftWheel({ files: { "demo/__init__.py": "new" } }));
    expect(storeOn(files).findByUrl(file)).toBeUndefined();
  });

  test("unpacks once when asked twice at the same time", async () => {
    const memory = new MemoryFiles();
    const files = new FaultyFiles(memory);
    const store = storeOn(files);
    const [one, two] = await Promise.all([store.addWheel(arrived()), store.addWheel(arrived())]);
    expect(one).toBe(two as typeof one);
    expect(files.log.filter((line) => line.endsWith("/root/demo/__init__.py"))).toHaveLength(1);
  });

  test("takes what another process was faster with, and throws its own copy away", async () => {
    const memory = new MemoryFiles();
    const wheel = arrived();
    const other = storeOn(memory);
    // The other process finishes just before this one moves its folder into place.
    class Overtaken extends FaultyFiles {
      override rename(from: string, to: string): void {
        if (to.includes("/wheels/") && memory.tryStat(to) === undefined) {
          memory.makeFolders(to);
          for (const [path, content] of Object.entries(memory.snapshot(from)))
            if (path.endsWith("/")) memory.makeFolders(`${to}/${path}`);
            else memory.write(`${to}/${path}`, content);
          memory.write(`${to}/mark`, "the other's");
        }
        super.rename(from, to);
      }
    }
    const { root } = await storeOn(new Overtaken(memory)).addWheel(wheel);
    expect(memory.readText(`${root}/mark`)).toBe("the other's");
    expect(contents(memory, "staging")).toEqual([]);
    expect(other.findWheel(wheel.sha256)?.root).toBe(root);
  });

  test.each([
    ["empty", ""],
    ["torn", "pkm-wheel-1 0"],
    ["of another form", "pkm-wheel-0 00000000\n{}"],
    ["with a wrong checksum", `pkm-wheel-1 00000000\n{"parts":[]}\n`],
  ])("puts a wheel in the place of one whose manifest is %s", async (_, manifest) => {
    const files = new MemoryFiles();
    const wheel = arrived();
    const { root } = await storeOn(files).addWheel(wheel);
    files.write(`${root}/manifest`, manifest);
    files.write(`${root}/root/rubbish`, "");
    expect(storeOn(files).findWheel(wheel.sha256)).toBeUndefined();
    await storeOn(files).addWheel(wheel);
    expect(storeOn(files).findWheel(wheel.sha256)).toBeDefined();
    expect(files.tryStat(`${root}/root/rubbish`)).toBeUndefined();
    expect(contents(files, "staging")).toEqual([]);
  });
});

describe("addWheel() refuses, and leaves nothing behind", () => {
  const init = "demo/__init__.py";
  const big = { name: "demo/big", content: "x".repeat(3000) };
  const hostile: readonly (readonly [title: string, code: string, wheel: ArrivedWheel])[] = [
    ["a truncated wheel", "archive-corrupt", arrivedBytes(craftWheel().subarray(0, -40))],
    ["a wrong checksum", "archive-corrupt", arrived({ members: [{ ...big, both: { crc32: 1 } }] })],
    [
      "a hash that RECORD does not promise",
      "record-mismatch",
      arrived({ record: { [init]: recordRow(init, "x").replace(/1$/, "0") } }),
    ],
    [
      "a size that RECORD does not promise",
      "record-mismatch",
      arrived({ record: { [init]: recordRow(init, "").replace(/0$/, "1") } }),
    ],
    ["an unlisted file", "record-mismatch", arrived({ record: { [init]: null } })],
    [
      "a file that is missing",
      "record-mismatch",
      arrived({ record: { gone: recordRow("gone", "") } }),
    ],
    [
      "a path that leaves",
      "archive-unsafe",
      arrived({ members: [{ name: "../../evil", content: "x" }] }),
    ],
    [
      "an absolute path",
      "archive-unsafe",
      arrived({ members: [{ name: "/tmp/evil", content: "x" }] }),
    ],
    [
      "a link",
      "archive-unsafe",
      arrived({ members: [{ name: "demo/l", content: "/etc/passwd", mode: 0o120777 }] }),
    ],
    ["a name twice", "archive-unsafe", arrived({ members: [big, big] })],
    [
      "headers that disagree",
      "archive-unsafe",
      arrived({ members: [{ ...big, local: { name: "demo/bag" } }] }),
    ],
    [
      "a bomb",
      "archive-unsafe",
      arrived({ members: [{ ...big, deflated: bytesOf("x"), both: { size: 2 ** 31 } }] }),
    ],
    ["another name", "metadata-of-another", arrived({ name: "other" })],
    ["another version", "metadata-of-another", arrived({ version: "2.0" })],
    ["two dist-infos", "wheel-invalid", arrived({ files: { "x-1.0.dist-info/METADATA": "" } })],
  ];

  test.each(hostile)("%s", async (_, code, wheel) => {
    const files = new MemoryFiles({ "/tmp/": "" });
    const store = storeOn(files);
    const error = await store.addWheel(wheel).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(PkmError);
    expect((error as PkmError).code).toBe(code);
    expect(contents(files, "staging")).toEqual([]);
    expect(contents(files, "wheels")).toEqual([]);
    expect(Object.keys(files.snapshot()).filter((path) => path.includes("evil"))).toEqual([]);
    expect(store.findWheel(wheel.sha256)).toBeUndefined();
  });

  test("names that fold together, where the system folds case", async () => {
    const wheel = arrived({ files: { "demo/a.py": "1", "demo/A.py": "2" } });
    const files = new MemoryFiles();
    const world = { ...worldOf(files), host: memoryHost({ os: "macos" }) };
    const error = await openStore({ root: cache, world })
      .addWheel(wheel)
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "wheel-folds-case" });
    expect(contents(files, "staging")).toEqual([]);
    // Elsewhere they are two files.
    const { root } = await storeOn(files).addWheel(wheel);
    expect(files.readText(`${root}/root/demo/A.py`)).toBe("2");
  });

  test("whatever operation fails: nothing half-made is ever found, and the next attempt succeeds", async () => {
    const wheel = arrived(rich);
    const counting = new FaultyFiles(new MemoryFiles());
    await storeOn(counting).addWheel(wheel);
    for (let at = 1; at <= counting.count; at++) {
      const files = new MemoryFiles();
      const error = await storeOn(new FaultyFiles(files, { at, errno: "ENOSPC" }))
        .addWheel(wheel)
        .then(
          () => undefined,
          (caught: unknown) => caught,
        );
      // The note of the address is a convenience: without it the wheel is there all the same.
      if (error !== undefined) {
        expect(error).toMatchObject({ code: "store-not-writable" });
        expect(errnoOf((error as PkmError).cause)).toBe("ENOSPC");
        expect(storeOn(files).findWheel(wheel.sha256)).toBeUndefined();
      }
      expect(contents(files, "staging")).toEqual([]);
      expect(plain(await storeOn(files).addWheel(wheel))).toEqual(
        plain(storeOn(files).findWheel(wheel.sha256)),
      );
    }
  });

  test("killed at any operation: nothing half-made is ever found, and the next attempt succeeds", async () => {
    const wheel = arrived(rich);
    const counting = new FaultyFiles(new MemoryFiles());
    await storeOn(counting).addWheel(wheel);
    for (let at = 1; at <= counting.count; at++)
      for (const kill of ["before", "torn"] as const) {
        const files = new MemoryFiles();
        const error = await storeOn(new FaultyFiles(files, { at, kill }))
          .addWheel(wheel)
          .catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(Killed);
        const found = storeOn(files).findWheel(wheel.sha256);
        if (found !== undefined)
          expect(files.readText(`${found.root}/root/single.py`)).toBe("y = 2\n");
        const again = await storeOn(files).addWheel(wheel);
        expect(files.readText(`${again.root}/root/single.py`)).toBe("y = 2\n");
      }
  });
});

describe("addWheel() with threads", () => {
  test("unpacks many wheels at once and carries errors over", async () => {
    const root = realFolder();
    const world = { ...worldOf(new RealFiles()), workers: new RealWorkers() };
    const store = openStore({ root, world });
    try {
      const wheels = Array.from({ length: 6 }, (_, i) => {
        // Large enough to be worth a thread.
        const noise = createHash("shake256", { outputLength: 200_000 })
          .update(String(i))
          .digest("base64");
        return arrived(
          { name: `demo${i}`, files: { [`demo${i}/noise.txt`]: noise } },
          `demo${i}-1.0-py3-none-any.whl`,
        );
      });
      const { sha256 } = wheels[3] as ArrivedWheel;
      const lying = craftWheel({
        files: { "demo/noise.txt": "x".repeat(200_000) },
        record: { "demo/noise.txt": null },
      });
      const [error, ...stored] = await Promise.all([
        store.addWheel(arrivedBytes(lying)).catch((caught: unknown) => caught),
        ...wheels.map((wheel) => store.addWheel(wheel)),
      ]);
      expect(error).toBeInstanceOf(PkmError);
      expect((error as PkmError).what).toBe(
        "Cannot use `demo-1.0-py3-none-any.whl`: `demo/noise.txt` does not match its RECORD",
      );
      expect(stored.map(({ manifest }) => String(manifest.name))).toEqual(
        wheels.map((_, i) => `demo${i}`),
      );
      expect(store.findWheel(sha256)?.manifest.name as string).toBe("demo3");
      expect(world.files.list(`${store.root}/staging`)).toEqual([]);
    } finally {
      store.close();
    }
  });
});

/** A manifest with everything that is read lazily spelled out. */
function plain(wheel: Awaited<ReturnType<Store["addWheel"]>> | undefined): unknown {
  if (wheel === undefined) return undefined;
  const { parts, ...rest } = wheel.manifest;
  return {
    ...rest,
    root: wheel.root,
    parts: parts.map(({ scheme, folder, folders, files, paths, recordRows }) => ({
      scheme,
      folder,
      folders,
      files,
      paths,
      recordRows,
    })),
  };
}
