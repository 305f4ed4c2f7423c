import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "bun:test";

const folder = join(import.meta.dir, "..", "golden");

/**
 * Holds a text against `test/golden/<name>.txt`. With `PKM_UPDATE_GOLDEN=1` the file is written instead; read its
 * diff as prose, it is what people will see.
 */
export function expectGolden(name: string, text: string): void {
  const file = join(folder, `${name}.txt`);
  if (process.env.PKM_UPDATE_GOLDEN === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return;
  }
  expect(existsSync(file), `test/golden/${name}.txt is missing: run with PKM_UPDATE_GOLDEN=1`).toBe(
    true,
  );
  expect(text).toBe(readFileSync(file, "utf8"));
}

/** Puts words in the place of what differs from run to run. */
export function settled(text: string, replacements: Readonly<Record<string, string>>): string {
  let result = text;
  for (const [found, word] of Object.entries(replacements)) result = result.replaceAll(found, word);
  return result
    .replaceAll(/127\.0\.0\.1:\d+/g, "[INDEX]")
    .replaceAll(/\b\d+(\.\d+)? ?(ms|s)\b/g, "[TIME]")
    .replaceAll(/\b\d+(\.\d+)? ?[KMG]iB\b/g, "[SIZE]");
}
