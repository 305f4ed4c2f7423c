import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { bestRank, compatibleTags, isFreeThreaded, tagMismatch, tagRanks } from "./tags.ts";
import type { TagPlatform } from "./tags.ts";

const windows = ["win_amd64"];

function platform(
  implementation: string,
  minor: number,
  abis: string[],
  platforms = windows,
): TagPlatform {
  return { implementation, python: [3, minor], abis, platforms };
}

describe("compatibleTags() lists what packaging.tags lists", () => {
  test("CPython: own ABI, stable ABI, older stable ABIs, then pure Python", () => {
    expect(compatibleTags(platform("cpython", 4, ["cp34m"]))).toEqual([
      "cp34-cp34m-win_amd64",
      "cp34-abi3-win_amd64",
      "cp34-none-win_amd64",
      "cp33-abi3-win_amd64",
      "cp32-abi3-win_amd64",
      "py34-none-win_amd64",
      "py3-none-win_amd64",
      "py33-none-win_amd64",
      "py32-none-win_amd64",
      "py31-none-win_amd64",
      "py30-none-win_amd64",
      "cp34-none-any",
      "py34-none-any",
      "py3-none-any",
      "py33-none-any",
      "py32-none-any",
      "py31-none-any",
      "py30-none-any",
    ]);
  });

  test("all platforms of one ABI come before the next ABI", () => {
    const tags = compatibleTags(
      platform("cp", 12, ["cp312"], ["linux_x86_64", "manylinux_2_28_x86_64"]),
    );
    expect(tags.slice(0, 4)).toEqual([
      "cp312-cp312-linux_x86_64",
      "cp312-cp312-manylinux_2_28_x86_64",
      "cp312-abi3-linux_x86_64",
      "cp312-abi3-manylinux_2_28_x86_64",
    ]);
  });

  test("a build without global lock takes abi3t and never abi3 (PEP 803)", () => {
    const free = platform("cpython", 15, ["cp315t"]);
    const tags = compatibleTags(free);
    expect(isFreeThreaded(free)).toBe(true);
    expect(tags.slice(0, 4)).toEqual([
      "cp315-cp315t-win_amd64",
      "cp315-abi3t-win_amd64",
      "cp315-none-win_amd64",
      "cp314-abi3t-win_amd64",
    ]);
    expect(tags.some((tag) => tag.includes("-abi3-"))).toBe(false);
  });

  test("a debug build takes ordinary extension modules too", () => {
    expect(compatibleTags(platform("cpython", 13, ["cp313d", "cp313"])).slice(0, 3)).toEqual([
      "cp313-cp313d-win_amd64",
      "cp313-cp313-win_amd64",
      "cp313-abi3-win_amd64",
    ]);
  });

  test("PyPy has no stable ABI, and pp3-none-any", () => {
    const tags = compatibleTags(platform("pypy", 11, ["pypy311_pp73"]));
    expect(tags.slice(0, 3)).toEqual([
      "pp311-pypy311_pp73-win_amd64",
      "pp311-none-win_amd64",
      "py311-none-win_amd64",
    ]);
    expect(tags).toContain("pp3-none-any");
    expect(tags.some((tag) => tag.includes("abi3"))).toBe(false);
  });

  test("GraalPy stands for itself", () => {
    const tags = compatibleTags(platform("graalpy", 11, ["graalpy250_311_native"]));
    expect(tags[0]).toBe("graalpy311-graalpy250_311_native-win_amd64");
    expect(tags.filter((tag) => tag.endsWith("-any"))[0]).toBe("py311-none-any");
  });

  test("Python 2 has no stable ABI", () => {
    const tags = compatibleTags({
      implementation: "cpython",
      python: [2, 7],
      abis: ["cp27mu"],
      platforms: windows,
    });
    expect(tags.slice(0, 3)).toEqual([
      "cp27-cp27mu-win_amd64",
      "cp27-none-win_amd64",
      "py27-none-win_amd64",
    ]);
  });
});

describe("bestRank() is the position of the best tag in the list", () => {
  const machine = platform(
    "cpython",
    12,
    ["cp312"],
    ["linux_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"],
  );
  const ranks = tagRanks(machine);

  test("for every single tag", () => {
    for (const [index, tag] of compatibleTags(machine).entries()) {
      const [python = "", abi = "", name = ""] = tag.split("-");
      expect(bestRank({ pythonTags: [python], abiTags: [abi], platformTags: [name] }, ranks)).toBe(
        index,
      );
    }
  });

  test("for sets of tags, as the least over their product", () => {
    const list = compatibleTags(machine);
    const some = (texts: string[]) => fc.subarray(texts, { minLength: 1 });
    fc.assert(
      fc.property(
        some(["py2", "py3", "py312", "cp312", "cp311", "pp311"]),
        some(["none", "abi3", "abi3t", "cp312", "cp311"]),
        some(["any", "linux_x86_64", "manylinux_2_17_x86_64", "manylinux_2_28_x86_64", "win32"]),
        (pythonTags, abiTags, platformTags) => {
          const places = pythonTags
            .flatMap((python) =>
              abiTags.flatMap((abi) => platformTags.map((name) => `${python}-${abi}-${name}`)),
            )
            .map((tag) => list.indexOf(tag))
            .filter((place) => place !== -1);
          const expected = places.length === 0 ? undefined : Math.min(...places);
          expect(bestRank({ pythonTags, abiTags, platformTags }, ranks)).toBe(expected);
        },
      ),
    );
  });

  test.each([
    ["py3", "none", "win32", "platform"],
    ["cp39", "cp39", "linux_x86_64", "abi"],
    ["cp313", "cp313", "linux_x86_64", "python"],
    ["pp311", "none", "any", "python"],
    ["cp312", "cp312d", "manylinux2014_x86_64", "abi"],
    ["cp311", "abi3", "any", "abi"],
    ["py3", "none", "any", undefined],
  ] as const)("%s-%s-%s does not fit because of its %p", (python, abi, name, why) => {
    expect(tagMismatch({ pythonTags: [python], abiTags: [abi], platformTags: [name] }, ranks)).toBe(
      why,
    );
  });
});
