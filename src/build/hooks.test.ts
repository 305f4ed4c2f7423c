import { describe, expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import type { Host, ProcessRequest, ProcessResult } from "#platform/ports";
import { callHooks, type HookCall, type HookPlace } from "./hooks.ts";

const asking: HookCall = { hook: "get_requires_for_build_wheel", args: [null] };
const building: HookCall = { hook: "build_wheel", args: ["/out", { key: "value" }, null] };

/** A Python that answers what the story says, and leaves what it was asked. */
function imagined(
  story: (question: Question, request: ProcessRequest) => unknown,
  os: Host["os"] = "linux",
) {
  const files = new MemoryFiles();
  for (const folder of ["/tree", "/work", "/logs"]) files.makeFolders(folder);
  const asked: Question[] = [];
  const run = async (request: ProcessRequest): Promise<ProcessResult> => {
    const folder = request.argv[2] ?? "";
    const question = JSON.parse(files.readText(`${folder}/input.json`)) as Question;
    asked.push(question);
    const answer = story(question, request);
    if (answer !== undefined) files.write(`${folder}/output.json`, JSON.stringify(answer));
    return { status: answer === undefined ? 137 : 0, stdout: "", stderr: "", timedOut: false };
  };
  const world = { files, processes: { run }, host: memoryHost({ os }) };
  return { files, asked, world };
}

type Question = {
  readonly hooks: readonly { readonly name: string; readonly arguments: readonly unknown[] }[];
  readonly backend_path: readonly string[];
  readonly is_ours: boolean;
  readonly forks: boolean;
};

const place: HookPlace = {
  source: "demo-1.tar.gz",
  name: undefined,
  root: "/tree",
  buildSystem: {
    requires: ["setuptools"],
    requirements: [],
    backend: "setuptools.build_meta",
    backendPath: undefined,
    isLegacy: false,
  },
  python: "/env/bin/python",
  isIsolated: true,
  variables: { PATH: "/env/bin" },
  work: "/work",
  log: "/logs/demo.log",
  timeLimit: undefined,
  ending: new AbortController().signal,
};

describe("callHooks()", () => {
  test("asks in the tree, with the arguments by position, and with nothing but the variables given", async () => {
    let seen: ProcessRequest | undefined;
    const { asked, world } = imagined((_, request) => {
      seen = request;
      return [{ kind: "done", value: "demo-1-py3-none-any.whl" }];
    });
    const answers = await callHooks([building], place, world);
    expect(answers).toEqual([{ kind: "done", value: "demo-1-py3-none-any.whl" }]);
    expect(asked[0]?.hooks).toEqual([
      { name: "build_wheel", arguments: ["/out", { key: "value" }, null] },
    ]);
    expect(seen).toMatchObject({ cwd: "/tree", env: { PATH: "/env/bin" } });
    expect(seen?.argv[0]).toBe("/env/bin/python");
  });

  test.each([
    ["linux", true],
    ["macos", false],
    ["windows", false],
  ] as const)("on %s a backend may be copied: %p", async (os, forks) => {
    const { asked, world } = imagined(() => [{ kind: "missing" }], os);
    await callHooks([asking, building], place, world);
    expect(asked[0]?.forks).toBe(forks);
    expect(asked[0]?.hooks.map(({ name }) => name)).toEqual([
      "get_requires_for_build_wheel",
      "build_wheel",
    ]);
  });

  test("leads a backend in the tree to its folders, and lets it write nothing there", async () => {
    const { asked, world } = imagined(() => [{ kind: "missing" }]);
    const buildSystem = { ...place.buildSystem, backendPath: [".", "build/tools"] };
    await callHooks([asking], { ...place, buildSystem }, world);
    expect(asked[0]?.backend_path).toEqual(["/tree", "/tree/build/tools"]);
    expect(asked[0]?.is_ours).toBe(false);
  });

  test("names the hook that failed, the second one too", async () => {
    const { files, world } = imagined(() => [
      { kind: "done", value: [] },
      { kind: "failed", message: "ValueError: no", error: "ValueError" },
    ]);
    files.write("/logs/demo.log", "from before\n");
    const failed = callHooks([asking, building], place, world);
    await expect(failed).rejects.toMatchObject({
      code: "build-failed",
      what: "Cannot build demo-1.tar.gz: its backend `setuptools.build_meta` failed",
      why: "ValueError: no",
      excerpt: undefined,
    });
  });

  test("says how a process ended that left no answer", async () => {
    const { world } = imagined(() => undefined);
    const failed = callHooks([building], place, world);
    await expect(failed).rejects.toMatchObject({
      code: "build-failed",
      why: "its process was ended by signal 9",
    });
  });

  test("says when the interpreter cannot be started, and leaves other errors alone", async () => {
    const { world } = imagined(() => undefined);
    const failing = (error: Error) => ({
      ...world,
      processes: { run: () => Promise.reject(error) },
    });
    const missing = Object.assign(new Error("spawn"), { code: "ENOENT" });
    await expect(callHooks([building], place, failing(missing))).rejects.toMatchObject({
      code: "build-failed",
      why: "`/env/bin/python` cannot be started: the system says ENOENT",
    });
    const bug = callHooks([building], place, failing(new TypeError("a bug")));
    await expect(bug).rejects.not.toBeInstanceOf(PkmError);
  });
});
