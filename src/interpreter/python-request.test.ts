import { describe, expect, test } from "bun:test";
import { imaginedWorld, type ImaginedPython } from "./imagined-python.ts";
import { probeInterpreter } from "./probe.ts";
import { fitOf, mayFit, parsePythonRequest } from "./python-request.ts";

const version = (text: string) => {
  const request = parsePythonRequest(text);
  if (request.kind !== "version") throw new Error(`${text} is a ${request.kind}`);
  const { implementation, release, exact, range, build, system, machine, libc } = request;
  return {
    ...(implementation !== undefined && { implementation }),
    ...(release.length > 0 && { release: release.join(".") }),
    ...(exact !== undefined && { exact: exact.text }),
    ...(range !== undefined && { range: range.text }),
    ...(Object.keys(build).length > 0 && { build }),
    ...(system !== undefined && { on: [system, machine, libc].join(" ") }),
  };
};

describe("parsePythonRequest()", () => {
  test.each([
    ["3", { release: "3" }],
    ["3.12", { release: "3.12" }],
    ["3.12.1", { release: "3.12.1" }],
    ["312", { release: "3.12" }],
    ["27", { release: "2.7" }],
    ["python3.12", { release: "3.12" }],
    ["3.13t", { release: "3.13", build: { freeThreaded: true } }],
    ["3.13d", { release: "3.13", build: { debug: true } }],
    ["3.14+gil", { release: "3.14", build: { freeThreaded: false } }],
    ["3.15.0rc2", { release: "3.15.0", exact: "3.15.0rc2" }],
    [">=3.11,<3.14", { range: ">=3.11,<3.14" }],
    ["~=3.12", { range: "~=3.12" }],
    ["pypy", { implementation: "pypy" }],
    ["pypy3.10", { implementation: "pypy", release: "3.10" }],
    ["pypy@3.10", { implementation: "pypy", release: "3.10" }],
    ["pp310", { implementation: "pypy", release: "3.10" }],
    ["cp313t", { implementation: "cpython", release: "3.13", build: { freeThreaded: true } }],
    ["cpython@>=3.12", { implementation: "cpython", range: ">=3.12" }],
    ["graalpy@3.11", { implementation: "graalpy", release: "3.11" }],
    [
      "cpython-3.13-linux-x86_64-gnu",
      { implementation: "cpython", release: "3.13", on: "linux x86_64 gnu" },
    ],
    [
      "cpython-3.13.1+freethreaded-macos-aarch64-none",
      {
        implementation: "cpython",
        release: "3.13.1",
        build: { freeThreaded: true },
        on: "macos aarch64 ",
      },
    ],
    ["pypy-any-linux", { implementation: "pypy", on: "linux  " }],
  ] as const)("reads %s as a version", (text, expected) => {
    expect(version(text)).toEqual(expected as ReturnType<typeof version>);
  });

  test.each([
    ["/usr/bin/python3", "path"],
    ["./env", "path"],
    [".venv", "path"],
    ["~/python", "path"],
    ["C:\\Python312\\python.exe", "path"],
    ["any", "any"],
    ["python", "any"],
    ["", "any"],
    ["python3-dbg", "program"],
    ["myenv", "program"],
    ["3.12.", "program"],
    ["3.12.1.4", "program"],
    [">=x", "program"],
    ["cpython-3.13-linux-x86_64-gnu-more", "program"],
  ] as const)("reads %j as a %s", (text, kind) => {
    expect(parsePythonRequest(text).kind).toBe(kind);
  });
});

async function fit(text: string, python: Partial<ImaginedPython>): Promise<string> {
  const described = { path: "/opt/py/bin/python3", ...python };
  const found = fitOf(
    parsePythonRequest(text),
    await probeInterpreter(described.path, imaginedWorld([described])),
  );
  return found.kind === "fits" ? "fits" : `${found.kind}: ${found.why}`;
}

const freeThreaded = {
  abi: { extensionSuffix: ".so", debug: false, freeThreaded: true, pymalloc: true },
};
const debug = { abi: { extensionSuffix: ".so", debug: true, freeThreaded: false, pymalloc: true } };

describe("fitOf()", () => {
  test.each<[string, Partial<ImaginedPython>, string]>([
    ["3.12", { version: "3.12.7" }, "fits"],
    ["3.1", { version: "3.12.7" }, "no: found 3.12.7, needs 3.1"],
    ["3.12.7", { version: "3.12.1" }, "no: found 3.12.1, needs 3.12.7"],
    [">=3.11,<3.13", { version: "3.13.0" }, "no: found 3.13.0, needs >=3.11,<3.13"],
    // Pre-releases: on request, or as the last resort.
    ["3.15", { version: "3.15.0rc2" }, "last: found 3.15.0rc2, a pre-release"],
    [">=3.15", { version: "3.15.0rc2" }, "last: found 3.15.0rc2, a pre-release"],
    [">=3.15.0a1", { version: "3.15.0rc2" }, "fits"],
    ["3.15.0rc2", { version: "3.15.0rc2" }, "fits"],
    ["3.15.0rc1", { version: "3.15.0rc2" }, "no: found 3.15.0rc2, needs 3.15.0rc1"],
    // Builds without global lock: named up to 3.13, ordinary from 3.14 on.
    [
      "3.13",
      { version: "3.13.0", changes: freeThreaded },
      "no: is built without the global lock; ask for `3.13t`",
    ],
    ["3.13t", { version: "3.13.0", changes: freeThreaded }, "fits"],
    ["3.13t", { version: "3.13.0" }, "no: has the global lock"],
    ["any", { version: "3.14.0", changes: freeThreaded }, "fits"],
    [
      "3.14+gil",
      { version: "3.14.0", changes: freeThreaded },
      "no: is built without the global lock",
    ],
    ["3.12", { version: "3.12.1", changes: debug }, "last: found 3.12.1, a debug build"],
    ["3.12d", { version: "3.12.1", changes: debug }, "fits"],
    ["3.12d", { version: "3.12.1" }, "no: is no debug build"],
    ["pypy", { version: "3.10.14" }, "no: found cpython, needs pypy"],
    ["pypy@3.10", { version: "3.10.14", implementation: "pypy" }, "fits"],
    ["cpython-3.12-linux-x86_64-gnu", { version: "3.12.1" }, "fits"],
    ["cpython-3.12-linux-amd64", { version: "3.12.1" }, "fits"],
    ["cpython-3.12-linux-x86_64-musl", { version: "3.12.1" }, "no: uses glibc, needs musl"],
    ["cpython-3.12-linux-aarch64", { version: "3.12.1" }, "no: is built for x86_64, needs aarch64"],
    ["cpython-3.12-macos", { version: "3.12.1" }, "no: runs on linux, needs macos"],
  ])("judges %s", async (text, python, expected) => {
    expect(await fit(text, python)).toBe(expected);
  });
});

describe("mayFit()", () => {
  test("rules out by name only what cannot be", () => {
    const request = parsePythonRequest("3.12.1");
    expect(mayFit(request, [3, 12])).toBe(true);
    expect(mayFit(request, [3])).toBe(true);
    expect(mayFit(request, [])).toBe(true);
    expect(mayFit(request, [3, 11])).toBe(false);
    expect(mayFit(parsePythonRequest(">=3.12"), [3, 11])).toBe(true);
  });
});
