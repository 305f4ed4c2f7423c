import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { PkmError } from "#base/errors";
import { laterRefusal } from "#base/refusal";
import { allowedFormats } from "./format-control.ts";
import {
  applyFileOptions,
  noRequirementsOptions,
  originOf,
  parseRequirementsFile,
  type RequirementsFile,
} from "./requirements-file.ts";

type Bytes = Uint8Array<ArrayBuffer>;
const utf8 = (text: string): Bytes => new TextEncoder().encode(text);
const latin1 = (text: string): Bytes => Uint8Array.from(text, (char) => char.charCodeAt(0));
const variables: Readonly<Record<string, string>> = {
  TOKEN: "s3cret",
  EMPTY: "",
  NESTED: "${TOKEN}",
};

function missing(path: string): never {
  throw Object.assign(new Error(`no ${path}`), { code: "ENOENT" });
}

/** Reads `requirements.txt` of an imagined folder `/here`, or of what is named. */
function read(
  files: string | Readonly<Record<string, string | Bytes>>,
  file = "requirements.txt",
  kind: "requirements" | "constraints" = "requirements",
  cwd = "/here",
): Promise<RequirementsFile> {
  const all = typeof files === "string" ? { "/here/requirements.txt": files } : files;
  return parseRequirementsFile(file, kind, {
    read: (path) => {
      const content = all[path] ?? missing(path);
      return typeof content === "string" ? utf8(content) : content;
    },
    variables: (name) => variables[name],
    cwd,
  });
}

async function texts(content: string): Promise<string[]> {
  return (await read(content)).entries.map((entry) => entry.text);
}

