import { describe, expect, test } from "bun:test";
import { refusal } from "#base/refusal";
import { parseToml } from "#platform/toml";
import type { MarkerEnvironment } from "./marker.ts";
import { parsePylock, type Pylock } from "./pylock.ts";
import { isPylockName } from "./pylock-name.ts";
import { lockedAddress, selectPackages, type PylockSelection } from "./pylock-select.ts";
import { formatPylock } from "./pylock-write.ts";
import { tagRanks } from "./tags.ts";

const environment: MarkerEnvironment = {
  os_name: "posix",
  sys_platform: "linux",
  platform_machine: "x86_64",
  platform_python_implementation: "CPython",
  platform_release: "6.1",
  platform_system: "Linux",
  platform_version: "#1",
  python_version: "3.12",
  python_full_version: "3.12.4",
  implementation_name: "cpython",
  implementation_version: "3.12.4",
};
const tags = tagRanks({
  implementation: "cpython",
  python: [3, 12],
  abis: ["cp312"],
  platforms: ["manylinux_2_28_x86_64", "linux_x86_64"],
});

const head = 'lock-version = "1.0"\ncreated-by = "test"\n';
const file = (name: string): string =>
  `{ name = "${name}", url = "https://h/${name}", hashes = { sha256 = "00" } }`;
const wheels = (...names: string[]): string => `wheels = [${names.map(file).join(", ")}]\n`;
const packageOf = (name: string, rest: string): string =>
  `[[packages]]\nname = "${name}"\n${rest}\n`;

function read(toml: string): Pylock {
  return parsePylock(parseToml(toml, "pylock.toml"), "pylock.toml");
}

function select(toml: string, more: Partial<PylockSelection> = {}): string[] {
  const selected = selectPackages(read(toml), { environment, tags, ...more }, "pylock.toml");
  return selected.map(({ package: locked, source }) => {
    const what = "filename" in source ? source.filename : "path" in source ? source.path : "";
    return `${locked.name} ${source.kind} ${what ?? ""}`.trimEnd();
  });
}

