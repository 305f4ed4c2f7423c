import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { expectSuccess } from "../support/answers.ts";
import { fileOf, serveIndex, type TestIndex } from "../support/index-server.ts";
import { Sandbox, testPython } from "../support/pkm.ts";
import { serveRaw } from "../support/raw-server.ts";
import { makeWheel } from "../support/wheel-maker.ts";

/* Options whose effect is seen at the other end of the line, or takes more than two runs to see. */

const demo = fileOf(makeWheel({ name: "demo", version: "1.0" }));
let sandbox: Sandbox;
let environment: string;
const open: TestIndex[] = [];

beforeAll(async () => {
  sandbox = new Sandbox();
  environment = await sandbox.environment();
});
afterAll(() => {
  for (const index of open) index.stop();
  sandbox.remove();
});

function serve(
  intercept?: (request: Request) => Response | Promise<Response> | undefined,
): TestIndex {
  const index = serveIndex([demo], intercept === undefined ? {} : { intercept });
  open.push(index);
  return index;
}

const plan = (url: string): string[] => [
  "pip",
  "install",
  "--dry-run",
  "--python",
  environment,
  "-i",
  url,
  "demo",
];

describe("requests", () => {
  test("--timeout ends a request that gets no answer, and --retries says how often it is made", async () => {
    const never = serve(() => new Promise<Response>(() => {}));
    const run = await sandbox.pkm([...plan(never.url), "--timeout", "0.3", "--retries", "2"]);
    expect(run.status).toBe(1);
    expect(never.requests).toEqual(["GET /simple/demo/", "GET /simple/demo/"]);
    expect(run.stderr).toMatch(/0\.3 s|300 ms/);
  });

  test("--refresh-package asks again for a page that is fresh in the cache, and only for that name", async () => {
    const index = serve();
    await sandbox.pkm(plan(index.url));
    const before = index.requests.length;
    await sandbox.pkm(plan(index.url));
    await sandbox.pkm([...plan(index.url), "--refresh-package", "other"]);
    expect(index.requests).toHaveLength(before);
    await sandbox.pkm([...plan(index.url), "--refresh-package", "demo"]);
    expect(index.requests.slice(before)).toContain("GET /simple/demo/");
  });

  test("pip-compile --rebuild asks again for everything", async () => {
    const index = serve();
    sandbox.write("requirements.in", "demo\n");
    const words = ["pip-compile", "-q", "--python", environment, "-i", index.url];
    expectSuccess(await sandbox.pkm(words));
    const before = index.requests.length;
    expectSuccess(await sandbox.pkm(words));
    expect(index.requests).toHaveLength(before);
    expectSuccess(await sandbox.pkm([...words, "--rebuild"]));
    expect(index.requests.slice(before)).toContain("GET /simple/demo/");
  });

  test("--resume-retries says how often a download that breaks off is taken up again", async () => {
    const broken = await serveRaw((_, socket) => {
      socket.end("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nall that comes");
    });
    const index = serve((request) =>
      request.url.endsWith(".whl")
        ? Response.redirect(`http://127.0.0.1:${broken.port}/`)
        : undefined,
    );
    const words = [
      "pip",
      "install",
      "--python",
      environment,
      "-i",
      index.url,
      "--no-cache",
      "demo",
    ];
    const counts: number[] = [];
    for (const times of ["0", "2"]) {
      broken.heads.length = 0;
      const run = await sandbox.pkm([...words, "--retries", "0", "--resume-retries", times]);
      expect(run.status).toBe(1);
      counts.push(broken.heads.length);
    }
    broken.stop();
    expect(counts[1]).toBeGreaterThan(counts[0] as number);
  });

  test("--client-cert is read before a server asks for it", async () => {
    const words = [...plan("https://127.0.0.1:9/simple"), "--retries", "0"];
    const run = await sandbox.pkm([...words, "--client-cert", "nowhere.pem"]);
    expect(run.status).toBe(1);
    expect(run.stderr).toContain("nowhere.pem");
  });
});

describe("the user's own site-packages", () => {
  test("--user restricts what is read and synced to them", async () => {
    const index = serve();
    const env = { PYTHONUSERBASE: `${sandbox.folder}/base` };
    sandbox.write("pinned.txt", "demo==1.0\n");
    const sync = ["pip-sync", "pinned.txt", "--user", "-i", index.url];
    // Some of the machine's Pythons belong to their operating system.
    const words = ["--python-executable", testPython, "--pip-args", "--break-system-packages"];
    expectSuccess(await sandbox.pkm([...sync, ...words], { env }));
    const base = ["--python", testPython];
    for (const command of ["freeze", "list", "inspect"]) {
      const run = await sandbox.pkm(["pip", command, "--user", ...base], { env });
      expectSuccess(run);
      expect(run.stdout).toContain("demo");
      const other = await sandbox.pkm(["pip", command, "--user", ...base]);
      expect(other.stdout).not.toContain("demo");
    }
  });
});

describe("general options from pip's configuration", () => {
  const cacheOf = async (env: Record<string, string>, ...words: readonly string[]) =>
    sandbox.pkm(["pip", "cache", "dir", ...words], { env: { PKM_CACHE_DIR: "", ...env } });

  test("the cache's folder comes from PIP_CACHE_DIR and pip.conf, unless pkm is told otherwise", async () => {
    const file = sandbox.write("pip.conf", "[global]\ncache-dir = /imagined/file\n");
    const configured = { PIP_CONFIG_FILE: file };
    const variable = { ...configured, PIP_CACHE_DIR: "/imagined/variable" };
    expect((await cacheOf(configured)).stdout).toBe("/imagined/file\n");
    expect((await cacheOf(variable)).stdout).toBe("/imagined/variable\n");
    expect((await cacheOf(variable, "--cache-dir", "/imagined/typed")).stdout).toBe(
      "/imagined/typed\n",
    );
    expect((await cacheOf({ ...variable, PKM_CACHE_DIR: "/imagined/own" })).stdout).toBe(
      "/imagined/own\n",
    );
    expect((await cacheOf(variable, "--isolated")).stdout).not.toContain("imagined");
  });

  test("PIP_NO_CACHE_DIR switches the cache off, whatever it says, as with pip", async () => {
    for (const text of ["1", "off"])
      expect((await cacheOf({ PIP_NO_CACHE_DIR: text })).status).toBe(1);
    expect((await cacheOf({ PIP_NO_CACHE_DIR: "perhaps" })).status).toBe(2);
  });

  test("PIP_QUIET and PIP_VERBOSE are counted", async () => {
    const index = serve();
    const words = ["pip", "install", "--dry-run", "-i", index.url, "--python", environment];
    const run = (env: Record<string, string>) =>
      sandbox.pkm([...words, "--no-cache", "demo"], { env });
    expect((await run({ PIP_QUIET: "1" })).stderr).toBe("");
    expect((await run({ PIP_VERBOSE: "2" })).stderr).toContain("read demo from");
    expect((await run({})).stderr).not.toContain("read demo from");
  });
});
