import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PackedAnswer } from "#http/client";
import { PageCache } from "#http/page-cache";
import type { Workers } from "#platform/ports";
import { RealFiles } from "#platform/real/files";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { RealWorkers } from "#platform/real/worker";
import { normalizeName } from "#standards/name";
import { compactPage } from "./compact-page.ts";
import { PageThread } from "./page-thread.ts";

const demo = normalizeName("demo");
const url = "https://index.example/simple/demo/";
const contentType = "application/vnd.pypi.simple.v1+json";
const files = ["demo-1.0.tar.gz", "demo-1.0-py3-none-any.whl", "demo-2.0.tar.gz"];
const content = new TextEncoder().encode(
  JSON.stringify({
    meta: { "api-version": "1.1" },
    files: files.map((filename) => ({ filename, url: `../../${filename}`, hashes: {} })),
  }),
);
const world = { files: new RealFiles(), hashing: new RealHashing(), inflate: new RealInflate() };
const here = compactPage({ content, contentType, url }, demo, (bytes) =>
  world.inflate.crc32(bytes),
);

const folder = mkdtempSync(join(tmpdir(), "page-thread-"));
afterAll(() => rmSync(folder, { recursive: true }));
const keep = {
  folder: `${folder}/pages`,
  tag: "1",
  key: "the key",
  freshness: { freshUntil: 5, etag: '"a"', lastModified: undefined },
  status: 200,
};
const packed: PackedAnswer = {
  body: Bun.gzipSync(content),
  encodings: ["gzip"],
  limit: 1 << 20,
  contentType,
  url,
  keep: undefined,
};

// One processor would do everything itself.
const workers: Workers = { cores: 2, start: (file) => new RealWorkers().start(file) };

/** A page of another project that is long however it is packed. */
const longPage: PackedAnswer = {
  ...packed,
  body: new TextEncoder().encode(
    `{"meta": {"api-version": "1.1"}, "files": []${" ".repeat(40_000)}}`,
  ),
  encodings: [],
};

/** Up, and with its first answer given. */
async function startedThread(): Promise<PageThread> {
  const thread = new PageThread(workers);
  for (let page = 0; page < 10; page++) thread.expect();
  // The first long page starts it.
  await thread.compact(longPage, demo);
  await thread.compact(longPage, demo);
  return thread;
}

const thread = await startedThread();

describe("a page made on another thread", () => {
  test("is what it would be here", async () => {
    const made = await thread.compact(packed, demo);
    expect(made).toEqual({ body: here.table, tail: here.entries });
  });

  test("is kept as it would be here", async () => {
    const made = await thread.compact({ ...packed, keep }, demo);
    const cache = new PageCache(keep.folder, "2", world);
    const kept = cache.read(keep.key);
    expect(kept).toMatchObject({ status: 200, url, contentType, freshness: { etag: '"a"' } });
    expect(kept?.body).toEqual(here.table);
    expect(kept?.tail.read(0, here.entries.length)).toEqual(here.entries);
    if (made === undefined || made.tail instanceof Uint8Array) throw new Error("it was not kept");
    const { start, length } = made.tail;
    expect(cache.tailOf(keep.key, start, length).read(0, length)).toEqual(here.entries);
  });

  test("comes back whole where it cannot be kept", async () => {
    const path = `${folder}/no-folder`;
    world.files.write(path, "");
    const made = await thread.compact({ ...packed, keep: { ...keep, folder: path } }, demo);
    expect(made).toEqual({ body: here.table, tail: here.entries });
  });

  test.each<[string, Partial<PackedAnswer>]>([
    ["is damaged", { body: new Uint8Array(100) }],
    ["is longer than wanted", { limit: 10 }],
    ["is no page", { encodings: [], body: new TextEncoder().encode("{") }],
  ])("that %s is left to be told about here, and the next one is made", async (_, wrong) => {
    const broken = thread.compact({ ...packed, ...wrong }, demo);
    const next = thread.compact(packed, demo);
    expect(await broken).toBeUndefined();
    expect((await next)?.body).toEqual(here.table);
  });
});

test("few pages, or one processor, start no thread", async () => {
  const single = new PageThread({ ...workers, cores: 1 });
  for (let page = 0; page < 10; page++) single.expect();
  expect(await single.compact(longPage, demo)).toBeUndefined();
  expect(await single.compact(longPage, demo)).toBeUndefined();
  const fresh = new PageThread(workers);
  fresh.expect();
  expect(await fresh.compact(longPage, demo)).toBeUndefined();
  expect(await fresh.compact(longPage, demo)).toBeUndefined();
});

test("short pages neither start a thread nor wait for it to start", async () => {
  const starts: string[] = [];
  const counting: Workers = {
    cores: 2,
    start: (file) => {
      starts.push(file);
      return { ask: () => new Promise(() => {}), stop: () => {} };
    },
  };
  const starting = new PageThread(counting);
  for (let page = 0; page < 10; page++) starting.expect();
  expect(await starting.compact(packed, demo)).toBeUndefined();
  expect(starts).toEqual([]);
  expect(await starting.compact(longPage, demo)).toBeUndefined();
  expect(starts).toHaveLength(1);
  expect(await starting.compact(packed, demo)).toBeUndefined();
});

test("a short page does not wait in a long line", async () => {
  const waiting = Array.from({ length: 20 }, () => thread.compact(longPage, demo));
  expect(await thread.compact(packed, demo)).toBeUndefined();
  await Promise.all(waiting);
  expect((await thread.compact(packed, demo))?.body).toEqual(here.table);
});
