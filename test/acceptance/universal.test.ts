import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { expectRefusal, expectSuccess } from "../support/answers.ts";
import { type IndexFile, fileOf, serveIndex, type TestIndex } from "../support/index-server.ts";
import { type Finished, Sandbox, testPython } from "../support/pkm.ts";
import { makeWheel } from "../support/wheel-maker.ts";

let sandbox: Sandbox;
let index: TestIndex;

type Made = {
  readonly requires?: readonly string[];
  readonly requiresPython?: string;
  readonly tag?: string;
};
const file = (name: string, version: string, more: Made = {}): IndexFile =>
  fileOf(makeWheel({ name, version, ...more }));

beforeAll(() => {
  sandbox = new Sandbox();
  index = serveIndex([
    file("app", "1.0", {
      requires: [
        "maths<2.5; python_version < '3.12'",
        "maths>=1; python_version >= '3.12'",
        "tomlread; python_version < '3.11'",
        "winonly; sys_platform == 'win32'",
      ],
    }),
    file("maths", "1.0", { requiresPython: ">=3.8" }),
    file("maths", "2.0", { requiresPython: ">=3.11", requires: ["deep"] }),
    file("deep", "1.0"),
    file("tomlread", "1.0"),
    file("winonly", "1.0"),
    file("disputed", "1.0", { requires: ["maths<2; sys_platform == 'win32'", "maths"] }),
    file("native", "1.0"),
    file("native", "2.0", { tag: "cp39-abi3-macosx_11_0_arm64" }),
    file("late", "1.0", { requiresPython: ">=3.12" }),
  ]);
});
afterAll(() => {
  index.stop();
  sandbox.remove();
});

let counter = 0;
function compile(asked: string, ...words: string[]): Promise<Finished> {
  const name = `asked${++counter}.in`;
  sandbox.write(name, asked);
  return sandbox.pkm([
    "pip",
    "compile",
    name,
    "--universal",
    "--python-version",
    "3.10",
    "--no-header",
    "--python",
    testPython,
    "--index-url",
    index.url,
    ...words,
  ]);
}

async function lines(asked: string, ...words: string[]): Promise<string[]> {
  const run = await compile(asked, "--no-annotate", ...words);
  expectSuccess(run);
  return run.stdout.trimEnd().split("\n");
}

describe("pkm pip compile --universal", () => {
  test("pins what each machine needs, with who asked for which version", async () => {
    const run = await compile("app\ndisputed\n");
    expectSuccess(run);
    expect(run.stdout).toBe(
      [
        "app==1.0",
        "    # via -r asked1.in",
        'deep==1.0 ; python_version >= "3.11" and sys_platform != "win32"',
        "    # via maths",
        "disputed==1.0",
        "    # via -r asked1.in",
        'maths==1.0 ; python_version < "3.11" or sys_platform == "win32"',
        "    # via",
        "    #   app",
        "    #   disputed",
        'maths==2.0 ; python_version >= "3.11" and sys_platform != "win32"',
        "    # via",
        "    #   app",
        "    #   disputed",
        'tomlread==1.0 ; python_version < "3.11"',
        "    # via app",
        'winonly==1.0 ; sys_platform == "win32"',
        "    # via app",
        "",
      ].join("\n"),
    );
  });

  test("writes files that change only where they have to", async () => {
    const asked = "app\ndisputed\n";
    sandbox.write("kept.in", asked);
    const first = await compile(asked, "--no-annotate", "-o", "kept.txt");
    expectSuccess(first);
    const before = readFileSync(`${sandbox.work}/kept.txt`, "utf8");
    const again = await compile(`${asked}native<2\n`, "--no-annotate", "-o", "kept.txt");
    expectSuccess(again);
    const after = readFileSync(`${sandbox.work}/kept.txt`, "utf8");
    expect(after.split("\n").filter((line) => !before.includes(line))).toEqual(["native==1.0"]);
  });

  test("keeps older pins on the machines they were for", async () => {
    sandbox.write("pinned.txt", 'maths==1.0 ; sys_platform == "linux"\n');
    const run = await compile("maths\n", "--no-annotate", "-o", "pinned.txt", "--dry-run");
    expectSuccess(run);
    expect(run.stdout).toBe("maths==1.0\n");
    const elsewhere = await sandbox.pkm(
      [
        "pip",
        "compile",
        "-",
        "--no-header",
        "--no-annotate",
        "--python",
        testPython,
        "--python-version",
        "3.12",
        "--python-platform",
        "windows",
        "--index-url",
        index.url,
        "-o",
        "pinned.txt",
        "--dry-run",
      ],
      { input: "maths\n" },
    );
    expectSuccess(elsewhere);
    expect(elsewhere.stdout).toBe("deep==1.0\nmaths==2.0\n");
  });

  test("gives the same answer from memory", async () => {
    const once = await lines("app\n");
    const asked = index.requests.length;
    expect(await lines("app\n")).toEqual(once);
    expect(index.requests.length).toBe(asked);
  });

  test("writes the hashes of all files that some machine may take", async () => {
    const hashed = await lines("native\n", "--generate-hashes");
    expect(hashed).toEqual([
      "native==2.0 \\",
      expect.stringMatching(/^    --hash=sha256:[0-9a-f]{64}$/),
    ]);
  });

  test("takes as few versions as will do when asked to", async () => {
    expect(await lines("maths\n", "--fork-strategy", "fewest")).toEqual(["maths==1.0"]);
  });

  test("serves the environments that the project names, and those it requires", async () => {
    sandbox.write(
      "pyproject.toml",
      `[tool.pkm]
environments = ["sys_platform == 'linux'", "sys_platform == 'darwin'"]
required-environments = ["sys_platform == 'linux'"]
`,
    );
    try {
      expect(await lines("app\nnative\n")).toEqual([
        "app==1.0",
        'deep==1.0 ; python_version >= "3.11"',
        'maths==1.0 ; python_version < "3.11"',
        'maths==2.0 ; python_version >= "3.11"',
        'native==1.0 ; sys_platform == "linux"',
        'native==2.0 ; sys_platform != "linux"',
        'tomlread==1.0 ; python_version < "3.11"',
      ]);
    } finally {
      sandbox.write("pyproject.toml", "");
    }
  });

  test("names the machines for which there is no answer", async () => {
    const run = await compile("late; sys_platform == 'linux'\n");
    expectRefusal(
      run,
      "no-solution",
      'Python >=3.10 where `python_version < "3.12" and sys_platform == "linux"`',
    );
  });

  test("refuses to serve all platforms and one", async () => {
    const run = await compile("app\n", "--python-platform", "windows");
    expectRefusal(run, "conflicting-options", "`--universal` and `--python-platform`");
  });

  test("refuses environments that are no markers", async () => {
    sandbox.write("pyproject.toml", '[tool.pkm]\nenvironments = ["linux"]\n');
    try {
      expectRefusal(await compile("app\n"), "invalid-setting", "environments[0]");
    } finally {
      sandbox.write("pyproject.toml", "");
    }
  });
});
