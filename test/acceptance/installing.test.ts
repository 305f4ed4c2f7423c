import { beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { expectRefusal, expectSuccess } from "../support/answers.ts";
import { installedIn, recordDefects, sitePackages, snapshot } from "../support/folder.ts";
import { fileOf, serveIndex, type TestIndex } from "../support/index-server.ts";
import { type Finished, type Sandbox, testPython } from "../support/pkm.ts";
import { workplace } from "../support/workplace.ts";
import { makeWheel, type MadeWheel } from "../support/wheel-maker.ts";
import { pipWords } from "../support/workplace.ts";

const wheels: Record<string, MadeWheel> = {
  demo1: makeWheel({
    name: "demo",
    version: "1.0",
    requires: ["other>=1"],
    consoleScripts: { "demo-run": "demo:main" },
    files: { "demo/__init__.py": "def main():\n    print('one')\n", "demo/old.py": "" },
  }),
  demo2: makeWheel({
    name: "demo",
    version: "2.0",
    requires: ["other>=1"],
    consoleScripts: { "demo-run": "demo:main" },
    files: { "demo/__init__.py": "def main():\n    print('two')\n", "demo/new.py": "" },
  }),
  other: makeWheel({ name: "other", version: "1.5" }),
  lone: makeWheel({ name: "lone", version: "3.0" }),
  extra: makeWheel({
    name: "extra",
    version: "1.0",
    extras: ["plus"],
    requires: ["lone; extra == 'plus'"],
  }),
};

const place = workplace(() => Object.values(wheels).map((wheel) => fileOf(wheel)));
const { fresh, pip } = place;
let sandbox: Sandbox;
let index: TestIndex;
beforeAll(() => {
  ({ sandbox, index } = place);
});

describe("installing", () => {
  test("puts every distribution in whole, with true RECORDs, and what pip needs beside it", async () => {
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", "demo", "extra[plus]"));
    expect(installedIn(environment)).toEqual(["demo 2.0", "extra 1.0", "lone 3.0", "other 1.5"]);
    expect(recordDefects(environment)).toEqual([]);
    const info = join(sitePackages(environment), "demo-2.0.dist-info");
    expect(readFileSync(join(info, "INSTALLER"), "utf8")).toMatch(/^pkm\n?$/);
    expect(existsSync(join(info, "REQUESTED"))).toBe(true);
    expect(existsSync(join(sitePackages(environment), "other-1.5.dist-info", "REQUESTED"))).toBe(
      false,
    );
    expect(existsSync(join(info, "direct_url.json"))).toBe(false);
    const run = await sandbox.run([join(environment, "bin", "demo-run")]);
    expect(run).toEqual({ stdout: "two\n", stderr: "", status: 0 });
  });

  test("a second time changes nothing, and asks nobody", async () => {
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", "demo"));
    const before = snapshot(environment);
    index.requests.length = 0;
    expectSuccess(await pip(environment, "install", "demo"));
    expect(index.requests).toEqual([]);
    expect(snapshot(environment)).toEqual(before);
  });

  test("a module imported before is compiled anew after an upgrade", async () => {
    const environment = await fresh();
    const python = join(environment, "bin", "python");
    expectSuccess(await pip(environment, "install", "demo==1.0"));
    expect((await sandbox.run([python, "-c", "import demo; demo.main()"])).stdout).toBe("one\n");
    expectSuccess(await pip(environment, "install", "-U", "demo"));
    expect((await sandbox.run([python, "-c", "import demo; demo.main()"])).stdout).toBe("two\n");
    expect(existsSync(join(sitePackages(environment), "demo", "old.py"))).toBe(false);
    expect(recordDefects(environment)).toEqual([]);
  });

  test("an upgrade keeps what is there when nothing newer can be taken, and says why", async () => {
    const environment = await fresh();
    const older = makeWheel({ name: "demo", version: "0.5" });
    const source = { ...fileOf(older), filename: "demo-9.0.tar.gz", metadata: undefined };
    const poor = serveIndex([source, fileOf(older)]);
    try {
      expectSuccess(await pip(environment, "install", "demo"));
      const words = ["install", "-U", "--only-binary", ":all:", "--index-url", poor.url];
      const run = await pip(environment, ...words, "demo");
      expectSuccess(run);
      expect(run.stderr).toContain("demo 2.0 stays: 9.0 has no wheel, and sdists are excluded");
      expect(installedIn(environment)).toContain("demo 2.0");
      expectRefusal(await pip(environment, ...words, "demo>2"), "no-solution", "demo");
      expectRefusal(await pip(environment, ...words, "-I", "demo>=1"), "no-solution", "demo");
    } finally {
      poor.stop();
    }
  });

  test("what is there and fits is kept; what does not fit is replaced", async () => {
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", "demo==1.0"));
    expectSuccess(await pip(environment, "install", "demo>=1"));
    expect(installedIn(environment)).toContain("demo 1.0");
    expectSuccess(await pip(environment, "install", "demo>=2"));
    expect(installedIn(environment)).toContain("demo 2.0");
    expectSuccess(await pip(environment, "install", "demo<2"));
    expect(installedIn(environment)).toContain("demo 1.0");
  });

  test("--no-deps takes the name alone, and pip check notices", async () => {
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", "--no-deps", "demo"));
    expect(installedIn(environment)).toEqual(["demo 2.0"]);
    const check = await pip(environment, "check");
    expect(check.status).toBe(1);
    expect(`${check.stdout}${check.stderr}`).toContain("other");
  });

  test("--force-reinstall puts back what somebody changed", async () => {
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", "lone"));
    const module = join(sitePackages(environment), "lone", "__init__.py");
    rmSync(module);
    writeFileSync(module, "broken = True\n");
    expectSuccess(await pip(environment, "install", "--force-reinstall", "lone"));
    expect(readFileSync(module, "utf8")).toContain("3.0");
    expect(recordDefects(environment)).toEqual([]);
  });

  test("writing into an installed file does not reach the cache or another environment", async () => {
    const one = await fresh();
    const two = await fresh();
    for (const environment of [one, two]) expectSuccess(await pip(environment, "install", "lone"));
    const info = join(sitePackages(one), "lone-3.0.dist-info", "METADATA");
    writeFileSync(info, "changed");
    const three = await fresh();
    expectSuccess(await pip(three, "install", "lone"));
    for (const environment of [two, three]) expect(recordDefects(environment)).toEqual([]);
  });

  test("constraints, -r and words come together", async () => {
    const environment = await fresh();
    sandbox.write("limits.txt", "demo<2\n");
    sandbox.write(
      "wanted.txt",
      "-c limits.txt\ndemo\n# a comment\n\nlone ; python_version >= '3'\nother ; python_version < '3'\n",
    );
    expectSuccess(await pip(environment, "install", "-r", "wanted.txt", "extra"));
    expect(installedIn(environment)).toEqual(["demo 1.0", "extra 1.0", "lone 3.0", "other 1.5"]);
  });

  test("a requirements file comes from an address as well", async () => {
    const environment = await fresh();
    const server = serveIndex([], {
      intercept: (request) =>
        request.url.endsWith("/wanted.txt")
          ? new Response("lone\n-r more.txt\n")
          : request.url.endsWith("/more.txt")
            ? new Response("other\n")
            : undefined,
    });
    try {
      expectSuccess(
        await pip(environment, "install", "-r", server.url.replace("/simple", "/wanted.txt")),
      );
      expect(installedIn(environment)).toEqual(["lone 3.0", "other 1.5"]);
    } finally {
      server.stop();
    }
  });

  test("VIRTUAL_ENV, then .venv here or above, names the environment", async () => {
    const project = join(sandbox.work, "project");
    mkdirSync(join(project, "deep", "down"), { recursive: true });
    const environment = await sandbox.environment("project/.venv");
    const active = await fresh();
    const words = ["pip", "install", "--index-url", index.url];
    const { pkmCommand } = await import("../support/pkm.ts");
    const script = 'cd "$1"; shift; exec "$@"';
    expectSuccess(
      await sandbox.run([
        "sh",
        "-c",
        script,
        "sh",
        join(project, "deep", "down"),
        ...pkmCommand,
        ...words,
        "lone",
      ]),
    );
    expect(installedIn(environment)).toEqual(["lone 3.0"]);
    expectSuccess(
      await sandbox.run(["sh", "-c", script, "sh", project, ...pkmCommand, ...words, "other"], {
        env: { VIRTUAL_ENV: active },
      }),
    );
    expect(installedIn(environment)).toEqual(["lone 3.0"]);
    expect(installedIn(active)).toEqual(["other 1.5"]);
  });

  test("--python takes a folder, its interpreter, or a relative path", async () => {
    const environment = await fresh();
    for (const [word, name] of [
      [environment, "lone"],
      [join(environment, "bin", "python"), "other"],
      [basename(environment), "extra"],
    ] as const)
      expectSuccess(await sandbox.pkm(pipWords("install", word, index, name)));
    expect(installedIn(environment)).toEqual(["extra 1.0", "lone 3.0", "other 1.5"]);
  });
});

describe("trying it out first", () => {
  test("--dry-run says what would be done and changes nothing", async () => {
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", "demo==1.0"));
    const before = snapshot(environment);
    const run = await pip(environment, "install", "-U", "demo", "lone", "--dry-run");
    expectSuccess(run);
    expect(run.stderr + run.stdout).toMatch(/demo 1\.0 -> 2\.0/);
    expect(run.stderr + run.stdout).toContain("lone 3.0");
    expect(snapshot(environment)).toEqual(before);
  });

  test("--json prints one document on stdout and nothing else", async () => {
    const environment = await fresh();
    for (const more of [["--dry-run"], [], []]) {
      const run = await pip(environment, "install", "demo", "--json", ...more);
      expectSuccess(run);
      const document = JSON.parse(run.stdout) as { changes: unknown[] };
      expect(Array.isArray(document.changes)).toBe(true);
    }
  });

  test("--report has pip's shape", async () => {
    const environment = await fresh();
    const run = await pip(environment, "install", "demo", "--report", "-", "--dry-run", "-q");
    expectSuccess(run);
    const report = JSON.parse(run.stdout) as {
      version: string;
      install: {
        metadata: { name: string; version: string };
        requested: boolean;
        is_direct: boolean;
        is_yanked: boolean;
        download_info: { url: string; archive_info: { hashes: Record<string, string> } };
      }[];
      environment: Record<string, string>;
    };
    expect(report.version).toBe("1");
    expect(
      report.install
        .map(({ metadata, requested }) => [metadata.name, metadata.version, requested])
        .toSorted(([a], [b]) => String(a).localeCompare(String(b))),
    ).toEqual([
      ["demo", "2.0", true],
      ["other", "1.5", false],
    ]);
    for (const { download_info, is_direct, is_yanked } of report.install) {
      expect([is_direct, is_yanked]).toEqual([false, false]);
      expect(download_info.archive_info.hashes.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(download_info.url).toMatch(/\.whl$/);
    }
    expect(report.environment.python_version).toMatch(/^3\.\d+$/);
    expect(installedIn(environment)).toEqual([]);
    expectSuccess(await pip(environment, "install", "lone", "--report", "report.json"));
    expect(JSON.parse(readFileSync(join(sandbox.work, "report.json"), "utf8")).install.length).toBe(
      1,
    );
  });

  test("-q says nothing when all is well", async () => {
    const environment = await fresh();
    const run = await pip(environment, "install", "lone", "-q");
    expect(run).toEqual({ stdout: "", stderr: "", status: 0 });
  });
});

describe("hashes", () => {
  const line = (wheel: MadeWheel, hash = wheel.sha256): string =>
    `${wheel.recipe.name}==${wheel.recipe.version} --hash=sha256:${hash}\n`;
  const lone = wheels.lone as MadeWheel;
  const other = wheels.other as MadeWheel;
  const demo = wheels.demo2 as MadeWheel;

  test("that fit are fine, that do not are refused with both", async () => {
    const environment = await fresh();
    sandbox.write("good.txt", line(lone));
    expectSuccess(await pip(environment, "install", "-r", "good.txt"));
    sandbox.write("bad.txt", line(other, "0".repeat(64)));
    const before = snapshot(environment);
    expectRefusal(
      await pip(environment, "install", "-r", "bad.txt"),
      /hash|no-solution/,
      "other",
      /hash/,
    );
    expect(snapshot(environment)).toEqual(before);
  });

  test("one of several is enough", async () => {
    const environment = await fresh();
    sandbox.write(
      "several.txt",
      `lone==3.0 \\\n  --hash=sha256:${"0".repeat(64)} \\\n  --hash=sha256:${lone.sha256}\n`,
    );
    expectSuccess(await pip(environment, "install", "-r", "several.txt"));
  });

  test("sha512 as well", async () => {
    const environment = await fresh();
    const digest = createHash("sha512").update(lone.bytes).digest("hex");
    sandbox.write("long.txt", `lone==3.0 --hash=sha512:${digest}\n`);
    expectSuccess(await pip(environment, "install", "-r", "long.txt"));
    // Whether the cache holds the wheel or not.
    sandbox.write("long.txt", `other==1.5 --hash=sha512:${digest}\n`);
    for (const cache of ["cache", "another-cache"]) {
      const env = { PKM_CACHE_DIR: join(sandbox.folder, cache) };
      const words = pipWords("install", environment, index);
      expectRefusal(await sandbox.pkm([...words, "-r", "long.txt"], { env }), /hash/, "other");
    }
  });

  test("once one line has a hash, all need one; dependencies too", async () => {
    const environment = await fresh();
    sandbox.write("mixed.txt", `${line(lone)}other==1.5\n`);
    expectRefusal(await pip(environment, "install", "-r", "mixed.txt"), /./, "other");
    sandbox.write("dependent.txt", line(demo));
    expectRefusal(await pip(environment, "install", "-r", "dependent.txt"), /./, "other");
    sandbox.write("whole.txt", line(demo) + line(other));
    expectSuccess(await pip(environment, "install", "-r", "whole.txt"));
  });

  test("--require-hashes refuses what has none or is not pinned", async () => {
    const environment = await fresh();
    expectRefusal(
      await pip(environment, "install", "lone", "--require-hashes"),
      /./,
      "lone",
      /hash/,
    );
    sandbox.write("unpinned.txt", `lone>=3 --hash=sha256:${lone.sha256}\n`);
    expectRefusal(
      await pip(environment, "install", "-r", "unpinned.txt", "--require-hashes"),
      "hash-without-pin",
      "lone",
    );
    expect(installedIn(environment)).toEqual([]);
  });

  test("a page without hashes does not lower the guard", async () => {
    const environment = await fresh();
    const bare = serveIndex([], {
      intercept: (request) => {
        if (request.url.endsWith("/simple/lone/"))
          return new Response(`<a href="/files/${lone.filename}">${lone.filename}</a>`, {
            headers: { "content-type": "text/html" },
          });
        return request.url.endsWith(".whl")
          ? new Response(lone.bytes as Uint8Array<ArrayBuffer>)
          : undefined;
      },
    });
    try {
      const words = pipWords("install", environment, bare, "-r");
      sandbox.write("bad.txt", line(lone, "0".repeat(64)));
      expectRefusal(await sandbox.pkm([...words, "bad.txt"]), /hash/, "lone");
      expect(installedIn(environment)).toEqual([]);
      sandbox.write("good.txt", line(lone));
      expectSuccess(await sandbox.pkm([...words, "good.txt"]));
      expectSuccess(await pip(environment, "uninstall", "lone"));
      // Now that the cache holds it, too.
      expectRefusal(await sandbox.pkm([...words, "bad.txt"]), /hash/, "lone");
    } finally {
      bare.stop();
    }
  });
});

describe("direct addresses and paths", () => {
  const lone = wheels.lone as MadeWheel;

  test("are noted in direct_url.json as PEP 610 says, and frozen as such", async () => {
    const environment = await fresh();
    const url = index.url.replace("/simple", `/files/${lone.filename}`);
    expectSuccess(await pip(environment, "install", `lone @ ${url}`));
    const info = join(sitePackages(environment), "lone-3.0.dist-info");
    const direct = JSON.parse(readFileSync(join(info, "direct_url.json"), "utf8"));
    expect(direct.url).toBe(url);
    expect(direct.archive_info).toBeDefined();
    expect((await pip(environment, "freeze")).stdout).toContain(`lone @ ${url}`);
  });

  test("a wheel by its path, relative and absolute and as a file: address", async () => {
    const path = sandbox.write(`house/${lone.filename}`, lone.bytes);
    for (const word of [
      `./house/${lone.filename}`,
      `house/${lone.filename}`,
      path,
      `file://${path}`,
      `lone @ file://${path}`,
    ]) {
      const environment = await fresh();
      expectSuccess(await pip(environment, "install", word));
      expect(installedIn(environment)).toEqual(["lone 3.0"]);
      expect(recordDefects(environment)).toEqual([]);
    }
  });

  test("a local wheel that was built again is installed again when that is asked for", async () => {
    const environment = await fresh();
    const path = sandbox.write(
      "rebuilt/again-1.0-py3-none-any.whl",
      makeWheel({ name: "again", version: "1.0", files: { "again.py": "x = 1\n" } }).bytes,
    );
    expectSuccess(await pip(environment, "install", path));
    sandbox.write(
      "rebuilt/again-1.0-py3-none-any.whl",
      makeWheel({ name: "again", version: "1.0", files: { "again.py": "x = 22\n" } }).bytes,
    );
    expectSuccess(await pip(environment, "install", "--force-reinstall", path));
    expect(readFileSync(join(sitePackages(environment), "again.py"), "utf8")).toBe("x = 22\n");
    expect(recordDefects(environment)).toEqual([]);
  });

  test("a path that is not there, a wheel for another machine, a source tree", async () => {
    const environment = await fresh();
    expectRefusal(
      await pip(environment, "install", "./nowhere/x-1.0-py3-none-any.whl"),
      /./,
      "nowhere",
    );
    const foreign = makeWheel({ name: "foreign", version: "1.0", tag: "cp312-cp312-win_amd64" });
    const path = sandbox.write(foreign.filename, foreign.bytes);
    expectRefusal(
      await pip(environment, "install", path),
      /./,
      "foreign",
      /win_amd64|platform|Windows/,
    );
    sandbox.write("tree/pyproject.toml", '[project]\nname = "tree"\nversion = "1"\n');
    // The index has no setuptools.
    const tree = await pip(environment, "install", "./tree");
    expectRefusal(tree, "build-requirements-unsolvable", "tree", "setuptools");
    const editable = await pip(environment, "install", "-e", "./tree");
    expectRefusal(editable, "build-requirements-unsolvable", "tree");
  });
});

describe("offline", () => {
  test("what the cache holds is installed without a request; what it lacks is named", async () => {
    const one = await fresh();
    expectSuccess(await pip(one, "install", "demo"));
    const two = await fresh();
    index.requests.length = 0;
    expectSuccess(await pip(two, "install", "demo", "--offline"));
    expect(index.requests).toEqual([]);
    expect(installedIn(two)).toEqual(["demo 2.0", "other 1.5"]);
    expectRefusal(await pip(two, "install", "nonesuch", "--offline"), /./, "nonesuch");
    expect(index.requests).toEqual([]);
  });

  test("--no-cache leaves nothing behind", async () => {
    const environment = await fresh();
    const cache = join(sandbox.folder, "never");
    const run = await sandbox.pkm(pipWords("install", environment, index, "--no-cache", "lone"), {
      env: { PKM_CACHE_DIR: cache },
    });
    expectSuccess(run);
    expect(existsSync(cache) ? readdirSync(cache) : []).toEqual([]);
  });
});

describe("other places", () => {
  test("--target fills a plain folder that Python can be pointed to", async () => {
    const environment = await fresh();
    const before = snapshot(environment);
    const target = join(sandbox.work, "target");
    expectSuccess(await pip(environment, "install", "demo", "--target", "target"));
    expect(readdirSync(target)).toContain("demo");
    expect(snapshot(environment)).toEqual(before);
    const run = await sandbox.run([testPython, "-c", "import demo; demo.main()"], {
      env: { PYTHONPATH: target },
    });
    expect(run.stdout).toBe("two\n");
    expectSuccess(
      await pip(environment, "install", "demo==1.0", "--target", "target", "--upgrade"),
    );
    expect(
      readdirSync(target)
        .filter((name) => name.endsWith(".dist-info"))
        .sort(),
    ).toEqual(["demo-1.0.dist-info", "other-1.5.dist-info"]);
  });

  test("--prefix lays out a prefix of the interpreter's kind", async () => {
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", "demo", "--prefix", "prefix"));
    const prefix = join(sandbox.work, "prefix");
    expect(existsSync(join(prefix, "bin", "demo-run"))).toBe(true);
    expect(installedIn(prefix)).toEqual(["demo 2.0", "other 1.5"]);
    expect(recordDefects(prefix)).toEqual([]);
    expect(installedIn(environment)).toEqual([]);
  });

  test("--user is refused in an environment and goes to the home folder elsewhere", async () => {
    const environment = await fresh();
    expectRefusal(await pip(environment, "install", "lone", "--user"), /./, "--user");
    const code = "import os, sys; print(os.path.realpath(sys.executable))";
    const python = (await sandbox.run([testPython, "-c", code])).stdout.trim();
    const words = ["pip", "install", "lone", "--user", "--python", python];
    const run = await sandbox.pkm([...words, "--index-url", index.url, "--break-system-packages"]);
    expectSuccess(run);
    const asked = await sandbox.run([python, "-c", "import lone; print(lone.__file__)"]);
    expect(asked.stdout).toStartWith(`${sandbox.env.HOME}/`);
    const removing = ["pip", "uninstall", "lone", "--user", "--python", python];
    expectSuccess(await sandbox.pkm([...removing, "--break-system-packages"]));
    expect((await sandbox.run([python, "-c", "import lone"])).status).toBe(1);
  });

  test("--user in an environment that sees the system's packages is as with pip", async () => {
    const environment = await sandbox.environment("seeing", "--system-site-packages");
    const python = join(environment, "bin", "python");
    const own = snapshot(environment);
    const where = "import demo; print(demo.__file__)";
    expectSuccess(await pip(environment, "install", "demo==1.0", "--user"));
    expect((await sandbox.run([python, "-c", where])).stdout).toStartWith(`${sandbox.env.HOME}/`);
    expect(snapshot(environment)).toEqual(own);
    const script = join(sandbox.env.HOME as string, ".local", "bin", "demo-run");
    expect((await sandbox.run([script])).stdout).toBe("one\n");
    const again = await pip(environment, "install", "demo");
    expect(again.stderr).toContain("Nothing to do");
    expectSuccess(await pip(environment, "install", "demo==2.0"));
    expect((await sandbox.run([python, "-c", where])).stdout).toStartWith(`${environment}/`);
    const hidden = await pip(environment, "install", "demo==1.0", "--user", "--force-reinstall");
    expectRefusal(hidden, "environment-hides-user-site", "demo", environment);
    expectSuccess(await pip(environment, "uninstall", "demo", "other"));
    expectSuccess(await pip(environment, "uninstall", "demo", "other", "--user"));
    expect((await sandbox.run([python, "-c", "import demo"])).status).toBe(1);
  });

  test("--system means the Python on PATH, not the environment that is active", async () => {
    const environment = await fresh();
    const words = ["pip", "install", "lone", "--system", "--index-url", index.url];
    const run = await sandbox.pkm([...words, "--dry-run", "--break-system-packages"], {
      env: { VIRTUAL_ENV: environment },
    });
    expectSuccess(run);
    expect(run.stderr + run.stdout).toContain("lone 3.0");
    expect(installedIn(environment)).toEqual([]);
  });

  test("a Python that its system manages is left alone (PEP 668), and says what to do", async () => {
    // An imitation: another prefix around the same standard library, with the marker in it.
    const managed = join(sandbox.work, "managed");
    const ask = async (code: string): Promise<string> =>
      (await sandbox.run([testPython, "-c", code])).stdout.trim();
    const version = await ask("import sys; print('%d.%d' % sys.version_info[:2])");
    const real = await ask("import sysconfig; print(sysconfig.get_paths()['stdlib'])");
    const executable = await ask("import os, sys; print(os.path.realpath(sys.executable))");
    const library = join(managed, "lib", `python${version}`);
    mkdirSync(join(managed, "bin"), { recursive: true });
    mkdirSync(join(library, "site-packages"), { recursive: true });
    for (const name of readdirSync(real))
      if (name !== "site-packages" && name !== "EXTERNALLY-MANAGED")
        symlinkSync(join(real, name), join(library, name));
    copyFileSync(executable, join(managed, "bin", `python${version}`));
    const python = join(managed, "bin", `python${version}`);
    const prefix = await sandbox.run([python, "-c", "import sys; print(sys.prefix)"]);
    if (prefix.stdout.trim() !== managed) return; // This Python cannot be moved; another test machine will do.
    writeFileSync(
      join(library, "EXTERNALLY-MANAGED"),
      "[externally-managed]\nError=Use the system's own tool.\n",
    );
    const words = pipWords("install", python, index, "lone");
    expectRefusal(
      await sandbox.pkm(words),
      "externally-managed",
      "Use the system's own tool.",
      "--break-system-packages",
    );
    const removing = await sandbox.pkm(["pip", "uninstall", "--python", python, "lone"]);
    expectRefusal(removing, "externally-managed");
    expectSuccess(await sandbox.pkm([...words, "--break-system-packages"]));
    expectSuccess(
      await sandbox.pkm(pipWords("install", python, index, "--target", "elsewhere", "lone")),
    );
    expectSuccess(await sandbox.pkm(["pip", "list", "--python", python]));
  }, 60_000);
});

describe("sync", () => {
  test("makes the environment exactly what the file pins", async () => {
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", "demo==1.0", "lone"));
    sandbox.write("exact.txt", "demo==2.0\nother==1.5\n");
    expectSuccess(await pip(environment, "sync", "exact.txt"));
    expect(installedIn(environment)).toEqual(["demo 2.0", "other 1.5"]);
    expect(recordDefects(environment)).toEqual([]);
    const before = snapshot(environment);
    expectSuccess(await pip(environment, "sync", "exact.txt"));
    expect(snapshot(environment)).toEqual(before);
    const trial = await sandbox.pkm([
      "pip",
      "sync",
      "--dry-run",
      "--python",
      environment,
      "--index-url",
      index.url,
      sandbox.write("none.txt", "lone==3.0\n"),
    ]);
    expectSuccess(trial);
    expect(snapshot(environment)).toEqual(before);
  });

  test("a file that cannot be satisfied changes nothing", async () => {
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", "demo==1.0"));
    const before = snapshot(environment);
    sandbox.write("exact.txt", "demo==2.0\nnonesuch==1.0\n");
    expectRefusal(await pip(environment, "sync", "exact.txt"), /./, "nonesuch");
    expect(snapshot(environment)).toEqual(before);
  });
});

describe("uninstalling", () => {
  test("leaves the environment as it was before, bytecode and empty folders included", async () => {
    const environment = await fresh();
    const before = snapshot(environment);
    expectSuccess(await pip(environment, "install", "demo", "extra[plus]"));
    await sandbox.run([
      join(environment, "bin", "python"),
      "-c",
      "import demo, other, lone, extra",
    ]);
    const run = await pip(environment, "uninstall", "demo", "other", "lone", "Extra");
    expectSuccess(run);
    expect(snapshot(environment)).toEqual(before);
  });

  test("does not ask, takes -y and -r, and warns of what is not there", async () => {
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", "lone", "other"));
    sandbox.write("gone.txt", "lone\n");
    expectSuccess(await pip(environment, "uninstall", "-y", "-r", "gone.txt"));
    expect(installedIn(environment)).toEqual(["other 1.5"]);
    const missing = await pip(environment, "uninstall", "nonesuch");
    expect(missing.status).toBe(0);
    expect(missing.stderr).toContain("nonesuch");
  });

  test("keeps files that somebody else put into a folder of the distribution", async () => {
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", "lone"));
    const mine = join(sitePackages(environment), "lone", "mine.txt");
    writeFileSync(mine, "keep me");
    expectSuccess(await pip(environment, "uninstall", "lone"));
    expect(readFileSync(mine, "utf8")).toBe("keep me");
  });

  test("a distribution without RECORD, and one whose RECORD leads out, are refused", async () => {
    const environment = await fresh();
    expectSuccess(await pip(environment, "install", "lone", "other"));
    rmSync(join(sitePackages(environment), "lone-3.0.dist-info", "RECORD"));
    expectRefusal(await pip(environment, "uninstall", "lone"), "no-record", "lone");
    const precious = sandbox.write("precious.txt", "do not touch");
    const record = join(sitePackages(environment), "other-1.5.dist-info", "RECORD");
    writeFileSync(
      record,
      `${readFileSync(record, "utf8")}${precious},,\n../../../../../precious.txt,,\n`,
    );
    const before = snapshot(environment);
    expectRefusal(await pip(environment, "uninstall", "other"), "record-leaves-environment");
    expect(existsSync(precious)).toBe(true);
    expect(snapshot(environment)).toEqual(before);
  });
});

describe("what pip installed", () => {
  test("is read, upgraded and removed; and pip reads, upgrades and removes what pkm installed", async () => {
    const environment = await fresh("--seed", "--no-index");
    const python = join(environment, "bin", "python");
    if (!existsSync(join(environment, "bin", "pip"))) throw new Error("no pip was seeded");
    const realPip = (...words: string[]): Promise<Finished> =>
      sandbox.run([python, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir", ...words]);
    expect((await realPip("install", "--index-url", index.url, "demo==1.0")).status).toBe(0);
    expectSuccess(await pip(environment, "install", "-U", "demo"));
    expect(recordDefects(environment).filter((defect) => !/pip/.test(defect))).toEqual([]);
    expectSuccess(await pip(environment, "install", "lone"));
    const listed = JSON.parse((await realPip("list", "--format", "json")).stdout) as unknown;
    expect(JSON.parse((await pip(environment, "list", "--format", "json")).stdout)).toEqual(listed);
    expect((await realPip("check")).status).toBe(0);
    expect((await realPip("uninstall", "-y", "demo", "lone")).status).toBe(0);
    expect(installedIn(environment).filter((name) => /demo|lone/.test(name))).toEqual([]);
    expect(existsSync(join(sitePackages(environment), "demo"))).toBe(false);
    expect(existsSync(join(environment, "bin", "demo-run"))).toBe(false);
    expectSuccess(await pip(environment, "uninstall", "other"));
  }, 60_000);
});

test("scripts are executable and start with the environment's Python, however long its path is", async () => {
  const long = join("long".repeat(40), "path with spaces");
  const environment = await sandbox.environment(long);
  expectSuccess(await pip(environment, "install", "demo"));
  const script = join(environment, "bin", "demo-run");
  expect(statSync(script).mode & 0o111).toBe(0o111);
  expect((await sandbox.run([script])).stdout).toBe("two\n");
});
