import { beforeAll, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expectNoTrace, expectRefusal, expectSuccess } from "../support/answers.ts";
import { installedIn, recordDefects, sitePackages, snapshot } from "../support/folder.ts";
import { fileOf, serveIndex, type TestIndex } from "../support/index-server.ts";
import { pkmCommand, type Sandbox, testPython } from "../support/pkm.ts";
import { filesBelow, pipWords, workplace } from "../support/workplace.ts";
import { makeWheel, type MadeWheel } from "../support/wheel-maker.ts";

/** A distribution of many folders and files, so that there is something to interrupt. */
const bulky = (name: string, version: string, size = 200): MadeWheel => {
  const files: Record<string, string> = { [`${name}/__init__.py`]: `version = "${version}"\n` };
  for (let at = 0; at < size; at++)
    files[`${name}/part${at % 20}/v${version.replace(".", "_")}_${at}.py`] =
      `x = "${version} ${at}"\n`;
  for (let at = 0; at < 20; at++) files[`${name}/part${at}/same.py`] = `x = "${version}"\n`;
  return makeWheel({ name, version, files, consoleScripts: { [`run-${name}`]: `${name}:main` } });
};

const names = ["alpha", "beta", "gamma"];
const place = workplace(() => {
  const wheels = names.flatMap((name) => [bulky(name, "1.0"), bulky(name, "2.0")]);
  return [...wheels, makeWheel({ name: "after", version: "1.0" })].map((wheel) => fileOf(wheel));
});
const { fresh, pip } = place;
let sandbox: Sandbox;
let index: TestIndex;
beforeAll(() => {
  ({ sandbox, index } = place);
});
const pinned = (version: string): string[] => names.map((name) => `${name}==${version}`);

/** Starts pkm and kills it, as a power failure would, after so many milliseconds; true when it was still at it. */
function killed(
  words: readonly string[],
  after: number,
  env: Record<string, string> = {},
): Promise<boolean> {
  const [program, ...args] = [...pkmCommand, ...words] as [string, ...string[]];
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: sandbox.work,
      env: { ...sandbox.env, ...env },
      stdio: "ignore",
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), after);
    child.on("close", (_, signal) => {
      clearTimeout(timer);
      resolve(signal === "SIGKILL");
    });
  });
}

/** Each distribution is there once and whole, and nothing else lies about. */
function expectWhole(environment: string): void {
  expect(recordDefects(environment)).toEqual([]);
  const found = installedIn(environment).map((name) => name.split(" ")[0]);
  expect(new Set(found).size).toBe(found.length);
  const rest = readdirSync(environment).filter(
    (name) =>
      ![
        "bin",
        "lib",
        "lib64",
        "include",
        "share",
        "pyvenv.cfg",
        "CACHEDIR.TAG",
        ".gitignore",
      ].includes(name) && !name.endsWith(".lock"),
  );
  expect(rest).toEqual([]);
}

/** A killed process cannot tidy up its staging folder; the next command does. */
function apartFromTransaction(found: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(found).filter(([path]) => !path.startsWith(".pkm-transaction")),
  );
}

