import { describe, expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import { findInterpreter, type FindRequest } from "./discover.ts";
import { imaginedWorld, type ImaginedPython, type ImaginedWorld } from "./imagined-python.ts";
import { listInterpreters } from "./list.ts";

async function found(request: FindRequest, world: ImaginedWorld): Promise<string> {
  try {
    const python = await findInterpreter(request, world);
    return `${python.executable} (${python.source})`;
  } catch (error) {
    if (!(error instanceof PkmError)) throw error;
    return error.code;
  }
}

const system = { path: "/usr/bin/python3", version: "3.11.2" };
const env = { PATH: "/usr/local/bin:/usr/bin" };

function withVenv(world: ImaginedWorld, folder: string, base: ImaginedPython): ImaginedWorld {
  world.files.makeFolders(`${folder}/bin`);
  world.files.write(
    `${folder}/pyvenv.cfg`,
    `home = ${base.path.slice(0, base.path.lastIndexOf("/"))}\n`,
  );
  world.files.symlink(base.path, `${folder}/bin/python`);
  return world;
}

describe("findInterpreter()", () => {
  test("asks in order: active environment, nearest one, PATH, pyenv, uv", async () => {
    const pyenv = { path: "/home/ada/.pyenv/versions/3.12.4/bin/python", version: "3.12.4" };
    const uv = {
      path: "/home/ada/.local/share/uv/python/cpython-3.13.1-linux-x86_64-gnu/bin/python3",
      version: "3.13.1",
    };
    const make = (extra: Record<string, string> = {}) =>
      imaginedWorld(
        [system, pyenv, uv],
        {},
        { env: { ...env, ...extra }, cwd: "/home/ada/work/src" },
      );
    const request = { environments: true };
    const active = withVenv(make({ VIRTUAL_ENV: "/envs/a" }), "/envs/a", system);
    expect(await found(request, withVenv(active, "/home/ada/work/.venv", system))).toBe(
      "/envs/a/bin/python (VIRTUAL_ENV)",
    );
    expect(await found(request, withVenv(make(), "/home/ada/work/.venv", system))).toBe(
      "/home/ada/work/.venv/bin/python (.venv)",
    );
    expect(await found(request, make())).toBe("/usr/bin/python3 (PATH)");
    expect(await found({ python: "3.12" }, make())).toBe(`${pyenv.path} (pyenv)`);
    expect(await found({ python: "3.13" }, make())).toBe(`${uv.path} (uv)`);
  });

  test("passes over environments when a base is wanted", async () => {
    const world = withVenv(
      imaginedWorld([system], {}, { env: { ...env, VIRTUAL_ENV: "/envs/a" } }),
      "/envs/a",
      system,
    );
    expect(await found({}, world)).toBe("/usr/bin/python3 (PATH)");
  });

  test("passes over folders of PATH that may not be entered", async () => {
    const world = imaginedWorld([system], {}, { env: { ...env, PATH: "/opt/locked:/usr/bin" } });
    const tryStat = world.files.tryStat.bind(world.files);
    world.files.tryStat = (path) => {
      if (path.startsWith("/opt/locked/"))
        throw Object.assign(new Error("permission denied"), { code: "EACCES" });
      return tryStat(path);
    };
    expect(await found({}, world)).toBe("/usr/bin/python3 (PATH)");
  });

  test("passes over folders of pyenv and uv that belong to somebody else", async () => {
    const theirs = {
      ...env,
      PYENV_ROOT: "/home/eve/.pyenv",
      UV_PYTHON_INSTALL_DIR: "/home/eve/uv",
    };
    for (const closed of ["/home/eve/", "/home/eve/.pyenv/versions"]) {
      const world = imaginedWorld(
        [system],
        {
          "/home/eve/.pyenv/versions/3.12.1/bin/python": "",
          "/home/eve/uv/cpython-3.13/bin/python3": "",
        },
        { env: { ...theirs, PATH: "/home/eve/.pyenv/shims:/usr/bin" } },
      );
      const refused = (path: string): void => {
        if (path.startsWith(closed))
          throw Object.assign(new Error("permission denied"), { code: "EACCES" });
      };
      const { files } = world;
      for (const look of ["tryStat", "tryList", "tryReadText"] as const) {
        const open = files[look].bind(files) as (path: string) => never;
        files[look] = (path: string) => (refused(path), open(path));
      }
      expect(await found({}, world)).toBe("/usr/bin/python3 (PATH)");
    }
  });

  test("takes the first folder of PATH that has a fitting one", async () => {
    const local = { path: "/usr/local/bin/python3.12", version: "3.12.1" };
    const world = () => imaginedWorld([system, local], {}, { env });
    expect(await found({ python: "3.12" }, world())).toBe("/usr/local/bin/python3.12 (PATH)");
    expect(await found({ python: ">=3.10,<3.12" }, world())).toBe("/usr/bin/python3 (PATH)");
  });

  test("does not run what its name already rules out", async () => {
    const other = { path: "/usr/bin/python3.9", version: "3.9.1" };
    const world = imaginedWorld(
      [other, { path: "/home/ada/.pyenv/versions/3.8.18/bin/python", version: "3.8.18" }],
      {},
      { env },
    );
    await found({ python: "3.12" }, world);
    expect(world.runs()).toEqual([]);
  });

  test("takes a pre-release only when nothing else is there", async () => {
    const next = { path: "/usr/local/bin/python3", version: "3.15.0rc1" };
    expect(await found({}, imaginedWorld([next, system], {}, { env }))).toBe(
      "/usr/bin/python3 (PATH)",
    );
    expect(await found({}, imaginedWorld([next], {}, { env }))).toBe(
      "/usr/local/bin/python3 (PATH)",
    );
    expect(await found({ python: "3.15.0rc1" }, imaginedWorld([next, system], {}, { env }))).toBe(
      "/usr/local/bin/python3 (PATH)",
    );
  });

  test("takes another implementation out of a collection only when it is named or alone", async () => {
    const pypy = {
      path: "/home/ada/.pyenv/versions/pypy3.10-7.3.15/bin/python",
      version: "3.10.14",
      implementation: "pypy",
    };
    const uv = {
      path: "/home/ada/.local/share/uv/python/cpython-3.10.1-linux/bin/python3",
      version: "3.10.1",
    };
    expect(await found({ python: "3.10" }, imaginedWorld([pypy, uv], {}, { env }))).toBe(
      `${uv.path} (uv)`,
    );
    expect(await found({ python: "pypy@3.10" }, imaginedWorld([pypy, uv], {}, { env }))).toBe(
      `${pypy.path} (pyenv)`,
    );
    expect(await found({ python: "3.10" }, imaginedWorld([pypy], {}, { env }))).toBe(
      `${pypy.path} (pyenv)`,
    );
  });

  test("obeys PKM_PYTHON, then the nearest .python-version, and neither over what is asked", async () => {
    const newer = { path: "/usr/local/bin/python3.12", version: "3.12.1" };
    const tree = { "/home/ada/.python-version": "# ours\n3.11\n" };
    const world = (extra: Record<string, string>) =>
      imaginedWorld([system, newer], tree, { env: { ...env, ...extra } });
    expect(await found({}, world({}))).toBe("/usr/bin/python3 (PATH)");
    expect(await found({}, world({ PKM_PYTHON: "3.12" }))).toBe("/usr/local/bin/python3.12 (PATH)");
    expect(await found({ python: "3.11" }, world({ PKM_PYTHON: "3.12" }))).toBe(
      "/usr/bin/python3 (PATH)",
    );
  });

  test("understands pyenv's names in .python-version", async () => {
    const pypy = {
      path: "/home/ada/.pyenv/versions/pypy3.10-7.3.15/bin/python",
      version: "3.10.14",
      implementation: "pypy",
    };
    const tree = { "/home/ada/.python-version": "pypy3.10-7.3.15\n" };
    expect(await found({}, imaginedWorld([system, pypy], tree, { env }))).toBe(
      `${pypy.path} (.python-version)`,
    );
  });

  test("takes a path, an environment's folder, and an installation's folder", async () => {
    const world = () => withVenv(imaginedWorld([system], {}, { env }), "/home/ada/e", system);
    expect(await found({ python: "/usr/bin/python3" }, world())).toBe("/usr/bin/python3 (path)");
    expect(await found({ python: "./e" }, world())).toBe("/home/ada/e/bin/python (path)");
    expect(await found({ python: "e" }, world())).toBe("/home/ada/e/bin/python (path)");
    expect(await found({ python: "/usr" }, world())).toBe("/usr/bin/python3 (path)");
    expect(await found({ python: "/etc" }, world())).toBe("python-unusable");
  });

  test("finds a program on PATH by any name", async () => {
    const own = { path: "/usr/local/bin/my-python", version: "3.12.1" };
    expect(await found({ python: "my-python" }, imaginedWorld([own], {}, { env }))).toBe(
      "/usr/local/bin/my-python (PATH)",
    );
    expect(await found({ python: "no-python" }, imaginedWorld([own], {}, { env }))).toBe(
      "python-request-invalid",
    );
  });

  test("says what was looked for, where, what was found and why not", async () => {
    const world = imaginedWorld([system], { "/home/ada/.python-version": "3.14\n" }, { env });
    const error = (await findInterpreter({}, world).catch((reason: unknown) => reason)) as PkmError;
    expect(error.code).toBe("python-not-found");
    expect(error.what).toBe(
      "Cannot find an interpreter for `3.14` (asked for by /home/ada/.python-version)",
    );
    expect(error.why).toContain("`/usr/bin/python3`: found 3.11.2, needs 3.14");
    expect(error.fix[0]).toBe("pkm python list");
  });

  test("names each interpreter once, in one manner, asked or not", async () => {
    const kept = { path: "/home/ada/.pyenv/versions/3.12.4/bin/python", version: "3.12.4" };
    const other = { path: "/home/ada/.pyenv/versions/3.10.1/bin/python", version: "3.10.1" };
    const path = `${kept.path.slice(0, kept.path.lastIndexOf("/"))}:/usr/bin`;
    const world = imaginedWorld([system, kept, other], {}, { env: { PATH: path } });
    const error = (await findInterpreter({ python: "3.14" }, world).catch(
      (reason: unknown) => reason,
    )) as PkmError;
    expect(error.why?.split("\n").slice(1)).toEqual([
      `  \`${kept.path}\`: found 3.12.4, needs 3.14`,
      "  `/usr/bin/python3`: found 3.11.2, needs 3.14",
      `  \`${other.path}\`: found 3.10.1, needs 3.14`,
    ]);
  });

  test("goes on when one interpreter is broken", async () => {
    const world = imaginedWorld([system], {}, { env });
    world.files.makeFolders("/usr/local/bin");
    world.files.write("/usr/local/bin/python3", "\x7fELF", { mode: 0o777 });
    expect(await found({}, world)).toBe("/usr/bin/python3 (PATH)");
  });
});

describe("listInterpreters()", () => {
  test("shows each interpreter once, newest first, and what cannot be asked with the reason", async () => {
    const newer = { path: "/usr/local/bin/python3.12", version: "3.12.1" };
    const world = imaginedWorld([system, newer], {}, { env });
    world.files.symlink("python3", "/usr/bin/python");
    world.files.write("/usr/bin/python3.8", "\x7fELF", { mode: 0o777 });
    const { interpreters, unusable } = await listInterpreters(world);
    expect(interpreters.map((python) => `${python.version} ${python.executable}`)).toEqual([
      "3.12.1 /usr/local/bin/python3.12",
      "3.11.2 /usr/bin/python",
    ]);
    expect(unusable).toEqual([
      { path: "/usr/bin/python3.8", source: "PATH", why: "it cannot be started (ENOENT)" },
    ]);
  });

  test("shows only what fits a request", async () => {
    const newer = { path: "/usr/local/bin/python3.12", version: "3.12.1" };
    const { interpreters } = await listInterpreters(imaginedWorld([system, newer], {}, { env }), {
      python: ">=3.12",
    });
    expect(interpreters.map((python) => python.version)).toEqual(["3.12.1"]);
  });
});
