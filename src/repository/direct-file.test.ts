import { describe, expect, test } from "bun:test";
import { normalizeName } from "#standards/name";
import { directFile } from "./direct-file.ts";

const hex = "ab".repeat(32);

describe("directFile()", () => {
  test("reads a wheel with its digests", () => {
    const found = directFile(
      `https://u:p@files.example/d/demo-1.0-py3-none-any.whl?x=1#egg=demo&sha256=${hex.toUpperCase()}`,
      undefined,
    );
    expect(found).toMatchObject({
      kind: "distribution",
      file: {
        filename: "demo-1.0-py3-none-any.whl",
        url: "https://u:p@files.example/d/demo-1.0-py3-none-any.whl?x=1",
        hashes: { sha256: hex },
        identity: { kind: "wheel", name: "demo" },
      },
    });
  });

  test("decodes the file name once", () => {
    const found = directFile("file:///w/demo-1.0%2Blocal-py3-none-any.whl", undefined);
    expect(found.kind === "distribution" && found.file.identity.version.text).toBe("1.0+local");
  });

  test.each([
    ["https://files.example/demo-1.0.tar.gz", "demo", "distribution"],
    ["https://files.example/demo-1.0.tar.gz", undefined, "distribution"],
    // An archive of some other name may be a source tree of the project all the same.
    ["https://files.example/archive/v1.0.tar.gz", "demo", "archive"],
    ["https://files.example/other-1.0.zip", "demo", "archive"],
    ["https://files.example/demo-1.0.tar.gz#subdirectory=python", "demo", "archive"],
  ])("takes %s for %p as %s", (url, name, kind) => {
    expect(directFile(url, name === undefined ? undefined : normalizeName(name)).kind).toBe(
      kind as "archive",
    );
  });

  test.each([
    ["git+https://code.example/demo"],
    ["https://files.example/"],
    ["https://files.example/demo-1.0.exe"],
    ["https://files.example/demo-1.0.whl"],
    ["https://files.example/a%2Fdemo-1.0.tar.gz"],
    ["../demo-1.0.tar.gz"],
  ])("refuses %s", (url) => {
    expect(() => directFile(url, undefined)).toThrow(
      expect.objectContaining({ code: "not-a-distribution" }) as unknown as Error,
    );
  });
});
