import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { expectRefusal, expectSuccess } from "../support/answers.ts";
import { installedIn, snapshot } from "../support/folder.ts";
import { fileOf, serveIndex, type TestIndex } from "../support/index-server.ts";
import { Sandbox } from "../support/pkm.ts";
import { makeWheel } from "../support/wheel-maker.ts";
import { pipWords } from "../support/workplace.ts";

let sandbox: Sandbox;
let index: TestIndex;
let environment: string;
beforeAll(async () => {
  sandbox = new Sandbox();
  index = serveIndex([fileOf(makeWheel({ name: "good", version: "1.0" }))]);
  environment = await sandbox.environment();
});
afterAll(() => {
  index.stop();
  sandbox.remove();
});

const install = (...words: string[]): ReturnType<Sandbox["pkm"]> =>
  sandbox.pkm(pipWords("install", environment, index, ...words));

describe("what is typed wrongly is shown with a caret, and nothing happens", () => {
  const cases: readonly (readonly [word: string, code: string, caret: string])[] = [
    ["good=>1", "invalid-requirement", "good=>1\n      "],
    ["good>=1..2", "invalid-requirement", "good>=1..2\n"],
    ["good[", "invalid-requirement", "good[\n"],
    ["good >=1, <", "invalid-requirement", "^"],
    ["good==1.0.*.3", "invalid-requirement", "^"],
    ["good~=1", "invalid-requirement", "^"],
    ["good; python_versoin < '3'", "invalid-requirement", "^^^^^^^^^^^^^^"],
    ["good; python_version < '3' or", "invalid-requirement", "^"],
    ["good; python_version < '3", "invalid-requirement", "^"],
    ["good @ ", "invalid-requirement", "^"],
    ["-good", "unknown-option", ""],
    ["good>=1 extra words", "invalid-requirement", "^"],
    ["good\u0000==1", "invalid-requirement", ""],
    ["göod", "invalid-requirement", "^"],
    [`./${"x".repeat(5000)}.whl`, "invalid-requirement", ""],
    [`./${"x/".repeat(3000)}`, "invalid-requirement", ""],
  ];
  for (const [word, code, shown] of cases)
    test(JSON.stringify(word).slice(0, 60), async () => {
      if (word.includes("\u0000")) {
        // A program cannot be given such a word; a file can hold it.
        sandbox.write("nul.txt", `${word}\n`);
        expectRefusal(await install("-r", "nul.txt"), /^invalid-|^requirements-file-/, "nul.txt");
        return;
      }
      const before = snapshot(environment);
      const run = await install(word);
      expectRefusal(run, code, ...(shown === "" ? [] : [shown]));
      expect(run.stdout).toBe("");
      expect(snapshot(environment)).toEqual(before);
    });
});

