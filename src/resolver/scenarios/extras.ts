import type { Scenario } from "#resolver/_scenario";

/** Extras hang on their project and bring requirements of their own. */
export const extras: readonly Scenario[] = [
  {
    tells: "adds what an extra asks for, and nothing of the others",
    projects: {
      a: {
        "1.0": {
          needs: ["b", "c; extra == 'x'", "d; extra == 'y'"],
          extras: ["x", "y"],
        },
      },
      b: { "1.0": [] },
      c: { "1.0": [] },
      d: { "1.0": [] },
    },
    ask: ["a[x]"],
    expect: { packages: ["a[x]==1.0", "b==1.0", "c==1.0"] },
  },
  {
    tells: "follows an extra that is made of other extras",
    projects: {
      a: {
        "1.0": {
          needs: ["a[x,y]; extra == 'all'", "b; extra == 'x'", "c; extra == 'y'"],
          extras: ["all", "x", "y"],
        },
      },
      b: { "1.0": [] },
      c: { "1.0": [] },
    },
    ask: ["a[all]"],
    expect: { packages: ["a[all,x,y]==1.0", "b==1.0", "c==1.0"] },
  },
  {
    tells: "takes an older version when the extra of the newest asks for what cannot be had",
    projects: {
      a: {
        "1.0": { needs: ["b<2; extra == 'x'"], extras: ["x"] },
        "2.0": { needs: ["b>=2; extra == 'x'"], extras: ["x"] },
      },
      b: { "1.0": [], "2.0": [] },
    },
    ask: ["a[x]", "b<2"],
    expect: { packages: ["a[x]==1.0", "b==1.0"] },
  },
  {
    tells: "joins extras asked for in different places",
    projects: {
      a: { "1.0": { needs: ["b; extra == 'x'", "c; extra == 'y'"], extras: ["x", "y"] } },
      b: { "1.0": ["a[y]"] },
      c: { "1.0": [] },
    },
    ask: ["a[x]"],
    expect: { packages: ["a[x,y]==1.0", "b==1.0", "c==1.0"] },
  },
  {
    tells: "warns about an extra that does not exist",
    projects: { a: { "1.0": [] } },
    ask: ["a[nope]"],
    expect: { packages: ["a[nope]==1.0"], warnings: ["`a` 1.0 has no extra `nope`"] },
  },
  {
    tells: "names the extra that may have been meant",
    projects: {
      a: { "1.0": { needs: ["b; extra == 'socks'"], extras: ["socks"] } },
      b: { "1.0": [] },
    },
    ask: ["a[sock]"],
    expect: {
      packages: ["a[sock]==1.0"],
      warnings: ["`a` 1.0 has no extra `sock`, did you mean `socks`?"],
    },
  },
  {
    tells: "reads spellings of an extra as one",
    projects: {
      a: { "1.0": { needs: ["b; extra == 'Some.Extra'"], extras: ["Some.Extra"] } },
      b: { "1.0": [] },
    },
    ask: ["a[some_extra]"],
    expect: { packages: ["a[some-extra]==1.0", "b==1.0"], warnings: [] },
  },
  {
    tells: "tells which extra two packages disagree about",
    projects: {
      a: { "1.0": { needs: ["c>=2; extra == 'x'"], extras: ["x"] } },
      b: { "1.0": ["c<2"] },
      c: { "1.0": [], "2.0": [] },
    },
    ask: ["a[x]", "b"],
    expect: {
      failure: [
        "Cannot resolve `a[x]` and `b` together",
        "requirements.in asks for `a[x]` (line 1) and `b` (line 2)",
        "`a[x]` 1.0 needs `c>=2`",
        "`b` 1.0 needs `c<2`",
      ],
    },
  },
];
