import { beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expectRefusal, expectSuccess } from "../support/answers.ts";
import { installedIn, recordDefects, sitePackages, snapshot } from "../support/folder.ts";
import { fileOf, type TestIndex } from "../support/index-server.ts";
import type { Finished, Sandbox } from "../support/pkm.ts";
import { workplace } from "../support/workplace.ts";
import { makeWheel } from "../support/wheel-maker.ts";

const generation = (version: string) => [
  makeWheel({
    name: "demo",
    version,
    consoleScripts: { "demo-run": "demo:main" },
    files: {
      "demo/__init__.py": `def main():\n    print("demo ${version}")\n`,
      "demo/deep/__init__.py": "x = 1\n",
      [`demo/only_${version.replace(".", "_")}.py`]: "",
      "demo_paths.pth": "import sys; sys.demo_path_seen = True\n",
      "single.py": `version = "${version}"\n`,
    },
  }),
  // A namespace that holds folders only, and one of the old kind with a common module.
  ...["left", "right"].map((name) =>
    makeWheel({
      name,
      version,
      files: {
        [`space/${name}/__init__.py`]: `version = "${version}"\n`,
        "legacy/__init__.py": "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n",
        [`legacy/${name}/__init__.py`]: `version = "${version}"\n`,
      },
    }),
  ),
];
const wheels = [...generation("1.0"), ...generation("2.0")];

const place = workplace(() => wheels.map((wheel) => fileOf(wheel)));
const { fresh, pip } = place;
let sandbox: Sandbox;
let index: TestIndex;
beforeAll(() => {
  ({ sandbox, index } = place);
});
const shared = (): Promise<string> => fresh("--shared");
const python = (environment: string, code: string): Promise<Finished> =>
  sandbox.run([join(environment, "bin", "python"), "-c", code]);
const store = (): string => join(sandbox.folder, "cache", "store-v1");

/** All that the store holds of wheels, but for what Python compiles. */
function stored(): Record<string, string> {
  const all = { ...snapshot(join(store(), "trees")), ...snapshot(join(store(), "wheels")) };
  return Object.fromEntries(Object.entries(all).filter(([path]) => !path.endsWith(".pyc")));
}

function linksIn(environment: string): string[] {
  const site = sitePackages(environment);
  const links: string[] = [];
  const walk = (below: string): void => {
    for (const entry of readdirSync(join(site, below), { withFileTypes: true })) {
      const path = join(below, entry.name);
      if (entry.isSymbolicLink()) links.push(path);
      else if (entry.isDirectory()) walk(path);
    }
  };
  walk("");
  return links.sort();
}

const importAll = `import demo, single, sys, space.left, space.right, legacy.left, legacy.right
demo.main()
print(single.version, space.left.version, space.right.version, legacy.left.version, legacy.right.version, sys.demo_path_seen)`;

