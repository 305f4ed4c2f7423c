import { describe, expect, test } from "bun:test";
import { MemoryFiles } from "#platform/memory/files";
import { parseToml } from "#platform/toml";
import { parseMetadata } from "#standards/metadata";
import { normalizeName } from "#standards/name";
import { formatRequirement } from "#standards/requirement";
import { parseVersion } from "#standards/version";
import { projectMetadata, staticPkgInfo } from "./static-metadata.ts";

const promised = { name: normalizeName("demo"), version: parseVersion("2.0") };
const metadataOf = (text: string, named?: typeof promised) =>
  projectMetadata(parseToml(text, "pyproject.toml"), named);

describe("projectMetadata()", () => {
  test("says what a build would say of name, version and requirements", () => {
    const text = metadataOf(`[project]
name = "Demo.Project"
version = "1.0"
requires-python = ">=3.9"
dependencies = ["a>=1", "b; os_name == 'nt' or os_name == 'posix'"]
[project.optional-dependencies]
Extra = ["c[d]>2; python_version < '3.12' or os_name == 'nt'", "e @ https://index.example/e.zip"]
`);
    const metadata = parseMetadata(text ?? "");
    expect(String(metadata.name)).toBe("demo-project");
    expect(metadata.version.text).toBe("1.0");
    expect(metadata.requiresPython).toBe(">=3.9");
    expect(metadata.providesExtra.map(String)).toEqual(["extra"]);
    expect(metadata.invalidRequirements).toEqual([]);
    expect(metadata.requiresDist.map(formatRequirement)).toEqual([
      "a>=1",
      'b; os_name == "nt" or os_name == "posix"',
      'c[d]>2; (python_version < "3.12" or os_name == "nt") and extra == "extra"',
      'e @ https://index.example/e.zip ; extra == "extra"',
    ]);
  });

  test("takes a dynamic version from the name of an sdist, and from nowhere else", () => {
    const table = '[project]\nname = "demo"\ndynamic = ["version", "readme"]\n';
    expect(metadataOf(table)).toBeUndefined();
    expect(parseMetadata(metadataOf(table, promised) ?? "").version.text).toBe("2.0");
  });

  test.each(["dependencies", "optional-dependencies", "requires-python"])(
    "believes nothing where %s is dynamic",
    (key) => {
      const table = `[project]\nname = "demo"\nversion = "1"\ndynamic = ["${key}"]\n`;
      expect(metadataOf(table, promised)).toBeUndefined();
    },
  );

  test("leaves tables that break the rules, and none at all, to the backend", () => {
    expect(metadataOf('[project]\nname = "demo"\nversion = "not a version"\n')).toBeUndefined();
    expect(metadataOf('[tool.other]\nname = "demo"\n', promised)).toBeUndefined();
    expect(projectMetadata(undefined, promised)).toBeUndefined();
  });
});

describe("staticPkgInfo()", () => {
  const read = (text: string): string | undefined => {
    const files = new MemoryFiles();
    files.makeFolders("/tree");
    files.write("/tree/PKG-INFO", text);
    return staticPkgInfo("/tree", { files });
  };

  test("counts from metadata 2.2 on, unless what matters is dynamic (PEP 643)", () => {
    const info = "Metadata-Version: 2.2\nName: demo\nVersion: 1\n";
    expect(read(info)).toBe(info);
    expect(read(info.replace("2.2", "2.1"))).toBeUndefined();
    expect(read(`${info}Dynamic: Requires-Dist\n`)).toBeUndefined();
    expect(read(`${info}Dynamic: Description\n`)).toBeDefined();
    expect(read("Name: demo\n")).toBeUndefined();
  });
});
