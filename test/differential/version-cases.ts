import type { Random } from "./random.ts";

/** Spellings that have tripped somebody: every rule of PEP 440 at its edge. */
export const nastyVersions: readonly string[] = [
  "",
  " ",
  ".",
  "1",
  "0",
  "00",
  "1.",
  ".1",
  "1..2",
  "1.0",
  "1.0.0",
  "01.002",
  "1.0-1",
  "1.0-",
  "1.0--1",
  "1.0-01",
  "1_0",
  "1.0_1",
  "1.0.post",
  "1.0post",
  "1.0-r4",
  "1.0rev",
  "1.0.r",
  "1.0.r.2",
  "1.0r1",
  "1.0re",
  "1.0.0rc.1",
  "1.0preview3",
  "1.0pre",
  "1.0prev1",
  "1.0c1",
  "1.0C1",
  "1.0alpha.0.post.1",
  "1.0alpha",
  "1.0al",
  "1.0a.",
  "1.0a-",
  "1.0a_",
  "1.0a-1",
  "1.0a--1",
  "1.0a.-1",
  "1.0a.post1",
  "1.0a-.post1",
  "1.0a1.",
  "1.0a1-1",
  "1.0a1b1",
  "1.0a1rc1",
  "1.0beta-2",
  "1.0b",
  "1.0.beta",
  "1.0rc",
  "1.0-rc1",
  "1.0dev",
  "1.0.dev",
  "1.0.dev.",
  "1.0.dev-3",
  "1.0.dev1.post1",
  "1.0.post1.dev",
  "1.0.post-dev1",
  "1.0.post--dev1",
  "1.0-1.dev2",
  "1.dev0",
  "1.0+",
  "1.0+01",
  "1.0+foo0100",
  "1.0+Ubuntu-1",
  "1.0+ubuntu.1",
  "1.0+a_b",
  "1.0+a..b",
  "1.0+.a",
  "1.0+a.",
  "1.0+a+b",
  "1.0+1.a.01",
  "1.0+0",
  "1.0+00",
  "1+0a",
  "1.0+000a",
  "1!1.0",
  "1!",
  "!1",
  "0!1.0",
  "01!1",
  "1!2!3",
  "v1.0",
  "V1.0",
  "v 1.0",
  "vv1",
  "v1!1",
  "v",
  " 1.0",
  "1.0 ",
  "\t1.0\n",
  "1.0\r\n",
  "\u00a01.0",
  "1.0\u2003",
  "1.0\u0085",
  "\u001c1.0",
  "\ufeff1.0",
  "1.0\u200b",
  "1 .0",
  "1. 0",
  "1.0 a1",
  "1.0\na1",
  "１.0",
  "1.٠",
  "1.0\u0131",
  "1.0.po\u017ft1",
  "1.0ALPHA1",
  "1.0PoSt1",
  "1.0DEV1",
  "1.0RC1",
  "2024.1.1",
  "20250101123456789",
  "1.20250101123456789.2",
  "9007199254740991",
  "9007199254740992",
  "9007199254740993",
  "1.9007199254740993",
  "1.0a99999999999999999999",
  "1.0.post99999999999999999999",
  "1.0.dev18446744073709551616",
  "1.0+99999999999999999999",
  "99999999999999999999!1",
  "000000000000000000001",
  "1.000000000000000000000",
  "1.0.0.0.0.0.0.0.0.1",
  "0.0.0",
  "0.dev0",
  "0!0.dev0+0",
  "1.*",
  "1.0.*",
  "*",
  "1.x",
  "latest",
  "dev",
  "a",
  "1-",
  "1+",
  "1a",
  "1b2",
  "-1",
  "+1",
  "1,0",
  "1/0",
  "1\\0",
  "1.0;",
  "1e5",
  "0x10",
  "1.0.0-alpha+001",
  "1.0.0-x.7.z.92",
  "null",
  "1.0'",
  '"1.0"',
  "1.0rc1.post2.dev3+l.1",
];

const alphabet = [..."0123456789.-_+!vabcrpostdev* \t\n", "\u00a0", "é", "١"];

