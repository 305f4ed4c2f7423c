import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A file by its text or bytes, one that may be run, or a link. */
type FixtureFile = string | Uint8Array | { readonly run: string } | { readonly linkTo: string };

/** A project for both halves of the backend. */
export type Fixture = {
  readonly title: string;
  /** `[project]` and below; the `[build-system]` of all is added. */
  readonly toml: string;
  readonly files: Readonly<Record<string, FixtureFile>>;
  /** Commits and tags the tree, and then goes on: `tag`, `commit` or `change`. */
  readonly history?: readonly ("change" | "commit" | `tag ${string}`)[];
  readonly env?: Readonly<Record<string, string>>;
  /** Nothing is compiled for an editable. */
  readonly hasExtensions?: boolean;
  /** Members that must be there, or must not (with `!` in front), of the wheel and of the sdist. */
  readonly wheel?: readonly string[];
  readonly sdist?: readonly string[];
};

const buildSystem = `[build-system]
requires = ["pkm-build>=0.1,<0.2"]
build-backend = "pkm_build"
`;

/** Lays a fixture out in a folder that does not exist yet. */
export function layOut(fixture: Pick<Fixture, "toml" | "files" | "history">, folder: string): void {
  const all: Readonly<Record<string, FixtureFile>> = {
    "pyproject.toml": `${buildSystem}\n${fixture.toml}`,
    ...fixture.files,
  };
  for (const [path, file] of Object.entries(all)) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    if (typeof file === "string" || file instanceof Uint8Array) writeFileSync(target, file);
    else if ("linkTo" in file) symlinkSync(file.linkTo, target);
    else {
      writeFileSync(target, file.run);
      chmodSync(target, 0o755);
    }
  }
  const git = (...words: string[]): void =>
    void execFileSync(
      "git",
      ["-C", folder, "-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...words],
      {
        stdio: "ignore",
      },
    );
  if (fixture.history === undefined) return;
  git("init", "-q");
  git("add", ".");
  let changes = 0;
  for (const step of fixture.history) {
    if (step === "commit") git("commit", "-q", "--allow-empty", "-a", "-m", "On");
    else if (step === "change")
      writeFileSync(
        join(folder, "pyproject.toml"),
        `${buildSystem}\n${fixture.toml}# ${++changes}\n`,
      );
    else git("tag", step.slice("tag ".length));
  }
  // A build that lets the repository's configuration start programs leaves this trace in the tree.
  const spy = join(folder, ".git", "spy");
  writeFileSync(spy, `#!/bin/sh\necho spied > '${folder}/spied'\n`);
  chmodSync(spy, 0o755);
  git("config", "core.fsmonitor", spy);
}

const plain = '[project]\nname = "demo"\nversion = "1.0"\n';
const demo = { "src/demo/__init__.py": "" };

const deep = `src/demo/${"long/".repeat(20)}name.txt`;

