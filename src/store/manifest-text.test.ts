import { expect, test } from "bun:test";
import { RealInflate } from "#platform/real/inflate";
import { normalizeName } from "#standards/name";
import { formatRecord } from "#standards/record";
import fc from "fast-check";
import { formatManifest, type LaidWheel, manifestRow, parseManifest } from "./manifest-text.ts";
import type { ManifestFile, WheelManifest } from "./wheel-manifest.ts";

const inflate = new RealInflate();

function manifestOf(files: readonly ManifestFile[], folders: readonly string[] = []): LaidWheel {
  return {
    filename: "demo-1.0-py3-none-any.whl",
    name: normalizeName("demo"),
    displayName: "Demo",
    version: "1.0",
    sha256: "a".repeat(64),
    rootIsPurelib: false,
    distInfo: "demo-1.0.dist-info",
    topLevel: ["demo"],
    parts: [
      {
        scheme: "root",
        folder: "root",
        folders,
        loose: [],
        rows: files.map(manifestRow),
        executable: files.filter(({ executable }) => executable).map(manifestRow),
      },
      { scheme: "data", folder: "data", folders: [], loose: [], rows: [], executable: [] },
    ],
    consoleScripts: { demo: "demo:main" },
    guiScripts: {},
    requiresPython: undefined,
  };
}

// Whatever the strict reader lets through: no control characters, but quotes, commas and any letter.
const path = fc.stringMatching(/^[a-z",=é日 .0-9]{1,12}(\/[a-zA-Z,"]{1,5})?$/);
const file = fc.record({
  path,
  size: fc.nat(),
  sha256: fc.stringMatching(/^[A-Za-z0-9_-]{43}$/),
  executable: fc.boolean(),
});

test("a manifest comes back as it was written, its files in the order of their rows", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(file, { selector: (one) => one.path }),
      fc.array(path),
      (files, folders) => {
        const manifest = manifestOf(files, folders);
        const read = parseManifest(formatManifest(manifest, inflate), inflate);
        const { parts, ...rest } = manifest;
        const { parts: readParts, ...readRest } = read as WheelManifest;
        expect(readRest).toEqual(rest);
        expect(readParts.map((part) => [part.scheme, part.folder])).toEqual(
          parts.map((part) => [part.scheme, part.folder]),
        );
        const [root] = readParts;
        const byPath = (list: readonly ManifestFile[]) =>
          [...list].sort((a, b) => (a.path < b.path ? -1 : 1));
        expect(byPath(root?.files ?? [])).toEqual(byPath(files));
        expect(root?.paths).toEqual(root?.files.map((one) => one.path) ?? []);
        expect(root?.folders).toEqual(folders);
        // The rows are what RECORD would hold of these files.
        const rows = files.map(({ path: name, sha256, size }) => ({
          path: name,
          hash: { algorithm: "sha256", digest: sha256 },
          size,
        }));
        expect(root?.recordRows).toBe(formatRecord(rows));
      },
    ),
  );
});

test("a manifest that was cut off or changed anywhere is none", () => {
  const whole = formatManifest(
    manifestOf([{ path: "a", size: 1, sha256: "x".repeat(43), executable: true }]),
    inflate,
  );
  for (let length = 0; length < whole.length; length++)
    expect(parseManifest(whole.subarray(0, length), inflate)).toBeUndefined();
  for (let i = 0; i < whole.length; i++)
    expect(
      parseManifest(
        whole.map((byte, at) => (at === i ? byte ^ 1 : byte)),
        inflate,
      ),
    ).toBeUndefined();
});
