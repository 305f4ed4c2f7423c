import { describe, expect, test } from "bun:test";
import { validateMetadata } from "./metadata-validity.ts";
import { parseRawMetadata } from "./raw-metadata.ts";

function problemsOf(header: string, value: string, version = "2.6"): string[] {
  const text = `Metadata-Version: ${version}\nName: a\nVersion: 1\n${header}: ${value}\n`;
  return validateMetadata(parseRawMetadata(text)).map(({ field }) => field);
}

describe("validateMetadata() applies the rules of core metadata", () => {
  test.each([
    ["Summary", "one line"],
    ["Description-Content-Type", "text/markdown; charset=UTF-8; variant=GFM"],
    ["Description-Content-Type", "Text/X-Rst;"],
    ["Description-Content-Type", 'text/plain; charset="utf-8"'],
    ["Dynamic", "Requires-Dist"],
    ["Provides-Extra", "a.b"],
    ["Requires-Python", ">=3.8,<4"],
    ["Requires-Dist", 'a>=1; extra == "x"'],
    ["License-Expression", "mit or (apache-2.0 with llvm-exception)"],
    ["License-File", "licenses/LICENSE.txt"],
    ["Import-Name", "a.b ; private"],
    ["Import-Name", ""],
  ])("%s: %s is valid", (header, value) => {
    expect(problemsOf(header, value)).toEqual([]);
  });

  test.each([
    ["Summary", "two\n lines"],
    ["Description-Content-Type", "text/html"],
    ["Description-Content-Type", "text/markdown; charset=latin1"],
    ["Description-Content-Type", "text/markdown; variant=Other"],
    ["Description-Content-Type", "text/plain; charset=utf-8; charset=utf-8"],
    ["Description-Content-Type", "text/plain;;"],
    ["Dynamic", "Version"],
    ["Dynamic", "Nothing"],
    ["Provides-Extra", "-a"],
    ["Requires-Python", "3.8"],
    ["Requires-Dist", "a; nothing == '1'"],
    ["License-Expression", "MIT AND"],
    ["License-File", "../LICENSE"],
    ["License-File", "/LICENSE"],
    ["License-File", "a\\b"],
    ["License-File", "./a"],
    ["License-File", "*.txt"],
    ["Import-Name", "a-b"],
    ["Import-Name", "a.class"],
    ["Import-Name", "a; public"],
    ["Import-Namespace", ""],
    ["X-Own", "1"],
  ])("%s: %s is not", (header, value) => {
    expect(problemsOf(header, value)).toEqual([header.toLowerCase()]);
  });

  test("a field must not be older than the version that has it", () => {
    expect(problemsOf("License-Expression", "MIT", "2.3")).toEqual(["license-expression"]);
    expect(problemsOf("Import-Name", "a", "2.4")).toEqual(["import-name"]);
    expect(problemsOf("Classifier", "A", "1.0")).toEqual(["classifier"]);
  });

  test("name, version and a known version of metadata are required", () => {
    const problems = validateMetadata(parseRawMetadata("Metadata-Version: 2.0\n"));
    expect(problems.map(({ field }) => field).sort()).toEqual([
      "metadata-version",
      "name",
      "version",
    ]);
  });
});