describe("parsePylock()", () => {
  test("reads every field", () => {
    const lock = read(`lock-version = "1.0"
environments = ["sys_platform == 'linux'"]
requires-python = ">=3.9"
extras = ["b-c"]
dependency-groups = ["Dev"]
default-groups = ["main"]
created-by = "test"
[[packages]]
name = "a"
version = "1.0"
marker = "'dev' in dependency_groups"
requires-python = ">=3.8"
dependencies = [{ name = "b" }]
index = "https://h/simple/"
sdist = { url = "https://h/a-1.0.tar.gz", upload-time = 2024-01-31T12:00:00Z, size = 3, hashes = { SHA256 = "AB" } }
wheels = [{ path = "d/a-1.0-py3-none-any.whl", hashes = { sha256 = "00" } }]
attestation-identities = [{ kind = "GitHub", repository = "x/y" }]
[packages.tool.x]
y = 1
[[packages]]
name = "d"
directory = { path = "../d", editable = true }
[[packages]]
name = "v"
vcs = { type = "git", url = "https://h/v", commit-id = "abc", requested-revision = "main", subdirectory = "s" }
[[packages]]
name = "z"
archive = { url = "https://h/z.zip", hashes = { sha512 = "00" } }
[tool.pkm]
inputs = "x"
`);
    expect(lock.extras).toEqual(["b-c"] as never);
    expect(lock.dependencyGroups).toEqual(["dev"] as never);
    expect(lock.packages[0]?.sdist).toEqual({
      filename: "a-1.0.tar.gz",
      path: undefined,
      url: "https://h/a-1.0.tar.gz",
      size: 3,
      uploadTime: Date.UTC(2024, 0, 31, 12),
      hashes: { sha256: "ab" },
    });
    expect(lock.packages[0]?.wheels[0]?.filename).toBe("a-1.0-py3-none-any.whl");
    expect(lock.packages[2]?.vcs?.commitId).toBe("abc");
    expect(lock.packages[1]?.directory).toEqual({
      path: "../d",
      editable: true,
      subdirectory: undefined,
    });
    expect(lock.tool).toEqual({ pkm: { inputs: "x" } });
    expect(read(formatPylock(lock))).toEqual(lock);
    expect(formatPylock(read(formatPylock(lock)))).toBe(formatPylock(lock));
  });

  test.each([
    ["", "lock-version` is missing"],
    [
      'lock-version = 1.0\ncreated-by = "x"\npackages = []',
      "lock-version` must be text, found the number 1",
    ],
    ['lock-version = "1.0"\npackages = []', "created-by` is missing"],
    [head, "packages` is missing"],
    [`${head}packages = {}`, "packages` must be an array"],
    [
      `${head}packages = []\nenvironments = ["nonsense == 1"]`,
      "environments[0]` is `nonsense == 1`",
    ],
    [`${head}packages = []\nrequires-python = "three"`, "requires-python` is `three`"],
    [`${head}packages = []\nextras = ["A_b"]`, "extras[0]` is `A_b`, which is no normalised name"],
    [
      head + packageOf("A", wheels("a-1-py3-none-any.whl")),
      "packages[0].name` is `A`, which is no normalised name",
    ],
    [head + packageOf("a", ""), "packages[0].wheels` is missing, and so is every other source"],
    [head + packageOf("a", "version = 1"), "packages[0].version` must be text"],
    [
      head + packageOf("a", `directory = { path = "x" }\n${wheels("a-1-py3-none-any.whl")}`),
      "packages[0].wheels` cannot stand beside `directory`",
    ],
    [
      head +
        packageOf(
          "a",
          'directory = { path = "x" }\narchive = { path = "y", hashes = { sha256 = "0" } }',
        ),
      "archive` cannot stand beside `directory`",
    ],
    [
      head + packageOf("a", wheels("b-1-py3-none-any.whl")),
      "wheels[0]` is called `b-1-py3-none-any.whl`, which is no file of `a`",
    ],
    [
      head + packageOf("a", `version = "2"\n${wheels("a-1-py3-none-any.whl")}`),
      "which is not version 2",
    ],
    [head + packageOf("a", wheels("a.whl")), "packages[0].wheels[0]` is called `a.whl`"],
    [
      head + packageOf("a", 'sdist = { url = "https://h/a-1.tar.gz", hashes = {} }'),
      "packages[0].sdist.hashes` is empty",
    ],
    [
      head + packageOf("a", 'sdist = { url = "https://h/a-1.tar.gz" }'),
      "packages[0].sdist.hashes` is missing",
    ],
    [
      head + packageOf("a", 'sdist = { name = "a-1.tar.gz", hashes = { sha256 = "0" } }'),
      "packages[0].sdist.url` is missing, and so is `path`",
    ],
    [
      head +
        packageOf(
          "a",
          'sdist = { url = "https://h/a-1.tar.gz", size = true, hashes = { sha256 = "0" } }',
        ),
      "sdist.size` must be an integer, found true",
    ],
    [
      head +
        packageOf(
          "a",
          'sdist = { url = "https://h/a-1.tar.gz", upload-time = "2024", hashes = { sha256 = "0" } }',
        ),
      "upload-time` must be a date-time with an offset, found text",
    ],
    [
      head +
        packageOf(
          "a",
          'sdist = { url = "https://h/a-1.tar.gz", upload-time = 2024-01-01T00:00:00, hashes = { sha256 = "0" } }',
        ),
      "found a date or time",
    ],
    [
      head + packageOf("a", 'vcs = { type = "git", url = "https://h/" }'),
      "packages[0].vcs.commit-id` is missing",
    ],
    [
      head + packageOf("a", `attestation-identities = [{}]\n${wheels("a-1-py3-none-any.whl")}`),
      "attestation-identities[0].kind` is missing",
    ],
  ])("refuses %p", (toml, message) => {
    const error = refusal(() => read(toml));
    expect(error.code).toBe("lock-invalid");
    expect(error.what).toContain(message);
  });

  test("refuses another major version and marks a newer minor one", () => {
    const of = (version: string): string =>
      `lock-version = "${version}"\ncreated-by = "x"\npackages = []`;
    expect(refusal(() => read(of("2.0"))).code).toBe("lock-too-new");
    expect(refusal(() => read(of("0.9"))).code).toBe("lock-too-new");
    expect(read(of("1.1")).isNewerMinor).toBe(true);
    expect(read(of("1.0")).isNewerMinor).toBe(false);
  });

  test.each([
    ["pylock.toml", true],
    ["pylock.dev.toml", true],
    ["pylock..toml", false],
    ["pylock.a.b.toml", false],
    ["xpylock.toml", false],
  ])("may be called %s: %p", (name, expected) => expect(isPylockName(name)).toBe(expected));
});

describe("formatPylock()", () => {
  test("sorts what has no order and gives each file a line", () => {
    const lock = read(
      `${head}extras = ["z", "b"]\n` +
        packageOf("b", wheels("b-2-py3-none-any.whl")) +
        packageOf(
          "a",
          `version = "10"\n${wheels("a-10-py3-none-any.whl", "a-10-cp312-cp312-linux_x86_64.whl")}`,
        ) +
        packageOf("a", `version = "9"\n${wheels("a-9-py3-none-any.whl")}`),
    );
    expect(formatPylock(lock)).toBe(`lock-version = "1.0"
extras = ["b", "z"]
dependency-groups = []
created-by = "test"

[[packages]]
name = "a"
version = "9"
wheels = [
    { name = "a-9-py3-none-any.whl", url = "https://h/a-9-py3-none-any.whl", hashes = { sha256 = "00" } },
]

[[packages]]
name = "a"
version = "10"
wheels = [
    { name = "a-10-cp312-cp312-linux_x86_64.whl", url = "https://h/a-10-cp312-cp312-linux_x86_64.whl", hashes = { sha256 = "00" } },
    { name = "a-10-py3-none-any.whl", url = "https://h/a-10-py3-none-any.whl", hashes = { sha256 = "00" } },
]

[[packages]]
name = "b"
wheels = [
    { name = "b-2-py3-none-any.whl", url = "https://h/b-2-py3-none-any.whl", hashes = { sha256 = "00" } },
]
`);
  });

  test("writes any text so that it is read back", () => {
    const createdBy = 'a "b" \\ \n\t\u0000\u007f\u2028 é 😀';
    const lock = {
      ...read(`${head}packages = []`),
      createdBy,
      tool: { "a b": { 'c"d': [1, 2.5, true, { e: "f" }], x: {} } },
    };
    const again = read(formatPylock(lock));
    expect(again.createdBy).toBe(createdBy);
    expect(again.tool).toEqual(lock.tool);
  });
});

