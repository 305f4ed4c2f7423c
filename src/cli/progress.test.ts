import { expect, test } from "bun:test";
import { stageText } from "./progress.ts";

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