describe("a requirements file", () => {
  test("is a list of entries with the lines they stand in", async () => {
    const { entries } = await read(
      "# top\n\nrequests>=2 ; python_version < '3.9'  # why\n\nflask \\\n  ==1\ndjango\n",
    );
    expect(entries.map(({ text, line }) => [text, line])).toEqual([
      ["requests>=2 ; python_version < '3.9'", 3],
      ["flask   ==1", 5],
      ["django", 7],
    ]);
    expect(originOf(entries[0] as never)).toBe("-r requirements.txt (line 3)");
  });

  test.each([
    ["a\n#b\n c # d\ne#f", ["a", "c", "e#f"]],
    ["a \\\n# comment \\\nb", ["a", "b"]],
    ["a \\", ["a"]],
    ["\\\\a\\\\\\\nb\\", ["ab"]],
    ["pkg @ https://h/x#sha256=00 #note", ["pkg @ https://h/x#sha256=00"]],
    ["a\u2028b\x0cc\rd\r\ne", ["a", "b", "c", "d", "e"]],
    ["\u00a0a\u3000", ["a"]],
    [
      "x @ https://${TOKEN}@h/ ${EMPTY} ${token} $TOKEN ${NESTED}",
      ["x @ https://s3cret@h/ ${EMPTY} ${token} $TOKEN ${TOKEN}"],
    ],
  ])("%p has %p", async (content, expected) => {
    expect(await texts(content)).toEqual(expected);
  });

  test("keeps hashes and settings with their entry", async () => {
    const { entries } = await read(
      'a==1 --hash=sha256:AB --hash "sha512:cd" -C x=1 --config-settings=y=2 -C x=3\n-e ./dir[extra] -C z=1\n',
    );
    expect(entries[0]).toMatchObject({
      text: "a==1",
      isEditable: false,
      hashes: [
        { algorithm: "sha256", hex: "ab" },
        { algorithm: "sha512", hex: "cd" },
      ],
      configSettings: { x: ["1", "3"], y: "2" },
    });
    expect(entries[1]).toMatchObject({
      text: "./dir[extra]",
      isEditable: true,
      configSettings: { z: "1" },
    });
  });

  test("reads the files it names, relative to itself, and remembers which are constraints", async () => {
    const result = await read(
      {
        "/here/deps/all.txt": "-r sub/one.txt\n-c ../limits.txt\nb\n",
        "/here/deps/sub/one.txt": "a\n-r ../two.txt\n",
        "/here/deps/two.txt": "c\n",
        "/here/limits.txt": "d<2\n",
      },
      "deps/all.txt",
    );
    expect(result.entries.map((entry) => originOf(entry))).toEqual([
      "-r /here/deps/sub/one.txt (line 1)",
      "-r /here/deps/two.txt (line 1)",
      "-c /here/limits.txt (line 1)",
      "-r deps/all.txt (line 3)",
    ]);
  });

  test("of an address names files relative to that address", async () => {
    const result = await read(
      {
        "https://h/a/all.txt": "-r sub.txt\n-c /limits.txt",
        "https://h/a/sub.txt": "x",
        "https://h/limits.txt": "y",
      },
      "https://h/a/all.txt",
    );
    expect(result.files).toEqual([
      "https://h/a/all.txt",
      "https://h/a/sub.txt",
      "https://h/limits.txt",
    ]);
  });

  test("uses the paths of Windows where the current folder is one", async () => {
    const result = await read(
      {
        "C:\\here\\in\\all.txt": "-r ../b.txt\n-r D:/c.txt",
        "C:\\here\\b.txt": "x",
        "D:\\c.txt": "y",
      },
      "in\\all.txt",
      "requirements",
      "C:\\here",
    );
    expect(result.files).toEqual(["in\\all.txt", "C:\\here\\b.txt", "D:\\c.txt"]);
  });

  test("that leads back to itself is refused, a file named twice is not", async () => {
    const loop = { "/here/requirements.txt": "-r a.txt", "/here/a.txt": "-r ./requirements.txt" };
    expect((await laterRefusal(read(loop))).code).toBe("requirements-file-recursion");
    const twice = { "/here/requirements.txt": "-r a.txt\n-r a.txt", "/here/a.txt": "x" };
    expect((await read(twice)).entries.length).toBe(2);
  });

  test("that is not there is named together with the line that names it", async () => {
    const error = await laterRefusal(read("\n-r gone.txt"));
    expect(error.code).toBe("requirements-file-missing");
    expect(error.what).toBe("Cannot open /here/gone.txt, which requirements.txt (line 2) names");
  });

  test("gives its options to the whole run, a later index before the earlier ones", async () => {
    const { options } = await read(
      "--extra-index-url https://a/ -i https://b/\n--extra-index-url https://c/\n-i https://d/ --pre\n-f ./x --find-links y\n" +
        "--no-binary=:all:\n--only-binary Foo_Bar\n--trusted-host h --prefer-binary --use-feature fast-deps\n--require-hashes\n",
    );
    const all = applyFileOptions(noRequirementsOptions, options);
    expect(all).toMatchObject({
      indexUrl: "https://d/",
      extraIndexUrls: [],
      findLinks: [{ value: "./x", file: "requirements.txt" }],
      trustedHosts: ["h"],
      features: ["fast-deps"],
      preferBinary: true,
      requireHashes: true,
      noRequireHashes: false,
    });
    expect([...all.releases.first]).toEqual([":all:"]);
    expect(allowedFormats(all.binaries, "foo-bar")).toEqual({ wheel: true, sdist: false });
    expect(allowedFormats(all.binaries, "other")).toEqual({ wheel: false, sdist: true });
  });

  test("has no index at all after --no-index", async () => {
    const { options } = await read("-i https://a/\n--no-index\n--extra-index-url https://b/\n");
    const all = applyFileOptions(noRequirementsOptions, options);
    expect([all.noIndex, all.indexUrl, all.extraIndexUrls]).toEqual([true, undefined, []]);
  });

  test("warns of what pip passes over in silence", async () => {
    const { warnings } = await read(
      "--no-index stray\n--hash=sha256:00\na --pre\n-r requirements2.txt --pre\n".replace(
        /-r.*\n/,
        "",
      ),
    );
    expect(warnings).toEqual([
      "requirements.txt (line 1): `stray` behind the options is ignored",
      "requirements.txt (line 2): `--hash` without a requirement is ignored",
      "requirements.txt (line 3): `--pre` is ignored in the line of a requirement",
    ]);
  });
});

