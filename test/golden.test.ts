import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commandTree, isGroup } from "#cli/command-tree";
import { expectGolden } from "./support/golden.ts";
import { fileOf, serveIndex, type TestIndex } from "./support/index-server.ts";
import { Sandbox, testPython } from "./support/pkm.ts";
import { Transcript } from "./support/transcript.ts";
import { makeWheel, type WheelRecipe } from "./support/wheel-maker.ts";

/*
 * What people see, word for word. Run with PKM_UPDATE_GOLDEN=1 to write the files anew, and read the difference as
 * prose before committing it.
 */

const sandboxes: Sandbox[] = [];
const indexes: TestIndex[] = [];

afterAll(() => {
  for (const index of indexes) index.stop();
  for (const sandbox of sandboxes) sandbox.remove();
});

function newSandbox(): Sandbox {
  const sandbox = new Sandbox();
  sandboxes.push(sandbox);
  return sandbox;
}

function newIndex(recipes: readonly WheelRecipe[]): TestIndex {
  const index = serveIndex(recipes.map((recipe) => fileOf(makeWheel(recipe))));
  indexes.push(index);
  return index;
}

/** What tells one machine from another. */
async function wordsFor(sandbox: Sandbox): Promise<Record<string, string>> {
  const { stdout } = await sandbox.run([
    testPython,
    "-c",
    "import sys; print(sys.version.split()[0], '%d.%d' % sys.version_info[:2], sys.base_prefix)",
  ]);
  const [version = "", minor = "", base = ""] = stdout.trim().split(" ");
  const found = await sandbox.pkm(["python", "find", testPython, "--system"]);
  return {
    [found.stdout.trim()]: "[PYTHON]",
    [sandbox.folder]: "[SANDBOX]",
    [`Python ${version}`]: "Python [VERSION]",
    [`python${minor}`]: "python[X.Y]",
    [`${base}/bin`]: "[BASE]/bin",
  };
}

async function newStory(sandbox: Sandbox, index?: TestIndex): Promise<Transcript> {
  const inserts = { PYTHON: testPython, ...(index === undefined ? {} : { INDEX: index.url }) };
  return new Transcript(sandbox, await wordsFor(sandbox), inserts);
}

/** Every command and every group of the tree, as words. */
function allPaths(): string[][] {
  const paths: string[][] = [[]];
  for (const [name, entry] of Object.entries(commandTree)) {
    paths.push([name]);
    if (isGroup(entry)) for (const inner of Object.keys(entry.commands)) paths.push([name, inner]);
  }
  return paths;
}

/** `pip compile` and `pip-compile` are two commands. */
function helpFile(path: readonly string[]): string {
  return ["help", ...path.map((word) => word.replaceAll("-", "_"))].join("-");
}

describe("help", () => {
  const sandbox = newSandbox();

  test.each(allPaths().map((path) => [path.join(" "), path] as const))(
    "pkm %s --help",
    async (_title, path) => {
      const { stdout, stderr, status } = await sandbox.pkm([...path, "--help"]);
      expect(stderr).toBe("");
      expect(status).toBe(0);
      // Lines to be pasted are as long as they are.
      const prose = stdout.split("\n").filter((line) => !line.startsWith("  pkm "));
      expect(prose.filter((line) => line.length > 80)).toEqual([]);
      expectGolden(helpFile(path), stdout);
    },
  );

  test("no golden help is left of a command that is gone", () => {
    const known = allPaths().map((path) => `${helpFile(path)}.txt`);
    const folder = join(import.meta.dir, "golden");
    const files = readdirSync(folder).filter((name) => name.startsWith("help"));
    expect(files.filter((name) => !known.includes(name))).toEqual([]);
  });

  test("pkm help COMMAND says the same as --help", async () => {
    const long = await sandbox.pkm(["pip", "list", "--help"]);
    const words = await sandbox.pkm(["help", "pip", "list"]);
    expect(words.stdout).toBe(long.stdout);
  });
});

