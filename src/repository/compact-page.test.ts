import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { RealInflate } from "#platform/real/inflate";
import { normalizeName, type NormalizedName } from "#standards/name";
import { parseSimpleJson } from "#standards/simple-page";
import { parseVersion, publicVersion, tryParseVersion, type Version } from "#standards/version";
import {
  compactPage,
  type CompactPage,
  openPage,
  pinnedPart,
  type EntryReader,
} from "./compact-page.ts";
import type { ProjectFile, ProjectListing } from "./listing.ts";

const inflate = new RealInflate();
const crc32 = (content: Uint8Array): number => inflate.crc32(content);
const demo = normalizeName("demo");
const json = "application/vnd.pypi.simple.v1+json";
const url = "https://index.example/simple/demo/";

function open(
  content: string,
  contentType: string = json,
  name: NormalizedName = demo,
): ProjectListing {
  return opened(
    compactPage({ content: new TextEncoder().encode(content), contentType, url }, name, crc32),
    name,
  );
}

function opened(page: CompactPage, name: NormalizedName = demo): ProjectListing {
  const reader: EntryReader = {
    read: (at, length) => page.entries.subarray(at, at + length),
    crc32,
    reopen: () => undefined,
    damaged: () => new Error("damaged"),
  };
  return openPage(page.table, reader, name, "main");
}

const summary = (listing: ProjectListing): Record<string, string[]> =>
  Object.fromEntries(
    listing.releases.map((release) => [
      release.version.text,
      release.files.map((file) => file.filename),
    ]),
  );

const entry = (filename: string, more: object = {}): object => ({
  filename,
  url: `../../files/${filename}`,
  hashes: {},
  ...more,
});

const document = (files: readonly object[], more: object = {}): object => ({
  meta: { "api-version": "1.4" },
  name: "demo",
  files,
  ...more,
});

/** As Python's json.dumps writes it by default. */
const spaced = (value: unknown): string => JSON.stringify(value, null, 1).replaceAll(/\n */g, " ");
const pythonic = (value: unknown): string =>
  spaced(value)
    .replaceAll("{ ", "{")
    .replaceAll(" }", "}")
    .replaceAll("[ ", "[")
    .replaceAll(" ]", "]");

const files = [
  entry("demo-1.0.tar.gz"),
  entry("demo-1.0-py3-none-any.whl", {
    size: 7,
    "requires-python": ">=3.8",
    yanked: "bad\ttabs\nand lines",
  }),
  entry("demo-2.0rc1-py3-none-any.whl", { "core-metadata": { sha256: "ab" } }),
  entry("demo-1.10-py3-none-any.whl", {
    hashes: { sha256: "00ff" },
    "upload-time": "2026-01-02T03:04:05Z",
  }),
  entry("Demo-1.0.0-py2-none-any.whl", { yanked: true }),
];
const expected = {
  "2.0rc1": ["demo-2.0rc1-py3-none-any.whl"],
  "1.10": ["demo-1.10-py3-none-any.whl"],
  "1.0": ["demo-1.0.tar.gz", "demo-1.0-py3-none-any.whl", "Demo-1.0.0-py2-none-any.whl"],
};

