import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { catalogue, privateCatalogue } from "./support/catalogue.ts";
import { settled } from "./support/golden.ts";
import { serveIndex } from "./support/index-server.ts";
import { pkmCommand, Sandbox } from "./support/pkm.ts";

const root = join(import.meta.dir, "..");

const index = serveIndex(catalogue());
const guarded = serveIndex(privateCatalogue(), {
  intercept: ({ headers }) =>
    headers.get("authorization") === `Basic ${btoa("ada:lovelace")}`
      ? undefined
      : new Response("who are you?", { status: 401 }),
});
afterAll(() => {
  index.stop();
  guarded.stop();
});

/** What stands in the pages for the two indexes of the tests. */
const hosts = { "index.example": index, "packages.example": guarded } as const;

type Block = { readonly file: string; readonly line: number; readonly text: string };

/**
 * Fenced `console` blocks: lines `$ command`, continued by lines `> …`, each followed by what is printed. A block is one
 * shell session in a home of its own.
 */
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

// With PKM_UPDATE_GOLDEN=1 pages are rewritten to what pkm prints; read the diff as prose.
describe("console blocks of the documentation", () => {
  for (const block of consoleBlocks())
    test(`${block.file}, line ${block.line}: prints what the page shows`, async () => {
      const shown = await played(block.text);
      const isEqual = settled(shown, {}) === settled(block.text, {});
      if (!isEqual && process.env.PKM_UPDATE_GOLDEN === "1") {
        const page = join(root, block.file);
        writeFileSync(
          page,
          readFileSync(page, "utf8").replace(block.text, () => shown),
        );
      } else if (!isEqual) expect(settled(shown, {})).toBe(settled(block.text, {}));
    });
});

/** Runs the commands of a block in one shell and answers the block with what was printed. */
async function played(text: string): Promise<string> {
  const sandbox = new Sandbox();
  try {
    const bin = join(sandbox.folder, "bin");
    mkdirSync(bin);
    const quoted = pkmCommand.map((word) => `'${word}'`).join(" ");
    writeFileSync(join(bin, "pkm"), `#!/bin/sh\nexec ${quoted} "$@"\n`);
    chmodSync(join(bin, "pkm"), 0o755);
    const commands = [...text.matchAll(/^\$ (.*(?:\n> .*)*)$/gm)].map(
      (match) => match[1] as string,
    );
    const marker = "@@ next @@";
    const script = commands.map(
      (command) => `${onLoopback(command.replaceAll("\n> ", "\n"))}\nprintf '%s' '${marker}'\n`,
    );
    const { stdout } = await sandbox.run(["sh", "-c", `exec 2>&1\n${script.join("")}`], {
      env: { PATH: `${bin}:${sandbox.env.PATH}`, PIP_INDEX_URL: index.url, LANG: "C.UTF-8" },
    });
    const printed = stdout.split(marker);
    return commands
      .map((command, i) => `$ ${command}\n${asInPages(printed[i] ?? "", sandbox)}`)
      .join("");
  } finally {
    sandbox.remove();
  }
}

/** A host by its name alone, as in a netrc file, has no port. */
function onLoopback(command: string): string {
  let text = command;
  for (const [host, { url }] of Object.entries(hosts)) {
    const { host: loopback, hostname } = new URL(url);
    text = text
      .replaceAll(
        new RegExp(`https://([^\\s/]*@)?${host}`, "g"),
        (_, user: string | undefined) => `http://${user ?? ""}${loopback}`,
      )
      .replaceAll(host, hostname);
  }
  return text;
}

/** Pages show one home, one Python and hosts with names; tests run with others. */
function asInPages(printed: string, sandbox: Sandbox): string {
  let text = printed
    .replaceAll(sandbox.work, "/home/ada/work")
    .replaceAll(sandbox.env.HOME as string, "/home/ada")
    .replaceAll(sandbox.env.PKM_CACHE_DIR as string, "/home/ada/.cache/pkm")
    .replaceAll(/Python 3\.\d+\.\d+\S* at \S+/g, "Python 3.13.1 at /usr/bin/python3.13")
    .replaceAll(/Python 3\.\d+\.\d+\b/g, "Python 3.13.1")
    .replaceAll(/python3\.\d+/g, "python3.13");
  for (const [host, { url }] of Object.entries(hosts)) {
    const { host: loopback } = new URL(url);
    text = text.replaceAll(
      new RegExp(`http://([^\\s/]*@)?${loopback}`, "g"),
      (_, user: string | undefined) => `https://${user ?? ""}${host}`,
    );
    text = text.replaceAll(loopback, host);
  }
  return text;
}
