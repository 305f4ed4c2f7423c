import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { deflateRawSync, gzipSync } from "node:zlib";
import { errnoOf } from "#base/errors";
import { RealClock } from "./clock.ts";
import { RealHashing } from "./hashing.ts";
import { RealInflate } from "./inflate.ts";
import { RealProcesses } from "./processes.ts";
import { isTerminalDevice } from "./streams.ts";

describe("RealHashing", () => {
  const hashing = new RealHashing();

  test.each(["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "blake2b"])(
    "knows %s by the name that Python has for it",
    (algorithm) => {
      const script = `import hashlib; print(hashlib.new("${algorithm}", b"abc").hexdigest())`;
      const run = Bun.spawnSync(["python3", "-I", "-c", script]);
      expect(hashing.digest(algorithm, "abc")).toBe(run.stdout.toString().trim());
    },
  );

  test("digests piece by piece, and in RECORD's spelling", () => {
    const running = hashing.start("sha256");
    for (const piece of ["a", "b", "c"]) running.update(new TextEncoder().encode(piece));
    expect(running.hex()).toBe(hashing.digest("sha256", "abc"));
    expect(hashing.digest("sha256", "abc", "base64url")).toBe(
      createHash("sha256").update("abc").digest("base64url"),
    );
  });
});

describe("RealInflate", () => {
  const inflate = new RealInflate();
  const content = new TextEncoder().encode("a text, a text, a text".repeat(1000));
  const packed = new Uint8Array(deflateRawSync(content));

  test("makes exactly the bytes that were declared", () => {
    expect(inflate.inflateRaw(packed, content.length)).toEqual(content);
    expect(inflate.inflateRaw(new Uint8Array(deflateRawSync("")), 0)).toHaveLength(0);
  });

  test.each([
    ["declared shorter", packed, content.length - 1],
    ["declared much shorter", packed, 1],
    ["declared longer", packed, content.length + 1],
    ["cut off", packed.subarray(0, -4), content.length],
    ["followed by something", new Uint8Array([...packed, 1, 2, 3]), content.length],
    ["that is none", content, content.length],
  ])("refuses a stream %s, and inflates the next one all the same", (_, stream, size) => {
    expect(() => inflate.inflateRaw(stream, size)).toThrow();
    expect(() => [...inflate.inflatePieces(stream, size)]).toThrow();
    expect(() => inflate.inflateShort(stream, size)).toThrow();
    expect(inflate.inflateRaw(packed, content.length)).toEqual(content);
  });

  test.each([0, 1, 262_143, 262_144, 262_145, 524_288, 3_000_000])(
    "makes %d bytes in pieces that share their memory",
    (size) => {
      const random = Uint8Array.from({ length: size }, (_, i) => (i * 2_654_435_761) >>> 13);
      const stream = new Uint8Array(deflateRawSync(random));
      const running = new RealHashing().start("sha256");
      const memory = new Set<ArrayBufferLike>();
      let total = 0;
      for (const piece of inflate.inflatePieces(stream, size)) {
        running.update(piece);
        memory.add(piece.buffer);
        total += piece.length;
      }
      expect(total).toBe(size);
      expect(running.hex()).toBe(new RealHashing().digest("sha256", random));
      expect(memory.size).toBe(size === 0 ? 0 : 1);
      expect(inflate.inflateRaw(stream, size)).toEqual(random);
    },
  );

  test("makes a short stream in one step, and refuses one that is longer than it says it is", () => {
    for (const size of [0, 1, 1000, inflate.shortSize]) {
      const bytes = Uint8Array.from({ length: size }, (_, i) => i % 251);
      const stream = new Uint8Array(deflateRawSync(bytes));
      expect(inflate.inflateShort(stream, size)).toEqual(bytes);
    }
    const long = new Uint8Array(deflateRawSync(new Uint8Array(2 * inflate.shortSize)));
    expect(() => inflate.inflateShort(long, 1000)).toThrow(RangeError);
  });

  test("keeps two streams apart that are inflated by turns, and one that is given up", () => {
    const [a, b] = [new Uint8Array(600_000).fill(1), new Uint8Array(600_000).fill(2)];
    const [first, second] = [a, b].map((bytes) =>
      inflate.inflatePieces(new Uint8Array(deflateRawSync(bytes)), bytes.length)[Symbol.iterator](),
    );
    expect(first?.next().value?.[0]).toBe(1);
    expect(second?.next().value?.[0]).toBe(2);
    expect(first?.next().value?.[0]).toBe(1);
    expect(inflate.inflateRaw(packed, content.length)).toEqual(content);
    expect(second?.next().value?.[0]).toBe(2);
  });

  test("checksums go on where they stopped", () => {
    const [a, b] = [content.subarray(0, 1000), content.subarray(1000)];
    expect(inflate.crc32(b, inflate.crc32(a))).toBe(inflate.crc32(content));
  });

  test("unpacks gzip within a limit", () => {
    const zipped = new Uint8Array(gzipSync(content));
    expect(inflate.gunzip(zipped, content.length)).toHaveLength(content.length);
    expect(() => inflate.gunzip(zipped, content.length - 1)).toThrow(RangeError);
    expect(() => inflate.gunzip(zipped.subarray(0, -9), content.length)).not.toThrow(RangeError);
    expect(() => inflate.gunzip(zipped.subarray(0, -9), content.length)).toThrow();
  });
});

describe("RealProcesses", () => {
  const processes = new RealProcesses();

  test("hands over input, environment and folder, and takes both outputs and the status", async () => {
    const found = await processes.run({
      argv: ["sh", "-c", 'cat; echo " $WORD $PWD"; echo talk >&2; exit 3'],
      input: "typed",
      env: { WORD: "set", PATH: "/usr/bin:/bin" },
      cwd: "/",
    });
    expect(found).toEqual({
      status: 3,
      stdout: "typed set /\n",
      stderr: "talk\n",
      timedOut: false,
    });
  });

  test("ends a program and its children when its time is over", async () => {
    const found = await processes.run({ argv: ["sh", "-c", "sleep 60 & sleep 60"], timeout: 50 });
    expect(found.timedOut).toBe(true);
  });

  test.each([["no-such-program-here"], ["/etc/passwd"]])(
    "throws an errno error for %s",
    async (program) => {
      const error = await processes.run({ argv: [program] }).catch((caught: unknown) => caught);
      expect(["ENOENT", "EACCES"]).toContain(errnoOf(error) ?? "");
    },
  );
});

test("RealClock.sleep() can be woken", async () => {
  const stop = new AbortController();
  const sleeping = new RealClock().sleep(60_000, stop.signal).catch((reason: unknown) => reason);
  stop.abort("enough");
  expect(await sleeping).toBe("enough");
});

describe.skipIf(process.platform !== "linux")(
  "the number of a device (skipped where Linux is not)",
  () => {
    test("tells a terminal from what only looks like one, and leaves the rest to others", () => {
      const script =
        "import os, pty; print(*(os.fstat(d).st_rdev for d in (pty.openpty()[1], os.open('/dev/null', 0))))";
      const run = Bun.spawnSync(["python3", "-I", "-c", script]);
      const [terminal, nothing] = run.stdout.toString().split(" ").map(Number);
      expect(isTerminalDevice(terminal as number)).toBe(true);
      expect(isTerminalDevice(nothing as number)).toBe(false);
      expect(isTerminalDevice(5 * 256)).toBeUndefined();
    });
  },
);
