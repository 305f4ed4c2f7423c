import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { expectRefusal, expectSuccess } from "../support/answers.ts";
import { installedIn, snapshot } from "../support/folder.ts";
import { fileOf, serveIndex, type TestIndex } from "../support/index-server.ts";
import { head, type RawServer, serveRaw } from "../support/raw-server.ts";
import { Sandbox } from "../support/pkm.ts";
import { makeWheel } from "../support/wheel-maker.ts";

const demo = makeWheel({ name: "demo", version: "1.0" });
const big = makeWheel({
  name: "big",
  version: "1.0",
  // What does not compress, so that the file is really large.
  files: {
    "big/data.txt": Array.from({ length: 60_000 }, (_, at) =>
      Bun.hash(String(at)).toString(36),
    ).join("\n"),
  },
});

let sandbox: Sandbox;
let empty: string;
beforeAll(async () => {
  sandbox = new Sandbox();
  empty = await sandbox.environment("empty");
});
afterAll(() => sandbox.remove());

let counter = 0;
/** A folder to install into and a cache of its own, so that tests may run side by side. */
const install = (
  url: string,
  words: readonly string[],
  env: Record<string, string> = {},
): ReturnType<Sandbox["pkm"]> =>
  sandbox.pkm(
    [
      "pip",
      "install",
      "--python",
      empty,
      "--target",
      `${sandbox.work}/t${++counter}`,
      "--index-url",
      url,
      ...words,
    ],
    { env: { PKM_CACHE_DIR: `${sandbox.folder}/cache${counter}`, PKM_HTTP_TIMEOUT: "10", ...env } },
  );

async function withIndex(
  intercept: (request: Request, nth: number) => Response | Promise<Response> | undefined,
  body: (index: TestIndex) => Promise<void>,
): Promise<void> {
  let nth = 0;
  const index = serveIndex([fileOf(demo), fileOf(big)], {
    intercept: (request) => intercept(request, ++nth),
  });
  try {
    await body(index);
  } finally {
    index.stop();
  }
}

async function withRaw(
  answer: Parameters<typeof serveRaw>[0],
  body: (server: RawServer, url: string) => Promise<void>,
): Promise<void> {
  const server = await serveRaw(answer);
  try {
    await body(server, `http://127.0.0.1:${server.port}/simple`);
  } finally {
    server.stop();
  }
}

const isPage = (request: Request): boolean => request.url.includes("/simple/");
const json = "application/vnd.pypi.simple.v1+json";

describe("a status that is no answer", () => {
  test.concurrent("404: the project is named, and that the index does not know it", () =>
    withIndex(
      () => undefined,
      async (index) => {
        expectRefusal(await install(index.url, ["nonesuch"]), "no-solution", "nonesuch");
      },
    ));

  const final: readonly (readonly [status: number, code: string])[] = [
    [401, "index-forbidden"],
    [403, "index-forbidden"],
    [400, "request-refused"],
    [418, "request-refused"],
  ];
  for (const [status, code] of final)
    test.concurrent(`${status} is told at once, with the address`, () =>
      withIndex(
        () => new Response("no", { status }),
        async (index) => {
          expectRefusal(
            await install(index.url, ["demo"]),
            code,
            String(status),
            `${index.url}/demo/`,
          );
          expect(index.requests.length).toBe(1);
        },
      ));

  for (const status of [500, 502, 503, 504])
    test.concurrent(`${status} that stays is told after some attempts`, () =>
      withIndex(
        () => new Response("no", { status }),
        async (index) => {
          expectRefusal(
            await install(index.url, ["demo"]),
            "index-failed",
            String(status),
            `${index.url}/demo/`,
          );
          expect(index.requests.length).toBeGreaterThan(1);
          expect(index.requests.length).toBeLessThan(8);
        },
      ));

  for (const status of [500, 503, 429])
    test.concurrent(`${status} that passes is no failure`, () =>
      withIndex(
        (_, nth) => (nth <= 2 ? new Response("no", { status }) : undefined),
        async (index) => {
          expectSuccess(await install(index.url, ["demo"]));
        },
      ));

  test.concurrent("429 is obeyed when it says how long to wait", () =>
    withIndex(
      (_, nth) =>
        nth === 1
          ? new Response("slowly", { status: 429, headers: { "retry-after": "1" } })
          : undefined,
      async (index) => {
        expectSuccess(await install(index.url, ["demo"]));
      },
    ));

  test.concurrent("429 that asks for an hour is told instead of waited for", () =>
    withIndex(
      () => new Response("slowly", { status: 429, headers: { "retry-after": "3600" } }),
      async (index) => {
        expectRefusal(await install(index.url, ["demo"]), "index-rate-limited", "3600");
        expect(index.requests.length).toBe(1);
      },
    ));

  for (const [status, code] of [
    [403, "index-forbidden"],
    [404, /./],
    [500, "index-failed"],
  ] as const)
    test.concurrent(`${status} for the wheel itself names the file`, () =>
      withIndex(
        (request) => (request.url.endsWith(".whl") ? new Response("no", { status }) : undefined),
        async (index) => {
          expectRefusal(await install(index.url, ["demo"]), code, demo.filename, String(status));
        },
      ));

  test.concurrent("a sidecar that is promised and missing is read from the wheel instead", () =>
    withIndex(
      (request) =>
        request.url.endsWith(".metadata") ? new Response("no", { status: 404 }) : undefined,
      async (index) => {
        expectSuccess(await install(index.url, ["demo"]));
      },
    ));
});

