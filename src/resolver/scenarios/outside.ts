import type { Scenario } from "#resolver/_scenario";

const here = "file:///projects/b";
const there = "https://files.index.example/b-2.0-py3-none-any.whl";

/** What comes from outside: constraints, overrides, URLs and paths. */
export const outside: readonly Scenario[] = [
  {
    tells: "keeps to a constraint only where something asks for the project",
    projects: { a: { "1.0": [], "2.0": [] }, b: { "1.0": [] } },
    ask: ["a"],
    constraints: ["a<2", "b<1"],
    expect: { packages: ["a==1.0"], passedOver: ["a 2.0 constraint"] },
  },
  {
    tells: "names the constraint that leaves nothing",
    projects: { a: { "1.0": ["b>=2"] }, b: { "1.0": [], "2.0": [] } },
    ask: ["a"],
    constraints: ["b<2"],
    expect: {
      failure: [
        "Cannot resolve `a`",
        "requirements.in (line 1) asks for `a`",
        "`a` 1.0 needs `b>=2`",
        "constraints.txt (line 1) restricts `b` to `<2`",
      ],
    },
  },
  {
    tells: "puts an override in the place of every requirement of that name, its extras kept",
    projects: {
      a: { "1.0": ["b[x]<2"] },
      b: { "1.0": [], "2.0": { needs: ["c; extra == 'x'"], extras: ["x"] } },
      c: { "1.0": [] },
    },
    ask: ["a", "b==1.0"],
    overrides: ["b==2.0"],
    expect: { packages: ["a==1.0", "b[x]==2.0", "c==1.0"] },
  },
  {
    tells: "drops a requirement whose override is not for the target",
    projects: { a: { "1.0": ["b"] } },
    ask: ["a"],
    overrides: ["b; sys_platform == 'never'"],
    expect: { packages: ["a==1.0"] },
  },
  {
    tells: "takes a project from the URL that was asked for, whoever else needs it",
    projects: { a: { "1.0": ["b>=1"] }, b: { "9.0": [] } },
    directs: { [there]: { is: "b 2.0", needs: ["c"] } },
    ask: ["a", `b @ ${there}`],
    expect: {
      failure: [
        `Cannot resolve \`b\``,
        `requirements.in (line 2) asks for \`b @ ${there}\``,
        "`b` 2.0 needs `c`",
        "`c` is not found in index.example (404)",
      ],
    },
  },
  {
    tells: "judges the version behind a URL by what others ask for",
    projects: { a: { "1.0": ["b<2"] }, b: { "1.0": [] } },
    directs: { [there]: { is: "b 2.0" } },
    ask: ["a", `b @ ${there}`],
    expect: {
      failure: [
        "Cannot resolve `a`",
        "requirements.in (line 1) asks for `a`",
        "`a` 1.0 needs `b<2`",
        `\`b\` has no version <2: ${there} is 2.0`,
      ],
    },
  },
  {
    tells: "follows a URL that a path names, also when the project was looked at before",
    projects: { b: { "1.0": [] }, c: { "1.0": [] } },
    directs: {
      [here]: { is: "a 1.0", needs: [`b @ ${there}`, "c"], folder: true },
      [there]: { is: "b 2.0" },
    },
    ask: ["b", `a @ ${here}`],
    expect: { packages: ["a==1.0", "b==2.0", "c==1.0"] },
  },
  {
    tells: "refuses a URL that a package from an index names",
    projects: { a: { "1.0": [`b @ ${there}`] } },
    directs: { [there]: { is: "b 2.0" } },
    ask: ["a"],
    expect: {
      failure: [
        "Cannot resolve `a`",
        "requirements.in (line 1) asks for `a`",
        `\`a\` 1.0 wants \`b\` from ${there}, which a package from an index may not decide`,
      ],
    },
  },
  {
    tells: "accepts a URL that a package from an index names when it was asked for as well",
    projects: { a: { "1.0": [`b @ ${there}#sha256=00`] } },
    directs: { [there]: { is: "b 2.0" } },
    ask: ["a", `b @ ${there}`],
    expect: { packages: ["a==1.0", "b==2.0"] },
  },
  {
    tells: "says that two URLs for one project cannot both be right",
    projects: {},
    directs: { [there]: { is: "b 2.0" }, [here]: { is: "b 3.0" } },
    ask: [`b @ ${there}`, `b @ ${here}`],
    expect: {
      failure: [
        "Cannot resolve `b`: two URLs are asked for",
        `requirements.in (line 1) asks for \`b @ ${there}\``,
        `requirements.in (line 2) asks for \`b @ ${here}\``,
      ],
    },
  },
  {
    tells: "never shows the credentials of a URL",
    projects: {},
    directs: { "https://user:secret@index.example/b-2.0.tar.gz": { needsBuild: "it is an sdist" } },
    ask: ["b @ https://user:secret@index.example/b-2.0.tar.gz"],
    expect: {
      failure: [
        "Cannot resolve `b`",
        "requirements.in (line 1) asks for `b @ https://index.example/b-2.0.tar.gz`",
        "`b` would have to be built, and nothing may be built here: it is an sdist",
      ],
    },
  },
];
