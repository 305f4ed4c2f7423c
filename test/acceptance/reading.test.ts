import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expectNoTrace, expectRefusal, expectSuccess } from "../support/answers.ts";
import { sitePackages, snapshot } from "../support/folder.ts";
import { fileOf, serveIndex, type TestIndex } from "../support/index-server.ts";
import { type Finished, Sandbox } from "../support/pkm.ts";
import { pipWords } from "../support/workplace.ts";
import { makeWheel } from "../support/wheel-maker.ts";

let sandbox: Sandbox;
let index: TestIndex;
let environment: string;
beforeAll(async () => {
  sandbox = new Sandbox();
  index = serveIndex(
    [
      makeWheel({
        name: "Top.Level",
        version: "2.0",
        requires: ["middle>=1", "extra[plus]"],
        summary: "At the top",
        metadata: ["License: MIT", "Author: Somebody", "Home-page: https://index.example/top"],
        consoleScripts: { top: "top_level:main" },
      }),
      makeWheel({ name: "middle", version: "1.0", requires: ["bottom"] }),
      makeWheel({ name: "middle", version: "1.1", requires: ["bottom"] }),
      makeWheel({ name: "bottom", version: "1.0" }),
      makeWheel({
        name: "extra",
        version: "0.1",
        extras: ["plus"],
        requires: ["bottom; extra == 'plus'"],
      }),
    ].map((wheel) => fileOf(wheel)),
  );
  environment = await sandbox.environment();
  const run = await sandbox.pkm(
    pipWords("install", environment, index, "top-level", "middle==1.0"),
  );
  if (run.status !== 0) throw new Error(run.stderr);
});
afterAll(() => {
  index.stop();
  sandbox.remove();
});

const pip = (...words: string[]): Promise<Finished> =>
  sandbox.pkm(["pip", ...words, "--python", environment]);

describe("pip list", () => {
  test("--format json is pip's list", async () => {
    const run = await pip("list", "--format", "json");
    expectSuccess(run);
    expect(run.stderr).toBe("");
    expect(JSON.parse(run.stdout)).toEqual([
      { name: "bottom", version: "1.0" },
      { name: "extra", version: "0.1" },
      { name: "middle", version: "1.0" },
      { name: "Top.Level", version: "2.0" },
    ]);
  });

  test("columns and freeze are pip's as well", async () => {
    expect((await pip("list")).stdout.split("\n").slice(0, 3)).toEqual([
      "Package   Version",
      "--------- -------",
      "bottom    1.0",
    ]);
    expect((await pip("list", "--format=freeze")).stdout).toBe(
      "bottom==1.0\nextra==0.1\nmiddle==1.0\nTop.Level==2.0\n",
    );
  });

  test("--outdated asks the index, --not-required asks nobody", async () => {
    const run = await pip("list", "--outdated", "--format", "json", "--index-url", index.url);
    expectSuccess(run);
    const found = JSON.parse(run.stdout) as Record<string, string>[];
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      name: "middle",
      version: "1.0",
      latest_version: "1.1",
      latest_filetype: "wheel",
    });
    index.requests.length = 0;
    expect((await pip("list", "--not-required", "--format=freeze")).stdout).toBe(
      "Top.Level==2.0\n",
    );
    expect(index.requests).toEqual([]);
  });
});

