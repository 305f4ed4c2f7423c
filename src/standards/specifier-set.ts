import { compareText } from "#base/order";
import { isSpace, strip } from "./_spaces.ts";
import { invalidSpecifier } from "./errors.ts";
import {
  afterLocals,
  afterPosts,
  firstOfFamily,
  firstOfRelease,
  successor,
} from "./version-key.ts";
import {
  atLeast,
  below,
  between,
  complement,
  contains,
  emptyRange,
  exactly,
  fullRange,
  intersect,
} from "./version-range.ts";
import type { VersionRange } from "./version-range.ts";
import { isPrerelease, tryParseVersion } from "./version.ts";
import type { Version } from "./version.ts";

export { describeRange } from "./describe-range.ts";

export type Operator = "==" | "!=" | "<=" | ">=" | "<" | ">" | "~=" | "===";

/** One clause of a set; the version as it was written (`1.0.*`, `v1.7`, and any text at all after `===`). */
export type Specifier = { readonly operator: Operator; readonly version: string };

/** Clauses that all have to hold (PyPUG version-specifiers). The empty set admits everything. */
export type SpecifierSet = {
  /** In the order of the text. */
  readonly specifiers: readonly Specifier[];
  /** As written. */
  readonly text: string;
  /**
   * The versions that every clause admits, whatever the rule for pre-releases. `===` takes part with the one version
   * that its text spells, or with none; whether the spelling fits as well, {@link arbitrary} tells.
   */
  readonly range: VersionRange;
  /** The texts behind `===`: a candidate's own spelling has to equal each of them, letter case aside. */
  readonly arbitrary: readonly string[];
  /** A clause other than `!=` and `==X.*` names a pre-release, which asks for them. */
  readonly asksForPrereleases: boolean;
};

/** The set that admits every version: what a requirement without specifier has. */
export const anyVersion: SpecifierSet = {
  specifiers: [],
  text: "",
  range: fullRange,
  arbitrary: [],
  asksForPrereleases: false,
};

/**
 * Reads comma-separated specifiers; empty members are allowed (`>=1,`).
 *
 * ```ts
 * import { strict as assert } from "node:assert";
 * import { parseSpecifierSet, specifierContains } from "#standards/specifier-set";
 *
 * const set = parseSpecifierSet("~=1.4, !=1.4.2");
 * assert.equal(specifierContains(set, "1.5"), true);
 * assert.equal(specifierContains(set, "2.0.dev1"), false);
 * ```
 */
export function parseSpecifierSet(text: string): SpecifierSet {
  const set = readSpecifierSet(text);
  if ("why" in set) throw invalidSpecifier(text, set, set.why);
  return set;
}

/** {@link parseSpecifierSet} for text from outside: `undefined` when a member is no specifier. */
export function tryParseSpecifierSet(text: string): SpecifierSet | undefined {
  const set = readSpecifierSet(text);
  return "why" in set ? undefined : set;
}

/** The set in its usual spelling: sorted, without spaces; of members that say the same (`==1`, `==1.0`) the first. */
export function formatSpecifierSet(set: SpecifierSet): string {
  const { specifiers } = set;
  const [first] = specifiers;
  if (first === undefined) return "";
  if (specifiers.length === 1) return first.operator + first.version;
  const texts = specifiers.map(({ operator, version }) => operator + version);
  const meanings = new Map(
    specifiers.map((specifier, i) => [texts[i] as string, meaning(specifier)]),
  );
  const said = new Set<string>();
  const kept: string[] = [];
  for (const text of [...meanings.keys()].sort(compareText)) {
    const same = meanings.get(text) as string;
    if (said.has(same)) continue;
    said.add(same);
    kept.push(text);
  }
  return kept.join(",");
}

