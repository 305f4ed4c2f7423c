import { describe, expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import { normalizeName } from "./name.ts";
import { parseSdistFilename, tryParseSourceFilename } from "./sdist-filename.ts";

describe("parseSdistFilename()", () => {
  test.each([
    ["a-1.tar.gz", "a", "1", ".tar.gz"],
    ["Foo_Bar-1.0rc1.zip", "foo-bar", "1.0rc1", ".zip"],
    ["foo-bar-1.0.tar.gz", "foo-bar", "1.0", ".tar.gz"],
    ["a-1-2.tar.gz", "a-1", "2", ".tar.gz"],
    ["a-1!1.0+l.tar.gz", "a", "1!1.0+l", ".tar.gz"],
  ])("%p is %p in version %p", (text, name, version, extension) => {
    const sdist = parseSdistFilename(text);
    expect([String(sdist.name), sdist.version.text, sdist.extension]).toEqual([
      name,
      version,
      extension,
    ]);
  });

  test("finds the dash that leaves the wanted name, for versions with dashes", () => {
    const wanted = normalizeName("python-dateutil");
    expect(parseSdistFilename("python-dateutil-1.0-1.tar.gz", wanted).version.text).toBe(
      "1.0.post1",
    );
    expect(String(parseSdistFilename("python_dateutil-2.0.tar.gz", wanted).name)).toBe(
      "python-dateutil",
    );
    expect(tryParseSourceFilename("python-dateutils-2.0.tar.gz", wanted)).toBeUndefined();
  });

  test("leaves to parseSourceFilename() what only pip takes for an sdist", () => {
    expect(tryParseSourceFilename("a-1.tar.bz2")?.extension).toBe(".tar.bz2");
    expect(tryParseSourceFilename("a-1.tgz")?.version.text).toBe("1");
    expect(() => parseSdistFilename("a-1.tgz")).toThrow(
      expect.objectContaining({ why: "it ends neither in `.tar.gz` nor in `.zip`" }),
    );
  });

  test.each([
    ["a-1.whl", "it ends neither in `.tar.gz` nor in `.zip`"],
    ["a.tar.gz", "it has no dash between name and version"],
    ["-1.tar.gz", "it has no name"],
    ["a-x.tar.gz", "`x` is not a version"],
    ["../a-1.tar.gz", "a file name has no slashes and no control characters"],
    ["a-1\n.tar.gz", "a file name has no slashes and no control characters"],
  ])("%p is refused: %s", (text, why) => {
    expect(tryParseSourceFilename(text)).toBeUndefined();
    expect(() => parseSdistFilename(text)).toThrow(PkmError);
    expect(() => parseSdistFilename(text)).toThrow(
      expect.objectContaining({ code: "invalid-sdist-filename", why }),
    );
  });
});
