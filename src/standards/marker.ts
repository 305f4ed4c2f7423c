import { PkmError } from "#base/errors";
import { passes, repairedPythonVersion } from "./_marker-test.ts";
import { invalidMarker, undefinedMarkerComparison, undefinedMarkerName } from "./errors.ts";
import { strip } from "./_spaces.ts";
import { normalizeName } from "./name.ts";
import { specifierContains, tryParseSpecifierSet } from "./specifier-set.ts";

/** The variables that describe an interpreter and its machine (PyPUG dependency-specifiers). */
export const markerVariables = [
  "implementation_name",
  "implementation_version",
  "os_name",
  "platform_machine",
  "platform_python_implementation",
  "platform_release",
  "platform_system",
  "platform_version",
  "python_full_version",
  "python_version",
  "sys_platform",
] as const;

export type MarkerVariable = (typeof markerVariables)[number];

/** Variables that speak of what was selected, not of the machine. The two sets exist in lock files only (PEP 751). */
export type SelectionVariable = "extra" | "extras" | "dependency_groups";

/** The values markers are judged by: those of the target interpreter, never of the machine pkm runs on. */
export type MarkerEnvironment = Readonly<Record<MarkerVariable, string>>;

export type MarkerOperator = "<" | "<=" | "!=" | "==" | ">=" | ">" | "~=" | "===" | "in" | "not in";

export type MarkerOperand =
  | { readonly kind: "variable"; readonly name: MarkerVariable | SelectionVariable }
  | { readonly kind: "value"; readonly text: string };

export type MarkerComparison = {
  readonly kind: "comparison";
  readonly left: MarkerOperand;
  readonly operator: MarkerOperator;
  readonly right: MarkerOperand;
};

/** A marker as it was written: plain data, serialisable. A group is a pair of parentheses that somebody wrote. */
export type Marker =
  | MarkerComparison
  | { readonly kind: "and" | "or"; readonly parts: readonly Marker[] }
  | { readonly kind: "group"; readonly inner: Marker };

/**
 * Reads a marker, from `start` to the end of the text, by the grammar of PyPUG dependency-specifiers. Names of
 * extras and groups come out normalised, the old spellings of variables (`os.name`, `python_implementation`) too.
 *
 * ```ts
 * import { strict as assert } from "node:assert";
 * import { formatMarker, parseMarker } from "#standards/marker";
 *
 * assert.equal(formatMarker(parseMarker("os.name=='nt'")), 'os_name == "nt"');
 * ```
 */
export function parseMarker(text: string, start: number = 0): Marker {
  return new MarkerReader(text, start).whole();
}

/** {@link parseMarker} for text that may be none. */
export function tryParseMarker(text: string): Marker | undefined {
  try {
    return parseMarker(text);
  } catch (error) {
    if (error instanceof PkmError) return undefined;
    throw error;
  }
}

/** Writes a marker in the customary style: double quotes, single spaces, parentheses as they stood. */
export function formatMarker(marker: Marker): string {
  return write(marker.kind === "group" ? marker.inner : marker);
}

/** Values for one evaluation; a name that is absent is an error where a marker asks for it. */
export type MarkerValues = Readonly<Partial<Record<MarkerVariable, string>>> & {
  readonly extra?: string | undefined;
  readonly extras?: readonly string[] | string | undefined;
  readonly dependency_groups?: readonly string[] | string | undefined;
};

/**
 * Where the marker stands, which decides the names it may use: `metadata` of a distribution (`extra`, none
 * selected by default), a `lock_file` (`extras`, `dependency_groups`), or any other `requirement`.
 */
export type MarkerContext = "metadata" | "lock_file" | "requirement";

export type MarkerOptions = {
  readonly context?: MarkerContext | undefined;
  /** Selected extras: for `extra` in metadata and requirements, for `extras` in lock files. */
  readonly extras?: readonly string[] | undefined;
  readonly dependencyGroups?: readonly string[] | undefined;
};

/**
 * Judges a marker strictly, as `packaging` 26.3 does: every comparison is looked at, and one that is undefined
 * (`~=` on text, a set on the left, an unknown name) is an error. For what others published see
 * {@link evaluateMarkerLeniently}.
 */
