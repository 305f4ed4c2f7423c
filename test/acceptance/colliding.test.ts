import { beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expectRefusal, expectSuccess } from "../support/answers.ts";
import { installedIn, sitePackages, snapshot } from "../support/folder.ts";
import { fileOf } from "../support/index-server.ts";
import type { Sandbox } from "../support/pkm.ts";
import { workplace } from "../support/workplace.ts";
import { makeWheel } from "../support/wheel-maker.ts";

const same = { "shared/__init__.py": "", "shared/common.py": "x = 1\n" };
const wheels = [
  makeWheel({
    name: "alpha",
    version: "1.0",
    files: { ...same, "shared/alpha.py": "" },
    consoleScripts: { tool: "shared.alpha:main" },
  }),
  makeWheel({
    name: "beta",
    version: "1.0",
    files: { ...same, "shared/beta.py": "" },
    consoleScripts: { tool: "shared.beta:main" },
  }),
  makeWheel({ name: "gamma", version: "1.0", files: { ...same, "shared/common.py": "x = 3\n" } }),
  makeWheel({ name: "twin", version: "1.0", files: { ...same, "shared/twin.py": "" } }),
  makeWheel({ name: "module", version: "1.0", files: { "thing.py": "" } }),
  makeWheel({ name: "package", version: "1.0", files: { "thing.py/__init__.py": "" } }),
  makeWheel({ name: "lower", version: "1.0", files: { "cased/name.py": "a" } }),
  makeWheel({ name: "upper", version: "1.0", files: { "Cased/Name.py": "b" } }),
  makeWheel({ name: "plain", version: "1.0" }),
];

const place = workplace(() => wheels.map((wheel) => fileOf(wheel)));
const { fresh, pip } = place;
let sandbox: Sandbox;
beforeAll(() => {
  ({ sandbox } = place);
});
const content = (environment: string, path: string): string =>
  readFileSync(join(sitePackages(environment), path), "utf8");

describe("two distributions with one file", () => {
  test("of the same content are silent, and removing one leaves the other whole", async () => {
    const environment = await fresh();
    const run = await pip(environment, "install", "alpha", "twin");
    expectSuccess(run);
    expect(run.stderr).not.toContain("warning");
    expectSuccess(await pip(environment, "uninstall", "alpha"));
    expect(content(environment, "shared/common.py")).toBe("x = 1\n");
    expect(existsSync(join(sitePackages(environment), "shared", "alpha.py"))).toBe(false);
    expectSuccess(await pip(environment, "uninstall", "twin"));
    expect(existsSync(join(sitePackages(environment), "shared"))).toBe(false);
  });

  test("of different content are a warning that names both, and the winner is not left to chance", async () => {
    const found = new Set<string>();
    for (const words of [
      ["alpha", "gamma"],
      ["gamma", "alpha"],
      ["gamma", "alpha"],
    ]) {
      const environment = await fresh();
      const run = await pip(environment, "install", ...words);
      expectSuccess(run);
      expect(run.stderr).toMatch(/warning[^\n]*/);
      for (const word of ["alpha", "gamma", "shared/common.py"]) expect(run.stderr).toContain(word);
      found.add(content(environment, "shared/common.py"));
    }
    expect(found.size).toBe(1);
  });

  test("one after the other: the warning comes too, and removing the newcomer does not break the first", async () => {
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", "alpha"));
    const run = await pip(environment, "install", "gamma");
    expectSuccess(run);
    for (const word of ["alpha", "gamma", "shared/common.py"]) expect(run.stderr).toContain(word);
    expectSuccess(await pip(environment, "uninstall", "gamma"));
    expect(existsSync(join(sitePackages(environment), "shared", "common.py"))).toBe(true);
    expect(existsSync(join(sitePackages(environment), "shared", "alpha.py"))).toBe(true);
  });

  test("are refused under --strict, before anything is written", async () => {
    const environment = await fresh();
    const before = snapshot(environment);
    expectRefusal(
      await pip(environment, "install", "--strict", "alpha", "gamma"),
      "files-collide",
      "alpha",
      "gamma",
      "shared/common.py",
    );
    expect(snapshot(environment)).toEqual(before);
    expectSuccess(await pip(environment, "install", "--strict", "alpha", "twin"));
  });

  test("one script: a warning with both, and removing one leaves a script of the other", async () => {
    const environment = await fresh();
    const run = await pip(environment, "install", "alpha", "beta");
    expectSuccess(run);
    for (const word of ["alpha", "beta", "tool"]) expect(run.stderr).toContain(word);
    expectSuccess(await pip(environment, "uninstall", "alpha"));
    const script = join(environment, "bin", "tool");
    expect(existsSync(script)).toBe(true);
    expectSuccess(await pip(environment, "uninstall", "beta"));
    expect(existsSync(script)).toBe(false);
  });

  test("a file here and a folder there are an error that names both", async () => {
    const environment = await fresh();
    const before = snapshot(environment);
    expectRefusal(
      await pip(environment, "install", "module", "package"),
      /collide|in-the-way/,
      "module",
      "package",
      "thing.py",
    );
    expect(snapshot(environment)).toEqual(before);
    expectSuccess(await pip(environment, "install", "module"));
    const one = snapshot(environment);
    expectRefusal(
      await pip(environment, "install", "package"),
      /collide|in-the-way/,
      "package",
      "thing.py",
    );
    expect(snapshot(environment)).toEqual(one);
  });

  test("names that differ in case alone are two files where the system has two", async () => {
    const environment = await fresh();
    const run = await pip(environment, "install", "lower", "upper");
    if (run.status === 0) {
      expect(content(environment, "cased/name.py")).toBe("a");
      expect(content(environment, "Cased/Name.py")).toBe("b");
    } else expectRefusal(run, /collide|case/, "lower", "upper");
  });
});