describe("a page that is none", () => {
  const page = (
    body: string,
    type: string,
    name = "demo",
  ): [(request: Request) => Response | undefined, string] => [
    (request) =>
      isPage(request) ? new Response(body, { headers: { "content-type": type } }) : undefined,
    name,
  ];
  const broken: readonly (readonly [what: string, body: string, type: string])[] = [
    ["JSON that ends in the middle", '{"meta": {"api-version": "1.0"}, "files": [', json],
    ["JSON of another shape", "[1, 2, 3]", json],
    [
      "JSON with files that is no list",
      '{"meta":{"api-version":"1.0"},"name":"demo","files":7}',
      json,
    ],
    ["no bytes at all, as JSON", "", json],
    ["HTML that says it is JSON", "<!DOCTYPE html><html><body>Log in</body></html>", json],
    [
      "a page of a newer major version",
      '{"meta":{"api-version":"2.0"},"name":"demo","files":[]}',
      json,
    ],
    ["a picture", "GIF89a", "image/gif"],
    ["plain text", "demo-1.0-py3-none-any.whl", "text/plain"],
  ];
  for (const [what, body, type] of broken)
    test.concurrent(what, () => {
      const [intercept] = page(body, type);
      return withIndex(intercept, async (index) => {
        expectRefusal(await install(index.url, ["demo"]), /^index-page-/, "/simple/demo/");
      });
    });

  test.concurrent("a login form in HTML is a page without files", () => {
    const [intercept] = page(
      "<!DOCTYPE html><html><body><a href='/login'>Log in</a></body></html>",
      "text/html",
    );
    return withIndex(intercept, async (index) => {
      expectRefusal(await install(index.url, ["demo"]), /./, "demo");
    });
  });

  test.concurrent("single broken entries do not spoil a page", () =>
    withIndex(
      (request) =>
        isPage(request)
          ? new Response(
              JSON.stringify({
                meta: { "api-version": "1.0" },
                name: "demo",
                files: [
                  7,
                  { filename: "demo-0.9-py3-none-any.whl" },
                  { filename: "demo.whl", url: "/x" },
                  { filename: "demo-2.0-py3-none-any.whl", url: "http://[", hashes: {} },
                  { filename: "demo-x.y-py3-none-any.whl", url: "/x", hashes: {} },
                  {
                    filename: demo.filename,
                    url: `/files/${demo.filename}`,
                    hashes: { sha256: demo.sha256 },
                    "requires-python": ">=nonsense",
                  },
                ],
              }),
              { headers: { "content-type": json } },
            )
          : undefined,
      async (index) => {
        expectSuccess(await install(index.url, ["demo"]));
      },
    ));

  test.concurrent("HTML where JSON was asked for is read as HTML", async () => {
    const index = serveIndex([fileOf(demo)], { html: true });
    try {
      expectSuccess(await install(index.url, ["demo"]));
    } finally {
      index.stop();
    }
  });
});