describe("a shared environment", () => {
  test("has links for folders, files of its own for the rest, and imports like any other", async () => {
    const environment = await shared();
    expectSuccess(await pip(environment, "install", "demo==1.0", "left==1.0", "right==1.0"));
    expect(linksIn(environment)).toEqual([
      "demo",
      "legacy/left",
      "legacy/right",
      "space/left",
      "space/right",
    ]);
    expect(recordDefects(environment)).toEqual([]);
    expect((await python(environment, importAll)).stdout).toBe(
      "demo 1.0\n1.0 1.0 1.0 1.0 1.0 True\n",
    );
    expect((await sandbox.run([join(environment, "bin", "demo-run")])).stdout).toBe("demo 1.0\n");
    const tree = readlinkSync(join(sitePackages(environment), "demo"));
    expect(lstatSync(tree).mode & 0o777).toBe(0o555);
    expect(lstatSync(join(tree, "__init__.py")).mode & 0o222).toBe(0);
  });

  test.skipIf(process.getuid?.() === 0)(
    "refuses whoever writes through a link (skipped for root, who may write anywhere)",
    async () => {
      const environment = await shared();
      expectSuccess(await pip(environment, "install", "demo==1.0"));
      const folder = join(sitePackages(environment), "demo");
      const refused = expect.objectContaining({ code: "EACCES" });
      expect(() => writeFileSync(join(folder, "new.py"), "")).toThrow(refused);
      expect(() => writeFileSync(join(folder, "__init__.py"), "")).toThrow(refused);
      expect(() => rmSync(join(folder, "__init__.py"))).toThrow(refused);
    },
  );

  test("finds the modules that another one has had compiled", async () => {
    const [one, two] = [await shared(), await shared()];
    expectSuccess(await pip(one, "install", "demo==1.0"));
    await python(one, "import demo.deep");
    expectSuccess(await pip(two, "install", "demo==1.0"));
    const told = await python(
      two,
      "import demo.deep, os; print(os.path.getmtime(demo.deep.__cached__))",
    );
    const again = await python(
      one,
      "import demo.deep, os; print(os.path.getmtime(demo.deep.__cached__))",
    );
    expect(told.stdout).not.toBe("");
    expect(told.stdout).toBe(again.stdout);
  });

  test("answers every question as an ordinary one does", async () => {
    const [one, two] = [await shared(), await fresh()];
    for (const environment of [one, two])
      expectSuccess(await pip(environment, "install", "demo==1.0", "left==1.0"));
    for (const words of [["freeze"], ["list"], ["check"], ["tree"], ["inspect"]] as const) {
      const [command, ...rest] = words;
      const [ours, theirs] = [await pip(one, command, ...rest), await pip(two, command, ...rest)];
      expectSuccess(ours);
      expect(ours.stdout.replaceAll(one, "[ENV]")).toBe(theirs.stdout.replaceAll(two, "[ENV]"));
    }
    const filesOf = async (environment: string): Promise<string[]> =>
      (await pip(environment, "show", "-f", "left")).stdout.split("\nFiles:\n")[1]?.split("\n") ??
      [];
    const extra = (await filesOf(one)).filter((line) => line !== "");
    const plain = (await filesOf(two)).filter((line) => line !== "");
    expect(extra.filter((line) => !plain.includes(line))).toEqual([
      "  legacy",
      "  space/.left.shared",
      "  space/left",
    ]);
    expect(plain.filter((line) => !extra.includes(line))).toEqual([]);
  });

  test("lets a second distribution into a folder that was linked", async () => {
    const environment = await shared();
    expectSuccess(await pip(environment, "install", "left==1.0"));
    expect(linksIn(environment)).toEqual(["legacy", "space/left"]);
    const before = stored();
    expectSuccess(await pip(environment, "install", "right==1.0", "demo==1.0"));
    expect(linksIn(environment)).toContain("legacy/left");
    expect(recordDefects(environment)).toEqual([]);
    expect((await python(environment, importAll)).status).toBe(0);
    expect(stored()).toMatchObject(before);
    expectSuccess(await pip(environment, "uninstall", "right"));
    expect(recordDefects(environment)).toEqual([]);
    expect((await python(environment, "import legacy.left, space.left")).status).toBe(0);
  });

  test("is upgraded, synchronised and emptied without a trace in the store", async () => {
    const environment = await shared();
    const names = ["demo", "left", "right"];
    expectSuccess(await pip(environment, "install", ...names.map((name) => `${name}==1.0`)));
    await python(environment, importAll);
    expectSuccess(await pip(environment, "install", "--upgrade", ...names));
    expect((await python(environment, importAll)).stdout).toBe(
      "demo 2.0\n2.0 2.0 2.0 2.0 2.0 True\n",
    );
    expect((await python(environment, "import demo.only_1_0")).status).not.toBe(0);
    const before = stored();
    const pins = sandbox.write("pins.txt", "demo==1.0\n");
    expectSuccess(await pip(environment, "sync", pins));
    expect(installedIn(environment)).toEqual(["demo 1.0"]);
    expect(recordDefects(environment)).toEqual([]);
    expectSuccess(await pip(environment, "uninstall", "demo"));
    expect(readdirSync(sitePackages(environment)).filter((name) => name !== "__pycache__")).toEqual(
      [],
    );
    expect(stored()).toEqual(before);
  });

  test("keeps what it links to when the cache is cleaned, and only as long as it is there", async () => {
    const environment = await shared();
    expectSuccess(await pip(environment, "install", "demo==2.0"));
    const cleaned = await sandbox.pkm(["cache", "clean"]);
    expectSuccess(cleaned);
    expect(cleaned.stderr).toContain("shared environments link to them");
    expect((await python(environment, "import demo; demo.main()")).stdout).toBe("demo 2.0\n");
    expectSuccess(await pip(environment, "install", "left==2.0"));
    for (const name of readdirSync(sandbox.work))
      if (name.startsWith("env")) rmSync(join(sandbox.work, name), { recursive: true });
    expectSuccess(await sandbox.pkm(["cache", "clean"]));
    expect(readdirSync(join(store(), "trees"))).toEqual([]);
  });

  test("is put right by a verification after somebody has written into the store", async () => {
    const environment = await shared();
    expectSuccess(await pip(environment, "install", "demo==1.0"));
    const folder = readlinkSync(join(sitePackages(environment), "demo"));
    chmodSync(folder, 0o755);
    rmSync(join(folder, "__init__.py"));
    writeFileSync(join(folder, "__init__.py"), "raise SystemExit('evil')\n");
    const found = await sandbox.pkm(["cache", "verify"]);
    expect(found.status).toBe(1);
    expect(found.stderr).toContain(
      "the shared folders of demo-1.0 were damaged: `demo/__init__.py` was changed",
    );
    expect(found.stderr).toContain("They were put right from the wheel");
    expect((await python(environment, "import demo; demo.main()")).stdout).toBe("demo 1.0\n");
    expect(lstatSync(folder).mode & 0o777).toBe(0o555);
    expectSuccess(await sandbox.pkm(["cache", "verify"]));
  });

  test("becomes an ordinary one with --unshare, and stays one", async () => {
    const environment = await shared();
    expectSuccess(await pip(environment, "install", "demo==1.0", "left==1.0"));
    const said = await sandbox.pkm(["venv", "--unshare", environment]);
    expectSuccess(said);
    expect(said.stderr).toContain("Made real folders of 3 linked ones, of 2 distributions");
    expect(linksIn(environment)).toEqual([]);
    expect(recordDefects(environment)).toEqual([]);
    expectSuccess(await pip(environment, "install", "right==1.0"));
    expect(linksIn(environment)).toEqual([]);
    rmSync(join(sandbox.folder, "away"), { recursive: true, force: true });
    await sandbox.run(["mv", store(), join(sandbox.folder, "away")]);
    expect((await python(environment, importAll)).stdout).toBe(
      "demo 1.0\n1.0 1.0 1.0 1.0 1.0 True\n",
    );
    await sandbox.run(["mv", join(sandbox.folder, "away"), store()]);
    const mixed = await sandbox.pkm(["venv", "--unshare", "--clear", environment]);
    expectRefusal(mixed, "conflicting-options", "--clear");
    const again = await sandbox.pkm(["venv", "--unshare", environment]);
    expect(again.stderr).toContain("is linked to the store");
  });

  test("is brought back after its cache was deleted by hand", async () => {
    const environment = await shared();
    expectSuccess(await pip(environment, "install", "demo==1.0"));
    await sandbox.run(["chmod", "-R", "u+w", store()]);
    rmSync(store(), { recursive: true });
    expect((await python(environment, "import demo")).status).not.toBe(0);
    expectRefusal(await sandbox.pkm(["venv", "--unshare", environment]), "linked-folder-gone");
    const run = await pip(environment, "install", "demo", "left==1.0");
    expectSuccess(run);
    expect(run.stderr).toContain("the store has lost the folders of 1 distribution (demo)");
    expect((await python(environment, "import demo; demo.main()")).stdout).toBe("demo 1.0\n");
    expect(recordDefects(environment)).toEqual([]);
    expect((await pip(environment, "install", "demo")).stderr).not.toContain("lost");
  });
});

