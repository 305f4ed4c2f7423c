import { describe, expect, test } from "bun:test";
import { laterRefusal } from "#base/refusal";
import { MemoryClock } from "#platform/memory/clock";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { MemoryNetwork, type MemoryAnswer } from "#platform/memory/network";
import { MemoryProcesses } from "#platform/memory/processes";
import type { NetworkRequest } from "#platform/ports";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { HttpClient, type GetRequest, type PackedAnswer } from "./client.ts";
import type { DownloadSink } from "./download.ts";
import type { HttpEvent } from "./events.ts";
import { PageCache, tailInMemory } from "./page-cache.ts";
import { defaultHttpSettings, type HttpSettings } from "./settings.ts";

const page: GetRequest = { cache: "page", limit: 1000 };
const plain: GetRequest = { cache: "none", limit: 1000 };
const url = "https://index.example/simple/demo/";

type Script = (request: NetworkRequest, position: number) => MemoryAnswer | Promise<MemoryAnswer>;

function world(
  answer: Script,
  settings: Partial<HttpSettings> = {},
  env: Record<string, string> = {},
) {
  const network = new MemoryNetwork(answer);
  const clock = new MemoryClock();
  const files = new MemoryFiles();
  const host = memoryHost({ env });
  const processes = new MemoryProcesses();
  const events: HttpEvent[] = [];
  const everything = {
    network,
    clock,
    files,
    host,
    processes,
    hashing: new RealHashing(),
    inflate: new RealInflate(),
  };
  const client = new HttpClient(
    { ...defaultHttpSettings(host), cacheFolder: "/cache", random: () => 1, ...settings },
    everything,
    (event) => events.push(event),
  );
  return { client, network, clock, files, events };
}

