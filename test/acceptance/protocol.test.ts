import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { authority, serverCertificate, serverKey } from "#platform/real/imagined-authority";
import { expectRefusal, expectSuccess, pins } from "../support/answers.ts";
import { installedIn, sitePackages, snapshot } from "../support/folder.ts";
import { fileOf, type IndexFile, serveIndex, type TestIndex } from "../support/index-server.ts";
import { type Finished, Sandbox } from "../support/pkm.ts";
import { makeWheel } from "../support/wheel-maker.ts";
import { pipWords } from "../support/workplace.ts";

const demo = makeWheel({ name: "demo", version: "1.0", requires: ["other"], extras: ["more"] });
const other = makeWheel({ name: "other", version: "1.0" });
const heavy = makeWheel({
  name: "heavy",
  version: "1.0",
  requires: ["other"],
  files: {
    "heavy/data.txt": Array.from({ length: 50_000 }, (_, at) =>
      Bun.hash(`${at}`).toString(36),
    ).join("\n"),
  },
});

let sandbox: Sandbox;
let environment: string;
const open: { stop(): unknown }[] = [];
beforeAll(async () => {
  sandbox = new Sandbox();
  environment = await sandbox.environment();
});
afterAll(() => {
  for (const server of open) server.stop();
  sandbox.remove();
});

function serve(
  files: readonly IndexFile[],
  options: Parameters<typeof serveIndex>[1] = {},
): TestIndex {
  const index = serveIndex(files, options);
  open.push(index);
  return index;
}

