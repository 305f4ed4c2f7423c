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
import { parseVersion } from "#standards/version";
import { compactPage, pinnedPart } from "./compact-page.ts";
import { PageThread } from "./page-thread.ts";

const demo = normalizeName("demo");
const url = "https://index.example/simple/demo/";
const contentType = "application/vnd.pypi.simple.v1+json";
const files = ["demo-1.0.tar.gz", "demo-1.0-py3-none-any.whl", "demo-2.0.tar.gz"];
/** Text that stays long when it is packed. */
const noise = (length: number): string => {
  let state = 1;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 16).toString(36);
  }).join("");
};
const content = new TextEncoder().encode(
  JSON.stringify({
    meta: { "api-version": "1.1", padding: noise(8000) },
    files: files.map((filename) => ({ filename, url: `../../${filename}`, hashes: {} })),
  }),
);
const world = { files: new RealFiles(), hashing: new RealHashing(), inflate: new RealInflate() };
const crc32 = (bytes: Uint8Array): number => world.inflate.crc32(bytes);
const here = compactPage({ content, contentType, url }, demo, crc32);

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

async function startedThread(): Promise<PageThread> {
  const thread = new PageThread(workers);
  for (let page = 0; page < 10; page++) thread.expect();
  // The first long page starts it.
  await thread.compact(packed, demo);
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

  test("of which one version is wanted is answered with that one, and kept with it", async () => {
    const order = { ...keep, key: "a pin" };
    const made = await thread.compact({ ...packed, keep: order }, demo, parseVersion("2.0"));
    const part = pinnedPart({ content, contentType, url }, demo, parseVersion("2.0"), crc32);
    expect(made).toEqual({
      body: part?.table as Uint8Array,
      tail: part?.entries as Uint8Array,
      isPart: true,
    });
    const kept = new PageCache(keep.folder, "2", world).read("a pin");
    const length = part?.entries.length ?? 0;
    expect(kept).toMatchObject({ part: { of: "2.0", length }, url, freshness: { etag: '"a"' } });
    expect(kept?.body).toEqual(part?.table as Uint8Array);
    expect(kept?.tail.read(0, length)).toEqual(part?.entries as Uint8Array);
    expect(kept?.tail.read(length, packed.body.length)).toEqual(packed.body);
  });

  test("that came in another packing is made whole for a pin as well", async () => {
    const answer = { ...packed, body: content, encodings: [] };
    const made = await thread.compact(answer, demo, parseVersion("2.0"));
    expect(made).toEqual({ body: here.table, tail: here.entries });
  });

  test.each<[string, Partial<PackedAnswer>]>([
    ["is damaged", { body: new Uint8Array(10_000) }],
    ["is longer than wanted", { limit: 10 }],
    ["is no page", { encodings: [], body: new TextEncoder().encode("{".padEnd(10_000)) }],
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
  expect(await single.compact(packed, demo)).toBeUndefined();
  expect(await single.compact(packed, demo)).toBeUndefined();
  const fresh = new PageThread(workers);
  fresh.expect();
  expect(await fresh.compact(packed, demo)).toBeUndefined();
  expect(await fresh.compact(packed, demo)).toBeUndefined();
});

test("short pages start no thread, and go to none", async () => {
  const thread = await startedThread();
  const short = { ...packed, body: Bun.gzipSync(new TextEncoder().encode("{}")) };
  expect(await thread.compact(short, demo)).toBeUndefined();
  const starts: string[] = [];
  const fresh = new PageThread({
    cores: 2,
    start: (file) => {
      starts.push(file);
      return workers.start(file);
    },
  });
  for (let page = 0; page < 10; page++) fresh.expect();
  expect(await fresh.compact(short, demo)).toBeUndefined();
  expect(starts).toEqual([]);
});
