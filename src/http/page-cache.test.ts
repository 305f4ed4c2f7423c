import { describe, expect, test } from "bun:test";
import { FaultyFiles, Killed } from "#platform/memory/faulty-files";
import { MemoryFiles } from "#platform/memory/files";
import type { Files } from "#platform/ports";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { type CachedAnswer, type KeptAnswer, PageCache, tailInMemory } from "./page-cache.ts";

const tail = Uint8Array.from({ length: 200_000 }, (_, at) => at % 251);
const answer: CachedAnswer = {
  freshness: { freshUntil: 0, etag: '"a"', lastModified: undefined },
  status: 200,
  url: "https://index.example/",
  contentType: "text/plain",
  body: new Uint8Array(10),
  tail: tailInMemory(tail),
};

function cacheIn(files: Files, tag = "1"): PageCache {
  return new PageCache("/pages", tag, {
    files,
    hashing: new RealHashing(),
    inflate: new RealInflate(),
  });
}

/** What {@link answer} is as soon as it is kept. */
function keep(cache: PageCache): KeptAnswer {
  cache.write("key", answer);
  const kept = cache.read("key");
  if (kept === undefined) throw new Error("not kept");
  return kept;
}

function freshUntil(cache: PageCache): number | undefined {
  return cache.read("key")?.freshness.freshUntil;
}

test("a tail gives every piece as it was kept, however many were read before and in whatever order", () => {
  const cache = cacheIn(new MemoryFiles());
  cache.write("key", answer);
  const kept = cache.read("key")?.tail;
  expect(kept?.length).toBe(tail.length);
  const places = [
    199_000, 198_000, 100_000, 90_000, 0, 40, 150_000, 149_990, 150_900, 67_000, 199_999,
  ];
  for (const at of places)
    for (const count of [1, 900, 32_768, 50_000])
      if (at + count <= tail.length)
        expect(kept?.read(at, count)).toEqual(tail.slice(at, at + count));
  expect(kept?.read(tail.length - 5, 10)).toBeUndefined();
});

test("any byte of an entry that has changed makes it a miss or old, never another answer", () => {
  const files = new MemoryFiles();
  const cache = cacheIn(files);
  const fresh = { ...answer, freshness: { ...answer.freshness, freshUntil: 5000 } };
  cache.write("key", { ...fresh, tail: tailInMemory(new Uint8Array(0)) });
  const path = pathIn(files);
  const sound = files.read(path);
  let misses = 0;
  for (let at = 0; at < sound.length; at++) {
    const damaged = sound.slice();
    damaged[at] = (damaged[at] as number) ^ 0x40;
    files.write(path, damaged);
    const found = cache.read("key");
    if (found === undefined) misses++;
    else
      expect({ at, found }).toMatchObject({
        found: { status: 200, body: answer.body, freshness: { freshUntil: 0, etag: '"a"' } },
      });
  }
  expect(sound.length - misses).toBe(12);
});

describe("renewing an entry", () => {
  test("changes how long it is fresh and writes nothing else", () => {
    const counted = new FaultyFiles(new MemoryFiles());
    const cache = cacheIn(counted);
    const kept = keep(cache);
    const before = counted.count;
    cache.renew("key", kept, 7000);
    expect(counted.log.slice(before)).toEqual([expect.stringMatching(/^writeAt \/pages\/\w+$/)]);
    const renewed = cache.read("key");
    expect(renewed?.freshness).toEqual({ ...answer.freshness, freshUntil: 7000 });
    expect(renewed?.body).toEqual(answer.body);
    expect(renewed?.tail.read(0, tail.length)).toEqual(tail);
  });

  test("touches no file where the server gives no time", () => {
    const counted = new FaultyFiles(new MemoryFiles());
    const cache = cacheIn(counted);
    const kept = keep(cache);
    const before = counted.count;
    cache.renew("key", kept, 0);
    expect(counted.count).toBe(before);
  });

  test("says nothing of the page that another process has put in its place meanwhile", () => {
    const files = new MemoryFiles();
    const [ours, theirs] = [cacheIn(files, "1"), cacheIn(files, "2")];
    ours.write("key", answer);
    const kept = ours.read("key");
    if (kept === undefined) throw new Error("not kept");
    const newer = { ...answer, body: new Uint8Array([1, 2, 3]) };
    theirs.write("key", { ...newer, freshness: { ...answer.freshness, freshUntil: 9000 } });
    ours.renew("key", kept, 7000);
    expect(ours.read("key")?.body).toEqual(newer.body);
    expect(freshUntil(ours)).toBe(0);
  });

  test("leaves an old page where it stops half-way, or cannot write", () => {
    for (const fault of [
      { at: 1, kill: "torn" },
      { at: 1, kill: "before" },
      { at: 1, errno: "EROFS" },
    ] as const) {
      const files = new MemoryFiles();
      cacheIn(files).write("key", answer);
      const cache = cacheIn(new FaultyFiles(files, fault));
      const kept = cache.read("key");
      if (kept === undefined) throw new Error("not kept");
      if ("kill" in fault) expect(() => cache.renew("key", kept, 7000)).toThrow(Killed);
      else cache.renew("key", kept, 7000);
      expect(freshUntil(cacheIn(files))).toBe(0);
    }
  });

  test("is no mistake for an entry that is not there any more", () => {
    const cache = cacheIn(new MemoryFiles());
    cache.write("key", answer);
    const kept = cache.read("key");
    if (kept === undefined) throw new Error("not kept");
    cache.forget("key");
    cache.renew("key", kept, 7000);
    expect(cache.read("key")).toBeUndefined();
  });
});

function pathIn(files: MemoryFiles): string {
  return `/pages/${files.list("/pages")[0]?.name ?? ""}`;
}
