import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync, gzipSync } from "node:zlib";
import { craftTar, type CraftedMember } from "#distribution/crafted-tar";
import { craftZip } from "#archive/crafted-zip";
import { expectRefusal } from "../support/answers.ts";
import { installedIn, snapshot } from "../support/folder.ts";
import { serveIndex, type TestIndex } from "../support/index-server.ts";
import { Sandbox } from "../support/pkm.ts";

const metadata = (name: string, version: string): string =>
  `Metadata-Version: 2.2\nName: ${name}\nVersion: ${version}\n`;

/** An sdist whose backend would leave a trace if it were ever run. */
const trapped = `import os
open(os.environ["HOME"] + "/ran", "w").close()
`;
const members = (info = metadata("demo", "1.0")): CraftedMember[] => [
  { name: "demo-1.0/", type: "5", mode: 0o755 },
  { name: "demo-1.0/PKG-INFO", content: info },
  {
    name: "demo-1.0/pyproject.toml",
    content: `[build-system]
requires = []
build-backend = "trap"
backend-path = ["."]
`,
  },
  { name: "demo-1.0/trap.py", content: trapped },
];
const link = (target: string, type = "2"): CraftedMember[] => [
  ...members(),
  { name: "demo-1.0/evil", type, target },
];
const big = new Uint8Array(70 * 2 ** 20);

type Story = readonly [
  title: string,
  code: string | RegExp,
  content: CraftedMember[] | Uint8Array,
  filename?: string,
];
const stories: Story[] = [
  ["a link out of the tree", "archive-unsafe", link("../../../etc/passwd")],
  ["an absolute link", "archive-unsafe", link("/etc/passwd")],
  ["a link to beside the project", "archive-unsafe", link("../other")],
  ["a hard link out of the tree", "archive-unsafe", link("../../etc/passwd", "1")],
  ["a device", "archive-unsafe", [...members(), { name: "demo-1.0/sda", type: "4" }]],
  ["a pipe", "archive-unsafe", [...members(), { name: "demo-1.0/pipe", type: "6" }]],
  ["a name that leads out", "archive-unsafe", [...members(), { name: "demo-1.0/../../evil" }]],
  [
    "one file twice, and not alike",
    "archive-unsafe",
    [...members(), { name: "demo-1.0/trap.py", content: "harmless" }],
  ],
  [
    "two folders at its top",
    /^(sdist|source)-invalid$/,
    [...members(), { name: "other/x", content: "" }],
  ],
  ["no folder at its top", /^(sdist|source)-invalid$/, [{ name: "demo.py", content: "" }]],
  ["a bomb", "sdist-invalid", gzipSync(big)],
  [
    "a bomb in a zip file",
    "archive-unsafe",
    craftZip([
      { name: "demo-1.0/PKG-INFO", content: metadata("demo", "1.0") },
      { name: "demo-1.0/zeros", content: big, deflated: deflateRawSync(big) },
    ]),
    "demo-1.0.zip",
  ],
  ["half of it missing", "sdist-invalid", gzipSync(craftTar(members())).subarray(0, 200)],
  [
    "another name inside",
    /^(metadata-of-another|direct-unusable)$/,
    members(metadata("other", "1.0")),
  ],
  [
    "another version inside",
    /^(metadata-of-another|build-result-invalid)$/,
    members(metadata("demo", "2.0")),
  ],
];

describe("an sdist with", () => {
  let sandbox: Sandbox;
  let environment: string;
  let before: Record<string, string>;
  const indexes: TestIndex[] = [];

  beforeAll(async () => {
    sandbox = new Sandbox();
    environment = await sandbox.environment();
    before = snapshot(environment);
  });
  afterAll(() => {
    for (const index of indexes) index.stop();
    sandbox.remove();
  });

  for (const [title, code, content, filename = "demo-1.0.tar.gz"] of stories) {
    const bytes = Array.isArray(content) ? gzipSync(craftTar(content)) : content;
    test(`${title} is refused before anything of it is run, and leaves nothing`, async () => {
      const sha256 = new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
      const index = serveIndex([{ filename, bytes: new Uint8Array(bytes), sha256 }]);
      indexes.push(index);
      const words = ["pip", "install", "--python", environment];
      const fromIndex = await sandbox.pkm([...words, "--index-url", index.url, "demo"]);
      expect(fromIndex.status).toBeGreaterThan(0);
      expect(fromIndex.stderr).toContain("demo");
      const path = sandbox.write(filename, new Uint8Array(bytes));
      expectRefusal(await sandbox.pkm([...words, "--no-index", `demo @ file://${path}`]), code);
      expect((await sandbox.pkm([...words, "--no-index", path])).status).toBeGreaterThan(0);
      // Named by its path alone it may be anything, and what its build says counts.
      if (!title.startsWith("another"))
        expect(existsSync(join(sandbox.folder, "home/ran"))).toBe(false);
      expect(snapshot(environment)).toEqual(before);
      expect(installedIn(environment)).toEqual([]);
      expect(existsSync(join(sandbox.folder, "evil"))).toBe(false);
      const staging = join(sandbox.folder, "cache/store-v1/staging");
      expect(existsSync(staging) ? readdirSync(staging) : []).toEqual([]);
    });
  }
});
