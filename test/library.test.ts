import { afterAll, describe, expect, test } from "bun:test";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectGolden } from "./support/golden.ts";

const root = join(import.meta.dir, "..");
const examples = readdirSync(join(root, "examples")).filter((name) => name.endsWith(".ts"));

/** A package of somebody else, with pkm among its dependencies. */
const outside = realpathSync(mkdtempSync(join(tmpdir(), "pkm-library-")));
mkdirSync(join(outside, "node_modules"));
symlinkSync(root, join(outside, "node_modules", "pkm"), "dir");
writeFileSync(join(outside, "package.json"), JSON.stringify({ name: "outside", type: "module" }));
for (const name of examples) copyFileSync(join(root, "examples", name), join(outside, name));
writeEnvironment(join(outside, ".venv"));
afterAll(() => rmSync(outside, { recursive: true, force: true }));

describe("pkm as a library", () => {
  test.each(examples)("examples/%s runs in another package and prints what it should", (name) => {
    const run = bun(name);
    expect(run.stderr).toBe("");
    expectGolden(`examples/${name}`, run.stdout);
  });

  test("docs/library.md shows what its example prints", () => {
    const page = readFileSync(join(root, "docs", "library.md"), "utf8");
    expect(page).toContain(`\`\`\`text\n${bun("compare-versions.ts").stdout}\`\`\``);
  });

  test.each([
    ["a private file", "pkm/standards/_headers"],
    ["a room that is not for others", "pkm/installer/plan"],
    ["the command line", "pkm/cli/main"],
  ])("does not hand out %s", (_, address) => {
    writeFileSync(join(outside, "curious.ts"), `await import("${address}");\n`);
    const run = bun("curious.ts");
    expect(run.stderr).toContain(address);
    expect(run.exitCode).not.toBe(0);
  });
});

function bun(name: string): { stdout: string; stderr: string; exitCode: number } {
  const { stdout, stderr, exitCode } = Bun.spawnSync([process.execPath, name], {
    cwd: outside,
    env: { PATH: process.env.PATH, NO_COLOR: "1" },
  });
  return { stdout: stdout.toString(), stderr: stderr.toString(), exitCode };
}

function writeEnvironment(folder: string): void {
  const site = join(folder, "lib", "python3.13", "site-packages");
  const distributions = {
    "httpcore-1.0.9": "Requires-Dist: certifi\nRequires-Dist: h11>=0.16\n",
    "h11-0.16.0": "",
    "certifi-2026.10.18": "",
  };
  for (const [stem, more] of Object.entries(distributions)) {
    const [name, version] = stem.split("-");
    const info = join(site, `${stem}.dist-info`);
    mkdirSync(info, { recursive: true });
    const head = `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`;
    writeFileSync(join(info, "METADATA"), `${head}${more}\n`);
    if (name === "httpcore") writeFileSync(join(info, "REQUESTED"), "");
  }
}
