import { neighbour, nastyVersions, versionText } from "./version-cases.ts";
import type { Random } from "./random.ts";

export const nastyWheels: readonly string[] = [
  "",
  ".whl",
  "a.whl",
  "a-1.whl",
  "a-1-py3-none-any.whl",
  "a-1-py3-none-any.WHL",
  "a-1-py3-none-any.whl ",
  "a-1-py3-none-any",
  "A.B-1-py3-none-any.whl",
  "a_b-1-py3-none-any.whl",
  "a__b-1-py3-none-any.whl",
  "a-b-1-py3-none-any.whl",
  "-1-py3-none-any.whl",
  "a--py3-none-any.whl",
  "a-1--none-any.whl",
  "a-1-py3--any.whl",
  "a-1-py3-none-.whl",
  "a-1-1-py3-none-any.whl",
  "a-1-1abc-py3-none-any.whl",
  "a-1-abc-py3-none-any.whl",
  "a-1--py3-none-any.whl",
  "a-1-01-py3-none-any.whl",
  "a-1-99999999999999999999x-py3-none-any.whl",
  "a-1-1_2-py3-none-any.whl",
  "a-1-1.2-py3-none-any.whl",
  "a-1-x-1-py3-none-any.whl",
  "a-1.0+l.1-py3-none-any.whl",
  "a-1.0_1-py3-none-any.whl",
  "a-v1-py3-none-any.whl",
  "a-1!1-py3-none-any.whl",
  "a-1.0rc1-py3-none-any.whl",
  "a-x-py3-none-any.whl",
  "a-1-py2.py3-none-any.whl",
  "a-1-py3.py2-none-any.whl",
  "a-1-py3..py2-none-any.whl",
  "a-1-.py3-none-any.whl",
  "a-1-py3.-none-any.whl",
  "a-1-PY3-None-ANY.whl",
  "a-1-py3.py3-none-any.whl",
  "a-1-3-none-any.whl",
  "a-1-p y-none-any.whl",
  "a-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
  "a-1-cp36.cp37-abi3.none-win32.any.whl",
  "foo_bár-1.0-py3-none-any.whl",
  "FOO_BÁR-1.0-py3-none-any.whl",
  "a b-1-py3-none-any.whl",
  "a$-1-py3-none-any.whl",
  "_a-1-py3-none-any.whl",
  "a_-1-py3-none-any.whl",
  ".a-1-py3-none-any.whl",
  "a.-1-py3-none-any.whl",
  "a..b-1-py3-none-any.whl",
  "a-1-py3-none-any-label.whl",
  "a-1-2-py3-none-any-label.whl",
  "a- 1-py3-none-any.whl",
  "a-1 -py3-none-any.whl",
  "a-1-py3-none-any.whl.whl",
  "dir/a-1-py3-none-any.whl",
  "a-1-py3-no/ne-any.whl",
  "é-1-py3-none-any.whl",
  "a-1-pé-none-any.whl",
  "a-1-_-none-any.whl",
  "_._-1-py3-none-any.whl",
];

export const nastySdists: readonly string[] = [
  "",
  ".tar.gz",
  "a.tar.gz",
  "a-1.tar.gz",
  "a-1.zip",
  "a-1.tgz",
  "a-1.tar.bz2",
  "a-1.TAR.GZ",
  "a-1.tar.gz ",
  "A.B_c-1.0.tar.gz",
  "a-b-1.tar.gz",
  "a-1-2.tar.gz",
  "a-1-b.tar.gz",
  "-1.tar.gz",
  "a-.tar.gz",
  "-.tar.gz",
  "--1.tar.gz",
  "a--1.tar.gz",
  "a-1.0-1.tar.gz",
  "a-1.0rc1.tar.gz",
  "a-v1.tar.gz",
  "a-1.0+l.zip",
  "a-1!1.zip",
  "a_1.tar.gz",
  "a-1.tar.gz.zip",
  "a-1.zip.tar.gz",
  "é-1.tar.gz",
  "É-1.tar.gz",
  "a b-1.tar.gz",
  "a-1 .tar.gz",
  "a- 1.tar.gz",
  "a-x.tar.gz",
  "_-1.zip",
  "a_-1.zip",
  ".a-1.zip",
  "$-1.zip",
  "a-1.*.zip",
];

