import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { PkmError } from "#base/errors";
import { decodeEntities } from "./_html-entities.ts";
import {
  parseSimpleHtml,
  parseSimpleJson,
  parseSimplePage,
  type SimpleLink,
  type SimplePage,
} from "./simple-page.ts";

const page = "https://index.example/simple/demo/";
const wheel = "demo-1.0-py3-none-any.whl";

function json(files: readonly unknown[], more: object = {}): string {
  return JSON.stringify({ meta: { "api-version": "1.1" }, name: "demo", files, ...more });
}

function plain(link: SimpleLink | undefined): unknown {
  if (link === undefined) return undefined;
  const { filename, url, hashes, size, requiresPython, yanked, uploadTime, metadataHashes } = link;
  return { filename, url, hashes, size, requiresPython, yanked, uploadTime, metadataHashes };
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof PkmError) return error.code;
    throw error;
  }
  return "none";
}

function names(read: SimplePage): string[] {
  return read.links.map((link) => link.filename);
}

describe("a JSON page", () => {
  test("passes over addresses that no parser takes, whatever came before them", () => {
    const files = [
      "https://files.example/a",
      "http://[",
      "https://files.example:99999",
      "https:// x",
    ]
      .flatMap((address) => [`${address}/${wheel}`, `https://files.example/b/${wheel}`])
      .map((url) => ({ filename: wheel, url }));
    const read = parseSimpleJson(json(files), page);
    expect(read.links.map((link) => link.url)).toEqual([
      `https://files.example/a/${wheel}`,
      ...Array.from({ length: 4 }, () => `https://files.example/b/${wheel}`),
    ]);
    expect(read.skipped.map((skip) => skip.reason)).toEqual(
      Array.from({ length: 3 }, () => "its address is not a URL"),
    );
  });

  test("gives everything the index says about a file", () => {
    const read = parseSimpleJson(
      json([
        {
          filename: wheel,
          url: `../../packages/ab/${wheel}#egg=demo`,
          hashes: { sha256: "AB12" },
          size: 42,
          "requires-python": ">=3.8",
          yanked: "broken",
          "upload-time": "2024-01-31T12:00:00.123456Z",
          "core-metadata": { sha256: "cd34" },
          "dist-info-metadata": false,
          provenance: null,
        },
      ]),
      page,
    );
    expect(plain(read.links[0])).toEqual({
      filename: wheel,
      url: `https://index.example/packages/ab/${wheel}`,
      hashes: { sha256: "ab12" },
      size: 42,
      requiresPython: ">=3.8",
      yanked: "broken",
      uploadTime: Date.UTC(2024, 0, 31, 12, 0, 0, 123),
      metadataHashes: { sha256: "cd34" },
    });
  });

  test("may leave out or empty whatever is optional", () => {
    const read = parseSimpleJson(
      json([
        {
          filename: wheel,
          url: wheel,
          hashes: {},
          "requires-python": null,
          yanked: false,
          extra: [1],
        },
        {
          filename: "demo-1.0.tar.gz",
          url: "demo-1.0.tar.gz",
          "requires-python": "",
          size: null,
          yanked: true,
        },
      ]),
      page,
    );
    expect(read.links.map((link) => link.requiresPython)).toEqual([undefined, undefined]);
    expect(read.links.map((link) => link.yanked)).toEqual([false, ""]);
    expect(read.links.map((link) => link.size)).toEqual([undefined, undefined]);
    expect(read.links.map((link) => link.metadataHashes)).toEqual([undefined, undefined]);
  });

  test("loses one entry of a wrong type and keeps the rest", () => {
    const good = { filename: wheel, url: wheel, hashes: {} };
    const bad = [
      7,
      null,
      { url: wheel },
      { ...good, filename: 7 },
      { ...good, url: 7 },
      { ...good, hashes: "sha256" },
      { ...good, hashes: { sha256: 7 } },
      { ...good, hashes: ["x"] },
      { ...good, size: "1" },
      { ...good, "requires-python": 3.8 },
      { ...good, yanked: 1 },
      { ...good, "upload-time": 1 },
      { ...good, "core-metadata": "true" },
      { ...good, filename: "../evil.whl" },
      { ...good, filename: "a\\b.whl" },
      { ...good, url: "http://[broken" },
      { ...good, url: "https:// space/x.whl" },
    ];
    const read = parseSimpleJson(json([...bad, good]), page);
    expect(names(read)).toContain(wheel);
    expect(read.links.length).toBe(1);
    expect(read.skipped.length).toBe(bad.length);
  });

  test("says its status at the top, or inside meta as the specification's example has it", () => {
    const status = { status: "archived", reason: "moved" };
    expect(parseSimpleJson(json([], { "project-status": status }), page).status).toEqual(
      status as never,
    );
    const inside = JSON.stringify({
      meta: { "project-status": { status: "quarantined" } },
      files: [],
    });
    expect(parseSimpleJson(inside, page).status).toEqual({
      status: "quarantined",
      reason: undefined,
    });
    const unknown = json([], { "project-status": { status: "resting" } });
    expect(parseSimpleJson(unknown, page).status.status).toBe("active");
  });

  test.each([
    [undefined, [1, 0], false],
    ["1.5", [1, 5], false],
    ["1.6", [1, 6], true],
    ["1.40", [1, 40], true],
  ] as const)("of version %p is read", (version, expected, isNewerMinor) => {
    const read = parseSimpleJson(
      JSON.stringify({ meta: { "api-version": version }, files: [] }),
      page,
    );
    expect(read.apiVersion).toEqual(expected);
    expect(read.isNewerMinor).toBe(isNewerMinor);
  });

  test.each([
    ["2.0", "index-page-too-new"],
    ["one", "index-page-invalid"],
    [1, "index-page-invalid"],
  ])("of version %p is refused", (version, code) => {
    const text = JSON.stringify({ meta: { "api-version": version }, files: [] });
    expect(codeOf(() => parseSimpleJson(text, page))).toBe(code);
  });

  test.each(["", "{", "null", "[]", "7", '{"files": {}}', "{}", "<!doctype html><a href=x>"])(
    "that holds %p is an error with a name",
    (text) => expect(codeOf(() => parseSimpleJson(text, page))).toBe("index-page-invalid"),
  );

  test("that is HTML says so, without the credentials of its address", () => {
    try {
      parseSimpleJson("<html>", "https://user:secret@index.example/simple/demo/");
      throw new Error("must not be read");
    } catch (error) {
      const { what, why } = error as PkmError;
      expect(why).toBe("it is called JSON and holds HTML");
      expect(what).toContain("https://index.example/simple/demo/");
      expect(what).not.toContain("secret");
    }
  });

  test("reads any entry without falling over", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (files) => {
        const read = parseSimpleJson(JSON.stringify({ files }), page);
        for (const link of read.links) plain(link);
      }),
    );
    const keys = [
      "filename",
      "url",
      "hashes",
      "size",
      "requires-python",
      "yanked",
      "upload-time",
      "core-metadata",
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), fc.jsonValue()), (entry) => {
        const read = parseSimpleJson(json([{ filename: wheel, url: wheel, ...entry }]), page);
        for (const link of read.links) plain(link);
      }),
    );
  });
});

