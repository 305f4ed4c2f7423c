import { beforeAll, describe, expect, test } from "bun:test";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expectNoTrace, expectRefusal, expectSuccess } from "../support/answers.ts";
import { installedIn, recordDefects, sitePackages } from "../support/folder.ts";
import { fileOf, serveIndex, type TestIndex } from "../support/index-server.ts";
import { type Finished, pkmCommand, type Sandbox } from "../support/pkm.ts";
import { type TinyTree, tinySdist, writeTinyTree } from "../support/tiny-tree.ts";
import { workplace } from "../support/workplace.ts";
import { makeWheel } from "../support/wheel-maker.ts";

const place = workplace(async () => {
  const sdists: TinyTree[] = [
    { name: "plain", version: "1.0" },
    { name: "asking", version: "1.0", needs: ["plain", "lone"], prepares: true },
    { name: "both", version: "1.0" },
    { name: "both", version: "2.0" },
    { name: "ring-a", version: "1.0", requires: ["ring-b"] },
    { name: "ring-b", version: "1.0", requires: ["ring-a"] },
    { name: "tooled", version: "1.0", requires: ["tool"], moreRequires: ["lone"] },
    { name: "tooled-too", version: "1.0", requires: ["tool"], moreRequires: ["lone"] },
    { name: "tool", version: "1.0" },
    { name: "blunt", version: "1.0", fault: "raises" },
    { name: "needing", version: "1.0", requires: ["blunt"] },
    { name: "liar", version: "1.0", fault: "other-project" },
    { name: "ancient", version: "2.0", requiresPython: "<3", prepares: true },
    { name: "ancient", version: "1.0" },
  ];
  return [
    ...(await Promise.all(sdists.map(tinySdist))),
    fileOf(makeWheel({ name: "lone", version: "3.0" })),
    fileOf(makeWheel({ name: "tool", version: "1.0", files: { "tool.py": "" } })),
    fileOf(makeWheel({ name: "both", version: "1.0" })),
  ];
});
const { fresh, pip } = place;
let sandbox: Sandbox;
let index: TestIndex;
let journal: string;
beforeAll(() => {
  ({ sandbox, index } = place);
  journal = join(sandbox.folder, "journal");
  sandbox.env.TINY_JOURNAL = journal;
});
const tree = (folder: string, what: TinyTree): string =>
  writeTinyTree(join(sandbox.work, folder), what);
const built = (): string[] =>
  existsSync(journal) ? readFileSync(journal, "utf8").trim().split("\n") : [];
const forget = (): void => rmSync(journal, { force: true });

/** What a build must not leave behind, however it ends. */
function leftovers(): string[] {
  const staging = join(sandbox.folder, "cache", "store-v1", "staging");
  return existsSync(staging) ? readdirSync(staging) : [];
}

/** A process that has ended may stand in the table until somebody asks for its status. */
async function isRunning(process: number): Promise<boolean> {
  const { stdout } = await sandbox.run(["ps", "-o", "stat=", "-p", String(process)]);
  return stdout.trim() !== "" && !stdout.includes("Z");
}

describe("PKM_CONCURRENT_BUILDS", () => {
  test("says how many builds there may be at a time", async () => {
    const environment = await fresh();
    const names = ["first", "second", "third"];
    for (const name of names) tree(name, { name, version: "1.0", fault: "alone" });
    const env = { PKM_CONCURRENT_BUILDS: "1", TINY_ALONE: join(sandbox.folder, "alone") };
    const words = ["install", "--no-index", ...names.map((name) => `./${name}`)];
    expectSuccess(await sandbox.pkm(["pip", ...words, "--python", environment], { env }));
    expect(installedIn(environment)).toEqual(names.map((name) => `${name} 1.0`));
  });

  test("is a number", async () => {
    tree("numbered", { name: "numbered", version: "1.0" });
    const env = { PKM_CONCURRENT_BUILDS: "many" };
    const words = ["pip", "install", "--no-index", "./numbered", "--python", await fresh()];
    expectRefusal(
      await sandbox.pkm(words, { env }),
      "invalid-setting",
      "PKM_CONCURRENT_BUILDS",
      "many",
    );
  });
});

