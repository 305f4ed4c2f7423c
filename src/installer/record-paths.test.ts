import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isInside, recordField, recordPrefix, resolveRecordPath } from "./record-paths.ts";

const site = "/env/lib/python3.13/site-packages";

describe("recordPrefix()", () => {
  const cases: [string, string, string][] = [
    [site, site, ""],
    [site, "/env/bin", "../../../bin/"],
    [site, "/env", "../../../"],
    [site, `${site}/sub`, "sub/"],
    ["/usr/local/lib/python3/dist-packages", "/usr/include/x", "../../../../include/x/"],
    ["C:/env/Lib/site-packages", "C:/env/Scripts", "../../Scripts/"],
    ["C:/env/Lib/site-packages", "D:/data", "D:/data/"],
  ];
  for (const [from, to, prefix] of cases)
    test(`leads from ${from} to ${to}`, () => expect(recordPrefix(from, to)).toBe(prefix));

  test("is what resolveRecordPath() takes back", () => {
    const folder = fc
      .array(fc.constantFrom("a", "b", "c", "lib.d"), { minLength: 1, maxLength: 5 })
      .map((parts) => `/${parts.join("/")}`);
    fc.assert(
      fc.property(folder, folder, (from, to) => {
        expect(resolveRecordPath(from, `${recordPrefix(from, to)}file.py`)).toBe(`${to}/file.py`);
      }),
    );
  });
});

describe("resolveRecordPath()", () => {
  const cases: [string, string][] = [
    ["pkg/mod.py", `${site}/pkg/mod.py`],
    ["../../../bin/tool", "/env/bin/tool"],
    ["pkg/../other.py", `${site}/other.py`],
    ["./pkg//mod.py", `${site}/pkg/mod.py`],
    ["/etc/passwd", "/etc/passwd"],
    ["../../../../../../../etc/passwd", "/etc/passwd"],
    ["pkg/..", site],
    ["..hidden/mod.py", `${site}/..hidden/mod.py`],
  ];
  for (const [row, path] of cases)
    test(`reads ${row}`, () => expect(resolveRecordPath(site, row)).toBe(path));

  test("takes backslashes on Windows only", () => {
    expect(resolveRecordPath("C:/e/Lib", "a\\b.py", true)).toBe("C:/e/Lib/a/b.py");
    expect(resolveRecordPath("C:/e/Lib", "..\\Scripts\\x.exe", true)).toBe("C:/e/Scripts/x.exe");
    expect(resolveRecordPath(site, "a\\b.py")).toBe(`${site}/a\\b.py`);
  });
});

test("isInside() is strict and knows where a name ends", () => {
  expect(isInside("/env/a", "/env")).toBe(true);
  expect(isInside("/env", "/env")).toBe(false);
  expect(isInside("/environment/a", "/env")).toBe(false);
});

test("recordField() quotes as Python's csv module does", () => {
  expect(recordField("a b.py")).toBe("a b.py");
  expect(recordField('a,"b".py')).toBe('"a,""b"".py"');
});