describe("a redirect", () => {
  test.concurrent("in a circle", () =>
    withIndex(
      (request) => new Response(null, { status: 302, headers: { location: request.url } }),
      async (index) => {
        expectRefusal(await install(index.url, ["demo"]), "redirect-loop", "/simple/demo/");
        expect(index.requests.length).toBeLessThan(40);
      },
    ));

  test.concurrent("without end", () =>
    withIndex(
      (_, nth) =>
        new Response(null, { status: 301, headers: { location: `/simple/demo/?${nth}` } }),
      async (index) => {
        expectRefusal(await install(index.url, ["demo"]), "redirect-loop");
        expect(index.requests.length).toBeLessThan(40);
      },
    ));

  for (const target of [
    "file:///etc/passwd",
    "ftp://127.0.0.1/x",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://",
  ])
    test.concurrent(`to ${target}`, () =>
      withIndex(
        () => new Response(null, { status: 302, headers: { location: target } }),
        async (index) => {
          const run = await install(index.url, ["demo"]);
          expectRefusal(run, /^redirect-|^bad-/, "/simple/demo/");
          expect(run.stderr).not.toContain("root:");
        },
      ));

  test.concurrent("without an address", () =>
    withIndex(
      () => new Response(null, { status: 302 }),
      async (index) => {
        expectRefusal(await install(index.url, ["demo"]), /./, "/simple/demo/");
      },
    ));

  test.concurrent("that a page's relative links start from", () =>
    withIndex(
      (request) => {
        const { pathname } = new URL(request.url);
        if (pathname.startsWith("/moved/")) {
          if (pathname.endsWith(".whl")) return new Response(demo.bytes as Uint8Array<ArrayBuffer>);
          return new Response(
            `<a href="files/${demo.filename}#sha256=${demo.sha256}">${demo.filename}</a>`,
            {
              headers: { "content-type": "text/html" },
            },
          );
        }
        return isPage(request)
          ? new Response(null, { status: 301, headers: { location: "/moved/demo/" } })
          : undefined;
      },
      async (index) => {
        expectSuccess(await install(index.url, ["demo"]));
        expect(index.requests).toContain(`GET /moved/demo/files/${demo.filename}`);
      },
    ));

  test.concurrent("file: links in a page of a server are not followed", () => {
    const path = sandbox.write(`local/${demo.filename}`, demo.bytes);
    return withIndex(
      (request) =>
        isPage(request)
          ? new Response(`<a href="file://${path}">${demo.filename}</a>`, {
              headers: { "content-type": "text/html" },
            })
          : undefined,
      async (index) => {
        expectRefusal(await install(index.url, ["demo"]), /./, "demo");
      },
    );
  });
});