/** Equal for specifiers that differ in spelling only. `~=1.0` and `~=1.0.0` differ in more. */
function meaning({ operator, version }: Specifier): string {
  const parsed = operator === "===" ? undefined : tryParseVersion(version);
  return operator + (parsed === undefined ? version : operator === "~=" ? parsed.text : parsed.key);
}

export type PrereleaseChoice = {
  /** `true` admits pre-releases, `false` refuses them, otherwise the set decides. */
  readonly prereleases?: boolean | undefined;
};

/**
 * True when the set admits this one version. With nothing else to choose from, pre-releases are admitted unless
 * refused. A text that is no version is admitted by the empty set, and by `===` if it is the same text.
 */
export function specifierContains(
  set: SpecifierSet,
  version: string | Version,
  { prereleases }: PrereleaseChoice = {},
): boolean {
  const parsed = typeof version === "string" ? tryParseVersion(version) : version;
  if (!matches(set, typeof version === "string" ? version : version.text, parsed)) return false;
  return prereleases !== false || parsed === undefined || !isPrerelease(parsed);
}

/**
 * The versions that the set admits, in their order and spelling. Unless the set or the caller decides about
 * pre-releases, they are taken only when no final version fits.
 */
export function filterVersions(
  set: SpecifierSet,
  texts: readonly string[],
  prereleases?: boolean,
): string[] {
  const choice = prereleases ?? (set.asksForPrereleases ? true : undefined);
  const fitting: string[] = [];
  const settled: string[] = [];
  let hasFinal = false;
  for (const text of texts) {
    const parsed = tryParseVersion(text);
    if (!matches(set, text, parsed)) continue;
    fitting.push(text);
    if (parsed !== undefined && isPrerelease(parsed)) continue;
    settled.push(text);
    if (parsed !== undefined) hasFinal = true;
  }
  if (choice === undefined) return hasFinal ? settled : fitting;
  return choice ? fitting : settled;
}

function matches(set: SpecifierSet, text: string, parsed: Version | undefined): boolean {
  const { arbitrary } = set;
  if (arbitrary.length > 0) {
    const wanted = text.toLowerCase();
    for (const other of arbitrary) if (other.toLowerCase() !== wanted) return false;
  }
  if (parsed === undefined) return set.specifiers.length === arbitrary.length;
  return contains(set.range, parsed.key);
}

type Clause = Specifier & { readonly range: VersionRange; readonly asksForPrereleases: boolean };

/** The first member that is no specifier: where it stands, and why it is none. */
export type SpecifierMistake = {
  readonly start: number;
  readonly end: number;
  readonly why: string;
};

/** The set, or what is wrong with it: for parsers that show the place in a longer text. */
export function readSpecifierSet(text: string): SpecifierSet | SpecifierMistake {
  const specifiers: Specifier[] = [];
  let range = fullRange;
  let arbitrary: string[] | undefined;
  let asksForPrereleases = false;
  let start = 0;
  while (start <= text.length) {
    const comma = text.indexOf(",", start);
    let end = comma === -1 ? text.length : comma;
    const next = end + 1;
    while (start < end && isSpace(text.charCodeAt(start))) start++;
    while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
    if (start < end) {
      const clause = readClause(text.slice(start, end));
      if (typeof clause === "string") return { start, end, why: clause };
      specifiers.push({ operator: clause.operator, version: clause.version });
      range = intersect(range, clause.range);
      if (clause.operator === "===") (arbitrary ??= []).push(clause.version);
      asksForPrereleases ||= clause.asksForPrereleases;
    }
    start = next;
  }
  if (specifiers.length === 0 && text === "") return anyVersion;
  return { specifiers, text, range, arbitrary: arbitrary ?? [], asksForPrereleases };
}

/** `==` and a final version, which has been read already: what reading the two together gives. */
export function onlyVersion(text: string, version: Version): SpecifierSet {
  return {
    specifiers: [{ operator: "==", version: text }],
    text: `==${text}`,
    range: rangeOf("==", version, false),
    arbitrary: [],
    asksForPrereleases: false,
  };
}

