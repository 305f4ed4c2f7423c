import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { craftZip } from "#archive/crafted-zip";
import { PkmError } from "#base/errors";
import { craftWheel } from "#distribution/crafted-wheel";
import { HttpClient } from "#http/client";
import { defaultHttpSettings } from "#http/settings";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { MemoryProcesses } from "#platform/memory/processes";
import type { Clock } from "#platform/ports";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { RealNetwork } from "#platform/real/network";
import { normalizeName } from "#standards/name";
import { parseVersion } from "#standards/version";
import { ConfiguredRepositories } from "./configured-repositories.ts";
import type { ProjectFile, ProjectListing } from "./listing.ts";
import type { MetadataShelf } from "./metadata-source.ts";

/*
 * An index on loopback that is honest or not, as each test wants, and the real network. Pauses before a retry take
 * no time; time limits are tried with a scripted network in `http`.
 */

type Handler = (request: Request, path: string) => Response | Promise<Response> | undefined;

let handler: Handler = () => undefined;
const seen: {
  readonly path: string;
  readonly range: string | null;
  readonly authorization: string | null;
}[] = [];
const index = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
const elsewhere = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
afterAll(() => {
  void index.stop(true);
  void elsewhere.stop(true);
});
beforeEach(() => {
  seen.length = 0;
});

async function answer(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname;
  seen.push({
    path,
    range: request.headers.get("range"),
    authorization: request.headers.get("authorization"),
  });
  return (await handler(request, path)) ?? new Response("not here", { status: 404 });
}

const base = `http://127.0.0.1:${index.port}`;
const demo = normalizeName("demo");
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const json = { "content-type": "application/vnd.pypi.simple.v1+json" };

const quickClock: Clock = {
  now: () => Date.now(),
  isBefore: (moment) => Date.now() < moment,
  elapsed: () => performance.now(),
  sleep: (milliseconds, signal) =>
    milliseconds < 10_000
      ? Promise.resolve()
      : new Promise((_, reject) => {
          signal?.addEventListener("abort", () => reject(signal.reason as Error));
        }),
};

function open(
  url = `${base}/simple/`,
  shelf?: MetadataShelf,
  files = new MemoryFiles(),
  cacheFolder?: string,
) {
  const host = memoryHost();
  const world = {
    network: new RealNetwork(),
    clock: quickClock,
    files,
    host,
    processes: new MemoryProcesses(),
    hashing: new RealHashing(),
    inflate: new RealInflate(),
  };
  const indexes = [{ name: "main", url }];
  const client = new HttpClient(
    {
      ...defaultHttpSettings(host),
      indexes,
      keyring: "disabled",
      ...(cacheFolder === undefined ? {} : { cacheFolder }),
    },
    world,
  );
  const repositories = new ConfiguredRepositories(
    {
      indexes,
      findLinks: [],
      strategy: "first-index",
      trustedHosts: [],
      stagingFolder: "/staging",
    },
    { client, ...(shelf === undefined ? {} : { shelf }) },
    world,
  );
  return { repositories, files };
}

type Entry = { readonly filename: string; readonly [key: string]: unknown };

/** A page with one file, and the file with whatever the handler makes of it. */
function page(entry: Entry): Response {
  return Response.json(
    {
      meta: { "api-version": "1.1" },
      name: "demo",
      files: [{ url: `../../f/${entry.filename}`, hashes: {}, ...entry }],
    },
    { headers: json },
  );
}

async function fileOf(entry: Entry, serve: Handler, url?: string) {
  handler = (request, path) =>
    path.endsWith("/simple/demo/") ? page(entry) : serve(request, path);
  const opened = open(url);
  const listing = (await opened.repositories.listing(demo)) as ProjectListing;
  const file = listing.releases[0]?.files[0] as ProjectFile;
  seen.length = 0;
  return { ...opened, file };
}

/** Answers byte ranges as RFC 9110 says. */
function ranged(bytes: Uint8Array, request: Request): Response {
  const match = /^bytes=(\d*)-(\d*)$/.exec(request.headers.get("range") ?? "");
  const headers = { etag: '"v1"', "accept-ranges": "bytes" };
  if (match === null) return new Response(new Uint8Array(bytes), { headers });
  const [, from = "", to = ""] = match;
  const start = from === "" ? Math.max(0, bytes.length - Number(to)) : Number(from);
  const end = from === "" || to === "" ? bytes.length : Math.min(Number(to) + 1, bytes.length);
  return new Response(bytes.slice(start, end), {
    status: 206,
    headers: { ...headers, "content-range": `bytes ${start}-${end - 1}/${bytes.length}` },
  });
}

async function errorOf(work: unknown): Promise<PkmError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof PkmError) return error;
    throw error;
  }
  throw new Error("expected a PkmError");
}

