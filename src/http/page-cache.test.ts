import { expect, test } from "bun:test";
import { MemoryFiles } from "#platform/memory/files";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { PageCache, tailInMemory } from "./page-cache.ts";

const tail = Uint8Array.from({ length: 200_000 }, (_, at) => at % 251);
const answer = {
  freshness: { freshUntil: 0, etag: undefined, lastModified: undefined },
  status: 200,
  url: "https://index.example/",
  contentType: "text/plain",
  body: new Uint8Array(10),
  tail: tailInMemory(tail),
};

test("a tail gives every piece as it was kept, however many were read before and in whatever order", () => {
  const files = new MemoryFiles();
  const cache = new PageCache("/pages", "1", {
    files,
    hashing: new RealHashing(),
    inflate: new RealInflate(),
  });
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
