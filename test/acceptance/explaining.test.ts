import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expectRefusal, expectSuccess } from "../support/answers.ts";
import { installedIn } from "../support/folder.ts";
import { fileOf, serveIndex, type TestIndex } from "../support/index-server.ts";
import { Sandbox } from "../support/pkm.ts";
import { makeWheel } from "../support/wheel-maker.ts";

const files = [
  makeWheel({ name: "left", version: "1.0", requires: ["shared<2"] }),
  makeWheel({ name: "left", version: "1.1", requires: ["shared<2"] }),
  makeWheel({ name: "right", version: "1.0", requires: ["shared>=2"] }),
  makeWheel({ name: "shared", version: "1.5" }),
  makeWheel({ name: "shared", version: "2.0" }),
  makeWheel({ name: "requests", version: "2.0" }),
  makeWheel({ name: "modern", version: "1.0", requiresPython: ">=3.15" }),
].map((wheel) => fileOf(wheel));

let sandbox: Sandbox;
let index: TestIndex;
beforeAll(() => {
  index = serveIndex(files);
});
afterAll(() => index.stop());

function open(): Sandbox {
  sandbox = new Sandbox();
  sandbox.env.PIP_INDEX_URL = index.url;
  return sandbox;
}

/** What a failed command printed, as `pkm explain` puts it. */
function asExplained(stderr: string): string {
  let fixes = 0;
  return stderr
    .replace(/^error: (.*) \[no-solution\]$/m, "$1")
    .replaceAll(/^ {2}hint: /gm, () => `fix ${++fixes}: `)
    .replaceAll(/^ {8}/gm, "  ");
}

describe("pkm explain", () => {
  test("tells the last failure of a folder again, short, in full and as JSON", async () => {
    using _ = disposable(open());
    const failed = await sandbox.pkm(["pip", "compile", "-"], { input: "left\nshared>=2\n" });
    expectRefusal(failed, "no-solution");
    const short = await sandbox.pkm(["explain"]);
    expectSuccess(short);
    expect(short.stdout).toBe(asExplained(failed.stderr));
    const full = await sandbox.pkm(["explain", "--full"]);
    expect(full.stdout).toMatch(/^Cannot resolve .*\n1\. .*because .*\n/);
    const json = JSON.parse((await sandbox.pkm(["explain", "--json"])).stdout);
    expect(json.causes.map((cause: { kind: string }) => cause.kind)).toEqual([
      "asked",
      "asked",
      "needs",
    ]);
  });

  test("says that there is nothing to explain", async () => {
    using _ = disposable(open());
    expectRefusal(await sandbox.pkm(["explain"]), "nothing-to-explain");
    expectRefusal(await sandbox.pkm(["explain", "--full", "--json"]), "conflicting-options");
    expectRefusal(await sandbox.pkm(["explain", "--replay", "nowhere"]), "problem-file-invalid");
  });

  test("keeps the failures of two folders apart", async () => {
    using _ = disposable(open());
    await sandbox.pkm(["pip", "compile", "-"], { input: "nowhere\n" });
    mkdirSync(join(sandbox.work, "elsewhere"));
    const there = await sandbox.run(["sh", "-c", `cd elsewhere && exec "$@"`, "sh", ...pkm()]);
    expectRefusal(there, "nothing-to-explain");
  });
});

