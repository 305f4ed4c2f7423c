import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testPython } from "../support/pkm.ts";
import { type Fixture, layOut } from "./fixtures.ts";
import { type Answer, byPkm, byPython, type Hook, type Job } from "./halves.ts";

/*
 * What a person can get wrong: both halves refuse it with the same code and the same words, and leave nothing behind.
 */

type Mistake = Pick<Fixture, "files" | "env" | "history"> & {
  readonly title: string;
  readonly toml: string;
  readonly hook?: Hook;
  readonly code: string;
  /** Part of the message. */
  readonly says: string;
};

const plain = '[project]\nname = "demo"\nversion = "1.0"\n';
const demo = { "src/demo/__init__.py": "" };
const dynamic = '[project]\nname = "demo"\ndynamic = ["version"]\n';

const setting = (lines: string, says: string, files: Fixture["files"] = demo): Mistake => ({
  title: lines,
  toml: `${plain}[tool.pkm.build]\n${lines}\n`,
  files,
  code: "build-setting-invalid",
  says,
});
const project = (lines: string, says: string, code = "project-table-invalid"): Mistake => ({
  title: lines,
  toml: `${plain}${lines}\n`,
  files: demo,
  code,
  says,
});
const extension = (lines: string, says: string): Mistake =>
  setting(`[[tool.pkm.build.extensions]]\n${lines}`, says);

