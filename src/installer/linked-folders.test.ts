import { describe, expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import type { PythonEnvironment } from "#environment/environment";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import type { Host } from "#platform/ports";
import { RealHashing } from "#platform/real/hashing";
import { normalizeName } from "#standards/name";
import { isKeeper, keeperName } from "#store/installed-metadata";
import type { InstallerEvent } from "./events.ts";
import { imaginedEnvironment, layEnvironment, storeWheel } from "./imagined.ts";
import { treesFor } from "./linked-folders.ts";
import { lostFolders } from "./lost-folders.ts";
import type { LinkWay, TreeSource } from "./plan-types.ts";

const trees: TreeSource = {
  tree: () => {
    throw new Error("nobody asks for a tree here");
  },
  register: () => {},
};

function choose(
  way: LinkWay | undefined,
  changes: Partial<PythonEnvironment> = {},
  world: { files?: MemoryFiles; host?: Host; trees?: TreeSource | undefined } = {},
) {
  const events: InstallerEvent[] = [];
  const { files = new MemoryFiles({ "/env/": "" }), host = memoryHost() } = world;
  const chosen = treesFor(
    way,
    imaginedEnvironment("/env", changes),
    "trees" in world ? world.trees : trees,
    "/env/probe",
    {
      files,
      host,
      hashing: new RealHashing(),
      report: (event) => void events.push(event),
    },
  );
  return { isShared: chosen !== undefined, events };
}

describe("treesFor()", () => {
  test.each([
    [undefined, false, false],
    [undefined, true, true],
    ["tree", false, true],
    ["hardlink", true, false],
    ["copy", true, false],
  ] as const)("asked for %p, made as shared: %p, links folders: %p", (way, shared, expected) => {
    expect(choose(way, { shared })).toEqual({ isShared: expected, events: [] });
  });

  test("refuses what is no virtual environment", () => {
    expect(() => choose("tree", { kind: "target" })).toThrow(PkmError);
  });

  test("links files on Windows, and says why", () => {
    const { isShared, events } = choose("tree", {}, { host: { ...memoryHost(), os: "windows" } });
    expect(isShared).toBe(false);
    expect(events).toMatchObject([
      { type: "folders-not-shared", root: "/env", reason: expect.stringContaining("Windows") },
    ]);
  });

  test("links files where the file system has no links, and says so; another failure is one", () => {
    const files = new MemoryFiles({ "/env/": "" });
    const failing = (code: string): void => {
      files.symlink = () => {
        throw Object.assign(new Error(code), { code });
      };
    };
    failing("EPERM");
    const { isShared, events } = choose("tree", {}, { files });
    expect(isShared).toBe(false);
    expect(events).toMatchObject([{ reason: expect.stringContaining("EPERM") }]);
    failing("ENOSPC");
    expect(() => choose("tree", {}, { files })).toThrow("ENOSPC");
  });

  test("links files when the store goes with the process, and says so", () => {
    const { isShared, events } = choose(undefined, { shared: true }, { trees: undefined });
    expect(isShared).toBe(false);
    expect(events).toHaveLength(1);
  });
});

test("isKeeper() knows the files that keep a folder of links, and no others", () => {
  expect(isKeeper(`space/${keeperName(normalizeName("Some.Thing"))}`)).toBe(true);
  expect(isKeeper("space/notes.shared")).toBe(false);
  expect(isKeeper(".d/shared")).toBe(false);
});

describe("lostFolders()", () => {
  test("names the distributions whose links lead nowhere, in namespaces too", () => {
    const files = new MemoryFiles();
    const environment = imaginedEnvironment("/env");
    layEnvironment(environment, files);
    const world = { files, hashing: new RealHashing() };
    const site = environment.paths.purelib;
    files.makeFolders(`${site}/space`);
    files.write(`${site}/space/.lost.shared`, "");
    const { root, manifest } = storeWheel(
      { name: "kept", version: "1", files: { "kept/a.py": "" } },
      "/s",
      world,
    );
    files.symlink(`${root}/${manifest.parts[0]?.folder}/kept`, `${site}/kept`);
    files.symlink("/gone/lost", `${site}/space/lost`);
    for (const [name, link] of [
      ["kept", "kept"],
      ["lost", "space/lost"],
    ]) {
      files.makeFolder(`${site}/${name}-1.dist-info`);
      files.write(
        `${site}/${name}-1.dist-info/RECORD`,
        `${link},,\n${name}-1.dist-info/RECORD,,\n`,
      );
    }
    expect([...lostFolders(environment, { files })]).toEqual([normalizeName("lost")]);
    files.makeFolders("/gone/lost");
    expect(lostFolders(environment, { files }).size).toBe(0);
  });
});