describe("pkm explain --apply", () => {
  test("runs the command anew with other words", async () => {
    using _ = disposable(open());
    const environment = await sandbox.environment(".venv");
    const failed = await sandbox.pkm(["pip", "install", "left", "shared>=2"]);
    expectRefusal(failed, "no-solution");
    expect(failed.stderr).toContain("\n        pkm pip install left shared\n");
    expectSuccess(await sandbox.pkm(["explain", "--apply", "1"]));
    expect(installedIn(environment)).toEqual(["left 1.1", "shared 1.5"]);
  });

  test("changes the line of a file, its comment left alone, and runs the command", async () => {
    using _ = disposable(open());
    const asked = sandbox.write("asked.in", "left\nshared == 2.0  # for the feature\nrequests\n");
    expectRefusal(await sandbox.pkm(["pip", "compile", "asked.in"]), "no-solution");
    const applied = await sandbox.pkm(["explain", "--apply", "1"]);
    expectSuccess(applied);
    expect(applied.stdout).toContain("shared==1.5");
    expect(readFileSync(asked, "utf8")).toBe("left\nshared==1.5  # for the feature\nrequests\n");
  });

  test("changes a dependency in pyproject.toml", async () => {
    using _ = disposable(open());
    const project = sandbox.write(
      "pyproject.toml",
      `[project]\nname = "x"\nversion = "1"\ndependencies = [\n  "left",\n  'shared>=2', # "shared"\n]\n`,
    );
    expectRefusal(await sandbox.pkm(["pip", "compile", "pyproject.toml"]), "no-solution");
    expectSuccess(await sandbox.pkm(["explain", "--apply", "1"]));
    expect(readFileSync(project, "utf8")).toContain(`  "shared", # "shared"\n`);
  });

  test("leaves out what nothing else would reconcile", async () => {
    using _ = disposable(open());
    sandbox.write("asked.in", "left\nright\n");
    expectRefusal(await sandbox.pkm(["pip", "compile", "asked.in"]), "no-solution");
    const applied = await sandbox.pkm(["explain", "--apply", "2"]);
    expectSuccess(applied);
    expect(readFileSync(join(sandbox.work, "asked.in"), "utf8")).toBe("right\n");
  });

  test("spells a name right, and resolves for another Python", async () => {
    using _ = disposable(open());
    sandbox.write("asked.in", "reqeusts\n");
    expectRefusal(await sandbox.pkm(["pip", "compile", "asked.in"]), "no-solution");
    expect((await sandbox.pkm(["explain", "--apply", "1"])).stdout).toContain("requests==2.0");
    sandbox.write("asked.in", "modern\n");
    const words = ["pip", "compile", "asked.in", "--python-version", "3.12"];
    expectRefusal(await sandbox.pkm(words), "no-solution");
    expect((await sandbox.pkm(["explain", "--apply", "1"])).stdout).toContain("modern==1.0");
  });

  test("answers for all machines: loosens a bound, or asks for later Pythons", async () => {
    using _ = disposable(open());
    const asked = sandbox.write("asked.in", "left\nshared>=2 ; sys_platform == 'win32'\n");
    const words = ["pip", "compile", "asked.in", "--universal", "--python-version", "3.12"];
    const failed = await sandbox.pkm(words);
    expectRefusal(failed, "no-solution", "win32");
    expect((await sandbox.pkm(["explain"])).stdout).toBe(asExplained(failed.stderr));
    expectSuccess(await sandbox.pkm(["explain", "--apply", "1"]));
    expect(readFileSync(asked, "utf8")).toBe('left\nshared; sys_platform == "win32"\n');
    sandbox.write("asked.in", "modern\n");
    expectRefusal(await sandbox.pkm(words), "no-solution", "modern");
    expect((await sandbox.pkm(["explain", "--apply", "1"])).stdout).toContain("modern==1.0");
  });

  test("refuses a number that no fix has", async () => {
    using _ = disposable(open());
    await sandbox.pkm(["pip", "compile", "-"], { input: "left\nshared>=2\n" });
    for (const number of ["0", "2", "one"])
      expectRefusal(await sandbox.pkm(["explain", "--apply", number]), "invalid-option-value");
  });
});

describe("pkm explain --export", () => {
  test("replays to the same bytes in another folder, with another cache and no index", async () => {
    using _ = disposable(open());
    const here = serveIndex(files);
    const words = ["pip", "compile", "asked.in", "--index-url", here.url];
    sandbox.write("asked.in", "left\nshared>=2\nmodern; python_version > '3'\n");
    expectRefusal(await sandbox.pkm(words), "no-solution");
    expectSuccess(await sandbox.pkm(["explain", "--export", "problem.json.gz"]));
    const told = await Promise.all(
      ["--short", "--full", "--json"].map((form) => sandbox.pkm(["explain", form])),
    );
    here.stop();
    const file = join(sandbox.work, "problem.json.gz");
    const other = new Sandbox();
    try {
      for (const [at, form] of ["--short", "--full", "--json"].entries()) {
        const replayed = await other.pkm(["explain", "--replay", file, form]);
        expectSuccess(replayed);
        expect(replayed.stdout).toBe(told[at]?.stdout as string);
      }
    } finally {
      other.remove();
    }
  });

  test("holds no password", async () => {
    using _ = disposable(open());
    const url = index.url.replace("//", "//ada:lovelace@");
    sandbox.write("asked.in", "left\nshared>=2\n");
    const run = await sandbox.pkm(["pip", "compile", "asked.in", "--index-url", url]);
    expectRefusal(run, "no-solution");
    expectSuccess(await sandbox.pkm(["explain", "--export", "problem.json.gz"]));
    const bytes = readFileSync(join(sandbox.work, "problem.json.gz"));
    expect(gunzipSync(bytes).toString()).not.toContain("lovelace");
    expectRefusal(await sandbox.pkm(["explain", "--apply", "1"]), "command-not-whole");
    const found = await sandbox.run(["grep", "-rl", "lovelace", sandbox.folder]);
    expect(found.stdout).toBe("");
    expect(existsSync(join(sandbox.work, "problem.json.gz"))).toBe(true);
  });
});

function disposable(one: Sandbox): Disposable {
  return { [Symbol.dispose]: () => one.remove() };
}

function pkm(): string[] {
  return [process.execPath, join(import.meta.dir, "..", "..", "src", "cli", "main.ts"), "explain"];
}