let counter = 0;
const compile = (
  asked: string,
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<Finished> => {
  const name = `asked${++counter}.in`;
  sandbox.write(name, asked);
  return sandbox.pkm(
    ["pip", "compile", name, "--no-header", "--no-annotate", "--python", environment, ...words],
    { env },
  );
};

describe("an index of plain HTML without sidecars", () => {
  test("is asked for the few bytes of a wheel that hold its metadata", async () => {
    let sent = 0;
    const ranges: string[] = [];
    const index = serve([fileOf(heavy), fileOf(other)], {
      html: true,
      intercept: (request) => {
        if (!request.url.endsWith(".whl")) return undefined;
        const range = request.headers.get("range");
        ranges.push(range ?? "whole");
        const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(range ?? "") ?? [];
        const bytes = request.url.includes("heavy") ? heavy.bytes : other.bytes;
        sent +=
          from === "" ? Number(to || bytes.length) : Number(to || bytes.length) - Number(from);
        return undefined;
      },
    });
    const run = await compile("heavy\n", ["--index-url", index.url]);
    expectSuccess(run);
    expect(pins(run.stdout)).toEqual(["heavy==1.0", "other==1.0"]);
    expect(ranges.length).toBeGreaterThan(0);
    expect(sent).toBeLessThan(heavy.bytes.length / 2);
  });

  test("whose files cannot be had in parts is read whole, and each file once", async () => {
    const wholes: string[] = [];
    const index = serve([fileOf(heavy), fileOf(other)], {
      html: true,
      intercept: (request) => {
        const wheel = [heavy, other].find((one) => request.url.endsWith(one.filename));
        if (wheel === undefined) return undefined;
        wholes.push(wheel.filename);
        return new Response(wheel.bytes as Uint8Array<ArrayBuffer>, {
          headers: { "accept-ranges": "none" },
        });
      },
    });
    const target = join(sandbox.work, "whole");
    const env = { PKM_CACHE_DIR: join(sandbox.folder, "whole-cache") };
    expectSuccess(
      await sandbox.pkm(pipWords("install", environment, index, "heavy", "--target", target), {
        env,
      }),
    );
    expect(existsSync(join(target, "heavy", "data.txt"))).toBe(true);
    // One try by ranges, which brings nothing, and the file itself.
    for (const wheel of [heavy, other])
      expect(wholes.filter((name) => name === wheel.filename).length).toBeLessThanOrEqual(2);
  });

  test("with relative links, entities, anchors and a base", async () => {
    const index = serve([], {
      intercept: (request) => {
        const { pathname } = new URL(request.url);
        if (pathname === "/simple/demo/")
          return new Response(
            `<!doctype html><html><head><base href="/elsewhere/"><meta name="pypi:repository-version" content="1.0"></head><body>
             <!-- <a href="evil-9.0-py3-none-any.whl">demo-9.0-py3-none-any.whl</a> -->
             <A data-requires-python='&gt;=3.6' HREF='files/${demo.filename}?a=1&amp;b=2#sha256=${demo.sha256}'
             >${demo.filename}</a><a href=files/${demo.filename.replace("1.0", "0.5")}>no hash</a></body></html>`,
            { headers: { "content-type": "text/html; charset=utf-8" } },
          );
        if (pathname === "/simple/other/")
          return new Response(
            `<a href="../../elsewhere/files/${other.filename}#sha256=${other.sha256}">${other.filename}</a>`,
            {
              headers: { "content-type": "text/html" },
            },
          );
        const wheel = [demo, other].find((one) => pathname === `/elsewhere/files/${one.filename}`);
        return wheel === undefined
          ? undefined
          : new Response(wheel.bytes as Uint8Array<ArrayBuffer>);
      },
    });
    const target = join(sandbox.work, "html-target");
    expectSuccess(
      await sandbox.pkm(pipWords("install", environment, index, "demo", "--target", target)),
    );
    expect(snapshot(target)["demo/__init__.py"]).toBeDefined();
  });
});

describe("what was asked is remembered", () => {
  test("a page is not asked for again while it is fresh, and with its ETag afterwards", async () => {
    const conditions: (string | null)[] = [];
    const page = (name: string, wheel: typeof demo): Response =>
      new Response(
        JSON.stringify({
          meta: { "api-version": "1.0" },
          name,
          files: [
            {
              filename: wheel.filename,
              url: `/files/${wheel.filename}`,
              hashes: { sha256: wheel.sha256 },
              "core-metadata": true,
            },
          ],
        }),
        {
          headers: {
            "content-type": "application/vnd.pypi.simple.v1+json",
            etag: `"${name}"`,
            "cache-control": "max-age=0",
          },
        },
      );
    const index = serve([fileOf(demo), fileOf(other)], {
      intercept: (request) => {
        const name = /\/simple\/([^/]+)\/$/.exec(request.url)?.[1];
        if (name === undefined) return undefined;
        const condition = request.headers.get("if-none-match");
        conditions.push(condition);
        return condition === `"${name}"`
          ? new Response(null, { status: 304 })
          : page(name, name === "demo" ? demo : other);
      },
    });
    const env = { PKM_CACHE_DIR: join(sandbox.folder, "etag-cache") };
    for (let round = 0; round < 2; round++)
      expectSuccess(await compile("demo\n", ["--index-url", index.url], env));
    expect(conditions).toEqual([null, null, '"demo"', '"other"']);
    const fresh = serve([fileOf(demo), fileOf(other)]);
    expectSuccess(await compile("demo\n", ["--index-url", fresh.url], env));
    fresh.requests.length = 0;
    expectSuccess(await compile("demo\n", ["--index-url", fresh.url], env));
    expect(fresh.requests).toEqual([]);
    expectSuccess(await compile("demo\n", ["--index-url", fresh.url, "--refresh"], env));
    expect(fresh.requests.length).toBeGreaterThan(0);
  });

  test("two indexes at the same address of one server, for two users, are not mixed up", async () => {
    const index = serve([fileOf(demo), fileOf(other)], {
      intercept: (request) => {
        if (!request.url.endsWith("/simple/demo/")) return undefined;
        const isRich = request.headers.get("authorization") === `Basic ${btoa("rich:x")}`;
        return isRich ? undefined : new Response("no", { status: 404 });
      },
    });
    const as = (user: string): string => index.url.replace("//", `//${user}:x@`);
    expectSuccess(await compile("demo\n", ["--index-url", as("rich")]));
    expectRefusal(await compile("demo\n", ["--index-url", as("poor")]), "no-solution", "demo");
    expectRefusal(await compile("demo\n", ["--index-url", as("poor"), "--offline"]), /./, "demo");
  });

  test("a file that changes on the index under the same name is noticed", async () => {
    const changed = makeWheel({
      name: "other",
      version: "1.0",
      files: { "other/__init__.py": "changed = True\n" },
    });
    let bytes = other.bytes;
    const index = serve([fileOf(other)], {
      intercept: (request) =>
        request.url.endsWith(".whl") ? new Response(bytes as Uint8Array<ArrayBuffer>) : undefined,
    });
    bytes = changed.bytes;
    const env = { PKM_CACHE_DIR: join(sandbox.folder, "changed-cache") };
    expectRefusal(
      await sandbox.pkm(pipWords("install", environment, index, "other"), { env }),
      /hash|size/,
      "other",
    );
    expect(installedIn(environment)).toEqual([]);
  });
});

describe("compressed answers", () => {
  test("gzip, and gzip that says nothing of itself for files", async () => {
    const index = serve([fileOf(demo), fileOf(other)], {
      intercept: (request) => {
        if (!request.headers.get("accept-encoding")?.includes("gzip")) return undefined;
        if (!request.url.endsWith(".metadata")) return undefined;
        const text = request.url.includes("demo") ? demo.metadata : other.metadata;
        return new Response(gzipSync(text) as Uint8Array<ArrayBuffer>, {
          headers: { "content-encoding": "gzip" },
        });
      },
    });
    expectSuccess(
      await compile("demo\n", ["--index-url", index.url], {
        PKM_CACHE_DIR: join(sandbox.folder, "gzip-cache"),
      }),
    );
  });
});

describe("TLS", () => {
  const secure = (): string => {
    const files = new Map([demo, other].map((wheel) => [wheel.filename, wheel]));
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      tls: { key: serverKey, cert: serverCertificate },
      fetch: (request) => {
        const { pathname } = new URL(request.url);
        const wheel = files.get(pathname.replace("/files/", ""));
        if (wheel !== undefined) return new Response(wheel.bytes as Uint8Array<ArrayBuffer>);
        const page = [demo, other].find((one) => pathname === `/simple/${one.recipe.name}/`);
        if (page === undefined) return new Response("no", { status: 404 });
        return new Response(
          `<a href="/files/${page.filename}#sha256=${page.sha256}">${page.filename}</a>`,
          { headers: { "content-type": "text/html" } },
        );
      },
    });
    open.push(server);
    return `https://127.0.0.1:${server.port}/simple`;
  };

  test("an authority nobody knows is refused at once, and says how to trust it", async () => {
    expectRefusal(
      await compile("demo\n", ["--index-url", secure()], {
        SSL_CERT_FILE: "",
        NODE_EXTRA_CA_CERTS: "",
      }),
      "tls-untrusted",
      "--cert",
    );
  });

  test("SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, PIP_CERT and --cert add to the system's authorities; --trusted-host asks for none", async () => {
    const file = sandbox.write("authority.pem", authority);
    const url = secure();
    for (const [words, env] of [
      [[], { SSL_CERT_FILE: file }],
      [[], { NODE_EXTRA_CA_CERTS: file }],
      [[], { PIP_CERT: file }],
      [["--cert", file], {}],
      [["--trusted-host", "127.0.0.1"], {}],
    ] as const)
      expectSuccess(
        await compile("demo\n", ["--index-url", url, ...words], {
          SSL_CERT_FILE: "",
          NODE_EXTRA_CA_CERTS: "",
          PKM_CACHE_DIR: join(sandbox.folder, `tls${++counter}`),
          ...env,
        }),
      );
    expectRefusal(
      await compile("demo\n", ["--index-url", url, "--cert", "nowhere.pem"]),
      /certificate/,
      "nowhere.pem",
    );
  });
});

