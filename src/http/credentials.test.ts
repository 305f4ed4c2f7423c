import { describe, expect, test } from "bun:test";
import { memoryHost } from "#platform/memory/host";
import { MemoryFiles } from "#platform/memory/files";
import { basicAuthorization, CredentialBook } from "./credentials.ts";
import { parseNetrc, readNetrc } from "./netrc.ts";
import { proxyFor } from "./proxy.ts";
import { defaultHttpSettings, type NamedIndex } from "./settings.ts";
import { isTrustedHost } from "./tls.ts";

function book(indexes: readonly NamedIndex[], env: Record<string, string> = {}, netrc?: string) {
  const host = memoryHost({ env });
  return new CredentialBook({ ...defaultHttpSettings(host), indexes }, host, () => netrc);
}

const who = (credentials: ReturnType<CredentialBook["find"]>): string | undefined =>
  credentials === undefined ? undefined : `${credentials.username}:${credentials.password}`;

describe("find() prefers", () => {
  const netrc = "machine index.example login net password rc";

  test("the URL, then the index, then netrc", () => {
    const indexes = [{ name: "main", url: "https://ix:pw@index.example/simple/" }];
    expect(who(book(indexes, {}, netrc).find(new URL("https://u:p%40ss@index.example/")))).toBe(
      "u:p@ss",
    );
    expect(who(book(indexes, {}, netrc).find(new URL("https://index.example/simple/a/")))).toBe(
      "ix:pw",
    );
    expect(who(book([], {}, netrc).find(new URL("https://index.example/simple/a/")))).toBe(
      "net:rc",
    );
    expect(who(book([], {}, netrc).find(new URL("https://other.example/")))).toBeUndefined();
  });

  test("the index with the longest common path", () => {
    const indexes = [
      { name: "a", url: "https://a:1@index.example/team-a/simple/" },
      { name: "b", url: "https://b:2@index.example/team-b/simple/" },
    ];
    const credentials = book(indexes);
    expect(who(credentials.find(new URL("https://index.example/team-b/files/x.whl")))).toBe("b:2");
    expect(who(credentials.find(new URL("https://index.example/team-a/simple/x/")))).toBe("a:1");
  });

  test("no origin but its own: scheme, host and port all count", () => {
    const credentials = book([{ name: "a", url: "https://a:1@index.example/simple/" }]);
    for (const url of [
      "http://index.example/",
      "https://index.example:444/",
      "https://x.index.example/",
    ])
      expect(credentials.find(new URL(url))).toBeUndefined();
  });

  test("what PKM_INDEX_<NAME>_… says for an index without a password", () => {
    const indexes = [{ name: "my-team.x", url: "https://index.example/simple/" }];
    const url = new URL("https://index.example/simple/a/");
    expect(who(book(indexes, { PKM_INDEX_MY_TEAM_X_TOKEN: "t" }).find(url))).toBe("__token__:t");
    expect(
      who(
        book(indexes, {
          PKM_INDEX_MY_TEAM_X_USERNAME: "u",
          PKM_INDEX_MY_TEAM_X_PASSWORD: "p",
        }).find(url),
      ),
    ).toBe("u:p");
    expect(who(book(indexes, { PKM_INDEX_OTHER_TOKEN: "t" }).find(url))).toBeUndefined();
  });

  test("the password of the same user, when the URL names only a user", () => {
    const credentials = book([], {}, netrc);
    expect(who(credentials.find(new URL("https://net@index.example/")))).toBe("net:rc");
    expect(who(credentials.find(new URL("https://token@index.example/")))).toBe("token:");
  });
});

test("basicAuthorization() writes letters beyond ASCII as UTF-8", () => {
  expect(basicAuthorization({ username: "ä", password: "ü" })).toBe("Basic w6Q6w7w=");
});

