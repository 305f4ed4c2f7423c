import { describe, expect, test } from "bun:test";
import { FaultyFiles } from "#platform/memory/faulty-files";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { MemoryProcesses } from "#platform/memory/processes";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { openWheel } from "#distribution/wheel";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { backendVersion } from "./backend-version.ts";
import { buildEditable, buildSdist, buildWheel, isOwnBackend, prepareMetadata } from "./backend.ts";
import type { BackendWorld } from "./request.ts";

const request = { source: "/home/ada/demo", output: "/home/ada/dist" };

/** A world without a single program. */
function worldOf(files: BackendWorld["files"], processes = new MemoryProcesses()): BackendWorld {
  return {
    files,
    processes,
    host: memoryHost(),
    inflate: new RealInflate(),
    hashing: new RealHashing(),
  };
}

function demo(toml = '[project]\nname = "demo"\nversion = "1.0"\n'): MemoryFiles {
  return new MemoryFiles({
    "/home/ada/demo/pyproject.toml": toml,
    "/home/ada/demo/src/demo/__init__.py": "",
    "/home/ada/dist/": "",
    "/tmp/": "",
  });
}

describe("isOwnBackend()", () => {
  const own = {
    requires: ["pkm-build>=0.1,<0.2"],
    backend: "pkm_build",
    backendPath: undefined,
  } as const;

  test.each([
    ["any version", { requires: ["pkm-build"] }],
    ["another spelling of the name", { requires: ["PKM.Build ~= 0.1"] }],
    ["this very version", { requires: [`pkm-build == ${backendVersion.text}`] }],
  ])("is true for %s", (_, change) => {
    expect(isOwnBackend({ ...own, ...change })).toBe(true);
  });

  test.each([
    ["another backend", { backend: "hatchling.build" }],
    ["no backend at all", { backend: undefined }],
    ["a backend in the tree", { backendPath: ["src"] }],
    ["a version that this one is not", { requires: ["pkm-build>=7"] }],
    ["a copy from elsewhere", { requires: ["pkm-build @ https://index.example/pkm-build.whl"] }],
    ["a requirement for some Pythons only", { requires: ["pkm-build; os_name == 'nt'"] }],
    ["something else beside it", { requires: ["pkm-build", "setuptools"] }],
    ["nothing required", { requires: [] }],
    ["a requirement that is none", { requires: ["pkm build"] }],
  ])("is false for %s, which has to be run as it says", (_, change) => {
    expect(isOwnBackend({ ...own, ...change })).toBe(false);
  });
});

describe("a pure project", () => {
  test("is built without any program", async () => {
    const files = demo();
    const processes = new MemoryProcesses();
    const world = worldOf(files, processes);
    expect(await buildSdist(request, world)).toBe("demo-1.0.tar.gz");
    expect(await buildWheel(request, world)).toBe("demo-1.0-py3-none-any.whl");
    expect(await prepareMetadata(request, world)).toBe("demo-1.0.dist-info");
    expect(await buildEditable(request, world)).toBe("demo-1.0-py3-none-any.whl");
    expect(processes.calls).toEqual([]);
  });

  test("as an editable wheel leads to the folder of its modules", async () => {
    const files = demo();
    const world = worldOf(files);
    const name = await buildEditable(request, world);
    const wheel = openWheel(files.read(`/home/ada/dist/${name}`), name, world);
    const [pathFile, ...rest] = wheel.files.filter(({ path }) => !path.includes(".dist-info/"));
    expect(rest).toEqual([]);
    expect(pathFile?.path).toBe("demo.pth");
    let text = "";
    wheel.content(pathFile as (typeof wheel.files)[number], (content) => {
      text = new TextDecoder().decode(content as Uint8Array);
    });
    expect(text).toBe("/home/ada/demo/src\n");
  });

  test.each([buildSdist, buildWheel])(
    "%p leaves nothing behind when the disk fails it anywhere",
    async (build) => {
      const counting = new FaultyFiles(demo());
      await build(request, worldOf(counting));
      expect(counting.count).toBeGreaterThan(1);
      for (let at = 1; at <= counting.count; at++) {
        const files = demo();
        const faulty = new FaultyFiles(files, { at, errno: "ENOSPC" });
        await build(request, worldOf(faulty)).catch(() => undefined);
        expect(files.list("/home/ada/dist")).toEqual([]);
      }
    },
  );
});

describe("a project with extension modules", () => {
  const toml = `[project]
name = "demo"
version = "1.0"
[[tool.pkm.build.extensions]]
name = "demo._speed"
sources = ["speed.c"]
`;

  test("needs a Python, and says so", async () => {
    const files = demo(toml);
    expect(buildWheel(request, worldOf(files))).rejects.toHaveProperty(
      "code",
      "compiler-settings-unknown",
    );
  });

  test("is compiled in a folder that is gone afterwards, also when the compiler fails", async () => {
    for (const status of [0, 1]) {
      const files = demo(toml);
      files.write("/home/ada/demo/speed.c", "int x;");
      const answer = {
        compile: ["cc", "-O2"],
        include: ["/usr/include/python3.12"],
        link: ["ld", "-shared"],
        hasHeaders: true,
        suffix: ".so",
        limitedSuffix: null,
        minor: 12,
        tag: { python: "cp312", abi: "cp312", platform: "linux_x86_64" },
      };
      const processes = new MemoryProcesses({
        "/usr/bin/python3": () => ({ stdout: JSON.stringify(answer) }),
        cc: () => ({ status, stderr: "speed.c:1: error: no\n" }),
        ld: ({ argv }) => {
          files.write(argv.at(-1) as string, "ELF");
          return {};
        },
      });
      const world = worldOf(files, processes);
      const done = buildWheel({ ...request, python: () => "/usr/bin/python3" }, world);
      if (status === 0) expect(await done).toBe("demo-1.0-cp312-cp312-linux_x86_64.whl");
      else
        expect(await done.catch((error: unknown) => error)).toMatchObject({
          code: "extension-not-compiled",
          excerpt: "  speed.c:1: error: no",
        });
      expect(files.list("/tmp")).toEqual([]);
      expect(processes.calls.slice(1).every(({ cwd }) => cwd === "/home/ada/demo")).toBe(true);
    }
  });
});

describe("the Python package in python/pkm-build", () => {
  const source = join(import.meta.dir, "..", "..", "python", "pkm-build", "src", "pkm_build");
  const text = (path: string): string => readFileSync(path, "utf8");

  test("has the version that stands here", () => {
    expect(text(join(source, "__init__.py"))).toContain(
      `\n__version__ = "${backendVersion.text}"\n`,
    );
  });

  test("asks a Python for its compiler with the same words", () => {
    expect(text(join(source, "_compiler_settings.py"))).toBe(
      text(join(import.meta.dir, "compiler_settings.py")),
    );
  });

  test("is under the licence of the whole", () => {
    expect(text(join(source, "..", "..", "LICENSE"))).toBe(
      text(join(import.meta.dir, "..", "..", "LICENSE")),
    );
  });
});