describe("a proxy", () => {
  test("of the environment or of --proxy is used, with its password shown nowhere", async () => {
    const seen: { url: string; authorization: string | null }[] = [];
    const proxy = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request) => {
        seen.push({ url: request.url, authorization: request.headers.get("proxy-authorization") });
        const { pathname } = new URL(request.url);
        const page = [demo, other].find((one) => pathname === `/simple/${one.recipe.name}/`);
        if (page !== undefined)
          return new Response(
            `<a href="/files/${page.filename}#sha256=${page.sha256}">${page.filename}</a>`,
            { headers: { "content-type": "text/html" } },
          );
        const wheel = [demo, other].find((one) => pathname === `/files/${one.filename}`);
        return wheel === undefined
          ? new Response("no", { status: 404 })
          : new Response(wheel.bytes as Uint8Array<ArrayBuffer>);
      },
    });
    open.push(proxy);
    const address = `http://somebody:pr0xy-word@127.0.0.1:${proxy.port}`;
    const words = [
      "--index-url",
      "http://index.example/simple",
      "--trusted-host",
      "index.example",
      "-v",
    ];
    for (const [more, env] of [
      [[], { http_proxy: address }],
      [["--proxy", address], {}],
    ] as const) {
      seen.length = 0;
      const run = await compile("demo\n", [...words, ...more], {
        PKM_CACHE_DIR: join(sandbox.folder, `proxy${++counter}`),
        ...env,
      });
      expectSuccess(run);
      expect(seen.length).toBeGreaterThan(0);
      expect(
        seen.every(({ authorization }) => authorization === `Basic ${btoa("somebody:pr0xy-word")}`),
      ).toBe(true);
      expect(run.stderr + run.stdout).not.toContain("pr0xy-word");
    }
    const index = serve([fileOf(demo), fileOf(other)]);
    seen.length = 0;
    expectSuccess(
      await compile("demo\n", ["--index-url", index.url], {
        http_proxy: address,
        no_proxy: "127.0.0.1",
        PKM_CACHE_DIR: join(sandbox.folder, `proxy${++counter}`),
      }),
    );
    expect(seen).toEqual([]);
    const gone = await compile(
      "demo\n",
      [...words, "--proxy", "http://somebody:pr0xy-word@127.0.0.1:1", "--retries", "0"],
      { PKM_CACHE_DIR: join(sandbox.folder, `proxy${++counter}`) },
    );
    expectRefusal(gone, /./);
    expect(gone.stderr).not.toContain("pr0xy-word");
  });

  test("an index without encryption that is not on this machine is not trusted without being told", async () => {
    expectRefusal(
      await compile("demo\n", ["--index-url", "http://index.example/simple"]),
      /./,
      "index.example",
      "--trusted-host",
    );
  });
});

