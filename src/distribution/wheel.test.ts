import { describe, expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { type CraftedWheel, craftWheel, recordRow } from "./crafted-wheel.ts";
import { openWheel, type OpenWheel } from "./wheel.ts";

const world = { inflate: new RealInflate(), hashing: new RealHashing() };
const filename = "demo-1.0-py3-none-any.whl";

function open(recipe: CraftedWheel, name = filename): OpenWheel {
  const wheel = openWheel(craftWheel(recipe), name, world);
  for (const file of wheel.files)
    wheel.content(file, (content) => Array.from(content as Iterable<unknown>));
  return wheel;
}

function problem(recipe: CraftedWheel, name = filename): PkmError {
  try {
    open(recipe, name);
  } catch (error) {
    if (error instanceof PkmError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("openWheel() reads", () => {
  test("what an installation needs to know", () => {
    const wheel = open({
      files: {
        "demo/__init__.py": "x = 1\n",
        "demo.data/scripts/run": "#!python\n",
        "demo-1.0.data/headers/demo.h": "",
      },
      entryPoints:
        "[console_scripts]\ndemo = demo.cli:main\n[gui_scripts]\ndemo-gui = demo:gui.run\n[other]\nx = y\n",
      executable: ["demo/__init__.py"],
    });
    expect(wheel.metadata.requiresPython).toBe(">=3.8");
    expect(wheel.rootIsPurelib).toBe(true);
    expect(wheel.distInfo).toBe("demo-1.0.dist-info");
    expect(wheel.consoleScripts).toEqual({ demo: "demo.cli:main" });
    expect(wheel.guiScripts).toEqual({ "demo-gui": "demo:gui.run" });
    expect(wheel.files.map(({ scheme, path, executable }) => [scheme, path, executable])).toEqual([
      ["root", "demo/__init__.py", true],
      // Only `{name}-{version}.data` is the data folder.
      ["root", "demo.data/scripts/run", false],
      ["headers", "demo.h", false],
      ["root", "demo-1.0.dist-info/METADATA", false],
      ["root", "demo-1.0.dist-info/WHEEL", false],
      ["root", "demo-1.0.dist-info/entry_points.txt", false],
    ]);
  });

  test("every key of a data folder", () => {
    const keys = ["purelib", "platlib", "headers", "scripts", "data"];
    const files = Object.fromEntries(
      keys.map((key) => [`demo-1.0.data/${key}/sub/file-${key}`, ""]),
    );
    const found = open({ files }).files.filter(({ scheme }) => scheme !== "root");
    expect(found.map(({ scheme, path }) => `${scheme} ${path}`)).toEqual(
      keys.map((key) => `${key} sub/file-${key}`),
    );
  });

  test.each([
    ["spelled as older tools did", "Foo.Bar", "foo_bar-1.0-py3-none-any.whl"],
    ["in capitals", "FooBar", "foobar-1.0-py3-none-any.whl"],
  ])("a dist-info %s", (_, name, file) => {
    expect(open({ name }, file).distInfo).toBe(`${name}-1.0.dist-info`);
  });

  test("a version that is spelled otherwise but equal", () => {
    expect(open({ version: "1.0.0" }).metadata.version.text).toBe("1.0.0");
  });

  test("hashes that are stronger than sha256, with the sha256 an installed RECORD wants", () => {
    const path = "demo/__init__.py";
    const wheel = open({ record: { [path]: recordRow(path, "", "sha512") } });
    const file = wheel.files.find((found) => found.path === path);
    if (file === undefined) throw new Error("no file");
    const taken: unknown[] = [];
    const sha256 = wheel.content(file, (bytes) => taken.push(bytes));
    expect(taken).toEqual([new Uint8Array(0)]);
    expect(sha256).toBe("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
  });

  test.each([
    [
      "a row without size",
      { "demo/__init__.py": recordRow("demo/__init__.py", "").replace(/,\d+$/, ",") },
    ],
    ["rows of folders", { "demo/": "demo/,," }],
    ["a RECORD without its own row", { "demo-1.0.dist-info/RECORD": null }],
    [
      "signatures that are listed and absent",
      { "demo-1.0.dist-info/RECORD.jws": "demo-1.0.dist-info/RECORD.jws,," },
    ],
  ])("%s", (_, record) => {
    const folder = { name: "demo/" };
    expect(open({ record, members: [folder] }).files.length).toBe(3);
  });

  test("signatures of RECORD, which are never installed (PEP 815)", () => {
    const members = [{ name: "demo-1.0.dist-info/RECORD.jws", content: "signed" }];
    const record = { "demo-1.0.dist-info/RECORD.jws": null };
    expect(open({ members, record }).files.map(({ path }) => path)).not.toContain(
      "demo-1.0.dist-info/RECORD.jws",
    );
  });

  test("a wheel without a script that an entry point shadows", () => {
    const entryPoints = "[console_scripts]\nrun = demo:main\n";
    const names = ["run", "run.exe", "run-script.py", "run.pya", "other"];
    const files = Object.fromEntries(
      names.map((name) => [`demo-1.0.data/scripts/${name}`, "#!python\n"]),
    );
    const scripts = open({ files, entryPoints }).files.filter(({ scheme }) => scheme === "scripts");
    expect(scripts.map(({ path }) => path)).toEqual(["other"]);
  });

  test("another distribution's dist-info that it carries inside", () => {
    const files = {
      "demo/_vendor/other-2.0.dist-info/METADATA": "Name: other\n",
      "demo/__init__.py": "",
    };
    expect(open({ files }).distInfo).toBe("demo-1.0.dist-info");
  });
});

describe("openWheel() refuses", () => {
  const init = "demo/__init__.py";
  const cases: readonly (readonly [
    title: string,
    code: string,
    recipe: CraftedWheel,
    name: string,
  ])[] = [
    [
      "a wrong hash",
      "record-mismatch",
      { record: { [init]: recordRow(init, "other").replace(/\d+$/, "0") } },
      filename,
    ],
    [
      "a wrong size",
      "record-mismatch",
      { record: { [init]: recordRow(init, "").replace(/0$/, "7") } },
      filename,
    ],
    ["a file that RECORD does not list", "record-mismatch", { record: { [init]: null } }, filename],
    [
      "a listed file that is absent",
      "record-mismatch",
      { record: { gone: recordRow("gone", "") } },
      filename,
    ],
    ["a file without hash", "record-mismatch", { record: { [init]: `${init},,0` } }, filename],
    [
      "a weak hash",
      "record-mismatch",
      { record: { [init]: recordRow(init, "", "md5") } },
      filename,
    ],
    [
      "two rows that contradict each other",
      "record-mismatch",
      { record: { again: `${recordRow(init, "other")}` } },
      filename,
    ],
    ["a RECORD that is no list", "wheel-invalid", { record: { x: '"never closed' } }, filename],
    [
      "two dist-info folders",
      "wheel-invalid",
      { files: { "other-1.0.dist-info/METADATA": "" } },
      filename,
    ],
    [
      "an empty second dist-info folder",
      "wheel-invalid",
      { members: [{ name: "other-1.0.dist-info/" }] },
      filename,
    ],
    [
      "a dist-info of another name",
      "metadata-of-another",
      { distInfo: "other-1.0.dist-info" },
      filename,
    ],
    [
      "metadata of another name",
      "metadata-of-another",
      { metadata: metadata("other", "1.0") },
      filename,
    ],
    [
      "metadata of another version",
      "metadata-of-another",
      { metadata: metadata("demo", "1.1") },
      filename,
    ],
    ["another file name", "metadata-of-another", {}, "demo-2.0-py3-none-any.whl"],
    ["no METADATA", "wheel-invalid", { without: ["METADATA"] }, filename],
    ["no WHEEL", "wheel-invalid", { without: ["WHEEL"] }, filename],
    ["no RECORD", "wheel-invalid", { without: ["RECORD"] }, filename],
    ["metadata that cannot be read", "invalid-metadata", { metadata: "Nothing: here\n" }, filename],
    [
      "a wheel of a later format",
      "wheel-invalid",
      { wheel: "Wheel-Version: 2.0\nRoot-Is-Purelib: true\n" },
      filename,
    ],
    [
      "an unknown key below its data folder",
      "wheel-invalid",
      { files: { "demo-1.0.data/etc/x": "" } },
      filename,
    ],
    ["a file beside the keys", "wheel-invalid", { files: { "demo-1.0.data/x": "" } }, filename],
    ["a `root` key", "wheel-invalid", { files: { "demo-1.0.data/root/x": "" } }, filename],
    [
      "one path at its root and in its data folder",
      "wheel-invalid",
      { files: { "demo/x.py": "a", "demo-1.0.data/purelib/demo/x.py": "b" } },
      filename,
    ],
    [
      "a script that leaves the scripts folder",
      "wheel-invalid",
      { entryPoints: scripts("../evil = demo:x") },
      filename,
    ],
    [
      "a script with a backslash",
      "wheel-invalid",
      { entryPoints: scripts("a\\b = demo:x") },
      filename,
    ],
    [
      "a script named like the folder",
      "wheel-invalid",
      { entryPoints: scripts(".. = demo:x") },
      filename,
    ],
    [
      "a script without function",
      "wheel-invalid",
      { entryPoints: scripts("run = demo") },
      filename,
    ],
    [
      "entry points that cannot be read",
      "wheel-invalid",
      { entryPoints: "[console_scripts]\nnothing\n" },
      filename,
    ],
    ["a file name of no wheel", "invalid-wheel-filename", {}, "demo.whl"],
    [
      "a member that leaves the folder",
      "archive-unsafe",
      { members: [{ name: "../evil.py" }] },
      filename,
    ],
    [
      "a link",
      "archive-unsafe",
      { members: [{ name: "demo/l", content: "/etc", mode: 0o120777 }] },
      filename,
    ],
  ];

  test.each(cases)("%s", (_, code, recipe, name) => {
    const error = problem(recipe, name);
    expect(error.code).toBe(code);
    expect(`${error.what} ${error.why}`).toContain(name);
  });

  test("names the member and both hashes", () => {
    const error = problem({
      files: { [init]: "changed" },
      record: { [init]: recordRow(init, "origin!") },
    });
    expect(error.what).toBe(
      "Cannot use `demo-1.0-py3-none-any.whl`: `demo/__init__.py` does not match its RECORD",
    );
    expect(error.why).toMatch(/^RECORD promises sha256 \S{43}, the archive holds \S{43}$/);
  });
});

test("openWheel() tells which names fall together where case is folded", () => {
  expect(open({ files: { "demo/a.py": "", "demo/A.py": "" } }).caseCollisions()).toEqual([
    ["demo/a.py", "demo/A.py"],
  ]);
});

function metadata(name: string, version: string): string {
  return `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`;
}

function scripts(line: string): string {
  return `[console_scripts]\n${line}\n`;
}