describe("an HTML page", () => {
  test("gives what its attributes say", () => {
    const read = parseSimpleHtml(
      `<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.3">
       <meta name="pypi:project-status" content="deprecated">
       <meta name='pypi:project-status-reason' content="use &quot;other&quot;"></head><body>
       <a href="../../f/${wheel}#sha256=AB12" data-requires-python="&gt;=3.8,&#60;4" data-yanked
          data-dist-info-metadata="sha256=00" data-core-metadata="sha256=cd34">${wheel}</a></body>`,
      page,
    );
    expect(read.apiVersion).toEqual([1, 3]);
    expect(read.status).toEqual({ status: "deprecated", reason: 'use "other"' });
    expect(read.links).toEqual([
      {
        filename: wheel,
        url: `https://index.example/f/${wheel}`,
        hashes: { sha256: "ab12" },
        size: undefined,
        requiresPython: ">=3.8,<4",
        yanked: "",
        uploadTime: undefined,
        metadataHashes: { sha256: "cd34" },
      },
    ]);
  });

  test.each([
    [`<a href=${wheel}>x</a>`],
    [`<a href='${wheel}'>x</a>`],
    [`<A HREF = "${wheel}" >x</A>`],
    [`<a\nid=1 href\n=\t"${wheel}"/>`],
    [`<a data-x="a>b" href="${wheel}">`],
    [`<a href="${wheel}" href="other-1.0.whl">`],
    [`<a href=" ${wheel}\n">`],
    [`<a title=">" href=${wheel}>`],
    [`1 < 2 <a href=${wheel}>`],
    [`<a href="x-1.0.exe">no</a><a href="${wheel}">`],
    [`<!-- <a href="hidden-1.0-py3-none-any.whl"> --><a href="${wheel}">`],
    [`<!--><a href="${wheel}">`],
    [`<script>if (a < b) "<a href='hidden-1.0-py3-none-any.whl'>"</script><a href="${wheel}">`],
    [`<SCRIPT></scripty><a href="hidden-1.0.zip"></Script ><a href="${wheel}">`],
    [`<abbr href="hidden-1.0.zip"></abbr><a href="${wheel}">`],
    [`<?xml version="1.0"?><a href="${wheel}">`],
    [`</a href="hidden-1.0.zip"><a href="${wheel}">`],
    [`<a href="${wheel}"><a href="cut-1.0.zip`],
    [`<a href="${wheel}"><a href="cut-1.0.zip" `],
    [`<a href="${wheel}"><!-- never closed <a href="hidden-1.0.zip">`],
    [`<a href="${wheel}"><title>never closed <a href="hidden-1.0.zip">`],
  ])("%s has one file", (text) => {
    expect(names(parseSimpleHtml(text, page))).toEqual([wheel]);
  });

  test("names a file by the last segment of its address, decoded once", () => {
    const cases = [
      ["demo-1.0%2Blocal-py3-none-any.whl", "demo-1.0+local-py3-none-any.whl"],
      ["demo-1.0%252Blocal-py3-none-any.whl", "demo-1.0%2Blocal-py3-none-any.whl"],
      ["/deep/er/demo-1.0.zip?download=a/b.whl#md5=00", "demo-1.0.zip"],
      ["..\\demo-1.0.zip", "demo-1.0.zip"],
    ];
    for (const [href, filename] of cases)
      expect(names(parseSimpleHtml(`<a href="${href}">`, page))).toEqual([filename as string]);
  });

  test("cannot name a file that leaves its folder", () => {
    for (const href of ["..%2F..%2Fevil.whl", "a%5Cb.whl", "%00.whl", "%ff.whl"])
      expect(names(parseSimpleHtml(`<a href="${href}">`, page))).toEqual([]);
  });

  test("may move its links with a base address, wherever that stands", () => {
    const text = `<a href="${wheel}"><base href="/other/"><base href="/ignored/">`;
    expect(parseSimpleHtml(text, page).links[0]?.url).toBe(`https://index.example/other/${wheel}`);
  });

  test("from the network leads neither to local files nor into a script", () => {
    const text = `<a href="file:///tmp/${wheel}"><a href="javascript:x/${wheel}"><a href="data:,/${wheel}">
      <a href="https://other.example/${wheel}">`;
    const read = parseSimpleHtml(text, page);
    expect(read.links.map((link) => link.url)).toEqual([`https://other.example/${wheel}`]);
    expect(read.skipped.map((skip) => skip.reason)).toEqual([
      "a page from the network links to a local file",
      "its address has the scheme `javascript`",
      "its address has the scheme `data`",
    ]);
    const based = parseSimpleHtml(`<base href="file:///tmp/"><a href="${wheel}">`, page);
    expect(based.links).toEqual([]);
    const asJson = parseSimpleJson(json([{ filename: wheel, url: `FILE:///tmp/${wheel}` }]), page);
    expect(asJson.links).toEqual([]);
  });

  test("from a folder may lead to its neighbours", () => {
    const read = parseSimpleHtml(`<a href="${wheel}">`, "file:///srv/links.html");
    expect(read.links[0]?.url).toBe(`file:///srv/${wheel}`);
  });

  test.each([
    ["true", {}],
    ["sha256=ab", { sha256: "ab" }],
    ["", undefined],
    ["false", undefined],
  ])("with data-core-metadata=%p promises %p", (mark, promised) => {
    const read = parseSimpleHtml(`<a href="${wheel}" data-core-metadata="${mark}">`, page);
    expect(read.links[0]?.metadataHashes).toEqual(promised as never);
  });

  test("reads any text without falling over", () => {
    const part = fc.constantFrom(
      "<",
      ">",
      "a",
      " ",
      "href",
      "=",
      '"',
      "'",
      "!--",
      "-->",
      "/",
      "script",
      "&",
      "#",
      "x.whl",
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        parseSimpleHtml(parts.join(""), page);
      }),
    );
  });

  test.each([
    ["links", `<a href="${wheel}" data-requires-python="&gt;=3.8">${wheel}</a>\n`],
    ["lone brackets", "<"],
    ["tags without end", "<a "],
    ["comments without end", "<!--"],
    ["half end tags of a script", "</scr"],
    ["ampersands", "&a"],
  ])("with sixty thousand %s is read", (_, part) => {
    const text = `<script></script>${part.repeat(60_000)}`;
    const read = parseSimpleHtml(text, page);
    expect(read.links.length).toBe(part.startsWith("<a href") ? 60_000 : 0);
  });
});

