import { describe, expect, test } from "bun:test";
import type { AnyCommand } from "#cli/command";
import { type ImaginedMachine, type ImaginedRun, runImagined } from "#cli/imagined-run";
import { check } from "./check.ts";
import { freeze } from "./freeze.ts";
import { list } from "./list.ts";
import { show } from "./show.ts";
import { tree } from "./tree.ts";

const site = "/env/lib/python3.12/site-packages";

/** An environment at `/env` made from an imagined Python 3.12.1, with these files in its site-packages. */
function machine(
  installed: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): ImaginedMachine {
  return {
    pythons: [{ path: "/usr/bin/python3.12" }],
    tree: {
      "/env/pyvenv.cfg": "home = /usr/bin\nimplementation = CPython\nversion = 3.12.1\n",
      "/env/bin/python": "",
      [`${site}/`]: "",
      ...Object.fromEntries(
        Object.entries(installed).map(([path, text]) => [`${site}/${path}`, text]),
      ),
      ...more,
    },
    host: { env: { LC_ALL: "C.UTF-8" }, cwd: "/here" },
  };
}

/** `dist("A", "1", …)` as files of site-packages: METADATA with further headers. */
function dist(
  name: string,
  version: string,
  ...headers: readonly string[]
): Record<string, string> {
  const text = [
    `Metadata-Version: 2.1`,
    `Name: ${name}`,
    `Version: ${version}`,
    ...headers,
    "",
    "",
  ];
  return { [`${name.toLowerCase()}-${version}.dist-info/METADATA`]: text.join("\n") };
}

function run(command: AnyCommand, words: string, where: ImaginedMachine): Promise<ImaginedRun> {
  const typed = words.split(" ").filter((word) => word !== "");
  return runImagined(command, "pkm pip test", [...typed, "--python", "/env"], where);
}

const directUrl = (value: unknown): string => JSON.stringify(value);

describe("pip list", () => {
  test("has a column for editable installations where there is one", async () => {
    const where = machine({
      ...dist("Beta", "2"),
      ...dist("alpha", "1.0"),
      "alpha-1.0.dist-info/direct_url.json": directUrl({
        url: "file:///src/al%20pha",
        dir_info: { editable: true },
      }),
    });
    const { stdout } = await run(list, "", where);
    expect(stdout).toBe(
      [
        "Package Version Editable project location",
        "------- ------- -------------------------",
        "alpha   1.0     /src/al pha",
        "Beta    2",
        "",
      ].join("\n"),
    );
  });

  test("has a column for build tags where a wheel had one", async () => {
    const where = machine({
      ...dist("a", "1"),
      "a-1.dist-info/WHEEL": "Wheel-Version: 1.0\nBuild: 7local\nTag: py3-none-any\n",
      ...dist("b", "2"),
    });
    const { stdout } = await run(list, "", where);
    expect(stdout.split("\n").slice(0, 4)).toEqual([
      "Package Version Build",
      "------- ------- ------",
      "a       1       7local",
      "b       2",
    ]);
  });

  test("writes JSON as Python does, versions normalised, what is no version as it is", async () => {
    const where = machine({
      ...dist("a", "1.0-RC1"),
      ...dist("b", "old-style"),
      ...dist("c", "01.2"),
    });
    const { stdout } = await run(list, "--format json", where);
    expect(stdout).toBe(
      '[{"name": "a", "version": "1.0rc1"}, {"name": "b", "version": "old-style"}, {"name": "c", "version": "1.2"}]\n',
    );
  });

  test("pins what is no version by identity", async () => {
    const where = machine({ ...dist("a", "1.0-RC1"), ...dist("b", "old-style") });
    const { stdout } = await run(list, "--format freeze", where);
    expect(stdout).toBe("a==1.0rc1\nb===old-style\n");
  });

  test("tells location and installer when asked for more", async () => {
    const where = machine({ ...dist("a", "1"), "a-1.dist-info/INSTALLER": "pip\n" });
    const { stdout } = await run(list, "-v --format json", where);
    expect(JSON.parse(stdout)).toEqual([
      { name: "a", version: "1", location: site, installer: "pip" },
    ]);
  });

  test("leaves out names in any spelling, and what others require", async () => {
    const where = machine({
      ...dist("Zope.Interface", "5", "Requires-Dist: setuptools"),
      ...dist("setuptools", "70"),
      ...dist("other", "1", 'Requires-Dist: zope_interface; extra == "x"'),
    });
    const excluded = await run(list, "--exclude zope-interface --format freeze", where);
    expect(excluded.stdout).toBe("other==1\nsetuptools==70\n");
    const free = await run(list, "--not-required --format freeze", where);
    expect(free.stdout).toBe("other==1\nZope.Interface==5\n");
  });

  test("prints no headings above nothing", async () => {
    expect((await run(list, "", machine({}))).stdout).toBe("");
    expect((await run(list, "--json", machine({}))).stdout).toBe("[]\n");
  });

  test("passes over what is broken and says so", async () => {
    const where = machine({ "gone-1.dist-info/RECORD": "", "~ip-1.dist-info/METADATA": "" });
    const { stdout, stderr, status } = await run(list, "", where);
    expect(stdout).toBe("");
    expect(stderr).toContain("gone-1.dist-info` is passed over: it has no METADATA");
    expect(stderr).toContain("~ip-1.dist-info` is passed over");
    expect(status).toBe(0);
  });

  test("asks no interpreter", async () => {
    const where = { ...machine(dist("a", "1")), pythons: [] };
    expect((await run(list, "--format freeze", where)).stdout).toBe("a==1\n");
    expect((await run(freeze, "", where)).stdout).toBe("a==1\n");
  });

  test("looks into plain folders with --path, in the order given", async () => {
    const where = machine(
      {},
      {
        "/one/a-1.dist-info/METADATA": "Name: a\nVersion: 1\n",
        "/two/a-2.dist-info/METADATA": "Name: a\nVersion: 2\n",
        "/two/b-3.dist-info/METADATA": "Name: b\nVersion: 3\n",
      },
    );
    const { stdout } = await run(list, "--path /one --path /two --format freeze", where);
    expect(stdout).toBe("a==1\nb==3\n");
  });
});