describe("selectPackages()", () => {
  const any = (name: string): string => wheels(`${name}-1-py3-none-any.whl`);

  test("takes the best wheel by name, the higher build of two, and the sdist where none fits", () => {
    const toml =
      head +
      packageOf(
        "a",
        wheels(
          "a-1-py3-none-any.whl",
          "a-1-cp312-cp312-linux_x86_64.whl",
          "a-1-cp312-cp312-win_amd64.whl",
        ),
      ) +
      packageOf(
        "b",
        wheels("b-1-1-py3-none-any.whl", "b-1-10-py3-none-any.whl", "b-1-py3-none-any.whl"),
      ) +
      packageOf("c", `sdist = ${file("c-1.tar.gz")}\n${wheels("c-1-cp312-cp312-win_amd64.whl")}`) +
      packageOf("d", `sdist = ${file("d-1.tar.gz")}\n${any("d")}`);
    expect(select(toml, { prefersSdist: (name) => name === ("d" as never) })).toEqual([
      "a wheel a-1-cp312-cp312-linux_x86_64.whl",
      "b wheel b-1-10-py3-none-any.whl",
      "c sdist c-1.tar.gz",
      "d sdist d-1.tar.gz",
    ]);
  });

  test("follows markers on extras and groups, default groups unless others are chosen", () => {
    const toml =
      `${head}extras = ["x"]\ndependency-groups = ["dev"]\ndefault-groups = ["main"]\n` +
      packageOf("a", `marker = "'main' in dependency_groups"\n${any("a")}`) +
      packageOf("b", `marker = "'dev' in dependency_groups"\n${any("b")}`) +
      packageOf("c", `marker = "'x' in extras and sys_platform == 'linux'"\n${any("c")}`) +
      packageOf("d", `marker = "sys_platform == 'win32'"\n${any("d")}`);
    const names = (more: Partial<PylockSelection>): string =>
      select(toml, more)
        .map((line) => line[0])
        .join("");
    expect(names({})).toBe("a");
    expect(names({ dependencyGroups: ["Dev"], extras: ["X"] })).toBe("bc");
    expect(names({ dependencyGroups: [] })).toBe("");
    expect(refusal(() => names({ extras: ["y"] })).why).toBe("it was made without the extra `y`");
    expect(refusal(() => names({ dependencyGroups: ["devv"] })).fix).toEqual([
      "did you mean `dev`?",
    ]);
  });

  test.each([
    [
      `requires-python = ">=3.13"\npackages = []`,
      "it needs Python >=3.13, the environment has 3.12.4",
    ],
    [
      `environments = ["sys_platform == 'win32'"]\npackages = []`,
      "none of the environments it was made for is this one",
    ],
    [
      packageOf("a", `requires-python = "<3"\n${any("a")}`),
      "package `a` needs Python <3, the environment has 3.12.4",
    ],
    [
      packageOf("a", any("a")) + packageOf("a", any("a")),
      "it has more than one `a` for this environment",
    ],
    [
      packageOf("a", wheels("a-1-cp312-cp312-win_amd64.whl")),
      "no wheel of `a` fits this environment, and there is no sdist",
    ],
  ])("refuses a lock with %p", (toml, why) => {
    const error = refusal(() => select(head + toml));
    expect([error.code, error.why]).toEqual(["lock-does-not-apply", why]);
  });
});

describe("lockedAddress()", () => {
  const at = (path: string | undefined, url: string | undefined, lock: string): string =>
    lockedAddress({ path, url }, { file: lock, cwd: "/here" });

  test("starts at the lock", () => {
    expect(at("d/a b.whl", "https://h/x", "sub/pylock.toml")).toBe("file:///here/sub/d/a%20b.whl");
    expect(at("../a.whl", undefined, "/x/y/pylock.toml")).toBe("file:///x/a.whl");
    expect(at("/abs/a.whl", undefined, "pylock.toml")).toBe("file:///abs/a.whl");
    expect(at(undefined, "https://h/x", "pylock.toml")).toBe("https://h/x");
    expect(at("../a.whl", undefined, "https://u:p@h/x/y/pylock.toml")).toBe(
      "https://u:p@h/x/a.whl",
    );
  });

  test.each([
    "/etc/passwd",
    "file:///etc/passwd",
    "https://other/a.whl",
    "//other/a.whl",
    "C:\\a.whl",
  ])("does not let a lock from the network name %s", (path) =>
    expect(refusal(() => at(path, undefined, "https://h/pylock.toml")).code).toBe(
      "lock-does-not-apply",
    ),
  );
});
