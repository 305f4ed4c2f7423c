import { normalizeName } from "./name.ts";
import { tryParseSpecifierSet } from "./specifier-set.ts";
import { complement, contains, emptyRange, fullRange, union } from "./version-range.ts";
import { tryParseVersion } from "./version.ts";
import type {
  LenientOptions,
  MarkerComparison,
  MarkerEnvironment,
  MarkerOperator,
  MarkerVariable,
  SelectionVariable,
} from "./marker.ts";
import type { VersionRange } from "./version-range.ts";

/** Variables whose values are always versions, so that ranges describe them whole. */
export type VersionVariable = "python_version" | "python_full_version" | "implementation_version";

/**
 * What one comparison of published metadata means. Lenient evaluation and the algebra both go by it, so that they
 * cannot disagree.
 */
export type MarkerTest =
  /** The value lies in the range. */
  | { readonly kind: "range"; readonly variable: VersionVariable; readonly range: VersionRange }
  /** The value is this text, exactly (`negated`: is not). */
  | {
      readonly kind: "equals";
      readonly variable: MarkerVariable;
      readonly text: string;
      readonly negated: boolean;
    }
  /** A property of the value about which nothing else is known. */
  | {
      readonly kind: "opaque";
      readonly variable: MarkerVariable;
      readonly property: OpaqueProperty;
      readonly negated: boolean;
    }
  /** The name is among those selected. */
  | {
      readonly kind: "selected";
      readonly set: SelectionVariable;
      readonly name: string;
      readonly negated: boolean;
    }
  | { readonly kind: "meaningless"; readonly why: string };

export type OpaqueProperty =
  /** The value is a part of the text: `platform_machine in "x86_64 AMD64"`. */
  | { readonly kind: "within"; readonly text: string }
  /** The text is a part of the value: `"SMP" in platform_version`. */
  | { readonly kind: "holds"; readonly text: string }
  /** A specifier applied to a value that need not be a version: `platform_release >= "6"`. */
  | { readonly kind: "specifier"; readonly operator: MarkerOperator; readonly text: string };

/** The meaning of a comparison; looked up after the first time, as markers are judged again and again. */
export function meaningOf(comparison: MarkerComparison): MarkerTest {
  let test = meanings.get(comparison);
  if (test === undefined) meanings.set(comparison, (test = readMeaning(comparison)));
  return test;
}

const meanings = new WeakMap<MarkerComparison, MarkerTest>();

/** Lenient evaluation of one comparison; see `evaluateMarkerLeniently`. */
export function passes(
  comparison: MarkerComparison,
  environment: MarkerEnvironment,
  options: LenientOptions,
): boolean {
  const test = meaningOf(comparison);
  switch (test.kind) {
    case "range": {
      const version = tryParseVersion(versionText(environment, test.variable));
      return version !== undefined && contains(test.range, version.key);
    }
    case "equals":
      return (environment[test.variable] === test.text) !== test.negated;
    case "opaque":
      return hasProperty(test.property, environment[test.variable]) !== test.negated;
    case "selected": {
      const selected = test.set === "dependency_groups" ? options.dependencyGroups : options.extras;
      return (selected?.includes(test.name) ?? false) !== test.negated;
    }
    case "meaningless":
      options.warn?.(comparison, test.why);
      return false;
    default:
      return test satisfies never;
  }
}

/** The value of a version variable as PEP 440 can read it. */
export function versionText(environment: MarkerEnvironment, variable: VersionVariable): string {
  const text = environment[variable];
  return variable === "python_full_version" ? repairedPythonVersion(text) : text;
}

/** PyPUG: `platform.python_version()` of a build between releases ends in `+`, which is no version of PEP 440. */
export function repairedPythonVersion(text: string): string {
  return text.endsWith("+") ? `${text}local` : text;
}

export function hasProperty(property: OpaqueProperty, value: string): boolean {
  switch (property.kind) {
    case "within":
      return property.text.includes(value);
    case "holds":
      return value.includes(property.text);
    case "specifier": {
      if (property.operator === "===") return value.toLowerCase() === property.text.toLowerCase();
      const range = specifierRange(property.operator, property.text);
      const version = tryParseVersion(value);
      return range !== undefined && version !== undefined && contains(range, version.key);
    }
    default:
      return property satisfies never;
  }
}

/** An operator as it reads with the sides exchanged; `in` and `~=` have no such form. */
const mirrored: Readonly<Partial<Record<MarkerOperator, MarkerOperator>>> = {
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
  "==": "==",
  "!=": "!=",
  "===": "===",
};

