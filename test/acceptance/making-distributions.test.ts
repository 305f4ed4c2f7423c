import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expectRefusal, expectSuccess } from "../support/answers.ts";
import { snapshot } from "../support/folder.ts";
import { type Finished, pkmCommand, Sandbox, testPython } from "../support/pkm.ts";
import { commitAll, tinyProject } from "../support/tiny-backend.ts";

// Several processes a test, some of them Pythons.
setDefaultTimeout(60_000);

let sandbox: Sandbox;
let tree: string;

beforeEach(() => {
  sandbox = new Sandbox();
  tree = tinyProject(sandbox);
});
afterEach(() => sandbox.remove());

const build = (words: readonly string[], env: Record<string, string> = {}): Promise<Finished> =>
  sandbox.pkm(["build", "--no-index", "--python", testPython, ...words], { env });
const files = (folder: string): string[] =>
  existsSync(join(sandbox.work, folder)) ? readdirSync(join(sandbox.work, folder)).sort() : [];

describe("pkm build", () => {
  test("makes an sdist, and the wheel out of it, in `dist` of the project", async () => {
    const built = await build(["tiny"]);
    expectSuccess(built);
    expect(built.stdout).toBe("Successfully built tiny-1.0.tar.gz and tiny-1.0-py3-none-any.whl\n");
    expect(files("tiny/dist")).toEqual(["tiny-1.0-py3-none-any.whl", "tiny-1.0.tar.gz"]);
    // What a backend prints is in the log.
    expect(built.stdout + built.stderr).not.toContain("building a wheel");
  });

  test("builds where it stands when no folder is named", async () => {
    const argv = [...pkmCommand, "build", "--no-index", "--python", testPython];
    const built = await sandbox.run(["sh", "-c", 'cd tiny && "$@"', "sh", ...argv, "--wheel"]);
    expect(built.stdout).toBe("Successfully built tiny-1.0-py3-none-any.whl\n");
  });

  test.each([
    [["--sdist"], ["tiny-1.0.tar.gz"]],
    [["--wheel"], ["tiny-1.0-py3-none-any.whl"]],
    [
      ["--sdist", "--wheel"],
      ["tiny-1.0-py3-none-any.whl", "tiny-1.0.tar.gz"],
    ],
  ])("%p makes %p", async (words, expected) => {
    expectSuccess(await build(["tiny", "-o", "out", ...words]));
    expect(files("out")).toEqual(expected);
  });

  test("makes a wheel of an sdist, beside it or where it is told", async () => {
    expectSuccess(await build(["tiny", "--sdist", "-o", "out"]));
    expectSuccess(await build(["out/tiny-1.0.tar.gz"]));
    expectSuccess(await build(["out/tiny-1.0.tar.gz", "-o", "wheels"]));
    expect(files("out")).toEqual(["tiny-1.0-py3-none-any.whl", "tiny-1.0.tar.gz"]);
    expect(files("wheels")).toEqual(["tiny-1.0-py3-none-any.whl"]);
    expectRefusal(await build(["out/tiny-1.0.tar.gz", "--sdist"]), "already-sdist");
  });

  test("lists what the files would hold, and leaves none", async () => {
    const listed = await build(["tiny", "--list"]);
    expectSuccess(listed);
    expect(listed.stdout).toStartWith(
      "tiny-1.0.tar.gz\n  tiny-1.0/PKG-INFO 46\n  tiny-1.0/pyproject.toml ",
    );
    expect(listed.stdout).toContain("\ntiny-1.0-py3-none-any.whl\n  tiny.py 10\n");
    expect(files("tiny")).toEqual(["backend", "pyproject.toml", "tiny.py"]);
  });

  test("leaves the tree as it was, and the cache without what it made", async () => {
    const before = snapshot(tree);
    expectSuccess(await build(["tiny", "-o", "out"]));
    rmSync(join(tree, "backend/__pycache__"), { recursive: true, force: true });
    expect(snapshot(tree)).toEqual(before);
  });

  test("hands settings to the backend, a key by itself with an empty value", async () => {
    const told = ["-C", "a=1", "--config-setting", "a=2", "--config-settings=b=x=y", "-C", "c"];
    const listed = await build(["tiny", "--wheel", "--list", ...told]);
    expect(listed.stdout).toContain("  told.txt ");
    expectSuccess(await build(["tiny", "--wheel", "-o", "out", ...told]));
    const read = `import zipfile; print(zipfile.ZipFile("out/tiny-1.0-py3-none-any.whl").read("told.txt").decode())`;
    const { stdout } = await sandbox.run([testPython, "-c", read]);
    expect(stdout.trim()).toBe("{'a': ['1', '2'], 'b': 'x=y', 'c': ''}");
  });

  test("says where two builds differ, and keeps what it made", async () => {
    expectSuccess(await build(["tiny", "--repro-check", "-o", "out"]));
    const epoch = { SOURCE_DATE_EPOCH: "1700000000" };
    expectSuccess(await build(["tiny", "--repro-check", "--wheel", "-o", "out"], epoch));
    const first = readFileSync(join(sandbox.work, "out/tiny-1.0-py3-none-any.whl"));
    expectSuccess(await build(["tiny", "--wheel", "-o", "again"], epoch));
    expect(readFileSync(join(sandbox.work, "again/tiny-1.0-py3-none-any.whl"))).toEqual(first);
    const differing = await build(["tiny", "--repro-check", "--wheel"], { TINY_RANDOM: "1" });
    expectRefusal(differing, "not-reproducible");
    expect(differing.stderr).toContain("`random.txt` has another byte");
  });

  test.each([
    ["a backend that cannot be imported", "tiny/backend/tiny_backend.py", "import none\n"],
    ["a backend that fails", "tiny/backend/tiny_backend.py", "def build_wheel(*a, **k): 1 / 0\n"],
    ["a table that is none", "tiny/pyproject.toml", "[build-system]\nbuild-backend = 1\n"],
    ["no project", "tiny/pyproject.toml", undefined],
  ])("with %s leaves nothing and says what failed", async (_, path, content) => {
    if (content === undefined) rmSync(join(sandbox.work, path));
    else sandbox.write(path, content);
    const built = await build(["tiny", "--wheel", "-o", "out"]);
    expect(built.status).toBe(1);
    expect(built.stderr).toMatch(/^error: /m);
    expect(built.stderr).not.toMatch(/\.ts:\d+|at async/);
    expect(files("out")).toEqual([]);
  });

  test("of what is not there is refused", async () => {
    expectRefusal(await build(["none"]), "source-missing");
  });
});