const filename = "demo-1.0-py3-none-any.whl";
const wheel = craftWheel({
  metadata: "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Dist: attrs\n\nText\n",
});
const text = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Dist: idna>=2\n\nText\n";
const names = (answer: unknown): string[] | unknown => {
  const found = answer as { kind: string; metadata: { requiresDist: { name: string }[] } };
  return found.kind === "metadata" ? found.metadata.requiresDist.map(({ name }) => name) : answer;
};

describe("metadata of a wheel", () => {
  test("comes from the sidecar, in one request", async () => {
    const entry = { filename, "core-metadata": { sha256: sha256(Buffer.from(text)) } };
    const { repositories, file } = await fileOf(entry, (_, path) =>
      path.endsWith(".metadata") ? new Response(text) : undefined,
    );
    expect(names(await repositories.metadata(file))).toEqual(["idna"]);
    expect(seen.map(({ path }) => path)).toEqual([`/f/${filename}.metadata`]);
    expect(repositories.metadata(file)).not.toBeInstanceOf(Promise);
  });

  test("of a sidecar with another hash is invalid, and the reason says which was promised", async () => {
    const entry = { filename, "core-metadata": { sha256: "00".repeat(32) } };
    const { repositories, file } = await fileOf(entry, () => new Response(text));
    expect(await repositories.metadata(file)).toMatchObject({
      kind: "invalid",
      reason: expect.stringContaining("00".repeat(32)) as string,
    });
  });

  test.each([
    ["name", text.replace("Name: demo", "Name: other")],
    ["version", text.replace("Version: 1.0", "Version: 2.0")],
    ["kind", "<html>Sign in</html>"],
  ])("of another %s is invalid", async (_, content) => {
    const { repositories, file } = await fileOf(
      { filename, "core-metadata": true },
      () => new Response(content),
    );
    expect(await repositories.metadata(file)).toMatchObject({ kind: "invalid" });
  });

  test("comes from the wheel's end when the promised sidecar is not there", async () => {
    const { repositories, file } = await fileOf(
      { filename, "core-metadata": true },
      (request, path) => (path.endsWith(".metadata") ? undefined : ranged(wheel, request)),
    );
    expect(names(await repositories.metadata(file))).toEqual(["attrs"]);
  });

  test.each([[undefined], [wheel.length]])(
    "of a small wheel takes one range (size %p)",
    async (size) => {
      const { repositories, file } = await fileOf({ filename, size }, (request) =>
        ranged(wheel, request),
      );
      expect(names(await repositories.metadata(file))).toEqual(["attrs"]);
      expect(seen.map(({ range }) => range)).toEqual([
        size === undefined ? "bytes=-65536" : `bytes=0-${size - 1}`,
      ]);
    },
  );

  test("of a large wheel takes the end and one range more at most, not the file", async () => {
    const large = craftWheel({
      members: [
        { name: "demo/data.bin", content: Buffer.alloc(300_000, "x") },
        { name: "demo/more.bin", content: Buffer.alloc(300_000, "y") },
      ],
    });
    const { repositories, file } = await fileOf({ filename, size: large.length }, (request) =>
      ranged(large, request),
    );
    expect(await repositories.metadata(file)).toMatchObject({ kind: "metadata" });
    expect(seen.length).toBeLessThanOrEqual(2);
    expect(seen.every(({ range }) => range !== null)).toBe(true);
  });

  test("from a server without ranges comes with the whole wheel, which is not fetched a second time", async () => {
    const { repositories, file } = await fileOf(
      { filename },
      () => new Response(new Uint8Array(wheel)),
    );
    expect(names(await repositories.metadata(file))).toEqual(["attrs"]);
    const download = await repositories.download(file);
    expect(download.sha256).toBe(sha256(wheel));
    expect(seen.filter(({ range }) => range === null)).toHaveLength(1);
  });

  test("from a server that lies about its ranges comes with the whole wheel", async () => {
    const { repositories, file } = await fileOf({ filename }, (request) =>
      request.headers.has("range")
        ? new Response("x".repeat(100), {
            status: 206,
            headers: { "content-range": "bytes 0-99/*" },
          })
        : new Response(new Uint8Array(wheel)),
    );
    expect(names(await repositories.metadata(file))).toEqual(["attrs"]);
  });

  test("that is no zip file is invalid, not a crash", async () => {
    const { repositories, file } = await fileOf({ filename }, (request) =>
      ranged(Buffer.from("this is not a wheel at all".repeat(10)), request),
    );
    expect(await repositories.metadata(file)).toMatchObject({ kind: "invalid" });
  });

  test("is remembered by hash for the next run, for this index alone", async () => {
    const shelf = new Map<string, string>();
    const memory: MetadataShelf = {
      get: (project, key) => shelf.get(`${project} ${key}`),
      put: (project, key, content) => void shelf.set(`${project} ${key}`, content),
    };
    const entry = { filename, hashes: { sha256: sha256(wheel) } };
    handler = (request, path) =>
      path.endsWith("/simple/demo/") ? page(entry) : ranged(wheel, request);
    for (const [url, requests] of [
      [base, 2],
      [base, 1],
      [`http://127.0.0.1:${elsewhere.port}`, 2],
    ] as const) {
      seen.length = 0;
      const { repositories } = open(`${url}/simple/`, memory);
      const listing = (await repositories.listing(demo)) as ProjectListing;
      expect(
        names(await repositories.metadata(listing.releases[0]?.files[0] as ProjectFile)),
      ).toEqual(["attrs"]);
      expect(seen).toHaveLength(requests);
    }
    expect([...shelf.values()].join()).not.toContain("Text");
    for (const key of shelf.keys()) shelf.set(key, "torn");
    const { repositories } = open(undefined, memory);
    const listing = (await repositories.listing(demo)) as ProjectListing;
    expect(
      names(await repositories.metadata(listing.releases[0]?.files[0] as ProjectFile)),
    ).toEqual(["attrs"]);
  });
});