describe("a JSON page", () => {
  test.each([
    ["without spaces", JSON.stringify],
    ["with Python's spaces", pythonic],
    ["with a line for everything", (value: unknown) => JSON.stringify(value, null, 2)],
  ])("written %s is sorted into releases, newest first, equal versions together", (_, write) => {
    expect(summary(open(write(document(files))))).toEqual(expected);
  });

  test("keeps everything that is said of a file", () => {
    const listing = open(JSON.stringify(document(files)));
    const [, , last] = listing.releases;
    expect(last?.files[1]).toMatchObject({
      url: "https://index.example/files/demo-1.0-py3-none-any.whl",
      identity: { kind: "wheel", platformTags: ["any"] },
      size: 7,
      requiresPython: ">=3.8",
      yanked: "bad\ttabs\nand lines",
      repository: "main",
    });
    expect(last?.files[2]?.yanked).toBe("");
    expect(listing.releases[0]?.files[0]?.metadataHashes).toEqual({ sha256: "ab" });
    expect(listing.releases[1]?.files[0]).toMatchObject({
      hashes: { sha256: "00ff" },
      uploadTime: Date.UTC(2026, 0, 2, 3, 4, 5),
      yanked: false,
    });
  });

  test("tells its status and what it cannot use", () => {
    const listing = open(
      JSON.stringify(
        document(
          [entry("other-1.0-py3-none-any.whl"), entry("demo-oops.tar.gz"), entry("demo-1.0.exe")],
          {
            "project-status": { status: "archived", reason: "done" },
          },
        ),
      ),
    );
    expect(listing.status).toEqual({ status: "archived", reason: "done" });
    expect(listing.releases).toEqual([]);
    expect(listing.skipped.map((file) => file.filename)).toEqual([
      "other-1.0-py3-none-any.whl",
      "demo-oops.tar.gz",
    ]);
    expect(listing.skipped[0]?.reason).toContain("`other`");
  });

  const first = entry("demo-1.0.tar.gz");
  const last = entry("demo-2.0.tar.gz");
  test.each<[string, unknown[]]>([
    [
      "a separator inside a text",
      [entry("demo-1.0.tar.gz", { yanked: 'a},{"filename":"x' }), last],
    ],
    ["objects inside an entry", [entry("demo-1.0.tar.gz", { more: [{ a: 1 }, { b: 2 }] }), last]],
    ["a list at the end of an entry", [first, entry("demo-2.0.tar.gz", { more: [{ a: 1 }] })]],
    ["letters beyond ASCII", [entry("demo-1.0.tar.gz", { yanked: "später" }), last]],
    ["an entry without a name", [first, { url: "x" }, last]],
    ["an entry that is no object", [first, 7, last]],
  ])("with %s is read right", (_, entries) => {
    const listing = open(JSON.stringify(document(entries as object[])));
    expect(summary(listing)).toEqual({ "2.0": ["demo-2.0.tar.gz"], "1.0": ["demo-1.0.tar.gz"] });
  });

  test("with another list of files before its own is read right", () => {
    const before = { aa: [{ files: [{}] }] };
    const listing = open(JSON.stringify({ ...before, ...document([first, last]) }));
    expect(Object.keys(summary(listing))).toEqual(["2.0", "1.0"]);
  });

  test("with entries of one release scattered keeps the order of the page", () => {
    const scattered = [
      "demo-1.0-2-py3-none-any.whl",
      "demo-3.0.tar.gz",
      "demo-1.0-1-py3-none-any.whl",
    ];
    expect(
      summary(open(JSON.stringify(document(scattered.map((name) => entry(name))))))["1.0"],
    ).toEqual(["demo-1.0-2-py3-none-any.whl", "demo-1.0-1-py3-none-any.whl"]);
  });

  test.each([
    ["{", "index-page-invalid"],
    ["", "index-page-invalid"],
    ["<!DOCTYPE html><title>Sign in</title>", "index-page-invalid"],
    ["[]", "index-page-invalid"],
    ["null", "index-page-invalid"],
    ['{"files": 7}', "index-page-invalid"],
    ['{"meta":{"api-version":"2.0"},"files":[]}', "index-page-too-new"],
  ])("that is %j is an error with the code %s", (content, code) => {
    expect(() => open(content)).toThrow(expect.objectContaining({ code }) as unknown as Error);
  });

  test("that is broken in the middle says so when a broken entry is wanted", () => {
    const text = JSON.stringify(document([first, entry("demo-1.5.tar.gz", { size: 7 }), last]));
    const listing = open(text.replace('"size":7', '"size":'));
    expect(listing.releases[0]?.files).toHaveLength(1);
    expect(() => listing.releases[1]?.files).toThrow(
      expect.objectContaining({ code: "index-page-invalid" }) as unknown as Error,
    );
  });

  test.each<[string, unknown[]]>([
    ["entries that begin differently", [first, { size: 1, ...last }]],
    ["a file name inside an entry", [{ more: { filename: "x" }, ...first }, last]],
    ["lists that begin like entries", [{ ...first, more: [first, last] }, last]],
    ["names written with escapes", [entry("demo-1.0.tar.gz"), last]],
  ])("with %s is read right, without spaces and with them", (_, entries) => {
    for (const write of [JSON.stringify, pythonic]) {
      const text = write(document(entries as object[])).replace("demo-1.0", "demo\\u002d1.0");
      const files = open(text).releases.flatMap((release) => release.files);
      expect(files.map((file) => file.filename)).toEqual(["demo-2.0.tar.gz", "demo-1.0.tar.gz"]);
    }
  });

  test("never says other things of a file than the plain parser does", () => {
    const anything = fc.oneof(
      fc.string(),
      fc.constantFrom("},{", '"},{"', "}]", "\\", "\t", "\n", "ü", '"filename":"'),
    );
    const files = fc.array(
      fc.record(
        {
          filename: fc
            .tuple(
              fc.nat(3),
              fc.constantFrom(".tar.gz", "-py3-none-any.whl", "-1-py3-none-any.whl"),
            )
            .map(([n, end]) => `demo-${n}.0${end}`),
          url: fc.webUrl(),
          hashes: fc.dictionary(anything, anything),
          "requires-python": fc.option(anything),
          yanked: fc.oneof(fc.boolean(), anything),
          extra: fc.jsonValue(),
        },
        { requiredKeys: ["filename", "url", "hashes"] },
      ),
    );
    fc.assert(
      fc.property(files, fc.constantFrom(JSON.stringify, pythonic), (entries, write) => {
        const text = write(document(entries));
        const plain = parseSimpleJson(text, url).links.map((link) => [
          link.filename,
          link.url,
          link.yanked,
        ]);
        const ours = open(text).releases.flatMap((release) =>
          release.files.map((file) => [file.filename, file.url, file.yanked]),
        );
        expect(ours.map(String).sort()).toEqual(plain.map(String).sort());
      }),
    );
  });
});