describe("kill -9 in the middle", () => {
  const moments = 6;

  test("of an upgrade: the next command finds each distribution whole, old or new", async () => {
    const environment = await fresh();
    const began = performance.now();
    expectSuccess(await pip(environment, "install", ...pinned("1.0")));
    expectSuccess(await pip(environment, "install", ...pinned("2.0")));
    // Both ways are in the cache now; how long one way takes tells when to strike.
    const start = performance.now();
    expectSuccess(await pip(environment, "install", ...pinned("1.0")));
    const once = performance.now() - start;
    expect(start).toBeGreaterThan(began);
    let strikes = 0;
    let target = "2.0";
    for (let moment = 0; moment < moments; moment++) {
      const words = pipWords("install", environment, index, ...pinned(target));
      if (await killed(words, (once * (moment + 0.5)) / moments)) strikes++;
      // Who only reads is not led astray by what is unfinished: it says what there is, or that something is.
      const listed = await pip(environment, "list", "--format", "json");
      expectNoTrace(listed);
      expectSuccess(await pip(environment, "install", "after"));
      expectWhole(environment);
      for (const name of names)
        expect(installedIn(environment).filter((one) => one.startsWith(`${name} `))).toHaveLength(
          1,
        );
      expectSuccess(await pip(environment, "uninstall", "after"));
      expectSuccess(await pip(environment, "install", ...pinned(target)));
      expect(installedIn(environment)).toEqual(names.map((name) => `${name} ${target}`));
      expectWhole(environment);
      target = target === "2.0" ? "1.0" : "2.0";
    }
    expect(strikes).toBeGreaterThan(0);
  }, 120_000);

  test("of a first install with a cold cache: the next one finishes it", async () => {
    const start = performance.now();
    const first = await fresh();
    const env = (at: number): Record<string, string> => ({
      PKM_CACHE_DIR: join(sandbox.folder, `cold${at}`),
    });
    const words = (environment: string): string[] =>
      pipWords("install", environment, index, ...pinned("1.0"));
    expectSuccess(await sandbox.pkm(words(first), { env: env(0) }));
    const once = performance.now() - start;
    for (let moment = 1; moment <= 3; moment++) {
      const environment = await fresh();
      await killed(words(environment), (once * moment) / 4, env(moment));
      expectSuccess(await sandbox.pkm(words(environment), { env: env(moment) }));
      expect(installedIn(environment)).toEqual(names.map((name) => `${name} 1.0`));
      expectWhole(environment);
      const verified = await sandbox.pkm(["cache", "verify"], { env: env(moment) });
      expectSuccess(verified);
    }
  }, 120_000);

  test("of an uninstallation: it is done or it is not", async () => {
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", ...pinned("1.0")));
    const start = performance.now();
    expectSuccess(await pip(environment, "uninstall", ...names));
    const once = performance.now() - start;
    for (let moment = 0; moment < 3; moment++) {
      expectSuccess(await pip(environment, "install", ...pinned("1.0")));
      await killed(
        ["pip", "uninstall", "--python", environment, ...names],
        (once * (moment + 0.5)) / 3,
      );
      expectSuccess(await pip(environment, "install", "after"));
      expectWhole(environment);
      expectSuccess(await pip(environment, "uninstall", "after"));
    }
  }, 120_000);

  /** Strikes with a signal while the first of two wheels is in and the server keeps the second back. */
  async function struckWaiting(environment: string, signal: NodeJS.Signals): Promise<string> {
    let reached = (): void => {};
    const waiting = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const slow = serveIndex([fileOf(bulky("alpha", "2.0")), fileOf(bulky("beta", "2.0"))], {
      intercept: (request) => {
        if (!request.url.includes("beta-2.0") || !request.url.endsWith(".whl")) return undefined;
        reached();
        return new Promise<Response>(() => {});
      },
    });
    try {
      const words = pipWords("install", environment, slow);
      const child = spawn(
        pkmCommand[0] as string,
        [...pkmCommand.slice(1), ...words, "alpha==2.0", "beta==2.0"],
        {
          cwd: sandbox.work,
          env: { ...sandbox.env, PKM_CACHE_DIR: join(sandbox.folder, signal) },
          stdio: ["ignore", "pipe", "pipe"],
        },
      );
      let told = "";
      child.stderr.on("data", (piece: Buffer) => (told += piece.toString()));
      const closed = new Promise((resolve) => child.on("close", resolve));
      await waiting;
      // Until the other wheel lies in the staging folder.
      await Bun.sleep(100);
      child.kill(signal);
      await closed;
      return told;
    } finally {
      slow.stop();
    }
  }

  test("while a server keeps it waiting: nothing has been touched", async () => {
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", "alpha==1.0"));
    const before = snapshot(environment);
    await struckWaiting(environment, "SIGKILL");
    expect(apartFromTransaction(snapshot(environment))).toEqual(before);
    expectSuccess(await pip(environment, "install", "alpha==2.0"));
    expectWhole(environment);
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    test(`${signal}, which can be heard, leaves nothing behind and shows no trace`, async () => {
      const environment = await fresh();
      const before = snapshot(environment);
      const told = await struckWaiting(environment, signal);
      expect(told).not.toContain("[bug]");
      expect(snapshot(environment)).toEqual(before);
    });
});

describe("two commands at once", () => {
  test("on one environment: both are done in the end, one after the other", async () => {
    const environment = await fresh();
    const runs = await Promise.all([
      pip(environment, "install", "alpha==1.0"),
      pip(environment, "install", "beta==1.0"),
      pip(environment, "install", "gamma==2.0"),
    ]);
    for (const run of runs) expectSuccess(run);
    expect(installedIn(environment)).toEqual(["alpha 1.0", "beta 1.0", "gamma 2.0"]);
    expectWhole(environment);
  });

  test("that want different versions of one distribution: one of them is there, whole", async () => {
    const environment = await fresh();
    const runs = await Promise.all([
      pip(environment, "install", "alpha==1.0"),
      pip(environment, "install", "alpha==2.0"),
    ]);
    for (const run of runs)
      if (run.status !== 0) expectRefusal(run, "environment-changed", "alpha");
    expect(runs.some((run) => run.status === 0)).toBe(true);
    expect(installedIn(environment)).toHaveLength(1);
    expectWhole(environment);
  });

  test("on one fresh cache, for several environments", async () => {
    const environments = await Promise.all([fresh(), fresh(), fresh()]);
    const env = { PKM_CACHE_DIR: join(sandbox.folder, "shared-cache") };
    const runs = await Promise.all(
      environments.map((environment) =>
        sandbox.pkm(pipWords("install", environment, index, ...pinned("2.0")), { env }),
      ),
    );
    for (const run of runs) expectSuccess(run);
    for (const environment of environments) expectWhole(environment);
    expectSuccess(await sandbox.pkm(["cache", "verify"], { env }));
  });

  test("an install while somebody cleans the cache", async () => {
    const environment = await fresh();
    const env = { PKM_CACHE_DIR: join(sandbox.folder, "cleaned-cache") };
    const words = pipWords("install", environment, index);
    expectSuccess(await sandbox.pkm([...words, ...pinned("1.0")], { env }));
    const [run, clean] = await Promise.all([
      sandbox.pkm([...words, ...pinned("2.0")], { env }),
      sandbox.pkm(["cache", "clean"], { env }),
    ]);
    expectSuccess(clean);
    expectNoTrace(run);
    if (run.status === 0)
      expect(installedIn(environment)).toEqual(names.map((name) => `${name} 2.0`));
    expectWhole(environment);
    expectSuccess(await sandbox.pkm([...words, ...pinned("2.0")], { env }));
    expectWhole(environment);
  });
});

describe("the cache is damaged", () => {
  test("a file in it that was changed is found by cache verify, and put right by the next install", async () => {
    const env = { PKM_CACHE_DIR: join(sandbox.folder, "damaged") };
    const words = (environment: string): string[] =>
      pipWords("install", environment, index, "alpha==1.0");
    const one = await fresh();
    expectSuccess(await sandbox.pkm(words(one), { env }));
    const found = filesBelow(env.PKM_CACHE_DIR).filter((path) => path.endsWith("/same.py"));
    expect(found.length).toBeGreaterThan(0);
    rmSync(found[0] as string);
    writeFileSync(found[0] as string, "damaged\n");
    const verify = await sandbox.pkm(["cache", "verify"], { env });
    expectNoTrace(verify);
    const two = await fresh();
    expectSuccess(await sandbox.pkm(words(two), { env }));
    expectWhole(two);
  });

  test("nonsense in every file of it, the unpacked wheels aside, is no failure", async () => {
    const env = { PKM_CACHE_DIR: join(sandbox.folder, "nonsense") };
    const words = (environment: string): string[] =>
      pipWords("install", environment, index, "after");
    expectSuccess(await sandbox.pkm(words(await fresh()), { env }));
    for (const path of filesBelow(env.PKM_CACHE_DIR))
      if (!path.includes("after/") && !path.includes("dist-info"))
        writeFileSync(path, "nonsense\u0000\n");
    const two = await fresh();
    const run = await sandbox.pkm(words(two), { env });
    expectSuccess(run);
    expectWhole(two);
  });

  test("a cache that is a file is named", async () => {
    const env = { PKM_CACHE_DIR: sandbox.write("cache-file", "") };
    expectRefusal(
      await sandbox.pkm(pipWords("install", await fresh(), index, "after"), { env }),
      /./,
      "cache-file",
    );
  });
});

describe("the Python an environment was made from is gone", () => {
  test("commands say so and how to go on", async () => {
    const ask = async (code: string): Promise<string> =>
      (await sandbox.run([testPython, "-c", code])).stdout.trim();
    const version = await ask("import sys; print('%d.%d' % sys.version_info[:2])");
    const real = await ask("import sysconfig; print(sysconfig.get_paths()['stdlib'])");
    const executable = await ask("import os, sys; print(os.path.realpath(sys.executable))");
    const base = join(sandbox.work, "base");
    mkdirSync(join(base, "bin"), { recursive: true });
    mkdirSync(join(base, "lib", `python${version}`, "site-packages"), { recursive: true });
    for (const name of readdirSync(real))
      if (!["site-packages", "EXTERNALLY-MANAGED"].includes(name))
        symlinkSync(join(real, name), join(base, "lib", `python${version}`, name));
    copyFileSync(executable, join(base, "bin", "python3"));
    const environment = join(sandbox.work, "orphan");
    const made = await sandbox.pkm(["venv", environment, "--python", join(base, "bin", "python3")]);
    expectSuccess(made);
    expectSuccess(await pip(environment, "install", "after"));
    rmSync(base, { recursive: true });
    expect(existsSync(join(sitePackages(environment), "after"))).toBe(true);
    for (const [command, ...words] of [["list"], ["freeze"], ["check"], ["show", "after"]]) {
      const run = await pip(environment, command as string, ...(words as string[]));
      if (run.status !== 0) expectRefusal(run, /environment|python/, "orphan");
    }
    const run = await pip(environment, "install", "alpha==1.0");
    if (run.status !== 0) expectRefusal(run, /environment|python/, "orphan");
    expectSuccess(await sandbox.pkm(["venv", environment, "--clear", "--python", testPython]));
    expectSuccess(await pip(environment, "install", "alpha==1.0"));
    expectWhole(environment);
  });

  test("a pyvenv.cfg that says nothing useful", async () => {
    const environment = await fresh();
    for (const text of [
      "",
      "home =\n",
      "home = /nowhere\n",
      "\u0000\u0001",
      "version = 3.99\nhome = /nowhere/bin\n",
    ]) {
      writeFileSync(join(environment, "pyvenv.cfg"), text);
      const run = await pip(environment, "install", "after", "--dry-run");
      expectNoTrace(run);
      if (run.status !== 0) expectRefusal(run, /./);
    }
    expect(readFileSync(join(environment, "pyvenv.cfg"), "utf8")).toContain("3.99");
  });
});