function number(random: Random): string {
  const kind = random.below(20);
  if (kind < 12) return String(random.below(4));
  if (kind < 16) return String(random.below(120));
  if (kind === 16) return `0${random.below(30)}`;
  if (kind === 17) return String(20200101 + random.below(60000));
  if (kind === 18) return `${9007199254740990n + BigInt(random.below(6))}`;
  return `${10n ** BigInt(random.below(70))}`;
}

const separator = (random: Random): string => random.pick(["", "", ".", "-", "_"]);

/** A release of one to four small numbers. */
function release(random: Random): string {
  return random.list(1, 4, () => number(random)).join(".");
}

/** A version by the grammar, in any spelling. */
export function spelledVersion(random: Random): string {
  let text = random.chance(0.05) ? random.pick(["v", "V"]) : "";
  if (random.chance(0.08)) text += `${number(random)}!`;
  text += release(random);
  if (random.chance(0.3)) {
    const word = random.pick([
      "a",
      "b",
      "rc",
      "a",
      "b",
      "rc",
      "alpha",
      "beta",
      "c",
      "pre",
      "preview",
      "RC",
      "Alpha",
    ]);
    text += `${separator(random)}${word}${separator(random)}${random.chance(0.8) ? number(random) : ""}`;
  }
  if (random.chance(0.25)) {
    const word = random.pick(["post", "post", "rev", "r", "Post"]);
    if (random.chance(0.25)) text += `-${number(random)}`;
    else
      text += `${separator(random)}${word}${separator(random)}${random.chance(0.8) ? number(random) : ""}`;
  }
  if (random.chance(0.25))
    text += `${separator(random)}dev${separator(random)}${random.chance(0.8) ? number(random) : ""}`;
  if (random.chance(0.15)) text += `+${localPart(random)}`;
  return random.chance(0.04) ? ` ${text}\n` : text;
}

function localPart(random: Random): string {
  return random
    .list(1, 3, () =>
      random.pick([number(random), "a", "abc", "ubuntu", "0a", "1a", "cu118", "ABC", "x"]),
    )
    .join(random.pick([".", "-", "_"]));
}

/** Mostly a version, sometimes nearly one. */
export function versionText(random: Random): string {
  if (random.chance(0.15)) return random.pick(nastyVersions);
  const text = spelledVersion(random);
  return random.chance(0.25) ? random.mutated(text, alphabet) : text;
}

const stages = [
  "",
  "",
  "",
  ".0",
  ".0.0",
  ".1",
  "a1",
  "a1",
  "a1.dev1",
  "a2",
  "a2.dev0",
  "a1.post1",
  "a1.post0.dev0",
  "b1",
  "rc1",
  "rc1.dev1",
  "rc1.post0",
  ".dev0",
  ".dev1",
  ".dev2",
  ".post0",
  ".post0.dev0",
  ".post1",
  ".post1.dev0",
  ".post1.dev1",
  ".post2",
  ".post3.dev0",
  ".1.dev0",
  ".1a1",
  ".0.1",
  ".post1+l",
  "+l",
  "+l.1",
  "+1",
  "+ubuntu-1",
  ".dev1+l",
  "a1+l",
  "rc1+local.2",
];

/** One of the many that lie close together, where the borders of specifiers are. */
export function neighbour(random: Random): string {
  const epoch = random.chance(0.06) ? "1!" : "";
  const base = random.pick([
    "1.7",
    "1.7",
    "1.7",
    "1",
    "1.0",
    "1.6",
    "1.8",
    "2",
    "2.0",
    "0",
    "0.0",
    "1.10",
  ]);
  return epoch + base + random.pick(stages);
}

export function comparePair(random: Random): [string, string] {
  const make = random.chance(0.6) ? neighbour : random.chance(0.8) ? spelledVersion : versionText;
  return [make(random), make(random)];
}

const operators = ["==", "!=", "<=", ">=", "<", ">", "~=", "==="];

