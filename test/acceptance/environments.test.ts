import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expectRefusal, expectSuccess } from "../support/answers.ts";
import { installedIn, recordDefects, sitePackages, snapshot } from "../support/folder.ts";
import { fileOf, serveIndex, type TestIndex } from "../support/index-server.ts";
import { type Finished, pkmCommand, Sandbox, testPython } from "../support/pkm.ts";
import { makeWheel } from "../support/wheel-maker.ts";
import { pipWords } from "../support/workplace.ts";

let sandbox: Sandbox;
let index: TestIndex;
beforeAll(() => {
  sandbox = new Sandbox();
  index = serveIndex([
    ...["setuptools", "wheel"].map((name) => fileOf(makeWheel({ name, version: "98.0" }))),
    fileOf(
      makeWheel({
        name: "demo",
        version: "1.0",
        consoleScripts: { hello: "demo:main" },
        files: { "demo/__init__.py": "def main():\n    print('hello')\n" },
      }),
    ),
    fileOf(
      makeWheel({
        name: "pip",
        version: "99.0",
        files: { "pip/__init__.py": "", "pip/__main__.py": "print('pip 99.0')\n" },
      }),
    ),
  ]);
});
afterAll(() => {
  index.stop();
  sandbox.remove();
});

const venv = (...words: string[]): Promise<Finished> => sandbox.pkm(["venv", ...words]);
const pythonOf = (environment: string): string => join(environment, "bin", "python");
const ask = async (python: string, code: string): Promise<string> =>
  (await sandbox.run([python, "-c", code])).stdout.trim();
