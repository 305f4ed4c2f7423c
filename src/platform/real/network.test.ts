import { afterAll, describe, expect, test } from "bun:test";
import { createServer, type AddressInfo, type Socket } from "node:net";
import {
  gzipSync,
  zstdCompressSync,
  brotliCompressSync,
  deflateSync,
  deflateRawSync,
} from "node:zlib";
import { authority, serverCertificate, serverKey } from "./imagined-authority.ts";
import { RealNetwork } from "./network.ts";

const network = new RealNetwork();
const closers: (() => void)[] = [];
afterAll(() => {
  for (const close of closers) close();
});

function serve(handler: (request: Request) => Response | Promise<Response>, tls?: object): string {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: handler,
    ...(tls === undefined ? {} : { tls }),
  });
  closers.push(() => void server.stop(true));
  return `${tls === undefined ? "http" : "https"}://127.0.0.1:${server.port}`;
}

/** A server that writes what it is told, well-formed or not. */
async function serveRaw(respond: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => respond(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  closers.push(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const get = (url: string, more: object = {}) =>
  network.send({ method: "GET", url, headers: {}, ...more });
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => "no error",
    (error: { readonly code?: unknown }) => error.code,
  );
}

describe("a body", () => {
  const content = Buffer.from("a page of text ".repeat(1000));
  const packed = {
    gzip: gzipSync(content),
    "x-gzip": gzipSync(content),
    deflate: deflateSync(content),
    br: brotliCompressSync(content),
    zstd: zstdCompressSync(content),
    "gzip, br": brotliCompressSync(gzipSync(content)),
    identity: content,
  };
  test.each(Object.entries(packed))(
    "in %s is decoded, as a whole and as a stream",
    async (encoding, body) => {
      const url = serve(
        () => new Response(new Uint8Array(body), { headers: { "content-encoding": encoding } }),
      );
      expect(text(await (await get(url)).bytes(content.length))).toBe(content.toString());
      const pieces: Uint8Array[] = [];
      for await (const piece of (await get(url)).body ?? []) pieces.push(piece);
      expect(Buffer.concat(pieces).toString()).toBe(content.toString());
    },
  );

  test("in bare deflate, as some servers send it, is decoded", async () => {
    const url = serve(
      () => new Response(deflateRawSync(content), { headers: { "content-encoding": "deflate" } }),
    );
    expect((await (await get(url)).bytes(content.length)).length).toBe(content.length);
  });

  test.each(Object.entries(packed))("in %s beyond the limit is refused", async (encoding, body) => {
    const url = serve(
      () => new Response(new Uint8Array(body), { headers: { "content-encoding": encoding } }),
    );
    expect(await errorOf((await get(url)).bytes(content.length - 1))).toBeInstanceOf(RangeError);
  });

  test("that unpacks a thousandfold is refused before it is unpacked", async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 2 ** 20));
    const url = serve(() => new Response(bomb, { headers: { "content-encoding": "gzip" } }));
    expect(await errorOf((await get(url)).bytes(128 * 2 ** 20))).toBeInstanceOf(RangeError);
  });

  test("of gzip in two members is one text", async () => {
    const url = serve(
      () =>
        new Response(Buffer.concat([gzipSync("one "), gzipSync("two")]), {
          headers: { "content-encoding": "gzip" },
        }),
    );
    expect(text(await (await get(url)).bytes(100))).toBe("one two");
  });

  test("that is not what its encoding says fails with a code", async () => {
    const url = serve(
      () => new Response("not compressed at all", { headers: { "content-encoding": "gzip" } }),
    );
    expect(await codeOf((await get(url)).bytes(100))).toBe("ZlibError");
  });

  test("tells its progress when it is long", async () => {
    const url = serve(() => new Response(Buffer.alloc(1 << 20)));
    let told = 0;
    let times = 0;
    const onProgress = (bytes: number): void => {
      told += bytes;
      times++;
    };
    await (await get(url, { onProgress })).bytes(1 << 21);
    expect(told).toBe(1 << 20);
    expect(times).toBeGreaterThan(1);
  });
});

