import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { catalogue } from "./support/catalogue.ts";
import { serveIndex } from "./support/index-server.ts";
import { pkmCommand, Sandbox } from "./support/pkm.ts";

const index = serveIndex(catalogue());
afterAll(() => index.stop());

const page = readFileSync(join(import.meta.dir, "..", "docs", "explanations.md"), "utf8");

/** The conflicts of the page, each with its heading and its commands. What pkm prints there, documents.test.ts holds. */
const conflicts = page
  .split(/^## /m)
  .slice(1)
  .flatMap((section) => {
    const [title = ""] = section.split("\n");
    const block = /^```console\n([\s\S]*?)^```$/m.exec(section)?.[1] ?? "";
    if (!block.includes("[no-solution]")) return [];
    return [{ title, commands: [...block.matchAll(/^\$ (.*)$/gm)].map(([, line]) => line ?? "") }];
  });

describe("docs/explanations.md", () => {
  test("tells of ten conflicts", () => {
    expect(conflicts).toHaveLength(10);
  });

  test.each(conflicts)("$title: the first fix solves when it is applied", async ({ commands }) => {
    const sandbox = new Sandbox();
    try {
      const bin = join(sandbox.folder, "bin");
      mkdirSync(bin);
      const quoted = pkmCommand.map((word) => `'${word}'`).join(" ");
      writeFileSync(join(bin, "pkm"), `#!/bin/sh\nexec ${quoted} "$@"\n`);
      chmodSync(join(bin, "pkm"), 0o755);
      const env = { PATH: `${bin}:${sandbox.env.PATH}`, PIP_INDEX_URL: index.url };
      const failed = await sandbox.run(["sh", "-c", commands.join("\n")], { env });
      expect(failed.status, failed.stderr).toBe(1);
      expect(failed.stderr).toContain("[no-solution]");
      const applied = await sandbox.run(["pkm", "explain", "--apply", "1"], { env });
      expect(applied.status, applied.stderr).toBe(0);
      expect(applied.stderr).toContain("Resolved ");
    } finally {
      sandbox.remove();
    }
  });
});