export function evaluateMarker(
  marker: Marker,
  environment: MarkerValues,
  options: MarkerOptions = {},
): boolean {
  return judge(marker, withSelections(environment, options));
}

export type LenientOptions = {
  /** Normalised names of the extras asked of the distribution that carries the marker. */
  readonly extras?: readonly string[] | undefined;
  readonly dependencyGroups?: readonly string[] | undefined;
  /** Told once for each part that has no meaning and therefore counts as false. */
  readonly warn?: ((comparison: MarkerComparison, why: string) => void) | undefined;
};

/**
 * Judges a marker of published metadata: what has no meaning counts as false and is reported, `python_version in
 * "2.7 3.4"` reads the text as a list, and `extra` compares with the whole set of extras. The algebra of markers
 * (`marker-algebra.ts`) gives every comparison this same meaning.
 */
export function evaluateMarkerLeniently(
  marker: Marker,
  environment: MarkerEnvironment,
  options: LenientOptions = {},
): boolean {
  switch (marker.kind) {
    case "comparison":
      return passes(marker, environment, options);
    case "group":
      return evaluateMarkerLeniently(marker.inner, environment, options);
    case "and":
      return marker.parts.every((part) => evaluateMarkerLeniently(part, environment, options));
    case "or":
      return marker.parts.some((part) => evaluateMarkerLeniently(part, environment, options));
    default:
      return marker satisfies never;
  }
}

function write(marker: Marker): string {
  switch (marker.kind) {
    case "comparison":
      return `${writeOperand(marker.left)} ${marker.operator} ${writeOperand(marker.right)}`;
    case "group":
      return `(${write(marker.inner)})`;
    default:
      return marker.parts.map((part) => writePart(part, marker.kind)).join(` ${marker.kind} `);
  }
}

function writePart(part: Marker, around: "and" | "or"): string {
  // Built by hand, an `or` may stand inside an `and` without a group; it needs the parentheses all the same.
  const bare = part.kind === "or" || (part.kind === "and" && around === "and");
  return bare ? `(${write(part)})` : write(part);
}

function writeOperand(operand: MarkerOperand): string {
  if (operand.kind === "variable") return operand.name;
  return operand.text.includes('"') ? `'${operand.text}'` : `"${operand.text}"`;
}

const knownNames: ReadonlySet<string> = new Set([
  ...markerVariables,
  "extra",
  "extras",
  "dependency_groups",
]);

/** Spellings from before PEP 508: accepted, never written. */
const oldNames: Readonly<Record<string, MarkerVariable>> = {
  "os.name": "os_name",
  "sys.platform": "sys_platform",
  "platform.version": "platform_version",
  "platform.machine": "platform_machine",
  "platform.python_implementation": "platform_python_implementation",
  python_implementation: "platform_python_implementation",
};

/** Operators made of signs; a longer one stands before those it begins with. */
const signs = ["===", "==", "~=", "!=", "<=", ">=", "<", ">"] as const;

/** Deeper nesting is nobody's marker; it would only exhaust the stack. */
const deepest = 100;

class MarkerReader {
  readonly #text: string;
  #at: number;
  #depth = 0;

  constructor(text: string, start: number) {
    this.#text = text;
    this.#at = start;
  }

