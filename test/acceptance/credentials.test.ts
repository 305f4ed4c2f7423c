import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expectRefusal, expectSuccess } from "../support/answers.ts";
import { sitePackages } from "../support/folder.ts";
import { fileOf, serveIndex, type TestIndex } from "../support/index-server.ts";
import { type Finished, Sandbox } from "../support/pkm.ts";
import { makeWheel, type MadeWheel } from "../support/wheel-maker.ts";

const demo = makeWheel({ name: "demo", version: "1.0", requires: ["other"] });
const other = makeWheel({ name: "other", version: "2.0" });
const user = "somebody";
const password = "s3cr3t-w0rd";
const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

let sandbox: Sandbox;
let environment: string;
let counter = 0;
beforeAll(async () => {
  sandbox = new Sandbox();
  environment = await sandbox.environment();
});
afterAll(() => sandbox.remove());

/** An index that wants the password, and notes who sent what. */
function guarded(
  seen: (string | null)[],
  then: (request: Request) => Response | undefined = () => undefined,
): TestIndex {
  return serveIndex([fileOf(demo), fileOf(other)], {
    intercept: (request) => {
      seen.push(request.headers.get("authorization"));
      if (request.headers.get("authorization") !== authorization)
        return new Response(`who are you?`, {
          status: 401,
          headers: { "www-authenticate": 'Basic realm="index"' },
        });
      return then(request);
    },
  });
}

const withPassword = (url: string, word = password): string =>
  url.replace("//", `//${user}:${word}@`);

/** The password is in no output, in no file of the environment and in no file of the cache. */
function expectSecret(run: Finished, ...folders: string[]): void {
  for (const text of [run.stdout, run.stderr]) {
    expect(text).not.toContain(password);
    expect(text).not.toContain(authorization.slice(6));
  }
  const walk = (folder: string): void => {
    if (!existsSync(folder)) return;
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) expect(readFileSync(path).includes(password), path).toBe(false);
    }
  };
  for (const folder of folders) walk(folder);
}

const cacheOf = (at: number): string => join(sandbox.folder, `cache${at}`);
const install = (words: readonly string[], env: Record<string, string> = {}): Promise<Finished> =>
  sandbox.pkm(
    [
      "pip",
      "install",
      "--python",
      environment,
      "--target",
      join(sandbox.work, `t${++counter}`),
      ...words,
    ],
    {
      env: { PKM_CACHE_DIR: cacheOf(counter), ...env },
    },
  );

