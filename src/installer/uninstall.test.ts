import { describe, expect, test } from "bun:test";
import { laterRefusal } from "#base/refusal";
import type { InstalledDistribution, InstalledKind } from "#environment/environment";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { RealHashing } from "#platform/real/hashing";
import { normalizeName } from "#standards/name";
import { apply } from "./apply.ts";
import { imaginedEnvironment, layEnvironment, wheelSource } from "./imagined.ts";
import { planRemovals } from "./plan.ts";

const site = "/env/lib/python3.13/site-packages";

function present(
  kind: InstalledKind,
  metadataPath: string,
  changes: Partial<InstalledDistribution> = {},
): InstalledDistribution {
  return {
    kind,
    name: normalizeName("old"),
    displayName: "Old",
    version: "1",
    metadataPath,
    location: site,
    hasDirectUrl: false,
    editableLocation: undefined,
    ...changes,
  };
}

/** Uninstalls one distribution from an environment that holds `content`; answers what is left besides the base. */
async function uninstall(
  distribution: InstalledDistribution,
  content: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const files = new MemoryFiles(content);
  const environment = imaginedEnvironment("/env");
  layEnvironment(environment, files);
  const world = { files, hashing: new RealHashing(), host: memoryHost() };
  const steps = planRemovals([distribution], new Set([distribution.name]));
  await apply(steps, environment, wheelSource([]), world);
  const { ".pkm.lock": _lock, ...left } = files.snapshot("/env");
  const base = ["pyvenv.cfg", "bin/python"];
  return Object.fromEntries(
    Object.entries(left).filter(([path]) => !path.endsWith("/") && !base.includes(path)),
  );
}

describe("a distribution with a RECORD", () => {
  const info = `${site}/old-1.dist-info`;

  test("goes with its rows, absolute ones, compiled modules, unlisted metadata and emptied folders", async () => {
    const left = await uninstall(present("dist-info", info), {
      [`${info}/RECORD`]:
        "old/a.py,,\nold/sub/b.py,,\n../../../bin/old,,\n/env/share/old/x.txt,,\ngone.py,,\nold-1.dist-info/RECORD,,\n",
      [`${info}/uv_cache.json`]: "{}",
      [`${site}/old/a.py`]: "",
      [`${site}/old/__pycache__/a.cpython-313.pyc`]: "",
      [`${site}/old/__pycache__/a.cpython-313.opt-1.pyc`]: "",
      [`${site}/old/__pycache__/long_gone.cpython-312.pyc`]: "",
      [`${site}/old/sub/b.py`]: "",
      "/env/share/old/x.txt": "",
      "/env/bin/old": "",
    });
    expect(left).toEqual({});
  });

  test("leaves what a person put beside its files, and the compiled modules of that", async () => {
    const left = await uninstall(present("dist-info", info), {
      [`${info}/RECORD`]: "old/a.py,,\nold-1.dist-info/RECORD,,\n",
      [`${site}/old/a.py`]: "",
      [`${site}/old/mine.py`]: "mine",
      [`${site}/old/__pycache__/a.cpython-313.pyc`]: "",
      [`${site}/old/__pycache__/mine.cpython-313.pyc`]: "compiled",
    });
    expect(left).toEqual({
      "lib/python3.13/site-packages/old/mine.py": "mine",
      "lib/python3.13/site-packages/old/__pycache__/mine.cpython-313.pyc": "compiled",
    });
  });

  for (const row of ["../../../../etc/passwd", "/etc/passwd", "../../../../env2/x.py"])
    test(`is refused when it lists ${row}`, async () => {
      const error = await laterRefusal(
        uninstall(present("dist-info", info), {
          [`${info}/RECORD`]: `old.py,,\n${row},,\n`,
          [`${site}/old.py`]: "",
          "/etc/passwd": "root",
        }),
      );
      expect(error.code).toBe("record-leaves-environment");
      expect(error.message).toContain(row);
    });
});

describe("a distribution without a list of files", () => {
  const info = `${site}/old-1.dist-info`;

  test("is refused, and the installer is named", async () => {
    const error = await laterRefusal(
      uninstall(present("dist-info", info), {
        [`${info}/METADATA`]: "Name: old\n",
        [`${info}/INSTALLER`]: "debian\n",
      }),
    );
    expect(error.code).toBe("no-record");
    expect(error.why).toBe("it was installed by `debian`");
    expect(error.fix).toEqual(["uninstall it with `debian`"]);
  });

  test("is refused when distutils installed it", async () => {
    const path = `${site}/old-1.egg-info`;
    const error = await laterRefusal(
      uninstall(present("egg-info-file", path), { [path]: "Name: old\n" }),
    );
    expect(error.code).toBe("distutils-installed");
  });

  test("is refused when it lies outside of the environment", async () => {
    const path = "/usr/lib/python3/dist-packages/old-1.dist-info";
    const location = "/usr/lib/python3/dist-packages";
    const error = await laterRefusal(
      uninstall(present("dist-info", path, { location }), { [`${path}/RECORD`]: "" }),
    );
    expect(error.code).toBe("outside-environment");
    expect(error.why).toContain(location);
  });
});

