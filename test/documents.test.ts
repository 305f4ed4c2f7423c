import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { catalogue } from "./support/catalogue.ts";
import { settled } from "./support/golden.ts";
import { serveIndex } from "./support/index-server.ts";
import { pkmCommand, Sandbox } from "./support/pkm.ts";

const root = join(import.meta.dir, "..");

type Block = { readonly file: string; readonly line: number; readonly text: string };

/** Fenced `console` blocks: `$ command` lines, each followed by what it prints. */
function consoleBlocks(): Block[] {
  const pages = ["README.md", ...markdownBelow(join(root, "docs"))];
  return pages.flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8");
    return [...text.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map((match) => ({
      file,
      line: text.slice(0, match.index).split("\n").length,
      text: match[1] as string,
    }));
  });
}

function markdownBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return markdownBelow(path);
    return entry.name.endsWith(".md") ? [relative(root, path)] : [];
  });
}

const index = serveIndex(catalogue());
afterAll(() => index.stop());

describe("console blocks of the documentation", () => {
  for (const { file, line, text } of consoleBlocks())
    test(`${file}, line ${line}: prints what the page shows`, async () => {
      const sandbox = new Sandbox();
      try {
        const bin = join(sandbox.folder, "bin");
        mkdirSync(bin);
        const quoted = pkmCommand.map((word) => `'${word}'`).join(" ");
        writeFileSync(join(bin, "pkm"), `#!/bin/sh\nexec ${quoted} "$@"\n`);
        chmodSync(join(bin, "pkm"), 0o755);
        const env = { PATH: `${bin}:${sandbox.env.PATH}`, PIP_INDEX_URL: index.url };
        let shown = "";
        for (const part of text.split(/^\$ /m).slice(1)) {
          const command = part.slice(0, part.indexOf("\n"));
          const { stdout, stderr } = await sandbox.run(["sh", "-c", `${command} 2>&1`], { env });
          shown += `$ ${command}\n${stdout}${stderr}`;
        }
        const words = { [sandbox.work]: "~/work", [sandbox.folder]: "~" };
        expect(withoutPython(settled(shown, words))).toBe(withoutPython(settled(text, words)));
      } finally {
        sandbox.remove();
      }
    });
});

/** Pages show one Python, tests run with another. */
function withoutPython(text: string): string {
  return text.replaceAll(/Python 3\.\d+\.\d+\S* at \S+/g, "Python [PYTHON]").replaceAll("http://[INDEX]/simple", "[INDEX]");
}
