import { noNames } from "#standards/format-control";
import type { Scenario } from "#resolver/_scenario";

const windows = "cp311-cp311-win_amd64";

/** What the files of a version have to do with it: Python, tags, formats, dates, hashes. */
export const files: readonly Scenario[] = [
  {
    tells: "takes an older version when the newest wants another Python",
    projects: { a: { "1.0": { python: ">=3.8" }, "2.0": { python: ">=3.12" } } },
    ask: ["a"],
    expect: { packages: ["a==1.0"], passedOver: ["a 2.0 requires-python"] },
  },
  {
    tells: "names the Python that is wanted when no version accepts the target",
    projects: { a: { "1.0": { python: ">=3.12" }, "2.0": { python: ">=3.12" } } },
    ask: ["a"],
    expect: {
      failure: [
        "Cannot resolve `a`",
        "requirements.in (line 1) asks for `a`",
        "every version of `a` needs Python >=3.12, and the target is Python 3.11 on x86_64-manylinux_2_28",
      ],
    },
  },
  {
    tells: "believes the metadata where the page does not name a Python",
    projects: { a: { "1.0": [], "2.0": { metadataPython: ">=3.12" } } },
    ask: ["a"],
    expect: { packages: ["a==1.0"] },
  },
  {
    tells: "lets an older version with another bound on Python be found through a dependency",
    projects: {
      a: { "1.0": ["b<2"], "2.0": ["b>=2"] },
      b: { "1.0": { python: ">=3.7" }, "2.0": { python: ">=3.13" } },
    },
    ask: ["a"],
    expect: { packages: ["a==1.0", "b==1.0"] },
  },
  {
    tells: "ignores Requires-Python when told so",
    projects: { a: { "1.0": { python: ">=3.12" } } },
    ask: ["a"],
    policy: { ignoreRequiresPython: true },
    expect: { packages: ["a==1.0"] },
  },
  {
    tells: "passes over a version whose wheels are for other machines",
    projects: {
      a: { "1.0": [], "2.0": { files: [windows, "cp312-cp312-manylinux_2_28_x86_64"] } },
    },
    ask: ["a"],
    expect: { packages: ["a==1.0"], passedOver: ["a 2.0 no-compatible-wheel"] },
  },
  {
    tells: "says which wheels there are when none fits",
    projects: { a: { "1.0": { files: [windows, "cp311-cp311-macosx_11_0_arm64"] } } },
    ask: ["a"],
    expect: {
      failure: [
        "Cannot resolve `a`",
        "requirements.in (line 1) asks for `a`",
        "`a` 1.0 has no wheel for Python 3.11 on x86_64-manylinux_2_28; there are wheels for cp311-cp311-win_amd64 and cp311-cp311-macosx_11_0_arm64",
      ],
    },
  },
  {
    tells: "sums up many wheels by their Pythons where none fits",
    projects: {
      a: {
        "1.0": {
          files: ["36", "37", "38", "39", "310"].map((minor) => `cp${minor}-cp${minor}-win32`),
        },
      },
    },
    ask: ["a"],
    expect: {
      failure: [
        "Cannot resolve `a`",
        "requirements.in (line 1) asks for `a`",
        "`a` 1.0 has no wheel for Python 3.11 on x86_64-manylinux_2_28; there are wheels for cp36, cp37, cp38, cp39 and cp310",
      ],
    },
  },
  {
    tells: "sums up many wheels by their platforms where the Python fits",
    projects: {
      b: {
        "1.0": {
          files: ["win32", "win_amd64", "macosx_11_0_arm64", "linux_aarch64", "linux_ppc64"].map(
            (platform) => `cp311-cp311-${platform}`,
          ),
        },
      },
    },
    ask: ["b"],
    expect: {
      failure: [
        "Cannot resolve `b`",
        "requirements.in (line 1) asks for `b`",
        "`b` 1.0 has no wheel for Python 3.11 on x86_64-manylinux_2_28; there are wheels for win32, win_amd64, linux_ppc64, linux_aarch64 and macosx_11_0_arm64",
      ],
    },
  },
  {
    tells: "takes a version without fitting wheel for its sdist when compiling",
    projects: { a: { "1.0": [], "2.0": { files: [windows, "sdist"] } } },
    ask: ["a"],
    expect: { packages: ["a==2.0"] },
  },
  {
    tells: "passes over a version that would have to be built when installing",
    projects: { a: { "1.0": [], "2.0": { files: ["sdist"] } } },
    ask: ["a"],
    policy: { purpose: "install" },
    expect: { packages: ["a==1.0"], passedOver: ["a 2.0 needs-build"] },
  },
  {
    tells: "names the want of a build when nothing else is left",
    projects: { a: { "2.0": { files: ["sdist"] } } },
    ask: ["a"],
    policy: { purpose: "install" },
    expect: {
      failure: [
        "Cannot resolve `a`",
        "requirements.in (line 1) asks for `a`",
        "`a` 2.0 would have to be built, and nothing may be built here: it is published as an sdist only",
      ],
    },
  },
  {
    tells: "takes the newest version for its sdist when somebody builds",
    projects: { a: { "1.0": [], "2.0": { files: ["sdist"], needs: ["b"] } }, b: { "1.0": [] } },
    ask: ["a"],
    policy: { purpose: "install", mayBuild: true },
    expect: { packages: ["a==2.0", "b==1.0"] },
  },
  {
    tells: "prefers an older wheel to what would have to be built, on demand",
    projects: { a: { "1.0": [], "2.0": { files: ["sdist"] } } },
    ask: ["a"],
    policy: {
      purpose: "install",
      mayBuild: true,
      formats: { binaries: noNames, preferBinary: true },
    },
    expect: { packages: ["a==1.0"] },
  },
  {
    tells: "asks no sdist that will be built anyway when dependencies are not followed",
    projects: {
      a: { "2.0": { files: ["sdist"], metadata: { needsBuild: "nobody has asked it" } } },
    },
    ask: ["a"],
    policy: { purpose: "install", mayBuild: true, followDependencies: false },
    expect: { packages: ["a==2.0"] },
  },
  {
    tells: "passes over an sdist whose metadata only a build can tell",
    projects: {
      a: {
        "1.0": [],
        "2.0": { files: ["sdist"], metadata: { needsBuild: "its metadata is dynamic" } },
      },
    },
    ask: ["a"],
    expect: { packages: ["a==1.0"], passedOver: ["a 2.0 needs-build"] },
  },
  {
    tells: "passes over a version with invalid metadata",
    projects: { a: { "1.0": [], "2.0": { metadata: { invalid: "there is no Name" } } } },
    ask: ["a"],
    expect: { packages: ["a==1.0"], passedOver: ["a 2.0 invalid-metadata"] },
  },
  {
    tells: "passes over a version with a requirement that is none",
    projects: { a: { "2.0": ["b >> 1"] } },
    ask: ["a"],
    expect: {
      failure: [
        "Cannot resolve `a`",
        "requirements.in (line 1) asks for `a`",
        "the metadata of `a` 2.0 is invalid: `b >> 1` is no requirement: there is white space inside the version",
      ],
    },
  },
  {
    tells: "takes wheels only, where sdists are excluded",
    projects: { a: { "1.0": [], "2.0": { files: ["sdist"] } } },
    ask: ["a"],
    onlyBinary: [":all:"],
    expect: { packages: ["a==1.0"], passedOver: ["a 2.0 format-excluded"] },
  },
  {
    tells: "takes sdists only, where wheels are excluded",
    projects: { a: { "1.0": { files: ["sdist"] }, "2.0": [] } },
    ask: ["a"],
    noBinary: ["a"],
    expect: { packages: ["a==1.0"], passedOver: ["a 2.0 format-excluded"] },
  },
  {
    tells: "prefers an older wheel to a newer sdist when told so",
    projects: { a: { "1.0": [], "2.0": { files: ["sdist"] } } },
    ask: ["a"],
    policy: {
      formats: { binaries: { first: new Set(), second: new Set() }, preferBinary: true },
    },
    expect: { packages: ["a==1.0"] },
  },
  {
    tells: "knows nothing that was uploaded after the date limit",
    projects: {
      a: {
        "1.0": { uploaded: "2024-01-01T00:00:00Z" },
        "2.0": { uploaded: "2024-06-01T00:00:00Z" },
      },
    },
    ask: ["a"],
    policy: { excludeNewer: Date.parse("2024-03-01T00:00:00Z") },
    expect: { packages: ["a==1.0"], passedOver: ["a 2.0 newer-than-limit"] },
  },
  {
    tells: "names the date limit when it leaves nothing",
    projects: { a: { "2.0": { uploaded: "2024-06-01T00:00:00Z" } } },
    ask: ["a"],
    policy: { excludeNewer: Date.parse("2024-03-01T00:00:00Z") },
    expect: {
      failure: [
        "Cannot resolve `a`",
        "requirements.in (line 1) asks for `a`",
        "`a` 2.0 was uploaded after the date limit, the end of 2024-02-29",
      ],
    },
  },
  {
    tells: "names the index that gives no upload times",
    projects: { a: { "2.0": [] } },
    ask: ["a"],
    policy: { excludeNewer: Date.parse("2024-03-01T00:00:00Z") },
    expect: {
      failure: [
        "Cannot resolve `a`",
        "requirements.in (line 1) asks for `a`",
        "index.example gives no upload time for `a` 2.0, which the date limit needs",
      ],
    },
  },
  {
    tells: "takes a version whose file has a demanded hash",
    projects: { a: { "1.0": { sha256: "a".repeat(64) }, "2.0": { sha256: "b".repeat(64) } } },
    ask: [`a --hash=sha256:${"a".repeat(64)}`],
    expect: { packages: ["a==1.0"], passedOver: ["a 2.0 hash"] },
  },
  {
    tells: "refuses what has no hash when hashes are required",
    projects: { a: { "1.0": ["b"] }, b: { "1.0": [] } },
    ask: [`a==1.0 --hash=sha256:${"0".repeat(64)}`],
    policy: { requireHashes: true },
    expect: {
      failure: [
        "Cannot resolve `a==1.0`",
        "requirements.in (line 1) asks for `a==1.0`",
        "`a` 1.0 needs `b`",
        "no hash is given for `b`, and hashes are required for everything",
      ],
    },
  },
  {
    tells: "warns about an archived project and takes it",
    projects: { a: { status: "archived", releases: { "1.0": [] } } },
    ask: ["a"],
    expect: { packages: ["a==1.0"], warnings: ["`a` is archived"] },
  },
  {
    tells: "refuses a quarantined project",
    projects: { a: { status: "quarantined", releases: { "1.0": [] } } },
    ask: ["a"],
    expect: {
      failure: [
        "Cannot resolve `a`",
        "requirements.in (line 1) asks for `a`",
        "`a` is quarantined on index.example",
      ],
    },
  },
];
