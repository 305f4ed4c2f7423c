import { describe, expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import { formatEntryPoints, parseEntryPoints, parseObjectReference } from "./entry-points.ts";

describe("parseEntryPoints()", () => {
  test("reads groups, comments, extras and free spaces", () => {
    const text =
      "# comment\n[console_scripts]\nRun = a.b : c.d [x, y]\n; comment\n run2=a:b\r\n\n[my.group]\n key:with : colon = mod\n";
    expect(parseEntryPoints(text)).toEqual([
      {
        group: "console_scripts",
        name: "Run",
        module: "a.b",
        attribute: "c.d",
        extras: ["x", "y"],
      },
      { group: "console_scripts", name: "run2", module: "a", attribute: "b", extras: [] },
      { group: "my.group", name: "key:with : colon", module: "mod", attribute: "", extras: [] },
    ]);
  });

  test("of repeated names the last counts; letter case tells names apart", () => {
    const found = parseEntryPoints("[console_scripts]\na = x:y\nA = x:y\na = z:y\n");
    expect(found.map(({ name, module }) => `${name}=${module}`)).toEqual(["a=z", "A=x"]);
  });

  test("a foreign group may hold what only its reader understands", () => {
    expect(parseEntryPoints("[own]\na = not a module!\n")).toEqual([]);
  });

  test.each([
    ["a = b:c", "line 1 stands before the first group"],
    ["[console_scripts]\nword\n", "line 2 is not of the form `name = module:attribute`"],
    ["[console_scripts]\n= a:b\n", "line 2 is not of the form `name = module:attribute`"],
    ["[console_scripts\n", "line 1 has a group that is never closed"],
    ["[gui_scripts]\na = b c:d\n", "line 2 names no object that can be imported"],
    ["[console_scripts]\na = b:c;import os\n", "line 2 names no object that can be imported"],
  ])("refuses %p: %s", (text, why) => {
    try {
      parseEntryPoints(text);
      expect.unreachable();
    } catch (error) {
      expect((error as PkmError).what).toBe(`Cannot read entry_points.txt: ${why}`);
    }
  });
});

test.each([
  ["a", { module: "a", attribute: "", extras: [] }],
  [" a.b:c ", { module: "a.b", attribute: "c", extras: [] }],
  ["a:b []", { module: "a", attribute: "b", extras: [] }],
  ["a:", undefined],
  [":b", undefined],
  ["a-b:c", undefined],
  ["a:b:c", undefined],
  ["a.1:b", undefined],
])("parseObjectReference(%p)", (text, expected) => {
  expect(parseObjectReference(text)).toEqual(expected);
});

test("formatEntryPoints() writes groups and names in order, and is read back", () => {
  const entryPoints = parseEntryPoints("[b]\nz = m\ny = m:o [e]\n[a]\nx = m:o.p\n");
  const text = formatEntryPoints(entryPoints);
  expect(text).toBe("[a]\nx = m:o.p\n\n[b]\ny = m:o [e]\nz = m\n");
  expect(formatEntryPoints(parseEntryPoints(text))).toBe(text);
});