test("an egg-info folder goes with its installed files", async () => {
  const info = `${site}/old-1-py3.13.egg-info`;
  const left = await uninstall(present("egg-info-folder", info), {
    [`${info}/installed-files.txt`]: "../old/a.py\n../../../../bin/old\nPKG-INFO\n",
    [`${info}/PKG-INFO`]: "",
    [`${site}/old/a.py`]: "",
    "/env/bin/old": "",
  });
  expect(left).toEqual({});
});

test("an egg-info folder whose list leads out of the environment is refused, and the list named", async () => {
  const info = `${site}/old-1-py3.13.egg-info`;
  const world = {
    [`${info}/installed-files.txt`]: "../../../../../etc/passwd\n",
    [`${info}/PKG-INFO`]: "",
  };
  const error = await laterRefusal(uninstall(present("egg-info-folder", info), world));
  expect(error.code).toBe("record-leaves-environment");
  expect(error.what).toContain("its installed-files.txt names");
});

describe("an egg-info folder without a list of files", () => {
  const info = `${site}/old-1-py3.13.egg-info`;
  const tree = {
    [`${info}/PKG-INFO`]: "",
    [`${info}/entry_points.txt`]: "[console_scripts]\nold = old:main\n",
    [`${site}/old/__init__.py`]: "",
    [`${site}/old/sub/data.txt`]: "",
    [`${site}/old/__pycache__/__init__.cpython-313.pyc`]: "",
    [`${site}/single.py`]: "",
    [`${site}/other.py`]: "other",
    "/env/bin/old": "",
  };

  test("goes with what top_level.txt names, and its scripts, as with pip", async () => {
    const left = await uninstall(present("egg-info-folder", info), {
      ...tree,
      [`${info}/top_level.txt`]: "old\nsingle\nspace\n",
      [`${info}/namespace_packages.txt`]: "space\n",
      [`${site}/space/theirs.py`]: "theirs",
    });
    expect(left).toEqual({
      "lib/python3.13/site-packages/other.py": "other",
      "lib/python3.13/site-packages/space/theirs.py": "theirs",
    });
  });

  test("leaves what another distribution claims in the same package", async () => {
    const left = await uninstall(present("egg-info-folder", info), {
      ...tree,
      [`${info}/top_level.txt`]: "old\n",
      [`${site}/old/theirs.py`]: "theirs",
      [`${site}/their-1.dist-info/METADATA`]: "Metadata-Version: 2.1\nName: their\nVersion: 1\n",
      [`${site}/their-1.dist-info/RECORD`]: "old/theirs.py,,\ntheir-1.dist-info/RECORD,,\n",
    });
    expect(left["lib/python3.13/site-packages/old/theirs.py"]).toBe("theirs");
    expect(left["lib/python3.13/site-packages/old/__init__.py"]).toBeUndefined();
  });

  test.each(["../../etc", "/etc", "..", "a/b"])("is refused when it names %s", async (name) => {
    const world = { ...tree, [`${info}/top_level.txt`]: `${name}\n` };
    const error = await laterRefusal(uninstall(present("egg-info-folder", info), world));
    expect(error.code).toBe("record-leaves-environment");
    expect(error.what).toEndWith(`its top_level.txt names \`${name}\``);
  });

  test("is refused when nothing tells what belongs to it", async () => {
    const error = await laterRefusal(uninstall(present("egg-info-folder", info), tree));
    expect(error.code).toBe("no-record");
  });
});

describe("an egg-link", () => {
  const source = "/home/ada/old";
  const develop = {
    [`${site}/old.egg-link`]: `${source}\n.`,
    [`${source}/old.egg-info/entry_points.txt`]: "[console_scripts]\nold = old:main\n",
    [`${source}/old.py`]: "the source",
    "/env/bin/old": "wrapper",
  };
  const distribution = present("egg-link", `${source}/old.egg-info`, { editableLocation: source });

  test("goes with its scripts and its line in easy-install.pth; the source stays", async () => {
    const left = await uninstall(distribution, {
      ...develop,
      [`${site}/easy-install.pth`]: `/home/ada/other\n${source}\n`,
    });
    expect(left).toEqual({ "lib/python3.13/site-packages/easy-install.pth": "/home/ada/other\n" });
  });

  test("takes easy-install.pth along when nothing else is in it", async () => {
    const left = await uninstall(distribution, {
      ...develop,
      [`${site}/easy-install.pth`]: `${source}\n`,
    });
    expect(left).toEqual({});
  });
});

test("an egg goes whole, with its line in easy-install.pth", async () => {
  const egg = `${site}/old-1-py3.13.egg`;
  const left = await uninstall(present("egg", `${egg}/EGG-INFO`, { location: egg }), {
    [`${egg}/EGG-INFO/PKG-INFO`]: "",
    [`${egg}/old/a.py`]: "",
    [`${site}/easy-install.pth`]: "./old-1-py3.13.egg\n./other.egg\n",
  });
  expect(left).toEqual({ "lib/python3.13/site-packages/easy-install.pth": "./other.egg\n" });
});
