import { describe, expect, test } from "bun:test";
import { MemoryFiles } from "#platform/memory/files";
import { parseToml } from "#platform/toml";
import { parseBuildSystem, readBuildSystem } from "./build-system.ts";

const read = (text: string) => parseBuildSystem(parseToml(text, "pyproject.toml"), "demo");

describe("parseBuildSystem()", () => {
  test("reads the three keys of PEP 517 and 518", () => {
    const found = read(
      '[build-system]\nrequires = ["flit_core >=3.2"]\nbuild-backend = "a.b:c.d"\nbackend-path = ["x/y"]\n',
    );
    expect(found).toMatchObject({
      requires: ["flit_core >=3.2"],
      backend: "a.b:c.d",
      backendPath: ["x/y"],
      isLegacy: false,
    });
    expect(found.requirements.map(({ name }) => String(name))).toEqual(["flit-core"]);
  });

  test("takes setuptools where there is no table, and its own requirements where there is one", () => {
    expect(read("")).toMatchObject({
      requires: ["setuptools>=40.8.0"],
      backend: "setuptools.build_meta:__legacy__",
      isLegacy: true,
    });
    expect(read('[build-system]\nrequires = ["setuptools<60"]\n')).toMatchObject({
      requires: ["setuptools<60"],
      backend: "setuptools.build_meta:__legacy__",
    });
  });

  test("passes over keys of later standards, and refuses what looks like a slip", () => {
    expect(read("[build-system]\nrequires = []\nsomething-new = 1\n").requires).toEqual([]);
    expect(() => read("[build-system]\nrequire = []\nrequires = []\n")).toThrow(
      /`build-system.require` is no key of it/,
    );
  });

  const wrong: readonly (readonly [string, RegExp])[] = [
    ["", /`build-system.requires` is missing/],
    ['requires = "x"', /`build-system.requires` must be an array/],
    ["requires = [1]", /`build-system.requires\[0\]` must be text/],
    ['requires = ["=="]', /`build-system.requires\[0\]` is `==`/],
    ["requires = []\nbuild-backend = 1", /must be text/],
    ['requires = []\nbuild-backend = "a b"', /MODULE:OBJECT/],
    ['requires = []\nbuild-backend = "a:"', /MODULE:OBJECT/],
    ['requires = []\nbuild-backend = "a"\nbackend-path = ["/x"]', /leads out of the tree/],
    ['requires = []\nbuild-backend = "a"\nbackend-path = ["x/../../y"]', /leads out of the tree/],
    ['requires = []\nbuild-backend = "a"\nbackend-path = ["C:/x"]', /leads out of the tree/],
    ['requires = []\nbackend-path = ["x"]', /without `build-backend`/],
  ];
  test.each(wrong)("refuses %j", (table, message) => {
    expect(() => read(`[build-system]\n${table}\n`)).toThrow(message);
  });
});

describe("readBuildSystem()", () => {
  const tree = (files: Readonly<Record<string, string>>) => {
    const memory = new MemoryFiles();
    memory.makeFolders("/tree");
    for (const [path, text] of Object.entries(files)) {
      memory.makeFolders(`/tree/${path}`.replace(/\/[^/]*$/, ""));
      memory.write(`/tree/${path}`, text);
    }
    return { files: memory };
  };

  test("is content with a setup.py alone", () => {
    const found = readBuildSystem("/tree", "demo", tree({ "setup.py": "" }));
    expect(found.document).toBeUndefined();
    expect(found.buildSystem.isLegacy).toBe(true);
  });

  test("refuses a folder that is no project", () => {
    expect(() => readBuildSystem("/tree", "demo", tree({ "a.py": "" }))).toThrow(
      /Cannot build demo: it is no Python project/,
    );
  });

  test("refuses a backend-path that links out of the tree", () => {
    const text = '[build-system]\nrequires = []\nbuild-backend = "b"\nbackend-path = ["inside"]\n';
    const world = tree({ "pyproject.toml": text });
    world.files.makeFolders("/elsewhere");
    world.files.symlink("/elsewhere", "/tree/inside");
    expect(() => readBuildSystem("/tree", "demo", world)).toThrow(/no folder inside the tree/);
    const honest = tree({ "pyproject.toml": text, "inside/b.py": "" });
    expect(readBuildSystem("/tree", "demo", honest).buildSystem.backendPath).toEqual(["inside"]);
  });
});
