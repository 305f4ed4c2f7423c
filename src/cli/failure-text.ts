import type { ToldFailure } from "./kept-failure.ts";
import { fixLines, similarText } from "./tell-fixes.ts";

/** What a failed command printed, for stdout: causes, then fixes with numbers. */
export function shortText({ failure, fixes, similar }: ToldFailure): string {
  const [what, ...causes] = failure.explanation.split("\n");
  const lines = [what, ...causes.map((line) => `  ${line}`)];
  lines.push(...similar.map(similarText));
  for (const [at, fix] of fixes.entries()) {
    const [summary, ...more] = fixLines(fix);
    lines.push(`fix ${at + 1}: ${summary}`, ...more.map((line) => `  ${line}`));
  }
  return `${lines.join("\n")}\n`;
}

/** The proof step by step. */
export function fullText({ failure }: ToldFailure): string {
  const [what] = failure.explanation.split("\n");
  return `${what}\n${failure.derivation}\n`;
}