/** One specifier without white space around it, or what is wrong with it. */
function readClause(text: string): Clause | string {
  const operator = operatorAt(text);
  if (operator === undefined)
    return "it does not begin with one of `==`, `!=`, `<=`, `>=`, `<`, `>`, `~=`, `===`";
  const version = strip(text.slice(operator.length));
  if (hasSpace(version)) return "there is white space inside the version";
  if (operator === "===") return readArbitrary(version);
  const isWildcard = version.endsWith(".*");
  const parsed = tryParseVersion(isWildcard ? version.slice(0, -2) : version);
  if (parsed === undefined)
    return version === "" ? "it has no version" : `\`${version}\` is not a version`;
  const asksForPrereleases = isPrerelease(parsed) && operator !== "!=";
  const mistake = misuse(operator, parsed, isWildcard);
  if (mistake !== undefined) return mistake;
  return { operator, version, range: rangeOf(operator, parsed, isWildcard), asksForPrereleases };
}

function readArbitrary(version: string): Clause | string {
  // A requirement goes on after `;` and `)`, so the text cannot have them.
  if (/[;)]/.test(version)) return "a text behind `===` cannot have `;` or `)`";
  const parsed = tryParseVersion(version);
  return {
    operator: "===",
    version,
    range: parsed === undefined ? emptyRange : exactly(parsed),
    asksForPrereleases: parsed !== undefined && isPrerelease(parsed),
  };
}

function misuse(operator: Operator, version: Version, isWildcard: boolean): string | undefined {
  const isEquality = operator === "==" || operator === "!=";
  if (isWildcard && !isEquality) return "only `==` and `!=` take `.*`";
  if (isWildcard && (version.pre ?? version.post ?? version.dev ?? version.local) !== undefined)
    return "`.*` takes the place of pre-release, post-release, dev and local parts";
  if (version.local !== undefined && !isEquality) return "only `==` and `!=` take a local part";
  if (operator === "~=" && version.release.length < 2)
    return "`~=` needs a release of at least two numbers";
  return undefined;
}

function rangeOf(
  operator: Exclude<Operator, "===">,
  version: Version,
  isWildcard: boolean,
): VersionRange {
  const { epoch, release } = version;
  switch (operator) {
    case ">=":
      return atLeast(version.key);
    case "<=":
      return below(afterLocals(version));
    case ">":
      // PEP 440: ">1.7" admits neither 1.7.post1 nor 1.7+local, unless a post-release was named itself.
      return atLeast(
        version.dev === undefined && version.post === undefined
          ? afterPosts(version)
          : afterLocals(version),
      );
    case "<":
      // PEP 440: "<2.0" must not admit 2.0rc1, although 2.0rc1 sorts below 2.0.
      return below(firstOfFamily(version));
    case "~=":
      return between(version.key, firstOfRelease(epoch, bumped(release.slice(0, -1))));
    case "==":
      if (isWildcard)
        return between(firstOfRelease(epoch, release), firstOfRelease(epoch, bumped(release)));
      return version.local === undefined
        ? between(version.key, afterLocals(version))
        : exactly(version);
    case "!=":
      return complement(rangeOf("==", version, isWildcard));
  }
  operator satisfies never;
}

/** The release after all that begin with this one: 1.2 gives 1.3. */
function bumped(release: Version["release"]): Version["release"] {
  const last = release[release.length - 1] as Version["release"][number];
  return [...release.slice(0, -1), successor(last)];
}

function operatorAt(text: string): Operator | undefined {
  if (text.startsWith("===")) return "===";
  const two = text.slice(0, 2);
  if (two === "==" || two === "!=" || two === "<=" || two === ">=" || two === "~=") return two;
  const one = text[0];
  return one === "<" || one === ">" ? one : undefined;
}

function hasSpace(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (isSpace(text.charCodeAt(i))) return true;
  return false;
}