describe("a line that cannot be read", () => {
  test.each([
    [
      "a --hahs=sha256:00",
      "requirements files have no option `--hahs`",
      "did you mean `--hash`?",
      "    a --hahs=sha256:00\n    ^^",
    ],
    ["--no", "`--no` may be `--no-index`, `--no-require-hashes`, `--no-binary`", undefined, "^^^^"],
    ["--user", "requirements files have no option `--user`", undefined, "^^^^^^"],
    ["-x", "requirements files have no option `-x`", undefined, "^^"],
    ["a --hash", "option `--hash` needs a value", undefined, "^^^^^^"],
    ["--pre=1", "option `--pre` takes no value", undefined, "^^^^^^^"],
    ["a --hash=md5:00", "`md5` is no hash to rely on, use sha256, sha384, sha512", undefined, "^"],
    [
      "a --hash nothing",
      "`--hash` needs an algorithm and a digest, such as `sha256:abcd…`",
      undefined,
      "^^^^^^^",
    ],
    ["a -C novalue", "`--config-settings` needs `KEY=VALUE`", undefined, "^^^^^^^"],
    ["-i 'https://h/", "the quote is never closed", undefined, "^"],
    ["-i x\\", "", undefined, ""],
  ])("%p is shown with its place", async (line, why, fix, mark) => {
    if (line.endsWith("\\")) {
      // A backslash at the end continues the line, so it never reaches the words.
      expect((await read(line)).options).toHaveLength(1);
      return;
    }
    const error = await laterRefusal(read(`ok\n${line}\n`));
    expect(error.what).toBe("Cannot read requirements.txt (line 2)");
    expect(error.why).toBe(why);
    expect(error.fix[0]).toBe(fix as never);
    expect(error.excerpt?.trimStart()).toStartWith(line);
    expect(error.excerpt).toContain(mark.trim().slice(-1));
  });

  test("has its caret under the misspelt option", async () => {
    const error = await laterRefusal(read("flask==1 --hahs=sha256:00"));
    expect(error.excerpt).toBe("  flask==1 --hahs=sha256:00\n           ^^^^^^^^^^^^^^^^");
  });
});

describe("the encoding of a requirements file", () => {
  const utf16 = (text: string): Bytes =>
    Uint8Array.from(
      [...text].flatMap((char) => [char.charCodeAt(0) & 0xff, char.charCodeAt(0) >> 8]),
    );
  const utf32be = (text: string): Bytes =>
    Uint8Array.from(
      [...text].flatMap((char) => [0, 0, char.charCodeAt(0) >> 8, char.charCodeAt(0) & 0xff]),
    );
  test.each<[string, Bytes]>([
    ["UTF-8", utf8("# é\nx")],
    ["UTF-8 with a mark", Uint8Array.from([0xef, 0xbb, 0xbf, ...utf8("x # é")])],
    ["UTF-16", Uint8Array.from([0xff, 0xfe, ...utf16("x # é")])],
    ["UTF-16, big end first", Uint8Array.from([0xfe, 0xff, 0, 0x78])],
    ["UTF-32", Uint8Array.from([0xff, 0xfe, 0, 0, 0x78, 0, 0, 0])],
    ["UTF-32, big end first", Uint8Array.from([0, 0, 0xfe, 0xff, ...utf32be("x # é")])],
    ["Latin-1 by its cookie", latin1("#!/x\n# -*- coding: latin-1 -*-\nx # é")],
    ["Latin-1 without a word", latin1("x # é")],
    ["cp1251 by its cookie", Uint8Array.from([...utf8("# vim: coding=cp1251\nx # "), 0xff])],
  ])("may be %s", async (_, bytes) => {
    const result = await read({ "/here/requirements.txt": bytes });
    expect(result.entries.map((entry) => entry.text)).toEqual(["x"]);
  });

  test("is told when it is guessed", async () => {
    const { warnings } = await read({ "/here/requirements.txt": latin1("x # é") });
    expect(warnings[0]).toContain("read as latin-1");
  });

  test.each<[string, Bytes]>([
    ["an unknown cookie", utf8("# coding: nothing\n")],
    ["bytes that belie the cookie", Uint8Array.from([...utf8("# coding: utf-8\n"), 0xff])],
    ["half a character", Uint8Array.from([0xff, 0xfe, 0, 0, 0x78])],
  ])("is an error with %s", async (_, bytes) => {
    expect((await laterRefusal(read({ "/here/requirements.txt": bytes }))).code).toBe(
      "requirements-file-encoding",
    );
  });
});

const peers = process.env.PKM_TEST_PEERS;
const reason =
  peers === undefined ? " (skipped: PKM_TEST_PEERS names no folder with pip 26.3)" : "";

