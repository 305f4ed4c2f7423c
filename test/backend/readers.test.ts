import { describe, expect, test } from "bun:test";
import { nearest } from "#base/text";
import { globMatches, globReaches, parseGlob } from "#backend/glob";
import { pathInTree } from "#backend/source-tree";
import { staticAttribute } from "#backend/static-attribute";
import { parseLicenseExpression } from "#standards/license-expression";
import { tryParseMarker } from "#standards/marker";
import { tryParseName } from "#standards/name";
import { tryParseRequirement } from "#standards/requirement";
import { tryParseSpecifierSet } from "#standards/specifier-set";
import { tryParseVersion } from "#standards/version";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nameText, nastyNames } from "../differential/file-name-cases.ts";
import { Random } from "../differential/random.ts";
import {
  markerCase,
  nastyRequirements,
  requirementText,
} from "../differential/requirement-cases.ts";
import { nastyVersions, specifierText, versionText } from "../differential/version-cases.ts";
import { testPython } from "../support/pkm.ts";
import { packageFolder } from "./halves.ts";

/*
 * The Python package reads with few lines what pkm reads with whole modules. Where the verdict on one text differs, one
 * half builds what the other refuses.
 */

type Family = {
  readonly nasty: readonly (readonly unknown[])[];
  readonly make: (random: Random) => readonly unknown[];
  readonly ours: (...question: never[]) => unknown;
};

const root = join(import.meta.dir, "..", "..");

const words = (texts: readonly string[]): (readonly [string])[] => texts.map((text) => [text]);

const globParts = ["*", "**", "a", "b", "*.txt", "a?", "[ab]", "[a-c]x", "a*b", "é", ".", "..", ""];
const pathParts = ["a", "b", "ab", "cx", "x.txt", "é", "aé", ".a"];
const pathOf = (random: Random): string =>
  random.list(1, 5, () => random.pick(pathParts)).join("/");

const pythonPieces = [
  '__version__ = "1"\n',
  "__version__ = '2'  # two\n",
  '__version__: str="3"\n',
  '__version__ == "4"\n',
  '__version_info__ = "5"\n',
  '"""\n',
  "'''",
  '"',
  "'",
  "\\",
  "# it's\n",
  "\n",
  "x = 1\n",
  '  __version__ = "6"\n',
];

const licensePieces = [
  "MIT",
  "mit",
  "ISC",
  "GPL-2.0+",
  "and",
  "OR",
  "with",
  "(",
  ")",
  "Classpath-exception-2.0",
  "LicenseRef-x",
  "x",
  " ",
  " ",
  " ",
];

const families: Readonly<Record<string, Family>> = {
  version: {
    nasty: words(nastyVersions),
    make: (random) => [versionText(random)],
    ours: (text: string) => tryParseVersion(text)?.text ?? null,
  },
  specifier: {
    nasty: words(["", ",", ">=1,", ",>=1", ">=1,,<2", "===x y", "===", "==1.*", "~=1", "~=1.*"]),
    make: (random) => [specifierText(random)],
    ours: (text: string) => tryParseSpecifierSet(text) !== undefined,
  },
  requirement: {
    nasty: words(nastyRequirements),
    make: (random) => [requirementText(random)],
    ours: (text: string) => tryParseRequirement(text) !== undefined,
  },
  marker: {
    nasty: [],
    make: (random) => [(markerCase(random) as { marker: string }).marker],
    ours: (text: string) => tryParseMarker(text) !== undefined,
  },
  name: {
    nasty: words(nastyNames as readonly string[]),
    make: (random) => [nameText(random)],
    ours: (text: string) => tryParseName(text) ?? null,
  },
  license: {
    nasty: words(["", "()", "MIT+", "MIT WITH MIT", "(MIT)", "LicenseRef-", "licenseref-A.b-C+"]),
    make: (random) => [
      random.list(1, 9, () => random.pick(licensePieces)).join(random.pick(["", " "])),
    ],
    ours: (text: string) => {
      const read = parseLicenseExpression(text);
      return read.kind === "valid" ? read.text : null;
    },
  },
  glob: {
    nasty: [],
    make: (random) => [
      random.mutated(random.list(1, 4, () => random.pick(globParts)).join("/"), [
        "[",
        "]",
        "-",
        "\\",
        "/",
        "+",
        "^",
        "$",
      ]),
      random.list(5, 20, () => pathOf(random)),
    ],
    ours: (text: string, paths: readonly string[]) => {
      const glob = parseGlob(text);
      return "why" in glob
        ? null
        : paths.map((path) => [globMatches(glob, path), globReaches(glob, path)]);
    },
  },
  attribute: {
    nasty: [],
    make: (random) => [random.list(1, 8, () => random.pick(pythonPieces)).join(""), "__version__"],
    ours: (text: string, name: string) => {
      const answer = staticAttribute(text, name);
      return "value" in answer ? answer.value : null;
    },
  },
  path: {
    nasty: words(["", ".", "/", "a//b", "./a/", "a/../b", "a\\b", "..a"]),
    make: (random) => [random.mutated(pathOf(random), ["/", ".", ".."])],
    ours: (text: string) => pathInTree(text) ?? null,
  },
  nearest: {
    nasty: [],
    make: (random) => {
      const choices = ["include", "exclude", "wheel-include", "layout", "modules", "data"];
      return [random.mutated(random.pick(choices), ["a", "e", "x"]), choices];
    },
    ours: (word: string, choices: readonly string[]) => nearest(word, choices, 1)[0] ?? null,
  },
};

test("the Python package knows the licences and exceptions that pkm knows", () => {
  const identifiers = (path: string, quote: string): string[] =>
    readFileSync(path, "utf8")
      .split(quote)
      .filter((text) => /^\s+0BSD /.test(text) || /^\s+389-exception /.test(text))
      .flatMap((text) => text.trim().split(/\s+/));
  const ours = identifiers(join(root, "src", "standards", "_spdx-identifiers.ts"), "`");
  const theirs = identifiers(join(packageFolder, "src", "pkm_build", "_license.py"), '"""');
  expect(ours.length).toBeGreaterThan(700);
  expect(theirs).toEqual(ours);
});

describe("the Python package reads as pkm does", () => {
  for (const [kind, { nasty, make, ours }] of Object.entries(families))
    test(kind, () => {
      const random = new Random(621);
      const questions = [...nasty, ...Array.from({ length: 1500 }, () => make(random))];
      const theirs = execFileSync(
        testPython,
        ["-I", join(import.meta.dir, "read_texts.py"), join(packageFolder, "src")],
        {
          input: questions.map((question) => `${JSON.stringify([kind, ...question])}\n`).join(""),
          encoding: "utf8",
          maxBuffer: 1 << 28,
        },
      )
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown);
      const different = questions
        .map((question, i) => ({
          question,
          ours: ours(...(question as never[])),
          theirs: theirs[i],
        }))
        .filter((one) => !Bun.deepEquals(one.ours, one.theirs));
      expect(different.slice(0, 10)).toEqual([]);
      expect(theirs).toHaveLength(questions.length);
    });
});