describe("pip freeze", () => {
  const forms = [
    [
      "an archive",
      { url: "https://index.example/a-1.zip", archive_info: {} },
      "a @ https://index.example/a-1.zip",
    ],
    [
      "an archive with its hash",
      {
        url: "https://index.example/a.zip",
        archive_info: { hash: "sha256=00ff", hashes: { sha256: "00ff" } },
      },
      "a @ https://index.example/a.zip#sha256=00ff",
    ],
    [
      "a folder inside an archive",
      { url: "file:///x.zip", subdirectory: "sub", archive_info: { hash: "sha256=00" } },
      "a @ file:///x.zip#sha256=00&subdirectory=sub",
    ],
    ["a folder", { url: "file:///src/a", dir_info: {} }, "a @ file:///src/a"],
    [
      "a repository",
      { url: "https://host.example/a.git", vcs_info: { vcs: "git", commit_id: "abc" } },
      "a @ git+https://host.example/a.git@abc",
    ],
  ] as const;

  test.each(forms)("names where it came from: %s", async (_title, json, line) => {
    const where = machine({ ...dist("a", "1"), "a-1.dist-info/direct_url.json": directUrl(json) });
    expect((await run(freeze, "", where)).stdout).toBe(`${line}\n`);
  });

  test("falls back to the version where direct_url.json cannot be read", async () => {
    const where = machine({ ...dist("a", "1"), "a-1.dist-info/direct_url.json": "{" });
    const { stdout, stderr } = await run(freeze, "", where);
    expect(stdout).toBe("a==1\n");
    expect(stderr).toContain("direct_url.json cannot be read");
  });

  test("says that an editable installation is under no version control", async () => {
    const where = machine({
      ...dist("a", "1"),
      "a-1.dist-info/direct_url.json": directUrl({
        url: "file:///src/a",
        dir_info: { editable: true },
      }),
    });
    expect((await run(freeze, "", where)).stdout).toBe(
      "# Editable install with no version control (a==1)\n-e /src/a\n",
    );
    expect((await run(freeze, "--exclude-editable", where)).stdout).toBe("");
  });

  test("leaves out pip, and on old Pythons what environments came with", async () => {
    const tools = { ...dist("pip", "26"), ...dist("setuptools", "70"), ...dist("wheel", "1") };
    const where = machine({ ...tools, ...dist("a", "1") });
    expect((await run(freeze, "", where)).stdout).toBe("a==1\nsetuptools==70\nwheel==1\n");
    expect((await run(freeze, "--all", where)).stdout).toBe(
      "a==1\npip==26\nsetuptools==70\nwheel==1\n",
    );
    const old = machine(
      {},
      Object.fromEntries(
        Object.entries({ ...tools, ...dist("a", "1") }).map(([path, text]) => [
          `/old/lib/python3.9/site-packages/${path}`,
          text,
        ]),
      ),
    );
    const path = "--path /old/lib/python3.9/site-packages";
    expect((await run(freeze, path, old)).stdout).toBe("a==1\n");
  });

  test("sorts by the name as written, in lower case", async () => {
    const where = machine({ ...dist("foo_b", "1"), ...dist("Foo-c", "1"), ...dist("foo-a", "1") });
    expect((await run(freeze, "", where)).stdout).toBe("foo-a==1\nFoo-c==1\nfoo_b==1\n");
  });

  test("keeps order, comments and options of a requirements file, each option once", async () => {
    const where = machine(
      { ...dist("A", "1"), ...dist("b", "2"), ...dist("c", "3") },
      {
        "/here/r.txt":
          "# top\n--pre\nb >= 1 # why\n--pre\n\nmissing[x]==9\nB\nhttps://index.example/x.zip\n",
      },
    );
    const { stdout, stderr } = await run(freeze, "-r r.txt", where);
    expect(stdout).toBe(
      "# top\n--pre\nb==2\n\n## The following requirements were added by pip freeze:\nA==1\nc==3\n",
    );
    expect(stderr).toContain("asks for `missing[x]==9`, which is not installed");
    expect(stderr).toContain("does not say what it would install");
  });

  test("names a requirements file that is not there", async () => {
    const { stdout, stderr } = await run(freeze, "-r none.txt", machine(dist("a", "1")));
    expect(stdout).toBe("");
    expect(stderr).toContain("there is no file `none.txt` [file-missing]");
  });
});