describe("metadata of an sdist", () => {
  const sdistName = "demo-1.0.zip";
  const sdist = (version: string, more = ""): Uint8Array =>
    craftZip([
      {
        name: "demo-1.0/PKG-INFO",
        content: `Metadata-Version: ${version}\nName: demo\nVersion: 1.0\nRequires-Dist: attrs\n${more}\n`,
      },
    ]);

  test.each([
    ["is static from 2.2 on", sdist("2.2"), ["attrs"]],
    ["needs a build before", sdist("2.1"), { kind: "needs-build" }],
    [
      "needs a build where it says so",
      sdist("2.2", "Dynamic: Requires-Dist\n"),
      { kind: "needs-build" },
    ],
  ])("%s", async (_, bytes, wanted) => {
    const { repositories, file } = await fileOf(
      { filename: sdistName },
      () => new Response(new Uint8Array(bytes)),
    );
    const found = names(await repositories.metadata(file));
    if (Array.isArray(wanted)) expect(found).toEqual(wanted);
    else expect(found).toMatchObject(wanted);
  });
});

describe("a download", () => {
  const entry = { filename, size: wheel.length, hashes: { sha256: sha256(wheel) } };
  const whole = (): Response => new Response(new Uint8Array(wheel));

  test("is verified and handed over as bytes; two at once are one", async () => {
    const { repositories, file } = await fileOf(entry, whole);
    const [a, b] = await Promise.all([repositories.download(file), repositories.download(file)]);
    expect(a).toBe(b);
    expect(a).toMatchObject({ sha256: sha256(wheel), content: { kind: "bytes" } });
    expect(seen).toHaveLength(1);
  });

  test.each([
    ["another hash", { ...entry, hashes: { sha256: "00".repeat(32) } }, "hash-mismatch"],
    [
      "another strong hash beside the right one",
      { ...entry, hashes: { ...entry.hashes, sha512: "00".repeat(64) } },
      "hash-mismatch",
    ],
    [
      "another md5, where the index has nothing better",
      { ...entry, hashes: { md5: "00".repeat(16) } },
      "hash-mismatch",
    ],
    ["fewer bytes than promised", { ...entry, size: wheel.length + 1 }, "size-mismatch"],
    ["more bytes than promised", { ...entry, size: wheel.length - 1 }, "size-mismatch"],
  ])("with %s is refused", async (_, lie, code) => {
    const { repositories, file, files } = await fileOf(lie, whole);
    const error = await errorOf(repositories.download(file));
    expect(error.code).toBe(code);
    expect(error.what).toContain(filename);
    expect(files.tryList("/staging") ?? []).toEqual([]);
  });

  test("with a digest nobody knows is verified by the others", async () => {
    const { repositories, file } = await fileOf(
      { ...entry, hashes: { ...entry.hashes, crc64: "00" } },
      whole,
    );
    expect((await repositories.download(file)).sha256).toBe(sha256(wheel));
  });

  test("that was removed says 404 and the address", async () => {
    const { repositories, file } = await fileOf(entry, () => undefined);
    const error = await errorOf(repositories.download(file));
    expect(error.code).toBe("request-refused");
    expect(error.what).toContain("404");
    expect(error.what).toContain(filename);
  });

  test("of sdists in gzip arrives as it is, though a server calls it encoded", async () => {
    const packed = gzipSync("an sdist");
    const name = "demo-1.0.tar.gz";
    const { repositories, file } = await fileOf(
      { filename: name, hashes: { sha256: sha256(packed) } },
      () => new Response(packed, { headers: { "content-type": "application/x-gzip" } }),
    );
    expect((await repositories.download(file)).sha256).toBe(sha256(packed));
  });
});

