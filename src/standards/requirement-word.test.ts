import { describe, expect, test } from "bun:test";
import { refusal } from "#base/refusal";
import { formatMarker } from "./marker.ts";
import { formatRequirement } from "./requirement.ts";
import {
  parseEditableWord,
  parseRequirementWord,
  type RequirementWord,
} from "./requirement-word.ts";

const files = new Set([
  "/here/dist/demo-1.0-py3-none-any.whl",
  "/here/demo-1.0.tar.gz",
  "/here/demo-1.0.tar.zst",
  "/here/app/pyproject.toml",
  "/here/old/setup.py",
  "/here/requirements.txt",
  "/here/pyproject.toml",
  "/here/a b/pyproject.toml",
]);
const folders = new Set([
  "/here",
  "/here/app",
  "/here/old",
  "/here/empty",
  "/here/dist",
  "/here/a b",
]);
const probe = {
  cwd: "/here",
  kindOf: (path: string) =>
    (files.has(path) ? "file" : folders.has(path) ? "folder" : undefined) as never,
};

function told(word: RequirementWord): string {
  if (word.kind === "named") return `named ${formatRequirement(word.requirement)}`;
  const marker = word.marker === undefined ? "" : ` ; ${formatMarker(word.marker)}`;
  const extras = word.extras.length === 0 ? "" : `[${word.extras.join(",")}]`;
  return `${word.kind} ${word.vcs ?? "-"} ${word.name ?? "?"}${extras} ${word.url}${marker}`;
}

describe("parseRequirementWord()", () => {
  test.each([
    ["Flask>=3 ; os_name == 'nt'", 'named Flask>=3; os_name == "nt"'],
    ["app", "named app"],
    ["demo @ https://h/demo-1.0.zip", "named demo @ https://h/demo-1.0.zip"],
    ["demo@https://h/demo-1.0.zip", "named demo @ https://h/demo-1.0.zip"],
    ["./app", "path - ? file:///here/app"],
    [".", "path - ? file:///here"],
    ["./app[b,A]", "path - ?[a,b] file:///here/app"],
    [".[dev]", "path - ?[dev] file:///here"],
    ["old/ ; os_name == 'nt'", 'path - ? file:///here/old ; os_name == "nt"'],
    ["./a b", "path - ? file:///here/a%20b"],
    ["dist/demo-1.0-py3-none-any.whl", "path - demo file:///here/dist/demo-1.0-py3-none-any.whl"],
    ["demo-1.0.tar.gz", "path - ? file:///here/demo-1.0.tar.gz"],
    ["demo-1.0.tar.zst", "path - ? file:///here/demo-1.0.tar.zst"],
    ["demo-1.0.tar.gz[x]", "path - ?[x] file:///here/demo-1.0.tar.gz"],
    [
      "https://h/demo-1.0-py3-none-any.whl#sha256=00&egg=other",
      "url - demo https://h/demo-1.0-py3-none-any.whl#sha256=00&egg=other",
    ],
    ["https://h/a;b.zip", "url - ? https://h/a;b.zip"],
    ["https://h/a.zip; os_name == 'nt'", 'url - ? https://h/a.zip ; os_name == "nt"'],
    [
      "git+https://h/x@v1#egg=Demo[a]&subdirectory=s",
      "url git demo[a] git+https://h/x@v1#egg=Demo[a]&subdirectory=s",
    ],
    ["hg+static-http://h/x", "url hg ? hg+static-http://h/x"],
    ["file:///here/demo-1.0.tar.gz", "url - ? file:///here/demo-1.0.tar.gz"],
    ["file:demo-1.0.tar.gz", "url - ? file:///here/demo-1.0.tar.gz"],
    ["file:../x.zip", "url - ? file:///x.zip"],
  ])("reads %s", (word, expected) => {
    expect(told(parseRequirementWord(word, probe))).toBe(expected);
  });

  test.each([
    ["./empty", "the folder has neither `pyproject.toml` nor `setup.py`", undefined],
    [
      "gone-1.0.whl",
      "it is called like an archive, and there is no file `/here/gone-1.0.whl`",
      undefined,
    ],
    [
      "./requirements.txt",
      "it is no file of a distribution",
      "pkm pip install -r ./requirements.txt",
    ],
    ["./gone", "there is no file or folder `/here/gone`", undefined],
    ["../gone>=1", "there is no file or folder `/gone>=1`", undefined],
    [
      "some/gone",
      "expected `;` and a marker, or the end",
      "check the path: there is no `some/gone`",
    ],
    [
      "requirements.txt",
      "it is called like a file of requirements",
      "pkm pip install -r requirements.txt",
    ],
    ["pyproject.toml", "it is called like a file of requirements", undefined],
    ["requirements-dev.in", "it is called like a file of requirements", undefined],
    ["demo=1.0", undefined, "`=` is no operator, did you mean `==`?"],
    ["demo=>1.0", undefined, "`=>` is no operator, did you mean `>=`?"],
    ["demo =< 1.0", undefined, "`=<` is no operator, did you mean `<=`?"],
    ["demo=~1.0", undefined, "`=~` is no operator, did you mean `~=`?"],
    ["requirements.txt/", undefined, "pkm pip install -r requirements.txt/"],
    ["https://h/x.zip; nonsense == 1", undefined, undefined],
    [
      "https://h/x#egg=a==1",
      "`egg=a==1` is no name of a project",
      "write it as `NAME[EXTRA] @ URL`",
    ],
    ["./app[a b]", "`[a b]` is no list of extras", undefined],
    ["", undefined, undefined],
  ])("refuses %p", (word, why, fix) => {
    const error = refusal(() => parseRequirementWord(word, probe));
    expect(error.code).toBe("invalid-requirement");
    if (why !== undefined) expect(error.why).toBe(why);
    if (fix !== undefined) expect(error.fix).toEqual([fix]);
  });

  test("never shows a password", () => {
    const error = refusal(() => parseRequirementWord("https://u:secret@h/x#egg=a==1", probe));
    expect(JSON.stringify([error.what, error.why, error.fix])).not.toContain("secret");
  });
});

describe("parseEditableWord()", () => {
  test.each([
    ["app", "path - ? file:///here/app"],
    ["./app[x]", "path - ?[x] file:///here/app"],
    ["file:///here/app", "path - ? file:///here/app"],
    ["git+https://h/x#egg=demo", "url git demo git+https://h/x#egg=demo"],
    ["git://h/x#egg=demo", "url git demo git+git://h/x#egg=demo"],
    ["demo @ git+https://h/x", "named demo @ git+https://h/x"],
  ])("reads %s", (word, expected) => {
    expect(told(parseEditableWord(word, probe))).toBe(expected);
  });

  test.each([
    "demo",
    "https://h/x.zip",
    "demo @ https://h/x.zip",
    "git+https://h/x",
    "file:///gone",
    "gone",
  ])("refuses %s", (word) =>
    expect(refusal(() => parseEditableWord(word, probe)).code).toBe("invalid-editable"),
  );
});

describe("on Windows", () => {
  const windows = {
    cwd: "C:\\here",
    kindOf: (path: string) => (path === "C:\\here\\x-1.zip" ? "file" : undefined) as never,
  };
  test("a drive letter is no scheme and backslashes are paths", () => {
    expect(told(parseRequirementWord("C:\\here\\x-1.zip", windows))).toBe(
      "path - ? file:///C:/here/x-1.zip",
    );
    expect(told(parseRequirementWord(".\\x-1.zip", windows))).toBe(
      "path - ? file:///C:/here/x-1.zip",
    );
  });
});