describe("something is in the way", () => {
  test("a file that nobody owns is not overwritten", async () => {
    const environment = await fresh();
    mkdirSync(join(sitePackages(environment), "plain"));
    const mine = join(sitePackages(environment), "plain", "__init__.py");
    writeFileSync(mine, "mine\n");
    const before = snapshot(environment);
    expectRefusal(
      await pip(environment, "install", "plain"),
      "file-in-the-way",
      "plain/__init__.py",
    );
    expect(snapshot(environment)).toEqual(before);
    rmSync(mine);
    expectSuccess(await pip(environment, "install", "plain"));
  });

  test("a file in the place of a folder", async () => {
    const environment = await fresh();
    writeFileSync(join(sitePackages(environment), "plain"), "a file\n");
    const before = snapshot(environment);
    expectRefusal(await pip(environment, "install", "plain"), "file-in-the-way", "plain");
    expect(snapshot(environment)).toEqual(before);
  });

  test("a folder in the place of a file", async () => {
    const environment = await fresh();
    mkdirSync(join(sitePackages(environment), "thing.py"));
    writeFileSync(join(sitePackages(environment), "thing.py", "kept.txt"), "kept");
    const before = snapshot(environment);
    expectRefusal(await pip(environment, "install", "module"), /in-the-way/, "thing.py");
    expect(snapshot(environment)).toEqual(before);
  });

  test("a folder in the place of a script", async () => {
    const environment = await fresh();
    mkdirSync(join(environment, "bin", "tool"));
    const before = snapshot(environment);
    expectRefusal(await pip(environment, "install", "alpha"), /in-the-way/, "tool");
    expect(snapshot(environment)).toEqual(before);
  });

  test("a link in the place of a folder is not followed out of the environment", async () => {
    const environment = await fresh();
    const outside = join(sandbox.work, "outside");
    mkdirSync(outside);
    symlinkSync(outside, join(sitePackages(environment), "plain"));
    expectRefusal(await pip(environment, "install", "plain"), "file-in-the-way", "plain");
    expect(snapshot(outside)).toEqual({});
  });

  test("a link to nowhere in the place of a file", async () => {
    const environment = await fresh();
    const outside = join(sandbox.work, "nowhere");
    symlinkSync(outside, join(sitePackages(environment), "thing.py"));
    const run = await pip(environment, "install", "module");
    expect(existsSync(outside)).toBe(false);
    if (run.status !== 0) expectRefusal(run, /./, "thing.py");
  });

  test("the rest of what was asked for is not installed either", async () => {
    const environment = await fresh();
    writeFileSync(join(sitePackages(environment), "plain"), "a file\n");
    expectRefusal(await pip(environment, "install", "twin", "plain"), "file-in-the-way");
    expect(installedIn(environment)).toEqual([]);
  });

  test("a site-packages that is a file, and one that is gone", async () => {
    const environment = await fresh();
    const site = sitePackages(environment);
    rmSync(site, { recursive: true });
    writeFileSync(site, "");
    expectRefusal(await pip(environment, "install", "plain"), /./, "site-packages");
    rmSync(site);
    const run = await pip(environment, "install", "plain");
    if (run.status === 0) expect(installedIn(environment)).toEqual(["plain 1.0"]);
    else expectRefusal(run, /./);
  });
});