describe("pkm pip install, from a file", () => {
  const pack = `
import gzip, shutil, sys, tarfile, zipfile
source, target, form = sys.argv[1:]
with tarfile.open(source) as tar:
    members = [(m, tar.extractfile(m)) for m in tar.getmembers()]
    if form == "zip":
        with zipfile.ZipFile(target, "w") as archive:
            for member, content in members:
                archive.writestr(member.name, content.read())
    else:
        with tarfile.open(target, "w:" + form) as made:
            for member, content in members:
                made.addfile(member, content)
`;
  test.each([
    ["tar", ""],
    ["tgz", "gz"],
    ["tar.bz2", "bz2"],
    ["tar.xz", "xz"],
    ["zip", "zip"],
  ])("an sdist as .%s is built, by its path and out of a folder", async (ending, form) => {
    expectSuccess(await build(["tiny", "--sdist", "-o", "out"]));
    const path = join(sandbox.work, `tiny-1.0.${ending}`);
    const packed = ["out/tiny-1.0.tar.gz", path, form];
    const made = await sandbox.run([testPython, "-c", pack, ...packed]);
    // A Python without the library can neither pack nor unpack it.
    if (made.status !== 0) return expect(made.stderr).toMatch(/not available/);
    const environment = await sandbox.environment();
    const install = ["pip", "install", "--no-index", "--python", environment];
    expectSuccess(await sandbox.pkm([...install, path]));
    const frozen = await sandbox.pkm(["pip", "freeze", "--python", environment]);
    expect(frozen.stdout).toMatch(/^tiny @ file:\S+#sha256=[0-9a-f]{64}\n$/);
    expectSuccess(await sandbox.pkm([...install, "--find-links", ".", "--reinstall", "tiny==1.0"]));
    const found = await sandbox.pkm(["pip", "freeze", "--python", environment]);
    expect(found.stdout).toBe("tiny==1.0\n");
  });
});

describe("pkm pip install, from a repository", () => {
  // Skipped without git: it makes the repositories, and pkm reads them by it.
  test.skipIf(Bun.which("git") === null)(
    "installs a tag, notes commit and tag, and builds once for a commit",
    async () => {
      commitAll(tree, "v1.0");
      const environment = await sandbox.environment();
      const word = `tiny @ git+file://${tree}@v1.0`;
      const install = (...words: string[]): Promise<Finished> =>
        sandbox.pkm(["-v", "pip", "install", "--no-index", "--python", environment, ...words]);
      const first = await install(word);
      expectSuccess(first);
      expect(first.stderr).toContain("the log of");
      const again = await install("--reinstall", word);
      expectSuccess(again);
      expect(again.stderr).not.toContain("the log of");
      const frozen = await sandbox.pkm(["pip", "freeze", "--python", environment]);
      expect(frozen.stdout).toMatch(/^tiny @ git\+file:\/\/.*\/tiny@[0-9a-f]{40}\n$/);
      expectSuccess(await sandbox.pkm(["cache", "clean"]));
      expectSuccess(await install("--reinstall", word));
      const unknown = await install("--reinstall", `tiny @ git+file://${tree}@v9`);
      expectRefusal(unknown, "git-revision-unknown");
    },
  );

  // Skipped without git: it makes the repositories, and pkm reads them by it.
  test.skipIf(Bun.which("git") === null)(
    "saves a checkout as a zip of its tree with pip download, and a folder not at all",
    async () => {
      commitAll(tree, "v1.0");
      const download = (...words: string[]): Promise<Finished> =>
        sandbox.pkm(["pip", "download", "--no-index", "--python", testPython, ...words]);
      expectSuccess(await download("-d", "saved", `tiny @ git+file://ada:secret@${tree}@v1.0`));
      const saved = join(sandbox.work, "saved");
      expect(readdirSync(saved)).toEqual(["tiny-1.0.zip"]);
      const script = `
import zipfile
archive = zipfile.ZipFile("saved/tiny-1.0.zip")
print(*sorted(name for name in archive.namelist() if ".git/" not in name))
print(b"secret" in b"".join(map(archive.read, archive.namelist())))
`;
      const listed = await sandbox.run([testPython, "-c", script]);
      expect(listed.stdout).toBe(
        "tiny/backend/tiny_backend.py tiny/pyproject.toml tiny/tiny.py\nFalse\n",
      );
      const environment = await sandbox.environment("from-zip");
      const words = ["install", "--no-index", "--find-links", saved, "--python", environment];
      expectSuccess(await sandbox.pkm(["pip", ...words, "tiny"]));
      const folder = await download("-d", "nothing", tree);
      expectSuccess(folder);
      expect(folder.stdout).toBe("Successfully downloaded tiny\n");
      expect(folder.stderr).toContain("tiny is not copied");
      expect(readdirSync(join(sandbox.work, "nothing"))).toEqual([]);
    },
  );

  test("of another version control system is refused by name", async () => {
    const environment = await sandbox.environment();
    const word = "tiny @ hg+https://host.example/tiny";
    const words = ["pip", "install", "--no-index", "--python", environment, word];
    expectRefusal(await sandbox.pkm(words), "vcs-unsupported");
  });
});