const mistakes: readonly Mistake[] = [
  {
    title: "no [project]",
    toml: "[tool.other]\n",
    files: demo,
    code: "build-needs-project",
    says: "it has no `[project]`",
  },
  {
    title: "no TOML",
    toml: "[project\n",
    files: demo,
    code: "toml-syntax",
    says: "it is not valid TOML",
  },
  {
    title: "no UTF-8",
    toml: plain,
    files: { ...demo, "pyproject.toml": new Uint8Array([0x23, 0xff]) },
    code: "build-needs-project",
    says: "it is not UTF-8",
  },
  setting('exlude = ["x"]', "`tool.pkm.build.exlude` is no key of the table, `exclude` is"),
  setting("colour = 1", "`tool.pkm.build.colour` is no key of the table"),
  setting('layout = "lib"', "is `lib`, which is neither `src` nor `flat`"),
  setting("layout = true", "must be text, found true"),
  setting(
    'modules = ["a-b"]',
    "`tool.pkm.build.modules[0]` is `a-b`, which is no name of a module",
  ),
  setting('modules = "demo"', "must be an array, found text"),
  setting('include = ["/etc/*"]', "is no path below the project's folder"),
  setting('exclude = ["a/../b"]', "is no path below the project's folder"),
  setting('include = ["a\\\\b"]', "has a backslash"),
  setting('include = ["[a"]', "has `[` and `]` around"),
  setting('include = ["[z-a]"]', "has `[` and `]` around"),
  setting('include = ["[!a]"]', "has `[` and `]` around"),
  setting('data = { scriptz = "bin" }', "`scripts` is"),
  setting('data = { scripts = "../bin" }', "which is no path below the project's folder"),
  setting('version = { file = "/x" }', "which is no path below the project's folder"),
  setting('version = { attribute = "a.b" }', "which is no name of a variable"),
  setting('version = { git-tag = "v" }', "which is not of the form `v{version}`"),
  setting('version = { git-tag = "v*{version}" }', "which is not of the form `v{version}`"),
  setting('version = { git-tag = "{version}", file = "x" }', "has no meaning beside `git-tag`"),
  setting("version = { local = false }", "only has a meaning beside `git-tag`"),
  setting('wheel-include = ["extra"]', "which does not lie below `src`", {
    ...demo,
    "extra/a": "",
  }),
  setting('modules = ["demo.part"]', "makes `demo` a package of its own", {
    ...demo,
    "src/demo/part/__init__.py": "",
  }),
  setting('exclude = ["src/*/__init__.py"]', "leaves out src/demo/__init__.py", {
    ...demo,
    "src/demo/a.py": "",
  }),
  {
    title: "a namespace of which nothing is left",
    toml: `${plain}[tool.pkm.build]\nmodules = ["demo"]\nexclude = ["**/*.txt"]\n`,
    files: { "src/demo/a.txt": "" },
    code: "build-module-not-found",
    says: "Cannot find the module `demo`",
  },
  extension('name = "x"', "`tool.pkm.build.extensions[0].sources` must name a file of C"),
  extension('sources = ["x.c"]', "`tool.pkm.build.extensions[0].name` is missing"),
  extension('name = "x"\nsources = ["x.cpp"]', "only files of C (`.c`) are compiled"),
  extension('name = "x"\nsources = ["x.c"]\ndefine-macros = ["1=2"]', "neither `NAME` nor"),
  extension('name = "x"\nsources = ["x.c"]\npy-limited-api = "cp39"', "not of the form `3.9`"),
  extension('name = "x"\nsources = ["x.c"]\ninclude = ["x"]', "is no key of the table"),
  project('descripton = "x"', "`project.descripton` is no key of it, `description` is"),
  project('requires-python = "3"', "`project.requires-python` is `3`, which cannot be read"),
  project('dependencies = ["a b"]', "`project.dependencies[0]` is `a b`, which cannot be read"),
  project('dependencies = ["a; os_name = 1"]', "which cannot be read"),
  project('license-files = ["../LICENSE"]', "which leads out of the project"),
  project('license-files = ["LICENSE{}"]', "which is no glob of PEP 639"),
  project('readme = "README"', "which ends neither in `.md` nor in `.rst`"),
  project('license = { text = "x" }\nlicense-files = []', "must be an SPDX expression"),
  project('license = "MIT"\nclassifiers = ["License :: OSI Approved"]', "(PEP 639)"),
  project('authors = [{ name = "a, b" }]', "a comma cannot be in it"),
  project('dynamic = ["name"]', "has `name`, which must be given"),
  project('dynamic = ["version"]', "is given and in `dynamic` at once"),
  project('entry-points = { console_scripts = { a = "b:c" } }', "belongs into `project.scripts`"),
  project('optional-dependencies = { "a_b" = [], "A-B" = [] }', "in two spellings"),
  project('import-names = ["a"]\nimport-namespaces = ["a"]', "which `import-names` has too"),
  project('import-names = ["a b"]', "which is no name of a module"),
  {
    title: "a name that is none",
    toml: '[project]\nname = "-demo"\nversion = "1"\n',
    files: demo,
    code: "project-table-invalid",
    says: "is `-demo`, which is no name of a project",
  },
  {
    title: "a version that is none",
    toml: '[project]\nname = "demo"\nversion = "one"\n',
    files: demo,
    code: "project-table-invalid",
    says: "`project.version` is `one`, which cannot be read",
  },
  {
    title: "no version",
    toml: '[project]\nname = "demo"\n',
    files: demo,
    code: "project-table-invalid",
    says: "`project.version` is missing",
  },
  {
    title: "something dynamic that is not the version",
    toml: '[project]\nname = "demo"\nversion = "1"\ndynamic = ["dependencies"]\n',
    files: demo,
    code: "dynamic-not-determined",
    says: "`project.dynamic` has `dependencies`",
  },
  project(
    'license = "Apache 2"',
    "`Apache` is no identifier of the SPDX list",
    "build-metadata-invalid",
  ),
  project('license = "MIT AND (ISC"', "a parenthesis is never closed", "build-metadata-invalid"),
  project(
    'scripts = { demo = "demo" }',
    "`project.scripts.demo` is `demo`",
    "build-metadata-invalid",
  ),
  project('scripts = { "a/b" = "demo:main" }', "has the name `a/b`", "build-metadata-invalid"),
  project(
    'entry-points = { "a b" = { x = "y" } }',
    "has the group `a b`",
    "build-metadata-invalid",
  ),
  project(
    'urls = { "a, b" = "https://x.example" }',
    "has the label `a, b`",
    "build-metadata-invalid",
  ),
  project(
    `urls = { ${"x".repeat(33)} = "https://x.example" }`,
    "1 to 32 characters",
    "build-metadata-invalid",
  ),
  project(
    'readme = { text = "x", content-type = "text/html" }',
    "`description-content-type` `text/html` is none of",
    "build-metadata-invalid",
  ),
  project('import-names = ["class"]', "`class` is a keyword of Python", "build-metadata-invalid"),
  project('readme = "README.md"', "Cannot use `README.md`", "build-file-unusable"),
  project('readme = "../README.md"', "which `project.readme` names", "build-file-unusable"),
  project('license = { file = "x" }', "which `project.license` names", "build-file-unusable"),
  project('license-files = ["LICENSE"]', "for `LICENSE`", "license-glob-unmatched"),
  {
    title: "a readme that is not UTF-8",
    toml: `${plain}readme = "README.md"\n`,
    files: { ...demo, "README.md": new Uint8Array([0xff, 0xfe]) },
    code: "build-file-unusable",
    says: "Cannot use `README.md`",
  },
  { ...setting('data = { scripts = "bin" }', "Cannot use `bin`"), code: "build-file-unusable" },
  {
    ...setting('data = { scripts = "bin" }', "Cannot use `bin`"),
    title: "a folder of data of which nothing is left",
    files: { ...demo, "bin/__pycache__/x.pyc": "" },
    code: "build-file-unusable",
  },
  {
    ...extension('name = "x"\nsources = ["x.c"]\ninclude-dirs = ["c"]', "Cannot use `c`"),
    files: { ...demo, "x.c": "", "c/x.txt": "" },
    code: "build-file-unusable",
  },
  {
    ...extension('name = "x"\nsources = ["x.c"]', "Cannot use `x.c`"),
    hook: "build_sdist",
    code: "build-file-unusable",
  },
  {
    ...extension('name = "x"\nsources = ["x.c"]\npy-limited-api = "3.99"', "module `x`"),
    files: { ...demo, "x.c": "" },
    code: "extension-not-compiled",
  },
  {
    ...extension('name = "x"\nsources = ["x.c"]', "Cannot compile the extension module `x`"),
    files: { ...demo, "x.c": "int main(void { return 0; }\n" },
    code: "extension-not-compiled",
  },
  {
    ...extension('name = "x"\nsources = ["x.c"]', "Cannot compile the extension module `x`"),
    title: "no compiler",
    files: { ...demo, "x.c": "int x;\n" },
    env: { CC: "/nowhere/cc" },
    code: "extension-not-compiled",
  },
  ...(
    [
      ["no module at all", {}, "Cannot find the module `demo`"],
      ["a module in the other layout", { "demo/__init__.py": "" }, "Cannot find the module `demo`"],
      ["a folder without __init__.py", { "src/demo/a.py": "" }, "Cannot find the module `demo`"],
    ] as const
  ).map(([title, files, says]): Mistake => ({
    title,
    toml: plain,
    files,
    code: "build-module-not-found",
    says,
  })),
  ...(
    [
      ["no attribute", 'version_info = "1"\n'],
      ["a computed attribute", '__version__ = ".".join("12")\n'],
      ["an attribute that continues", '__version__ = "1" \\\n  ".2"\n'],
      ["an attribute assigned twice", '__version__ = "1"\n__version__ = "2"\n'],
      ["an attribute inside a function", 'def f():\n    __version__ = "1"\n'],
      ["an attribute inside a string", '"""\n__version__ = "1"\n"""\n'],
      ["an attribute that is no version", '__version__ = "one"\n'],
    ] as const
  ).map(([title, text]): Mistake => ({
    title,
    toml: dynamic,
    files: { "src/demo/__init__.py": text },
    code: "build-version-not-found",
    says: "Cannot tell the version of demo",
  })),
  ...(
    [
      ["no repository of git", undefined],
      ["no tag", ["commit"]],
      ["a tag that is no version", ["commit", "tag v1-of-all"]],
    ] as const
  ).map(([title, history]): Mistake => ({
    title,
    toml: `${dynamic}[tool.pkm.build]\nversion = { git-tag = "v{version}" }\n`,
    files: demo,
    ...(history === undefined ? {} : { history }),
    env: { GIT_CEILING_DIRECTORIES: tmpdir() },
    code: "build-version-not-found",
    says: "Cannot tell the version of demo",
  })),
  ...(
    [
      ["a link out of the tree", "../../../..", "leads out of the source tree"],
      ["a link to nothing", "nothing", "leads to nothing"],
      ["a link to a folder above", "..", "leads back to a folder it lies in"],
      ["an absolute link", "/etc/hostname", "leads out of the source tree"],
    ] as const
  ).map(([title, linkTo, says]): Mistake => ({
    title,
    toml: `${plain}[tool.pkm.build]\nlayout = "flat"\n`,
    files: { "demo/__init__.py": "", "demo/sub/link": { linkTo } },
    code: "build-link-refused",
    says: `Cannot pack the link \`demo/sub/link\`: it ${says}`,
  })),
  ...(
    [
      ["a backslash in a name", "src/demo/a\\b", "a path has no backslashes"],
      ["a line break in a name", "src/demo/a\nb", "a name has no control characters"],
    ] as const
  ).map(([title, path, says]): Mistake => ({
    title,
    toml: plain,
    files: { ...demo, [path]: "" },
    code: "build-path-refused",
    says,
  })),
  {
    title: "a pipe",
    toml: plain,
    files: demo,
    code: "build-path-refused",
    says: "it is neither a file nor a folder",
  },
  {
    title: "a date that is none",
    toml: plain,
    files: demo,
    env: { SOURCE_DATE_EPOCH: "-1" },
    code: "build-date-invalid",
    says: "SOURCE_DATE_EPOCH is `-1`",
  },
  {
    title: "a date that no archive can hold",
    toml: plain,
    files: demo,
    env: { SOURCE_DATE_EPOCH: "99999999999" },
    hook: "build_sdist",
    code: "build-date-invalid",
    says: "SOURCE_DATE_EPOCH is `99999999999`",
  },
];

