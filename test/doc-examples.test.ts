import { expect, test } from "bun:test";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "..");

type Example = { readonly place: string; readonly code: string };

const examples = docExamples();

test("there are examples in doc comments", () => {
  expect(examples.length).toBeGreaterThan(5);
});

test("examples in doc comments assert something, and it holds", () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pkm-doc-examples-")));
  try {
    symlinkSync(join(root, "src"), join(folder, "src"), "dir");
    writeFileSync(
      join(folder, "package.json"),
      '{"type": "module", "imports": {"#*": "./src/*.ts"}}',
    );
    examples.forEach(({ code }, i) => writeFileSync(join(folder, `${i}.ts`), code));
    // One process for all of them: what one example breaks is told of it alone.
    writeFileSync(
      join(folder, "all.ts"),
      `const failures = [];
      for (let i = 0; i < ${examples.length}; i++)
        await import(\`./\${i}.ts\`).catch((error) => failures.push([i, String(error)]));
      console.log(JSON.stringify(failures));`,
    );
    const run = Bun.spawnSync([process.execPath, "all.ts"], { cwd: folder });
    expect(run.stderr.toString()).toBe("");
    const failures = JSON.parse(run.stdout.toString()) as [number, string][];
    expect(failures.map(([i, error]) => `${examples[i]?.place}: ${error}`)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("an example imports what it uses by its address", () => {
  for (const { place, code } of examples) {
    expect(code, place).toContain('import { strict as assert } from "node:assert";');
    expect(code, place).toMatch(/^import .* from "#[a-z]+\//m);
    expect(code, place).toContain("assert.");
  }
});

/** Blocks ```ts in doc comments, without the asterisks. */
function docExamples(): Example[] {
  const source = join(root, "src");
  const found: Example[] = [];
  for (const path of readdirSync(source, { recursive: true, encoding: "utf8" }).sort()) {
    if (!path.endsWith(".ts") || path.endsWith(".test.ts")) continue;
    const text = readFileSync(join(source, path), "utf8");
    for (const { 1: body = "", index } of text.matchAll(/^ *\* ```ts\n([^]*?)^ *\* ```$/gm))
      found.push({
        place: `src/${path}:${text.slice(0, index).split("\n").length}`,
        code: body.replaceAll(/^ *\* ?/gm, ""),
      });
  }
  return found;
}