function readMeaning({ left, operator, right }: MarkerComparison): MarkerTest {
  if (left.kind === right.kind)
    return meaningless(
      left.kind === "value" ? "it compares two texts" : "it compares two variables",
    );
  const variable =
    left.kind === "variable" ? left.name : right.kind === "variable" ? right.name : undefined;
  const text = left.kind === "value" ? left.text : right.kind === "value" ? right.text : undefined;
  if (variable === undefined || text === undefined) return meaningless("it compares nothing");
  const reversed = left.kind === "value";

  if (variable === "extra") {
    // PyPUG: `extra` is the set of extras asked for; only `==` and `!=` have a meaning, on either side.
    if (operator !== "==" && operator !== "!=")
      return meaningless("`extra` can only be compared with `==` and `!=`");
    return {
      kind: "selected",
      set: "extra",
      name: normalizeName(text),
      negated: operator === "!=",
    };
  }
  if (variable === "extras" || variable === "dependency_groups") {
    if (!reversed || (operator !== "in" && operator !== "not in"))
      return meaningless(`\`${variable}\` can only stand on the right of \`in\` and \`not in\``);
    return {
      kind: "selected",
      set: variable,
      name: normalizeName(text),
      negated: operator === "not in",
    };
  }
  const asWritten = reversed ? mirrored[operator] : operator;
  switch (variable) {
    case "python_version":
    case "python_full_version":
    case "implementation_version":
      return versionMeaning(variable, operator, asWritten, text);
    case "platform_release":
      return releaseMeaning(operator, asWritten, text, reversed);
    default:
      return textMeaning(variable, operator, text, reversed);
  }
}

function meaningless(why: string): MarkerTest {
  return { kind: "meaningless", why };
}

function versionMeaning(
  variable: VersionVariable,
  operator: MarkerOperator,
  asWritten: MarkerOperator | undefined,
  text: string,
): MarkerTest {
  if (operator === "in" || operator === "not in") {
    if (asWritten === undefined)
      return meaningless(`\`${operator}\` asks for a list of versions on its right`);
    // Published data has `python_version in "2.7 3.4"`: a list, not a part of the text (3.1 is not in "3.10").
    let range: VersionRange = emptyRange;
    const parts = text.split(/[\s,;|]+/).filter((part) => part !== "");
    for (const part of parts) {
      const one = specifierRange("==", part);
      if (one === undefined) return textMeaning(variable, operator, text, false);
      range = union(range, one);
    }
    return { kind: "range", variable, range: operator === "in" ? range : complement(range) };
  }
  if (asWritten === undefined) return meaningless("`~=` needs the version on its right");
  const property = (sign: MarkerOperator): OpaqueProperty => ({
    kind: "specifier",
    operator: sign,
    text: text.trim(),
  });
  if (asWritten === "===")
    return { kind: "opaque", variable, property: property("==="), negated: false };
  const range = specifierRange(asWritten, text);
  if (range === undefined) {
    // PyPUG: where one side is no version the rules of texts hold; a value that is a version never equals such a text.
    const meaning = textMeaning(variable, operator, text, false);
    if (meaning.kind !== "equals") return meaning;
    return { kind: "range", variable, range: meaning.negated ? fullRange : emptyRange };
  }
  // A local part (`== "3.9+x"`) splits a place that hardly any interpreter's version lies in: kept out of the ranges.
  if (text.includes("+"))
    return { kind: "opaque", variable, property: property("=="), negated: asWritten === "!=" };
  return { kind: "range", variable, range };
}

/** Version or text: the value may be either, so that no test on it is the opposite of another. */
function releaseMeaning(
  operator: MarkerOperator,
  asWritten: MarkerOperator | undefined,
  text: string,
  reversed: boolean,
): MarkerTest {
  if (
    asWritten === "===" ||
    (asWritten !== undefined && specifierRange(asWritten, text) !== undefined)
  ) {
    const property: OpaqueProperty = { kind: "specifier", operator: asWritten, text: text.trim() };
    return { kind: "opaque", variable: "platform_release", property, negated: false };
  }
  if (specifierRange("==", text) !== undefined && operator !== "in" && operator !== "not in")
    return meaningless(`\`${operator}\` does not take \`${text}\``);
  return textMeaning("platform_release", operator, text, reversed);
}

function textMeaning(
  variable: MarkerVariable,
  operator: MarkerOperator,
  text: string,
  reversed: boolean,
): MarkerTest {
  switch (operator) {
    case "==":
    case "===":
    // PyPUG (2026): texts have no order, so these two act as `==` …
    case ">=":
    case "<=":
      return { kind: "equals", variable, text, negated: false };
    case "!=":
      return { kind: "equals", variable, text, negated: true };
    // … and these are never true.
    case "<":
    case ">":
      return meaningless(`\`${operator}\` compares versions, and these are texts`);
    case "~=":
      return meaningless("`~=` compares versions, and these are texts");
    case "in":
    case "not in": {
      const property: OpaqueProperty = { kind: reversed ? "holds" : "within", text };
      return { kind: "opaque", variable, property, negated: operator === "not in" };
    }
    default:
      return operator satisfies never;
  }
}

/** The versions that pass `operator text`, pre-releases admitted, or `undefined` when that is no specifier. */
function specifierRange(operator: MarkerOperator, text: string): VersionRange | undefined {
  if (operator === "in" || operator === "not in" || text.includes(",")) return undefined;
  const set = tryParseSpecifierSet(operator + text);
  return set?.specifiers.length === 1 && set.arbitrary.length === 0 ? set.range : undefined;
}