describe("a requirements file is named with the line that is wrong", () => {
  const cases: readonly (readonly [what: string, text: string, line: number, shown: string])[] = [
    ["operator", "good\n# a comment\ngood=>1\n", 3, "good=>1"],
    ["version", "good>=1..2\n", 1, "good>=1..2"],
    ["marker variable", "\n\ngood; python_versoin < '3'\n", 3, "python_versoin"],
    ["marker that does not end", "good; python_version <\n", 1, "python_version <"],
    ["option", "good\n--no-such-option\n", 2, "--no-such-option"],
    ["option without its value", "good\n--index-url\n", 2, "--index-url"],
    ["hash without an algorithm", "good==1.0 --hash=abcdef\n", 1, "--hash"],
    ["quote that does not end", 'good\n--find-links "folder\n', 2, '"folder'],
    ["line behind a continuation", "good \\\n  >=1 \\\n  ,=<2\n", 1, ">=1"],
  ];
  for (const [what, text, line, shown] of cases)
    for (const command of ["install", "compile"])
      test(`${command}: ${what}`, async () => {
        sandbox.write("wrong.txt", text);
        const run =
          command === "install"
            ? await install("-r", "wrong.txt")
            : await sandbox.pkm(["pip", "compile", "wrong.txt", "--index-url", index.url]);
        expectRefusal(run, /^(invalid|requirements-file|unknown)-/, "wrong.txt", shown, "^");
        expect(run.stderr).toMatch(new RegExp(`wrong\\.txt[^\\n]*\\b${line}\\b`));
        expect(run.stdout).toBe("");
      });

  test("also when the fault is in a file that another file names", async () => {
    sandbox.write("nested/inner.txt", "good\ngood===1 2\n");
    sandbox.write("outer.txt", "-r nested/inner.txt\n");
    expectRefusal(await install("-r", "outer.txt"), /^invalid-/, /inner\.txt[^\n]*\b2\b/);
  });

  test("also in a constraints file", async () => {
    sandbox.write("limits.txt", "good<2\ngood<<2\n");
    expectRefusal(await install("good", "-c", "limits.txt"), /^invalid-/, /limits\.txt[^\n]*\b2\b/);
  });

  test("a file that is not there", async () => {
    expectRefusal(await install("-r", "nowhere.txt"), "requirements-file-missing", "nowhere.txt");
  });

  test("a folder in the place of a file", async () => {
    expectRefusal(await install("-r", "."), "requirements-file-missing", "it is a folder");
  });

  test("files that include each other", async () => {
    sandbox.write("a.txt", "-r b.txt\n");
    sandbox.write("b.txt", "-r a.txt\n");
    expectRefusal(await install("-r", "a.txt"), "requirements-file-recursion", "a.txt");
  });

  test("bytes that are no text", async () => {
    sandbox.write("binary.txt", new Uint8Array([0x67, 0x6f, 0xff, 0xfe, 0x00, 0x81]));
    expectRefusal(await install("-r", "binary.txt"), /^(requirements-file|invalid)-/, "binary.txt");
  });

  test("an environment variable in a URL is put in its place, and one that is not set is not invented", async () => {
    sandbox.write("variable.txt", "--index-url ${INDEX_ADDRESS}\ngood\n");
    const run = await sandbox.pkm(
      ["pip", "install", "--python", environment, "-r", "variable.txt", "--dry-run"],
      { env: { INDEX_ADDRESS: index.url } },
    );
    expectSuccess(run);
    expectRefusal(
      await sandbox.pkm(["pip", "install", "--python", environment, "-r", "variable.txt"]),
      /./,
    );
  });

  test("an encoding that is declared is obeyed", async () => {
    const latin = Buffer.concat([
      Buffer.from("# -*- coding: latin-1 -*-\n# caf"),
      Buffer.from([0xe9]),
      Buffer.from("\ngood==1.0\n"),
    ]);
    sandbox.write("latin.txt", new Uint8Array(latin));
    expectSuccess(await install("-r", "latin.txt", "--dry-run"));
  });
});

describe("a project file", () => {
  test("with broken TOML is shown with line and place", async () => {
    sandbox.write("broken/pyproject.toml", '[project]\nname = "demo"\nversion = \n');
    const run = await sandbox.pkm([
      "pip",
      "compile",
      "broken/pyproject.toml",
      "--index-url",
      index.url,
    ]);
    expectRefusal(run, "toml-syntax", "pyproject.toml", /\b3\b/);
  });

  test("with a malformed dependency names the file and the requirement", async () => {
    sandbox.write(
      "odd/pyproject.toml",
      '[project]\nname = "demo"\nversion = "1"\ndependencies = ["good=>1"]\n',
    );
    const run = await sandbox.pkm([
      "pip",
      "compile",
      "odd/pyproject.toml",
      "--index-url",
      index.url,
    ]);
    expectRefusal(run, /./, "pyproject.toml", "good=>1");
  });

  test("without a [project] table", async () => {
    sandbox.write("bare/pyproject.toml", "[tool.other]\n");
    const run = await sandbox.pkm([
      "pip",
      "compile",
      "bare/pyproject.toml",
      "--index-url",
      index.url,
    ]);
    expectRefusal(run, "no-project-table", "pyproject.toml");
  });

  test("with dependency groups that include each other", async () => {
    sandbox.write(
      "groups/pyproject.toml",
      '[dependency-groups]\na = [{include-group = "b"}]\nb = [{include-group = "a"}]\n',
    );
    const run = await sandbox.pkm([
      "pip",
      "compile",
      "--group",
      "groups/pyproject.toml:a",
      "--index-url",
      index.url,
    ]);
    expectRefusal(run, /^dependency-group-/, "a");
  });
});