/** Runs pkm in a folder of its own below the work folder. */
const within = (
  folder: string,
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<Finished> => {
  mkdirSync(join(sandbox.work, folder), { recursive: true });
  return sandbox.run(
    [
      "sh",
      "-c",
      'cd "$1"; shift; exec "$@"',
      "sh",
      join(sandbox.work, folder),
      ...pkmCommand,
      ...words,
    ],
    { env },
  );
};

describe("pkm venv", () => {
  test("makes .venv when nothing is said, without seed packages, ignored by git", async () => {
    expectSuccess(await within("plain", ["venv"]));
    const environment = join(sandbox.work, "plain", ".venv");
    expect(installedIn(environment)).toEqual([]);
    expect(readFileSync(join(environment, ".gitignore"), "utf8")).toContain("*");
    expect(existsSync(join(environment, "CACHEDIR.TAG"))).toBe(true);
    const config = readFileSync(join(environment, "pyvenv.cfg"), "utf8");
    expect(config).toMatch(/^home = /m);
    expect(config).toMatch(/^include-system-site-packages = false$/m);
    expect(
      await ask(pythonOf(environment), "import sys; print(sys.prefix != sys.base_prefix)"),
    ).toBe("True");
    expect(await ask(pythonOf(environment), "import sys; print(sys.prefix)")).toBe(environment);
  });

  test("takes an interpreter, a version or nothing for --python, and tells which it took", async () => {
    const real = await ask(testPython, "import sys; print(sys.executable)");
    const version = await ask(testPython, "import sys; print('%d.%d' % sys.version_info[:2])");
    for (const word of [real, version, `python${version}`, `>=${version}`]) {
      const run = await venv("chosen", "--clear", "--python", word);
      expectSuccess(run);
      expect(run.stderr + run.stdout).toContain(version);
      if (word !== `>=${version}`)
        expect(
          await ask(
            pythonOf(join(sandbox.work, "chosen")),
            "import sys; print('%d.%d' % sys.version_info[:2])",
          ),
        ).toBe(version);
    }
  });

  test("a Python that nobody has, and a file that is none", async () => {
    expectRefusal(await venv("none", "--python", "3.99"), "python-not-found", "3.99");
    expectRefusal(
      await venv("none", "--python", sandbox.write("notpython", "#!/bin/sh\nexit 3\n")),
      /python/,
      "notpython",
    );
    sandbox.write("liar", "#!/bin/sh\necho not json\n");
    await sandbox.run(["chmod", "+x", join(sandbox.work, "liar"), join(sandbox.work, "notpython")]);
    for (const name of ["liar", "notpython"])
      expectRefusal(await venv("none", "--python", join(sandbox.work, name)), /python/, name);
    expect(existsSync(join(sandbox.work, "none"))).toBe(false);
  });

  test("does not touch a folder that holds something else; --clear does not either", async () => {
    sandbox.write("precious/data.txt", "keep me");
    for (const words of [["precious"], ["precious", "--clear"]]) {
      expectRefusal(await venv(...words), /environment/, "precious");
      expect(readFileSync(join(sandbox.work, "precious", "data.txt"), "utf8")).toBe("keep me");
      expect(readdirSync(join(sandbox.work, "precious"))).toEqual(["data.txt"]);
    }
    sandbox.write("a-file", "keep me too");
    for (const words of [["a-file"], ["a-file", "--clear"]])
      expectRefusal(await venv(...words), /environment/, "a-file");
    expect(readFileSync(join(sandbox.work, "a-file"), "utf8")).toBe("keep me too");
  });

  test("fills an empty folder; refuses an environment; --clear makes it anew", async () => {
    mkdirSync(join(sandbox.work, "empty"));
    expectSuccess(await venv("empty"));
    const environment = join(sandbox.work, "empty");
    expectSuccess(await sandbox.pkm(pipWords("install", environment, index, "demo")));
    expectRefusal(await venv("empty"), "environment-exists", "empty", "--clear");
    expect(installedIn(environment)).toEqual(["demo 1.0"]);
    expectSuccess(await venv("empty", "--clear"));
    expect(installedIn(environment)).toEqual([]);
  });

  test("--prompt is what the activated shell shows", async () => {
    expectSuccess(await venv("prompted", "--prompt", "my work"));
    const environment = join(sandbox.work, "prompted");
    expect(readFileSync(join(environment, "pyvenv.cfg"), "utf8")).toContain("my work");
    const shell = await sandbox.run([
      "bash",
      "-c",
      `. "${environment}/bin/activate"; echo "$VIRTUAL_ENV"; echo "$PS1"; which python; deactivate; echo "[$VIRTUAL_ENV]"`,
    ]);
    const [active, prompt, python, after] = shell.stdout.split("\n");
    expect(active).toBe(environment);
    expect(prompt).toContain("my work");
    expect(python).toBe(pythonOf(environment));
    expect(after).toBe("[]");
  });

  test("a path and a prompt with everything a shell trips over", async () => {
    const name = 'it\'s a "$HOME" `x` & é';
    expectSuccess(await venv(name, "--prompt", "a \"b\" $(c) 'd'"));
    const environment = join(sandbox.work, name);
    expectSuccess(await sandbox.pkm(pipWords("install", environment, index, "demo")));
    const shell = await sandbox.run([
      "bash",
      "-c",
      '. "$1/bin/activate"; echo "$VIRTUAL_ENV"; hello',
      "bash",
      environment,
    ]);
    expect(shell.stdout).toBe(`${environment}\nhello\n`);
    expect(shell.stderr).toBe("");
  });

  test("--system-site-packages lets the base's distributions be seen and does not change them", async () => {
    expectSuccess(await venv("seeing", "--system-site-packages"));
    const environment = join(sandbox.work, "seeing");
    expect(readFileSync(join(environment, "pyvenv.cfg"), "utf8")).toMatch(
      /^include-system-site-packages = true$/m,
    );
    const theirs = JSON.parse(
      (await sandbox.pkm(["pip", "list", "--python", environment, "--format", "json"])).stdout,
    ) as { name: string }[];
    const local = JSON.parse(
      (await sandbox.pkm(["pip", "list", "--local", "--python", environment, "--format", "json"]))
        .stdout,
    ) as unknown[];
    expect(local).toEqual([]);
    // What the base has is not this environment's to remove.
    const code = "import sysconfig; print(sysconfig.get_paths()['purelib'])";
    const base = await ask(testPython, code);
    const before = readdirSync(base).sort();
    for (const { name } of theirs.slice(0, 2))
      await sandbox.pkm(["pip", "uninstall", name, "--python", environment]);
    expect(readdirSync(base).sort()).toEqual(before);
  });

  test("--relocatable: the environment can be moved, and its scripts still run", async () => {
    expectSuccess(await venv("movable", "--relocatable"));
    expectSuccess(
      await sandbox.pkm(pipWords("install", join(sandbox.work, "movable"), index, "demo")),
    );
    await sandbox.run(["mv", "movable", "moved"]);
    const run = await sandbox.run([join(sandbox.work, "moved", "bin", "hello")]);
    expect(run).toEqual({ stdout: "hello\n", stderr: "", status: 0 });
    const shell = await sandbox.run(["bash", "-c", ". moved/bin/activate; echo $VIRTUAL_ENV"]);
    expect(shell.stdout).toBe(`${join(sandbox.work, "moved")}\n`);
  });

  test("--seed takes pip from the index, or from the interpreter when there is none", async () => {
    expectSuccess(await venv("seeded", "--seed", "--index-url", index.url));
    expect(installedIn(join(sandbox.work, "seeded"))).toContain("pip 99.0");
    expect(recordDefects(join(sandbox.work, "seeded"))).toEqual([]);
    expectSuccess(await venv("carried", "--seed", "--no-index"));
    const run = await sandbox.run([
      pythonOf(join(sandbox.work, "carried")),
      "-m",
      "pip",
      "--version",
    ]);
    expect(run.status).toBe(0);
    expect(recordDefects(join(sandbox.work, "carried"))).toEqual([]);
    expectSuccess(await venv("offline", "--seed", "--offline"));
    expect(
      (await sandbox.run([pythonOf(join(sandbox.work, "offline")), "-m", "pip", "--version"]))
        .status,
    ).toBe(0);
  });

  test("from within another environment it is made from that one's base", async () => {
    const outer = await sandbox.environment("outer");
    expectSuccess(await sandbox.pkm(["venv", "inner", "--python", outer]));
    const home = await ask(
      pythonOf(join(sandbox.work, "inner")),
      "import sys; print(sys.base_prefix)",
    );
    expect(home).toBe(await ask(testPython, "import sys; print(sys.base_prefix)"));
  });

  test("the same call makes the same files", async () => {
    expectSuccess(await venv("same"));
    const first = snapshot(join(sandbox.work, "same"));
    expectSuccess(await venv("same", "--clear"));
    expect(snapshot(join(sandbox.work, "same"))).toEqual(first);
  });

  test("what a peer makes from the environment's Python works: python -m venv, ensurepip", async () => {
    expectSuccess(await venv("parent"));
    const run = await sandbox.run([
      pythonOf(join(sandbox.work, "parent")),
      "-m",
      "venv",
      "--without-pip",
      "child",
    ]);
    expect(run.status).toBe(0);
    expectSuccess(
      await sandbox.pkm(pipWords("install", join(sandbox.work, "child"), index, "demo")),
    );
    expect(installedIn(join(sandbox.work, "child"))).toEqual(["demo 1.0"]);
  });

  test("python, python3 and python3.X are all there", async () => {
    const environment = await sandbox.environment("names");
    const version = await ask(testPython, "import sys; print('%d.%d' % sys.version_info[:2])");
    for (const name of ["python", "python3", `python${version}`]) {
      expect(lstatSync(join(environment, "bin", name)).isSymbolicLink()).toBe(true);
      expect(await ask(join(environment, "bin", name), "import sys; print(sys.prefix)")).toBe(
        environment,
      );
    }
  });
});

describe("pkm python", () => {
  test("list names what can be found, find prints one path", async () => {
    const listed = await sandbox.pkm(["python", "list"]);
    expectSuccess(listed);
    const version = await ask(testPython, "import sys; print('%d.%d' % sys.version_info[:2])");
    expect(listed.stdout).toContain(version);
    const found = await sandbox.pkm(["python", "find", version]);
    expectSuccess(found);
    const path = found.stdout.trim();
    expect(path.split("\n")).toHaveLength(1);
    expect(await ask(path, "import sys; print('%d.%d' % sys.version_info[:2])")).toBe(version);
    expectRefusal(await sandbox.pkm(["python", "find", "3.99"]), "python-not-found", "3.99");
  });

  test("find names the active environment's Python where no version is asked for", async () => {
    const environment = await sandbox.environment("found");
    const run = await sandbox.pkm(["python", "find"], { env: { VIRTUAL_ENV: environment } });
    expectSuccess(run);
    expect(run.stdout.trim()).toBe(pythonOf(environment));
  });

  test("PATH is obeyed in its order, and what is broken on it is passed over", async () => {
    const folder = join(sandbox.work, "path");
    for (const name of ["python3", "python"]) sandbox.write(`path/${name}`, "#!/bin/sh\nexit 1\n");
    await sandbox.run(["chmod", "+x", join(folder, "python3"), join(folder, "python")]);
    const run = await sandbox.pkm(["python", "find"], {
      env: { PATH: `${folder}:${process.env.PATH}` },
    });
    expectSuccess(run);
    expect(run.stdout).not.toContain(folder);
  });
});

describe("pkm reads nothing that only lies about", () => {
  test("neither a .env nor a bunfig.toml nor a package.json of the folder it is started in", async () => {
    for (const [name, content] of [
      [".env", "PKM_CACHE_DIR=/nowhere/at/all\nPIP_INDEX_URL=http://127.0.0.1:1/\n"],
      ["bunfig.toml", 'preload = ["./evil.ts"]\n[run]\nbun = true\n'],
      ["evil.ts", 'throw new Error("loaded")\n'],
      ["package.json", '{"type": "commonjs", "imports": {"#base/errors": "./evil.ts"}}'],
      ["tsconfig.json", '{"compilerOptions": {"paths": {"#*": ["./evil.ts"]}}}'],
    ] as const)
      sandbox.write(`trap/${name}`, content);
    if (process.env.PKM_TEST_EXECUTABLE === undefined) return; // From source Bun itself obeys them.
    const run = await within("trap", ["venv"]);
    expectSuccess(run);
    expect(existsSync(join(sandbox.work, "trap", ".venv", "pyvenv.cfg"))).toBe(true);
  });

  test("a module beside the current folder is not imported by the probe", async () => {
    sandbox.write("shadow/json.py", "raise SystemExit('shadowed')\n");
    sandbox.write("shadow/sysconfig.py", "raise SystemExit('shadowed')\n");
    const run = await within("shadow", ["venv"], {
      PKM_CACHE_DIR: join(sandbox.folder, "unprobed"),
    });
    expectSuccess(run);
  });

  test("a cache folder that cannot be made is named", async () => {
    const file = sandbox.write("occupied", "");
    const run = await sandbox.pkm(["venv", "unmade"], {
      env: { PKM_CACHE_DIR: join(file, "cache") },
    });
    if (run.status !== 0) expectRefusal(run, /./, "occupied");
  });
});

describe("XDG", () => {
  test("without PKM_CACHE_DIR the cache lies in XDG_CACHE_HOME or the home folder", async () => {
    const cases = [
      [{ XDG_CACHE_HOME: join(sandbox.folder, "xdg") }, join(sandbox.folder, "xdg", "pkm")],
      [{}, join(sandbox.env.HOME as string, ".cache", "pkm")],
      [{ XDG_CACHE_HOME: "relative" }, join(sandbox.env.HOME as string, ".cache", "pkm")],
    ] as const;
    for (const [env, folder] of cases) {
      const run = await sandbox.pkm(["cache", "dir"], { env: { PKM_CACHE_DIR: "", ...env } });
      expectSuccess(run);
      expect(run.stdout).toBe(`${folder}\n`);
    }
  });
});

test("an environment lies in no other file than its own", async () => {
  const environment = await sandbox.environment("alone");
  expect(
    readdirSync(environment)
      .filter((name) => !name.endsWith(".lock"))
      .sort(),
  ).toEqual(
    [".gitignore", "CACHEDIR.TAG", "bin", "lib", "lib64", "pyvenv.cfg"].filter(
      (name) => name !== "lib64" || existsSync(join(environment, "lib64")),
    ),
  );
  writeFileSync(join(sitePackages(environment), "own.pth"), "import sys\n");
  expectSuccess(await sandbox.pkm(["pip", "list", "--python", environment]));
});
