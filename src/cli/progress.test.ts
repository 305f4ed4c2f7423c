import { describe, expect, test } from "bun:test";
import { MemoryClock } from "#platform/memory/clock";
import { openOutput } from "./output.ts";
import { Progress, stageText } from "./progress.ts";

test.each([
  ["Fetching", 9, 4, 3_145_728, "Fetching 4/9, 3.0 MiB"],
  ["Fetching", 9, 0, 0, "Fetching 0/9"],
  // From the store nothing is awaited.
  ["Installing", 0, 0, 0, "Installing"],
  ["Building ./tree", 9, 4, 0, "Building ./tree"],
  [
    "Cloning https://index.example/x.git",
    0,
    0,
    2048,
    "Cloning https://index.example/x.git, 2.0 KiB",
  ],
] as const)("%s, %d wanted, %d ready, %d bytes: %s", (stage, wanted, ready, received, text) => {
  expect(stageText(stage, { wanted, ready }, received)).toBe(text);
});

describe("the line on a terminal", () => {
  function watched() {
    const clock = new MemoryClock();
    const drawn: string[] = [];
    const output = openOutput({ quiet: 0, verbose: 0, color: "never", env: {}, write: () => {} });
    const progress = new Progress({ ...output, interactive: true }, clock, (text) =>
      drawn.push(text),
    );
    const pass = async (milliseconds: number): Promise<void> => {
      clock.advance(milliseconds);
      await Promise.resolve();
    };
    return { progress, drawn, pass };
  }

  test("is not drawn for what is over in a moment", async () => {
    const { progress, drawn, pass } = watched();
    progress.report({ type: "resolution-began", requirements: 1 });
    await pass(79);
    progress.report({ type: "resolution-ended", packages: 1, remembered: false });
    await pass(1000);
    progress.end();
    expect(drawn).toEqual([]);
  });

  test("comes for what takes longer, though nobody tells anything new", async () => {
    const { progress, drawn, pass } = watched();
    progress.report({ type: "resolution-began", requirements: 1 });
    await pass(80);
    expect(drawn).toEqual(["\r\u001B[KResolving"]);
    progress.end();
    expect(drawn.at(-1)).toBe("\r\u001B[K");
  });

  test("shows the last of many events, and not all of them", async () => {
    const { progress, drawn, pass } = watched();
    progress.report({ type: "preparation-began", wheels: 9 });
    await pass(100);
    for (let ready = 0; ready < 5; ready++)
      progress.report({ type: "wheel-ready", name: "a", version: "1", fetched: true });
    expect(drawn).toEqual(["\r\u001B[KFetching 0/9"]);
    await pass(80);
    expect(drawn.slice(1)).toEqual(["\r\u001B[KFetching 5/9"]);
  });
});