const alphabet = [..."-._ab1 +!é", "--", ".whl", ".py3"];

export function wheelName(random: Random): string {
  const name = random.pick(["a", "Foo", "foo_bar", "Foo.Bar", "x1", "zope.interface", "é"]);
  const version = random.chance(0.6)
    ? neighbour(random)
    : random.chance(0.8)
      ? versionText(random)
      : random.pick(nastyVersions);
  const parts = [name, version.replaceAll("-", "_")];
  if (random.chance(0.3))
    parts.push(
      random.pick(["1", "0", "01", "1abc", "2_x", "20250101", "b1", "99999999999999999999"]),
    );
  const some = (choices: readonly string[]): string =>
    random.list(1, 3, () => random.pick(choices)).join(".");
  parts.push(
    some(["py2", "py3", "cp312", "cp313", "pp310", "CP38"]),
    some(["none", "abi3", "cp312", "cp313t", "pypy310_pp73"]),
    some(["any", "win32", "linux_x86_64", "manylinux_2_17_x86_64", "macosx_11_0_arm64"]),
  );
  const text = `${parts.join("-")}.whl`;
  return random.chance(0.25) ? random.mutated(text, alphabet) : text;
}

export function sdistName(random: Random): string {
  const name = random.pick([
    "a",
    "Foo",
    "foo-bar",
    "foo_bar",
    "Foo.Bar",
    "zope.interface",
    "a-1",
    "é",
  ]);
  const text = `${name}-${random.chance(0.6) ? neighbour(random) : versionText(random)}${random.pick([".tar.gz", ".tar.gz", ".zip", ".tgz"])}`;
  return random.chance(0.25) ? random.mutated(text, [...alphabet, ".zip", ".tar.gz"]) : text;
}

export const nastyNames: readonly string[] = [
  "",
  " ",
  "a",
  "A",
  "Foo.Bar",
  "foo__bar",
  "foo-_.bar",
  "-a",
  "a-",
  "_a",
  "a_",
  ".a",
  "a.",
  "a\n",
  "\na",
  "a b",
  "é",
  "aé",
  "İ",
  "K",
  "ſ",
  "a\u0000",
  "1",
  "0-0",
  "A-1",
  "a/b",
  "friendly-bard",
  "FRIENDLY-BARD",
  "FrIeNdLy-._.-bArD",
];

export function nameText(random: Random): string {
  const text = random
    .list(1, 5, () => random.pick(["a", "B", "foo", "Bar", "1", "-", "_", ".", "--", "x9"]))
    .join("");
  return random.chance(0.3) ? random.mutated(text, [..."aZ9-_. é\n", "K"]) : text;
}

export type TagCase = {
  implementation: string;
  python: string;
  platform: string;
  free_threaded?: boolean;
  abi?: string;
};

export function tagCase(random: Random): TagCase {
  const implementation = random.pick(["cp", "cp", "cp", "pp"]);
  const minor = 8 + random.below(9);
  const platform = random.pick([
    () =>
      `manylinux_2_${5 + random.below(40)}_${random.pick(["x86_64", "i686", "aarch64", "armv7l", "ppc64le", "s390x", "riscv64", "loongarch64", "ppc64", "armv8l"])}`,
    () => `musllinux_1_${random.below(4)}_${random.pick(["x86_64", "aarch64", "i686", "armv7l"])}`,
    () =>
      `macosx_${random.pick(["10_9", "10_15", "11_0", "12_3", "13_0", "14_2", "15_0", "26_0"])}_${random.pick(["x86_64", "arm64"])}`,
    () => random.pick(["win32", "win_amd64", "win_arm64", "linux_x86_64"]),
    () =>
      `ios_${12 + random.below(7)}_${random.below(5)}_${random.pick(["arm64_iphoneos", "arm64_iphonesimulator", "x86_64_iphonesimulator"])}`,
    () => `android_${16 + random.below(20)}_${random.pick(["arm64_v8a", "x86_64", "armeabi_v7a"])}`,
  ])();
  const base = { implementation, python: `3.${minor}`, platform };
  if (implementation === "cp" && minor >= 13 && random.chance(0.4))
    return { ...base, free_threaded: true };
  if (implementation === "pp") return { ...base, abi: `pypy3${minor}_pp73` };
  return random.chance(0.1) ? { ...base, abi: `cp3${minor}d` } : base;
}
