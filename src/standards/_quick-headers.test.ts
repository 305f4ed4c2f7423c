import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readHeaders, unfolded } from "./_headers.ts";
import { quickHeaders, readNeeds } from "./_quick-headers.ts";

/** The same headers, read by the rules that hold for any text. */
function slowHeaders(text: string): Record<string, unknown> {
  const all = (wanted: string): string[] =>
    readHeaders(text)
      .fields.filter(([name]) => name.toLowerCase() === wanted)
      .map(([, value]) => unfolded(value));
  return {
    metadataVersion: all("metadata-version")[0],
    name: all("name")[0],
    version: all("version")[0],
    requiresPython: all("requires-python")[0],
    requiresDist: all("requires-dist"),
    providesExtra: all("provides-extra"),
    dynamic: all("dynamic"),
  };
}

function trimmed(text: string): Record<string, unknown> | undefined {
  const found = quickHeaders(text);
  if (found === undefined) return undefined;
  const { needs, ...single } = found;
  return Object.fromEntries(
    Object.entries({ ...single, ...readNeeds(needs) }).map(([key, value]) => [
      key,
      typeof value === "string" ? value.trim() : value?.map((one) => one.trim()),
    ]),
  );
}

describe("quickHeaders()", () => {
  test("reads metadata as common tools write it", () => {
    const text = [
      "Metadata-Version: 2.4",
      "Name: demo",
      "Version: 1.0",
      "Summary: Name: other",
      "License: first",
      "        Requires-Dist: never",
      "Classifier: Topic :: Software Development",
      "Requires-Python: >=3.9",
      "Requires-Dist: a>=1; extra == 'x'",
      "Requires-Dist: b",
      "Provides-Extra: x",
      "Dynamic: Summary",
      "",
      "Requires-Dist: of the description",
    ].join("\n");
    expect(trimmed(text)).toEqual(slowHeaders(text));
    expect(readNeeds(quickHeaders(text)?.needs ?? "").requiresDist).toEqual([
      "a>=1; extra == 'x'",
      "b",
    ]);
  });

  test.each([
    "requires-dist: a",
    "Requires-Dist:a",
    "Requires-Dist: a\n b",
    "X-Other: a",
    "Name: a\r\n",
  ])("leaves %j to those who know how to read it", (text) =>
    expect(quickHeaders(`Metadata-Version: 2.1\n${text}`)).toBeUndefined(),
  );

  // Whatever it reads, it reads as `email.feedparser` does.
  test("never reads anything but what is there", () => {
    const line = fc.oneof(
      fc.constantFrom(
        "Name: a",
        "Name: b ",
        "Version:  1.0",
        "Metadata-Version: 2.1",
        "Requires-Dist: c; python_version < '3'",
        "Requires-Dist:d",
        "Requires-Python: >=3\t",
        "Provides-Extra: x",
        "Dynamic: License",
        "Classifier: Requires-Dist: e",
        "License: f",
        "Summary:",
        "  folded",
        "\tRequires-Dist: g",
        "From someone",
        "no header",
        ": nothing",
        "",
        "requires-dist: h",
        "Keywords: a\u2028b",
      ),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.boolean(), (lines, isEnded) => {
        const text = lines.join("\n") + (isEnded ? "\n" : "");
        const quick = trimmed(text);
        if (quick !== undefined) expect(quick).toEqual(slowHeaders(text));
      }),
      { numRuns: 3000 },
    );
  });
});