describe("the address of a link", () => {
  const bases = [
    "https://h/simple/demo/",
    "https://h/simple/demo",
    "https://h/",
    "https://h",
    "http://h:8080/a/b/",
    "https://u:p@h/s/",
    "file:///srv/links.html",
  ];
  const references = [
    "x.whl",
    "../x.whl",
    "../../x.whl",
    "../../../../x.whl",
    "a/b/x.whl",
    "./x.whl",
    "a/../x.whl",
    "/x.whl",
    "//o/x.whl",
    "https://o/a/x.whl",
    "https://o/a/./x.whl",
    "https://o:443/x.whl",
    "https://O/x.whl",
    "a%20b/x.whl",
    "é/x.whl",
    "a b/x.whl",
    "?q/x.whl",
    "..//x.whl",
    "a//x.whl",
    "a..b/x.whl",
    "a/.../x.whl",
    ".../x.whl",
  ];
  test.each(bases)("on %s is what a URL parser says", (base) => {
    for (const reference of references) {
      const link = parseSimpleHtml(`<a href="${reference}#sha256=00">`, base).links[0];
      if (link !== undefined)
        expect(`${reference} ${link.url}`).toBe(`${reference} ${new URL(reference, base).href}`);
    }
  });
});

describe("a page of either form", () => {
  test.each([
    ["application/vnd.pypi.simple.v1+json", json([])],
    ["application/json; charset=utf-8", json([])],
    ["application/vnd.pypi.simple.v1+html", ""],
    ["Text/HTML;charset=ISO-8859-1", ""],
    ["text/html; charset=nobody-knows", ""],
  ])("served as %p is read", (type, text) => {
    expect(parseSimplePage(new TextEncoder().encode(text), type, page).links).toEqual([]);
  });

  test.each(["", "application/octet-stream", "application/vnd.pypi.simple.v2+json"])(
    "served as %p is refused",
    (type) => expect(codeOf(() => parseSimplePage("", type, page))).toBe("index-page-type"),
  );

  test("is decoded by the charset it is served with", () => {
    const bytes = Uint8Array.from(`<a href=${wheel} data-yanked="caf\u00e9">`, (c) =>
      c.charCodeAt(0),
    );
    const read = parseSimplePage(bytes, 'text/html; charset="latin-1"', page);
    expect(read.links.length).toBe(1);
    const known = parseSimplePage(bytes, "text/html; charset=iso-8859-1", page);
    expect(known.links[0]?.yanked).toBe("café");
  });
});