describe("some files of a release", () => {
  const names = ["demo-1.0-py3-none-any.whl", "demo-1.0-cp27-cp27m-win32.whl", "demo-1.0.tar.gz"];
  const [release] = open(JSON.stringify(document(names.map((name) => entry(name))))).releases;
  const named = (files: readonly ProjectFile[] = []): string[] =>
    files.map(({ filename }) => filename);

  test("are those that are wanted, and later all of them are still there", () => {
    expect(named(release?.filesWhere?.((name) => !name.includes("cp27")))).toEqual([
      "demo-1.0-py3-none-any.whl",
      "demo-1.0.tar.gz",
    ]);
    expect(named(release?.filesWhere?.((name) => name.endsWith(".gz")))).toEqual([
      "demo-1.0.tar.gz",
    ]);
    expect(named(release?.files)).toEqual(names);
  });

  test("are the release's own when all are wanted", () => {
    const [other] = open(JSON.stringify(document(names.map((name) => entry(name))))).releases;
    expect(other?.filesWhere?.(() => true)).toBe(other?.files as ProjectFile[]);
  });
});

describe("what a pin needs of a page", () => {
  const pinned = (text: string, pin: string): Record<string, string[]> | undefined => {
    const content = new TextEncoder().encode(text);
    const part = pinnedPart({ content, contentType: json, url }, demo, parseVersion(pin), crc32);
    return part === undefined ? undefined : summary(opened(part));
  };

  test("are its files, with everything that is said of them and of the project", () => {
    const status = { "project-status": { status: "archived", reason: "done" } };
    const content = new TextEncoder().encode(JSON.stringify(document(files, status)));
    const page = { content, contentType: json, url };
    const part = pinnedPart(page, demo, parseVersion("1.0"), crc32);
    const listing = opened(part as NonNullable<typeof part>);
    expect(summary(listing)).toEqual({ "1.0": expected["1.0"] });
    const whole = open(JSON.stringify(document(files, status)));
    expect(listing.releases[0]?.files).toEqual(whole.releases.at(-1)?.files as ProjectFile[]);
    expect(listing.status).toEqual({ status: "archived", reason: "done" });
  });

  test("are those of every spelling", () => {
    const spelled = ["01.0", "v1.0", "1.0.0.0", "1", "0!1.0", "1.0+local", "001.00+2"];
    const others = ["1.0.1", "1.0.post1", "1.1", "10.0", "2.0", "1!1.0", "1.0rc1", "0.1", "1.01"];
    const names = [...spelled, ...others].map((version) => `demo-${version}`);
    const page = document(
      names.flatMap((name) => [entry(`${name}.tar.gz`), entry(`${name}-py3-none-any.whl`)]),
    );
    const found = pinned(JSON.stringify(page), "1.0") ?? {};
    const kept = ["1.0", "01.0", "1", "1.0+local", "1.0+2"].flatMap((text) => found[text] ?? []);
    expect(kept.sort()).toEqual(
      spelled.flatMap((text) => [`demo-${text}.tar.gz`, `demo-${text}-py3-none-any.whl`]).sort(),
    );
    expect(found["1.1"]).toBeUndefined();
  });

  test("is not picked out of a page that has to be read as a whole", () => {
    expect(pinned("[]", "1.0")).toBeUndefined();
    const html = { content: new TextEncoder().encode("<a></a>"), contentType: "text/html", url };
    expect(pinnedPart(html, demo, parseVersion("1.0"), crc32)).toBeUndefined();
  });

  test("are the files that the whole page has of it, however their names are written", () => {
    const number = fc.constantFrom("0", "1", "2", "01", "10", "20", "12345678901234567890");
    const version = fc
      .tuple(
        fc.constantFrom("", "", "", "v", "1!", "0!"),
        fc.array(number, { minLength: 1, maxLength: 3 }),
        fc.constantFrom("", "", "", "rc1", ".post1", "-1", ".dev0", "+1", "+1.local", "a", "_2"),
      )
      .map(([before, numbers, behind]) => `${before}${numbers.join(".")}${behind}`);
    const filename = fc
      .tuple(
        fc.constantFrom("zope_interface", "zope.interface", "Zope-Interface", "zope__interface"),
        version,
        fc.constantFrom(".tar.gz", ".zip", "-py3-none-any.whl", "-1-py3-none-any.whl", ".tgz"),
      )
      .map(([project, text, end]) => `${project}-${text}${end}`);
    const zope = normalizeName("zope.interface");
    fc.assert(
      fc.property(fc.array(filename, { minLength: 1 }), version, (names, pin) => {
        const wanted = tryParseVersion(pin);
        fc.pre(wanted !== undefined);
        const content = new TextEncoder().encode(
          JSON.stringify(document(names.map((name) => entry(name)))),
        );
        const page = { content, contentType: json, url };
        const part = pinnedPart(page, zope, wanted, crc32);
        const ofPin = (listing: ProjectListing): string[] =>
          listing.releases
            .filter((release) => publicKey(release.version) === publicKey(wanted))
            .flatMap((release) => release.files.map((file) => file.filename));
        const whole = opened(compactPage(page, zope, crc32), zope);
        expect(ofPin(opened(part as NonNullable<typeof part>, zope))).toEqual(ofPin(whole));
      }),
    );
  });

  test.each<[string, object[]]>([
    [
      "entries that begin differently",
      [entry("demo-1.0.tar.gz"), { size: 1, ...entry("demo-2.0.zip") }],
    ],
    ["a file name inside an entry", [{ more: entry("demo-2.0.zip"), ...entry("demo-1.0.zip") }]],
    [
      "lists that begin like entries",
      ["demo-2.0.zip", "demo-1.0.zip", "demo-2.0.tar.gz"].map((name) => ({
        ...entry(name),
        more: ["demo-1.0.tgz", "demo-2.0.tgz", "demo-1.0.zip"].map((inner) => entry(inner)),
      })),
    ],
    ["names written with escapes", [entry("demo-1.0.tar.gz"), entry("demo-2.0.zip")]],
  ])("are no others on a page with %s", (_, entries) => {
    for (const write of [JSON.stringify, pythonic])
      for (const pin of ["1.0", "2.0"]) {
        const text = write(document(entries)).replaceAll("demo-1.0", "demo-\\u0031.0");
        const found = pinned(text, pin);
        if (found !== undefined) expect(found[pin]).toEqual(summary(open(text))[pin] as string[]);
      }
  });
});