describe("a server that hangs is given up in time", () => {
  // Three attempts of one second each; the limit leaves room for a busy machine. Other tests, where nothing hangs, give
  // a busy server its time.
  const hasty = { PKM_HTTP_TIMEOUT: "1" };
  const inTime = async (run: ReturnType<Sandbox["pkm"]>): Promise<Awaited<typeof run>> => {
    const began = performance.now();
    const answer = await run;
    expect(performance.now() - began).toBeLessThan(15_000);
    return answer;
  };

  test.concurrent("before it says anything", () =>
    withRaw(
      () => {},
      async (_, url) => {
        expectRefusal(
          await inTime(install(url, ["demo"], hasty)),
          "index-unreachable",
          "/simple/demo/",
        );
      },
    ));

  test.concurrent("in the middle of its head", () =>
    withRaw(
      (_, socket) => void socket.write("HTTP/1.1 200 OK\r\nContent-Ty"),
      async (_, url) => {
        expectRefusal(await inTime(install(url, ["demo"], hasty)), /./, "/simple/demo/");
      },
    ));

  test.concurrent("in the middle of a page", () =>
    withRaw(
      (_, socket) =>
        void socket.write(
          `${head("200 OK", { "Content-Type": json, "Content-Length": 5000 })}{"meta":`,
        ),
      async (_, url) => {
        expectRefusal(await inTime(install(url, ["demo"], hasty)), /./, "/simple/demo/");
      },
    ));

  test.concurrent("in the middle of a wheel, always at the same place", () =>
    withIndex(
      (request) =>
        request.url.endsWith(".whl")
          ? new Response(
              new ReadableStream({
                start: (controller) => controller.enqueue(demo.bytes.slice(0, 100)),
              }),
              { headers: { "content-length": String(demo.bytes.length) } },
            )
          : undefined,
      async (index) => {
        expectRefusal(await inTime(install(index.url, ["demo"], hasty)), /./, demo.filename);
      },
    ));

  test.concurrent("a server that keeps sending, however slowly, is not given up", () =>
    withIndex(
      (request) =>
        request.url.endsWith(".whl")
          ? new Response(
              new ReadableStream({
                async start(controller) {
                  const step = Math.ceil(demo.bytes.length / 5);
                  for (let at = 0; at < demo.bytes.length; at += step) {
                    controller.enqueue(demo.bytes.slice(at, at + step));
                    await Bun.sleep(300);
                  }
                  controller.close();
                },
              }),
            )
          : undefined,
      async (index) => {
        expectSuccess(await install(index.url, ["demo"], hasty));
      },
    ));

  test.concurrent("nobody listens", async () => {
    const server = await serveRaw(() => {});
    server.stop();
    const run = await inTime(install(`http://127.0.0.1:${server.port}/simple`, ["demo"]));
    expectRefusal(run, "index-unreachable", "demo");
  });

  test.concurrent("nobody listens, where an upgrade of what is there would have been welcome", async () => {
    const environment = await sandbox.environment("kept");
    const here = serveIndex([fileOf(demo)]);
    const ask = (url: string, ...words: string[]): ReturnType<Sandbox["pkm"]> =>
      sandbox.pkm(["pip", "install", "--python", environment, "--index-url", url, ...words], {
        env: { PKM_CACHE_DIR: `${sandbox.folder}/cache-kept` },
      });
    expectSuccess(await ask(here.url, "demo"));
    here.stop();
    const server = await serveRaw(() => {});
    server.stop();
    const dead = `http://127.0.0.1:${server.port}/simple`;
    const kept = await inTime(ask(dead, "-U", "demo"));
    expectSuccess(kept);
    expect(kept.stderr).toContain(`warning: Cannot reach \`${dead}/demo/\`: nobody listens there`);
    expect(kept.stderr).toContain("demo 1.0 stays as it is");
    // What is not there, or not as it is wanted, has to come from somewhere.
    for (const words of [
      ["-U", "demo>=2"],
      ["-U", "demo", "big"],
      ["--force-reinstall", "demo"],
    ])
      expectRefusal(await inTime(ask(dead, ...words)), "index-unreachable", dead);
    expect(installedIn(environment)).toEqual(["demo 1.0"]);
  });

  test.concurrent("a name that nobody has", async () => {
    const run = await inTime(install("https://no-such-host.invalid/simple", ["demo"]));
    expectRefusal(run, "index-unreachable", "no-such-host.invalid");
  });
});