describe("decodeEntities()", () => {
  test.each([
    ["&lt;&gt;&amp;&quot;&#39;&apos;", "<>&\"''"],
    ["&#x3E;=3&#x2C;&#060;4", ">=3,<4"],
    ["?a=1&copy=2&lt=3", "?a=1&copy=2&lt=3"],
    ["&copy 2024 caf&eacute; &mdash; &nobody;", "© 2024 café — &nobody;"],
    ["&#0;&#xD800;&#x110000;&#128;", "\ufffd\ufffd\ufffd€"],
    ["&;&&#;&#x;&", "&;&&#;&#x;&"],
    ["&amp;lt;", "&lt;"],
  ])("%s", (value, decoded) => expect(decodeEntities(value)).toBe(decoded));

  test("leaves text without ampersands alone", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const bare = text.replaceAll("&", "");
        expect(decodeEntities(bare)).toBe(bare);
      }),
    );
  });
});

test("a page of a mirror may say when a file was uploaded", () => {
  const page = parseSimpleHtml(
    '<a href="a-1.0.tar.gz" data-upload-time="2020-05-21T15:02:02Z">a-1.0.tar.gz</a>' +
      '<a href="a-2.0.tar.gz" data-upload-time="yesterday">a-2.0.tar.gz</a>',
    "https://index.example/simple/a/",
  );
  expect(page.links.map(({ uploadTime }) => uploadTime)).toEqual([
    Date.parse("2020-05-21T15:02:02Z"),
    undefined,
  ]);
});