describe.skipIf(peers === undefined)(`beside pip's own parser${reason}`, () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "pkm-requirements-")));
  afterAll(() => rmSync(root, { recursive: true }));

  const nasty: readonly (string | Bytes)[] = [
    "a\nb==1 # c\n#d\n  e  \n",
    "a \\\n b\\\n# c\\\n d\n",
    "a \\\n\n b\n",
    "a\\\\\nb\n\\\nc",
    "\\a\\\n\\b\\",
    "x #y\nz#w\n#\n##\n \t#q\n",
    "a --hash=sha256:00 --hash=sha256:11 --hash sha512:22\nb --hash='sha256:0'\"1\"",
    "a --hash=md5:00",
    "a --hash=sha256",
    "a --hash",
    "a -C x=1 -C x=2 -C x=3 --config-settings y",
    "a -Cx=1 --config-settings=y= --config-settings =z",
    "-e ./x\n-e x -e y\nz -e w\n--editable=git+https://h/x#egg=x --hash=sha256:00",
    "-e",
    "-i https://a/ --extra-index-url https://b/\n-i https://c/\n--extra-index-url https://d/ --extra-index-url https://e/",
    "--index https://a/\n--extra https://b/",
    "--no-i\n--extra-index-url https://b/",
    "--no\n",
    "--index-url\n",
    "--index-url=\n",
    "--pypi-url https://a/",
    "-ihttps://a/\n-f x -f y\n-fz",
    "--no-index\n-i https://a/\n",
    "-i https://a/ --no-index\n",
    "--no-binary :all:\n--only-binary a,B_c\n--no-binary d,:none:\n",
    "--only-binary :all:,:none:,x --no-binary a.b\n",
    "--only-binary=-x\n",
    "--no-binary a\nx --no-binary b --only-binary a\n",
    "--pre\nx --pre\n",
    "--all-releases a,b --only-final b\n--only-final :all:\n--all-releases c",
    "--prefer-binary --require-hashes --no-require-hashes --trusted-host h --trusted-host i:1",
    "--use-feature fast-deps --use-feature fast-deps",
    "--use-feature nonsense",
    "--pre=1",
    "-x",
    "-",
    "- a --pre",
    "--",
    "-- --pre",
    "--pre -- --nonsense",
    "--pre stray words --no-index",
    "a -b",
    "a-b -c\n",
    "a\t--pre\n",
    "a  --hash=sha256:00  \n",
    '--trusted-host \'a b\' --trusted-host a\\ b --trusted-host "a\\"b\\n"',
    "--trusted-host 'open",
    '--trusted-host "open\\',
    "--trusted-host ''",
    "x @ https://${TOKEN}:${UNSET}@h/x#egg=y ; python_version < '3' # c\n${TOKEN}\n--trusted-host ${TOKEN}",
    "${NESTED}${TOKEN} ${tOKEN} $TOKEN ${} ${A-B}",
    "-r nested/one.txt\n-c limits.txt\nz\n",
    "-r nested/one.txt --pre -r other.txt",
    "-c limits.txt -r nested/one.txt",
    "a -r nested/one.txt\n-e x -c limits.txt",
    "-r gone.txt",
    "-r nested/loop.txt",
    "--requirement=nested/one.txt\n--constraint nested/../limits.txt",
    "-rnested/one.txt\n--req nested/one.txt",
    "a\x0bb\x0cc\x1cd\x1de\x1ef\x85g\u2028h\u2029i\rj\r\nk",
    "\ufeffa\n",
    "\u00a0a\u2003# x\n\u200bb",
    latin1("# -*- coding: latin-1 -*-\nx # \xe9\ny\xe9"),
    latin1("\n# coding=cp1252\nx\x80"),
    latin1("\n\n# coding=latin-1\nx"),
    latin1(" # coding=nonsense\nx"),
    latin1("# coding: nonsense\nx"),
    Uint8Array.from([0xff, 0xfe, 0x61, 0x00, 0x0a, 0x00]),
    Uint8Array.from([0xfe, 0xff, 0x00, 0x61]),
    Uint8Array.from([0xef, 0xbb, 0xbf, 0x61]),
    Uint8Array.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]),
    Uint8Array.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x61]),
    "",
    "\n\n",
    "#",
  ];
  const pieces = [
    "a",
    "b==1",
    " ",
    " ",
    "\n",
    "\n",
    "\\\n",
    "#",
    " #",
    "\\",
    "'",
    '"',
    "--hash=sha256:00",
    "--pre",
    "-e ",
    "-i ",
    "--no-binary ",
    ":all:",
    ",",
    "x",
    "-C k=v",
    "--extra-index-url ",
    "-r ",
    "nested/one.txt",
    "${TOKEN}",
    ";",
    "=",
    "--no-index",
    "\t",
    "--only",
    "-f",
    "--trusted-host=h",
    "\r",
    "--",
    "@",
  ];
  const generated = fc.sample(
    fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join("")),
    { numRuns: 1500, seed: 20 },
  );
  const corpus = [...nasty, ...generated];

  test(`agrees on ${corpus.length} files`, async () => {
    const files: Record<string, string | Bytes> = {
      "nested/one.txt": "n1\n-r two.txt\n--pre\n",
      "nested/two.txt": "n2 --hash=sha256:00\n-c ../limits.txt\n",
      "nested/loop.txt": "-r ../nested/loop2.txt",
      "nested/loop2.txt": "-r loop.txt",
      "limits.txt": "limit<2\n-r nested/three.txt",
      "nested/three.txt": "three\n",
      "other.txt": "other\n",
    };
    corpus.forEach((content, number) => (files[`case-${number}.txt`] = content));
    const known: Record<string, string | Bytes> = {};
    for (const [name, content] of Object.entries(files)) {
      const path = join(root, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      known[path] = content;
    }
    const questions = corpus.map((_, number) => ({
      file: `case-${number}.txt`,
      constraint: number % 7 === 0,
    }));
    const pip = Bun.spawnSync(
      [
        join(peers as string, "bin", "python"),
        "-X",
        "utf8=0",
        join(import.meta.dir, "_pip-requirements.py"),
        root,
      ],
      {
        stdin: Buffer.from(JSON.stringify(questions)),
        stderr: "pipe",
        env: { ...variables, PATH: process.env.PATH ?? "", LC_ALL: "C.UTF-8" },
      },
    );
    const answers = JSON.parse(pip.stdout.toString()) as unknown[];
    for (const [number, question] of questions.entries()) {
      const ours = await answer(known, question);
      expect({ content: String(corpus[number]), answer: ours }).toEqual({
        content: String(corpus[number]),
        answer: answers[number],
      });
    }
  }, 60_000);

  async function answer(
    files: Readonly<Record<string, string | Bytes>>,
    question: { readonly file: string; readonly constraint: boolean },
  ): Promise<unknown> {
    let result: RequirementsFile;
    try {
      const kind = question.constraint ? "constraints" : "requirements";
      result = await read(files, question.file, kind, root);
    } catch (error) {
      if (!(error instanceof PkmError)) throw error;
      return { error: expect.any(String) };
    }
    const options = applyFileOptions(
      { ...noRequirementsOptions, indexUrl: "default" },
      result.options,
    );
    return {
      entries: result.entries.map((entry) => {
        const hashes: Record<string, string[]> = {};
        for (const { algorithm, hex } of entry.hashes) (hashes[algorithm] ??= []).push(hex);
        const { text, isEditable, isConstraint, configSettings } = entry;
        return [text, isEditable, isConstraint, originOf(entry), hashes, configSettings];
      }),
      options: {
        index: [
          ...(options.indexUrl === undefined ? [] : [options.indexUrl]),
          ...options.extraIndexUrls,
        ],
        noIndex: options.noIndex,
        findLinks: options.findLinks.map(({ value, file }) => {
          const beside = join(dirname(join(root, file ?? "")), value);
          return Object.keys(files).some(
            (path) => path === beside || path.startsWith(`${beside}/`),
          ) || value === ""
            ? expect.stringContaining(value)
            : value;
        }),
        noBinary: [...options.binaries.first].sort(),
        onlyBinary: [...options.binaries.second].sort(),
        allReleases: [...options.releases.first].sort(),
        onlyFinal: [...options.releases.second].sort(),
        preferBinary: options.preferBinary,
        requireHashes: options.requireHashes,
        noRequireHashes: options.noRequireHashes,
        features: options.features,
        hosts: options.trustedHosts,
      },
    };
  }
});