/** Lets everything that waits for nothing happen, and whenever all wait for the clock, moves it to the next waker. */
async function settle<T>(work: Promise<T>, clock: MemoryClock): Promise<T> {
  let isDone = false;
  const done = (): void => {
    isDone = true;
  };
  work.then(done, done);
  for (;;) {
    for (let turn = 0; turn < 50 && !isDone; turn++) await Promise.resolve();
    if (!isDone) await new Promise((resolve) => setImmediate(resolve));
    if (isDone) return work;
    const { next } = clock.pending;
    if (next !== undefined) clock.advance(next - clock.now());
  }
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

class Collector implements DownloadSink {
  received = 0;
  restarts = 0;
  total: number | undefined;
  content = "";
  begin(total: number | undefined): void {
    this.total = total;
  }
  write(piece: Uint8Array): void {
    this.content += text(piece);
    this.received += piece.length;
  }
  restart(): void {
    this.content = "";
    this.received = 0;
    this.restarts++;
  }
}

describe("the cache", () => {
  test("answers from disk while max-age lasts, without a request and without a promise", async () => {
    const { client, network, clock } = world(() => ({
      body: "one",
      headers: { "cache-control": "max-age=600", "content-type": "text/html" },
    }));
    await client.get(url, page);
    clock.advance(599_000);
    const cached = client.cached(url, page);
    expect(cached === undefined ? undefined : text(cached.body)).toBe("one");
    expect(cached?.contentType).toBe("text/html");
    expect(text((await client.get(url, page)).body)).toBe("one");
    expect(network.requests).toHaveLength(1);
  });

  test("asks by ETag and date when the answer is old, and keeps the body of a 304", async () => {
    const { client, network, clock } = world((request) =>
      request.headers["if-none-match"] === '"a"'
        ? { status: 304, headers: { "cache-control": "max-age=60" } }
        : {
            body: "one",
            headers: {
              "cache-control": "max-age=600",
              etag: '"a"',
              "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
            },
          },
    );
    await client.get(url, page);
    clock.advance(601_000);
    expect(client.cached(url, page)).toBeUndefined();
    expect(text((await client.get(url, page)).body)).toBe("one");
    expect(network.requests[1]?.headers["if-modified-since"]).toBe("Thu, 01 Jan 2026 00:00:00 GMT");
    // The 304 has made it fresh again, and its validators are those of the first answer.
    expect(client.cached(url, page)).toBeDefined();
    clock.advance(61_000);
    await client.get(url, page);
    expect(network.requests).toHaveLength(3);
    expect(network.requests[2]?.headers["if-none-match"]).toBe('"a"');
  });

  test("keeps the validators of a 304 that has others", async () => {
    const { client, network, clock } = world((_, position) => ({
      ...(position === 0 ? { body: "one" } : { status: 304 }),
      headers: { "cache-control": "max-age=60", etag: position === 0 ? '"a"' : '"b"' },
    }));
    for (let visit = 0; visit < 3; visit++) {
      expect(text((await client.get(url, page)).body)).toBe("one");
      clock.advance(61_000);
    }
    expect(network.requests.map(({ headers }) => headers["if-none-match"])).toEqual([
      undefined,
      '"a"',
      '"b"',
    ]);
  });

  test.each([
    ["no-store", { "cache-control": "no-store, max-age=600", etag: '"a"' }, 2],
    ["no-cache", { "cache-control": "no-cache", etag: '"a"' }, 2],
    ["nothing to go by", {}, 2],
    ["Expires", { expires: "Thu, 01 Jan 2026 01:00:00 GMT" }, 1],
    ["an age that has used it up", { "cache-control": "max-age=600", age: "600" }, 2],
  ])("%s: decides whether a second request is made", async (_, headers, requests) => {
    const { client, network } = world(() => ({
      body: "one",
      headers: headers as Record<string, string>,
    }));
    await client.get(url, page);
    await client.get(url, page);
    expect(network.requests).toHaveLength(requests);
  });

  test("an answer without a word on caching is asked for again, and serves offline", async () => {
    const online = world(() => ({ body: "one" }));
    await online.client.get(url, page);
    await online.client.get(url, page);
    expect(online.network.requests).toHaveLength(2);
    expect(online.client.stored(url, page)).toBeDefined();
    expect(online.client.cached(url, page)).toBeUndefined();
  });

  test("an immutable answer is never asked for again", async () => {
    const { client, network, clock } = world(() => ({ body: "one" }));
    await client.get(url, { cache: "immutable", limit: 10 });
    clock.advance(1e12);
    await client.get(url, { cache: "immutable", limit: 10 });
    expect(network.requests).toHaveLength(1);
  });

  test("a torn, foreign or flipped file is a miss and is replaced", async () => {
    const { client, network, files } = world(() => ({
      body: "one",
      headers: { "cache-control": "max-age=600" },
    }));
    await client.get(url, page);
    const [entry] = files.list("/cache");
    const path = `/cache/${entry?.name}`;
    const good = files.read(path);
    const flipped = good.slice();
    flipped[flipped.length - 1] = (flipped.at(-1) as number) ^ 1;
    let requests = 1;
    for (const bad of [
      good.slice(0, -1),
      good.slice(0, 10),
      new Uint8Array(0),
      flipped,
      "something else",
    ]) {
      files.write(path, bad);
      expect(text((await client.get(url, page)).body)).toBe("one");
      expect(network.requests).toHaveLength(++requests);
      expect(files.read(path)).toEqual(good);
    }
    expect(files.list("/cache")).toHaveLength(1);
  });

  test("a cache that cannot be written changes nothing but speed", async () => {
    const { client, files } = world(() => ({
      body: "one",
      headers: { "cache-control": "max-age=600" },
    }));
    files.write("/cache", "a file in the way");
    expect(text((await client.get(url, page)).body)).toBe("one");
  });

  test("pages of two users do not mix", async () => {
    const { client } = world((request) => ({
      body: request.headers.authorization ?? "nobody",
      headers: { "cache-control": "max-age=600" },
    }));
    const ada = await client.get("https://ada:x@index.example/simple/demo/", page);
    const bob = await client.get("https://bob:x@index.example/simple/demo/", page);
    expect(text(ada.body)).not.toBe(text(bob.body));
  });

  test("an encoded body is made once and comes back from disk with its tail", async () => {
    let made = 0;
    const request: GetRequest = {
      ...page,
      encode: {
        format: "halves",
        encode: ({ body }) => {
          made++;
          return { body: body.subarray(0, 3), tail: body.subarray(3) };
        },
      },
    };
    const { client } = world(() => ({
      body: "headtail",
      headers: { "cache-control": "max-age=600" },
    }));
    for (const answer of [await client.get(url, request), await client.get(url, request)]) {
      expect(text(answer.body)).toBe("hea");
      expect(text(answer.tail.read(1, 4) as Uint8Array)).toBe("tail");
    }
    expect(made).toBe(1);
  });
});

describe("a body of which only a part was wanted", () => {
  const halves = ({ body }: { readonly body: Uint8Array }) => ({
    body: body.subarray(0, 3),
    tail: body.subarray(3),
  });
  /** Answers the first letter with an `x`, and keeps both with the whole as it came. */
  const elsewhere = (files: MemoryFiles) => async (answer: PackedAnswer) => {
    const { keep, contentType, url: address } = answer;
    if (keep === undefined) throw new Error("it was not to be kept");
    const { folder, tag, key, freshness, status } = keep;
    const cache = new PageCache(folder, tag, {
      files,
      hashing: new RealHashing(),
      inflate: new RealInflate(),
    });
    const body = answer.body.subarray(0, 1);
    const tail = new TextEncoder().encode("x");
    const both = Buffer.concat([tail, Bun.gzipSync(answer.body as Uint8Array<ArrayBuffer>)]);
    const kept = { freshness, status, url: address, contentType, body, tail: tailInMemory(both) };
    cache.write(key, { ...kept, part: { of: "the first", length: 1 } });
    return { body, tail, isPart: true };
  };
  const freshHeaders = { "cache-control": "max-age=600", etag: '"a"' };

  test("is there again for whoever wants it, whole for others, and made so once", async () => {
    let made = 0;
    const { client, files, network, clock } = world((request) =>
      request.headers["if-none-match"] === '"a"'
        ? { status: 304, headers: freshHeaders }
        : { body: "headtail", headers: freshHeaders },
    );
    const encode = (answer: { readonly body: Uint8Array }): ReturnType<typeof halves> => {
      made++;
      return halves(answer);
    };
    const request: GetRequest = { ...page, encode: { format: "halves", encode } };
    const partly = {
      format: "halves",
      part: "the first",
      encode,
      elsewhere: elsewhere(files),
    };
    expect(text((await client.get(url, { ...page, encode: partly })).body)).toBe("h");
    const again = client.cached(url, { ...page, encode: partly });
    expect(text(again?.body as Uint8Array)).toBe("h");
    expect(text(again?.tail.read(0, 1) as Uint8Array)).toBe("x");
    expect(made).toBe(0);
    clock.advance(1e9);
    for (let time = 0; time < 3; time++) {
      const answer = await client.get(url, request);
      expect(text(answer.body)).toBe("hea");
      expect(text(answer.tail.read(1, 4) as Uint8Array)).toBe("tail");
    }
    expect(made).toBe(1);
    expect(network.requests).toHaveLength(2);
  });

  test("is asked for again where what was kept cannot be read", async () => {
    const { client, files, network } = world(() => ({ body: "headtail", headers: freshHeaders }));
    const partly = { format: "halves", encode: halves, elsewhere: elsewhere(files) };
    await client.get(url, { ...page, encode: partly });
    const strict: GetRequest = { ...page, limit: 4, encode: { format: "halves", encode: halves } };
    expect(client.cached(url, strict)).toBeUndefined();
    expect(files.list("/cache")).toEqual([]);
    const again = await client.get(url, { ...page, encode: { format: "halves", encode: halves } });
    expect(text(again.body)).toBe("hea");
    expect(network.requests).toHaveLength(2);
  });
});

describe("offline", () => {
  test("an old answer will do, and what is not there says so", async () => {
    const { client, clock, files, network } = world(() => ({
      body: "one",
      headers: { "cache-control": "max-age=1" },
    }));
    await client.get(url, page);
    clock.advance(1e9);
    const offline = world(() => ({}), { offline: true });
    for (const { name } of files.list("/cache")) {
      offline.files.makeFolders("/cache");
      offline.files.write(`/cache/${name}`, files.read(`/cache/${name}`));
    }
    expect(text((await offline.client.get(url, page)).body)).toBe("one");
    const error = await laterRefusal(
      offline.client.get("https://u:secret@index.example/other", page),
    );
    expect(error.code).toBe("offline");
    expect(error.what).not.toContain("secret");
    expect(offline.network.requests).toHaveLength(0);
    expect(network.requests).toHaveLength(1);
  });
});

describe("retries", () => {
  test("three, with longer pauses each time", async () => {
    const { client, network, clock, events } = world((_, position) =>
      position < 3 ? { status: 503 } : { body: "at last" },
    );
    const start = clock.now();
    expect(text((await settle(client.get(url, plain), clock)).body)).toBe("at last");
    expect(network.requests).toHaveLength(4);
    expect(clock.now() - start).toBe(250 + 500 + 1000);
    expect(events.map((event) => event.type)).toEqual([
      "request-retried",
      "request-retried",
      "request-retried",
    ]);
  });

  test("jitter shortens a pause by no more than half", async () => {
    const { client, clock } = world((_, position) => (position < 1 ? { status: 500 } : {}), {
      random: () => 0,
    });
    const start = clock.now();
    await settle(client.get(url, plain), clock);
    expect(clock.now() - start).toBe(125);
  });

  test.each([
    [500, "index-failed"],
    [502, "index-failed"],
    [408, "index-failed"],
    [429, "index-rate-limited"],
  ])("%d to the end is %s", async (status, code) => {
    const { client, network, clock } = world(() => ({ status }));
    const error = await laterRefusal(settle(client.get(url, plain), clock));
    expect(error.code).toBe(code);
    expect(error.what).toContain(String(status));
    expect(error.what).toContain("index.example");
    expect(network.requests).toHaveLength(4);
  });

  test.each([
    [401, "index-forbidden"],
    [403, "index-forbidden"],
    [400, "request-refused"],
    [451, "request-refused"],
  ])("%d is %s at once", async (status, code) => {
    const { client, network } = world(() => ({ status }));
    expect((await laterRefusal(client.get(url, plain))).code).toBe(code);
    expect(network.requests).toHaveLength(1);
  });

  test("Retry-After is honoured, in seconds and as a date", async () => {
    const { client, clock } = world((_, position) => {
      if (position === 0) return { status: 429, headers: { "retry-after": "7" } };
      if (position === 1)
        return {
          status: 503,
          headers: { "retry-after": new Date(clock.now() + 9000).toUTCString() },
        };
      return {};
    });
    const start = clock.now();
    await settle(client.get(url, plain), clock);
    expect(clock.now() - start).toBe(16_000);
  });

  test("a Retry-After of an hour is not waited for, and the error tells it", async () => {
    const { client, network, clock } = world(() => ({
      status: 429,
      headers: { "retry-after": "3600" },
    }));
    const start = clock.now();
    const error = await laterRefusal(client.get(url, plain));
    expect(error.code).toBe("index-rate-limited");
    expect(error.why).toContain("3600 seconds");
    expect(network.requests).toHaveLength(1);
    expect(clock.now()).toBe(start);
  });

  test("a refused connection is tried again and named in the end", async () => {
    const { client, network, clock } = world(() => ({ fails: "ECONNREFUSED" }));
    const error = await laterRefusal(settle(client.get(url, plain), clock));
    expect(error.code).toBe("index-unreachable");
    expect(error.why).toContain("connection refused");
    expect(network.requests).toHaveLength(4);
  });

  test("an untrusted certificate is not tried again", async () => {
    const { client, network } = world(() => ({ fails: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }));
    const error = await laterRefusal(client.get(url, plain));
    expect(error.code).toBe("tls-untrusted");
    expect(network.requests).toHaveLength(1);
  });

  test("a proxy or certificate file that cannot be used is said at once, without another attempt", async () => {
    for (const [settings, code] of [
      [{ proxy: "socks5://proxy.example:1080" }, "bad-proxy"],
      [{ certificates: "/missing.pem" }, "bad-certificate-file"],
    ] as const) {
      const { client, clock, network, events } = world(() => ({ body: "one" }), settings);
      const error = await laterRefusal(settle(client.get(url, plain), clock));
      expect(error.code).toBe(code);
      expect(network.requests).toHaveLength(0);
      expect(events).toEqual([]);
    }
  });

  test.each([["before"], [3]] as const)(
    "a hang (%p) ends within three times the limit",
    async (hangs) => {
      const { client, network, clock } = world(() => ({ hangs, body: "abcdef" }), {
        timeout: 3000,
      });
      const start = clock.now();
      const error = await laterRefusal(settle(client.get(url, plain), clock));
      expect(error.code).toBe("index-unreachable");
      expect(error.why).toContain("PKM_HTTP_TIMEOUT");
      expect(network.requests).toHaveLength(3);
      expect(clock.now() - start).toBe(9000);
    },
  );

  test("redirects that each take nearly the limit do not add up for ever", async () => {
    const { client, clock, network } = world(
      async (_, position) => {
        if (position % 20 === 19) return { hangs: "before" };
        await clock.sleep(2900);
        return { status: 302, headers: { location: `/${position}` } };
      },
      { timeout: 3000 },
    );
    const start = clock.now();
    await laterRefusal(settle(client.get(url, plain), clock));
    expect(clock.now() - start).toBeLessThanOrEqual(120_000);
    expect(network.requests.length).toBeLessThanOrEqual(40);
  });

  test("PKM_HTTP_TIMEOUT is read, and nonsense refused", () => {
    expect(defaultHttpSettings(memoryHost({ env: { PKM_HTTP_TIMEOUT: "2.5" } })).timeout).toBe(
      2500,
    );
    expect(defaultHttpSettings(memoryHost()).timeout).toBe(30_000);
    for (const nonsense of ["soon", "0", "-1"])
      expect(() =>
        defaultHttpSettings(memoryHost({ env: { PKM_HTTP_TIMEOUT: nonsense } })),
      ).toThrow(nonsense);
  });
});

describe("redirects", () => {
  test("are followed, and the answer knows where it came from", async () => {
    const { client } = world((request) =>
      request.url.endsWith("/moved/")
        ? { body: "here" }
        : { status: 301, headers: { location: "/simple/moved/" } },
    );
    const answer = await client.get(url, plain);
    expect(answer.url).toBe("https://index.example/simple/moved/");
  });

  test("in a circle are named with the whole circle", async () => {
    const { client, network } = world((request) => ({
      status: 302,
      headers: { location: request.url.endsWith("/a") ? "/b" : "/a" },
    }));
    const error = await laterRefusal(client.get("https://index.example/a", plain));
    expect(error.code).toBe("redirect-loop");
    expect(error.why).toBe(
      "`https://index.example/a` leads to `https://index.example/b` leads to `https://index.example/a`",
    );
    expect(network.requests).toHaveLength(2);
  });

  test("without end stop after twenty", async () => {
    const { client, network } = world((_, position) => ({
      status: 302,
      headers: { location: `/${position}` },
    }));
    expect((await laterRefusal(client.get(url, plain))).code).toBe("redirect-loop");
    expect(network.requests).toHaveLength(21);
  });

  test.each([
    ["file:///etc/passwd", "only http and https"],
    ["ftp://index.example/x", "only http and https"],
    ["http://index.example/x", "encrypted"],
  ])("to %s are refused", async (location, why) => {
    const { client, network } = world(() => ({ status: 302, headers: { location } }));
    const error = await laterRefusal(client.get(url, plain));
    expect(error.code).toBe("redirect-refused");
    expect(error.why).toContain(why);
    expect(network.requests).toHaveLength(1);
  });

  test("take no credentials to another origin, not even to another port", async () => {
    for (const target of ["https://elsewhere.example/", "https://index.example:8443/"]) {
      const { client, network } = world((request) =>
        request.url === target ? { body: "x" } : { status: 307, headers: { location: target } },
      );
      await client.get("https://ada:secret@index.example/simple/", plain);
      expect(network.requests[0]?.headers.authorization).toBe(`Basic ${btoa("ada:secret")}`);
      expect(network.requests[1]?.headers.authorization).toBeUndefined();
      expect(network.requests.map((request) => request.url).join()).not.toContain("secret");
    }
  });

  test("may bring credentials for their own target", async () => {
    const { client, network } = world((request) =>
      request.url.includes("files.example")
        ? { body: "x" }
        : { status: 302, headers: { location: "https://bob:token@files.example/f" } },
    );
    await client.get(url, plain);
    expect(network.requests[1]?.headers.authorization).toBe(`Basic ${btoa("bob:token")}`);
  });
});

describe("limits", () => {
  test("a body beyond its limit is refused by name and number", async () => {
    const { client } = world(() => ({ body: "x".repeat(1001) }));
    const error = await laterRefusal(client.get("https://ada:secret@index.example/", plain));
    expect(error.code).toBe("response-too-large");
    expect(`${error.what}${error.why}`).toContain("1000");
    expect(error.what).not.toContain("secret");
  });

  test("at most fifty exchanges with one host are open at once, and all come through", async () => {
    const { client, network } = world(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return { body: "x" };
    });
    const urls = Array.from({ length: 130 }, (_, i) => `https://index.example/${i}`);
    const answers = await Promise.all(urls.map((each) => client.get(each, plain)));
    expect(answers).toHaveLength(130);
    expect(network.mostOpen).toBe(50);
  });

  test("the whole file in answer to a range is not read", async () => {
    const { client } = world(() => ({ body: "x".repeat(5000) }));
    const answer = await client.get(url, { cache: "none", range: "-10", limit: 10 });
    expect([answer.status, answer.body.length]).toEqual([200, 0]);
  });
});

