import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { craftZip } from "#archive/crafted-zip";
import { PkmError } from "#base/errors";
import { RealInflate } from "#platform/real/inflate";
import { parseSdistFilename } from "#standards/sdist-filename";
import { readStaticMetadata, type StaticMetadata } from "./sdist.ts";

const world = { inflate: new RealInflate() };
const filename = "demo-1.0.tar.gz";

/** The members as `tar` writes them, one header and one padded content each. */
function tar(members: Readonly<Record<string, string>>): Uint8Array {
  const parts = Object.entries(members).flatMap(([name, content]) => {
    const body = Buffer.from(content);
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write("0000644\0", 100);
    header.write(`${body.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write("        0", 148);
    header.write("ustar\x0000", 257);
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, "0")}\0 `,
      148,
    );
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

function read(members: Readonly<Record<string, string>>, name = filename): StaticMetadata {
  const zipped = Object.entries(members).map(([path, content]) => ({ name: path, content }));
  const bytes = name.endsWith(".zip") ? craftZip(zipped) : new Uint8Array(gzipSync(tar(members)));
  return readStaticMetadata(bytes, name, parseSdistFilename(name), world);
}

function pkgInfo(version: string, more = ""): string {
  return `Metadata-Version: ${version}\nName: demo\nVersion: 1.0\nRequires-Dist: attrs>=20\n${more}\nText\n`;
}

describe("readStaticMetadata()", () => {
  test.each([filename, "demo-1.0.zip"])("believes PKG-INFO from metadata 2.2 on, in %s", (name) => {
    const found = read(
      { "demo-1.0/setup.py": "", "demo-1.0/PKG-INFO": pkgInfo("2.2", "Dynamic: Summary\n") },
      name,
    );
    expect(
      found.kind === "metadata" &&
        found.metadata.requiresDist.map(({ name: needed }) => String(needed)),
    ).toEqual(["attrs"]);
  });

  test.each([
    [
      "earlier metadata",
      pkgInfo("2.1"),
      "its metadata is of version 2.1, which promises nothing before a build",
    ],
    [
      "dynamic dependencies",
      pkgInfo("2.2", "Dynamic: Requires-Dist\n"),
      "a build may change its dependencies",
    ],
    [
      "dynamic extras",
      pkgInfo("2.3", "Dynamic: provides-extra\n"),
      "a build may change its dependencies",
    ],
  ])("asks for a build on %s", (_, text, reason) => {
    expect(read({ "demo-1.0/PKG-INFO": text })).toEqual({ kind: "needs-build", reason });
  });

  test("asks for a build without PKG-INFO at the top", () => {
    const nested = { "demo-1.0/src/demo.egg-info/PKG-INFO": pkgInfo("2.2") };
    expect(read(nested)).toEqual({ kind: "needs-build", reason: "it has no PKG-INFO" });
  });

  test.each([
    [
      "two folders at its top",
      { "demo-1.0/PKG-INFO": pkgInfo("2.2"), "evil/x": "" },
      "sdist-invalid",
    ],
    [
      "a file beside its folder",
      { "demo-1.0/PKG-INFO": pkgInfo("2.2"), "setup.py": "" },
      "sdist-invalid",
    ],
    [
      "metadata of another name",
      { "d/PKG-INFO": pkgInfo("2.2").replace("demo", "other") },
      "metadata-of-another",
    ],
    [
      "metadata of another version",
      { "d/PKG-INFO": pkgInfo("2.2").replace("1.0", "2.0") },
      "metadata-of-another",
    ],
  ])("refuses %s", (_, members, code) => {
    expect(codeOf(() => read(members as Record<string, string>))).toBe(code);
  });

  test("refuses PKG-INFO twice, whichever comes first", () => {
    const info = pkgInfo("2.2");
    const twice = {
      "./demo-1.0/PKG-INFO": info,
      "demo-1.0/PKG-INFO": info.replace("attrs", "evil"),
    };
    expect(codeOf(() => read(twice))).toBe("sdist-invalid");
  });

  test("refuses what is cut off, and what unpacks to far more than it should", () => {
    const whole = new Uint8Array(gzipSync(tar({ "demo-1.0/PKG-INFO": pkgInfo("2.2") })));
    const identity = parseSdistFilename(filename);
    const attempt = (bytes: Uint8Array) =>
      codeOf(() => readStaticMetadata(bytes, filename, identity, world));
    expect(attempt(whole.subarray(0, -20))).toBe("sdist-invalid");
    expect(attempt(new Uint8Array(gzipSync(new Uint8Array(70 * 2 ** 20))))).toBe("sdist-invalid");
  });
});

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof PkmError) return error.code;
    throw error;
  }
  throw new Error("nothing was refused");
}