/** The same for a version and its local ones. */
function publicKey(version: Version): string {
  return parseVersion(publicVersion(version)).key;
}

describe("an HTML page", () => {
  const page = `<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.1"></head><body>
    <a href="../../files/demo-1.0-py3-none-any.whl#sha256=00ff" data-requires-python="&gt;=3.9"
       data-core-metadata="sha256=aa11">demo-1.0-py3-none-any.whl</a>
    <a href="../../files/demo-0.9.tar.gz" data-yanked="bro&quot;ken">demo-0.9.tar.gz</a></body></html>`;

  test("means the same as its JSON form", () => {
    const listing = open(page, "text/html; charset=utf-8");
    expect(listing.releases[0]?.files[0]).toMatchObject({
      url: "https://index.example/files/demo-1.0-py3-none-any.whl",
      hashes: { sha256: "00ff" },
      requiresPython: ">=3.9",
      metadataHashes: { sha256: "aa11" },
      yanked: false,
      size: undefined,
    });
    expect(listing.releases[1]?.files[0]?.yanked).toBe('bro"ken');
  });
});

describe("entries that changed under an opened page", () => {
  const bytes = new TextEncoder().encode(JSON.stringify(document(files)));
  const page = compactPage({ content: bytes, contentType: json, url }, demo, crc32);
  const newer = compactPage(
    {
      content: new TextEncoder().encode(
        JSON.stringify(document([entry("demo-3.0.tar.gz"), ...files])),
      ),
      contentType: json,
      url,
    },
    demo,
    crc32,
  );
  const readerOf = (entries: Uint8Array, reopen: EntryReader["reopen"]): EntryReader => ({
    read: (at, length) =>
      at + length > entries.length ? undefined : entries.subarray(at, at + length),
    crc32,
    reopen,
    damaged: () => new Error("damaged"),
  });

  test("are read from the page that took its place", () => {
    const now = { table: newer.table, entries: readerOf(newer.entries, () => undefined) };
    const listing = openPage(
      page.table,
      readerOf(newer.entries, () => now),
      demo,
      "main",
    );
    expect(summary(listing)).toEqual(expected);
  });

  test("are an error when nothing took its place", () => {
    const damaged = page.entries.slice();
    damaged.fill(0, 100, 140);
    const listing = openPage(
      page.table,
      readerOf(damaged, () => undefined),
      demo,
      "main",
    );
    expect(() => summary(listing)).toThrow("damaged");
    const torn = openPage(
      page.table,
      readerOf(page.entries.subarray(0, 50), () => undefined),
      demo,
      "main",
    );
    expect(() => summary(torn)).toThrow("damaged");
  });
});
