import type { Scenario } from "#resolver/_scenario";

/** PEP 592: yanked versions are for those who pin them. */
export const yanked: readonly Scenario[] = [
  {
    tells: "passes over a yanked version",
    projects: { a: { "1.0": [], "1.1": { yanked: "broken" } } },
    ask: ["a"],
    expect: { packages: ["a==1.0"], passedOver: ["a 1.1 yanked"] },
  },
  {
    tells: "takes a yanked version that is pinned, and warns",
    projects: { a: { "1.0": [], "1.1": { yanked: "broken on Windows" } } },
    ask: ["a==1.1"],
    expect: { packages: ["a==1.1"], warnings: ["`a` 1.1 is yanked: broken on Windows"] },
  },
  {
    tells: "takes a yanked version that a dependency pins, even when that comes out late",
    projects: {
      a: { "1.0": [], "1.1": { yanked: "" } },
      b: { "1.0": ["c"] },
      c: { "1.0": ["a==1.1"] },
    },
    ask: ["a>1.0", "b"],
    expect: { packages: ["a==1.1", "b==1.0", "c==1.0"] },
  },
  {
    tells: "does not take a yanked version for a wildcard",
    projects: { a: { "1.1": { yanked: "broken" } } },
    ask: ["a==1.*"],
    expect: {
      failure: [
        "Cannot resolve `a==1.*`",
        "requirements.in (line 1) asks for `a==1.*`",
        "`a` 1.1 is yanked (broken), and nothing pins it",
      ],
    },
  },
  {
    tells: "changes something else rather than take a yanked version that nothing pins",
    projects: {
      a: { "1.0": [], "1.1": { yanked: "broken" } },
      b: { "1.0": ["a"], "2.0": ["a>1.0"] },
      c: { "1.0": [], "2.0": ["a==1.1"] },
    },
    ask: ["b", "c<2"],
    expect: { packages: ["a==1.0", "b==1.0", "c==1.0"] },
  },
  {
    tells: "forgets a pin that did not make it into the answer",
    projects: {
      a: { "1.0": [], "1.1": { yanked: "broken" } },
      b: { "1.0": ["a"], "2.0": ["a>1.0"] },
      c: { "1.0": [], "2.0": ["a==1.1", "d"] },
      d: { "1.0": ["nothing"] },
    },
    ask: ["b", "c"],
    expect: { packages: ["a==1.0", "b==1.0", "c==1.0"] },
  },
  {
    tells: "keeps a yanked version that is in place already",
    projects: { a: { "1.0": [], "1.1": { yanked: "broken" } } },
    ask: ["a"],
    prefer: ["a==1.1"],
    expect: { packages: ["a==1.1"] },
  },
];
