import { afterAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { type CraftedWheel, craftWheel } from "#distribution/crafted-wheel";
import { RealClock } from "#platform/real/clock";
import { RealFiles } from "#platform/real/files";
import { RealHashing } from "#platform/real/hashing";
import { readHost } from "#platform/real/host";
import { RealInflate } from "#platform/real/inflate";
import { RealProcesses } from "#platform/real/processes";
import type { ProcessRequest, ProcessResult } from "#platform/ports";
import type { CompilingInterpreter } from "./bytecode.ts";
import { openStore, type Store } from "./store.ts";
import type { StoredWheel } from "./wheel-manifest.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function freshFolder(): string {
  const folder = mkdtempSync(`${tmpdir()}/pkm-bytecode-`);
  folders.push(folder);
  return folder;
}

class CountedProcesses extends RealProcesses {
  runs = 0;
  override run(request: ProcessRequest): Promise<ProcessResult> {
    this.runs++;
    return super.run(request);
  }
}

const files = new RealFiles();

function setUp(): { store: Store; processes: CountedProcesses } {
  const processes = new CountedProcesses();
  const world = {
    files,
    processes,
    clock: new RealClock(),
    hashing: new RealHashing(),
    inflate: new RealInflate(),
    host: readHost(),
  };
  return { store: openStore({ root: freshFolder(), world }), processes };
}

function add(store: Store, recipe: CraftedWheel): Promise<StoredWheel> {
  const bytes = craftWheel(recipe);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const filename = `${recipe.name ?? "demo"}-1.0-py3-none-any.whl`;
  return store.addWheel({
    file: { filename, url: `https://index.example/${filename}` },
    sha256,
    content: { kind: "bytes", bytes },
  });
}

async function python(): Promise<CompilingInterpreter> {
  const script =
    "import sys;print(sys.executable, sys.implementation.cache_tag, sys.version.split()[0], sep='\\n')";
  const { stdout } = await new RealProcesses().run({ argv: ["python3", "-I", "-c", script] });
  const [executable = "", cacheTag = "", version = ""] = stdout.trim().split("\n");
  return { executable, baseExecutable: executable, version, cacheTag };
}

describe("BytecodeStore", () => {
  const recipe = {
    files: {
      "demo/__init__.py": "answer = 42\n",
      "demo/sub/deep/mod.py": "x = 1\n",
      "demo/template.py": "{% not python %}\n",
      "single.py": "import demo\n",
      "demo-1.0.data/scripts/run.py": "#!python\n",
    },
  };

  test("compiles the modules of a wheel once, and leaves out what cannot be compiled", async () => {
    const { store, processes } = setUp();
    const interpreter = await python();
    const wheel = await add(store, recipe);
    const [part, ...others] = await store.bytecode.bytecode(wheel, interpreter);
    expect(others).toEqual([]);
    const tag = interpreter.cacheTag;
    expect(part?.scheme).toBe("root");
    expect([...(part?.files ?? [])].sort()).toEqual([
      `__pycache__/single.${tag}.pyc`,
      `demo/__pycache__/__init__.${tag}.pyc`,
      `demo/sub/deep/__pycache__/mod.${tag}.pyc`,
    ]);
    expect([...(part?.folders ?? [])].sort()).toEqual([
      "__pycache__",
      "demo",
      "demo/__pycache__",
      "demo/sub",
      "demo/sub/deep",
      "demo/sub/deep/__pycache__",
    ]);
    await store.bytecode.bytecode(wheel, interpreter);
    expect(processes.runs).toBe(1);
    expect(files.list(`${store.root}/staging`)).toEqual([]);
  });

  test.each(["hardlink", "copy"] as const)(
    "gives what Python accepts without compiling again, by %s",
    async (mode) => {
      const { store } = setUp();
      const interpreter = await python();
      const wheel = await add(store, recipe);
      const site = freshFolder();
      const root = wheel.manifest.parts[0];
      files.linkTree({
        from: `${wheel.root}/root`,
        to: site,
        folders: root?.folders ?? [],
        files: root?.paths ?? [],
        mode,
      });
      for (const part of await store.bytecode.bytecode(wheel, interpreter))
        files.linkTree({
          from: part.folder,
          to: site,
          folders: part.folders,
          files: part.files,
          mode,
        });
      const script = `import sys; sys.path.insert(0, ${JSON.stringify(site)}); import single, demo; print(demo.answer)`;
      const run = await new RealProcesses().run({
        argv: [interpreter.executable, "-I", "-v", "-c", script],
      });
      expect(run.stdout.trim()).toBe("42");
      expect(run.stderr).toContain(`matches ${site}/demo/__init__.py`);
      expect(run.stderr).not.toContain(`wrote '${site}`);
    },
  );

  test("prepares several wheels in one run, and has nothing for a Python that keeps no bytecode", async () => {
    const { store, processes } = setUp();
    const interpreter = await python();
    const wheels = [await add(store, { name: "one" }), await add(store, { name: "two" })];
    await store.bytecode.prepare(wheels, interpreter);
    for (const wheel of wheels) await store.bytecode.bytecode(wheel, interpreter);
    expect(processes.runs).toBe(1);
    expect(
      await store.bytecode.bytecode(wheels[0] as StoredWheel, {
        ...interpreter,
        cacheTag: undefined,
      }),
    ).toEqual([]);
  });

  test("compiles again what is damaged", async () => {
    const { store, processes } = setUp();
    const interpreter = await python();
    const wheel = await add(store, recipe);
    const [part] = await store.bytecode.bytecode(wheel, interpreter);
    const list = `${part?.folder.replace(/\/root$/, "")}/list`;
    files.chmod(list, 0o644);
    files.write(list, "torn");
    expect((await store.bytecode.bytecode(wheel, interpreter))[0]?.files).toHaveLength(3);
    expect(processes.runs).toBe(2);
  });
});
