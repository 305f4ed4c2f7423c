import { describe, expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import { imaginedWorld, type ImaginedPython } from "#interpreter/imagined-python";
import { windowsFiles } from "#interpreter/imagined-windows";
import type { Interpreter } from "#interpreter/interpreter";
import { probeInterpreter } from "#interpreter/probe";
import { FaultyFiles, type Fault } from "#platform/memory/faulty-files";
import type { MemoryFilesOptions } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { createEnvironment, type CreateRequest } from "./create.ts";
import { openEnvironment, prefixEnvironment, targetEnvironment } from "./open.ts";

const python = { path: "/opt/py/bin/python3.12" };

async function setting(
  tree: Readonly<Record<string, string>> = {},
  described: ImaginedPython = python,
  options: MemoryFilesOptions = {},
) {
  const world = imaginedWorld(
    [described],
    { "/home/ada/work/": "", ...tree },
    { cwd: "/home/ada/work" },
    options,
  );
  const interpreter = await probeInterpreter(described.path, world);
  const create = (changes: Partial<CreateRequest> = {}) =>
    createEnvironment(
      { path: "/home/ada/work/.venv", interpreter, creator: "1.2.3", ...changes },
      world,
    );
  return { world, files: world.files, interpreter, create };
}

function refusal(act: () => unknown): PkmError {
  const error = caught(act);
  if (error === undefined) throw new Error("nothing was refused");
  return error;
}

const environment = {
  "/home/ada/work/.venv/pyvenv.cfg": "home = /opt/py/bin\n",
  "/home/ada/work/.venv/lib/old": "x",
};

describe("createEnvironment()", () => {
  test("lays out what PEP 405 describes", async () => {
    const { files, create } = await setting();
    const made = create();
    const tree = files.snapshot("/home/ada/work/.venv");
    expect(Object.keys(tree)).toEqual([
      ".gitignore",
      "CACHEDIR.TAG",
      "bin/",
      "bin/activate",
      "bin/activate.bat",
      "bin/activate.csh",
      "bin/activate.fish",
      "bin/activate.nu",
      "bin/activate.ps1",
      "bin/activate_this.py",
      "bin/deactivate.bat",
      "bin/python",
      "bin/python3",
      "bin/python3.12",
      "lib/",
      "lib/python3.12/",
      "lib/python3.12/site-packages/",
      "lib64",
      "pyvenv.cfg",
    ]);
    expect(tree).toMatchObject({
      ".gitignore": "*\n",
      "bin/python": "-> /opt/py/bin/python3.12",
      "bin/python3": "-> python",
      "bin/python3.12": "-> python",
      lib64: "-> lib",
      "pyvenv.cfg": [
        "home = /opt/py/bin",
        "include-system-site-packages = false",
        "implementation = CPython",
        "python-version = 3.12",
        "version = 3.12.1",
        "version_info = 3.12.1",
        "pkm = 1.2.3",
        "prompt = 'work'",
        "",
      ].join("\n"),
    });
    expect(made).toMatchObject({
      kind: "virtual",
      root: "/home/ada/work/.venv",
      executable: "/home/ada/work/.venv/bin/python",
      sitePackages: ["/home/ada/work/.venv/lib/python3.12/site-packages"],
      headers: "/home/ada/work/.venv/include/site/python3.12",
      relocatable: false,
      shared: false,
    });
  });

  test("remembers that its folders shall be shared, for whoever installs into it", async () => {
    const { files, world, create } = await setting();
    expect(create({ shared: true }).shared).toBe(true);
    expect(files.readText("/home/ada/work/.venv/pyvenv.cfg")).toContain("\nshared = true\n");
    const base = await openEnvironment("/home/ada/work/.venv", world);
    expect(base.shared).toBe(true);
    expect(targetEnvironment("/srv/t", base).shared).toBe(false);
    expect(prefixEnvironment("/srv/p", base).shared).toBe(false);
  });

  test("answers what opening it anew would", async () => {
    const { world, create } = await setting();
    const { interpreter } = create({ systemSitePackages: true });
    const probed = await probeInterpreter(
      "/home/ada/work/.venv/bin/python",
      world,
      interpreter.source,
    );
    expect(interpreter).toEqual(probed);
    expect(interpreter.searchPath).toContain("/opt/py/lib/python3.12/site-packages");
  });

  test.each([
    ["pypy", ["pypy", "pypy3", "pypy3.12", "python", "python3", "python3.12"]],
    ["graalpy", ["graalpy", "python", "python3", "python3.12"]],
  ])("gives the names by which %s goes", async (implementation, names) => {
    const { files, create } = await setting({}, { ...python, implementation });
    create();
    const links = files.list("/home/ada/work/.venv/bin").filter(({ kind }) => kind === "link");
    expect(links.map(({ name }) => name).sort()).toEqual(names);
  });

  test("gives a build without global lock its letter", async () => {
    const abi = { extensionSuffix: ".so", debug: false, freeThreaded: true, pymalloc: true };
    const { files, create } = await setting({}, { ...python, version: "3.13.0", changes: { abi } });
    create();
    expect(files.readLink("/home/ada/work/.venv/bin/python3.13t")).toBe("python");
  });

  test("notes what was asked for in pyvenv.cfg", async () => {
    const { files, create } = await setting();
    create({
      path: "/home/ada/e",
      systemSitePackages: true,
      relocatable: true,
      seed: true,
      prompt: "it's",
    });
    expect(files.readText("/home/ada/e/pyvenv.cfg")).toEndWith(
      `pkm = 1.2.3\nrelocatable = true\nseed = true\nprompt = "it's"\n`,
    );
    expect(files.readText("/home/ada/e/pyvenv.cfg")).toContain(
      "include-system-site-packages = true",
    );
  });

  test("cannot be made to write another key by a prompt", async () => {
    const { files, create } = await setting();
    create({ prompt: "x'\nhome = /evil\\" });
    expect(files.readText("/home/ada/work/.venv/pyvenv.cfg").split("\n").at(-2)).toBe(
      String.raw`prompt = "x'\x0ahome = /evil\\"`,
    );
  });

  test.each([
    [{ path: "/home/ada/e" }, "e"],
    [{ path: "/home/ada/work/.venv" }, "work"],
    [{ path: "/home/ada/e", prompt: "." }, "work"],
    [{ path: "/home/ada/e", prompt: "mine" }, "mine"],
  ])("shows the prompt of %j as %s", async (changes, shown) => {
    const { files, create } = await setting();
    create(changes);
    expect(files.readText(`${changes.path}/bin/activate`)).toContain(
      `VIRTUAL_ENV_PROMPT='${shown}'`,
    );
  });

  test("makes the folders above", async () => {
    const { files, create } = await setting();
    create({ path: "/srv/a/b/env" });
    expect(files.tryStat("/srv/a/b/env/pyvenv.cfg")).toBeDefined();
  });

  test("fills an empty folder that is there", async () => {
    const { files, create } = await setting({ "/mnt/env/": "" });
    const before = files.tryStat("/mnt/env")?.ino;
    create({ path: "/mnt/env" });
    expect(files.tryStat("/mnt/env/pyvenv.cfg")).toBeDefined();
    expect(files.tryStat("/mnt/env")?.ino).toBe(before as number);
  });
});

describe("createEnvironment() refuses", () => {
  test("an environment that is there", async () => {
    const { files, create } = await setting(environment);
    const before = files.snapshot();
    const error = refusal(() => create());
    expect(error.code).toBe("environment-exists");
    expect(error.fix).toEqual([
      "pkm venv --clear /home/ada/work/.venv",
      "pkm venv --allow-existing /home/ada/work/.venv",
    ]);
    expect(files.snapshot()).toEqual(before);
  });

  test.each([
    ["a folder with foreign files", { "/home/ada/work/.venv/thesis.tex": "years" }, {}],
    [
      "a folder with foreign files and --clear",
      { "/home/ada/work/.venv/thesis.tex": "years" },
      { clear: true },
    ],
    [
      "a pyvenv.cfg that says nothing and --clear",
      { "/home/ada/work/.venv/pyvenv.cfg": "x = 1\n" },
      { clear: true },
    ],
    ["a file", { "/home/ada/work/.venv": "../elsewhere\n" }, { clear: true }],
  ])("%s", async (_, tree, changes) => {
    const { files, create } = await setting(tree as Record<string, string>);
    const before = files.snapshot();
    expect(refusal(() => create(changes)).code).toBe("environment-folder-foreign");
    expect(files.snapshot()).toEqual(before);
  });

  test("a link that leads nowhere", async () => {
    const { files, create } = await setting();
    files.symlink("/nowhere", "/home/ada/work/.venv");
    expect(refusal(() => create()).code).toBe("environment-folder-foreign");
  });

  test.each(["/srv/a:b", "/srv/a\0b", "/"])("the path %j", async (path) => {
    const { files, create } = await setting();
    const before = files.snapshot();
    expect(refusal(() => create({ path })).code).toBe("environment-folder-unusable");
    expect(files.snapshot()).toEqual(before);
  });
});

describe("createEnvironment() with --clear", () => {
  for (const [how, options] of [
    ["by exchanging", {}],
    ["by renaming where the system cannot exchange", { withoutExchange: true }],
    ["by content where the folder cannot be moved", { mounts: ["/home/ada/work/.venv"] }],
  ] as const)
    test(`replaces an environment ${how}`, async () => {
      const { files, create } = await setting(environment, python, options);
      create({ clear: true });
      expect(files.tryStat("/home/ada/work/.venv/lib/old")).toBeUndefined();
      expect(files.tryStat("/home/ada/work/.venv/bin/activate")).toBeDefined();
      expect(files.list("/home/ada/work").map(({ name }) => name)).toEqual([".venv"]);
      expect(
        files
          .list("/home/ada/work/.venv")
          .map(({ name }) => name)
          .filter((name) => name.includes("new")),
      ).toEqual([]);
    });

  test("replaces what a link leads to and keeps the link", async () => {
    const { files, create } = await setting({
      "/data/env/pyvenv.cfg": "home = /opt/py/bin\n",
      "/data/env/old": "",
    });
    files.symlink("/data/env", "/home/ada/work/.venv");
    create({ clear: true });
    expect(files.readLink("/home/ada/work/.venv")).toBe("/data/env");
    expect(files.tryStat("/data/env/old")).toBeUndefined();
    expect(files.readText("/data/env/bin/activate")).toContain(
      "VIRTUAL_ENV='/home/ada/work/.venv'",
    );
  });
});

describe("createEnvironment() with --allow-existing", () => {
  test("renews scripts and links, and keeps what is installed", async () => {
    const { files, create } = await setting({
      ...environment,
      "/home/ada/work/.venv/bin/activate": "old",
      "/home/ada/work/.venv/.gitignore": "!mine\n",
    });
    create({ allowExisting: true });
    expect(files.readText("/home/ada/work/.venv/lib/old")).toBe("x");
    expect(files.readText("/home/ada/work/.venv/bin/activate")).toContain("VIRTUAL_ENV=");
    expect(files.readText("/home/ada/work/.venv/.gitignore")).toBe("!mine\n");
  });
});

// Every write of the making is made to fail in turn; whatever was there before is all that is there afterwards.
describe("createEnvironment() leaves nothing half made", () => {
  for (const [story, tree, changes] of [
    ["a new environment", {}, {}],
    ["a new environment in new folders", {}, { path: "/srv/a/b/env" }],
    ["an environment in an empty folder", { "/home/ada/work/.venv/": "" }, {}],
    ["an environment in place of another", environment, { clear: true }],
    [
      "an environment over another",
      {
        ...environment,
        "/home/ada/work/.venv/bin/activate": "old",
        "/home/ada/work/.venv/bin/python": "a copy",
      },
      { allowExisting: true },
    ],
  ] as const)
    test(`when ${story} cannot be written`, async () => {
      const attempt = async (fault?: Fault) => {
        const { world, files, interpreter } = await setting(tree);
        const before = files.snapshot();
        const faulty = new FaultyFiles(files, fault);
        const request = { path: "/home/ada/work/.venv", interpreter, creator: "1", ...changes };
        const error = caught(() => createEnvironment(request, { ...world, files: faulty }));
        return { before, after: files.snapshot(), error, count: faulty.count };
      };
      const whole = await attempt();
      expect(whole.error).toBeUndefined();
      for (let at = 0; at < whole.count; at++) {
        const { before, after, error } = await attempt({ at, errno: "ENOSPC" });
        if (error === undefined) expect(after).toEqual(whole.after);
        else if (error.code === "environment-leftover") expect(after).toMatchObject(whole.after);
        else {
          expect(error.code).toBe("environment-not-written");
          expect(after).toEqual(before);
        }
      }
    });
});

function caught(act: () => unknown): PkmError | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof PkmError) return error;
    throw error;
  }
  return undefined;
}