describe("a download that breaks off", () => {
  /** An index whose wheel comes in pieces: each answer ends after `piece` bytes, whatever was promised. */
  const breaking = (piece: number, ranges: boolean): Parameters<typeof withRaw>[0] => {
    return (request, socket) => {
      const [, path = ""] = request.split(" ");
      if (path.startsWith("/simple/")) {
        const page = JSON.stringify({
          meta: { "api-version": "1.0" },
          name: "big",
          files: [
            {
              filename: big.filename,
              url: `/files/${big.filename}`,
              hashes: { sha256: big.sha256 },
              size: big.bytes.length,
              "core-metadata": true,
            },
          ],
        });
        socket.write(
          head("200 OK", { "Content-Type": json, "Content-Length": page.length }) + page,
        );
        return;
      }
      if (path.endsWith(".metadata")) {
        socket.write(
          head("200 OK", { "Content-Length": Buffer.byteLength(big.metadata) }) + big.metadata,
        );
        return;
      }
      const asked = Number(/^range: bytes=(\d+)-/im.exec(request)?.[1] ?? 0);
      const start = ranges ? asked : 0;
      const rest = big.bytes.subarray(start);
      const headers = {
        "Content-Length": rest.length,
        "Accept-Ranges": ranges ? "bytes" : "none",
        ETag: '"one"',
      };
      socket.write(
        ranges && start > 0
          ? head("206 Partial Content", {
              ...headers,
              "Content-Range": `bytes ${start}-${big.bytes.length - 1}/${big.bytes.length}`,
            })
          : head("200 OK", headers),
      );
      if (rest.length <= piece) socket.write(rest);
      else socket.end(rest.subarray(0, piece));
    };
  };

  test.concurrent("is taken up where it stopped", () =>
    withRaw(breaking(Math.ceil(big.bytes.length / 3), true), async (server, url) => {
      expectSuccess(await install(url, ["big"]));
      const ranges = server.heads
        .filter((one) => one.includes(".whl HTTP"))
        .map((one) => /^range: (.*)$/im.exec(one)?.[1] ?? "whole");
      expect(ranges[0]).toBe("whole");
      expect(
        ranges.some((range) => /^bytes=\d{5,}-$/.test(range)),
        ranges.join(),
      ).toBe(true);
    }));

  test.concurrent("and whose server knows no ranges is told in the end, with nothing installed", () =>
    withRaw(breaking(1000, false), async (_, url) => {
      expectRefusal(await install(url, ["big"]), "download-cut-off", big.filename);
    }));

  test.concurrent("is taken up by the next command as well", () => {
    let isBroken = true;
    const broken = breaking(Math.ceil(big.bytes.length / 2), true);
    const whole = breaking(Number.POSITIVE_INFINITY, true);
    return withRaw(
      (request, socket, nth) => {
        if (isBroken && /^range:/im.test(request)) socket.destroy();
        else (isBroken ? broken : whole)(request, socket, nth);
      },
      async (server, url) => {
        const env = { PKM_CACHE_DIR: `${sandbox.folder}/resumed` };
        expectRefusal(await install(url, ["big"], env), /./, big.filename);
        isBroken = false;
        server.heads.length = 0;
        expectSuccess(await install(url, ["big"], env));
        const download = server.heads.find((one) => one.includes(".whl HTTP"));
        expect(download).toMatch(/^range: bytes=\d{4,}-/im);
      },
    );
  });

  test.concurrent("a length that is too small is noticed by the hash", () =>
    withRaw(
      (request, socket, nth) => {
        if (!request.includes(".whl HTTP"))
          breaking(Number.POSITIVE_INFINITY, true)(request, socket, nth);
        else
          socket.end(
            Buffer.concat([Buffer.from(head("200 OK", { "Content-Length": 1000 })), big.bytes]),
          );
      },
      async (_, url) => {
        expectRefusal(await install(url, ["big"]), /hash|size|cut-off|answer/, big.filename);
      },
    ));

  test.concurrent("a range that begins elsewhere is not believed", () =>
    withRaw(
      (request, socket, nth) => {
        if (!/^range:/im.test(request)) breaking(5000, true)(request, socket, nth);
        else
          socket.end(
            Buffer.concat([
              Buffer.from(
                head("206 Partial Content", {
                  "Content-Length": big.bytes.length - 10,
                  "Content-Range": `bytes 10-${big.bytes.length - 1}/${big.bytes.length}`,
                }),
              ),
              big.bytes.subarray(10),
            ]),
          );
      },
      async (_, url) => {
        expectRefusal(await install(url, ["big"]), /./, big.filename);
      },
    ));

  test.concurrent("a wheel without end is stopped at the size that the page names", () => {
    let sent = 0;
    return withIndex(
      (request) =>
        request.url.endsWith(".whl")
          ? new Response(
              new ReadableStream({
                pull(controller) {
                  sent += 1 << 16;
                  controller.enqueue(new Uint8Array(1 << 16));
                },
              }),
            )
          : undefined,
      async (index) => {
        expectRefusal(await install(index.url, ["demo"]), /./, demo.filename);
        expect(sent).toBeLessThan(64 << 20);
      },
    );
  });
});

