import type { Scenario } from "#resolver/_scenario";

/** PEP 440, "Handling of pre-releases", and the four policies. */
export const prereleases: readonly Scenario[] = [
  {
    tells: "prefers a stable version even where a requirement names a pre-release",
    projects: { a: { "1.0": [], "1.1": [], "2.0b1": [] } },
    ask: ["a>=1.1a1"],
    expect: { packages: ["a==1.1"] },
  },
  {
    tells: "takes a pre-release when there is no stable version",
    projects: { a: { "1.0a1": [], "1.0b1": [] } },
    ask: ["a"],
    expect: { packages: ["a==1.0b1"] },
  },
  {
    tells: "takes a pre-release when no stable version fits what everybody asks for",
    projects: { a: { "1.0": [], "2.0rc1": [] }, b: { "1.0": ["a>=1.5"] } },
    ask: ["b", "a"],
    expect: { packages: ["a==2.0rc1", "b==1.0"] },
  },
  {
    tells: "names the pre-releases it passed over",
    projects: { a: { "1.0": [], "2.0rc1": [] } },
    ask: ["a"],
    expect: { packages: ["a==1.0"], passedOver: ["a 2.0rc1 pre-release"] },
  },
  {
    tells: "takes the newest of all when pre-releases are allowed",
    projects: { a: { "1.0": ["b"], "2.0rc1": ["b"] }, b: { "1.0": [], "1.1.dev3": [] } },
    ask: ["a"],
    policy: { prerelease: "allow" },
    expect: { packages: ["a==2.0rc1", "b==1.1.dev3"] },
  },
  {
    tells: "takes no pre-release when they are refused, and says so",
    projects: { a: { "1.0": [], "2.0rc1": [] } },
    ask: ["a>=2.0rc1"],
    policy: { prerelease: "disallow" },
    expect: {
      failure: [
        "Cannot resolve `a>=2.0rc1`",
        "requirements.in (line 1) asks for `a>=2.0rc1`",
        "`a` 2.0rc1 is a pre-release, which is not allowed",
      ],
    },
  },
  {
    tells:
      "takes a pre-release of what names one, and of nothing else, when they have to be explicit",
    projects: { a: { "2.0rc1": ["b"] }, b: { "1.0": [], "2.0rc1": [] } },
    ask: ["a>=2.0rc1"],
    policy: { prerelease: "explicit" },
    expect: { packages: ["a==2.0rc1", "b==1.0"] },
  },
  {
    tells: "refuses a pre-release that only a dependency names, when they have to be explicit",
    projects: { a: { "1.0": ["b>=2.0rc1"] }, b: { "1.0": [], "2.0rc1": [] } },
    ask: ["a"],
    policy: { prerelease: "explicit" },
    expect: {
      failure: [
        "Cannot resolve `a`",
        "requirements.in (line 1) asks for `a`",
        "`a` 1.0 needs `b>=2.0rc1`",
        "`b` 2.0rc1 is a pre-release, which is not allowed",
      ],
    },
  },
  {
    tells: "allows pre-releases of single projects",
    projects: { a: { "1.0": [], "2.0rc1": [] }, b: { "1.0": [], "2.0rc1": [] } },
    ask: ["a", "b"],
    policy: { releases: { first: new Set(["a"]), second: new Set() } },
    expect: { packages: ["a==2.0rc1", "b==1.0"] },
  },
];