describe("what is an environment's own in a shared one", () => {
  const outside = makeWheel({
    name: "outside",
    version: "1.0",
    files: {
      "outside/__init__.py": "",
      "outside-1.0.data/data/share/outside/table.csv": "1,2\n",
      "outside-1.0.data/data/etc/outside.conf": "x = 1\n",
      "outside-1.0.data/scripts/outside-old": "#!python\nprint('old')\n",
    },
  });

  test("data and scripts lie in it, configuration as a copy, and RECORD names all of them", async () => {
    const environment = await shared();
    const file = join(sandbox.work, outside.filename);
    writeFileSync(file, outside.bytes);
    expectSuccess(await pip(environment, "install", file));
    expect(recordDefects(environment)).toEqual([]);
    const record = readFileSync(
      join(sitePackages(environment), "outside-1.0.dist-info", "RECORD"),
      "utf8",
    );
    const paths = record.split("\n").map((row) => row.split(",", 1)[0] as string);
    expect(paths.slice(0, 3)).toEqual([
      "../../../bin/outside-old",
      "../../../etc/outside.conf",
      "../../../share/outside/table.csv",
    ]);
    expect(paths).toContain("outside-1.0.dist-info/direct_url.json");
    expect((await pip(environment, "freeze")).stdout).toContain(`outside @ file://`);
    expect(lstatSync(join(environment, "etc", "outside.conf")).nlink).toBe(1);
    expect((await sandbox.run([join(environment, "bin", "outside-old")])).stdout).toBe("old\n");
    expectSuccess(await pip(environment, "uninstall", "outside"));
    expect(existsSync(join(environment, "share", "outside"))).toBe(false);
    expect(existsSync(join(environment, "etc", "outside.conf"))).toBe(false);
    expect(existsSync(join(environment, "bin", "outside-old"))).toBe(false);
  });

  test("a mark of being asked for is added without touching the store", async () => {
    const [environment, other] = [await shared(), await shared()];
    const whole = makeWheel({ name: "whole", version: "1.0", requires: ["demo==1.0"] });
    const file = join(sandbox.work, whole.filename);
    writeFileSync(file, whole.bytes);
    for (const one of [environment, other]) expectSuccess(await pip(one, "install", file));
    const mark = (one: string): string =>
      join(sitePackages(one), "demo-1.0.dist-info", "REQUESTED");
    expectSuccess(await pip(other, "install", "left==1.0"));
    const before = stored();
    expectSuccess(await pip(environment, "install", "demo==1.0", "left==1.0"));
    expect([existsSync(mark(environment)), existsSync(mark(other))]).toEqual([true, false]);
    for (const one of [environment, other]) expect(recordDefects(one)).toEqual([]);
    expect(stored()).toEqual(before);
  });
});

