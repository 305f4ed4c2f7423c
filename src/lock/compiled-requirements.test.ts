import { describe, expect, test } from "bun:test";
import type { ProjectFile } from "#repository/listing";
import type { ResolvedPackage } from "#resolver/resolution";
import { parseMarker } from "#standards/marker";
import { normalizeName } from "#standards/name";
import { parseRequirement } from "#standards/requirement";
import { parseVersion } from "#standards/version";
import { parseWheelFilename } from "#standards/wheel-filename";
import { type CompiledOptions, formatCompiledRequirements } from "./compiled-requirements.ts";

const plain: CompiledOptions = {
  header: [],
  annotations: "split",
  hashes: false,
  extras: false,
  omit: new Set(),
  options: [],
  repositories: false,
};

function file(filename: string, sha256: string): ProjectFile {
  return {
    filename,
    url: `https://index.example/files/${filename}`,
    identity: { kind: "wheel", ...parseWheelFilename(filename) },
    hashes: { sha256 },
    size: 1,
    requiresPython: undefined,
    yanked: false,
    uploadTime: undefined,
    metadataHashes: undefined,
    repository: "index.example",
  };
}

function resolved(
  name: string,
  version: string,
  requires: string[],
  origins: string[] = [],
): ResolvedPackage {
  const stem = name.replaceAll("-", "_");
  return {
    name: normalizeName(name),
    displayName: name,
    version: parseVersion(version),
    extras: name === "b" ? [normalizeName("x")] : [],
    source: {
      kind: "repository",
      repository: "index.example",
      files: [
        file(`${stem}-${version}-py3-none-any.whl`, "bb"),
        file(`${stem}-${version}-py2-none-any.whl`, "aa"),
      ],
    },
    metadata: undefined,
    dependencies: requires.map((text) => {
      const requirement = parseRequirement(text);
      return { name: requirement.name, extras: requirement.extras, requirement };
    }),
    origins,
    isDirect: origins.length > 0,
  };
}

const resolution = {
  packages: [
    resolved("b", "2.0", ["a"]),
    resolved("a", "1.0", [], ["-r in.txt"]),
    resolved("c", "3", ["b[x]", "a"], ["-r in.txt"]),
  ],
  passedOver: [],
  attempts: 3,
  warnings: [],
};

describe("formatCompiledRequirements()", () => {
  test("sorts by name and says who asked, one line for one asker and a list for several", () => {
    expect(formatCompiledRequirements(resolution, plain)).toBe(
      [
        "a==1.0",
        "    # via",
        "    #   -r in.txt",
        "    #   b",
        "    #   c",
        "b==2.0",
        "    # via c",
        "c==3",
        "    # via -r in.txt",
        "",
      ].join("\n"),
    );
  });

  test("writes hashes sorted, with continuation lines in front of the annotation", () => {
    const text = formatCompiledRequirements(resolution, {
      ...plain,
      hashes: true,
      annotations: "line",
    });
    expect(text.split("\n").slice(0, 4)).toEqual([
      "a==1.0 \\",
      "    --hash=sha256:aa \\",
      "    --hash=sha256:bb",
      "    # via -r in.txt, b, c",
    ]);
  });

  test("writes extras only when asked, and names what it leaves out", () => {
    const text = formatCompiledRequirements(resolution, {
      ...plain,
      annotations: "none",
      extras: true,
      omit: new Set([normalizeName("a")]),
    });
    expect(text).toBe(
      "b[x]==2.0\nc==3\n\n# The following packages were excluded from the output:\n# a\n",
    );
  });

  test("writes nothing for nothing", () => {
    expect(formatCompiledRequirements({ ...resolution, packages: [] }, plain)).toBe("");
  });

  test("writes versions of one name in their order, with where each is for and who leads to it", () => {
    const [, a] = resolution.packages;
    const older = { ...resolved("a", "0.9", []), marker: parseMarker("os_name == 'nt'") };
    const newer = { ...(a as ResolvedPackage), marker: parseMarker("os_name != 'nt'") };
    const asking = resolved("d", "1", ["a"]);
    const text = formatCompiledRequirements(
      {
        ...resolution,
        packages: [
          newer,
          {
            ...asking,
            dependencies: asking.dependencies.map((edge) => ({
              ...edge,
              versions: [older.version],
            })),
          },
          older,
        ],
      },
      plain,
    );
    expect(text).toBe(
      [
        'a==0.9 ; os_name == "nt"',
        "    # via d",
        'a==1.0 ; os_name != "nt"',
        "    # via -r in.txt",
        "d==1",
        "",
      ].join("\n"),
    );
  });
});