describe("credentials", () => {
  test("go to the index and its files, and to nobody else", async () => {
    const url = base.replace("://", "://ada:secret@");
    const foreign = `http://127.0.0.1:${elsewhere.port}/f/${filename}`;
    const { repositories, file } = await fileOf(
      { filename, url: foreign },
      (request) => ranged(wheel, request),
      `${url}/simple/`,
    );
    expect(file.url).toBe(foreign);
    await repositories.download(file);
    expect(seen.map(({ authorization }) => authorization)).toEqual([null]);

    const own = await fileOf({ filename }, (request) => ranged(wheel, request), `${url}/simple/`);
    expect(own.file.url).not.toContain("secret");
    await own.repositories.download(own.file);
    expect(seen.map(({ authorization }) => authorization)).toEqual([`Basic ${btoa("ada:secret")}`]);
  });
});

describe("a page", () => {
  const html = `<a href="/f/${filename}#sha256=${sha256(wheel)}">${filename}</a>`;
  test.each([
    [
      "in HTML where JSON was asked",
      () => new Response(html, { headers: { "content-type": "text/html" } }),
      undefined,
    ],
    ["of broken JSON", () => new Response('{"files": [', { headers: json }), "index-page-invalid"],
    [
      "of HTML that calls itself JSON",
      () => new Response("<html>", { headers: json }),
      "index-page-invalid",
    ],
    [
      "of another kind",
      () => new Response("x", { headers: { "content-type": "image/png" } }),
      "index-page-type",
    ],
    [
      "that redirects in a circle",
      () => new Response(null, { status: 302, headers: { location: "/simple/demo/" } }),
      "redirect-loop",
    ],
    [
      "that redirects to a file",
      () => new Response(null, { status: 302, headers: { location: "file:///etc/passwd" } }),
      "redirect-refused",
    ],
    ["behind 503", () => new Response(null, { status: 503 }), "index-failed"],
    ["behind 429", () => new Response(null, { status: 429 }), "index-rate-limited"],
    ["behind 403", () => new Response(null, { status: 403 }), "index-forbidden"],
  ] as const)("%s", async (_, respond, code) => {
    handler = respond;
    const { repositories } = open();
    const listing = repositories.listing(demo);
    if (code === undefined) expect(((await listing) as ProjectListing).releases).toHaveLength(1);
    else expect((await errorOf(listing)).code).toBe(code);
  });

  test("that unpacks beyond 128 MiB is refused; one with 60,000 links is read", async () => {
    handler = () =>
      new Response(gzipSync(Buffer.alloc(130 * 2 ** 20, " ")), {
        headers: { ...json, "content-encoding": "gzip" },
      });
    expect((await errorOf(open().repositories.listing(demo))).code).toBe("response-too-large");
    const links = Array.from({ length: 60_000 }, (_, at) => ({
      filename: `demo-${at}.0.tar.gz`,
      url: `/f/${at}`,
      hashes: {},
    }));
    handler = () => Response.json({ meta: {}, files: links }, { headers: json });
    const listing = (await open().repositories.listing(demo)) as ProjectListing;
    expect(listing.releases).toHaveLength(60_000);
    expect(listing.releases[0]?.version.text).toBe("59999.0");
  });
});

test("of a short page that is packed one version alone is read, and the others by whoever wants them later", async () => {
  const names = ["demo-1.0.tar.gz", "demo-1.0-py3-none-any.whl", "demo-2.0.tar.gz"];
  const text = JSON.stringify({
    meta: { "api-version": "1.1" },
    files: names.map((filename) => ({ filename, url: `../../f/${filename}`, hashes: {} })),
  });
  const headers = { ...json, "content-encoding": "gzip", "cache-control": "max-age=600" };
  handler = () => new Response(gzipSync(text), { headers });
  const { repositories, files } = open(undefined, undefined, undefined, "/cache");
  const pinned = (await repositories.listing(demo, parseVersion("1.0"))) as ProjectListing;
  expect(pinned.releases.map(({ version }) => version.text)).toEqual(["1.0"]);
  expect(pinned.releases[0]?.files.map(({ filename }) => filename)).toEqual(names.slice(0, 2));
  expect(seen).toHaveLength(1);
  const later = open(undefined, undefined, files, "/cache").repositories;
  expect(later.listing(demo, parseVersion("1.0"))).toMatchObject({ releases: [{}] });
  expect((later.listing(demo) as ProjectListing).releases).toHaveLength(2);
  expect(seen).toHaveLength(1);
});
