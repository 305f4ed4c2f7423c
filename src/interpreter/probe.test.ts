import { describe, expect, test } from "bun:test";
import { laterRefusal } from "#base/refusal";
import { MemoryProcesses } from "#platform/memory/processes";
import { imaginedWorld, printed } from "./imagined-python.ts";
import { probeInterpreter } from "./probe.ts";

const python = { path: "/opt/py/bin/python3.12" };

describe("probeInterpreter()", () => {
  test("finds the answer between whatever else is printed", async () => {
    const found = await probeInterpreter(python.path, imaginedWorld([python]));
    expect([found.version, found.prefix, found.tags.abis[0]]).toEqual([
      "3.12.1",
      "/opt/py",
      "cp312",
    ]);
  });

  test("runs isolated, without the variables that would change the answer", async () => {
    const world = imaginedWorld(
      [python],
      {},
      { env: { PATH: "/bin", PYTHONHOME: "/x", __PYVENV_LAUNCHER__: "/y" } },
    );
    await probeInterpreter(python.path, world);
    const [call] = world.processes.calls;
    expect(call?.argv.slice(1, 5)).toEqual(["-I", "-S", "-B", "-c"]);
    expect(call?.env).toEqual({ PATH: "/bin" });
  });

  test("asks once, by whichever link the file is found", async () => {
    const world = imaginedWorld([python]);
    world.files.symlink("python3.12", "/opt/py/bin/python");
    const first = await probeInterpreter(python.path, world);
    const second = await probeInterpreter("/opt/py/bin/python", world);
    expect(world.runs()).toEqual([python.path]);
    expect(second).toEqual({ ...first, executable: "/opt/py/bin/python" });
  });

  test("asks again when the file has changed", async () => {
    const world = imaginedWorld([python]);
    await probeInterpreter(python.path, world);
    world.files.write(python.path, "\x7fELF of another build", { mode: 0o777 });
    await probeInterpreter(python.path, world);
    expect(world.runs()).toHaveLength(2);
  });

  test("asks again when the C library has changed, whose version decides over wheels", async () => {
    const world = imaginedWorld([{ ...python, changes: { libc: "/lib/libc.so.6" } }], {
      "/lib/libc.so.6": "2.36",
    });
    await probeInterpreter(python.path, world);
    world.files.write("/lib/libc.so.6", "2.41, newer");
    await probeInterpreter(python.path, world);
    expect(world.runs()).toHaveLength(2);
  });

  test("asks again when the kept answer is damaged", async () => {
    const world = imaginedWorld([python]);
    const damaged = { get: () => "{", put: () => {} };
    await probeInterpreter(python.path, { ...world, answers: damaged });
    expect(world.runs()).toHaveLength(1);
  });

  test("reads anew what changes under an interpreter that stays", async () => {
    const world = imaginedWorld([python], {
      "/proc/sys/kernel/osrelease": "6.1\n",
      "/proc/sys/kernel/version": "#1\n",
    });
    await probeInterpreter(python.path, world);
    world.files.write("/proc/sys/kernel/osrelease", "7.0\n");
    world.files.makeFolders("/opt/py/lib/python3.12");
    world.files.write("/opt/py/lib/python3.12/EXTERNALLY-MANAGED", "");
    const later = await probeInterpreter(python.path, {
      ...world,
      host: { ...world.host, env: { PYTHONUSERBASE: "/users/ada" } },
    });
    expect(later.markers.platform_release).toBe("7.0");
    expect(later.externallyManaged).toBe("/opt/py/lib/python3.12/EXTERNALLY-MANAGED");
    expect(later.userPaths?.purelib).toBe("/users/ada/lib/python3.12/site-packages");
    expect(world.runs()).toHaveLength(1);
  });

  test("works out a virtual environment from its base and runs nothing in it", async () => {
    const world = imaginedWorld([python], {
      "/here/.venv/pyvenv.cfg": "home = /opt/py/bin\n",
      "/here/.venv/bin/": "",
    });
    world.files.symlink(python.path, "/here/.venv/bin/python");
    const found = await probeInterpreter("/here/.venv/bin/python", world);
    expect(world.runs()).toEqual([python.path]);
    expect(found).toMatchObject({
      executable: "/here/.venv/bin/python",
      baseExecutable: python.path,
      prefix: "/here/.venv",
      basePrefix: "/opt/py",
      searchPath: ["/here/.venv/lib/python3.12/site-packages"],
    });
  });

  test("sees the base's packages behind the environment's own where pyvenv.cfg says so", async () => {
    const config = "Home=/opt/py/bin\nInclude-System-Site-Packages =  True \n";
    const world = imaginedWorld([python], {
      "/here/.venv/pyvenv.cfg": config,
      "/here/.venv/bin/": "",
    });
    world.files.symlink(python.path, "/here/.venv/bin/python");
    const found = await probeInterpreter("/here/.venv/bin/python", world);
    expect(found.searchPath).toEqual([
      "/here/.venv/lib/python3.12/site-packages",
      "/opt/py/lib/python3.12/site-packages",
    ]);
  });

  test("finds the base of a copied executable by pyvenv.cfg", async () => {
    const config = "home = /opt/py/bin\nversion = 3.12.1\n";
    const world = imaginedWorld([python], { "/here/.venv/pyvenv.cfg": config });
    world.files.makeFolder("/here/.venv/bin");
    world.files.write("/here/.venv/bin/python", "\x7fELF", { mode: 0o777 });
    expect((await probeInterpreter("/here/.venv/bin/python", world)).baseExecutable).toBe(
      python.path,
    );
    expect(world.runs()).toEqual([python.path]);
  });

  test("names an environment whose base is gone, and what is gone", async () => {
    const world = imaginedWorld([], {
      "/here/.venv/pyvenv.cfg": "home = /opt/py/bin\n",
      "/here/.venv/bin/": "",
    });
    world.files.symlink("/opt/py/bin/python3.12", "/here/.venv/bin/python");
    const error = await laterRefusal(probeInterpreter("/here/.venv/bin/python", world));
    expect(error.code).toBe("environment-broken");
    expect(error.what).toContain("`/here/.venv`");
    expect(error.why).toContain("`/opt/py/bin/python3.12`");
    expect(error.fix).toEqual(["pkm venv --clear /here/.venv"]);
  });

  test("says of Python 2 that it is too old, though it does not know -I", async () => {
    const world = imaginedWorld([{ path: "/usr/bin/python2" }]);
    const processes = new MemoryProcesses({
      "/usr/bin/python2": ({ argv }) =>
        argv.includes("-I")
          ? { status: 2, stderr: "Unknown option: -I" }
          : { stdout: printed({ format: 1, tooOld: "2.7.18" }) },
    });
    const error = await laterRefusal(probeInterpreter("/usr/bin/python2", { ...world, processes }));
    expect(error.code).toBe("python-too-old");
    expect(error.why).toBe("found Python 2.7.18, needs >=3.6");
  });

  test.each([
    [
      "ends with an error",
      { status: 1, stderr: "Fatal\nModuleNotFoundError: encodings\n" },
      "it ended with status 1: ModuleNotFoundError: encodings",
    ],
    ["hangs", { status: 143, timedOut: true }, "it did not answer within 30 seconds"],
    [
      "prints half an answer",
      { stdout: "<pkm-probe>{</pkm-probe>" },
      "it ended with status 0 and said nothing",
    ],
  ])("says what is wrong when it %s", async (_, answer, why) => {
    const world = imaginedWorld([python]);
    const processes = new MemoryProcesses({ [python.path]: () => answer });
    const error = await laterRefusal(probeInterpreter(python.path, { ...world, processes }));
    expect([error.code, error.why]).toEqual(["python-unusable", why]);
  });

  test("says that an executable cannot be started, and that one is not there", async () => {
    const world = imaginedWorld([python]);
    const unstartable = await laterRefusal(
      probeInterpreter(python.path, { ...world, processes: new MemoryProcesses() }),
    );
    expect(unstartable.why).toBe("it cannot be started (ENOENT)");
    expect((await laterRefusal(probeInterpreter("/nowhere/python", world))).why).toBe(
      "there is no such file",
    );
  });

  test("does not remember what a wrapper script said", async () => {
    const world = imaginedWorld([{ path: "/home/ada/bin/python" }]);
    world.files.write("/home/ada/bin/python", '#!/bin/sh\nexec /opt/py/bin/python3 "$@"\n', {
      mode: 0o777,
    });
    await probeInterpreter("/home/ada/bin/python", world);
    await probeInterpreter("/home/ada/bin/python", world);
    expect(world.runs()).toHaveLength(2);
  });

  test("takes a base path that survives the next patch release", async () => {
    const folder = "/data/uv/python/cpython-3.12.1-linux-x86_64-gnu";
    const world = imaginedWorld([{ path: `${folder}/bin/python3.12` }]);
    world.files.symlink(folder, "/data/uv/python/cpython-3.12-linux-x86_64-gnu");
    const found = await probeInterpreter(`${folder}/bin/python3.12`, world);
    expect(found.baseExecutable).toBe(
      "/data/uv/python/cpython-3.12-linux-x86_64-gnu/bin/python3.12",
    );
  });

  test("leaves a folder alone that only looks like its minor version", async () => {
    const path = "/data/uv/python/cpython-3.12.13-linux/bin/python3.12";
    const world = imaginedWorld([{ path }]);
    world.files.makeFolders("/data/uv/python/cpython-3.123-linux/bin");
    expect((await probeInterpreter(path, world)).baseExecutable).toBe(path);
  });
});

test("an answer keeps its shape through the cache", async () => {
  const world = imaginedWorld([python]);
  const fresh = await probeInterpreter(python.path, world);
  expect(await probeInterpreter(python.path, world)).toEqual(fresh);
});
