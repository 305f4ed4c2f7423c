import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const folder = join(root, "docs", "errors");

const codes = readdirSync(folder)
  .filter((name) => name.endsWith(".md") && name !== "README.md")
  .map((name) => name.slice(0, -3));

describe("pages about errors", () => {
  const messages = sourceMessages();

  test.each(codes)(
    "%s has its meaning, its cause, what to do, and a message of that code",
    (code) => {
      const page = readFileSync(join(folder, `${code}.md`), "utf8");
      const [title, meaning = "", cause = "", advice = "", ...examples] = page
        .trim()
        .split(/\n{2,}/);
      expect(title).toBe(`# ${code}`);
      expect(meaning).toMatch(/^[^\n]{10,110}\.$/);
      expect(cause).not.toMatch(/^(\*\*|```|#|$)/);
      expect(advice).toMatch(/^\*\*What to do\.\*\* [A-Z`-]/);
      const example = examples.join("\n\n");
      expect(example).toMatch(/^```(console|text)\n[^]*\n```$/);
      expect(example).toContain(` [${code}]\n`);
    },
  );

  // Sessions are run by documents.test.ts; what only happens on other machines is held to the words of the source.
  test.each(codes)("%s shows a message as the source words it", (code) => {
    const page = readFileSync(join(folder, `${code}.md`), "utf8");
    const shown = [...page.matchAll(/^error: (.*) \[([a-z-]+)\]$/gm)].filter(
      ([, , of]) => of === code,
    );
    expect(shown.length).toBeGreaterThan(0);
    const patterns = messages.get(code) ?? [];
    for (const [, message = ""] of shown)
      expect(
        patterns.some((pattern) => pattern.test(message)),
        `${message}\n${patterns.map(String).join("\n")}`,
      ).toBe(true);
  });
});

/** The `what` of every error of the source by its code, with any text in the place of values. */
function sourceMessages(): Map<string, RegExp[]> {
  const source = join(root, "src");
  const found = new Map<string, RegExp[]>();
  for (const path of readdirSync(source, { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith(".ts") || path.endsWith(".test.ts")) continue;
    const text = readFileSync(join(source, path), "utf8");
    for (const { 1: code = "", index } of text.matchAll(/\bcode: "([a-z0-9-]+)"(?! in\b)/g)) {
      const what = /\bwhat\b(: *)?/g;
      what.lastIndex = index;
      const start = what.exec(text);
      if (start === null) continue;
      found.set(code, [...(found.get(code) ?? []), ...literalsFrom(text, what.lastIndex)]);
    }
  }
  return found;
}

/** Patterns of the literals up to the end of a value: one, or the two of a condition; anything for a variable. */
function literalsFrom(text: string, start: number): RegExp[] {
  const patterns: RegExp[] = [];
  let at = start;
  let depth = 0;
  for (; at < text.length; at++) {
    const character = text[at] as string;
    if ((character === "," && depth === 0) || (character === "}" && depth === 0)) break;
    if ("([{".includes(character)) depth++;
    else if (")]}".includes(character)) depth--;
    else if (character === "`" || character === '"') {
      const { pattern, end } = literal(text, at);
      if (depth === 0) patterns.push(new RegExp(`^${pattern}$`));
      at = end;
    }
  }
  return patterns.length > 0 ? patterns : [/^/];
}

function literal(text: string, start: number): { readonly pattern: string; readonly end: number } {
  const quote = text[start] as string;
  let pattern = "";
  let at = start + 1;
  while (at < text.length && text[at] !== quote) {
    if (text[at] === "\\") {
      pattern += escaped(text[at + 1] as string);
      at += 2;
    } else if (quote === "`" && text.startsWith("${", at)) {
      pattern += ".*";
      let depth = 1;
      for (at += 2; depth > 0; at++) {
        if (text[at] === "{") depth++;
        else if (text[at] === "}") depth--;
        else if (text[at] === "`" || text[at] === '"') at = literal(text, at).end;
      }
    } else pattern += escaped(text[at++] as string);
  }
  return { pattern, end: at };
}

function escaped(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
}