describe("pip freeze, show, check, tree", () => {
  test("freeze", async () => {
    const run = await pip("freeze");
    expect(run).toEqual({
      stdout: "bottom==1.0\nextra==0.1\nmiddle==1.0\nTop.Level==2.0\n",
      stderr: "",
      status: 0,
    });
    sandbox.write("frozen.txt", run.stdout);
    const again = await sandbox.pkm(
      pipWords("install", environment, index, "-r", "frozen.txt", "--dry-run", "--json"),
    );
    expectSuccess(again);
    expect((JSON.parse(again.stdout) as { changes: unknown[] }).changes).toEqual([]);
  });

  test("show takes any spelling, and names files with -f", async () => {
    const run = await pip("show", "top_level", "-f");
    expectSuccess(run);
    for (const line of [
      "Name: Top.Level",
      "Version: 2.0",
      "Summary: At the top",
      "License: MIT",
      "Author: Somebody",
      "Home-page: https://index.example/top",
      "Requires: extra, middle",
      "Required-by: ",
      "top_level/__init__.py",
    ])
      expect(run.stdout).toContain(line);
    expect((await pip("show", "bottom")).stdout).toMatch(/^Required-by: middle$/m);
    const several = await pip("show", "bottom", "middle");
    expect(several.stdout).toMatch(/^---$/m);
  });

  test("show of what is not there is a warning, and a failure when nothing is", async () => {
    const none = await pip("show", "nonesuch");
    expect(none.status).toBe(1);
    expect(none.stderr).toContain("nonesuch");
    expectNoTrace(none);
    const some = await pip("show", "nonesuch", "bottom");
    expect(some.status).toBe(0);
    expect(some.stderr).toContain("nonesuch");
  });

  test("check is silent in its status when all is well, and names what is wrong", async () => {
    expectSuccess(await pip("check"));
    const info = join(sitePackages(environment), "bottom-1.0.dist-info", "METADATA");
    const text = readFileSync(info, "utf8");
    rmSync(info);
    writeFileSync(
      info,
      text.replace(
        "Version: 1.0",
        "Version: 1.0\nRequires-Dist: absent>=3\nRequires-Dist: middle>=9\nRequires-Python: >=9",
      ),
    );
    const run = await pip("check");
    expect(run.status).toBe(1);
    for (const word of ["bottom", "absent", "middle"])
      expect(run.stdout + run.stderr).toContain(word);
    expectNoTrace(run);
    writeFileSync(info, text);
  });

  test("tree shows who needs whom, both ways", async () => {
    const run = await pip("tree");
    expectSuccess(run);
    const lines = run.stdout.trim().split("\n");
    expect(lines[0]).toMatch(/^top-level|^Top\.Level/);
    expect(run.stdout).toMatch(/middle/);
    expect(run.stdout).toMatch(/bottom/);
  });
});

describe("odd things in site-packages", () => {
  const odd = async (prepare: (site: string) => void): Promise<string> => {
    const path = await sandbox.environment(`odd${Math.random().toString(36).slice(2)}`);
    prepare(sitePackages(path));
    return path;
  };
  const on = (path: string, ...words: string[]): Promise<Finished> =>
    sandbox.pkm(["pip", ...words, "--python", path]);

  test("broken metadata is passed over or named, never a trace", async () => {
    const path = await odd((site) => {
      for (const [folder, files] of [
        ["empty-1.0.dist-info", {}],
        ["nameless-1.0.dist-info", { METADATA: "Metadata-Version: 2.1\n" }],
        ["binary-1.0.dist-info", { METADATA: "\u0000\u0001\u0002" }],
        ["noversion.dist-info", { METADATA: "Metadata-Version: 2.1\nName: noversion\n" }],
        [
          "bad-one.two.dist-info",
          { METADATA: "Metadata-Version: 2.1\nName: bad\nVersion: one.two\n" },
        ],
        [
          "req-1.0.dist-info",
          {
            METADATA: "Metadata-Version: 2.1\nName: req\nVersion: 1.0\nRequires-Dist: =>nonsense\n",
          },
        ],
        ["old-1.0.egg-info", { "PKG-INFO": "Metadata-Version: 1.0\nName: old\nVersion: 1.0\n" }],
        ["~emp-1.0.dist-info", { METADATA: "Metadata-Version: 2.1\nName: temp\nVersion: 1.0\n" }],
      ] as const) {
        mkdirSync(join(site, folder));
        for (const [name, content] of Object.entries(files))
          writeFileSync(join(site, folder, name), content as string);
      }
      writeFileSync(
        join(site, "flat-2.0.egg-info"),
        "Metadata-Version: 1.0\nName: flat\nVersion: 2.0\n",
      );
      writeFileSync(join(site, "linked.egg-link"), "/nowhere/at/all\n.\n");
      writeFileSync(join(site, "odd.pth"), "/nowhere\nimport sys\n\u0000\n");
      writeFileSync(join(site, "file.dist-info"), "not a folder");
    });
    for (const words of [
      ["list"],
      ["list", "--format", "json"],
      ["freeze"],
      ["check"],
      ["tree"],
      ["show", "old", "req"],
    ]) {
      const run = await on(path, ...words);
      expectNoTrace(run);
      if (words[0] === "list") expectSuccess(run);
    }
    const names = (
      JSON.parse((await on(path, "list", "--format", "json")).stdout) as { name: string }[]
    ).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["flat", "old", "req"]));
    expect(names).not.toContain("temp");
    const install = await sandbox.pkm(pipWords("install", path, index, "bottom"));
    expectSuccess(install);
    // Who needs the broken one itself gets it anew, or hears which it is.
    for (const name of ["req", "empty", "nameless", "binary"]) {
      const words = pipWords("install", path, index, name);
      const run = await sandbox.pkm(words);
      expectNoTrace(run);
      if (run.status !== 0) expectRefusal(run, /./, name);
    }
    expectRefusal(await on(path, "uninstall", "flat"), "distutils-installed", "flat");
  });

  test("two dist-info folders of one name, as a killed pip leaves them", async () => {
    const path = await odd((site) => {
      for (const version of ["1.0", "2.0"]) {
        mkdirSync(join(site, `twice-${version}.dist-info`));
        writeFileSync(
          join(site, `twice-${version}.dist-info`, "METADATA"),
          `Metadata-Version: 2.1\nName: twice\nVersion: ${version}\n`,
        );
        writeFileSync(join(site, `twice-${version}.dist-info`, "RECORD"), "");
      }
    });
    for (const words of [["list"], ["freeze"], ["check"]]) expectNoTrace(await on(path, ...words));
    expectNoTrace(await on(path, "uninstall", "twice"));
  });

  test("an editable installation is listed with its place", async () => {
    const project = join(sandbox.work, "editable-project");
    mkdirSync(project);
    const path = await odd((site) => {
      const info = join(site, "mine-0.1.dist-info");
      mkdirSync(info);
      writeFileSync(join(info, "METADATA"), "Metadata-Version: 2.1\nName: mine\nVersion: 0.1\n");
      writeFileSync(
        join(info, "RECORD"),
        "mine-0.1.dist-info/METADATA,,\nmine-0.1.dist-info/RECORD,,\nmine-0.1.dist-info/direct_url.json,,\n__editable__.mine.pth,,\n",
      );
      writeFileSync(
        join(info, "direct_url.json"),
        JSON.stringify({ url: `file://${project}`, dir_info: { editable: true } }),
      );
      writeFileSync(join(site, "__editable__.mine.pth"), `${project}\n`);
    });
    const listed = await on(path, "list", "--format", "json");
    expect(JSON.parse(listed.stdout)).toEqual([
      { name: "mine", version: "0.1", editable_project_location: project },
    ]);
    const frozen = await on(path, "freeze");
    expectSuccess(frozen);
    expect(frozen.stdout).toContain(`-e ${project}`);
    expectSuccess(await on(path, "uninstall", "mine"));
    expect(Object.keys(snapshot(sitePackages(path)))).toEqual([]);
  });
});