describe("credentials", () => {
  test("a 401 asks the keyring once for many requests, and the answer serves the origin from then on", async () => {
    const processes = new MemoryProcesses({
      "/bin/keyring": () => ({ stdout: JSON.stringify({ username: "ada", password: "pw" }) }),
    });
    const files = new MemoryFiles();
    files.makeFolders("/bin");
    files.write("/bin/keyring", "", { mode: 0o777 });
    files.chmod("/bin/keyring", 0o755);
    const host = memoryHost({ env: { PATH: "/nowhere:/bin" } });
    const network = new MemoryNetwork((request) =>
      request.headers.authorization === `Basic ${btoa("ada:pw")}`
        ? { body: "in" }
        : { status: 401 },
    );
    const client = new HttpClient(
      { ...defaultHttpSettings(host), keyring: "subprocess" },
      {
        network,
        files,
        host,
        processes,
        clock: new MemoryClock(),
        hashing: new RealHashing(),
        inflate: new RealInflate(),
      },
    );
    const [a, b] = await Promise.all([client.get(url, plain), client.get(`${url}x`, plain)]);
    expect([text(a.body), text(b.body)]).toEqual(["in", "in"]);
    expect(processes.calls).toHaveLength(1);
    expect(processes.calls[0]?.argv.slice(1)).toEqual([
      "--mode=creds",
      "--output=json",
      "get",
      "index.example",
    ]);
    await client.get(`${url}y`, plain);
    expect(network.requests).toHaveLength(5);
  });

  test("credentials that are refused are told apart from none, and not shown", async () => {
    const { client } = world(() => ({ status: 401 }), { keyring: "disabled" });
    const error = await laterRefusal(client.get("https://ada:wrong@index.example/simple/", plain));
    expect(error.code).toBe("index-forbidden");
    expect(error.why).toContain("not accepted");
    expect(JSON.stringify([error.what, error.why, error.fix])).not.toContain("wrong");
  });

  test("what the server says about a refusal is told, without its control characters", async () => {
    const { client } = world(() => ({
      status: 403,
      headers: { "content-type": "application/problem+json" },
      body: JSON.stringify({ title: "Held", detail: "until \u001b[31mFriday" }),
    }));
    const error = await laterRefusal(client.get(url, plain));
    expect(error.why).toContain("the server says: Held: until  [31mFriday");
  });
});

