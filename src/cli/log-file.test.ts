import { expect, test } from "bun:test";
import { MemoryClock } from "#platform/memory/clock";
import { MemoryFiles } from "#platform/memory/files";
import { normalizeName } from "#standards/name";
import { withLog } from "./log-file.ts";
import { openOutput } from "./output.ts";
import { presentChange } from "./present-outcome.ts";

const change = {
  entries: [{ kind: "installed", name: normalizeName("demo"), to: "1.0" }],
  warnings: [],
} as const;

test.each([
  [0, "Installed 1 package\n \u001B[32m+\u001B[39m demo 1.0\n"],
  [1, ""],
] as const)("a log has all that is said, without colours, under %d times -q", (quiet, shown) => {
  let printed = "";
  const write = (_: 1 | 2, text: string): void => {
    printed += text;
  };
  const files = new MemoryFiles({ "/made/": "" });
  const output = openOutput({ quiet, verbose: 0, color: "always", env: {}, write });
  const logged = withLog(output, "/made/log.txt", { files, clock: new MemoryClock() });
  presentChange(change, false, logged);
  expect(printed).toBe(shown);
  expect(files.readText("/made/log.txt").replaceAll(/^\S+ /gm, "")).toBe(
    "Installed 1 package\n + demo 1.0\n",
  );
});