describe("the cache", () => {
  test("dir, size, prune, clean by name, clean, verify", async () => {
    const env = { PKM_CACHE_DIR: join(sandbox.folder, "looked-after") };
    const target = join(sandbox.work, "looked-after");
    const words = pipWords(
      "install",
      environment,
      index,
      "bottom",
      "middle==1.1",
      "--target",
      target,
    );
    expectSuccess(await sandbox.pkm(words, { env }));
    expect((await sandbox.pkm(["cache", "dir"], { env })).stdout.trim()).toBe(env.PKM_CACHE_DIR);
    const size = await sandbox.pkm(["cache", "size"], { env });
    expectSuccess(size);
    expect(size.stdout).toMatch(/\d/);
    for (const command of [
      ["verify"],
      ["prune"],
      ["clean", "bottom"],
      ["verify"],
      ["clean"],
      ["size"],
      ["verify"],
      ["prune"],
    ])
      expectSuccess(await sandbox.pkm(["cache", ...command], { env }));
    expect(snapshot(target)["bottom/__init__.py"]).toBeDefined();
    rmSync(target, { recursive: true });
    expectSuccess(await sandbox.pkm(words, { env }));
  });

  test("a cache that was never made has nothing to clean", async () => {
    const env = { PKM_CACHE_DIR: join(sandbox.folder, "not-there") };
    for (const command of ["size", "verify", "prune", "clean"])
      expectSuccess(await sandbox.pkm(["cache", command], { env }));
  });
});

