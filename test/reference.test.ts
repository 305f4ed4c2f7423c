import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

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

describe("decision records", () => {
  const names = readdirSync(join(root, "docs", "decisions")).filter((name) => name !== "README.md");

  test("are numbered without gaps", () => {
    const numbers = names.map((name) => Number(/^(\d{4})-[a-z0-9-]+\.md$/.exec(name)?.[1]));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(names.map((_, i) => i + 1));
  });

  test.each(names)("%s has its number, context, decision and consequences", (name) => {
    const text = readFileSync(join(root, "docs", "decisions", name), "utf8");
    expect(text).toStartWith(`# ${Number(name.slice(0, 4))}. `);
    for (const section of ["Context", "Decision", "Consequences"])
      expect(text).toContain(`\n## ${section}\n`);
  });
});

describe("links between pages", () => {
  const pages = ["", "docs", "docs/guides", "docs/errors", "docs/decisions", "bench"].flatMap(
    (folder) =>
      readdirSync(join(root, folder))
        .filter((name) => name.endsWith(".md"))
        .map((name) => join(folder, name)),
  );

  test.each(pages)("%s leads to files and headings that exist", (page) => {
    const broken: string[] = [];
    const text = readFileSync(join(root, page), "utf8").replaceAll(/^```[^]*?^```$/gm, "");
    for (const { 1: link = "" } of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [path = "", heading] = link.split("#");
      const target = path === "" ? join(root, page) : join(root, dirname(page), path);
      if (!existsSync(target)) broken.push(link);
      else if (heading !== undefined && !headingsOf(target).includes(heading)) broken.push(link);
    }
    expect(broken).toEqual([]);
  });
});

describe("files named in prose", () => {
  const source = join(root, "src");
  const rooms = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const pages = [
    "docs/architecture.md",
    "docs/lexicon.md",
    ...rooms.map(({ name }) => `src/${name}/README.md`),
  ];

  test.each(pages)("%s names only files that are there", (page) => {
    const text = readFileSync(join(root, page), "utf8");
    // A path may begin at the room the page is about, at `src`, or at the top.
    const starts = [dirname(join(root, page)), source, root];
    const missing = [...text.matchAll(/`(\w[\w./-]*\.(?:ts|mjs|py|md))`/g)]
      .map((match) => match[1] as string)
      .filter((path) => !starts.some((start) => existsSync(join(start, path))));
    expect(missing).toEqual([]);
  });
});

/** As forges name them: lower case, blanks as dashes, no punctuation. */
function headingsOf(page: string): string[] {
  return [...readFileSync(page, "utf8").matchAll(/^#+ (.*)$/gm)].map(({ 1: title = "" }) =>
    title
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, "")
      .replaceAll(" ", "-"),
  );
}

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