describe("the command line itself", () => {
  const wrong: readonly (readonly [words: string[], code: string | RegExp, shown: string])[] = [
    [["pip", "instal"], "unknown-command", "install"],
    [["nonsense"], "unknown-command", "nonsense"],
    [["pip", "install", "--upgrad", "good"], "ambiguous-option", "--upgrade"],
    [["pip", "install", "--upgarde", "good"], "unknown-option", "--upgrade"],
    [["pip", "--isolatd"], "unknown-option", "--isolated"],
    [["pip", "install"], /./, "pkm pip install"],
    [["pip", "install", "--index-url"], "missing-option-value", "--index-url"],
    [["pip", "compile"], /./, "pkm pip compile"],
    [["pip", "compile", "x.in", "--resolution", "oldest"], "invalid-option-value", "lowest-direct"],
    [["pip", "compile", "x.in", "--prerelease", "perhaps"], "invalid-option-value", "if-necessary"],
    [["pip", "install", "good", "--exclude-newer", "yesterday-ish"], /./, "yesterday-ish"],
    [["pip", "install", "good", "--python-version", "three"], "invalid-option-value", "three"],
    [["pip", "install", "good", "--python-platform", "amiga"], "unknown-platform", "amiga"],
    [["pip", "list", "--format", "xml"], "invalid-option-value", "json"],
    [
      ["pip", "install", "good", "--target", "t", "--prefix", "p"],
      "conflicting-options",
      "--prefix",
    ],
    [["pip", "uninstall"], /./, "pkm pip uninstall"],
    [["venv", "a", "b"], "unexpected-argument", "b"],
    [["debug", "nonsense"], /./, "nonsense"],
    [["completion", "nonsense"], /./, "nonsense"],
    [["python", "find", "not a version"], /./, "not a version"],
  ];
  for (const [words, code, shown] of wrong)
    test(`pkm ${words.join(" ")}`, async () => {
      sandbox.write("x.in", "good\n");
      const run = await sandbox.pkm([
        ...words,
        ...(words[1] === "install" && words.length > 2 && words.at(-1) !== "--index-url"
          ? ["--python", environment]
          : []),
      ]);
      expectRefusal(run, code, shown);
      expect(run.stdout).toBe("");
    });

  test("an option that cannot be honoured says so and is never ignored", async () => {
    sandbox.write("x.in", "good\n");
    for (const words of [
      ["pip", "install", "good", "--python", environment, "--global-option", "x"],
      ["pip", "install", "good", "--python", environment, "--no-use-pep517"],
      ["pip", "install", "good", "--python", environment, "--no-verify-hashes"],
    ])
      expectRefusal(await sandbox.pkm(words), "unsupported-option", words[5] as string);
  });

  test("an environment that is not there", async () => {
    for (const words of [
      ["list"],
      ["freeze"],
      ["check"],
      ["install", "good"],
      ["uninstall", "good"],
    ])
      expectRefusal(
        await sandbox.pkm(["pip", ...words, "--python", "./no-such-env"]),
        /./,
        "no-such-env",
      );
  });

  test("no environment at all: the error says how to make one", async () => {
    const run = await sandbox.pkm(["pip", "install", "good", "--index-url", index.url]);
    expectRefusal(run, "no-environment", "pkm venv");
  });

  test("a timeout that is no number", async () => {
    const run = await sandbox.pkm(pipWords("install", environment, index, "good"), {
      env: { PKM_HTTP_TIMEOUT: "soon" },
    });
    expectRefusal(run, /bad-timeout|invalid-setting/, "PKM_HTTP_TIMEOUT", "soon");
  });

  test("after all that, the environment is still empty", () => {
    expect(installedIn(environment)).toEqual([]);
  });
});
