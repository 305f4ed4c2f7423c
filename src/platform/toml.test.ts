import { describe, expect, test } from "bun:test";
import type { PkmError } from "#base/errors";
import { refusal } from "#base/refusal";
import { parseToml } from "./toml.ts";

const failure = (text: string): PkmError => refusal(() => parseToml(text, "pkm.toml"));

describe("parseToml()", () => {
  test("reads TOML 1.1", () => {
    const text = 'a = {\n b = 1, # comment\n c = "\\e\\x41",\n}\nt = 07:32\n';
    expect(parseToml(text, "pkm.toml")).toMatchObject({ a: { b: 1, c: "\u001bA" } });
  });

  test("keeps a key called __proto__ a key", () => {
    const read = parseToml("[__proto__]\nx = 1\n", "pkm.toml") as object;
    expect(Object.keys(read)).toEqual(["__proto__"]);
    expect("x" in {}).toBe(false);
  });

  test("gives instants with their milliseconds", () => {
    const read = parseToml("t = 2024-01-31T12:00:00.5+01:00", "pylock.toml") as {
      t: Temporal.Instant;
    };
    expect(read.t.epochMilliseconds).toBe(Date.UTC(2024, 0, 31, 11, 0, 0, 500));
  });

  test.each([
    ["a = 1\n[project\nname = 1", 2, "[project\n"],
    ["x = 1\r\n\r\ny = [1, 2\r\nq = 3", 4, "q = 3\n"],
    ["a = 1\na = 2", 2, "a = 2\n"],
    ['a = "never closed', 1, 'a = "never closed\n'],
  ])("shows where %p is wrong", (text, line, shown) => {
    const error = failure(text);
    expect(error.what).toBe(`Cannot read pkm.toml (line ${line}): it is not valid TOML`);
    expect(error.excerpt).toContain(shown);
    expect(error.excerpt).toEndWith("^");
    expect(error.why).not.toContain("TOML Parse");
  });

  test("says what is wrong even when it cannot say where", () => {
    const error = failure("day = 2023-02-30");
    expect(error.code).toBe("toml-syntax");
    expect(error.excerpt).toBeUndefined();
    expect(error.why).toContain("day is out of range");
  });
});