describe("a password in the address of the index", () => {
  test("opens it, and is shown and kept nowhere", async () => {
    const seen: (string | null)[] = [];
    const index = guarded(seen);
    try {
      const run = await install([
        "demo",
        "-v",
        "-v",
        "--index-url",
        withPassword(index.url),
        "--report",
        "-",
      ]);
      expectSuccess(run);
      expect(seen.every((sent) => sent === authorization)).toBe(true);
      expectSecret(run, join(sandbox.work, `t${counter}`), cacheOf(counter));
    } finally {
      index.stop();
    }
  });

  test("is percent-decoded", async () => {
    const odd = "p@ss:w/rd %";
    const seen: (string | null)[] = [];
    const index = serveIndex([fileOf(other)], {
      intercept: (request) => {
        seen.push(request.headers.get("authorization"));
        return undefined;
      },
    });
    try {
      const url = index.url.replace("//", `//${user}:${encodeURIComponent(odd)}@`);
      const run = await install(["other", "--index-url", url]);
      expectSuccess(run);
      expect(Buffer.from((seen[0] as string).slice(6), "base64").toString()).toBe(`${user}:${odd}`);
      expect(run.stderr).not.toContain(encodeURIComponent(odd));
    } finally {
      index.stop();
    }
  });

  test("is not in the error when it is wrong, nor when the server is out of order", async () => {
    const index = guarded([]);
    try {
      const run = await install([
        "demo",
        "-v",
        "--index-url",
        withPassword(index.url, `${password}x`),
      ]);
      expectRefusal(run, "index-forbidden", "401");
      expectSecret(run);
    } finally {
      index.stop();
    }
    const broken = serveIndex([], { intercept: () => new Response("no", { status: 500 }) });
    try {
      const run = await install([
        "demo",
        "-v",
        "--index-url",
        withPassword(broken.url),
        "--retries",
        "0",
      ]);
      expectRefusal(run, "index-failed");
      expectSecret(run);
    } finally {
      broken.stop();
    }
    const nobody = await install([
      "demo",
      "-v",
      "--index-url",
      withPassword("http://127.0.0.1:1/simple"),
      "--retries",
      "0",
    ]);
    expectRefusal(nobody, "index-unreachable");
    expectSecret(nobody);
    const impossible = await install([
      "demo",
      "-v",
      "--index-url",
      `gopher://${user}:${password}@127.0.0.1/simple`,
    ]);
    expectRefusal(impossible, /./);
    expectSecret(impossible);
  });

  test("is not in the output of compile, head and emitted options included", async () => {
    const index = guarded([]);
    try {
      sandbox.write("asked.in", "demo\n");
      const run = await sandbox.pkm([
        "pip",
        "compile",
        "asked.in",
        "--index-url",
        withPassword(index.url),
        "--generate-hashes",
        "--emit-index-url",
        "--emit-index-annotation",
        "-v",
      ]);
      expectSuccess(run);
      expect(run.stdout).toContain("demo==1.0");
      expectSecret(run);
    } finally {
      index.stop();
    }
  });

  test("in a requirements file is not shown either", async () => {
    const index = guarded([]);
    try {
      sandbox.write("private.txt", `--index-url ${withPassword(index.url)}\ndemo\nother==9\n`);
      const run = await install(["-r", "private.txt", "-v"]);
      expectRefusal(run, "no-solution");
      expectSecret(run);
      sandbox.write("wrong.txt", `--index-url ${withPassword(index.url)} --nonsense\n`);
      const wrong = await install(["-r", "wrong.txt"]);
      expectRefusal(wrong, /./);
      expectSecret(wrong);
    } finally {
      index.stop();
    }
  });
});

describe("a password in a direct address", () => {
  test("is not in direct_url.json, freeze, list, show or the report", async () => {
    const index = guarded([]);
    const env = await sandbox.environment("direct");
    try {
      const url = withPassword(index.url.replace("/simple", `/files/${other.filename}`));
      const run = await sandbox.pkm([
        "pip",
        "install",
        "--python",
        env,
        `other @ ${url}`,
        "-v",
        "--report",
        "-",
      ]);
      expectSuccess(run);
      expectSecret(run, env);
      const direct = readFileSync(
        join(sitePackages(env), "other-2.0.dist-info", "direct_url.json"),
        "utf8",
      );
      expect(JSON.parse(direct).url).toBe(index.url.replace("/simple", `/files/${other.filename}`));
      for (const words of [
        ["freeze"],
        ["list", "--format", "json"],
        ["show", "other", "-f"],
        ["tree"],
      ]) {
        const told = await sandbox.pkm(["pip", ...words, "--python", env]);
        expectSuccess(told);
        expectSecret(told);
      }
    } finally {
      index.stop();
    }
  });

  test("is not in an error about it", async () => {
    for (const word of [
      `http://${user}:${password}@127.0.0.1:1/other-2.0-py3-none-any.whl`,
      `http://${user}:${password}@127.0.0.1:1/other.txt`,
      `git+http://${user}:${password}@127.0.0.1:1/other.git`,
      `other @ http://${user}:${password}@127.0.0.1:1/other-2.0-py3-none-any.whl ; nonsense`,
      `http://${user}:${password}@127.0.0.1:1/x.whl#egg=a b`,
    ]) {
      const run = await install([word, "--retries", "0"]);
      expectRefusal(run, /./);
      expectSecret(run);
      sandbox.write("direct.txt", `${word}\n`);
      const file = await install(["-r", "direct.txt", "--retries", "0"]);
      expectRefusal(file, /./);
      expectSecret(file);
    }
  });
});

