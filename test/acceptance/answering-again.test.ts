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

// Skipped when run from source, as above.
describe.if(isExecutable)("a command that fills an environment", () => {
  const words = (): string[] => ["install", "--index-url", index.url, "-r", requirements];
  let requirements: string;
  let again: string;
  beforeAll(() => {
    requirements = join(sandbox.folder, "requirements.txt");
    writeFileSync(requirements, "top\n");
    again = join(sandbox.folder, "again");
  });

  /** Makes the environment anew and fills it. */
  async function fill(options: string[] = []): Promise<Finished> {
    rmSync(again, { recursive: true, force: true });
    expectSuccess(await sandbox.pkm(["venv", ...options, again]));
    return sandbox.pkm(["pip", ...words(), "--python", again]);
  }

  const changes = (): string[] =>
    answers().filter((path) => readFileSync(path, "utf8").includes('"staged":'));

  /** Fills it until the change was kept, and has the kept one say something else than Installed. */
  async function keptChange(): Promise<string> {
    for (const path of changes()) rmSync(path);
    for (let tries = 0; tries < 50; tries += 1) {
      expectSuccess(await fill());
      const [path] = changes();
      if (path === undefined) continue;
      alter(path, "Installed 2", "Laid 2");
      return path;
    }
    throw new Error("no change was kept");
  }

  test("fills it again as it did before, as long as it finds it as it was", async () => {
    await keptChange();
    const run = await fill();
    expectSuccess(run);
    expect(run.stderr).toContain("Laid 2 packages\n + middle 1.0\n + top 2.0\n");
    const list = await sandbox.pkm(["pip", "list", "--format", "freeze", "--python", again]);
    expect(list.stdout).toBe("middle==1.0\ntop==2.0\n");
    expectSuccess(await sandbox.pkm(["pip", "check", "--python", again]));
    expect(readdirSync(again).sort()).toContain(".pkm.lock");
    expect(readdirSync(again)).not.toContain(".pkm-transaction");
  });

  test("says that nothing is to be done when it is asked once more", async () => {
    await keptChange();
    expect((await fill()).stderr).toContain("Laid 2");
    const run = await sandbox.pkm(["pip", ...words(), "--python", again]);
    expect(run.stderr).toContain("Nothing to do");
  });

  test("writes a report each time", async () => {
    await keptChange();
    const report = join(sandbox.folder, "report.json");
    for (let tries = 0; tries < 5; tries += 1) {
      rmSync(again, { recursive: true });
      rmSync(report, { force: true });
      expectSuccess(await sandbox.pkm(["venv", again]));
      const asked = ["pip", ...words(), "--report", report, "--python", again];
      expectSuccess(await sandbox.pkm(asked));
      expect(JSON.parse(readFileSync(report, "utf8")).install).toHaveLength(2);
    }
  });

  const differences: Readonly<Record<string, () => Promise<Finished>>> = {
    "another distribution is there": async () => {
      rmSync(again, { recursive: true });
      expectSuccess(await sandbox.pkm(["venv", again]));
      const one = ["pip", "install", "--index-url", index.url, "another", "--python", again];
      expectSuccess(await sandbox.pkm(one));
      return sandbox.pkm(["pip", ...words(), "--python", again]);
    },
    "the environment is of another kind": () => fill(["--shared"]),
    "something else is asked for": () => {
      writeFileSync(requirements, "top\n# and no more\n");
      return fill();
    },
    "a variable says otherwise": async () => {
      rmSync(again, { recursive: true });
      expectSuccess(await sandbox.pkm(["venv", again]));
      const env = { PIP_NO_DEPS: "1" };
      return sandbox.pkm(["pip", ...words(), "--python", again], { env });
    },
    "the cache has lost a wheel": () => {
      const wheels = join(sandbox.env.PKM_CACHE_DIR as string, "store-v1", "wheels");
      rmSync(wheels, { recursive: true });
      return fill();
    },
  };
  for (const [title, fillOtherwise] of Object.entries(differences))
    test(`works it out when ${title}`, async () => {
      await keptChange();
      const run = await fillOtherwise();
      expectSuccess(run);
      expect(run.stderr).toMatch(/Installed (1|2) package/);
      const list = await sandbox.pkm(["pip", "list", "--format", "freeze", "--python", again]);
      expect(list.stdout).toContain("top==2.0\n");
    });
});