export const fixtures: readonly Fixture[] = [
  { title: "the smallest project", toml: plain, files: demo },
  {
    title: "every field of [project]",
    toml: `[project]
name = "Full.Demo_Project"
version = "v1.0-RC1+Ubuntu.01"
description = "Alle Felder – 全部"
readme = "README.md"
requires-python = ">=3.9,  <4"
license = "mit or (Apache-2.0 and gpl-2.0+ with classpath-exception-2.0) OR LicenseRef-Own"
license-files = ["LICENSES/*.txt", "**/NOTICE", "LICEN[CS]E"]
authors = [{ name = "Ada Lovelace", email = "ada@example.com" }, { name = "Grace B. \\"Amazing\\" Hopper", email = "g@example.com" }, { email = "x@example.com" }, { name = "Émilie" }]
maintainers = [{ name = "Ada" }, { name = "Grace" }]
keywords = ["one", "two words", "drei"]
classifiers = ["Programming Language :: Python :: 3", "Private :: Do Not Upload"]
dependencies = [
  "requests[socks] >=2 ,<3",
  "archive @ https://files.example/a;b-1.0.zip ; os_name == 'nt'",
  "tomli; python_version<'3.11'",
]
import-names = ["full_demo_project", "full_demo_project._core ; private"]
import-namespaces = ["shared"]

[project.urls]
Homepage = "https://demo.example"
"Bug Tracker" = "https://demo.example/bugs"
7 = "https://demo.example/seven"

[project.scripts]
demo = "full_demo_project:main"
a-script = "full_demo_project.cli : run.it [extra , more]"

[project.gui-scripts]
demo-gui = "full_demo_project:gui"

[project.entry-points."demo.plugins"]
"a name" = "full_demo_project"
b = "full_demo_project:main"

[project.optional-dependencies]
Test_Tools = ["pytest ; python_version>='3.9' or os_name=='nt'", "coverage"]
docs = ["sphinx @ git+https://git.example/s;x@main", "self [a] @ https://e.example/x.zip ; os_name == 'nt'"]
`,
    files: {
      "README.md": "\ufeff# Demo\r\n\r\nÄ text\r\nwith lines.\n",
      LICENSE: "MIT\n",
      "LICENSES/b.txt": "b",
      "LICENSES/a.txt": "a",
      "LICENSES/a.md": "no",
      "third/party/NOTICE": "note",
      "src/full_demo_project/__init__.py": "def main(): pass\n",
      "src/full_demo_project/py.typed": "",
    },
    wheel: [
      "full_demo_project-1.0rc1+ubuntu.1.dist-info/licenses/third/party/NOTICE",
      "full_demo_project-1.0rc1+ubuntu.1.dist-info/licenses/LICENSES/a.txt",
      "full_demo_project/py.typed",
      "!full_demo_project-1.0rc1+ubuntu.1.dist-info/licenses/LICENSES/a.md",
    ],
    sdist: ["LICENSES/a.txt", "README.md", "!LICENSES/a.md"],
  },
  {
    title: "a single module and its stub in a flat layout",
    toml: `${plain}[tool.pkm.build]\nlayout = "flat"\n`,
    files: { "demo.py": "x = 1\n", "demo.pyi": "x: int\n", "other.py": "" },
    wheel: ["demo.py", "demo.pyi", "!other.py"],
  },
  {
    title: "parts of a namespace",
    toml: '[project]\nname = "acme.tools"\nversion = "1!2.0.post3"\n[tool.pkm.build]\nmodules = ["acme.tools", "acme.more", "acme.data"]\n',
    files: {
      "src/acme/tools/__init__.py": "",
      "src/acme/more.py": "",
      "src/acme/data/table.csv": "1,2\n",
      "src/acme/foreign/__init__.py": "",
    },
    wheel: [
      "acme/tools/__init__.py",
      "acme/more.py",
      "acme/data/table.csv",
      "!acme/foreign/__init__.py",
    ],
  },
  {
    title: "stubs of another project",
    toml: '[project]\nname = "demo-stubs"\nversion = "1"\n[tool.pkm.build]\nmodules = ["demo-stubs"]\n',
    files: { "src/demo-stubs/__init__.pyi": "", "src/demo-stubs/py.typed": "partial\n" },
    wheel: ["demo-stubs/__init__.pyi"],
  },
  {
    title: "what is left in, left out and installed elsewhere",
    toml: `${plain}[tool.pkm.build]
include = ["tests", "docs/**/*.md", "*.cfg"]
exclude = ["**/*.tmp", "tests/big"]
wheel-include = ["src/demo_extra/*.json"]
wheel-exclude = ["**/*.c"]
data = { scripts = "bin", data = "share", headers = "include" }
`,
    files: {
      ...demo,
      "src/demo/code.c": "int x;",
      "src/demo/notes.tmp": "",
      "src/demo/run.sh": { run: "#!/bin/sh\n" },
      "src/demo/dist/asset.js": "1",
      "src/demo/Ünï/文.txt": "unicode",
      'src/demo/a,b "c".txt': "quoted",
      "src/demo/zürich-\u{1F40D}.txt": "astral",
      "src/demo/\uFF5E.txt": "before the astral ones in one order, behind them in another",
      "src/demo/__pycache__/x.cpython-311.pyc": "no",
      "src/demo/.venv/lib/y.py": "no",
      "src/demo/env/pyvenv.cfg": "no",
      "src/demo/env/z.py": "no",
      [deep]: "deep",
      "src/demo/empty": "",
      "src/demo_extra/a.json": "{}",
      "src/demo_extra/b.yaml": "no",
      "bin/tool": "#!python\nprint(1)\n",
      "share/man/man1/demo.1": ".TH\n",
      "include/demo.h": "int x;\n",
      "include/old.tmp": "",
      "tests/test_demo.py": "",
      "tests/big/file": "",
      "docs/a/b/c.md": "",
      "docs/a/b/c.txt": "",
      "setup.cfg": "",
      "dist/old-1.0.tar.gz": "",
      ".github/workflow.yml": "",
      // Nobody asks for these, and then it does not matter where they lead.
      "docs/away": { linkTo: "/" },
      "docs/nowhere": { linkTo: "nothing" },
      "docs/round/again": { linkTo: ".." },
    },
    wheel: [
      "demo/dist/asset.js",
      "demo/run.sh",
      "demo_extra/a.json",
      "demo-1.0.data/scripts/tool",
      "demo-1.0.data/data/man/man1/demo.1",
      "demo-1.0.data/headers/demo.h",
      "!demo/code.c",
      "!demo/notes.tmp",
      "!demo_extra/b.yaml",
      "!demo/env/z.py",
      "!demo/.venv/lib/y.py",
    ],
    sdist: [
      "tests/test_demo.py",
      "docs/a/b/c.md",
      "setup.cfg",
      "src/demo/code.c",
      "src/demo_extra/a.json",
      "bin/tool",
      "!include/old.tmp",
      "!tests/big/file",
      "!docs/a/b/c.txt",
      "!dist/old-1.0.tar.gz",
      "!.github/workflow.yml",
    ],
  },
  {
    title: "links that stay in the tree",
    toml: `${plain}[tool.pkm.build]\nmodules = ["demo"]\n`,
    files: {
      "src/demo": { linkTo: "../lib/demo" },
      "lib/demo/__init__.py": "",
      "lib/demo/readme.txt": { linkTo: "../../README.txt" },
      "lib/demo/more": { linkTo: "../more" },
      "lib/more/a.py": "",
      "README.txt": "read\n",
    },
    wheel: ["demo/__init__.py", "demo/readme.txt", "demo/more/a.py"],
  },
  {
    title: "the version of the module",
    toml: '[project]\nname = "demo"\ndynamic = ["version"]\n',
    files: {
      "src/demo/__init__.py": `"""Says
__version__ = "0"
"""
__version_info__ = (1, 2)
__version__: "str" = '1.2.dev3'  # as it is
if __version__ == "1":
    __version__ = "3"
`,
    },
    wheel: ["demo-1.2.dev3.dist-info/METADATA"],
  },
  {
    title: "the version of another file",
    toml: '[project]\nname = "demo"\ndynamic = ["version"]\n[tool.pkm.build.version]\nfile = "./VERSION.py"\nattribute = "number"\n',
    files: { ...demo, "VERSION.py": 'number = "2.0-1"\n' },
    wheel: ["demo-2.0.post1.dist-info/METADATA"],
    sdist: ["VERSION.py"],
  },
  ...(
    [
      ["a tag", ["commit", "tag v1.4"], "1.4"],
      ["two commits behind a tag", ["commit", "tag v1.4", "commit", "commit"], "1.5.dev2+g"],
      ["a change behind a tag", ["commit", "tag v1.4rc1", "change"], "1.4rc2.dev0+g"],
      [
        "a commit behind a development release",
        ["commit", "tag v2.0.dev1", "commit"],
        "2.0.dev2+g",
      ],
      [
        "a commit behind a post-release",
        ["commit", "tag v2!1.0.post1", "commit"],
        "2!1.0.post2.dev1+g",
      ],
    ] as const
  ).map(([state, history, version]): Fixture => ({
    title: `the version of git at ${state}`,
    toml: '[project]\nname = "demo"\ndynamic = ["version"]\n[tool.pkm.build]\nversion = { git-tag = "v{version}" }\n',
    files: demo,
    history: [...history],
    wheel: [`demo-${version}*`],
  })),
  {
    title: "the version of git without the local part",
    toml: '[project]\nname = "demo"\ndynamic = ["version"]\n[tool.pkm.build]\nversion = { git-tag = "demo/{version}-final", local = false }\n',
    files: demo,
    history: ["commit", "tag demo/3.9-final", "tag v8", "commit", "change"],
    wheel: ["demo-3.10.dev1.dist-info/METADATA"],
  },
  {
    title: "the version an sdist was made with",
    toml: '[project]\nname = "demo"\ndynamic = ["version"]\n[tool.pkm.build]\nversion = { git-tag = "v{version}" }\n',
    files: {
      ...demo,
      "PKG-INFO": "Metadata-Version: 2.2\nName: Demo\nVersion: 5.0\n\nVersion: 6\n",
    },
    wheel: ["demo-5.0.dist-info/METADATA"],
  },
  {
    title: "a licence in its older form, in a file",
    toml: `${plain}license = { file = "COPYING.txt" }\nreadme = { text = "Short", content-type = "text/plain; charset=UTF-8" }\n`,
    files: { ...demo, "COPYING.txt": "You may.\n\n  And you may.\n", AUTHORS: "Ada\n" },
    wheel: ["demo-1.0.dist-info/licenses/COPYING.txt", "demo-1.0.dist-info/licenses/AUTHORS"],
  },
  {
    title: "a licence in its older form, as text",
    toml: `${plain}license = { text = "Ask\\nme" }\nlicense-files = []\n`.replace(
      "license-files = []\n",
      "",
    ),
    files: { ...demo, "README.rst": "Demo\n" },
  },
  {
    title: "a project without modules",
    toml: `${plain}readme = { file = "docs/read.me", content-type = "text/markdown; variant=CommonMark" }\nimport-names = []\n[tool.pkm.build]\nmodules = []\n`,
    files: { "docs/read.me": "" },
    sdist: ["docs/read.me"],
  },
  {
    title: "a date of one's own",
    toml: plain,
    files: demo,
    env: { SOURCE_DATE_EPOCH: "1700000001" },
  },
  {
    title: "a date before the first of a zip file",
    toml: plain,
    files: demo,
    env: { SOURCE_DATE_EPOCH: "0" },
  },
  {
    title: "extension modules",
    toml: `${plain}[tool.pkm.build]
[[tool.pkm.build.extensions]]
name = "demo._speed"
sources = ["c/speed.c", "c/more.c"]
include-dirs = ["c/include"]
define-macros = ["ANSWER=42", "WITH_MORE"]
libraries = ["m"]
compile-args = ["-Wall"]
link-args = ["-Wl,--as-needed"]
`,
    files: {
      "src/demo/__init__.py": "from demo._speed import answer\n",
      "c/speed.c": `#include <Python.h>
#include <math.h>
#include "compile.h"
static PyObject *answer(PyObject *self, PyObject *none) { return PyLong_FromLong(more() + (long)floor(0.5)); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_speed", "", -1, methods, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit__speed(void) { return PyModule_Create(&module); }
`,
      "c/more.c": `#include "compile.h"\n#ifdef WITH_MORE\nlong more(void) { return ANSWER; }\n#endif\n`,
      // Python has a header of this name as well.
      "c/include/compile.h": "long more(void);\n",
      "c/include/notes.txt": "no\n",
    },
    hasExtensions: true,
    sdist: ["c/speed.c", "c/more.c", "c/include/compile.h", "!c/include/notes.txt"],
  },
  {
    title: "an extension module of the limited API, alone",
    toml: `${plain}[[tool.pkm.build.extensions]]
name = "demo"
sources = ["demo.c"]
py-limited-api = "3.9"
`,
    files: {
      "demo.c": `#include <Python.h>
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "demo", "", -1, NULL, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_demo(void) { return PyModule_Create(&module); }
`,
    },
    hasExtensions: true,
    wheel: ["demo.abi3.so"],
  },
];