describe("a page that is too much", () => {
  test.concurrent("a page that unpacks beyond 128 MiB is refused in little memory", () => {
    // Gzip of gzip-friendly bytes: 200 MiB in some hundred kilobytes.
    const piece = Buffer.alloc(8 << 20, 0x20);
    const body = gzipSync(
      Buffer.concat([Buffer.from('{"meta":'), ...Array.from({ length: 25 }, () => piece)]),
      { level: 9 },
    );
    return withIndex(
      (request) =>
        isPage(request)
          ? new Response(body, { headers: { "content-type": json, "content-encoding": "gzip" } })
          : undefined,
      async (index) => {
        expectRefusal(
          await install(index.url, ["demo"], { PKM_HTTP_TIMEOUT: "10" }),
          "response-too-large",
          "/simple/demo/",
        );
      },
    );
  });

  test.concurrent("a page that is sent without end is cut at the same limit", () => {
    let sent = 0;
    return withIndex(
      (request) =>
        isPage(request)
          ? new Response(
              new ReadableStream({
                pull(controller) {
                  sent += 1 << 20;
                  controller.enqueue(piece);
                },
              }),
              { headers: { "content-type": "text/html" } },
            )
          : undefined,
      async (index) => {
        expectRefusal(
          await install(index.url, ["demo"], { PKM_HTTP_TIMEOUT: "10" }),
          "response-too-large",
          "/simple/demo/",
        );
        expect(sent).toBeLessThan(256 << 20);
      },
    );
  });
  const piece = new Uint8Array(1 << 20).fill(0x20);

  for (const kind of ["HTML", "JSON"])
    test.concurrent(`60,000 links are read (${kind})`, () => {
      const names = Array.from({ length: 60_000 }, (_, at) => `demo-0.${at}-py3-none-any.whl`);
      const files = [...names, demo.filename];
      const body =
        kind === "HTML"
          ? files
              .map((name) => `<a href="/files/${name}#sha256=${demo.sha256}">${name}</a>`)
              .join("\n")
          : JSON.stringify({
              meta: { "api-version": "1.0" },
              name: "demo",
              files: files.map((filename) => ({
                filename,
                url: `/files/${filename}`,
                hashes: { sha256: demo.sha256 },
              })),
            });
      return withIndex(
        (request) =>
          isPage(request)
            ? new Response(body, {
                headers: { "content-type": kind === "HTML" ? "text/html" : json },
              })
            : undefined,
        async (index) => {
          expectSuccess(await install(index.url, ["demo"], { PKM_HTTP_TIMEOUT: "20" }));
        },
      );
    });
});

describe("an index in a bad state", () => {
  test.concurrent("a broken first index is told, not passed over for the second (a name could be taken there)", () =>
    withIndex(
      () => new Response("no", { status: 500 }),
      async (broken) =>
        withIndex(
          () => undefined,
          async (index) => {
            const run = await install(index.url, ["--extra-index-url", broken.url, "demo"]);
            expectRefusal(run, "index-failed", broken.url);
          },
        ),
    ));

  test.concurrent("a project in quarantine is refused, an archived one warned of", async () => {
    const index = serveIndex([fileOf(demo), fileOf(big)], {
      status: { demo: { status: "quarantined", reason: "malware" }, big: { status: "archived" } },
    });
    try {
      expectRefusal(await install(index.url, ["demo"]), /./, "demo", "quarantined");
      const run = await install(index.url, ["big"]);
      expectSuccess(run);
      expect(run.stderr).toContain("archived");
    } finally {
      index.stop();
    }
  });
});

test("after all that, the environment holds nothing", () => {
  expect(installedIn(empty)).toEqual([]);
  expect(
    Object.keys(snapshot(`${sandbox.folder}/home`)).filter((path) => !path.startsWith(".")),
  ).toEqual([]);
});