describe("--no-clean", () => {
  const kept = (run: Finished): string[] =>
    [...run.stderr.matchAll(/^The folder in which .* is built stays: (.+)$/gm)].map(
      ([, folder = ""]) => folder,
    );

  test("keeps what a source was laid out in, says where, and cache clean takes it", async () => {
    const run = await pip(await fresh(), "install", "--no-clean", "plain");
    expectSuccess(run);
    const [folder = "", ...others] = kept(run);
    expect(others).toEqual([]);
    expect(folder).toContain("plain-1.0.tar.gz");
    expect(readdirSync(join(folder, "source")).length).toBeGreaterThan(0);
    expect(leftovers()).toEqual([]);
    expectSuccess(await sandbox.pkm(["cache", "prune"]));
    expect(existsSync(folder)).toBe(true);
    expectSuccess(await sandbox.pkm(["cache", "clean"]));
    expect(existsSync(folder)).toBe(false);
  });

  test("keeps it of a build that fails, and beside a cache that goes", async () => {
    const temporary = join(sandbox.folder, "temporary");
    mkdirSync(temporary);
    const words = ["pip", "install", "--no-clean", "--no-cache-dir", "--index-url", index.url];
    const run = await sandbox.pkm([...words, "blunt", "--python", await fresh()], {
      env: { TMPDIR: temporary },
    });
    expectRefusal(run, "build-failed", "blunt");
    const [folder = ""] = kept(run);
    expect(folder).toStartWith(temporary);
    expect(existsSync(join(folder, "source"))).toBe(true);
    expect(readdirSync(temporary)).toHaveLength(1);
  });
});

describe("a folder", () => {
  test("is built and installed, and tells where it came from", async () => {
    const environment = await fresh();
    const path = tree("near", { name: "near", version: "1.0", needs: ["lone"] });
    expectSuccess(await pip(environment, "install", "./near"));
    expect(installedIn(environment)).toEqual(["lone 3.0", "near 1.0"]);
    expect(recordDefects(environment)).toEqual([]);
    const info = join(sitePackages(environment), "near-1.0.dist-info", "direct_url.json");
    expect(JSON.parse(readFileSync(info, "utf8"))).toEqual({ dir_info: {}, url: `file://${path}` });
    expect(leftovers()).toEqual([]);
  });

  test("is built again each time, as it may have changed", async () => {
    const environment = await fresh();
    tree("changing", { name: "changing", version: "1.0", files: { "changing.py": "value = 1\n" } });
    expectSuccess(await pip(environment, "install", "./changing"));
    tree("changing", { name: "changing", version: "1.0", files: { "changing.py": "value = 2\n" } });
    expectSuccess(await pip(environment, "install", "./changing"));
    const module = join(sitePackages(environment), "changing.py");
    expect(readFileSync(module, "utf8")).toBe("value = 2\n");
  });

  test("is read without a build where [project] says everything", async () => {
    tree("static", { name: "static", version: "1.0", isStatic: true, needs: ["lone"] });
    forget();
    const run = await sandbox.pkm(["pip", "compile", "--index-url", index.url, "-"], {
      input: "./static\n",
    });
    expectSuccess(run);
    expect(run.stdout).toContain("lone==3.0");
    expect(built()).toEqual([]);
  });

  test("is installed as editable, and listed so", async () => {
    const environment = await fresh();
    const path = tree("editable", { name: "editable", version: "1.0", prepares: true });
    expectSuccess(await pip(environment, "install", "-e", "./editable"));
    const python = join(environment, "bin", "python");
    const run = await sandbox.run([python, "-c", "import editable; print(editable.__file__)"]);
    expect(run.stdout).toBe(`${join(path, "src", "editable.py")}\n`);
    const list = await pip(environment, "list", "--format", "json");
    expect(JSON.parse(list.stdout)).toEqual([
      { name: "editable", version: "1.0", editable_project_location: path },
    ]);
    expect((await pip(environment, "freeze")).stdout).toContain(`-e ${path}\n`);
    expect((await pip(environment, "show", "editable")).stdout).toContain(
      `Editable project location: ${path}`,
    );
  });
});