describe("createEnvironment() on Windows", () => {
  const base = "C:\\Python313";
  const paths = {
    purelib: "{prefix}\\Lib\\site-packages",
    platlib: "{prefix}\\Lib\\site-packages",
    scripts: "{prefix}\\Scripts",
    data: "{prefix}",
    include: `${base}\\Include`,
    stdlib: `${base}\\Lib`,
  };

  async function windows(tree: Record<string, string>, changes: Partial<Interpreter> = {}) {
    const { interpreter } = await setting();
    const files = windowsFiles({ [`${base}\\python.exe`]: "MZ", "C:\\work\\": "", ...tree });
    const markers = {
      ...interpreter.markers,
      os_name: "nt",
      sys_platform: "win32",
      platform_system: "Windows",
    };
    const python: Interpreter = {
      ...interpreter,
      baseExecutable: `${base}\\python.exe`,
      paths: { ...paths },
      virtualLayout: {
        ...interpreter.virtualLayout,
        paths,
        site: ["{prefix}", "{prefix}\\Lib\\site-packages"],
      },
      markers,
      ...changes,
    };
    const host = memoryHost({ os: "windows", cwd: "C:\\work", home: "C:\\Users\\ada" });
    const create = () =>
      createEnvironment(
        { path: "C:\\work\\env", interpreter: python, creator: "1" },
        { files, host },
      );
    return { files, create };
  }

  test("copies the launchers of the installation", async () => {
    const { files, create } = await windows({
      [`${base}\\Lib\\venv\\scripts\\nt\\venvlauncher.exe`]: "launcher",
      [`${base}\\Lib\\venv\\scripts\\nt\\venvwlauncher.exe`]: "window launcher",
    });
    const made = create();
    expect(files.readText("C:\\work\\env\\Scripts\\python.exe")).toBe("launcher");
    expect(files.readText("C:\\work\\env\\Scripts\\pythonw.exe")).toBe("window launcher");
    expect(files.tryStat("C:\\work\\env\\lib64")).toBeUndefined();
    expect(files.readText("C:\\work\\env\\pyvenv.cfg")).toContain(`home = ${base}\n`);
    expect(files.readText("C:\\work\\env\\pyvenv.cfg")).toContain(
      `base-executable = ${base}\\python.exe\n`,
    );
    expect(made.executable).toBe("C:\\work\\env\\Scripts\\python.exe");
    expect(made.paths.purelib).toBe("C:\\work\\env\\Lib\\site-packages");
  });

  test("takes the launchers by the names they had before 3.13", async () => {
    const { files, create } = await windows({
      [`${base}\\Lib\\venv\\scripts\\nt\\python.exe`]: "old launcher",
    });
    create();
    expect(files.readText("C:\\work\\env\\Scripts\\python.exe")).toBe("old launcher");
  });

  test("says which launcher is missing and leaves nothing behind", async () => {
    const { files, create } = await windows({});
    const error = refusal(create);
    expect(error.code).toBe("environment-launcher-missing");
    expect(error.why).toContain("venvlauncher.exe");
    expect(files.list("C:\\work")).toEqual([]);
  });

  test("brings executable and libraries of an implementation without launchers", async () => {
    const { files, create } = await windows(
      { [`${base}\\libpypy3-c.dll`]: "dll" },
      { implementation: "pypy" },
    );
    create();
    expect(files.readText("C:\\work\\env\\Scripts\\libpypy3-c.dll")).toBe("dll");
  });
});
