import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { refusal } from "#base/refusal";
import { parseToml } from "#platform/toml";
import { findScriptBlock, parseScriptMetadata } from "./script-metadata.ts";

function block(text: string): string | undefined {
  return findScriptBlock(text, "x.py")?.toml;
}

describe("findScriptBlock()", () => {
  test.each<[string, string | undefined]>([
    ["# /// script\n# a = 1\n#\n#  b = 2\n# ///\nimport x\n", "a = 1\n\n b = 2\n"],
    ["#!/usr/bin/env python\n\n# /// script\n# a = 1\n# ///", "a = 1\n"],
    ["\ufeff# /// script\r\n# a = 1\r\n# ///\r\n", "a = 1\n"],
    ["# /// script\n# a = 1\n# ///\n# b = 2\n# ///\n", "a = 1\n///\nb = 2\n"],
    ["# /// other\n# x\n# ///\n\n# /// script\n# a = 1\n# ///\n", "a = 1\n"],
    ["# /// other\n# /// script\n# a = 1\n# ///\n", undefined],
    ["# /// not closed\n# /// script\n# a = 1\n# ///\n", "a = 1\n"],
    ["# /// script\n# a = 1\n", undefined],
    ["# /// script\n# a = 1\n\n# ///\n", undefined],
    ["# /// script\n# ///\n", undefined],
    ["# /// script\n#a = 1\n# ///\n", undefined],
    [" # /// script\n# a = 1\n# ///\n", undefined],
    ["# /// script \n# a = 1\n# ///\n", undefined],
    ["# /// script\n# a = '\u2028'\n# ///\n", "a = '\u2028'\n"],
    ["", undefined],
  ])("%p holds %p", (text, toml) => expect(block(text)).toBe(toml));

  test("tells where the block is, so that it can be replaced", () => {
    const text = "import a\n# /// script\n# x = 1\n# ///\nprint()\n";
    const found = findScriptBlock(text, "x.py");
    expect(found?.line).toBe(2);
    expect(text.slice(found?.start, found?.end)).toBe("# /// script\n# x = 1\n# ///");
  });

  test("refuses a second block", () => {
    const one = "# /// script\n# x = 1\n# ///\n";
    const error = refusal(() => block(`${one}\n${one}`));
    expect(error.code).toBe("script-metadata-invalid");
    expect(error.why).toContain(
      "line 5 begins a second block of type `script`, line 1 began the first",
    );
  });

  // PEP 723, "Specification": the canonical regular expression, with the flags that make JavaScript read it alike.
  test("agrees with the expression of PEP 723", () => {
    const canonical =
      /^# \/\/\/ (?<type>[a-zA-Z0-9-]+)$\n(?<content>(?:^#(?:| .*)$\n)+)^# \/\/\/$/gm;
    const part = fc.constantFrom(
      "# /// script",
      "# /// other",
      "# ///",
      "# a",
      "#",
      "#x",
      "",
      "import x",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (lines) => {
        const text = lines.join("\n");
        const scripts = [...text.matchAll(canonical)].filter(
          (match) => match.groups?.type === "script",
        );
        if (scripts.length > 1)
          return refusal(() => block(text)).code === "script-metadata-invalid";
        const content = scripts[0]?.groups?.content?.replaceAll(/^# ?/gm, "");
        expect(block(text)).toBe(content as never);
        return true;
      }),
      { numRuns: 2000 },
    );
  });

  test("reads a file of a hundred thousand openings", () => {
    expect(block("# /// other\n".repeat(100_000))).toBeUndefined();
  });
});

describe("parseScriptMetadata()", () => {
  const read = (toml: string): ReturnType<typeof parseScriptMetadata> =>
    parseScriptMetadata(parseToml(toml, "x.py"), "x.py");

  test("reads its three keys", () => {
    const found = read('dependencies = ["a>=1"]\nrequires-python = ">=3.11"\n[tool.x]\ny = 1');
    expect(found.dependencies.map(({ name }) => name)).toEqual(["a"] as never);
    expect(found.requiresPython?.text).toBe(">=3.11");
    expect(found.tool).toEqual({ x: { y: 1 } });
    expect(read("")).toEqual({ dependencies: [], requiresPython: undefined, tool: undefined });
  });

  test.each([
    ["dependencies = 'a'", "`dependencies` must be an array, found text"],
    ["dependencies = ['a', 'b c']", "`dependencies[1]` is `b c`"],
    ["requires-python = '3'", "`requires-python` is `3`"],
    ["dependencys = []", "`dependencys` is no key of PEP 723"],
  ])("refuses %p", (toml, why) => {
    const error = refusal(() => read(toml));
    expect(error.code).toBe("script-metadata-invalid");
    expect(error.why).toContain(why);
  });
});
