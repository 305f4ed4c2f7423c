import { describe, expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import { formatMarker } from "./marker.ts";
import { isStatic, parseMetadata } from "./metadata.ts";
import { formatRequirement } from "./requirement.ts";

const head = "Metadata-Version: 2.4\nName: Foo.Bar\nVersion: 1.0\n";

describe("parseMetadata()", () => {
  test("reads what a resolver needs, and leaves the description alone", () => {
    const metadata = parseMetadata(
      [
        "Metadata-Version: 2.1",
        "Name: Foo.Bar",
        "Version: 1.0-RC1",
        "Summary: One",
        "  two",
        "Requires-Python: >=3.8",
        'Requires-Dist: b>=1 ; extra == "X_y"',
        "Requires-Dist: c",
        "Provides-Extra: X_y",
        "Dynamic: License-File",
        "Classifier: A",
        "classifier: B",
        "",
        "Requires-Dist: not-a-header",
      ].join("\r\n"),
    );
    expect(metadata).toMatchObject({
      metadataVersion: "2.1",
      name: "foo-bar",
      displayName: "Foo.Bar",
      version: { text: "1.0rc1" },
      summary: "One two",
      requiresPython: ">=3.8",
      providesExtra: ["x-y"],
      dynamic: ["license-file"],
      classifiers: ["A", "B"],
      invalidRequirements: [],
      license: undefined,
    });
    expect(metadata.requiresDist.map(formatRequirement)).toEqual(['b>=1; extra == "x-y"', "c"]);
  });

  test("takes the first of a field that may stand once", () => {
    expect(parseMetadata(`${head}Name: other\n`).displayName).toBe("Foo.Bar");
  });

  test("repairs specifiers that are broken in a known way", () => {
    const { requiresDist, invalidRequirements } = parseMetadata(
      `${head}Requires-Dist: numpy (>=1.9.*) ; python_version < '3'\nRequires-Dist: b[x] >=2<3\n`,
    );
    expect(invalidRequirements).toEqual([]);
    expect(
      requiresDist.map(({ name, extras, specifier }) => [name, extras, specifier.specifiers]),
    ).toEqual([
      ["numpy", [], [{ operator: ">=", version: "1.9" }]],
      [
        "b",
        ["x"],
        [
          { operator: ">=", version: "2" },
          { operator: "<", version: "3" },
        ],
      ],
    ] as never);
    expect(requiresDist.map(({ marker }) => marker && formatMarker(marker))).toEqual([
      'python_version < "3"',
      undefined,
    ]);
  });

  test("keeps lines that are no requirement, with the reason", () => {
    const { requiresDist, invalidRequirements } = parseMetadata(
      `${head}Requires-Dist: a; nothing == 'x'\nRequires-Dist: b\nRequires-Dist: ???\n`,
    );
    expect(requiresDist.map(({ name }) => name as string)).toEqual(["b"]);
    expect(invalidRequirements.map(({ text }) => text)).toEqual(["a; nothing == 'x'", "???"]);
    expect(invalidRequirements[0]?.reason).toContain("`nothing` is no marker variable");
  });

  test.each([
    ["Name: a\nVersion: 1\n", "1.0"],
    ["Metadata-Version: 2.6\nName: a\nVersion: 1\n", "2.6"],
    ["Metadata-Version: 2.9\nName: a\nVersion: 1\n", "2.9"],
  ])("reads %p as metadata of version %s", (text, version) => {
    expect(parseMetadata(text).metadataVersion).toBe(version);
  });

  test.each([
    ["", "it has no Name"],
    ["Name: a\n", "it has no Version"],
    ["Name: -a\nVersion: 1\n", "Name `-a` is no name of a project"],
    ["Name: a\nVersion: x\n", "Version `x` is no version"],
    [
      "Metadata-Version: 3.0\nName: a\nVersion: 1\n",
      "found Metadata-Version 3.0, pkm reads 1.0 to 2.6",
    ],
    ["<!DOCTYPE html>\n<title>Not found</title>", "it has no Name"],
  ])("refuses %p: %s", (text, why) => {
    try {
      parseMetadata(text, "a-1-py3-none-any.whl");
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(PkmError);
      const { code, what, why: found } = error as PkmError;
      expect([code, what, found]).toEqual([
        "invalid-metadata",
        "Cannot read the metadata of a-1-py3-none-any.whl",
        why,
      ]);
    }
  });

  test("a hostile line costs no more than its reading", () => {
    const line = `a${" ".repeat(200_000)}(((`;
    expect(parseMetadata(`${head}Requires-Dist: ${line}x\n`).invalidRequirements).toHaveLength(1);
  });
});

// PEP 643: from 2.2 on, what is not called dynamic is the same in every wheel built from the sdist.
test.each([
  ["2.1", [], false],
  ["1.2", [], false],
  ["2.2", [], true],
  ["2.4", ["License-File"], true],
  ["2.2", ["Requires-Dist"], false],
  ["2.2", ["requires-python"], false],
  ["2.6", ["Provides-Extra"], false],
] as const)("metadata %s with dynamic %p is static: %p", (version, dynamic, expected) => {
  const fields = dynamic.map((field) => `Dynamic: ${field}\n`).join("");
  const text = `Metadata-Version: ${version}\nName: a\nVersion: 1\n${fields}`;
  expect(isStatic(parseMetadata(text))).toBe(expected);
});