describe("help, version and completion", () => {
  test("every command has help on stdout, with its usage", async () => {
    for (const words of [
      ["venv"],
      ["pip", "install"],
      ["pip", "uninstall"],
      ["pip", "sync"],
      ["pip", "compile"],
      ["pip", "freeze"],
      ["pip", "list"],
      ["pip", "show"],
      ["pip", "tree"],
      ["pip", "check"],
      ["cache", "dir"],
      ["cache", "size"],
      ["cache", "clean"],
      ["cache", "prune"],
      ["cache", "verify"],
      ["python", "list"],
      ["python", "find"],
      ["debug"],
      ["completion"],
    ]) {
      const run = await sandbox.pkm([...words, "--help"]);
      expectSuccess(run);
      expect(run.stdout).toContain(`pkm ${words.join(" ")}`);
      expect(run.stderr).toBe("");
      expect((await sandbox.pkm(["help", ...words])).stdout).toBe(run.stdout);
    }
  });

  test("no command at all, a group alone, --version", async () => {
    const bare = await sandbox.pkm([]);
    expect(bare.stdout + bare.stderr).toContain("pip");
    expect(bare.status).toBeLessThanOrEqual(2);
    const group = await sandbox.pkm(["pip"]);
    expect(group.stdout + group.stderr).toContain("install");
    for (const word of ["--version", "-V"]) {
      const run = await sandbox.pkm([word]);
      expect(run.stdout).toMatch(/^pkm \d+\.\d+\.\d+\n$/);
      expect(run.status).toBe(0);
    }
  });

  test("completion scripts are taken by their shells", async () => {
    const bash = await sandbox.pkm(["completion", "bash"]);
    expectSuccess(bash);
    sandbox.write("complete.sh", bash.stdout);
    expect(await sandbox.run(["bash", "-n", "complete.sh"])).toMatchObject({
      status: 0,
      stderr: "",
    });
    for (const shell of ["zsh", "fish"]) expectSuccess(await sandbox.pkm(["completion", shell]));
  });

  test("output that nobody reads any more ends quietly", async () => {
    const { pkmCommand } = await import("../support/pkm.ts");
    const command = pkmCommand.map((word) => `'${word}'`).join(" ");
    const run = await sandbox.run([
      "bash",
      "-c",
      `${command} pip list --python '${environment}' --format freeze | head -1`,
    ]);
    expectNoTrace(run);
    expect(run.stdout).toBe("bottom==1.0\n");
  });

  test("NO_COLOR, --no-color and a pipe: no escapes", async () => {
    const run = await sandbox.pkm(
      pipWords("install", environment, index, "nonesuch", "--dry-run"),
      { env: { NO_COLOR: "" } },
    );
    expect(run.stderr).not.toContain("\u001b");
    const forced = await sandbox.pkm(
      pipWords("install", environment, index, "nonesuch", "--color", "always"),
      { env: { NO_COLOR: "" } },
    );
    expect(forced.stderr).toContain("\u001b");
  });
});

describe("pip's configuration", () => {
  test("counts for pkm pip, by file and by variable, and not with --isolated", async () => {
    const file = sandbox.write(
      "pip.conf",
      `[global]\nindex-url = ${index.url}\n[install]\nno-deps = true\n`,
    );
    const target = (name: string): string[] => [
      "--target",
      join(sandbox.work, name),
      "--python",
      environment,
    ];
    const words = ["pip", "install", "middle==1.1", "--json"];
    const named = async (
      name: string,
      env: Record<string, string>,
      ...more: string[]
    ): Promise<unknown> => {
      const run = await sandbox.pkm([...words, ...target(name), ...more], { env });
      expectSuccess(run);
      return (JSON.parse(run.stdout) as { changes: { name: string }[] }).changes.map(
        (change) => change.name,
      );
    };
    expect(await named("conf1", { PIP_CONFIG_FILE: file })).toEqual(["middle"]);
    expect(
      await named("conf2", { PIP_CONFIG_FILE: "/dev/null", PIP_INDEX_URL: index.url }),
    ).toEqual(["bottom", "middle"]);
    expect(
      await named("conf3", { PIP_CONFIG_FILE: file }, "--isolated", "--index-url", index.url),
    ).toEqual(["bottom", "middle"]);
    const home = join(sandbox.env.HOME as string, ".config", "pip");
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, "pip.conf"), `[global]\nindex-url = ${index.url}\n`);
    expect(await named("conf4", { PIP_CONFIG_FILE: "" })).toEqual(["bottom", "middle"]);
    rmSync(home, { recursive: true });
  });

  test("a broken file, a value that is none", async () => {
    const broken = sandbox.write("broken.conf", "[global\nindex-url\n");
    const words = pipWords("install", environment, index, "middle", "--dry-run");
    expectRefusal(
      await sandbox.pkm(words, { env: { PIP_CONFIG_FILE: broken } }),
      /configuration/,
      "broken.conf",
    );
    expectRefusal(
      await sandbox.pkm(words, { env: { PIP_NO_DEPS: "perhaps" } }),
      /./,
      /PIP_NO_DEPS|no-deps/,
    );
  });
});