describe("statuses of projects (PEP 792)", () => {
  test("deprecated and archived warn with the reason, active is silent", async () => {
    const index = serve([fileOf(demo), fileOf(other)], {
      status: {
        demo: { status: "deprecated", reason: "use better-demo" },
        other: { status: "active" },
      },
    });
    const run = await compile("demo\n", ["--index-url", index.url]);
    expectSuccess(run);
    expect(run.stderr).toContain("deprecated");
    expect(run.stderr).toContain("better-demo");
    expect(run.stderr).not.toContain("other");
  });
});

describe("source distributions", () => {
  const tar = (name: string, version: string, metadataVersion: string, dynamic = ""): IndexFile => {
    const text = `Metadata-Version: ${metadataVersion}\nName: ${name}\nVersion: ${version}\n${dynamic}Requires-Dist: other\n`;
    const content = Buffer.from(text);
    const header = Buffer.alloc(512);
    header.write(`${name}-${version}/PKG-INFO`, 0);
    header.write("0000644\0", 100);
    header.write("0000000\0", 108);
    header.write("0000000\0", 116);
    header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write("00000000000\0", 136);
    header.write("        ", 148);
    header.write("0", 156);
    header.write("ustar\x0000", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
    const bytes = new Uint8Array(
      gzipSync(Buffer.concat([header, content, padding, Buffer.alloc(1024)])),
    );
    return {
      filename: `${name}-${version}.tar.gz`,
      bytes,
      sha256: createHash("sha256").update(bytes).digest("hex"),
    };
  };

  test("are candidates where their metadata is static, and are built where it is not, or to install them", async () => {
    const index = serve([
      tar("source", "2.0", "2.2"),
      tar("murky", "2.0", "2.1"),
      tar("moving", "1.0", "2.2", "Dynamic: Requires-Dist\n"),
      fileOf(other),
    ]);
    const run = await compile("source\n", ["--index-url", index.url]);
    expectSuccess(run);
    expect(pins(run.stdout)).toEqual(["other==1.0", "source==2.0"]);
    for (const name of ["murky", "moving"])
      expectRefusal(
        await compile(`${name}\n`, ["--index-url", index.url]),
        "source-invalid",
        name,
        /neither `pyproject.toml` nor `setup.py`/,
      );
    expectRefusal(
      await sandbox.pkm(pipWords("install", environment, index, "source")),
      "source-invalid",
      "source-2.0.tar.gz",
    );
    expectRefusal(
      await compile("source\n", ["--index-url", index.url, "--only-binary", ":all:"]),
      "no-solution",
      "source",
    );
  });

  test("a wheel of an older version is taken on demand where the newer one would need a build", async () => {
    const index = serve([
      tar("mixed", "2.0", "2.1"),
      fileOf(makeWheel({ name: "mixed", version: "1.0" })),
    ]);
    const run = await sandbox.pkm(
      pipWords("install", environment, index, "mixed", "--dry-run", "--prefer-binary"),
    );
    expectSuccess(run);
    expect(run.stderr + run.stdout).toContain("mixed 1.0");
  });
});

describe("how files come out of the cache", () => {
  test("--link-mode is obeyed, and metadata is never shared", async () => {
    const index = serve([fileOf(other)]);
    for (const [mode, links] of [
      ["hardlink", 2],
      ["copy", 1],
    ] as const) {
      const path = await sandbox.environment(`linked-${mode}`);
      expectSuccess(
        await sandbox.pkm(pipWords("install", path, index, "other", "--link-mode", mode)),
      );
      const file = statSync(join(sitePackages(path), "other", "__init__.py"));
      if (links === 1) expect(file.nlink).toBe(1);
      else expect(file.nlink).toBeGreaterThanOrEqual(links);
      expect(statSync(join(sitePackages(path), "other-1.0.dist-info", "METADATA")).nlink).toBe(1);
    }
  });

  test("--compile-bytecode leaves modules that Python takes as they are", async () => {
    const index = serve([fileOf(other)]);
    const path = await sandbox.environment("compiled");
    expectSuccess(
      await sandbox.pkm(pipWords("install", path, index, "other", "--compile-bytecode")),
    );
    const before = snapshot(join(sitePackages(path), "other"));
    const compiled = Object.keys(before).filter((name) => name.endsWith(".pyc"));
    expect(compiled.length).toBeGreaterThan(0);
    expect((await sandbox.run([join(path, "bin", "python"), "-c", "import other"])).status).toBe(0);
    expect(snapshot(join(sitePackages(path), "other"))).toEqual(before);
    expectSuccess(await sandbox.pkm(["pip", "uninstall", "other", "--python", path]));
    expect(snapshot(sitePackages(path))).toEqual({});
  });
});

describe("projects as requirements", () => {
  test("dependencies, extras and groups of a pyproject.toml", async () => {
    const index = serve([fileOf(demo), fileOf(other), fileOf(heavy)]);
    sandbox.write(
      "project/pyproject.toml",
      [
        '[project]\nname = "thing"\nversion = "1"\ndependencies = ["other"]',
        '[project.optional-dependencies]\nbig = ["heavy"]',
        '[dependency-groups]\ntest = ["demo"]\nall = [{include-group = "test"}, "heavy"]\n',
      ].join("\n"),
    );
    const on = async (...words: string[]): Promise<string[]> => {
      const run = await sandbox.pkm([
        "pip",
        "compile",
        ...words,
        "--no-header",
        "--no-annotate",
        "--index-url",
        index.url,
        "--python",
        environment,
      ]);
      expectSuccess(run);
      return pins(run.stdout);
    };
    expect(await on("project/pyproject.toml")).toEqual(["other==1.0"]);
    expect(await on("project/pyproject.toml", "--extra", "big")).toEqual([
      "heavy==1.0",
      "other==1.0",
    ]);
    expect(await on("project/pyproject.toml", "--all-extras")).toEqual([
      "heavy==1.0",
      "other==1.0",
    ]);
    expect(await on("--group", "project/pyproject.toml:test")).toEqual(["demo==1.0", "other==1.0"]);
    expect(await on("--group", "project/pyproject.toml:all")).toEqual([
      "demo==1.0",
      "heavy==1.0",
      "other==1.0",
    ]);
    for (const [words, word] of [
      [["project/pyproject.toml", "--extra", "none"], "none"],
      [["--group", "project/pyproject.toml:none"], "none"],
    ] as const)
      expectRefusal(
        await sandbox.pkm(["pip", "compile", ...words, "--index-url", index.url]),
        /unknown/,
        word,
      );
  });
});

test("-q is taken by every command", async () => {
  const index = serve([fileOf(other)]);
  sandbox.write("quiet.in", "other\n");
  for (const words of [
    ["venv", "quiet-env"],
    pipWords("install", "quiet-env", index, "other"),
    ["pip", "sync", "quiet.in", "--python", "quiet-env", "--index-url", index.url],
    ["pip", "compile", "quiet.in", "-o", "quiet.txt", "--index-url", index.url],
    ["pip", "freeze", "--python", "quiet-env"],
    ["pip", "list", "--python", "quiet-env"],
    ["pip", "show", "other", "--python", "quiet-env"],
    ["pip", "check", "--python", "quiet-env"],
    ["pip", "tree", "--python", "quiet-env"],
    ["pip", "uninstall", "other", "--python", "quiet-env"],
    ["cache", "dir"],
    ["cache", "size"],
    ["cache", "prune"],
    ["cache", "verify"],
    ["python", "list"],
    ["python", "find"],
    ["completion", "bash"],
    ["help"],
  ])
    for (const flag of ["-q", "--quiet"]) {
      // A second time there is nothing to remove, and an environment in the way.
      if (["venv", "uninstall"].some((word) => words.includes(word)) && flag === "--quiet")
        continue;
      const run = await sandbox.pkm([...words, flag]);
      expectSuccess(run);
      expect(run.stderr).toBe("");
    }
});