describe("a password goes nowhere else", () => {
  /** Runs a story with an index that is nobody's to trust; it is asked, and without a password. */
  async function besideStranger(
    files: readonly MadeWheel[],
    story: (stranger: TestIndex) => Promise<void>,
  ): Promise<void> {
    const sent: (string | null)[] = [];
    const stranger = serveIndex(
      files.map((wheel) => fileOf(wheel)),
      {
        intercept: (request) => {
          sent.push(request.headers.get("authorization"));
          return undefined;
        },
      },
    );
    try {
      await story(stranger);
    } finally {
      stranger.stop();
    }
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.every((each) => each === null)).toBe(true);
  }

  test("neither to another host nor to another port that a redirect leads to", async () => {
    await besideStranger([demo, other], async (stranger) => {
      const seen: (string | null)[] = [];
      const index = guarded(seen, (request) => {
        const { pathname } = new URL(request.url);
        return new Response(null, {
          status: 302,
          headers: { location: stranger.url.replace("/simple", pathname) },
        });
      });
      try {
        expectSuccess(await install(["demo", "--index-url", withPassword(index.url)]));
      } finally {
        index.stop();
      }
    });
  });

  test("nor to the host of the files, when that is another one", async () => {
    await besideStranger([demo, other], async (stranger) => {
      const index = guarded([], (request) => {
        const wheel = request.url.includes("/demo/") ? demo : other;
        const href = stranger.url.replace("/simple", `/files/${wheel.filename}`);
        return new Response(`<a href="${href}#sha256=${wheel.sha256}">${wheel.filename}</a>`, {
          headers: { "content-type": "text/html" },
        });
      });
      try {
        expectSuccess(await install(["demo", "--index-url", withPassword(index.url)]));
      } finally {
        index.stop();
      }
    });
  });

  test("nor to a second index", async () => {
    await besideStranger([], async (stranger) => {
      const index = guarded([]);
      try {
        expectSuccess(
          await install([
            "demo",
            "--index-url",
            withPassword(index.url),
            "--extra-index-url",
            stranger.url,
          ]),
        );
      } finally {
        index.stop();
      }
    });
  });
});

describe("passwords from elsewhere", () => {
  test("netrc", async () => {
    const index = guarded([]);
    try {
      const file = join(sandbox.env.HOME as string, ".netrc");
      writeFileSync(file, `machine 127.0.0.1\n  login ${user}\n  password ${password}\n`, {
        mode: 0o600,
      });
      const run = await install(["demo", "-v", "--index-url", index.url]);
      expectSuccess(run);
      expectSecret(run, join(sandbox.work, `t${counter}`), cacheOf(counter));
      writeFileSync(file, "");
    } finally {
      index.stop();
    }
  });

  test("the keyring program", async () => {
    const index = guarded([]);
    const folder = join(sandbox.folder, "bin");
    // pip's way to ask it, since keyring 25.2.1.
    sandbox.write(
      "../bin/keyring",
      [
        "#!/bin/sh",
        '[ "$1 $2 $3" = "--mode=creds --output=json get" ] || exit 2',
        `echo '{"username": "${user}", "password": "${password}"}'`,
        "",
      ].join("\n"),
    );
    await sandbox.run(["chmod", "+x", join(folder, "keyring")]);
    try {
      const run = await install(
        [
          "demo",
          "--index-url",
          index.url.replace("//", `//${user}@`),
          "--keyring-provider",
          "subprocess",
        ],
        {
          PATH: `${folder}:${process.env.PATH}`,
        },
      );
      expectSuccess(run);
      expectSecret(run);
    } finally {
      index.stop();
    }
  });

  test("pip's configuration file", async () => {
    const index = guarded([]);
    try {
      const file = sandbox.write("pip.conf", `[global]\nindex-url = ${withPassword(index.url)}\n`);
      const run = await install(["demo", "-v"], { PIP_CONFIG_FILE: file });
      expectSuccess(run);
      expectSecret(run);
      // And with --isolated neither the file nor the variables count.
      const isolated = await install(["demo", "--isolated", "--offline"], {
        PIP_CONFIG_FILE: file,
        PIP_INDEX_URL: withPassword(index.url),
      });
      expectRefusal(isolated, /./);
      expectSecret(isolated);
    } finally {
      index.stop();
    }
  });

  test("PIP_INDEX_URL", async () => {
    const index = guarded([]);
    try {
      const run = await install(["demo"], { PIP_INDEX_URL: withPassword(index.url) });
      expectSuccess(run);
      expectSecret(run);
    } finally {
      index.stop();
    }
  });
});
