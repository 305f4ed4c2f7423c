import { describe, expect, test } from "bun:test";
import type { InstalledDistribution } from "#environment/environment";
import type { DirectUrl } from "#standards/direct-url";
import { type NormalizedName, normalizeName } from "#standards/name";
import type { WantedDistribution } from "./plan-types.ts";
import { plan, planRemovals, type PlanOptions, wouldChange } from "./plan.ts";

function present(name: string, version: string, directUrl?: DirectUrl): InstalledDistribution {
  return {
    kind: "dist-info",
    name: normalizeName(name),
    displayName: name,
    version,
    metadataPath: `/env/site/${name}-${version}.dist-info`,
    location: "/env/site",
    hasDirectUrl: directUrl !== undefined,
    ...(directUrl === undefined ? {} : { directUrl }),
    editableLocation: undefined,
  };
}

function want(name: string, version: string, directUrl?: DirectUrl): WantedDistribution {
  return { name: normalizeName(name), displayName: name, version, requested: true, directUrl };
}

function names(...texts: string[]): ReadonlySet<NormalizedName> {
  return new Set(texts.map(normalizeName));
}

const archive = (url: string, hashes = {}): DirectUrl => ({
  url,
  source: { kind: "archive", hashes },
});
const folder = (url: string, editable: boolean): DirectUrl => ({
  url,
  source: { kind: "directory", editable },
});
const git = (commitId: string): DirectUrl => ({
  url: "https://index.example/a.git",
  source: { kind: "vcs", vcs: "git", commitId },
});

describe("plan()", () => {
  test("subtracts what is installed from what is wanted, in the order of names", () => {
    const made = plan(
      [present("b", "1"), present("c", "1"), present("x", "1")],
      [want("c", "2"), want("b", "1"), want("a", "1")],
    );
    expect(made.installs.map(({ wanted, replaces }) => [wanted.name, replaces?.version])).toEqual([
      [normalizeName("a"), undefined],
      [normalizeName("c"), "1"],
    ]);
    expect(made.removals).toEqual([]);
    expect(made.unchanged.map(({ name }) => String(name))).toEqual(["b", "x"]);
    expect(made.markRequested.map(({ name }) => String(name))).toEqual(["b"]);
  });

  const cases: [string, InstalledDistribution, WantedDistribution, PlanOptions, boolean][] = [
    ["the same version", present("a", "1.0"), want("a", "1.0"), {}, false],
    ["an equal version spelt otherwise", present("a", "1.0"), want("a", "1.0.0"), {}, false],
    ["another local version", present("a", "1.0"), want("a", "1.0+cpu"), {}, true],
    ["a reinstall of everything", present("a", "1.0"), want("a", "1.0"), { reinstall: true }, true],
    ["a reinstall of it", present("a", "1"), want("a", "1"), { reinstall: names("a") }, true],
    ["a reinstall of another", present("a", "1"), want("a", "1"), { reinstall: names("b") }, false],
    [
      "a URL instead of the index",
      present("a", "1"),
      want("a", "1", archive("https://x.example/a.whl")),
      {},
      true,
    ],
    [
      "the index instead of a URL",
      present("a", "1", archive("https://x.example/a.whl")),
      want("a", "1"),
      {},
      false,
    ],
    [
      "the index instead of a URL, exactly",
      present("a", "1", archive("https://x.example/a.whl")),
      want("a", "1"),
      { exact: true },
      true,
    ],
    [
      "the same URL",
      present("a", "1", archive("https://x.example/a.whl")),
      want("a", "1", archive("https://me:secret@x.example/a.whl")),
      {},
      false,
    ],
    [
      "another URL",
      present("a", "1", archive("https://x.example/a.whl")),
      want("a", "1", archive("https://y.example/a.whl")),
      {},
      true,
    ],
    [
      "another hash",
      present("a", "1", archive("https://x.example/a", { sha256: "1" })),
      want("a", "1", archive("https://x.example/a", { sha256: "2" })),
      {},
      true,
    ],
    [
      "a hash that was not noted",
      present("a", "1", archive("https://x.example/a")),
      want("a", "1", archive("https://x.example/a", { sha256: "2" })),
      {},
      false,
    ],
    ["another commit", present("a", "1", git("aaa")), want("a", "1", git("bbb")), {}, true],
    ["the same commit", present("a", "1", git("aaa")), want("a", "1", git("aaa")), {}, false],
    [
      "a folder made editable",
      present("a", "1", folder("file:///a", false)),
      want("a", "1", folder("file:///a", true)),
      {},
      true,
    ],
    [
      "a folder, which may have changed",
      present("a", "1", folder("file:///a", false)),
      want("a", "1", folder("file:///a", false)),
      {},
      true,
    ],
    [
      "an editable folder",
      present("a", "1", folder("file:///a", true)),
      want("a", "1", folder("file:///a", true)),
      {},
      false,
    ],
  ];
  for (const [title, installed, wanted, options, changes] of cases)
    test(`${changes ? "changes" : "leaves"} ${title}`, () => {
      expect(wouldChange(plan([installed], [wanted], options))).toBe(changes);
    });

  test("removes the rest under `exact`, but no seed that is to be kept", () => {
    const made = plan(
      [present("a", "1"), present("pip", "1"), present("z", "1")],
      [want("a", "1")],
      {
        exact: true,
        keep: names("pip"),
      },
    );
    expect(made.removals.map(({ name }) => String(name))).toEqual(["z"]);
    expect(made.unchanged.map(({ name }) => String(name))).toEqual(["a", "pip"]);
  });

  test("takes the first of two with one name, as sys.path does", () => {
    const made = plan([present("a", "2"), present("a", "1")], [want("a", "2")]);
    expect(made.installs).toEqual([]);
  });
});

describe("planRemovals()", () => {
  test("takes the named ones and ignores those that are not there", () => {
    const made = planRemovals([present("a", "1"), present("b", "1")], names("b", "c"));
    expect(made.removals.map(({ name }) => String(name))).toEqual(["b"]);
    expect(made.unchanged.map(({ name }) => String(name))).toEqual(["a"]);
  });
});
