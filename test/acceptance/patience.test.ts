import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { expectNoTrace, expectRefusal, expectSuccess } from "../support/answers.ts";
import { snapshot } from "../support/folder.ts";
import { fileOf, serveIndex, type TestIndex } from "../support/index-server.ts";
import { pkmCommand, Sandbox } from "../support/pkm.ts";
import { makeWheel } from "../support/wheel-maker.ts";
import { pipWords } from "../support/workplace.ts";

let sandbox: Sandbox;
let index: TestIndex;
/** Resolves when the page that never comes was asked for. */
let asked: Promise<void>;

beforeEach(() => {
  sandbox = new Sandbox();
  let note = (): void => {};
  asked = new Promise((resolve) => (note = resolve));
  index = serveIndex(
    [
      makeWheel({ name: "quick", version: "1.0" }),
      makeWheel({ name: "waits", version: "1.0", requires: ["endless"] }),
    ].map((wheel) => fileOf(wheel)),
    {
      intercept: ({ url }) => {
        if (!url.includes("/endless/")) return undefined;
        note();
        return new Promise<Response>(() => {});
      },
    },
  );
});
afterEach(() => {
  index.stop();
  sandbox.remove();
});

describe("--time-limit", () => {
  test("ends a resolution that takes longer, and says what was tried", async () => {
    const environment = await sandbox.environment();
    const before = snapshot(environment);
    const run = await sandbox.pkm(
      pipWords("install", environment, index, "waits", "--time-limit", "0.5"),
    );
    expectRefusal(run, "resolution-gave-up", "within 0.5 s");
    expect(run.stderr).toContain("1 version was tried, waits 1.0 last");
    expect(snapshot(environment)).toEqual(before);
  });

  test("is nothing to a command that is done in time", async () => {
    sandbox.write("asked.in", "quick\n");
    const words = ["pip", "compile", "asked.in", "--index-url", index.url];
    expectSuccess(await sandbox.pkm([...words, "--time-limit", "60"]));
    expectRefusal(await sandbox.pkm([...words, "--time-limit", "soon"]), "invalid-option-value");
  });
});

describe("Ctrl-C", () => {
  test("while requirements are resolved leaves nothing behind, and says what was tried", async () => {
    const environment = await sandbox.environment();
    const before = snapshot(environment);
    const words = pipWords("install", environment, index, "waits");
    const [program, ...args] = [...pkmCommand, ...words] as [string, ...string[]];
    const child = spawn(program, args, { cwd: sandbox.work, env: sandbox.env });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const ended = new Promise<{ status: number | null }>((resolve) =>
      child.on("close", (status) => resolve({ status })),
    );
    await asked;
    child.kill("SIGINT");
    expect(await ended).toEqual({ status: 1 });
    expectNoTrace({ stdout: "", stderr, status: 1 });
    expect(stderr).toContain("[interrupted]\n  why: 1 version was tried, waits 1.0 last\n");
    expect(snapshot(environment)).toEqual(before);
  });
});