describe("pip show", () => {
  test("takes the indentation off a folded licence and finds the home page among the URLs", async () => {
    const where = machine(
      dist(
        "a",
        "1",
        "License: MIT",
        "        ",
        "        Copyright",
        "          deeper",
        "Project-URL: Home Page, https://a.example",
      ),
    );
    const { stdout } = await run(show, "a", where);
    expect(stdout).toContain("Home-page: https://a.example\n");
    expect(stdout).toContain("License: MIT\n\nCopyright\n  deeper\nLocation: ");
  });

  test("shows a licence expression from metadata 2.4 on", async () => {
    const texts = (version: string): Record<string, string> => ({
      "a-1.dist-info/METADATA": `Metadata-Version: ${version}\nName: a\nVersion: 1\nLicense-Expression: MIT\nLicense: old words\n`,
    });
    const recent = await run(show, "a", machine(texts("2.4")));
    expect(recent.stdout).toContain("License-Expression: MIT\n");
    const before = await run(show, "a", machine(texts("2.3")));
    expect(before.stdout).toContain("License: old words\n");
  });

  test("lists requirements that hold here, each name once, and who requires it", async () => {
    const where = machine({
      ...dist(
        "a",
        "1",
        'Requires-Dist: win; sys_platform == "win32"',
        "Requires-Dist: B>1",
        'Requires-Dist: B<9; python_version > "3"',
        'Requires-Dist: extra-only; extra == "x"',
      ),
      ...dist("b", "2"),
    });
    expect((await run(show, "a", where)).stdout).toContain("Requires: B\nRequired-by: \n");
    expect((await run(show, "b", where)).stdout).toContain("Requires: \nRequired-by: a\n");
  });

  test("says what it cannot know of files", async () => {
    const { stdout } = await run(show, "-f a", machine(dist("a", "1")));
    expect(stdout).toEndWith("Files:\nCannot locate RECORD or installed-files.txt\n");
  });

  test("sorts files, and brings those of an egg to the same folder", async () => {
    const record = "b.py,,\na/./c.py,,\n../../../bin/a,,\n";
    const wheel = machine({ ...dist("a", "1"), "a-1.dist-info/RECORD": record });
    expect((await run(show, "-f a", wheel)).stdout).toEndWith(
      "Files:\n  ../../../bin/a\n  a/c.py\n  b.py\n",
    );
    const egg = machine({
      "a-1.egg-info/PKG-INFO": "Name: a\nVersion: 1\n",
      "a-1.egg-info/installed-files.txt": "../a.py\n../../../../bin/a\nPKG-INFO\n",
    });
    expect((await run(show, "-f a", egg)).stdout).toEndWith(
      "Files:\n  ../../../bin/a\n  a-1.egg-info/PKG-INFO\n  a.py\n",
    );
  });

  test("ends with 1 when nothing that was named is installed", async () => {
    const where = machine(dist("a", "1"));
    expect((await run(show, "b c", where)).status).toBe(1);
    expect((await run(show, "b a", where)).status).toBe(0);
    expect((await run(show, "b a", where)).stderr).toBe("warning: Package(s) not found: b\n");
  });
});

