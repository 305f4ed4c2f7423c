import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expectSuccess } from "../support/answers.ts";
import { sitePackages } from "../support/folder.ts";
import { fileOf, serveIndex, type TestIndex } from "../support/index-server.ts";
import { type Finished, Sandbox } from "../support/pkm.ts";
import { makeWheel } from "../support/wheel-maker.ts";

/* Whether a run gave a kept answer shows in what it prints once the kept text was altered. */
const isExecutable = process.env.PKM_TEST_EXECUTABLE !== undefined;

let sandbox: Sandbox;
let index: TestIndex;
let environment: string;
let site: string;
beforeAll(async () => {
  sandbox = new Sandbox();
  index = serveIndex(
    [
      makeWheel({ name: "top", version: "2.0", requires: ["middle>=1"] }),
      makeWheel({ name: "middle", version: "1.0" }),
      makeWheel({ name: "another", version: "1.0" }),
    ].map((wheel) => fileOf(wheel)),
  );
  environment = await sandbox.environment();
  expectSuccess(await pip("install", "--index-url", index.url, "top"));
  site = sitePackages(environment);
});
afterAll(() => {
  index.stop();
  sandbox.remove();
});

const pip = (...words: string[]): Promise<Finished> =>
  sandbox.pkm(["pip", ...words, "--python", environment]);

const answers = (): string[] => {
  const folder = join(sandbox.env.PKM_CACHE_DIR as string, "store-v1", "answers");
  return (readdirSync(folder, { recursive: true }) as string[])
    .map((name) => join(folder, name))
    .filter((path) => /\/[0-9a-f]{38}$/.test(path));
};

/** Asks until the answer was kept: what changed a moment ago is not taken for settled. */
async function keptAnswer(...words: string[]): Promise<string> {
  for (let tries = 0; tries < 50; tries += 1) {
    const before = new Set(answers());
    expectSuccess(await pip(...words));
    const fresh = answers().find((path) => !before.has(path));
    if (fresh !== undefined) return fresh;
  }
  throw new Error(`no answer to ${words.join(" ")} was kept`);
}

/** Puts another text into a kept answer, with the checksum that belongs to it. */
function alter(path: string, from: string, to: string): void {
  const content = readFileSync(path, "utf8");
  const end = content.indexOf("\n");
  const form = content.slice(0, content.indexOf(" "));
  const altered = content.slice(end + 1).replaceAll(from, to);
  const sum = Bun.hash.crc32(altered).toString(16).padStart(8, "0");
  writeFileSync(path, `${form} ${sum}\n${altered}`);
}

// Skipped when run from source: only the executable keeps answers, so that who changes the sources never sees an old one.
describe.if(isExecutable)("a command that only looks", () => {
  test("gives its answer again, as it was, to the same words", async () => {
    const path = await keptAnswer("freeze");
    alter(path, "top==2.0", "top==kept");
    expect((await pip("freeze")).stdout).toBe("middle==1.0\ntop==kept\n");
    rmSync(path);
  });

  test("gives it again whatever variables say that it never asked for", async () => {
    const path = await keptAnswer("freeze", "--all");
    alter(path, "top==2.0", "top==kept");
    const words = ["pip", "freeze", "--all", "--python", environment];
    const { PATH: folders } = sandbox.env;
    const run = await sandbox.pkm(words, { env: { PATH: `${folders}:/elsewhere` } });
    expect(run.stdout).toContain("top==kept\n");
    rmSync(path);
  });

  test("an installation with everything present is one of them", async () => {
    const path = await keptAnswer("install", "--index-url", index.url, "top>=1");
    alter(path, "Nothing to do", "Nothing at all to do");
    expect((await pip("install", "--index-url", index.url, "top>=1")).stderr).toContain(
      "Nothing at all to do",
    );
    rmSync(path);
  });

  test("a kept answer that somebody edited or tore is not believed", async () => {
    const path = await keptAnswer("list");
    const whole = readFileSync(path, "utf8");
    for (const broken of [whole.replace("top", "pot"), whole.slice(0, -20), ""]) {
      writeFileSync(path, broken);
      expect((await pip("list")).stdout).toContain("top     2.0");
    }
    rmSync(path, { force: true });
  });

  const metadata = (): string => join(site, "middle-1.0.dist-info", "METADATA");
  const changes: Readonly<Record<string, () => unknown>> = {
    "another distribution is installed": () => pip("install", "--index-url", index.url, "another"),
    "it is removed by hand": () => rmSync(join(site, "another-1.0.dist-info"), { recursive: true }),
    "metadata is edited in place": () =>
      writeFileSync(metadata(), readFileSync(metadata(), "utf8").replace("1.0", "9.0")),
    "it is edited back": () =>
      writeFileSync(metadata(), readFileSync(metadata(), "utf8").replace("9.0", "1.0")),
    "a configuration appears": () => {
      mkdirSync(join(sandbox.env.HOME as string, ".config", "pip"), { recursive: true });
      const path = join(sandbox.env.HOME as string, ".config", "pip", "pip.conf");
      writeFileSync(path, "[list]\nformat = freeze\n");
    },
  };
  const forms = new Map([
    ["another distribution is installed", "another 1.0"],
    ["it is removed by hand", ""],
    ["metadata is edited in place", "middle  9.0"],
    ["it is edited back", "middle  1.0"],
    ["a configuration appears", "middle==1.0"],
  ]);
  for (const [title, change] of Object.entries(changes)) {
    test(`looks again when ${title}`, async () => {
      const variables = { PIP_CONFIG_FILE: "" };
      const list = (): Promise<Finished> =>
        sandbox.pkm(["pip", "list", "--python", environment], { env: variables });
      await list();
      const before = (await list()).stdout;
      await change();
      const after = (await list()).stdout;
      expect(after).not.toBe(before);
      expect(after).toContain(forms.get(title) as string);
    });
  }

  test("looks again when a variable says otherwise", async () => {
    await keptAnswer("list", "--exclude", "nothing");
    const words = ["pip", "list", "--exclude", "nothing", "--python", environment];
    const run = await sandbox.pkm(words, { env: { PIP_FORMAT: "json" } });
    expect(JSON.parse(run.stdout)).toHaveLength(2);
  });

  test("nothing is kept of what went to a temporary cache", async () => {
    const before = answers();
    expectSuccess(await pip("list", "--no-cache", "--exclude", "nobody"));
    expectSuccess(await pip("list", "--no-cache", "--exclude", "nobody"));
    expect(answers()).toEqual(before);
  });
});