const folder = realpathSync(mkdtempSync(join(tmpdir(), "pkm-backend-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const answers = new Map<Mistake, { readonly ours: Answer; readonly theirs: Answer }>();

beforeAll(async () => {
  const jobs = mistakes.map(({ hook, env, ...mistake }, i): Job => {
    const source = join(folder, `${i}`, "tree");
    layOut(mistake, source);
    return {
      hook: hook ?? "build_wheel",
      source,
      output: join(folder, `${i}`, "out"),
      env: env ?? {},
    };
  });
  // A pipe is nothing that a fixture can describe.
  const pipe = mistakes.findIndex(({ title }) => title === "a pipe");
  const make = "import os, sys; os.mkfifo(sys.argv[1])";
  execFileSync(testPython, ["-c", make, join(folder, `${pipe}`, "tree", "src", "demo", "pipe")]);
  const theirs = byPython(jobs, folder);
  for (const [i, job] of jobs.entries())
    answers.set(mistakes[i] as Mistake, { ours: await byPkm(job), theirs: theirs[i] as Answer });
});

describe("both halves refuse", () => {
  test.each(
    mistakes.map((mistake, i) => [mistake.title.replaceAll("\n", "; "), mistake, i] as const),
  )("%s", (_, mistake, i) => {
    const { ours, theirs } = answers.get(mistake) as { ours: Answer; theirs: Answer };
    expect(ours).toMatchObject({ code: mistake.code });
    expect(ours).toHaveProperty("message", expect.stringContaining(mistake.says));
    expect(theirs).toMatchObject({ code: mistake.code });
    // What a parser adds to "cannot be read" is its own.
    const shared = (answer: Answer): string =>
      "message" in answer
        ? answer.message.replace(/(which cannot be read).*$| \(line \d+\)/s, "$1")
        : "";
    expect(shared(theirs)).toBe(shared(ours));
    expect(readdirSync(join(folder, `${i}`, "out"))).toEqual([]);
  });
});
