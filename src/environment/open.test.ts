import { describe, expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import { laterRefusal } from "#base/refusal";
import { imaginedWorld, type ImaginedWorld } from "#interpreter/imagined-python";
import type { InterpreterWorld } from "#interpreter/world";
import { createEnvironment } from "./create.ts";
import type { PythonEnvironment } from "./environment.ts";
import { virtualEnvironment } from "./environment-of.ts";
import { managedMessage, refuseExternallyManaged } from "./externally-managed.ts";
import {
  findEnvironment,
  openEnvironment,
  prefixEnvironment,
  targetEnvironment,
  userEnvironment,
} from "./open.ts";
import { openForReading } from "./open-for-reading.ts";

const python = { path: "/usr/bin/python3.12" };

async function machine(
  environments: readonly string[],
  tree: Readonly<Record<string, string>> = {},
  host: Partial<InterpreterWorld["host"]> = {},
): Promise<ImaginedWorld> {
  const world = imaginedWorld(
    [python],
    { "/home/ada/work/src/": "", ...tree },
    {
      cwd: "/home/ada/work/src",
      ...host,
      env: { PATH: "/usr/bin", ...host.env },
    },
  );
  const { interpreter } = await openEnvironment(python.path, world);
  for (const path of environments) createEnvironment({ path, interpreter, creator: "1" }, world);
  return world;
}

describe("openEnvironment()", () => {
  test.each([
    ["its folder", "/envs/a"],
    ["an executable in it", "/envs/a/bin/python3"],
    ["the folder of its programs", "/envs/a/bin"],
    ["a relative path", "../../../../envs/a"],
  ])("opens a virtual environment by %s", async (_, named) => {
    const world = await machine(["/envs/a"]);
    const opened = await openEnvironment(named, world);
    expect([opened.kind, opened.root, opened.sitePackages[0]]).toEqual([
      "virtual",
      "/envs/a",
      "/envs/a/lib/python3.12/site-packages",
    ]);
  });

  test("opens the system's Python with what its user added behind", async () => {
    const opened = await openEnvironment(python.path, await machine([]));
    expect(opened).toMatchObject({
      kind: "system",
      root: "/usr",
      headers: "/usr/include/python3.12",
      sitePackages: [
        "/usr/lib/python3.12/site-packages",
        "/home/ada/.local/lib/python3.12/site-packages",
      ],
    });
  });

  test("opens whatever a request for an interpreter leads to", async () => {
    expect((await openEnvironment("3.12", await machine([]))).root).toBe("/usr");
    const inside = await machine(["/home/ada/work/.venv"]);
    expect((await openEnvironment("3.12", inside)).root).toBe("/home/ada/work/.venv");
  });

  test("says why a folder is none", async () => {
    const world = await machine([], {
      "/home/ada/half/pyvenv.cfg": "home = /usr/bin\n",
      "/home/ada/docs/a.txt": "",
    });
    expect((await laterRefusal(openEnvironment("/home/ada/docs", world))).why).toBe(
      "it has neither pyvenv.cfg nor an interpreter",
    );
    expect((await laterRefusal(openEnvironment("/home/ada/half", world))).why).toBe(
      "it has pyvenv.cfg, but no `bin/python`",
    );
  });

  test("names an environment whose base is gone, with the way out", async () => {
    const world = await machine(["/envs/a"]);
    world.files.remove(python.path);
    const error = await laterRefusal(openEnvironment("/envs/a", world));
    expect([error.code, error.fix]).toEqual(["environment-broken", ["pkm venv --clear /envs/a"]]);
  });
});

describe("findEnvironment()", () => {
  const at = async (world: ImaginedWorld) => (await findEnvironment({}, world))?.root;

  test("takes the active one, then the nearest", async () => {
    const both = ["/envs/a", "/home/ada/work/.venv"];
    expect(await at(await machine(both, {}, { env: { VIRTUAL_ENV: "/envs/a" } }))).toBe("/envs/a");
    expect(await at(await machine(both))).toBe("/home/ada/work/.venv");
    expect(await at(await machine([]))).toBeUndefined();
  });

  test("takes a Conda environment, but not Conda's own installation", async () => {
    const tree = { "/conda/envs/x/bin/": "" };
    const active = (name: string) =>
      machine([], tree, { env: { CONDA_PREFIX: "/conda/envs/x", CONDA_DEFAULT_ENV: name } });
    const world = await active("x");
    world.files.symlink(python.path, "/conda/envs/x/bin/python");
    expect((await findEnvironment({}, world))?.interpreter.source).toBe("CONDA_PREFIX");
    expect(await at(await active("base"))).toBeUndefined();
  });

  test("says that the active one is gone", async () => {
    const world = await machine([], {}, { env: { VIRTUAL_ENV: "/envs/gone" } });
    const error = await laterRefusal(findEnvironment({}, world));
    expect([error.code, error.fix]).toEqual([
      "environment-broken",
      ["pkm venv /envs/gone", "unset VIRTUAL_ENV"],
    ]);
  });

  // PEP 832, the draft of April: one line in a file `.venv`. The draft of August: `.python-envs`, the last line counts,
  // an existing `.venv` folder counts as last.
  test.each([
    ["a file .venv", { "/home/ada/work/.venv": "../envs/a\n" }],
    [
      "the last line of .python-envs",
      { "/home/ada/work/.python-envs": "/envs/none\n/home/ada/envs/a\n\n" },
    ],
  ])("follows %s", async (_, tree) => {
    expect(await at(await machine(["/home/ada/envs/a"], tree))).toMatch(
      /^\/home\/ada\/(work\/\.\.\/)?envs\/a$/,
    );
  });

  test("prefers the folder .venv over .python-envs", async () => {
    const tree = { "/home/ada/work/.python-envs": "/envs/a\n" };
    expect(await at(await machine(["/envs/a", "/home/ada/work/.venv"], tree))).toBe(
      "/home/ada/work/.venv",
    );
  });
});

describe("openForReading()", () => {
  test("needs no answer of any interpreter", async () => {
    const world = await machine(["/home/ada/work/.venv"]);
    expect(openForReading(undefined, world)).toEqual({
      root: "/home/ada/work/.venv",
      sitePackages: ["/home/ada/work/.venv/lib/python3.12/site-packages"],
    });
    expect(openForReading("/home/ada/work/.venv/bin/python", world)?.root).toBe(
      "/home/ada/work/.venv",
    );
  });

  test.each([
    [
      "see the system's packages",
      "home = /usr/bin\nimplementation = CPython\ninclude-system-site-packages = true\n",
    ],
    ["are of PyPy", "home = /usr/bin\nimplementation = PyPy\n"],
    ["were made by the venv of GraalPy", "home = /opt/graalpy-24.1/bin\n"],
  ])("leaves environments to openEnvironment() that %s", async (_, config) => {
    const tree = { "/e/pyvenv.cfg": config, "/e/lib/python3.12/site-packages/": "", "/e/bin/": "" };
    expect(openForReading("/e", await machine([], tree))).toBeUndefined();
  });
});

describe("openForReading() of what python -m venv made", () => {
  test.each([
    ["python3.12", true],
    ["pypy3.10", false],
  ])("goes by the folder %s, as the implementation is not written down", async (name, reads) => {
    const folder = `/e/lib/${name}/site-packages`;
    const tree = { "/e/pyvenv.cfg": "home = /usr/bin\n", [`${folder}/`]: "", "/e/bin/": "" };
    const found = openForReading("/e", await machine([], tree));
    expect(found?.sitePackages).toEqual(reads ? [folder] : undefined);
  });
});

describe("other places to install into", () => {
  const system = async (): Promise<PythonEnvironment> =>
    openEnvironment(python.path, await machine([]));

  test("--target is a folder of modules by itself", async () => {
    expect(targetEnvironment("/srv/t", await system())).toMatchObject({
      kind: "target",
      paths: { purelib: "/srv/t", platlib: "/srv/t", scripts: "/srv/t/bin", data: "/srv/t" },
      headers: "/srv/t/include/python",
      sitePackages: ["/srv/t"],
      executable: python.path,
    });
  });

  test("--prefix has the layout of an environment", async () => {
    expect(prefixEnvironment("/srv/p", await system())).toMatchObject({
      kind: "prefix",
      paths: {
        purelib: "/srv/p/lib/python3.12/site-packages",
        scripts: "/srv/p/bin",
        data: "/srv/p",
      },
      headers: "/srv/p/include/python3.12",
      sitePackages: ["/srv/p/lib/python3.12/site-packages"],
    });
  });

  test("--user is the user's folder, with the system's behind it", async () => {
    const user = userEnvironment(await system());
    expect(user.paths.scripts).toBe("/home/ada/.local/bin");
    expect(user.sitePackages).toEqual([
      "/home/ada/.local/lib/python3.12/site-packages",
      "/usr/lib/python3.12/site-packages",
    ]);
  });

  test("--user in an environment that sees the system lies behind its own folder", async () => {
    const world = await machine(["/envs/a"]);
    const virtual = await openEnvironment("/envs/a", world);
    const seeing = virtualEnvironment(
      virtual.interpreter,
      { prefix: "/envs/a", config: new Map([["include-system-site-packages", "true"]]) },
      world.host,
    );
    const user = userEnvironment(seeing);
    expect(user.paths.purelib).toBe("/home/ada/.local/lib/python3.12/site-packages");
    expect(user.executable).toBe(seeing.executable);
    expect(user.sitePackages.slice(0, 2)).toEqual([
      "/envs/a/lib/python3.12/site-packages",
      "/home/ada/.local/lib/python3.12/site-packages",
    ]);
  });

  test("--user is refused in a virtual environment, which does not look there", async () => {
    const world = await machine(["/envs/a"]);
    const virtual = await openEnvironment("/envs/a", world);
    expect(() => userEnvironment(virtual)).toThrow(PkmError);
  });
});

describe("refuseExternallyManaged()", () => {
  const text = [
    "[externally-managed]",
    "Error=To install, use",
    "  apt install python3-xyz.",
    "",
    "  See /usr/share/doc.",
    "Error-de=Bitte apt benutzen",
    "Error-de_AT = Bitte apt benutzen, gelt",
    "[other]",
    "Error-fr = non",
  ].join("\n");
  const marker = "/usr/lib/python3.12/EXTERNALLY-MANAGED";

  test.each([
    [[], "To install, use\napt install python3-xyz.\n\nSee /usr/share/doc."],
    [["de_CH", "de"], "Bitte apt benutzen"],
    [["de_AT", "de"], "Bitte apt benutzen, gelt"],
    [["fr_FR", "fr"], "To install, use\napt install python3-xyz.\n\nSee /usr/share/doc."],
  ])("has the message for %j", (locales, message) => {
    expect(managedMessage(text, locales)).toBe(message);
  });

  test("refuses the system's Python in its own words and in the user's language", async () => {
    const world = await machine([], { [marker]: text }, { env: { LANG: "de_DE.UTF-8" } });
    const system = await openEnvironment(python.path, world);
    const error = await laterRefusal(
      Promise.resolve().then(() => refuseExternallyManaged(system, world)),
    );
    expect([error.code, error.why, error.exit]).toEqual([
      "externally-managed",
      "Bitte apt benutzen",
      4,
    ]);
    expect(() => refuseExternallyManaged(userEnvironment(system), world)).toThrow(PkmError);
  });

  test("refuses as well when the file says nothing", async () => {
    const world = await machine([], { [marker]: "" });
    const system = await openEnvironment(python.path, world);
    expect(() => refuseExternallyManaged(system, world)).toThrow("managed by the system");
  });

  test("lets environments, targets and prefixes alone", async () => {
    const world = await machine(["/envs/a"], { [marker]: text });
    const system = await openEnvironment(python.path, world);
    refuseExternallyManaged(await openEnvironment("/envs/a", world), world);
    refuseExternallyManaged(targetEnvironment("/srv/t", system), world);
    refuseExternallyManaged(prefixEnvironment("/srv/p", system), world);
  });
});