function specifier(random: Random): string {
  if (random.chance(0.04)) return random.pick(nastySpecifiers);
  const operator = random.chance(0.04) ? "===" : random.pick(operators.slice(0, 7));
  let version = random.chance(0.8) ? neighbour(random) : spelledVersion(random);
  // Local parts are allowed with equality only; keep most of the rest valid.
  if (!operator.startsWith("==") && operator !== "!=" && random.chance(0.95))
    version = version.split("+")[0] as string;
  if (operator === "~=" && /^(?:[0-9]+!)?[0-9]+(?![0-9.])/.test(version) && random.chance(0.9))
    version = `1.${version.replace(/^.*!/, "")}`;
  if (random.chance(0.12)) version = `${/^v?[0-9!.]*[0-9]/i.exec(version)?.[0] ?? version}.*`;
  return `${operator}${random.chance(0.1) ? " " : ""}${version}`;
}

const nastySpecifiers: readonly string[] = [
  "",
  " ",
  ",",
  "~=1",
  "==1.0a1.*",
  ">=1.7+l",
  "==1.7.dev1.*",
  "==v1.7",
  ">=01.07",
  "===",
  "=== ",
  "===1.0",
  "===1.0 ",
  "===foo",
  "===FOO",
  "===1.0.*",
  "===1.0+l",
  "=1.0",
  "1.0",
  "=>1.0",
  "<>1.0",
  "!1.0",
  "~1.0",
  "= =1.0",
  "== 1.0",
  "==\n1.0",
  "==\u00a01.0",
  "==1.0 .*",
  "==1.0.* ",
  "==1.*.*",
  "==.*",
  "==*",
  ">=1.*",
  "~=1.0.*",
  "!=1.0.*",
  "!=1.0+l",
  "!=1.0a1",
  "!=1.0a1.*",
  "<0.dev0",
  "<0",
  "<=0.dev0",
  ">=0.dev0",
  ">0.dev0",
  "<0.0.0",
  ">=1.0-",
  "==1.0-1",
  "==1.0.post",
  "==1.0a.*",
  ">=1.0 <2",
  ">=1.0;",
  "===a;b",
  "===(1)",
  "===a)b",
  "==1.0\u2003",
  ">=dev",
  ">=1.0.dev",
  "~=1.0.post1",
  "~=1.0+l",
  "~=2.2.0.0",
  "~=1!2",
  "~=1!2.0",
  "==1!*",
  "==1!1.*",
  "==1.0.9007199254740991.*",
];

export function specifierText(random: Random): string {
  const members = random.list(random.chance(0.05) ? 0 : 1, random.chance(0.4) ? 3 : 1, () =>
    specifier(random),
  );
  const text =
    members.join(random.pick([",", ",", ", ", " , "])) + (random.chance(0.05) ? "," : "");
  return random.chance(0.08)
    ? random.mutated(text, [...alphabet, "<", ">", "=", "~", "!", ","])
    : text;
}

function prereleases(random: Random): boolean | null {
  return random.pick([null, null, null, true, false]);
}

export function specifierCase(random: Random): {
  specifier: string;
  version: string;
  prereleases: boolean | null;
} {
  const version = random.chance(0.85) ? neighbour(random) : versionText(random);
  return { specifier: specifierText(random), version, prereleases: prereleases(random) };
}

export function filterCase(random: Random): {
  specifier: string;
  versions: string[];
  prereleases: boolean | null;
} {
  const versions = random.list(0, 8, () =>
    random.chance(0.9) ? neighbour(random) : versionText(random),
  );
  return { specifier: specifierText(random), versions, prereleases: prereleases(random) };
}

/** The nasty ones first: each operator at the borders that PEP 440 draws. */
export function nastySpecifierCases(): { specifier: string; version: string; prereleases: null }[] {
  const cases: { specifier: string; version: string; prereleases: null }[] = [];
  const candidates = [...new Set(stages)].map((stage) => `1.7${stage}`);
  for (const operator of operators.slice(0, 7))
    for (const version of [
      "1.7",
      "1.7.0",
      "1.7a1",
      "1.7.dev1",
      "1.7.post1",
      "1.7rc1.post1",
      "1.7.post1.dev1",
      "1.7.*",
    ])
      for (const candidate of candidates)
        cases.push({ specifier: operator + version, version: candidate, prereleases: null });
  for (const specifier of nastySpecifiers)
    for (const version of ["1.0", "1.0.0", "foo", "1.0+l", "1.0a1", "0", "0.dev0", "", "1.0.post0"])
      cases.push({ specifier, version, prereleases: null });
  return cases;
}
