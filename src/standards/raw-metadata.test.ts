import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  formatMetadata,
  lowestVersion,
  metadataFields,
  metadataJson,
  parseRawMetadata,
} from "./raw-metadata.ts";
import type { RawMetadata } from "./raw-metadata.ts";

describe("parseRawMetadata()", () => {
  test("gives every field its key and its shape", () => {
    const { raw, unparsed } = parseRawMetadata(
      [
        "Metadata-Version: 2.4",
        "Name: a",
        "Keywords: one, two",
        "Project-URL: Home, https://a.example",
        "Project-URL: Docs,https://a.example/docs",
        "Classifier: X",
        "License: line",
        "        more",
        "X-Own: 1",
        "",
        "The description.",
        "",
      ].join("\n"),
    );
    expect(raw).toEqual({
      metadata_version: "2.4",
      name: "a",
      keywords: ["one", "two"],
      project_urls: { Home: "https://a.example", Docs: "https://a.example/docs" },
      classifiers: ["X"],
      license: "line\n        more",
      description: "The description.\n",
    });
    expect(unparsed).toEqual({ "x-own": ["1"] });
  });

  test.each([
    ["Name: a\nName: b\n", { name: ["a", "b"] }],
    ["Project-URL: x, 1\nProject-URL: x, 2\n", { "project-url": ["x, 1", "x, 2"] }],
    ["Description: a\n\nb", { description: ["a", "b"] }],
    ["__proto__: x\n", JSON.parse('{"__proto__": ["x"]}')],
  ])("leaves unparsed what has no single meaning: %p", (text, unparsed) => {
    expect(parseRawMetadata(text)).toEqual({ raw: {}, unparsed });
  });

  test.each([
    [" lost\nName: a\n", "a", undefined],
    ["From somebody\nName: a\n", "a", undefined],
    ["Name: a\nbody begins here\n", "a", "body begins here\n"],
    ["Name: a\n\n\nbody", "a", "\nbody"],
    ["Name: a\r\n\r\nbody", "a", "body"],
    ["Name: a\rSummary: b\r\rbody", "a", "body"],
    ["Name: a\n\nFrom here\n", "a", "From here\n"],
    ["Name: a\nFrom here\n", "a", "From here\n"],
  ])("splits headers from body as Python does: %p", (text, name, description) => {
    const { raw } = parseRawMetadata(text);
    expect([raw.name, raw.description]).toEqual([name, description]);
  });

  test("an Import-Name that is empty says that there is nothing to import (PEP 794)", () => {
    expect(parseRawMetadata("Import-Name:\n").raw.import_names).toEqual([]);
    expect(parseRawMetadata("Import-Name: a\nImport-Name: b\n").raw.import_names).toEqual([
      "a",
      "b",
    ]);
  });
});

describe("formatMetadata()", () => {
  test.each<[RawMetadata, string]>([
    [{ name: "a", version: "1" }, "1.0"],
    [{ classifiers: ["x"] }, "1.1"],
    [{ requires_dist: ["b"] }, "1.2"],
    [{ provides_extra: ["x"] }, "2.1"],
    [{ dynamic: ["License"] }, "2.2"],
    [{ license_expression: "MIT" }, "2.4"],
    [{ import_names: [] }, "2.5"],
    [{ metadata_version: "2.1", name: "a" }, "1.0"],
    [{ metadata_version: "2.2", name: "a" }, "2.2"],
    [{ metadata_version: "2.2", license_files: ["LICENSE"] }, "2.4"],
  ])("writes %p in version %s", (raw, version) => {
    expect(lowestVersion(raw)).toBe(version as never);
    expect(formatMetadata(raw)).toStartWith(`Metadata-Version: ${version}\n`);
  });

  test("folds further lines, so that none can pass for a header", () => {
    const text = formatMetadata({ name: "a", license: "one\nName: evil\r\n\n\u2028two" });
    expect(text.split(/\n(?! )/)).toEqual([
      "Metadata-Version: 1.0",
      "Name: a",
      "License: one\n         Name: evil\n         \n         \n         two",
      "",
    ]);
  });

  test("what is written is read back, for values of one line", () => {
    const line = fc.stringMatching(/^[a-z][a-z ,:;=.é]{0,10}[a-z]$/);
    const shapes = {
      text: line,
      list: fc.array(line, { minLength: 1, maxLength: 3 }),
      keywords: fc.array(fc.stringMatching(/^[a-z]{1,5}$/), { minLength: 1, maxLength: 3 }),
      urls: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.stringMatching(/^[a-z:/.]{1,9}$/), {
        minKeys: 1,
      }),
    };
    const fields = Object.fromEntries(
      metadataFields
        .filter(({ key }) => key !== "metadata_version")
        .map(({ key, shape }) => [key, shapes[shape] as fc.Arbitrary<unknown>]),
    );
    fc.assert(
      fc.property(fc.record(fields, { requiredKeys: [] }), (raw) => {
        const { metadata_version, ...again } = parseRawMetadata(
          formatMetadata(raw as RawMetadata),
        ).raw;
        expect(metadata_version).toBe(lowestVersion(raw as RawMetadata));
        expect(again).toEqual({ ...raw } as never);
      }),
    );
  });
});

test("metadataJson() has the shape of pip's reports: header names with underscores", () => {
  expect(
    metadataJson(
      "Metadata-Version: 2.1\nName: a\nKeywords: x y\nClassifier: C\nProject-URL: Home, u\nRequires: old\n\nbody",
    ),
  ).toEqual({
    metadata_version: "2.1",
    name: "a",
    keywords: ["x", "y"],
    classifier: ["C"],
    project_url: ["Home, u"],
    description: "body",
  });
});