describe("--link-mode", () => {
  test("tree links folders into an environment made without --shared; copy gives files to one made with it", async () => {
    const [one, two] = [await fresh(), await shared()];
    expectSuccess(await pip(one, "install", "--link-mode", "tree", "demo==1.0"));
    expect(linksIn(one)).toEqual(["demo"]);
    expectSuccess(await pip(two, "install", "--link-mode", "copy", "demo==1.0"));
    expect(linksIn(two)).toEqual([]);
    const module = join(sitePackages(two), "demo", "__init__.py");
    writeFileSync(module, "def main():\n    print('edited')\n");
    expect((await python(two, "import demo; demo.main()")).stdout).toBe("edited\n");
    expect((await python(one, "import demo; demo.main()")).stdout).toBe("demo 1.0\n");
  });

  test("tree with --compile-bytecode has the modules of linked folders in the store, and others beside themselves", async () => {
    const environment = await fresh();
    const words = ["--link-mode", "tree", "--compile-bytecode", "demo==2.0"];
    expectSuccess(await pip(environment, "install", ...words));
    const site = sitePackages(environment);
    expect(readdirSync(join(site, "demo", "__pycache__"))).toHaveLength(2);
    expect(readdirSync(join(site, "__pycache__"))).toHaveLength(1);
    expect(recordDefects(environment)).toEqual([]);
  });

  test("tree is refused outside of virtual environments", async () => {
    const target = join(sandbox.work, "target");
    const words = ["pip", "install", "--target", target, "--link-mode", "tree", "demo"];
    const run = await sandbox.pkm([...words, "--index-url", index.url]);
    expectRefusal(run, "link-mode-needs-environment", "pkm venv --shared");
    expect(existsSync(join(target, "demo"))).toBe(false);
  });

  test("tree with a cache that goes with the command links files, and says so", async () => {
    const environment = await shared();
    const run = await pip(environment, "install", "--no-cache", "demo==1.0");
    expectSuccess(run);
    expect(run.stderr).toContain("folders are not shared with the store");
    expect(linksIn(environment)).toEqual([]);
    expect((await python(environment, "import demo; demo.main()")).stdout).toBe("demo 1.0\n");
  });
});