describe("downloads", () => {
  const content = "0123456789".repeat(10);
  const ranged: Script = (request) => {
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    return start === 0
      ? { body: content, headers: { etag: '"v1"', "content-length": "100" } }
      : {
          status: 206,
          body: content.slice(start),
          headers: {
            etag: '"v1"',
            "content-range": `bytes ${start}-99/100`,
            "content-length": String(100 - start),
          },
        };
  };

  test("go on where the connection broke, guarded by the validator", async () => {
    const { client, network, clock } = world((request, position) => ({
      ...(ranged(request, position) as MemoryAnswer),
      ...(position === 0 ? { cutAfter: 40 } : {}),
    }));
    const sink = new Collector();
    await settle(client.download(url, sink), clock);
    expect(sink.content).toBe(content);
    expect(sink.restarts).toBe(0);
    expect(network.requests[1]?.headers).toMatchObject({ range: "bytes=40-", "if-range": '"v1"' });
  });

  test("begin anew when the server has another file by then", async () => {
    const { client, clock } = world((_, position) =>
      position === 0
        ? { body: "old", headers: { etag: '"v1"' }, cutAfter: 2 }
        : { body: "new file", headers: { etag: '"v2"' } },
    );
    const sink = new Collector();
    await settle(client.download(url, sink), clock);
    expect([sink.content, sink.restarts]).toEqual(["new file", 1]);
  });

  test("that a server keeps cutting off end with the number of bytes", async () => {
    const { client, clock, network } = world(() => ({ body: content, cutAfter: 7 }));
    const error = await laterRefusal(settle(client.download(url, new Collector()), clock));
    expect(error.code).toBe("download-cut-off");
    expect(error.what).toContain("7 bytes");
    expect(network.requests).toHaveLength(4);
  });

  test("a body shorter than promised counts as cut off", async () => {
    const { client, clock } = world((_, position) =>
      position === 0
        ? { body: "abc", headers: { "content-length": "6" } }
        : {
            status: 206,
            body: "def",
            headers: { "content-range": "bytes 3-5/6", "content-length": "3" },
          },
    );
    const sink = new Collector();
    await settle(client.download(url, sink), clock);
    expect(sink.content).toBe("abcdef");
  });

  test("a range that begins elsewhere is refused", async () => {
    const { client, clock } = world((_, position) =>
      position === 0
        ? { body: "abc", cutAfter: 3, headers: { "content-length": "6" } }
        : { status: 206, body: "abc", headers: { "content-range": "bytes 0-2/6" } },
    );
    const error = await laterRefusal(settle(client.download(url, new Collector()), clock));
    expect(error.code).toBe("bad-answer");
  });

  test("a server that drips for ever is given up after ten limits", async () => {
    const { client, clock, network } = world(
      () => ({
        async *pieces() {
          for (;;) {
            await clock.sleep(1000);
            yield new Uint8Array(1);
          }
        },
      }),
      { timeout: 3000 },
    );
    const start = clock.now();
    const error = await laterRefusal(settle(client.download(url, new Collector()), clock));
    expect(error.code).toBe("index-unreachable");
    expect(network.requests).toHaveLength(1);
    expect(clock.now() - start).toBeLessThanOrEqual(33_000);
  });

  test("a server that is slow but steady is waited for, however long it takes", async () => {
    const { client, clock } = world(
      () => ({
        async *pieces() {
          for (let at = 0; at < 100; at++) {
            await clock.sleep(2900);
            yield new Uint8Array(2000);
          }
        },
      }),
      { timeout: 3000 },
    );
    const sink = new Collector();
    await settle(client.download(url, sink), clock);
    expect(sink.received).toBe(200_000);
  });
});
