import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "..");

describe("docs/reference.md", () => {
  test("is what the tables of commands and settings make, as is the list of error codes", () => {
    const { stderr, exitCode } = Bun.spawnSync(
      [process.execPath, join(root, "scripts", "reference.ts"), "--check"],
      { cwd: root },
    );
    expect(stderr.toString()).toBe("");
    expect(exitCode).toBe(0);
  });

  test("names every environment variable that the source reads", () => {
    const page = readFileSync(join(root, "docs", "reference.md"), "utf8");
    const missing = readVariables().filter((name) => !page.includes(`\`${name}\``));
    expect(missing).toEqual([]);
  });
});

/** Variables read by name. Activation scripts of shells read the shell's own. */
function readVariables(): string[] {
  const source = join(root, "src");
  const names = new Set<string>();
  for (const path of readdirSync(source, { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith(".ts") || path.endsWith(".test.ts") || path.includes("_activate-")) continue;
    const text = readFileSync(join(source, path), "utf8");
    for (const match of text.matchAll(/\benv(?:\.|\[")([A-Z][A-Z0-9_]+)\b/g))
      names.add(match[1] as string);
  }
  return [...names].sort();
}