const peers = process.env.PKM_TEST_PEERS;
const why = peers === undefined ? " (skipped: PKM_TEST_PEERS names no folder with them)" : "";

describe.skipIf(peers === undefined)(`other tools in a shared environment${why}`, () => {
  type Tool = (environment: string, command: string, ...words: string[]) => Promise<Finished>;
  const where = (command: string): string[] =>
    command === "install" ? ["--no-deps", "--index-url", index.url] : [];
  const tools: Readonly<Record<string, Tool>> = {
    pip: (environment, command, ...words) => {
      const program = [join(peers as string, "bin", "python"), "-m", "pip", "--python"];
      const argv = [join(environment, "bin", "python"), command, ...where(command), ...words];
      const env = { PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_NO_CACHE_DIR: "1" };
      return sandbox.run([...program, ...argv], { env });
    },
    uv: (environment, command, ...words) => {
      const program = [join(peers as string, "bin", "uv"), "pip", command, "--python"];
      const argv = [environment, ...where(command), ...words.filter((word) => word !== "--yes")];
      const env = { UV_NO_CACHE: "1", UV_NO_CONFIG: "1", UV_PYTHON_DOWNLOADS: "never" };
      return sandbox.run([...program, ...argv], { env });
    },
  };

  for (const [name, tool] of Object.entries(tools)) {
    test(`${name} upgrades and uninstalls, and the store stays as it was`, async () => {
      const [environment, other] = [await shared(), await shared()];
      for (const one of [environment, other])
        expectSuccess(await pip(one, "install", "demo==1.0", "left==1.0", "right==1.0"));
      const before = stored();
      const upgraded = await tool(environment, "install", "--upgrade", "demo==2.0");
      expect(upgraded.status, upgraded.stderr).toBe(0);
      expect(lstatSync(join(sitePackages(environment), "demo")).isDirectory()).toBe(true);
      expect((await python(environment, "import demo; demo.main()")).stdout).toBe("demo 2.0\n");
      const removed = await tool(environment, "uninstall", "--yes", "left");
      expect(removed.status, removed.stderr).toBe(0);
      expect(existsSync(join(sitePackages(environment), "space", "left"))).toBe(false);
      expect((await python(environment, "import space.right, legacy.right")).status).toBe(0);
      expect(stored()).toEqual(before);
      expect((await python(other, importAll)).status).toBe(0);
      const checked = await tool(environment, "check");
      expect(checked.status, checked.stderr).toBe(0);
      // And back under pkm.
      expectSuccess(await pip(environment, "install", "demo==1.0", "left==1.0"));
      expect(recordDefects(environment)).toEqual([]);
      expect((await python(environment, importAll)).status).toBe(0);
    });
  }

  test("pip lists, freezes and shows what pkm does", async () => {
    const environment = await shared();
    expectSuccess(await pip(environment, "install", "demo==1.0", "left==1.0"));
    for (const words of [["freeze"], ["list"], ["show", "-f", "left"]] as const) {
      const [command, ...rest] = words;
      const theirs = await (tools.pip as Tool)(environment, command, ...rest);
      const ours = await pip(environment, command, ...rest);
      expect(ours.stdout).toBe(theirs.stdout);
    }
  });
});

test("metadata is closed as long as it is shared, and the environment's own after --unshare", async () => {
  const environment = await shared();
  expectSuccess(await pip(environment, "install", "demo==1.0"));
  const folder = join(sitePackages(environment), "demo-1.0.dist-info");
  const before = stored();
  for (const name of readdirSync(folder)) {
    // RECORD has rows of the scripts, whose interpreter is this environment's.
    expect(lstatSync(join(folder, name)).mode & 0o222).toBe(name === "RECORD" ? 0o200 : 0);
    expect(lstatSync(join(folder, name)).nlink > 1).toBe(name !== "RECORD");
  }
  expectSuccess(await sandbox.pkm(["venv", "--unshare", environment]));
  for (const name of readdirSync(folder)) {
    expect(lstatSync(join(folder, name)).nlink).toBe(1);
    writeFileSync(join(folder, name), `${readFileSync(join(folder, name), "utf8")}edited\n`);
  }
  expect(stored()).toEqual(before);
});
