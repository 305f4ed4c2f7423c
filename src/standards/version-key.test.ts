import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { anyVersionText } from "./_version-arbitraries.ts";
import { afterExactly, afterLocals, afterPosts, decodeKey, firstOfRelease } from "./version-key.ts";
import { formatVersion, parseVersion } from "./version.ts";

describe("the places between versions", () => {
  test.each([
    ["1.0", "1.post0.dev0"],
    ["1.0.post1", "1.post2.dev0"],
    ["1.0.dev3", "1.dev4"],
    ["1.0a1", "1a1.post0.dev0"],
    ["1.0+l", "1.post0.dev0"],
    ["1.0.dev9007199254740991", "1.dev9007199254740992"],
  ])("behind all local versions of %p stands %p", (text, expected) => {
    expect(formatVersion(decodeKey(afterLocals(parseVersion(text))))).toBe(expected);
  });

  test("V < V+local < its post-releases < behind them < the next release", () => {
    const rising = [
      parseVersion("1.0").key,
      afterExactly(parseVersion("1.0").key),
      parseVersion("1.0+0a").key,
      parseVersion("1.0+1").key,
      afterLocals(parseVersion("1.0")),
      parseVersion("1.0.post0").key,
      parseVersion("1.0.post99999999999999999999+l").key,
      afterPosts(parseVersion("1.0")),
      firstOfRelease(0, [1, 0, 0, 1]),
      parseVersion("1.0.0.1a1").key,
    ];
    expect([...rising].sort()).toEqual(rising);
  });
});

test("a key can be read back, but for the zeros at the end of its release", () => {
  fc.assert(
    fc.property(anyVersionText, (text) => {
      const version = parseVersion(text);
      const { place, ...parts } = decodeKey(version.key);
      expect(place).toBe("at");
      expect(parseVersion(formatVersion(parts)).key).toBe(version.key);
      expect(decodeKey(afterExactly(version.key)).place).toBe("after-exactly");
    }),
  );
});