  whole(): Marker {
    const marker = this.#expression();
    if (this.#at < this.#text.length)
      throw this.#error("expected `and`, `or` or the end of the marker");
    return marker.kind === "group" ? marker.inner : marker;
  }

  #expression(): Marker {
    const alternatives: Marker[] = [];
    let together: Marker[] = [this.#atom()];
    for (;;) {
      const word = this.#peekWord();
      if (word !== "and" && word !== "or") break;
      this.#at += word.length;
      if (word === "or") {
        alternatives.push(joined("and", together));
        together = [];
      }
      together.push(this.#atom());
    }
    alternatives.push(joined("and", together));
    return joined("or", alternatives);
  }

  #atom(): Marker {
    this.#skipBlanks();
    if (this.#text[this.#at] !== "(") return this.#comparison();
    const open = this.#at;
    this.#at++;
    if (++this.#depth > deepest)
      throw this.#error(`parentheses are nested deeper than ${deepest}`, open);
    const inner = this.#expression();
    if (this.#text[this.#at] !== ")") throw this.#error("this parenthesis is never closed", open);
    this.#at++;
    this.#depth--;
    this.#skipBlanks();
    return inner.kind === "and" || inner.kind === "or" ? { kind: "group", inner } : inner;
  }

  #comparison(): Marker {
    const left = this.#operand();
    this.#skipBlanks();
    const operator = this.#operator();
    this.#skipBlanks();
    const right = this.#operand();
    this.#skipBlanks();
    return normalizeSelection({ kind: "comparison", left, operator, right });
  }

  #operand(): MarkerOperand {
    const start = this.#at;
    const quote = this.#text[start];
    if (quote === "'" || quote === '"') {
      const end = this.#text.indexOf(quote, start + 1);
      if (end === -1) throw this.#error("this quote is never closed");
      const text = this.#text.slice(start + 1, end);
      if (/[\n\r\0]/.test(text))
        throw this.#error("quoted text must stay on one line", start, end + 1);
      this.#at = end + 1;
      return { kind: "value", text };
    }
    const word = this.#peekWord();
    if (word === "") throw this.#error("expected a marker variable or quoted text");
    const dotted = this.#text[start + word.length] === "." ? this.#dotted(word) : word;
    const name = oldNames[dotted] ?? (knownNames.has(word) ? word : undefined);
    if (name === undefined)
      throw this.#error(`\`${dotted}\` is no marker variable`, start, start + dotted.length);
    this.#at += oldNames[dotted] === undefined ? word.length : dotted.length;
    return { kind: "variable", name: name as MarkerVariable | SelectionVariable };
  }

  #dotted(word: string): string {
    return `${word}.${this.#wordAt(this.#at + word.length + 1)}`;
  }

  #operator(): MarkerOperator {
    for (const sign of signs)
      if (this.#text.startsWith(sign, this.#at)) {
        this.#at += sign.length;
        return sign;
      }
    const start = this.#at;
    const word = this.#peekWord();
    this.#at += word.length;
    if (word === "in") return "in";
    if (word === "not") {
      const gap = this.#at;
      this.#skipBlanks();
      if (this.#at > gap && this.#peekWord() === "in") {
        this.#at += 2;
        return "not in";
      }
      throw this.#error("expected `in` after `not`");
    }
    this.#at = start;
    throw this.#error(
      "expected an operator: one of `<=` `<` `!=` `==` `>=` `>` `~=` `===` `in` `not in`",
    );
  }

  #peekWord(): string {
    return this.#wordAt(this.#at);
  }

  #wordAt(start: number): string {
    let end = start;
    while (end < this.#text.length && isWord(this.#text.charCodeAt(end))) end++;
    return this.#text.slice(start, end);
  }

  #skipBlanks(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x09) return;
      this.#at++;
    }
  }

  #error(why: string, start: number = this.#at, end?: number): Error {
    return invalidMarker(this.#text, end === undefined ? { start } : { start, end }, why);
  }
}

/** A letter, digit or underscore. Letters beyond ASCII belong to words too, so that none can follow a keyword. */
function isWord(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x5f ||
    code >= 0x80
  );
}

function joined(kind: "and" | "or", parts: readonly Marker[]): Marker {
  return parts.length === 1 ? (parts[0] as Marker) : { kind, parts };
}

/** PEP 685 and 735: names of extras and groups are compared, and written, in their normalised form. */
function normalizeSelection(comparison: MarkerComparison): MarkerComparison {
  const { left, right } = comparison;
  if (left.kind === "variable" && left.name === "extra" && right.kind === "value")
    return { ...comparison, right: { kind: "value", text: normalizeName(right.text) } };
  if (right.kind === "variable" && left.kind === "value" && isSelection(right.name))
    return { ...comparison, left: { kind: "value", text: normalizeName(left.text) } };
  return comparison;
}

function isSelection(name: string): name is SelectionVariable {
  return name === "extra" || name === "extras" || name === "dependency_groups";
}

/** A lookup table for one evaluation; sets are arrays of normalised names. */
type Values = Readonly<Record<string, string | readonly string[] | undefined>>;