describe("pip check", () => {
  test("says nothing is broken where nothing is, and nothing at all when quiet", async () => {
    const where = machine({ ...dist("a", "1", "Requires-Dist: b>=1"), ...dist("b", "1.5") });
    expect((await run(check, "", where)).stdout).toBe("No broken requirements found.\n");
    expect((await run(check, "-q", where)).stdout).toBe("");
  });

  test("puts what is missing before what is of another version", async () => {
    const where = machine({
      ...dist("A", "1.0-1", 'Requires-Dist: b[x]>=2; python_version > "3"', "Requires-Dist: Gone"),
      ...dist("b", "1.5"),
    });
    const { stdout, status } = await run(check, "", where);
    expect(stdout).toBe(
      'a 1.0.post1 requires gone, which is not installed.\na 1.0.post1 has requirement b[x]>=2; python_version > "3", but you have b 1.5.\n',
    );
    expect(status).toBe(1);
  });

  test("warns of what pip does not look at, without failing", async () => {
    const where = machine({
      ...dist("a", "1", "Requires-Dist: b[x]"),
      ...dist("b", "1", 'Requires-Dist: deep; extra == "x"', "Requires-Python: >=3.13"),
    });
    const { stdout, stderr, status } = await run(check, "", where);
    expect(stdout).toBe("No broken requirements found.\n");
    expect(stderr).toContain(
      "b 1 requires deep, which is not installed (for its extra `x`, which is asked for)",
    );
    expect(stderr).toContain("b 1 requires Python >=3.13, but this is Python 3.12.1.");
    expect(status).toBe(0);
  });

  test("fails for metadata that cannot be read, and for a wheel of another platform", async () => {
    const unreadable = await run(check, "", machine(dist("a", "1", "Requires-Dist: b >> 1")));
    expect(unreadable.stderr).toContain("Error parsing dependencies of a: ");
    expect(unreadable.status).toBe(1);
    const foreign = machine({
      ...dist("a", "1"),
      "a-1.dist-info/WHEEL": "Wheel-Version: 1.0\nTag: cp312-cp312-win_amd64\n",
    });
    const { stdout, status } = await run(check, "", foreign);
    expect(stdout).toBe("a 1 is not supported on this platform\n");
    expect(status).toBe(1);
  });
});

describe("pip tree", () => {
  const where = machine({
    ...dist("app", "1", "Requires-Dist: left<9", "Requires-Dist: right"),
    ...dist("left", "2", "Requires-Dist: base"),
    ...dist("right", "3", "Requires-Dist: base>=4"),
    ...dist("base", "4", "Requires-Dist: leaf", "Requires-Dist: left"),
    ...dist("leaf", "5"),
  });

  test("marks what was shown above, and says what the mark means", async () => {
    expect((await run(tree, "", where)).stdout).toBe(
      [
        "app 1",
        "├── left 2 [<9]",
        "│   └── base 4",
        "│       ├── leaf 5",
        "│       └── left 2 (*)",
        "└── right 3",
        "    └── base 4 [>=4] (*)",
        "(*) what is below it is shown above",
        "",
      ].join("\n"),
    );
  });

  test("stops at a depth without a mark, and repeats when told to", async () => {
    expect((await run(tree, "--depth 1", where)).stdout).toBe(
      "app 1\n├── left 2 [<9]\n└── right 3\n",
    );
    const repeated = (await run(tree, "--no-dedupe --prune left", where)).stdout;
    expect(repeated).toBe("app 1\n└── right 3\n    └── base 4 [>=4]\n        └── leaf 5\n");
  });

  test("is drawn with ASCII where the locale has nothing else", async () => {
    const plain = { ...where, host: { ...where.host, env: { LC_ALL: "C" } } };
    expect((await run(tree, "--depth 1", plain)).stdout).toBe(
      "app 1\n|-- left 2 [<9]\n`-- right 3\n",
    );
  });

  test("shows upside down whose requirement it is", async () => {
    expect((await run(tree, "--invert leaf", where)).stdout).toBe(
      [
        "leaf 5",
        "└── base 4",
        "    ├── left 2",
        "    │   ├── app 1 [left <9]",
        "    │   └── base 4 (*)",
        "    └── right 3 [base >=4]",
        "        └── app 1",
        "(*) what is below it is shown above",
        "",
      ].join("\n"),
    );
  });
});
