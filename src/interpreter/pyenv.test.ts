import { describe, expect, test } from "bun:test";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { pyenvShimTarget } from "./pyenv.ts";

const root = "/home/ada/.pyenv";
const shim = `${root}/shims/python3`;
const installed = ["3.9.18", "3.12.1", "3.12.10", "pypy3.10-7.3.15"];

function target(
  tree: Record<string, string> = {},
  env: Record<string, string> = {},
  path: string = shim,
) {
  const versions = Object.fromEntries(
    installed.map((name) => [`${root}/versions/${name}/bin/python3`, ""]),
  );
  const files = new MemoryFiles({
    ...versions,
    [shim]: "#!/usr/bin/env bash\n",
    "/usr/bin/python3": "",
    ...tree,
  });
  const host = memoryHost({
    env: { PATH: `${root}/shims:/usr/bin`, ...env },
    cwd: "/home/ada/work/src",
  });
  const found = pyenvShimTarget(path, { files, host });
  return found === undefined
    ? undefined
    : found.kind === "none"
      ? `none: ${found.why}`
      : found.path;
}

describe("pyenvShimTarget()", () => {
  test.each([
    [
      "the global version",
      { [`${root}/version`]: "3.9.18\n" },
      {},
      `${root}/versions/3.9.18/bin/python3`,
    ],
    [
      "the nearest .python-version before it",
      { [`${root}/version`]: "3.9.18\n", "/home/ada/work/.python-version": "3.12.1\n" },
      {},
      `${root}/versions/3.12.1/bin/python3`,
    ],
    [
      "PYENV_VERSION before everything",
      { "/home/ada/work/.python-version": "3.12.1\n" },
      { PYENV_VERSION: "3.9.18" },
      `${root}/versions/3.9.18/bin/python3`,
    ],
    [
      "the newest of a minor version",
      { [`${root}/version`]: "3.12" },
      {},
      `${root}/versions/3.12.10/bin/python3`,
    ],
    [
      "a name with python- in front",
      { [`${root}/version`]: "python-3.12.1" },
      {},
      `${root}/versions/3.12.1/bin/python3`,
    ],
    [
      "the first of several that has the program",
      { [`${root}/version`]: "3.7.1 3.9.18" },
      {},
      `${root}/versions/3.9.18/bin/python3`,
    ],
    [
      "the system's, as which PATH without shims counts",
      { [`${root}/version`]: "system" },
      {},
      "/usr/bin/python3",
    ],
    ["the system's when nothing is chosen", {}, {}, "/usr/bin/python3"],
  ] as const)("follows %s", (_, tree, env, expected) => {
    expect(target(tree, env)).toBe(expected);
  });

  test("says why a shim leads nowhere", () => {
    expect(target({ [`${root}/version`]: "3.7.1" })).toBe(
      `none: pyenv has no \`python3\` in \`3.7.1\` (${root}/version)`,
    );
  });

  test("takes no other file for a shim", () => {
    expect(target({}, {}, "/usr/bin/python3")).toBeUndefined();
    expect(target({ "/opt/shims/python3": "" }, {}, "/opt/shims/python3")).toBeUndefined();
  });

  test("is not led out of the folder of versions", () => {
    expect(
      target({ [`${root}/version`]: "../../evil", "/home/ada/evil/bin/python3": "" }),
    ).toStartWith("none");
  });
});