describe("netrc", () => {
  test.each([
    ["machine a login b password c", [["a", "b", "c"]]],
    [
      "machine a\n  login b\n  password c\nmachine d password e",
      [
        ["a", "b", "c"],
        ["d", "", "e"],
      ],
    ],
    ["default login b password c", [[undefined, "b", "c"]]],
    ["# machine x login y password z\nmachine a login b password c # end", [["a", "b", "c"]]],
    ['machine a login "b c" password "d\\"e"', [["a", "b c", 'd"e']]],
    ["machine a login b password #hash", [["a", "b", "#hash"]]],
    [
      "macdef init\ncd /x\nmachine no password no\n\nmachine a login b account z password c",
      [["a", "b", "c"]],
    ],
    ["machine a login b", []],
    ["nonsense here machine a login b password c", [["a", "b", "c"]]],
    ["", []],
  ] as const)("%j", (text, entries) => {
    expect(
      parseNetrc(text).map((entry) => [entry.machine, entry.username, entry.password]),
    ).toEqual(entries as unknown as (string | undefined)[][]);
  });

  test("is $NETRC, else ~/.netrc, else ~/_netrc", () => {
    const files = new MemoryFiles({ "/home/ada/_netrc": "third" });
    const host = memoryHost();
    expect(readNetrc({ files, host })).toBe("third");
    files.write("/home/ada/.netrc", "second");
    expect(readNetrc({ files, host })).toBe("second");
    files.write("/home/ada/mine", "first");
    expect(readNetrc({ files, host: memoryHost({ env: { NETRC: "~/mine" } }) })).toBe("first");
    expect(readNetrc({ files, host: memoryHost({ env: { NETRC: "/none" } }) })).toBeUndefined();
  });
});

describe("proxies", () => {
  const p = "http://proxy.example:3128";
  test.each([
    ["https://index.example/", undefined, { HTTPS_PROXY: p }, p],
    [
      "https://index.example/",
      undefined,
      { https_proxy: "proxy.example:3128", HTTPS_PROXY: "x" },
      p,
    ],
    ["http://index.example/", undefined, { HTTPS_PROXY: p }, undefined],
    ["http://index.example/", undefined, { ALL_PROXY: p }, p],
    ["http://index.example/", undefined, { HTTP_PROXY: p, REQUEST_METHOD: "GET" }, undefined],
    ["https://index.example/", undefined, { HTTPS_PROXY: p, NO_PROXY: "index.example" }, undefined],
    [
      "https://a.index.example/",
      undefined,
      { HTTPS_PROXY: p, NO_PROXY: ".index.example" },
      undefined,
    ],
    ["https://notindex.example/", undefined, { HTTPS_PROXY: p, NO_PROXY: "index.example" }, p],
    [
      "https://index.example:8443/",
      undefined,
      { HTTPS_PROXY: p, NO_PROXY: "index.example:8443" },
      undefined,
    ],
    ["https://index.example/", undefined, { HTTPS_PROXY: p, NO_PROXY: "index.example:8443" }, p],
    ["https://10.1.2.3/", undefined, { HTTPS_PROXY: p, no_proxy: "a, 10.0.0.0/8" }, undefined],
    ["https://11.1.2.3/", undefined, { HTTPS_PROXY: p, no_proxy: "10.0.0.0/8" }, p],
    ["https://[::1]/", undefined, { HTTPS_PROXY: p, no_proxy: "::1" }, undefined],
    ["https://index.example/", undefined, { HTTPS_PROXY: p, NO_PROXY: "*" }, undefined],
    [
      "https://index.example/",
      "other.example:1",
      { HTTPS_PROXY: p, NO_PROXY: "*" },
      "http://other.example:1",
    ],
    ["https://index.example/", "", { HTTPS_PROXY: p }, undefined],
  ] as const)("%s with --proxy %p and %j", (url, explicit, env, expected) => {
    expect(proxyFor(new URL(url), explicit, env)).toBe(expected);
  });

  test("of a kind that pkm does not speak are refused, without their password", () => {
    expect(() =>
      proxyFor(new URL("https://index.example/"), "socks5://u:secret@proxy.example", {}),
    ).toThrow(/^(?!.*secret).*socks5/);
  });
});

test("isTrustedHost() takes a host with or without a port", () => {
  const url = new URL("https://index.example/");
  expect(isTrustedHost(url, ["index.example"])).toBe(true);
  expect(isTrustedHost(url, ["INDEX.example:443"])).toBe(true);
  expect(isTrustedHost(url, ["index.example:8443", "example"])).toBe(false);
});
