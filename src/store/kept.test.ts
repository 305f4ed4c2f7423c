import { describe, expect, test } from "bun:test";
import { FaultyFiles } from "#platform/memory/faulty-files";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import type { Files } from "#platform/ports";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { normalizeName } from "#standards/name";
import { AnswerCache } from "./answer-cache.ts";
import { layOut } from "./layout.ts";
import { MetadataCache } from "./metadata-cache.ts";

const places = layOut("/cache");

function world(files: Files) {
  return { files, hashing: new RealHashing(), inflate: new RealInflate(), host: memoryHost() };
}

function onlyFile(files: MemoryFiles, folder: string): string {
  const found = Object.keys(files.snapshot(folder)).filter((path) => !path.endsWith("/"));
  expect(found).toHaveLength(1);
  return `${folder}/${found[0]}`;
}

describe("AnswerCache", () => {
  const answers = (files: Files): AnswerCache => new AnswerCache(places, world(files));

  test("gives back what was put, to a later run as well, and the last of several", () => {
    const files = new MemoryFiles();
    answers(files).put("probe /usr/bin/python3", "one");
    answers(files).put("probe /usr/bin/python3", "grüße\n");
    expect(answers(files).get("probe /usr/bin/python3")).toBe("grüße\n");
    expect(answers(files).get("probe /usr/bin/python")).toBeUndefined();
    onlyFile(files, places.answers);
  });

  test("takes what is torn, changed or foreign for absent", () => {
    const files = new MemoryFiles();
    answers(files).put("question", "the answer");
    const path = onlyFile(files, places.answers);
    const whole = files.readText(path);
    for (const damaged of [
      "",
      whole.slice(0, -1),
      whole.slice(0, 5),
      `${whole}x`,
      whole.replace("the", "an"),
      "\0".repeat(50),
    ]) {
      files.write(path, damaged);
      expect(answers(files).get("question")).toBeUndefined();
    }
    files.write(path, whole);
    expect(answers(files).get("question")).toBe("the answer");
  });

  test.each(["EACCES", "EROFS", "ENOSPC"])(
    "is silent where the cache cannot be written (%s)",
    (errno) => {
      const counting = new FaultyFiles(new MemoryFiles());
      answers(counting).put("question", "old");
      for (let at = 1; at <= counting.count; at++) {
        const memory = new MemoryFiles();
        const files = new FaultyFiles(memory, { at, errno });
        answers(files).put("question", "new");
        expect([undefined, "new"]).toContain(answers(memory).get("question") as "new");
      }
    },
  );
});

describe("MetadataCache", () => {
  const demo = normalizeName("demo");
  const sha256 = "a".repeat(64);
  const metadata = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n";
  const cacheOn = (files: Files): MetadataCache => new MetadataCache(places, world(files));
  const keep = (files: Files, key: string, text: string): void => {
    const cache = cacheOn(files);
    cache.put(demo, key, text);
    cache.flush();
  };

  test("keeps the headers and drops the description", () => {
    const files = new MemoryFiles();
    keep(files, sha256, `${metadata}\nA long description\n\nin parts\n`);
    expect(cacheOn(files).get(demo, sha256)).toBe(metadata);
    keep(files, "b".repeat(64), metadata.replaceAll("\n", "\r\n").concat("\r\nText"));
    expect(cacheOn(files).get(demo, "b".repeat(64))).toBe(
      `${metadata.trimEnd().replaceAll("\n", "\r\n")}\n`,
    );
  });

  test("keeps many versions of a project in one file, the last entry of a key counting", () => {
    const files = new MemoryFiles();
    const cache = cacheOn(files);
    for (let i = 0; i < 20; i++)
      cache.put(demo, `https://index.example/demo-${i}.whl`, `Name: demo\nVersion: ${i}\n`);
    cache.put(demo, "https://index.example/demo-3.whl", "Version: changed\n");
    cache.flush();
    const later = cacheOn(files);
    expect(later.get(demo, "https://index.example/demo-7.whl")).toBe("Name: demo\nVersion: 7\n");
    expect(later.get(demo, "https://index.example/demo-3.whl")).toBe("Version: changed\n");
    expect(later.get(demo, "https://index.example/demo-99.whl")).toBeUndefined();
    onlyFile(files, places.metadata);
  });

  test("answers in the same run what was put, and has no credentials in its files", () => {
    const files = new MemoryFiles();
    const cache = cacheOn(files);
    cache.put(demo, "https://user:secret@index.example/demo.whl", metadata);
    cache.flush();
    expect(cache.get(demo, "https://index.example/demo.whl")).toBe(metadata);
    expect(JSON.stringify(files.snapshot())).not.toContain("secret");
  });

  test("loses only the torn entry at the end, and can be written again afterwards", () => {
    const files = new MemoryFiles();
    const keys = ["1", "2", "3"].map((digit) => digit.repeat(64));
    for (const key of keys) keep(files, key, `Version: ${key[0]}\n`);
    const path = onlyFile(files, places.metadata);
    const whole = files.read(path);
    for (let length = 0; length <= whole.length; length++) {
      files.write(path, whole.subarray(0, length));
      const torn = cacheOn(files);
      const found = keys.map((key) => torn.get(demo, key));
      const complete = found.filter((text) => text !== undefined).length;
      expect(found).toEqual(
        keys.map((key, i) => (i < complete ? `Version: ${key[0]}\n` : undefined)),
      );
      torn.put(demo, "4".repeat(64), "Version: 4\n");
      torn.flush();
      expect(cacheOn(files).get(demo, "4".repeat(64))).toBe("Version: 4\n");
      if (complete > 0) expect(cacheOn(files).get(demo, keys[0] as string)).toBe("Version: 1\n");
    }
  });

  test("writes by itself when much has come together", () => {
    const files = new MemoryFiles();
    const cache = cacheOn(files);
    for (let i = 0; i < 300; i++) cache.put(demo, `https://index.example/${i}`, `Version: ${i}\n`);
    const found = Array.from({ length: 300 }, (_, i) =>
      cacheOn(files).get(demo, `https://index.example/${i}`),
    );
    expect(found.filter((text) => text !== undefined).length).toBeGreaterThan(200);
    expect(found[50]).toBe("Version: 50\n");
  });

  test("takes a changed entry for absent", () => {
    const files = new MemoryFiles();
    keep(files, sha256, metadata);
    const path = onlyFile(files, places.metadata);
    files.write(path, files.readText(path).replace("1.0", "9.9"));
    expect(cacheOn(files).get(demo, sha256)).toBeUndefined();
  });
});