describe("stories", () => {
  const recipes: readonly WheelRecipe[] = [
    {
      name: "Band",
      version: "1.0",
      summary: "Four people and a van",
      requires: ["guitar>=1,<2", 'drum[cymbal]; python_version >= "3"', 'harp; extra == "folk"'],
      extras: ["folk"],
      consoleScripts: { band: "band:play" },
      metadata: [
        "Author-email: Ada <ada@index.example>",
        "License: MIT",
        "Classifier: Topic :: Multimedia",
        "Project-URL: Homepage, https://band.index.example",
      ],
    },
    { name: "guitar", version: "1.4", requires: ["string_set>=2"] },
    { name: "guitar", version: "2.0", requires: ["string_set>=2"] },
    { name: "drum", version: "3.1", extras: ["cymbal"], requires: ['brass; extra == "cymbal"'] },
    { name: "brass", version: "0.9" },
    { name: "String_Set", version: "2.5" },
    { name: "harp", version: "1.0", requires: ["string_set<2"] },
  ];

  test("an environment from its beginning to its end", async () => {
    const sandbox = newSandbox();
    const index = newIndex(recipes);
    const story = await newStory(sandbox, index);
    const from = "--index-url [INDEX]";
    story.note("Without an environment there is nothing to work on.");
    await story.pkm("pip list");
    await story.pkm("venv --python [PYTHON]");
    await story.pkm("pip list");
    await story.pkm(`pip install band ${from} --dry-run`);
    await story.pkm(`pip install band ${from}`);
    await story.pkm(`pip install band ${from}`);
    story.note("What is installed.");
    await story.pkm("pip list");
    await story.pkm("pip list --format json");
    await story.pkm("pip list --format freeze");
    await story.pkm("pip list --not-required");
    await story.pkm(`pip list --outdated ${from}`);
    await story.pkm(`pip list --uptodate ${from} --format json`);
    await story.pkm("pip freeze");
    sandbox.write("wanted.in", "# the band\nguitar  # strings\n\nharp\nband>=1\n");
    await story.pkm("pip freeze -r wanted.in");
    await story.pkm("pip show band nobody String-Set");
    await story.pkm("pip show --files --verbose band");
    await story.pkm("pip show nobody");
    story.note("What requires what.");
    await story.pkm("pip tree", { LC_ALL: "C.UTF-8" });
    await story.pkm("pip tree", { LC_ALL: "C" });
    await story.pkm("pip tree --invert --package string-set", { LC_ALL: "C.UTF-8" });
    await story.pkm("pip tree --depth 1 --show-version-specifiers", { LC_ALL: "C.UTF-8" });
    await story.pkm("pip tree --json --package guitar");
    await story.pkm("pip tree guitarr");
    await story.pkm("pip check");
    story.note("What cannot be.");
    await story.pkm(`pip install band[folk] ${from}`);
    await story.pkm(`pip install nobody ${from}`);
    story.note("Something goes missing.");
    await story.pkm("pip uninstall guitar brass");
    await story.pkm("pip check");
    await story.pkm("pip check --json");
    await story.pkm("pip tree", { LC_ALL: "C.UTF-8" });
    await story.pkm("pip uninstall -q band drum string-set");
    await story.pkm("pip uninstall band");
    await story.pkm("pip freeze");
    await story.pkm("pip list --format json");
    expectGolden("story-environment", story.toString());
  });

  test("requirements are compiled, and an environment is brought to them", async () => {
    const sandbox = newSandbox();
    const index = newIndex(recipes);
    const story = await newStory(sandbox, index);
    sandbox.write("wanted.in", "band\n");
    await story.pkm("venv -q --python [PYTHON]");
    await story.pkm("pip compile wanted.in --index-url [INDEX] -o pinned.txt");
    await story.pkm("pip sync pinned.txt --index-url [INDEX]");
    await story.pkm("pip sync pinned.txt --index-url [INDEX] --json");
    await story.pkm("pip freeze");
    expectGolden("story-compile", story.toString());
  });

  test("an environment with pip in it", async () => {
    const sandbox = newSandbox();
    const index = newIndex([
      { name: "pip", version: "99.1" },
      { name: "setuptools", version: "98.0" },
      { name: "wheel", version: "97.0" },
    ]);
    const story = await newStory(sandbox, index);
    await story.pkm("venv --seed --index-url [INDEX] --python [PYTHON] seeded");
    await story.pkm("pip list --python seeded --exclude setuptools --exclude wheel");
    expectGolden("story-seed", withoutCounts(story.toString()));
  });

  test("a change that nobody finished", async () => {
    const sandbox = newSandbox();
    const story = await newStory(sandbox);
    await story.pkm("venv -q --python [PYTHON]");
    const transaction = join(sandbox.work, ".venv", ".pkm-transaction");
    mkdirSync(transaction);
    writeFileSync(join(transaction, "journal"), '{"format":1,"steps":[]}');
    for (const command of ["list", "freeze", "check", "tree"]) await story.pkm(`pip ${command}`);
    expectGolden("story-unfinished", story.toString());
  });

  test("the cache is looked after", async () => {
    const sandbox = newSandbox();
    const index = newIndex(recipes);
    const story = await newStory(sandbox, index);
    await story.pkm("cache dir");
    await story.pkm("cache dir --json");
    await story.pkm("venv -q --python [PYTHON]");
    await story.pkm("pip install -q band --index-url [INDEX]");
    await story.pkm("cache verify");
    await story.pkm("cache verify --json");
    await story.pkm("cache prune --max-size 10X");
    await story.pkm("cache clean nobody");
    await story.pkm("cache clean Guitar drum");
    await story.pkm("cache prune --max-size 1");
    await story.pkm("cache verify");
    await story.pkm("cache clean -q");
    await story.pkm("cache size --json");
    story.note("A folder that is no cache is left alone.");
    sandbox.write("photographs/1.jpg", "");
    await story.pkm("cache clean --cache-dir photographs");
    expectGolden("story-cache", withoutCounts(story.toString()));
  });

  test("interpreters are found", async () => {
    const sandbox = newSandbox();
    const story = await newStory(sandbox);
    await story.pkm("python find [PYTHON] --system");
    await story.pkm("python find 2.1");
    await story.pkm("python find 3.1.2.3.4");
    expectGolden(
      "story-python",
      story.toString().replaceAll(/^2\|   why: .*(?:\n2\| {9,}.*)*/gm, "2|   why: [...]"),
    );
  });
});

