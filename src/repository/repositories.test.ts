import { describe, expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import { HttpClient } from "#http/client";
import { defaultHttpSettings, type HttpSettings } from "#http/settings";
import { MemoryClock } from "#platform/memory/clock";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { MemoryNetwork, type MemoryAnswer } from "#platform/memory/network";
import { MemoryProcesses } from "#platform/memory/processes";
import type { NetworkRequest } from "#platform/ports";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { normalizeName } from "#standards/name";
import type { RepositoryConfiguration } from "./configuration.ts";
import { ConfiguredRepositories } from "./configured-repositories.ts";
import type { RepositoryEvent } from "./events.ts";
import { knownRepository } from "./known-repositories.ts";
import type { ProjectListing } from "./listing.ts";
import { matchesAny } from "./name-glob.ts";
import type { NoListing } from "./repositories.ts";

const name = (text: string) => normalizeName(text);
const demo = name("demo");

/** Pages by address: a list of file names, or an answer. What is not named is a 404. */
type Pages = Readonly<Record<string, readonly string[] | MemoryAnswer>>;

function pageOf(files: readonly string[], project: string): MemoryAnswer {
  const entries = files.map((filename) => ({
    filename,
    url: `https://files.example/${filename}`,
    hashes: {},
  }));
  return {
    body: JSON.stringify({ meta: { "api-version": "1.1" }, name: project, files: entries }),
    headers: {
      "content-type": "application/vnd.pypi.simple.v1+json",
      "cache-control": "max-age=600",
    },
  };
}

function world(
  pages: Pages,
  configuration: Partial<RepositoryConfiguration> = {},
  more: {
    readonly tree?: Record<string, string>;
    readonly http?: Partial<HttpSettings>;
    readonly files?: MemoryFiles;
  } = {},
) {
  const answer = (request: NetworkRequest): MemoryAnswer => {
    const found = pages[request.url];
    if (found === undefined) return { status: 404 };
    return "at" in found
      ? pageOf(found, request.url.split("/").at(-2) ?? "")
      : (found as MemoryAnswer);
  };
  const network = new MemoryNetwork(answer);
  const files = more.files ?? new MemoryFiles(more.tree ?? {});
  const host = memoryHost();
  const events: RepositoryEvent[] = [];
  const everything = {
    network,
    files,
    host,
    clock: new MemoryClock(),
    processes: new MemoryProcesses(),
    hashing: new RealHashing(),
    inflate: new RealInflate(),
  };
  const client = new HttpClient(
    { ...defaultHttpSettings(host), retries: 0, cacheFolder: "/cache", ...more.http },
    everything,
  );
  const repositories = new ConfiguredRepositories(
    {
      indexes: [
        { name: "first", url: "https://first.example/simple/" },
        { name: "second", url: "https://second.example/simple" },
      ],
      findLinks: [],
      strategy: "first-index",
      trustedHosts: [],
      stagingFolder: "/staging",
      ...configuration,
    },
    { client, report: (event) => events.push(event) },
    everything,
  );
  return { repositories, network, files, events };
}

const first = "https://first.example/simple/demo/";
const second = "https://second.example/simple/demo/";
const versions = (listing: ProjectListing | NoListing): string[] =>
  "kind" in listing ? [] : listing.releases.map((release) => release.version.text);
const filenames = (listing: ProjectListing | NoListing): string[] =>
  "kind" in listing
    ? []
    : listing.releases.flatMap((release) => release.files.map((file) => file.filename));

async function codeOf(work: unknown): Promise<string | undefined> {
  return Promise.resolve(work).then(
    () => undefined,
    (error: unknown) => (error instanceof PkmError ? error.code : String(error)),
  );
}

describe("several indexes", () => {
  test("the best that knows a name wins whole, and the others are not even asked", async () => {
    const { repositories, network } = world({
      [first]: ["demo-1.0.tar.gz"],
      [second]: ["demo-9.0.tar.gz"],
    });
    const listing = (await repositories.listing(demo)) as ProjectListing;
    expect(versions(listing)).toEqual(["1.0"]);
    expect(listing.repository).toBe("first");
    expect(network.requests.map((request) => request.url)).toEqual([first]);
  });

  test("an index that knows the name and has no files wins too", async () => {
    const { repositories } = world({ [first]: [], [second]: ["demo-9.0.tar.gz"] });
    expect(versions(await repositories.listing(demo))).toEqual([]);
  });

  test("a 404 asks the next", async () => {
    const { repositories } = world({ [second]: ["demo-9.0.tar.gz"] });
    expect(versions(await repositories.listing(demo))).toEqual(["9.0"]);
  });

  test.each([[401], [403], [500]])("%d stops: nobody else may answer instead", async (status) => {
    const { repositories } = world(
      { [first]: { status }, [second]: ["demo-9.0.tar.gz"] },
      {},
      { http: { keyring: "disabled" } },
    );
    expect(await codeOf(repositories.listing(demo))).toBe(
      status === 500 ? "index-failed" : "index-forbidden",
    );
  });

  test("all that were asked are told when none knows the name", async () => {
    const { repositories } = world({});
    expect(await repositories.listing(demo)).toEqual({
      kind: "unknown",
      asked: [
        { repository: "first", answer: "404" },
        { repository: "second", answer: "404" },
      ],
    });
  });

  test("unsafe-best-match merges versions, and of one file name the better index's counts", async () => {
    const { repositories } = world(
      {
        [first]: ["demo-1.0.tar.gz", "demo-3.0.tar.gz"],
        [second]: ["demo-2.0.tar.gz", "demo-1.0.tar.gz", "demo-1.0-py3-none-any.whl"],
      },
      { strategy: "unsafe-best-match" },
    );
    const listing = (await repositories.listing(demo)) as ProjectListing;
    expect(filenames(listing)).toEqual([
      "demo-3.0.tar.gz",
      "demo-2.0.tar.gz",
      "demo-1.0.tar.gz",
      "demo-1.0-py3-none-any.whl",
    ]);
    expect(listing.releases[2]?.files.map((file) => file.repository)).toEqual(["first", "second"]);
  });

  test("unsafe-first-match lists all versions of the better index first", async () => {
    const { repositories } = world(
      { [first]: ["demo-1.0.tar.gz"], [second]: ["demo-2.0.tar.gz", "demo-1.0-py3-none-any.whl"] },
      { strategy: "unsafe-first-match" },
    );
    expect(filenames(await repositories.listing(demo))).toEqual([
      "demo-1.0.tar.gz",
      "demo-2.0.tar.gz",
    ]);
  });

  test("bindings, globs, exclusions and explicit indexes decide who is asked", async () => {
    const { repositories, network } = world(
      {},
      {
        indexes: [
          { name: "team", url: "https://team.example/", packages: ["acme-*"] },
          { name: "gpu", url: "https://gpu.example/", isExplicit: true },
          { name: "main", url: "https://main.example/", exclude: ["secret-?"] },
        ],
        bindings: new Map([[name("torch"), "gpu"]]),
      },
    );
    for (const project of ["Acme.Tools", "torch", "secret-x", "secret-xy", "demo"])
      await repositories.listing(name(project));
    expect(network.requests.map((request) => request.url)).toEqual([
      "https://team.example/acme-tools/",
      "https://gpu.example/torch/",
      "https://main.example/secret-xy/",
      "https://main.example/demo/",
    ]);
  });

  test("a binding to an index nobody configured is an error that lists those there are", () => {
    const { repositories } = world({}, { bindings: new Map([[demo, "gone"]]) });
    expect(() => repositories.listing(demo)).toThrow(/demo.*`gone`/);
  });

  test("plain http is asked of this machine and of trusted hosts alone", async () => {
    const { repositories, network, events } = world(
      {},
      {
        indexes: [
          { name: "a", url: "http://u:secret@plain.example/simple/" },
          { name: "b", url: "http://localhost:8080/simple/" },
          { name: "c", url: "http://trusted.example/simple/" },
        ],
        trustedHosts: ["trusted.example"],
      },
    );
    expect(await repositories.listing(demo)).toEqual({
      kind: "unknown",
      asked: [
        { repository: "b", answer: "404" },
        { repository: "c", answer: "404" },
        {
          repository: "http://plain.example/simple/",
          answer: "not asked: plain http to a host that is not trusted",
        },
      ],
    });
    expect(network.requests.map((request) => new URL(request.url).hostname)).toEqual([
      "localhost",
      "trusted.example",
    ]);
    expect(events.filter((event) => event.type !== "page-read")).toEqual([
      {
        type: "insecure-repository-ignored",
        url: "http://plain.example/simple/",
        host: "plain.example",
      },
    ]);
  });
});

describe("answers", () => {
  test("come without a promise once they are at hand, in this run and from the cache in the next", async () => {
    const before = world({ [first]: ["demo-1.0.tar.gz"] });
    expect(before.repositories.listing(demo)).toBeInstanceOf(Promise);
    await before.repositories.listing(demo);
    expect(before.repositories.listing(demo)).not.toBeInstanceOf(Promise);
    const after = world({}, {}, { files: before.files });
    expect(versions(after.repositories.listing(demo) as ProjectListing)).toEqual(["1.0"]);
    expect(filenames(after.repositories.listing(demo) as ProjectListing)).toEqual([
      "demo-1.0.tar.gz",
    ]);
    expect(after.network.requests).toHaveLength(0);
  });

  test("are fetched once, however often they are prefetched and asked for meanwhile", async () => {
    const { repositories, network } = world({ [first]: ["demo-1.0.tar.gz"] });
    repositories.prefetch([demo, demo]);
    const both = await Promise.all([repositories.listing(demo), repositories.listing(demo)]);
    expect(both[0]).toBe(both[1]);
    expect(network.requests).toHaveLength(1);
  });

  test("that failed while prefetching fail when they are asked for", async () => {
    const { repositories } = world(
      { [first]: { status: 403 } },
      {},
      { http: { keyring: "disabled" } },
    );
    repositories.prefetch([demo]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await codeOf(repositories.listing(demo))).toBe("index-forbidden");
  });

  test("say until when they hold, and nothing when one of them does not", async () => {
    const { repositories } = world({ [first]: ["demo-1.0.tar.gz"] });
    await repositories.listing(demo);
    expect(repositories.freshUntil()).toBe(new MemoryClock().now() + 600_000);
    await repositories.listing(name("unknown"));
    expect(repositories.freshUntil()).toBeUndefined();
  });

  test("offline come from the cache; an index nobody can ask hides those behind it", async () => {
    const before = world({ [second]: ["demo-1.0.tar.gz"] });
    await before.repositories.listing(demo);
    const after = world({}, {}, { files: before.files, http: { offline: true } });
    expect(await after.repositories.listing(demo)).toEqual({
      kind: "unknown",
      asked: [{ repository: "first", answer: "not asked: offline" }],
    });
    expect(after.network.requests).toHaveLength(0);
  });

  test("identity shows no credentials", () => {
    const { repositories } = world(
      {},
      { indexes: [{ name: "a", url: "https://u:secret@index.example/" }] },
    );
    expect(repositories.identity).not.toContain("secret");
  });
});

describe("find-links", () => {
  test("of a folder hold as long as it has the same files, and are told apart when it has not", async () => {
    const tree = { "/links/demo-1.0.tar.gz": "", "/links/notes.txt": "" };
    const open = (files?: MemoryFiles) =>
      world({}, { indexes: [], findLinks: ["/links"] }, files === undefined ? { tree } : { files });
    const { repositories, files } = open();
    await repositories.listing(demo);
    expect(repositories.freshUntil()).toBeGreaterThan(0);
    files.write("/links/notes.txt", "not a distribution");
    expect(open(files).repositories.identity).toBe(repositories.identity);
    const stamps = new Set([repositories.identity]);
    files.write("/links/demo-1.0.tar.gz", "other content");
    stamps.add(open(files).repositories.identity);
    files.write("/links/demo-2.0.tar.gz", "");
    stamps.add(open(files).repositories.identity);
    expect(stamps.size).toBe(3);
    files.write("/links/more.html", '<a href="https://files.example/demo-3.0.tar.gz">demo</a>');
    const { repositories: withPage } = open(files);
    await withPage.listing(demo);
    expect(withPage.freshUntil()).toBeUndefined();
  });

  const tree = {
    "/links/demo-1.0-py3-none-any.whl": "",
    "/links/demo-3.0.tar.gz": "",
    "/links/other-1.0.tar.gz": "",
    "/links/readme.txt": "",
    "/links/more.html": '<a href="demo-0.5.tar.gz">x</a>',
  };

  test("merge with the index that is used, the newest version first, and win for the same file", async () => {
    const { repositories } = world(
      { [first]: ["demo-2.0.tar.gz", "demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"] },
      { findLinks: ["/links"] },
      { tree },
    );
    const listing = (await repositories.listing(demo)) as ProjectListing;
    expect(versions(listing)).toEqual(["3.0", "2.0", "1.0", "0.5"]);
    expect(listing.releases[2]?.files.map((file) => file.url)).toEqual([
      "file:///links/demo-1.0-py3-none-any.whl",
      "https://files.example/demo-1.0.tar.gz",
    ]);
  });

  test("alone are enough, and are answered without a promise", () => {
    for (const location of ["/links", "/links/", "file:///links"]) {
      const { repositories } = world({}, { indexes: [], findLinks: [location] }, { tree });
      expect(filenames(repositories.listing(demo) as ProjectListing)).toEqual([
        "demo-3.0.tar.gz",
        "demo-1.0-py3-none-any.whl",
        "demo-0.5.tar.gz",
      ]);
    }
  });

  test("may be a page, on disk or on the network, or a file", async () => {
    const page =
      '<a href="demo-1.0.tar.gz#sha256=00ff">x</a><a href="file:///etc/demo-9.0.tar.gz">y</a>';
    const { repositories } = world(
      { "https://links.example/page": { body: page, headers: { "content-type": "text/html" } } },
      {
        indexes: [],
        findLinks: [
          "https://links.example/page",
          "/links/more.html",
          "https://x.example/demo-7.0.tar.gz#egg=demo",
        ],
      },
      { tree },
    );
    const listing = (await repositories.listing(demo)) as ProjectListing;
    // A page from the network cannot send anyone to a local file.
    expect(versions(listing)).toEqual(["7.0", "1.0", "0.5"]);
    expect(listing.releases[1]?.files[0]).toMatchObject({
      url: "https://links.example/demo-1.0.tar.gz",
      hashes: { sha256: "00ff" },
    });
    expect(listing.releases[0]?.files[0]?.url).toBe("https://x.example/demo-7.0.tar.gz");
  });

  test("that are missing are told once and hold nothing", async () => {
    const { repositories, events } = world(
      { "https://links.example/gone": { status: 404 } },
      { indexes: [], findLinks: ["/nowhere", "https://links.example/gone"] },
    );
    expect(await repositories.listing(demo)).toMatchObject({ kind: "unknown" });
    await repositories.listing(name("other"));
    expect(events).toEqual([
      { type: "find-links-missing", location: "/nowhere", reason: "it is not there" },
      {
        type: "find-links-missing",
        location: "https://links.example/gone",
        reason: "the server answered 404",
      },
    ]);
  });
});

test("a file: index reads index.html of the project's folder, as with pip", async () => {
  const { repositories } = world(
    {},
    { indexes: [{ name: "local", url: "file:///mirror/simple" }] },
    { tree: { "/mirror/simple/demo/index.html": '<a href="../../f/demo-1.0.tar.gz">x</a>' } },
  );
  const listing = (await repositories.listing(demo)) as ProjectListing;
  expect(listing.releases[0]?.files[0]?.url).toBe("file:///mirror/f/demo-1.0.tar.gz");
  expect(await repositories.listing(name("other"))).toMatchObject({ kind: "unknown" });
});

test("knownRepository() composes an https address that ends in the simple API", () => {
  const { url, name: called } = knownRepository("pypi");
  expect(called).toBe("pypi");
  expect(new URL(url)).toMatchObject({ protocol: "https:", pathname: "/simple/" });
});

test.each([
  ["acme-tools", "acme-*", true],
  ["acme-tools", "Acme_*", true],
  ["acme", "acme-*", false],
  ["acme-tools", "*-tools", true],
  ["acme-tools", "a*e-t?ols", true],
  ["acme-tools", "*x*", false],
  ["acme", "acme", true],
  ["acme", "*", true],
  ["a".repeat(50), `${"a*".repeat(25)}b`, false],
] as const)("%s fits the glob %s: %p", (project, glob, fits) => {
  expect(matchesAny(name(project), [glob])).toBe(fits);
});
