import { describe, expect, test } from "bun:test";
import { PkmError } from "#base/errors";
import { formatDirectUrl, parseDirectUrl, withoutSecrets } from "./direct-url.ts";
import type { DirectUrl } from "./direct-url.ts";

// The texts are what pip 26.3 writes for the same objects.
describe("formatDirectUrl() and parseDirectUrl()", () => {
  test.each<[DirectUrl, string]>([
    [
      { url: "https://a.example/a.whl", source: { kind: "archive", hashes: { sha256: "ab" } } },
      '{"archive_info": {"hash": "sha256=ab", "hashes": {"sha256": "ab"}}, "url": "https://a.example/a.whl"}',
    ],
    [
      { url: "https://a.example/a.whl", source: { kind: "archive", hashes: {} } },
      '{"archive_info": {}, "url": "https://a.example/a.whl"}',
    ],
    [
      { url: "file:///a/é", subdirectory: "p", source: { kind: "directory", editable: true } },
      '{"dir_info": {"editable": true}, "subdirectory": "p", "url": "file:///a/\\u00e9"}',
    ],
    [
      { url: "file:///a", source: { kind: "directory", editable: false } },
      '{"dir_info": {}, "url": "file:///a"}',
    ],
    [
      {
        url: "https://a.example/r.git",
        source: { kind: "vcs", vcs: "git", commitId: "c0ffee", requestedRevision: "main" },
      },
      '{"url": "https://a.example/r.git", "vcs_info": {"commit_id": "c0ffee", "requested_revision": "main", "vcs": "git"}}',
    ],
    [
      { url: "ssh://git@a.example/r.git", source: { kind: "vcs", vcs: "git", commitId: "c0ffee" } },
      '{"url": "ssh://git@a.example/r.git", "vcs_info": {"commit_id": "c0ffee", "vcs": "git"}}',
    ],
  ])("%p", (directUrl, text) => {
    expect(formatDirectUrl(directUrl)).toBe(text);
    expect(parseDirectUrl(text)).toEqual(directUrl);
  });

  test.each([
    ['{"url": "https://a.example/a.whl", "archive_info": {"hash": "md5=x"}}', { md5: "x" }],
    [
      '{"url": "https://a.example/a.whl", "archive_info": {"hashes": {"sha256": "a", "md5": "b"}, "hash": "md5=b"}}',
      { sha256: "a", md5: "b" },
    ],
    ['{"url": "https://a.example/a.whl", "archive_info": {"hashes": null}, "dir_info": null}', {}],
  ])("reads hashes old and new: %s", (text, hashes) => {
    expect(parseDirectUrl(text).source).toEqual({ kind: "archive", hashes });
  });

  test.each([
    ["x", "it is not JSON"],
    ["[]", "it is not a JSON object"],
    ["{}", "it has no `url`"],
    ['{"url": 1}', "`url` is not a string"],
    [
      '{"url": "https://a.example"}',
      "it must have exactly one of `vcs_info`, `archive_info`, `dir_info`",
    ],
    [
      '{"url": "file:///a", "dir_info": {}, "archive_info": {}}',
      "it must have exactly one of `vcs_info`, `archive_info`, `dir_info`",
    ],
    ['{"url": "https://a.example", "dir_info": {}}', "a `dir_info` needs an absolute `file:` URL"],
    ['{"url": "file:a", "dir_info": {}}', "a `dir_info` needs an absolute `file:` URL"],
    ['{"url": "file:///a", "dir_info": {"editable": 1}}', "`editable` is not a boolean"],
    ['{"url": "a", "vcs_info": {"vcs": "git"}}', "it has no `commit_id`"],
    ['{"url": "a", "archive_info": {"hash": "x"}}', "`hash` is not of the form `algorithm=digest`"],
    [
      '{"url": "a", "archive_info": {"hash": "a=1", "hashes": {"a": "2"}}}',
      "`hash` and `hashes` contradict each other",
    ],
    ['{"url": "a", "archive_info": []}', "`archive_info` is not an object"],
  ])("refuses %s: %s", (text, why) => {
    try {
      parseDirectUrl(text);
      expect.unreachable();
    } catch (error) {
      expect([(error as PkmError).code, (error as PkmError).why]).toEqual([
        "invalid-direct-url",
        why,
      ]);
    }
  });
});

// PEP 610: user and password are removed, unless they are environment variables or the ssh user `git`.
test.each([
  ["https://me:secret@a.example/x?q#f", "https://a.example/x?q#f"],
  ["https://token@a.example/", "https://a.example/"],
  ["https://${USER}:${PASS}@a.example/", "https://${USER}:${PASS}@a.example/"],
  ["https://${TOKEN}@a.example/", "https://${TOKEN}@a.example/"],
  ["https://${USER}:secret@a.example/", "https://a.example/"],
  ["ssh://git@a.example/r", "ssh://git@a.example/r"],
  ["ssh://git:secret@a.example/r", "ssh://a.example/r"],
  ["https://a:b@c@a.example/", "https://a.example/"],
  ["https://a.example/p@q", "https://a.example/p@q"],
  ["file:///a/b", "file:///a/b"],
])("withoutSecrets(%p) is %p", (url, expected) => {
  expect(withoutSecrets(url)).toBe(expected);
});