/** Numbers of files and bytes depend on the interpreter's answer, which is kept beside the rest. */
function withoutCounts(text: string): string {
  return text
    .replaceAll(/\d+ (file|package)s?\b/g, "[N] $1s")
    .replaceAll(/\d+ B\b/g, "[SIZE]")
    .replaceAll(/"(bytes|files)":\d+/g, '"$1":[N]')
    .replaceAll(/^2\| {2}\+ .*\n/gm, "");
}

describe("mistakes on the command line", () => {
  const sandbox = newSandbox();
  let transcript: Transcript;

  beforeAll(async () => {
    const story = await newStory(sandbox);
    story.note("Words that are not known.");
    await story.pkm("");
    await story.pkm("--nonsense");
    await story.pkm("isntall");
    await story.pkm("pip");
    await story.pkm("pip instal requests");
    await story.pkm("pip list --formt json");
    await story.pkm("pip list -Z");
    await story.pkm("pip list --no-");
    await story.pkm("help pip instal");
    await story.pkm("cache --sise");
    story.note("Values.");
    await story.pkm("pip list --format");
    await story.pkm("pip list --format=jsn");
    await story.pkm("pip list --editable=yes");
    await story.pkm("pip tree --depth deep");
    await story.pkm("completion tcsh");
    await story.pkm("debug versions");
    await story.pkm("cache prune --max-size much");
    story.note("Arguments.");
    await story.pkm("pip sync");
    await story.pkm("pip list requests");
    await story.pkm("python find 3.12 3.13");
    await story.pkm("pip install");
    await story.pkm("pip uninstall");
    await story.pkm("pip compile");
    await story.pkm("pip show");
    story.note("What does not go together, and what cannot be done.");
    await story.pkm("pip list --outdated --uptodate");
    await story.pkm("pip list --outdated --format freeze");
    await story.pkm("pip freeze --path . --user");
    await story.pkm("pip install requests --use-deprecated legacy-resolver");
    await story.pkm("pip install requests --exclude-newer yesterday-ish --python nowhere/env");
    await story.pkm("pip list --python nowhere/env");
    sandbox.write("photographs/1.jpg", "");
    await story.pkm("cache clean --cache-dir photographs");
    sandbox.write("wanted.in", "a-project-that-nobody-has==1\n");
    await story.pkm("pip compile wanted.in --no-index --python [PYTHON]");
    await story.pkm("pip compile wanted.in --python [PYTHON] --timeout 0");
    await story.pkm("pip compile wanted.in --python [PYTHON] --retries 1.5");
    transcript = story;
  });

  test("are named, with what was meant where that can be guessed", () => {
    expectGolden("mistakes", transcript.toString());
  });

  test("include every error that this room knows", () => {
    const source = readFileSync(join(import.meta.dir, "..", "src", "cli", "errors.ts"), "utf8");
    const codes = [...source.matchAll(/code: "([a-z-]+)"/g)].map((match) => match[1] as string);
    expect(codes.length).toBeGreaterThan(5);
    const text = transcript.toString();
    expect(codes.filter((code) => !text.includes(`[${code}]`))).toEqual([]);
  });
});