describe("a server that", () => {
  test("redirects is not followed", async () => {
    const url = serve(() => new Response(null, { status: 302, headers: { location: "/x" } }));
    const response = await get(url);
    expect([response.status, response.headers.get("location")]).toEqual([302, "/x"]);
  });

  test.each([
    ["cuts off a body of known length", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello"],
    [
      "cuts off a chunked body",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    ],
  ])("%s is noticed", async (_, answer) => {
    const url = await serveRaw((socket) => {
      socket.end(answer);
    });
    expect(await codeOf(get(url).then((response) => response.bytes(1000)))).toBe("ECONNRESET");
  });

  test("answers nothing at all, or no HTTP, is told apart", async () => {
    expect(await codeOf(get(await serveRaw((socket) => socket.destroy())))).toBe("ECONNRESET");
    const garbage = await serveRaw((socket) => {
      socket.end("SSH-2.0-OpenSSH\r\n\r\n");
    });
    expect(await codeOf(get(garbage))).toBe("Malformed_HTTP_Response");
  });

  test("hangs is left when the signal says so", async () => {
    const url = await serveRaw((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello");
    });
    const abort = new AbortController();
    const response = await get(url, { signal: abort.signal });
    const body = response.bytes(1000);
    abort.abort(new Error("enough"));
    expect(String(await errorOf(body))).toContain("enough");
  });
});

describe("a proxy", () => {
  test("is used when the request names it, and not because the environment does", async () => {
    const proxy = serve((request) => new Response(`proxied ${request.url}`));
    const direct = serve(() => new Response("direct"));
    process.env.http_proxy = proxy;
    try {
      expect(text(await (await get(direct)).bytes(100))).toBe("direct");
      expect(process.env.http_proxy).toBe(proxy);
      const through = await get("http://index.example/x", { proxy });
      expect(text(await through.bytes(100))).toContain("proxied");
    } finally {
      delete process.env.http_proxy;
    }
  });
});

describe("a careful request", () => {
  test("hands out everything that came before the connection broke", async () => {
    const url = await serveRaw((socket) => {
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n${"x".repeat(180_000)}`);
    });
    for (let round = 0; round < 5; round++) {
      const response = await get(url, { isCareful: true });
      let received = 0;
      const failure = await errorOf(
        (async () => {
          for await (const piece of response.body ?? []) received += piece.length;
        })(),
      );
      expect(failure).toBeInstanceOf(Error);
      expect(received).toBe(180_000);
    }
  });

  test("follows no redirect and hangs no longer than its signal allows", async () => {
    const url = serve(() => new Response(null, { status: 302, headers: { location: "/x" } }));
    const response = await get(url, { isCareful: true });
    expect([response.status, response.headers.get("location")]).toEqual([302, "/x"]);
    const hanging = await serveRaw(() => {});
    const abort = new AbortController();
    const work = get(hanging, { isCareful: true, signal: abort.signal });
    abort.abort();
    expect(await errorOf(work)).toBeInstanceOf(Error);
  });
});

describe.each([
  ["by fetch", {}],
  ["carefully", { isCareful: true }],
])("TLS %s", (_, way) => {
  const get = (url: string, more: object = {}) =>
    network.send({ method: "GET", url, headers: {}, ...way, ...more });

  const secure = (): string =>
    serve(() => new Response("secret"), { key: serverKey, cert: serverCertificate });

  test("refuses an authority nobody knows", async () => {
    const code = await codeOf(get(secure()));
    expect(String(code)).toMatch(
      /^(?:UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)$/,
    );
  });

  test("trusts an authority that the request names, beside the system's", async () => {
    const response = await get(secure(), { tls: { extraRoots: [authority] } });
    expect(text(await response.bytes(100))).toBe("secret");
  });

  test("verifies nothing for a trusted host", async () => {
    const response = await get(secure(), { tls: { verify: false } });
    expect(text(await response.bytes(100))).toBe("secret");
  });

  test("shows the client's certificate to a server that asks for one", async () => {
    const url = serve(() => new Response("known"), {
      key: serverKey,
      cert: serverCertificate,
      ca: authority,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const tls = {
      extraRoots: [authority],
      clientCertificate: serverCertificate,
      clientKey: serverKey,
    };
    expect(text(await (await get(url, { tls })).bytes(100))).toBe("known");
    expect(
      await codeOf(get(url, { tls: { extraRoots: [authority] } }).then((r) => r.bytes(10))),
    ).not.toBe("no error");
  });
});
