import type { Scenario } from "#resolver/_scenario";

const many = (
  count: number,
  release: (version: number) => readonly string[],
): Record<string, string[]> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, version) => [`1.${version}`, [...release(version)]]),
  );

/** Proofs that there is no answer, and questions that are hard to answer. */
export const failures: readonly Scenario[] = [
  {
    tells: "says which repository does not know a name",
    projects: {},
    ask: ["nothing"],
    expect: {
      failure: [
        "Cannot resolve `nothing`",
        "requirements.in (line 1) asks for `nothing`",
        "`nothing` is not found in index.example (404)",
      ],
    },
  },
  {
    tells: "says who needs a name that nobody knows",
    projects: { a: { "1.0": ["b"], "2.0": ["b"] }, b: { "1.0": ["nothing"] } },
    ask: ["a"],
    expect: {
      failure: [
        "Cannot resolve `a`",
        "requirements.in (line 1) asks for `a`",
        "every version of `a` needs `b`",
        "`b` 1.0 needs `nothing`",
        "`nothing` is not found in index.example (404)",
      ],
    },
  },
  {
    tells: "says that a version does not exist, and which ones do",
    projects: { a: { "1.0": [], "2.0": [], "2.5": [] } },
    ask: ["a>=3"],
    expect: {
      failure: [
        "Cannot resolve `a>=3`",
        "requirements.in (line 1) asks for `a>=3`",
        "`a` has no version >=3; there are 3, from 1.0 to 2.5",
      ],
    },
  },
  {
    tells: "says that two requirements exclude each other",
    projects: { a: { "1.0": [], "2.0": [] } },
    ask: ["a<2", "a>=2"],
    expect: {
      failure: [
        "Cannot resolve `a<2` and `a>=2` together",
        "requirements.in asks for `a<2` (line 1) and `a>=2` (line 2)",
      ],
    },
  },
  {
    tells: "says that a requirement excludes itself",
    projects: { a: { "1.0": [] } },
    ask: ["a<1,>2"],
    expect: {
      failure: [
        "Cannot resolve `a<1,>2`",
        "requirements.in (line 1) asks for `a<1,>2`, which no version can satisfy",
      ],
    },
  },
  {
    tells: "puts the versions of a package that all need the same into one line",
    projects: {
      a: { "1.0": ["c<2"], "1.1": ["c<2"], "1.2": ["c<2"], "2.0": ["c<2"] },
      b: { "1.0": ["c>=2"] },
      c: { "1.0": [], "2.0": [] },
    },
    ask: ["a>=1.1", "b"],
    expect: {
      failure: [
        "Cannot resolve `a>=1.1` and `b` together",
        "requirements.in asks for `a>=1.1` (line 1) and `b` (line 2)",
        "`a` >=1.1 needs `c<2`",
        "`b` 1.0 needs `c>=2`",
      ],
    },
  },
  {
    tells: "tells a long chain of needs in one line",
    projects: {
      a: { "1.0": ["b"] },
      b: { "1.0": ["c"] },
      c: { "1.0": ["d"] },
      d: { "1.0": ["e"] },
      e: { "1.0": ["f"] },
      f: { "1.0": ["g"] },
      g: { "1.0": ["nothing"] },
    },
    ask: ["a"],
    expect: {
      failure: [
        "Cannot resolve `a`",
        "requirements.in (line 1) asks for `a`",
        "`a` 1.0 needs `nothing` by way of `b`, `c`, `d`, `e`, `f` and `g`",
        "`nothing` is not found in index.example (404)",
      ],
    },
  },
  {
    tells: "tells what the versions of one package need as one list, where lines are short",
    projects: {
      a: { "1.0": ["p"], "2.0": ["q"], "3.0": ["r"], "4.0": ["s"], "5.0": ["t"] },
    },
    ask: ["a"],
    expect: {
      failure: [
        "Cannot resolve `a`",
        "requirements.in (line 1) asks for `a`",
        "every version of `a` needs `p`, `q`, `r`, `s` or `t`",
        "`p`, `q`, `r`, `s` and `t` are not found in index.example (404)",
      ],
    },
  },
  {
    tells: "counts the causes for which eight lines have no room, and shows both ends",
    projects: Object.fromEntries([
      ...["a", "b", "c", "d", "e", "f", "g", "h", "i"].map((name, at, all) => [
        name,
        { "1.0": [all[at + 1] ?? "nothing"], "2.0": ["x<1"] },
      ]),
      ["x", { "1.0": [] }],
    ]) as Record<string, Record<string, readonly string[]>>,
    ask: ["a", "x"],
    expect: {
      failure: [
        "Cannot resolve `a`",
        "requirements.in (line 1) asks for `a`",
        "`a` 1.0 needs `b`",
        "`a` 2.0 needs `x<1`",
        "`b` 2.0 needs `x<1`",
        "`i` 1.0 needs `nothing`",
        "`nothing` is not found in index.example (404)",
        "15 further causes are in the full derivation",
      ],
    },
  },
  {
    tells: "rules out hundreds of versions that pin each other in a few steps",
    projects: {
      front: { "0.9": [], ...many(300, (version) => [`core==1.${version}`]) },
      core: many(300, (version) => [version < 150 ? "base>=2" : "base>=2,<9"]),
      base: { "1.0": [], "3.0": [] },
    },
    ask: ["front", "base<2"],
    expect: { packages: ["base==1.0", "front==0.9"], attempts: 46 },
  },
  {
    tells: "goes back to the package that is in the way instead of trying every version of another",
    projects: {
      a: many(60, (version) => [`b==1.${version}`]),
      b: many(60, () => []),
      c: { "1.0": ["b==1.7"] },
    },
    ask: ["a", "c"],
    expect: { packages: ["a==1.7", "b==1.7", "c==1.0"], attempts: 14 },
  },
];
