import { describe, expect, test } from "bun:test";
import { readIni } from "./_ini.ts";
import { setPipValue, unsetPipValue } from "./pip-configuration-edit.ts";

const text = `# Our mirror
[global]
; for everybody
index-url = https://index.example/simple
extra-index-url =
    https://one.example/simple
    https://two.example/simple
# the end of it

[install]
no-compile = true
`;

describe("setPipValue()", () => {
  test("replaces a value and nothing around it", () => {
    const after = setPipValue(text, "pip.conf", "global", "index-url", "https://new.example/");
    expect(after).toBe(text.replace("https://index.example/simple", "https://new.example/"));
  });

  test("replaces all lines of a value", () => {
    const after = setPipValue(
      text,
      "pip.conf",
      "global",
      "extra-index-url",
      "https://three.example/",
    );
    expect(after).toContain("\nextra-index-url = https://three.example/\n# the end of it\n");
    expect(after).not.toContain("one.example");
  });

  test("finds a key however it is spelt", () => {
    const after = setPipValue("[global]\nIndex_URL: x\n", "pip.conf", "global", "index-url", "y");
    expect(after).toBe("[global]\nindex-url = y\n");
  });

  test("puts a new key to the end of its section and a new section to the end of the file", () => {
    expect(setPipValue(text, "pip.conf", "global", "timeout", "10")).toContain(
      "# the end of it\ntimeout = 10\n\n[install]",
    );
    expect(setPipValue(text, "pip.conf", "download", "timeout", "10")).toBe(
      `${text}\n[download]\ntimeout = 10\n`,
    );
    expect(setPipValue("", "pip.conf", "global", "timeout", "10")).toBe("[global]\ntimeout = 10\n");
  });

  test("indents the further lines of a value, so that they stay part of it", () => {
    const after = setPipValue("", "pip.conf", "global", "find-links", "/one\n/two");
    expect(readIni(after, "pip.conf").map(({ value }) => value)).toEqual(["/one\n/two"]);
  });

  test("keeps the line ends of a file", () => {
    expect(setPipValue("[global]\r\na = 1\r\n", "pip.ini", "global", "b", "2")).toBe(
      "[global]\r\na = 1\r\nb = 2\r\n",
    );
  });

  test("changes no file that pip could not read", () => {
    expect(() => setPipValue("index-url = x\n", "pip.conf", "global", "a", "b")).toThrow(
      "Cannot read pip.conf",
    );
  });
});

describe("unsetPipValue()", () => {
  test("takes out a key with all its lines, and the section with its last key", () => {
    expect(unsetPipValue(text, "pip.conf", "global", "extra-index-url")).toBe(
      text.replace(/extra-index-url =\n.*\n.*\n/, ""),
    );
    expect(unsetPipValue(text, "pip.conf", "install", "no-compile")).toBe(
      text.replace("\n[install]\nno-compile = true\n", ""),
    );
    expect(unsetPipValue("[global]\na = 1\n", "pip.conf", "global", "a")).toBe("");
  });

  test("keeps a section that has comments", () => {
    expect(unsetPipValue("[global]\n# why\na = 1\n", "pip.conf", "global", "a")).toBe(
      "[global]\n# why\n",
    );
  });

  test("answers undefined for a key that is not there", () => {
    expect(unsetPipValue(text, "pip.conf", "install", "timeout")).toBeUndefined();
    expect(unsetPipValue(text, "pip.conf", "wheel", "timeout")).toBeUndefined();
  });
});