describe("an editable folder", () => {
  test("is left alone until somebody edits its metadata", async () => {
    const environment = await fresh();
    const words = ["install", "-e", "./followed"];
    tree("followed", { name: "followed", version: "1.0", prepares: true });
    expectSuccess(await pip(environment, ...words));
    expect((await pip(environment, ...words)).stderr).toContain("Nothing to do");
    tree("followed", { name: "followed", version: "1.0", prepares: true, needs: ["lone"] });
    expectSuccess(await pip(environment, ...words));
    expect(installedIn(environment)).toEqual(["followed 1.0", "lone 3.0"]);
    const info = join(sitePackages(environment), "followed-1.0.dist-info", "METADATA");
    expect(readFileSync(info, "utf8")).toContain("Requires-Dist: lone");
  });
});

describe("an sdist of an index", () => {
  test("is taken where there is no wheel, with what it needs", async () => {
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", "asking"));
    expect(installedIn(environment)).toEqual(["asking 1.0", "lone 3.0", "plain 1.0"]);
    const info = join(sitePackages(environment), "plain-1.0.dist-info");
    expect(existsSync(join(info, "direct_url.json"))).toBe(false);
  });

  test("is built once, for all environments and runs", async () => {
    forget();
    expectSuccess(await pip(await fresh(), "install", "both", "--no-binary", "both"));
    expect(built()).toEqual(["wheel both"]);
    expectSuccess(await pip(await fresh(), "install", "both", "--no-binary", "both"));
    expect(built()).toEqual(["wheel both"]);
  });

  test("is built anew when the cache forgot it, or settings differ", async () => {
    expectSuccess(await pip(await fresh(), "install", "plain"));
    forget();
    expectSuccess(await sandbox.pkm(["cache", "clean", "plain"]));
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", "plain"));
    expectSuccess(await pip(await fresh(), "install", "plain", "-C", "key=value"));
    expectSuccess(await pip(await fresh(), "install", "plain", "-C", "key=value"));
    expect(built()).toEqual(["wheel plain", "wheel plain"]);
  });

  test("gives way to a wheel of its version, and to what options say", async () => {
    const version = async (...options: string[]): Promise<string[]> => {
      const environment = await fresh();
      expectSuccess(await pip(environment, "install", "both", ...options));
      return installedIn(environment);
    };
    expect(await version()).toEqual(["both 2.0"]);
    expect(await version("--only-binary", ":all:")).toEqual(["both 1.0"]);
    expect(await version("--prefer-binary")).toEqual(["both 1.0"]);
    expect(await version("--no-build")).toEqual(["both 1.0"]);
  });

  test("says itself which Pythons it is for, if its index does not", async () => {
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", "ancient"));
    expect(installedIn(environment)).toEqual(["ancient 1.0"]);
    const run = await pip(await fresh(), "install", "--no-deps", "ancient");
    expectRefusal(run, "source-needs-python", "ancient 2.0", "needs <3");
    const words = ["install", "--no-deps", "--ignore-requires-python", "ancient"];
    expectSuccess(await pip(await fresh(), ...words));
  });

  test("that builds something else is refused", async () => {
    const environment = await fresh();
    const run = await pip(environment, "install", "liar");
    expectRefusal(run, "build-of-another", "liar-1.0.tar.gz", "other 2.0");
    expect(installedIn(environment)).toEqual([]);
  });
});

