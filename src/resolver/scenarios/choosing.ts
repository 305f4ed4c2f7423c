import type { Scenario } from "#resolver/_scenario";

/** Which version is taken when several would do. */
export const choosing: readonly Scenario[] = [
  {
    tells: "takes the highest versions and follows dependencies",
    projects: {
      a: { "1.0": [], "2.0": ["b>=1"] },
      b: { "1.0": [], "1.5": ["c"] },
      c: { "3.0": [] },
    },
    ask: ["a"],
    expect: { packages: ["a==2.0", "b==1.5", "c==3.0"], attempts: 4 },
  },
  {
    tells: "keeps the older version of the package asked for first when a later one leaves no way",
    projects: {
      a: { "1.0": ["c==1.0"], "2.0": ["c==2.0"] },
      b: { "1.0": ["c<2"] },
      c: { "1.0": [], "2.0": [] },
    },
    ask: ["a", "b"],
    expect: { packages: ["a==1.0", "b==1.0", "c==1.0"] },
  },
  {
    tells: "takes nothing for a requirement whose marker is not for the target",
    projects: {
      a: { "1.0": ["b; sys_platform == 'win32'", "c; python_version >= '3.8'"] },
      b: { "1.0": [] },
      c: { "1.0": [] },
    },
    ask: ["a", "missing; os_name == 'nt'"],
    expect: { packages: ["a==1.0", "c==1.0"] },
  },
  {
    tells: "takes the lowest versions when asked to, pre-releases last all the same",
    projects: {
      a: { "0.9rc1": [], "1.0": ["b>=1"], "2.0": [] },
      b: { "0.5": [], "1.0": [], "2.0": [] },
    },
    ask: ["a"],
    policy: { strategy: "lowest" },
    expect: { packages: ["a==1.0", "b==1.0"] },
  },
  {
    tells: "takes the lowest versions of what was asked for and the highest of the rest",
    projects: { a: { "1.0": ["b>=1"], "2.0": [] }, b: { "1.0": [], "2.0": [] } },
    ask: ["a"],
    policy: { strategy: "lowest-direct" },
    expect: { packages: ["a==1.0", "b==2.0"] },
  },
  {
    tells: "does not count what was asked for another machine as asked for",
    projects: { a: { "1.0": ["b"] }, b: { "1.0": [], "2.0": [] } },
    ask: ["a", "b; os_name == 'nt'"],
    policy: { strategy: "lowest-direct" },
    expect: { packages: ["a==1.0", "b==2.0"] },
  },
  {
    tells: "takes a preferred version where it fits, and the highest where it does not",
    projects: { a: { "1.0": [], "2.0": ["b>=2"] }, b: { "1.0": [], "2.0": [], "3.0": [] } },
    ask: ["a", "b"],
    prefer: ["a==2.0", "b==1.0"],
    expect: { packages: ["a==2.0", "b==3.0"] },
  },
  {
    tells: "prefers a version of its output over a higher one",
    projects: { a: { "1.0": [], "2.0": [] } },
    ask: ["a"],
    prefer: ["a==1.0"],
    expect: { packages: ["a==1.0"] },
  },
  {
    tells: "keeps what is installed without asking any repository about it",
    projects: { b: { "1.0": [] } },
    installed: { "a==1.0": ["b"] },
    ask: ["a>=1"],
    expect: { packages: ["a==1.0", "b==1.0"] },
  },
  {
    tells: "replaces what is installed when it does not fit",
    projects: { a: { "1.0": [], "2.0": [] } },
    installed: { "a==1.0": [] },
    ask: ["a>=2"],
    expect: { packages: ["a==2.0"] },
  },
  {
    tells: "replaces what is installed when it stands in the way of something else",
    projects: { a: { "1.0": [], "2.0": [] }, b: { "1.0": ["a>=2"] } },
    installed: { "a==1.5": [] },
    ask: ["a", "b"],
    expect: { packages: ["a==2.0", "b==1.0"] },
  },
  {
    tells: "upgrades what is installed",
    projects: { a: { "1.0": [], "2.0": [] } },
    installed: { "a==1.0": [] },
    upgrade: ["a"],
    ask: ["a"],
    expect: { packages: ["a==2.0"] },
  },
  {
    tells: "keeps what shall be upgraded when nothing newer can be taken, and tells what was not",
    projects: { a: { "2.0": { files: ["sdist"] }, "0.5": [] } },
    installed: { "a==1.0": ["b"], "b==1.0": [] },
    upgrade: ["a"],
    onlyBinary: [":all:"],
    ask: ["a"],
    expect: { packages: ["a==1.0", "b==1.0"], passedOver: ["a 2.0 format-excluded"] },
  },
  {
    tells: "keeps what shall be upgraded and no repository has",
    projects: {},
    installed: { "a==1.0": [] },
    upgrade: ["a"],
    ask: ["a"],
    expect: { packages: ["a==1.0"] },
  },
  {
    tells:
      "keeps what shall be upgraded and is newer than everything on offer, unless it does not fit",
    projects: { a: { "1.0": [], "2.0": [] }, b: { "1.0": [], "2.0": [] }, c: { "1.0": ["b<3"] } },
    installed: { "a==3.0": [], "b==3.0": [] },
    upgrade: ["a", "b"],
    ask: ["a", "c"],
    expect: { packages: ["a==3.0", "b==2.0", "c==1.0"] },
  },
  {
    tells: "does not keep what shall be upgraded and does not fit",
    projects: { a: { "2.0": { files: ["sdist"] } } },
    installed: { "a==1.0": [] },
    upgrade: ["a"],
    onlyBinary: [":all:"],
    ask: ["a>=2"],
    expect: {
      failure: [
        "Cannot resolve `a>=2`",
        "requirements.in (line 1) asks for `a>=2`",
        "`a` 2.0 has no wheel, and sdists are excluded",
      ],
    },
  },
  {
    tells: "follows no dependencies when told so",
    projects: { a: { "1.0": ["b"] } },
    ask: ["a"],
    policy: { followDependencies: false },
    expect: { packages: ["a==1.0"] },
  },
  {
    tells: "opens no wheel when dependencies are not followed and its page names the Pythons",
    projects: {
      a: { "1.0": { python: ">=3.8", metadata: { invalid: "asked for all the same" } } },
      b: { "1.0": { metadata: { invalid: "the page does not name the Pythons" } }, "0.9": [] },
    },
    ask: ["a", "b"],
    policy: { followDependencies: false },
    expect: { packages: ["a==1.0", "b==0.9"] },
  },
  {
    tells: "closes a circle of dependencies",
    projects: { a: { "1.0": ["b"] }, b: { "1.0": ["a>=1"], "2.0": ["a>=2"] } },
    ask: ["a"],
    expect: { packages: ["a==1.0", "b==1.0"] },
  },
  {
    tells: "passes over a version that requires itself in another version",
    projects: { a: { "1.0": [], "2.0": ["a<2"] } },
    ask: ["a"],
    expect: { packages: ["a==1.0"] },
  },
  {
    tells: "admits local versions where the public one is asked for, and takes the highest",
    projects: { a: { "1.0": [], "1.0+cpu": [] }, b: { "1.0": ["a==1.0"] } },
    ask: ["a<=1.0", "b"],
    expect: { packages: ["a==1.0+cpu", "b==1.0"] },
  },
  {
    tells: "does not reach a local version from above its public one",
    projects: { a: { "1.0+cpu": [] } },
    ask: ["a>1.0"],
    expect: {
      failure: [
        "Cannot resolve `a>1.0`",
        "requirements.in (line 1) asks for `a>1.0`",
        "`a` has no version >1; the only one is 1.0+cpu",
      ],
    },
  },
  {
    tells: "does not count a post-release as later than its release",
    projects: { a: { "1.0": [], "1.0.post1": [] } },
    ask: ["a>1.0"],
    expect: {
      failure: [
        "Cannot resolve `a>1.0`",
        "requirements.in (line 1) asks for `a>1.0`",
        "`a` has no version >1.0; there are 2, from 1.0 to 1.0.post1",
      ],
    },
  },
  {
    tells: "takes the exact version of an arbitrary equality",
    projects: { a: { "1.0": [], "2.0": [] } },
    ask: ["a===1.0"],
    expect: { packages: ["a==1.0"] },
  },
];