function withSelections(environment: MarkerValues, options: MarkerOptions): Values {
  const context = options.context ?? "metadata";
  const values: Record<string, string | readonly string[] | undefined> = { ...environment };
  const { extras, dependencyGroups } = options;
  if (context === "lock_file") {
    values["extras"] = extras ?? values["extras"] ?? [];
    values["dependency_groups"] = dependencyGroups ?? values["dependency_groups"] ?? [];
  } else {
    if (extras !== undefined) values["extra"] = extras.length > 1 ? extras : (extras[0] ?? "");
    else if (context === "metadata") values["extra"] ??= "";
  }
  for (const name of ["extra", "extras", "dependency_groups"]) {
    const value = values[name];
    if (value !== undefined)
      values[name] = typeof value === "string" ? normalizeName(value) : value.map(normalizeName);
  }
  if (environment.python_full_version !== undefined)
    values["python_full_version"] = repairedPythonVersion(environment.python_full_version);
  return values;
}

function judge(marker: Marker, values: Values): boolean {
  switch (marker.kind) {
    case "comparison":
      return judgeComparison(marker, values);
    case "group":
      return judge(marker.inner, values);
    case "and": {
      // No short cut: an undefined comparison is an error wherever it stands.
      let all = true;
      for (const part of marker.parts) all = judge(part, values) && all;
      return all;
    }
    case "or": {
      let any = false;
      for (const part of marker.parts) any = judge(part, values) || any;
      return any;
    }
    default:
      return marker satisfies never;
  }
}

const versionVariables: ReadonlySet<string> = new Set([
  "implementation_version",
  "platform_release",
  "python_full_version",
  "python_version",
]);

/**
 * The first operand decides which side is looked up: a variable on the left makes the right side text, even if it
 * names a variable; a value on the left makes the right side the name to look up.
 */
function judgeComparison(comparison: MarkerComparison, values: Values): boolean {
  const { left, operator, right } = comparison;
  const leftText = left.kind === "variable" ? left.name : left.text;
  const rightText = right.kind === "variable" ? right.name : right.text;
  const key = left.kind === "variable" ? leftText : rightText;
  const found = Object.hasOwn(values, key) ? values[key] : undefined;
  if (found === undefined) throw undefinedMarkerName(key);
  if (left.kind === "variable") {
    if (typeof found === "string") return compareTexts(key, found, operator, rightText, comparison);
    if (key !== "extra") throw undefinedMarkerComparison(write(comparison));
    // Several extras at once (PyPUG): `==` asks whether the name is among them, `!=` whether it is not.
    if (operator === "==") return found.includes(rightText);
    return operator === "!=" && !found.includes(rightText);
  }
  if (typeof found === "string") return compareTexts(key, leftText, operator, found, comparison);
  switch (operator) {
    case "in":
      return found.includes(leftText);
    case "not in":
      return !found.includes(leftText);
    case "==":
      return key === "extra" && found.includes(leftText);
    case "!=":
      return key !== "extra" || !found.includes(leftText);
    case "~=":
    case "===":
      throw undefinedMarkerComparison(write(comparison));
    default:
      return false;
  }
}

function compareTexts(
  key: string,
  left: string,
  operator: MarkerOperator,
  right: string,
  comparison: MarkerComparison,
): boolean {
  if (versionVariables.has(key)) {
    const answer = compareVersionTexts(left, operator, right);
    if (answer !== undefined) return answer;
  }
  switch (operator) {
    case "in":
      return right.includes(left);
    case "not in":
      return !right.includes(left);
    case "==":
    case ">=":
    case "<=":
      return left === right;
    case "!=":
      return left !== right;
    case "<":
    case ">":
      return false;
    case "~=":
    case "===":
      throw undefinedMarkerComparison(write(comparison));
    default:
      return operator satisfies never;
  }
}

/** A specifier test with pre-releases admitted, or `undefined` when operator and text make no specifier. */
function compareVersionTexts(
  left: string,
  operator: MarkerOperator,
  right: string,
): boolean | undefined {
  if (operator === "in" || operator === "not in") return undefined;
  // A comma would make two specifiers of it, except behind `===`, where any text may stand.
  if (right.includes(","))
    return operator === "===" && isArbitraryText(right)
      ? left.toLowerCase() === strip(right).toLowerCase()
      : undefined;
  const set = tryParseSpecifierSet(operator + right);
  return set?.specifiers.length === 1
    ? specifierContains(set, left, { prereleases: true })
    : undefined;
}

function isArbitraryText(text: string): boolean {
  return !/[;)\s]/.test(strip(text));
}