describe("what a build needs", () => {
  test("is installed for it alone, and found again by the next build", async () => {
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", "tooled"));
    expect(installedIn(environment)).toEqual(["tooled 1.0"]);
    const environments = join(sandbox.folder, "cache", "store-v1", "builds", "environments");
    const before = readdirSync(environments);
    index.requests.length = 0;
    expectSuccess(await pip(environment, "install", "tooled-too"));
    expect(readdirSync(environments)).toEqual(before);
    expect(index.requests.filter((request) => /\/(?:tool|lone)[-/]/.test(request))).toEqual([]);
  });

  test("is in front on sys.path and PATH, with nothing of its surroundings", async () => {
    const environment = await fresh();
    tree("looking", { name: "looking", version: "1.0", fault: "reports-path" });
    const words = ["pip", "install", "--python", environment, "./looking"];
    const env = { PYTHONPATH: "/elsewhere", CFLAGS: "-O1" };
    expectSuccess(await sandbox.pkm(words, { env }));
    const seen = readFileSync(join(sitePackages(environment), "seen.py"), "utf8");
    expect(seen).not.toContain("/elsewhere");
    expect(seen).not.toContain(environment);
    expect(seen).toContain("'CFLAGS': '-O1'");
    expect(seen).toMatch(/'PATH': '[^':]*\/builds\/environments\/[^':]*\/bin:/);
    expect(seen).toContain("'PYTHONNOUSERSITE': '1'");
  });

  test("must be there already without isolation, and is checked on demand", async () => {
    const environment = await fresh();
    tree("bare", { name: "bare", version: "1.0", requires: ["tool>=1"] });
    const words = ["install", "--no-build-isolation", "./bare"];
    expectSuccess(await pip(environment, ...words));
    const checked = await pip(environment, ...words, "--check-build-dependencies");
    expectRefusal(checked, "build-requirements-missing", "tool>=1");
    expectSuccess(await pip(environment, "install", "tool"));
    expectSuccess(await pip(environment, ...words, "--check-build-dependencies"));
  });

  test("is named when a backend is looked for without isolation", async () => {
    sandbox.write(
      "unready/pyproject.toml",
      '[build-system]\nrequires = ["tool>=1"]\nbuild-backend = "tool_of_nobody"\n',
    );
    const run = await pip(await fresh(), "install", "--no-build-isolation", "./unready");
    expectRefusal(run, "build-backend-missing", "unready", "pkm pip install 'tool>=1'");
  });

  test("is named when it cannot be had", async () => {
    tree("hopeless", { name: "hopeless", version: "1.0", requires: ["nobody-has-this"] });
    const run = await pip(await fresh(), "install", "./hopeless");
    expectRefusal(run, "build-requirements-unsolvable", "hopeless", "nobody-has-this");
    tree("held", { name: "held", version: "1.0", requires: ["tool"] });
    sandbox.write("limits.txt", "tool<1\n");
    const limited = await pip(
      await fresh(),
      "install",
      "./held",
      "--build-constraint",
      "limits.txt",
    );
    expectRefusal(limited, "build-requirements-unsolvable", "held", "`<1`");
  });

  test("is held to the hashes of its constraints", async () => {
    tree("sure", { name: "sure", version: "1.0", requires: ["tool"] });
    const tool = makeWheel({ name: "tool", version: "1.0", files: { "tool.py": "" } });
    const words = ["install", "./sure", "--build-constraint", "hashed-limits.txt"];
    sandbox.write("hashed-limits.txt", `tool==1.0 --hash=sha256:${"0".repeat(64)}\n`);
    const run = await pip(await fresh(), ...words);
    expectRefusal(run, "build-requirements-unsolvable", "sure", "hash");
    sandbox.write("hashed-limits.txt", `tool==1.0 --hash=sha256:${tool.sha256}\n`);
    expectSuccess(await pip(await fresh(), ...words));
  });

  test("can be added by a project that knows better", async () => {
    tree("forgetful", { name: "forgetful", version: "1.0", fault: "imports" });
    const missing = await pip(await fresh(), "install", "./forgetful");
    expectRefusal(missing, "build-failed", "a_module_that_nobody_has", "extra-build-dependencies");
    const module = makeWheel({
      name: "helping",
      version: "1.0",
      files: { "a_module_that_nobody_has.py": "" },
    });
    sandbox.write(`links/${module.filename}`, module.bytes);
    sandbox.write(
      "pyproject.toml",
      '[tool.pkm.extra-build-dependencies]\nforgetful = ["helping"]\n',
    );
    try {
      const environment = await fresh();
      const links = ["--find-links", "links"];
      // The tree's name is known from [project] before anything is built.
      tree("forgetful", {
        name: "forgetful",
        version: "1.0",
        fault: "imports",
        isStatic: true,
      });
      expectSuccess(await pip(environment, "install", "./forgetful", ...links));
      expect(installedIn(environment)).toEqual(["forgetful 1.0"]);
    } finally {
      rmSync(join(sandbox.work, "pyproject.toml"));
    }
  });

  test("is told when it is itself what cannot be built", async () => {
    const run = await pip(await fresh(), "install", "needing");
    expectRefusal(run, "build-failed", "blunt-1.0.tar.gz", "the build of needing-1.0.tar.gz needs");
  });

  test("leads round in a ring: the ring is named", async () => {
    const run = await pip(await fresh(), "install", "ring-a", "--no-binary", ":all:");
    expectRefusal(
      run,
      "build-cycle",
      "ring_a-1.0.tar.gz needs ring_b-1.0.tar.gz needs ring_a-1.0.tar.gz",
    );
  });
});

describe("settings for backends", () => {
  const settings = (environment: string): string[] =>
    readdirSync(sitePackages(environment))
      .filter((name) => name.startsWith("settings_"))
      .map((name) => readFileSync(join(sitePackages(environment), name), "utf8"));

  test("reach what is named, with lists for what is repeated", async () => {
    const environment = await fresh();
    const words = ["-C", "one=1", "-C", "two=a", "--config-setting", "two=b"];
    expectSuccess(await pip(environment, "install", "asking", ...words));
    // `plain`, which `asking` needs, is built without them.
    expect(settings(environment).sort()).toEqual(["value = '1'\n", "value = ['a', 'b']\n"]);
  });

  test("reach one project, and stand beside requirements in files", async () => {
    const environment = await fresh();
    const words = ["--config-settings-package", "plain:only=here"];
    expectSuccess(await pip(environment, "install", "asking", ...words));
    expect(settings(environment)).toEqual(["value = 'here'\n"]);
    const other = await fresh();
    sandbox.write("asked.txt", 'plain --config-settings="from=file"\n');
    expectSuccess(await pip(other, "install", "-r", "asked.txt"));
    expect(settings(other)).toEqual(["value = 'file'\n"]);
  });

  test("need a value", async () => {
    const run = await pip(await fresh(), "install", "plain", "-C", "key");
    expectRefusal(run, "invalid-option-value", "--config-settings", "KEY=VALUE");
  });
});

describe("a build that goes wrong", () => {
  const faults: readonly (readonly [string, string, ...(string | RegExp)[]])[] = [
    ["raises", "build-failed", "RuntimeError: the backend is out of order", "the whole log: "],
    ["exits", "build-failed", "SystemExit: 3"],
    ["dies", "build-failed", "ended with status 7"],
    ["killed", "build-failed", "signal 9"],
    ["no-compiler", "build-failed", "there is no C compiler", "build-essential"],
    ["no-header", "build-failed", "the headers of Python are not installed", "python3-dev"],
    ["no-rust", "build-failed", "there is no Rust compiler"],
    ["writes-nothing", "build-result-invalid", "it wrote nothing"],
    ["answers-none", "build-result-invalid", "it answered null"],
    ["answers-object", "build-result-invalid", "<object object at"],
    ["wrong-name", "build-result-invalid", "`other-1.0-py3-none-any.whl`"],
    ["not-a-zip", "build-result-invalid", "zip"],
    ["record-lies", "build-result-invalid", "RECORD"],
    ["other-machine", "build-result-invalid", "win32", "does not fit"],
    ["requires-nonsense", "build-result-invalid", "!!"],
    ["no-wheel-hook", "build-result-invalid", "build_wheel"],
  ];
  test.each(faults.map((fault) => [fault[0], fault] as const))(
    "%s",
    async (_, [fault, code, ...says]) => {
      const environment = await fresh();
      const folder = `wrong-${fault}`;
      tree(folder, { name: "wrong", version: "1.0", fault });
      const run = await pip(environment, "install", `./${folder}`);
      expectRefusal(run, code, folder, "`tiny`", ...says);
      expect(installedIn(environment)).toEqual([]);
      expect(leftovers()).toEqual([]);
    },
  );

  test("metadata that changes between hook and wheel is refused", async () => {
    tree("fickle", { name: "fickle", version: "1.0", prepares: true, fault: "metadata-changes" });
    const run = await pip(await fresh(), "install", "--no-deps", "./fickle");
    expectRefusal(run, "build-metadata-changed", "fickle", "Requires-Dist");
  });

  test("a second file beside the wheel does no harm, and neither do words on stdout", async () => {
    const environment = await fresh();
    tree("chatty", { name: "chatty", version: "1.0", fault: "leaves-a-second-file" });
    const run = await pip(environment, "install", "./chatty");
    expectSuccess(run);
    expect(run.stdout + run.stderr).not.toContain("a word on stdout");
    expect(installedIn(environment)).toEqual(["chatty 1.0"]);
  });

  test("the log holds what the backend said, and stays", async () => {
    tree("logged", { name: "logged", version: "1.0", fault: "raises" });
    const run = await pip(await fresh(), "install", "./logged");
    const log = /the whole log: (.+)$/m.exec(run.stderr)?.[1] ?? "";
    const text = readFileSync(log, "utf8");
    expect(text).toContain("a word on stdout");
    expect(text).toContain("RuntimeError: the backend is out of order");
    expect(text).not.toContain("hook-runner.py");
  });

  test("one that hangs is stopped when its time is over", async () => {
    tree("hanging", { name: "hanging", version: "1.0", fault: "hangs" });
    const run = await pip(await fresh(), "install", "./hanging", "--build-time-limit", "1");
    expectRefusal(run, "build-timed-out", "hanging", "stopped after 1 second");
    expect(leftovers()).toEqual([]);
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "%s ends pkm and the backend, and leaves nothing",
    async (signal) => {
      const environment = await fresh();
      const path = tree(`stopped-${signal}`, { name: "stopped", version: "1.0", fault: "hangs" });
      const words = ["pip", "install", "--python", environment, path];
      const [program = "", ...rest] = [...pkmCommand, ...words];
      const pkm = spawn(program, rest, {
        cwd: sandbox.work,
        env: sandbox.env,
        stdio: ["ignore", "ignore", "pipe"],
      });
      let told = "";
      pkm.stderr.on("data", (piece: Buffer) => (told += piece.toString()));
      const ended = new Promise<number | null>((resolve) =>
        pkm.on("close", (status) => resolve(status)),
      );
      const noted = join(path, "hanging.pid");
      while (!existsSync(noted) || readFileSync(noted, "utf8") === "") await Bun.sleep(20);
      pkm.kill(signal);
      expect(await ended).toBe(1);
      expect(told).toContain("error: Interrupted before the command was done [interrupted]");
      const backend = Number(readFileSync(noted, "utf8"));
      expect(await isRunning(backend)).toBe(false);
      expect(leftovers()).toEqual([]);
      expect(installedIn(environment)).toEqual([]);
    },
  );

  test("SIGINT ends pkm build with a word, and leaves nothing", async () => {
    const path = tree("listed", { name: "listed", version: "1.0", fault: "hangs" });
    const temporary = join(sandbox.folder, "listing");
    mkdirSync(temporary);
    const [program, ...rest] = [...pkmCommand, "build", path, "--wheel", "--list"];
    const pkm = spawn(program, rest, {
      cwd: sandbox.work,
      env: { ...sandbox.env, TMPDIR: temporary },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let told = "";
    pkm.stderr.on("data", (piece: Buffer) => (told += piece.toString()));
    const ended = new Promise((resolve) => pkm.on("close", resolve));
    const noted = join(path, "hanging.pid");
    while (!existsSync(noted) || readFileSync(noted, "utf8") === "") await Bun.sleep(20);
    expect(readdirSync(temporary)).toHaveLength(1);
    pkm.kill("SIGINT");
    expect(await ended).toBe(1);
    expect(told).toContain("error: Interrupted before the command was done [interrupted]");
    expect(readdirSync(temporary)).toEqual([]);
    expect(leftovers()).toEqual([]);
  });

  test("keeps the cache from being emptied meanwhile, by those who wait and say for whom", async () => {
    const path = tree("holding", { name: "holding", version: "1.0", fault: "hangs" });
    const words = ["pip", "install", "--python", await fresh(), path];
    const start = (...rest: string[]): ChildProcess => {
      const [program = "", ...more] = [...pkmCommand, ...rest];
      const { work: cwd, env } = sandbox;
      return spawn(program, more, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    };
    const pkm = start(...words);
    const noted = join(path, "hanging.pid");
    while (!existsSync(noted) || readFileSync(noted, "utf8") === "") await Bun.sleep(20);
    const purge = start("pip", "cache", "purge");
    let told = "";
    purge.stderr?.on("data", (piece: Buffer) => (told += piece.toString()));
    while (!told.includes("\n")) await Bun.sleep(20);
    expect(told).toBe(`Waiting for pkm (process ${pkm.pid}), which uses the cache\n`);
    expect(leftovers()).toHaveLength(1);
    const purged = new Promise((resolve) => purge.on("close", resolve));
    pkm.kill("SIGINT");
    expect(await purged).toBe(0);
    expect(leftovers()).toEqual([]);
  });

  test("of a run that was killed the next one takes away what it left, and nothing of one that is alive", async () => {
    const start = async (folder: string): Promise<{ pkm: ChildProcess; backend: number }> => {
      const path = tree(folder, { name: "stopped", version: "1.0", fault: "hangs" });
      const words = ["pip", "install", "--python", await fresh(), path];
      const [program = "", ...rest] = [...pkmCommand, ...words];
      const pkm = spawn(program, rest, { cwd: sandbox.work, env: sandbox.env, stdio: "ignore" });
      const noted = join(path, "hanging.pid");
      while (!existsSync(noted) || readFileSync(noted, "utf8") === "") await Bun.sleep(20);
      return { pkm, backend: Number(readFileSync(noted, "utf8")) };
    };
    const alive = await start("alive");
    const [left] = leftovers();
    const dead = await start("dead");
    expect(leftovers()).toHaveLength(2);
    const gone = new Promise((resolve) => dead.pkm.on("close", resolve));
    dead.pkm.kill("SIGKILL");
    await gone;
    process.kill(dead.backend, "SIGKILL");
    expect(leftovers()).toHaveLength(2);
    tree("after", { name: "after", version: "1.0" });
    expectSuccess(await pip(await fresh(), "install", "./after"));
    expect(leftovers()).toEqual([left as string]);
    const ended = new Promise((resolve) => alive.pkm.on("close", resolve));
    alive.pkm.kill("SIGINT");
    await ended;
    expect(leftovers()).toEqual([]);
  });

  test("of a run that was killed while it made an environment for a backend nothing stays either", async () => {
    const slow = serveIndex([fileOf(makeWheel({ name: "late", version: "1.0" }))], {
      intercept: ({ url }) => (url.endsWith(".whl") ? new Promise<Response>(() => {}) : undefined),
    });
    try {
      const environments = join(sandbox.folder, "cache", "store-v1", "builds", "environments");
      const folders = (): string[] =>
        existsSync(environments)
          ? readdirSync(environments).filter((name) => name.includes("."))
          : [];
      const before = folders();
      const path = tree("waiting", { name: "waiting", version: "1.0", requires: ["late"] });
      const words = ["pip", "install", "--index-url", slow.url, "--python", await fresh(), path];
      const [program = "", ...rest] = [...pkmCommand, ...words];
      const pkm = spawn(program, rest, { cwd: sandbox.work, env: sandbox.env, stdio: "ignore" });
      const gone = new Promise((resolve) => pkm.on("close", resolve));
      while (folders().length === before.length) await Bun.sleep(20);
      pkm.kill("SIGKILL");
      await gone;
      tree("after", { name: "after", version: "1.0" });
      expectSuccess(await pip(await fresh(), "install", "./after"));
      for (const name of folders()) expect(before).toContain(name);
      expect(leftovers()).toEqual([]);
    } finally {
      slow.stop();
    }
  });

  test("a backend that is not there, and a module that it needs and nobody has", async () => {
    const write = (folder: string, backend: string): string =>
      sandbox.write(
        `${folder}/pyproject.toml`,
        `[build-system]\nrequires = []\nbuild-backend = "${backend}"\n`,
      );
    write("unbacked", "no_such_backend");
    const run = await pip(await fresh(), "install", "./unbacked");
    expectRefusal(run, "build-backend-missing", "unbacked", "No module named 'no_such_backend'");
    write("halfbacked", "json:nothing.here");
    const half = await pip(await fresh(), "install", "./halfbacked");
    expectRefusal(half, "build-backend-missing", "halfbacked", "nothing");
  });

  test("a backend that lies outside of its backend-path is not taken from elsewhere", async () => {
    tree("astray", { name: "astray", version: "1.0" });
    const file = join(sandbox.work, "astray", "pyproject.toml");
    writeFileSync(
      file,
      '[build-system]\nrequires = []\nbuild-backend = "json"\nbackend-path = ["backend"]\n',
    );
    const run = await pip(await fresh(), "install", "./astray");
    expectRefusal(run, "build-backend-missing", "astray", "backend-path");
  });

  const tables: readonly (readonly [string, string])[] = [
    ['build-backend = "tiny"', "build-system.requires"],
    ['requires = "tiny"', "build-system.requires"],
    ['requires = ["!"]', "build-system.requires[0]"],
    ['requires = []\nbuild-backend = "a-b"', "MODULE:OBJECT"],
    ['requires = []\nbuild-backend = "tiny"\nbackend-path = ["../x"]', "leads out of the tree"],
    ['requires = []\nbuild-backend = "tiny"\nbackend-path = ["none"]', "no folder inside the tree"],
    ['requires = []\nbackend-path = ["backend"]', "without `build-backend`"],
    ['requires = []\nbuild-backends = "tiny"', "`build-backend` is"],
  ];
  test.each(tables)("[build-system] with %s", async (table, says) => {
    sandbox.write("tables/pyproject.toml", `[build-system]\n${table}\n`);
    const run = await pip(await fresh(), "install", "./tables");
    expectRefusal(run, "build-system-invalid", "tables", says);
  });

  test("--no-build forbids what has to be built, and names itself", async () => {
    tree("forbidden", { name: "forbidden", version: "1.0" });
    const run = await pip(await fresh(), "install", "./forbidden", "--no-build");
    expectRefusal(run, "build-not-allowed", "forbidden", "--no-build");
    expect(run.status).toBe(1);
  });

  test("-e of a backend without editable wheels says so", async () => {
    tree("solid", { name: "solid", version: "1.0", fault: "no-editable" });
    const run = await pip(await fresh(), "install", "-e", "./solid");
    expectRefusal(run, "editable-unsupported", "solid", "PEP 660");
  });
});

describe("other commands", () => {
  test("pip wheel builds what is no wheel, and fetches what is one", async () => {
    tree("wheeled", { name: "wheeled", version: "1.0", needs: ["plain", "lone"] });
    const words = ["pip", "wheel", "--index-url", index.url, "./wheeled", "-w", "wheels"];
    expectSuccess(await sandbox.pkm(words));
    expect(readdirSync(join(sandbox.work, "wheels")).sort()).toEqual([
      "lone-3.0-py3-none-any.whl",
      "plain-1.0-py3-none-any.whl",
      "wheeled-1.0-py3-none-any.whl",
    ]);
  });

  test("pip download fetches sdists as they are", async () => {
    const words = ["pip", "download", "--index-url", index.url, "asking", "-d", "files"];
    expectSuccess(await sandbox.pkm(words));
    expect(readdirSync(join(sandbox.work, "files")).sort()).toEqual([
      "asking-1.0.tar.gz",
      "lone-3.0-py3-none-any.whl",
      "plain-1.0.tar.gz",
    ]);
  });

  test("pip lock writes folders by their paths, and pip install reads them back", async () => {
    tree("locked", { name: "locked", version: "1.0", needs: ["plain"] });
    const words = ["pip", "lock", "--index-url", index.url, "./locked", "-o", "pylock.toml"];
    expectSuccess(await sandbox.pkm(words));
    const lock = readFileSync(join(sandbox.work, "pylock.toml"), "utf8");
    expect(lock).toContain('directory = { path = "locked" }');
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", "-r", "pylock.toml"));
    expect(installedIn(environment)).toEqual(["locked 1.0", "plain 1.0"]);
  });

  test("an archive is known by what it holds, and by its digest", async () => {
    const sdist = await tinySdist({ name: "packed", version: "1.0" });
    const path = sandbox.write("anything.tar.gz", sdist.bytes);
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", "./anything.tar.gz"));
    expect((await pip(environment, "freeze")).stdout).toBe(
      `packed @ file://${path}#sha256=${sdist.sha256}\n`,
    );
    forget();
    expectSuccess(await pip(await fresh(), "install", "./anything.tar.gz"));
    expect(built()).toEqual([]);
    const wrong = await pip(
      await fresh(),
      "install",
      `packed @ file://${path}#sha256=${"0".repeat(64)}`,
    );
    expectRefusal(wrong, "hash-mismatch", "anything.tar.gz");
    const other = await pip(await fresh(), "install", `elsewhere @ file://${path}`);
    expectRefusal(other, "direct-unusable", "`packed`", "`elsewhere`");
  });

  test("--require-hashes holds for sources, and refuses folders", async () => {
    const { sha256 } = await tinySdist({ name: "plain", version: "1.0" });
    sandbox.write("hashed.txt", `plain==1.0 --hash=sha256:${sha256}\n`);
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", "--require-hashes", "-r", "hashed.txt"));
    tree("unhashed", { name: "unhashed", version: "1.0" });
    const run = await pip(environment, "install", "--require-hashes", "./unhashed");
    expect(run.status).not.toBe(0);
    expectNoTrace(run);
  });
});
