import { describe, expect, test } from "bun:test";
import { debugFamilies } from "./debug-families.ts";
import type { Json } from "./debug-families.ts";

function ask(family: string, input: Json): Json {
  const answer = debugFamilies[family];
  if (answer === undefined) throw new Error(`there is no family ${family}`);
  return answer(input);
}

describe("pkm debug answers in the shapes that scripts rely on", () => {
  test("version", () => {
    expect(ask("version", "1.0-RC1")).toEqual({
      ok: true,
      normalized: "1.0rc1",
      public: "1.0rc1",
      base_version: "1.0",
      epoch: 0,
      release: [1, 0],
      pre: ["rc", 1],
      post: null,
      dev: null,
      local: null,
      is_prerelease: true,
      is_postrelease: false,
      is_devrelease: false,
    });
  });

  test("numbers beyond 2^53 are decimal strings", () => {
    expect(ask("version", "1!20250101123456789.post9007199254740993")).toMatchObject({
      epoch: 1,
      release: ["20250101123456789"],
      post: "9007199254740993",
    });
  });

  test.each([
    ["compare", ["1.0", "1.0.0"], 0],
    ["compare", ["1.0a1", "1.0"], -1],
    ["compare", ["1.0+l", "1.0"], 1],
    ["specifier", { specifier: ">=1", version: "1.0a1", prereleases: null }, { contains: false }],
    ["specifier", { specifier: ">=1", version: "2.0a1", prereleases: null }, { contains: true }],
    ["specifier", { specifier: ">=1", version: "2.0a1", prereleases: false }, { contains: false }],
    [
      "filter",
      { specifier: ">=1", versions: ["01.0", "2a1"], prereleases: null },
      { versions: ["01.0"] },
    ],
    [
      "marker",
      { marker: "'a' in extras", environment: { extras: ["A"] }, context: "lock_file" },
      { result: true },
    ],
    ["sdist-filename", "A-1.tar.gz", { ok: true, name: "a", version: "1" }],
    ["name", "Foo.Bar", { ok: true, normalized: "foo-bar" }],
  ] as const)("%s %j", (family, input, expected) => {
    expect(ask(family, input)).toEqual(expected);
  });

  test("requirement", () => {
    expect(ask("requirement", "Foo[a] >=1; os_name=='nt'")).toEqual({
      ok: true,
      name: "Foo",
      extras: ["a"],
      specifier: ">=1",
      url: null,
      marker: 'os_name == "nt"',
      str: 'Foo[a]>=1; os_name == "nt"',
    });
  });

  test("wheel-filename", () => {
    expect(ask("wheel-filename", "Foo_Bar-1.0-2b-py2.py3-none-any.whl")).toEqual({
      ok: true,
      name: "foo-bar",
      version: "1.0",
      build: [2, "b"],
      tags: ["py2-none-any", "py3-none-any"],
    });
  });

  test("tags, best first", () => {
    const { tags } = ask("tags", {
      implementation: "cp",
      python: "3.12",
      platform: "manylinux_2_17_x86_64",
    }) as { tags: string[] };
    expect(tags.slice(0, 3)).toEqual([
      "cp312-cp312-linux_x86_64",
      "cp312-cp312-manylinux_2_17_x86_64",
      "cp312-cp312-manylinux2014_x86_64",
    ]);
    expect(tags.at(-1)).toBe("py30-none-any");
  });
});

describe("bad input is an answer, never an exit", () => {
  const strange: readonly Json[] = [
    null,
    true,
    1,
    "",
    "\ud800",
    [],
    {},
    [[]],
    { specifier: 1 },
    ["1"],
    ["1", 2],
  ];
  for (const family of Object.keys(debugFamilies))
    test(`${family} answers for values of every kind`, () => {
      for (const input of strange) {
        const answer = ask(family, input);
        expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
      }
    });

  test.each([
    ["version", 1],
    ["name", "-"],
    ["requirement", "a b"],
    ["wheel-filename", "a.whl"],
    ["sdist-filename", null],
  ] as const)("%s %j is not ok, and says why", (family, input) => {
    expect(ask(family, input)).toMatchObject({ ok: false, error: expect.any(String) });
  });

  test.each([
    ["compare", ["1.0"]],
    ["compare", ["1.0", "x"]],
    ["specifier", { specifier: "~=1", version: "1" }],
    ["filter", { specifier: "", versions: [1] }],
    ["marker", { marker: "os_name == ", environment: {} }],
    ["marker", { marker: "os_name == 'nt'", environment: {} }],
    ["marker", { marker: "os_name == 'nt'", environment: {}, context: "moon" }],
    ["tags", { implementation: "cp", python: "3", platform: "any" }],
  ] as const)("%s %j is an error", (family, input) => {
    expect(ask(family, input)).toEqual({ error: expect.any(String) });
  });
});
