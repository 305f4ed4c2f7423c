import { describe, expect, test } from "bun:test";
import type { PkmError } from "#base/errors";
import { refusal } from "#base/refusal";
import { parseToml } from "#platform/toml";
import { isStatic, parseProjectTable, requirementsOf, type ProjectTable } from "./project-table.ts";
import { formatRequirement } from "./requirement.ts";

function read(toml: string): ProjectTable {
  const table = parseProjectTable(parseToml(toml, "pyproject.toml"), "pyproject.toml");
  if (table === undefined) throw new Error("there is no [project]");
  return table;
}

const failure = (toml: string): PkmError => refusal(() => read(toml));

const head = '[project]\nname = "Demo_App"\nversion = "1.0-rc1"\n';

describe("parseProjectTable()", () => {
  test("gives what the file says", () => {
    const project = read(`${head}description = "one line"
readme = "README.md"
requires-python = ">=3.10"
license = "MIT"
license-files = ["LICEN[CS]E*", "docs/**/*.txt"]
authors = [{ name = "Ada", email = "ada@h" }, { email = "x@h" }]
keywords = ["k"]
dependencies = ["requests>=2", "flask"]
import-names = ["demo", "demo._x ; private"]
dynamic = ["classifiers", "scripts"]
[project.optional-dependencies]
Test_It = ["pytest"]
[project.scripts]
demo = "demo:main"
[project.entry-points.plugins]
a = "b:c"
[project.urls]
Home = "https://h/"
`);
    expect(project).toMatchObject({
      name: "demo-app",
      displayName: "Demo_App",
      readme: { file: "README.md", contentType: "text/markdown" },
      license: { kind: "expression", expression: "MIT" },
      scripts: { demo: "demo:main" },
      entryPoints: { plugins: { a: "b:c" } },
      importNames: ["demo", "demo._x"],
    });
    expect(project.version?.text).toBe("1.0rc1");
    expect([...project.optionalDependencies.keys()]).toEqual(["test-it"] as never);
    expect([isStatic(project, "dependencies"), isStatic(project, "scripts")]).toEqual([
      true,
      false,
    ]);
  });

  test("is undefined without the table", () => {
    expect(parseProjectTable({}, "pyproject.toml")).toBeUndefined();
  });

  test("lets lists be given and extended by the build, single values not (PEP 808)", () => {
    expect([...read(`${head}dependencies = ["a"]\ndynamic = ["dependencies"]`).dynamic]).toEqual([
      "dependencies",
    ]);
    const error = failure(`${head}dynamic = ["version"]`);
    expect(error.what).toBe(
      "Cannot read pyproject.toml: `project.version` is given and in `dynamic` at once",
    );
    expect(error.fix).toEqual(["take `version` out of `project.dynamic`"]);
  });

  test("passes over keys of later standards", () => {
    expect(read(`${head}default-optional-dependency-keys = ["x"]`).name).toBe("demo-app" as never);
  });

  test.each([
    [
      "[project]\nversion = '1'",
      "project.name` is missing",
      'write `name = "NAME"` with ASCII letters, digits, `.`, `_` and `-`',
    ],
    ["[project]\nname = '-x'\nversion = '1'", "project.name` is `-x`", undefined],
    [
      "[project]\nname = 'x'",
      "project.version` is missing",
      'write `version = "1.0"`, or add `version` to `project.dynamic`',
    ],
    ["[project]\nname = 'x'\nversion = 'one'", "project.version` is `one`", undefined],
    [
      "[project]\nname = 7\nversion = '1'",
      "project.name` must be text, found the number 7",
      undefined,
    ],
    [`${head}dependency = []`, "project.dependency` is no key of it, `dependencies` is", undefined],
    [
      `${head}dependencies = "requests"`,
      "project.dependencies` must be an array, found text",
      'write it as `dependencies = ["requests>=2", "flask"]`',
    ],
    [`${head}dependencies = ["a", "b =1"]`, "project.dependencies[1]` is `b =1`", undefined],
    [`${head}dependencies = ["a", 1]`, "project.dependencies[1]` must be text", undefined],
    [
      `${head}[project.dependencies]\nrequests = ">=2"`,
      "project.dependencies` must be an array, found a table",
      undefined,
    ],
    [
      `${head}requires-python = "3.10+"`,
      "project.requires-python` is `3.10+`",
      'write it as `requires-python = ">=3.10"`',
    ],
    [
      `${head}optional-dependencies = { "a b" = [] }`,
      "project.optional-dependencies` has `a b`",
      undefined,
    ],
    [`${head}optional-dependencies = { a_b = [], a-b = [] }`, "has `a-b` twice", undefined],
    [`${head}dynamic = ["name"]`, "project.dynamic` has `name`", undefined],
    [
      `${head}dynamic = ["verison"]`,
      "project.dynamic` has `verison`, which is no key of `[project]`, `version` is",
      undefined,
    ],
    [`${head}description = "a\\nb"`, "project.description` has more than one line", undefined],
    [`${head}readme = "README.txt"`, "project.readme` is `README.txt`", undefined],
    [
      `${head}readme = { file = "a", text = "b", content-type = "text/plain" }`,
      "project.readme` must have either",
      undefined,
    ],
    [`${head}readme = { file = "a" }`, "project.readme.content-type` is missing", undefined],
    [`${head}license = { file = "a", text = "b" }`, "project.license` must have either", undefined],
    [
      `${head}license = { file = "a" }\nlicense-files = []`,
      "project.license` must be an SPDX expression",
      undefined,
    ],
    [
      `${head}license-files = ["../LICENSE"]`,
      "project.license-files[0]` is `../LICENSE`, which leads out",
      undefined,
    ],
    [`${head}license-files = ["a\\\\b"]`, "which is no glob of PEP 639", undefined],
    [
      `${head}license = "MIT"\nclassifiers = ["License :: OSI Approved"]`,
      "project.classifiers` has",
      undefined,
    ],
    [
      `${head}authors = ["Ada"]`,
      "project.authors[0]` must be a table, found text",
      'write it as `authors = [{ name = "NAME", email = "MAIL" }]`',
    ],
    [`${head}authors = [{ name = "A, B" }]`, "project.authors[0].name` is `A, B`", undefined],
    [`${head}entry-points.console_scripts = {}`, "belongs into `project.scripts`", undefined],
    [`${head}import-namespaces = []`, "project.import-namespaces` must not be empty", undefined],
    [
      `${head}import-names = ["a"]\nimport-namespaces = ["a"]`,
      "has `a`, which `import-names` has too",
      undefined,
    ],
    [`${head}import-names = ["1a"]`, "project.import-names[0]` is `1a`", undefined],
    ["project = 7", "project` must be a table, found the number 7", undefined],
  ])("refuses %p", (toml, message, fix) => {
    const error = failure(toml);
    expect(error.code).toBe("project-table-invalid");
    expect(error.what).toContain(message);
    if (fix !== undefined) expect(error.fix).toEqual([fix]);
  });
});

describe("requirementsOf()", () => {
  test("follows a project's references to its own extras, in a circle too", () => {
    const project = read(`${head}dependencies = ["base"]
[project.optional-dependencies]
all = ["demo-app[a,b]"]
a = ["x", "demo.app[all]"]
b = ["y"]
`);
    expect(requirementsOf(project, ["ALL"]).map(formatRequirement)).toEqual(["base", "x", "y"]);
    expect(requirementsOf(project, []).map(formatRequirement)).toEqual(["base"]);
  });
});
