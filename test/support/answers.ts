import { expect } from "bun:test";
import type { Finished } from "./pkm.ts";

/**
 * Holds a run to what every failure of pkm promises: an exit status from 1 to 5, one error with its code, the words
 * that name what is at fault, and no stack trace.
 */
export function expectRefusal(
  run: Finished,
  code: string | RegExp,
  ...says: readonly (string | RegExp)[]
): void {
  const told = `${run.stderr}\n${run.stdout}`;
  expect(run.status, told).toBeGreaterThanOrEqual(1);
  expect(run.status, told).toBeLessThanOrEqual(5);
  expectNoTrace(run);
  const found = /^error: [^\n]*\[([a-z0-9-]+)\]$/m.exec(run.stderr)?.[1];
  if (typeof code === "string") expect(found, told).toBe(code);
  else expect(found ?? "", told).toMatch(code);
  for (const words of says)
    if (typeof words === "string") expect(run.stderr).toContain(words);
    else expect(run.stderr).toMatch(words);
}

/** Holds a run to success, and shows what it said where it failed. */
export function expectSuccess(run: Finished): void {
  expectNoTrace(run);
  expect(run.status, run.stderr).toBe(0);
}

/** No text of pkm shows where in its own code something happened. */
export function expectNoTrace(run: Finished): void {
  for (const text of [run.stderr, run.stdout]) {
    expect(text).not.toMatch(/^ +at .+:\d+:\d+\)?$/m);
    expect(text).not.toContain("[bug]");
    expect(text).not.toContain("Traceback (most recent call last)");
  }
  expect(run.status).toBeLessThan(128);
}

/** The pins of a compiled file, as `name==version`, without annotations. */
export function pins(text: string): string[] {
  return text.split("\n").filter((line) => line !== "" && !/^[\s#-]/.test(line));
}
