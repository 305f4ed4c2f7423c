import type { UniversalScenario } from "#resolver/_universal-scenario";

/** One answer for many machines. */
export const universal: readonly UniversalScenario[] = [
  {
    tells: "gives packages the conditions under which they are asked for, along the whole way",
    projects: {
      a: { "1.0": ["b; sys_platform == 'win32'", "c"] },
      b: { "1.0": ["d; python_version < '3.12'"] },
      c: { "1.0": [] },
      d: { "1.0": [] },
    },
    ask: ["a"],
    expect: {
      packages: [
        "a==1.0",
        'b==1.0 ; sys_platform == "win32"',
        "c==1.0",
        'd==1.0 ; python_version < "3.12" and sys_platform == "win32"',
      ],
      regions: [],
      attempts: 5,
    },
  },
  {
    tells: "leaves out what is asked for on machines that are not supported",
    projects: {
      a: { "1.0": ["missing; python_version < '3.9'", "b; sys_platform == 'win32'"] },
      b: { "1.0": [] },
    },
    ask: ["a"],
    environments: ["sys_platform == 'linux'", "sys_platform == 'darwin'"],
    expect: { packages: ["a==1.0"] },
  },
  {
    tells: "leaves out what no machine needs, although each condition on the way can hold",
    projects: {
      a: { "1.0": ["b; sys_platform == 'linux'"] },
      b: { "1.0": [] },
    },
    ask: ["a; sys_platform == 'win32'"],
    expect: { packages: ['a==1.0 ; sys_platform == "win32"'] },
  },
  {
    tells: "does not fail for want of what no machine needs",
    projects: { a: { "1.0": ["missing; sys_platform == 'linux'"] } },
    ask: ["a; sys_platform == 'win32'"],
    expect: { packages: ['a==1.0 ; sys_platform == "win32"'] },
  },
  {
    tells: "takes different versions where the requirements of one package disagree",
    projects: {
      a: { "1.0": ["b<2; python_version < '3.12'", "b>=2; python_version >= '3.12'"] },
      b: { "1.0": [], "2.0": ["c"] },
      c: { "1.0": [] },
    },
    ask: ["a"],
    expect: {
      packages: [
        "a==1.0",
        'b==1.0 ; python_version < "3.12"',
        'b==2.0 ; python_version >= "3.12"',
        'c==1.0 ; python_version >= "3.12"',
      ],
      regions: ['python_version >= "3.12"', 'python_version < "3.12"'],
    },
  },
  {
    tells: "takes one version where requirements differ and the newest version meets all of them",
    projects: {
      a: { "1.0": ["b>=1; python_version < '3.12'", "b>=2; python_version >= '3.12'"] },
      b: { "1.0": [], "2.0": [], "3.0": [] },
    },
    ask: ["a"],
    expect: { packages: ["a==1.0", "b==3.0"], attempts: 3 },
  },
  {
    tells: "joins what turns out alike",
    projects: {
      a: { "1.0": ["b<3; sys_platform == 'win32'", "b<4; sys_platform != 'win32'"] },
      b: { "1.0": [], "2.0": [] },
    },
    ask: ["a"],
    expect: { packages: ["a==1.0", "b==2.0"], regions: [] },
  },
  {
    tells: "takes the newest version for each Python when a newer one needs a later Python",
    projects: {
      a: { "1.0": { python: ">=3.8" }, "2.0": { python: ">=3.10" }, "3.0": { python: ">=3.12" } },
    },
    ask: ["a"],
    expect: {
      packages: [
        'a==1.0 ; python_version < "3.10"',
        'a==2.0 ; python_version >= "3.10" and python_version < "3.12"',
        'a==3.0 ; python_version >= "3.12"',
      ],
    },
  },
  {
    tells: "takes one version for all Pythons when as few versions as possible are wanted",
    projects: {
      a: { "1.0": { python: ">=3.8" }, "2.0": { python: ">=3.10" }, "3.0": { python: ">=3.12" } },
    },
    ask: ["a"],
    forkStrategy: "fewest",
    expect: { packages: ["a==1.0"] },
  },
  {
    tells: "divides by Python where it has to, even when as few versions as possible are wanted",
    projects: {
      a: { "1.0": ["b; python_version >= '3.12'"] },
      b: { "1.0": { python: ">=3.12" } },
    },
    ask: ["a"],
    forkStrategy: "fewest",
    expect: { packages: ["a==1.0", 'b==1.0 ; python_version >= "3.12"'] },
  },
  {
    tells: "does not believe in upper bounds of Requires-Python",
    projects: { a: { "1.0": { python: ">=3.8" }, "2.0": { python: ">=3.8,<3.14" } } },
    ask: ["a"],
    expect: { packages: ["a==2.0"] },
  },
  {
    tells: "keeps the version of later Pythons for earlier ones where it does there",
    projects: {
      a: { "1.0": { python: ">=3.8", needs: ["b"] }, "2.0": { python: ">=3.12", needs: ["b<2"] } },
      b: { "1.0": [], "2.0": [] },
    },
    ask: ["a"],
    expect: {
      packages: ['a==1.0 ; python_version < "3.12"', 'a==2.0 ; python_version >= "3.12"', "b==1.0"],
    },
  },
  {
    tells: "divides where requirements of different packages cannot be met together",
    projects: {
      a: { "1.0": ["c<2; sys_platform == 'win32'"] },
      b: { "1.0": ["c>=2; sys_platform != 'win32'"] },
      c: { "1.0": [], "2.0": [] },
    },
    ask: ["a", "b"],
    expect: {
      packages: [
        "a==1.0",
        "b==1.0",
        'c==1.0 ; sys_platform == "win32"',
        'c==2.0 ; sys_platform != "win32"',
      ],
    },
  },
  {
    tells: "takes a newer version where only the other part has to do without it",
    projects: {
      a: {
        "1.0": ["b"],
        "2.0": ["b>=1; python_version < '3.12'", "b>=3; python_version >= '3.12'"],
      },
      b: { "2.0": [], "3.0": [] },
      c: { "1.0": ["b<3"] },
    },
    ask: ["c", "a"],
    expect: {
      packages: [
        'a==1.0 ; python_version >= "3.12"',
        'a==2.0 ; python_version < "3.12"',
        "b==2.0",
        "c==1.0",
      ],
    },
  },
  {
    tells: "divides between a package and its extra",
    projects: {
      a: {
        "1.0": {
          needs: ["c>=2; sys_platform != 'win32'", "c<2; extra == 'x' and sys_platform == 'win32'"],
          extras: ["x"],
        },
      },
      c: { "1.0": [], "2.0": [] },
    },
    ask: ["a[x]"],
    expect: {
      packages: [
        "a[x]==1.0",
        'c==1.0 ; sys_platform == "win32"',
        'c==2.0 ; sys_platform != "win32"',
      ],
    },
  },
  {
    tells: "goes by roots and constraints with markers",
    projects: { a: { "1.0": [], "2.0": [], "3.0": [] } },
    ask: ["a<3; python_version < '3.11'", "a; python_version >= '3.11'"],
    constraints: ["a<2; sys_platform == 'darwin'"],
    expect: {
      packages: [
        'a==1.0 ; sys_platform == "darwin"',
        'a==2.0 ; python_version < "3.11" and sys_platform != "darwin"',
        'a==3.0 ; python_version >= "3.11" and sys_platform != "darwin"',
      ],
    },
  },
  {
    tells: "takes a project from a URL on some machines only",
    projects: { a: { "1.0": [] } },
    directs: { "https://index.example/a-9.whl": { is: "a 9.0", needs: [] } },
    ask: [
      "a @ https://index.example/a-9.whl ; sys_platform == 'linux'",
      "a<9; sys_platform != 'linux'",
    ],
    expect: {
      packages: ['a==1.0 ; sys_platform != "linux"', 'a==9.0 ; sys_platform == "linux"'],
    },
  },
  {
    tells: "puts overrides in the place of requirements on the machines they are for",
    projects: {
      a: { "1.0": ["b<2", "c; sys_platform == 'win32'"] },
      b: { "1.0": [], "2.0": [] },
      c: { "1.0": [] },
    },
    ask: ["a"],
    overrides: ["b==2.0 ; python_version >= '3.11'", "c ; python_version < '3.10'"],
    expect: {
      packages: [
        "a==1.0",
        'b==2.0 ; python_version >= "3.11"',
        'c==1.0 ; python_version < "3.10" and sys_platform == "win32"',
      ],
    },
  },
  {
    tells:
      "takes a version that has a wheel for any machine, and an older one where none fits the Python",
    projects: {
      a: {
        "1.0": { files: ["cp39-cp39-win_amd64", "cp312-cp312-manylinux_2_28_x86_64"] },
        "2.0": { files: ["cp38-cp38-manylinux_2_28_x86_64"] },
      },
    },
    ask: ["a"],
    expect: { packages: ["a==1.0"] },
  },
  {
    tells:
      "prefers a version with a wheel for the region to a newer one with wheels for others only",
    projects: {
      a: { "1.0": ["b<3; python_version < '3.12'", "b; python_version >= '3.12'"] },
      b: {
        "1.0": { files: ["cp312-abi3-win_amd64"] },
        "2.0": { files: ["cp311-cp311-win_amd64"] },
        "3.0": { files: ["cp311-cp311-win_amd64"] },
      },
    },
    ask: ["a"],
    expect: {
      packages: ["a==1.0", 'b==1.0 ; python_version >= "3.12"', 'b==2.0 ; python_version < "3.12"'],
    },
  },
  {
    tells: "looks for another version on a system for which the newest has no wheel",
    projects: {
      a: { "1.0": { files: ["py3-none-any"] }, "2.0": { files: ["py3-none-macosx_11_0_arm64"] } },
    },
    ask: ["a"],
    required: ["sys_platform == 'linux'"],
    expect: {
      packages: ['a==1.0 ; sys_platform == "linux"', 'a==2.0 ; sys_platform != "linux"'],
    },
  },
  {
    tells: "is content with an sdist where no wheel fits",
    projects: {
      a: { "1.0": [], "2.0": { files: ["cp312-cp312-macosx_11_0_arm64", "sdist"] } },
    },
    ask: ["a"],
    required: ["sys_platform == 'linux'"],
    expect: { packages: ["a==2.0"] },
  },
  {
    tells: "does not fail for want of a wheel where it would not have, had nothing been divided",
    projects: {
      a: { "1.0": ["b>=2; sys_platform == 'aix'", "b<2; sys_platform != 'aix'"] },
      b: { "1.0": [], "2.0": { files: ["cp312-cp312-manylinux_2_28_x86_64"] } },
    },
    ask: ["a"],
    expect: {
      packages: ["a==1.0", 'b==1.0 ; sys_platform != "aix"', 'b==2.0 ; sys_platform == "aix"'],
    },
  },
  {
    tells: "tries the pins of an earlier answer where they were for",
    projects: { a: { "1.0": [], "2.0": [], "3.0": [] } },
    ask: ["a<3; python_version < '3.11'", "a; python_version >= '3.11'"],
    prefer: ["a==1.0 ; python_version < '3.11'", "a==2.0 ; python_version >= '3.11'"],
    expect: {
      packages: ['a==1.0 ; python_version < "3.11"', 'a==2.0 ; python_version >= "3.11"'],
    },
  },
  {
    tells: "goes round circles",
    projects: {
      a: { "1.0": ["b; sys_platform == 'win32'"] },
      b: { "1.0": ["a", "c; python_version < '3.10'"] },
      c: { "1.0": ["b"] },
    },
    ask: ["a; python_version < '3.11'", "c; sys_platform == 'linux'"],
    expect: {
      packages: [
        'a==1.0 ; python_version < "3.11" or sys_platform == "linux"',
        'b==1.0 ; sys_platform == "linux" or python_version < "3.11" and sys_platform == "win32"',
        'c==1.0 ; sys_platform == "linux" or python_version < "3.10" and sys_platform == "win32"',
      ],
    },
  },
  {
    tells: "names the region for which there is no answer",
    projects: {
      a: { "1.0": ["b; sys_platform == 'win32'"] },
      b: { "1.0": { python: ">=3.12" } },
    },
    ask: ["a"],
    expect: {
      failure: [
        'Cannot resolve `a` for Python >=3.9 where `python_version < "3.12" and sys_platform == "win32"`',
        "requirements.in (line 1) asks for `a`",
        "`a` 1.0 needs `b`",
        '`b` 1.0 needs Python >=3.12, and the target is Python >=3.9 where `python_version < "3.12" and sys_platform == "win32"`',
      ],
      region: 'python_version < "3.12" and sys_platform == "win32"',
    },
  },
  {
    tells: "names no region when there is no answer anywhere",
    projects: { a: { "1.0": ["b>1"] }, b: { "1.0": [] } },
    ask: ["a"],
    expect: {
      failure: [
        "Cannot resolve `a`",
        "requirements.in (line 1) asks for `a`",
        "`a` 1.0 needs `b>1`",
        "`b` has no version >1; the only one is 1.0",
      ],
    },
  },
];
