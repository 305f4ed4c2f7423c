import { PkmError } from "#base/errors";
import { compareText } from "#base/order";
import { isSpace } from "./_spaces.ts";
import { invalidRequirement, withCredentialsCut } from "./errors.ts";
import { formatMarker, parseMarker, tryParseMarker } from "./marker.ts";
import type { Marker } from "./marker.ts";
import { normalizeName } from "./name.ts";
import type { NormalizedName } from "./name.ts";
import { anyVersion, formatSpecifierSet, onlyVersion, readSpecifierSet } from "./specifier-set.ts";
import type { SpecifierSet } from "./specifier-set.ts";
import { tryParseVersion } from "./version.ts";

/** A dependency specifier (PyPUG dependency-specifiers, PEP 508): what is wanted, in which versions, and when. */
export type Requirement = {
  readonly name: NormalizedName;
  /** The name as it was written. */
  readonly displayName: string;
  /** Sorted, each once. */
  readonly extras: readonly NormalizedName[];
  /** The extras as they were written; sorted, each spelling once. */
  readonly displayExtras: readonly string[];
  /** Admits everything where a URL decides. */
  readonly specifier: SpecifierSet;
  /** As it was written, credentials included: print it only through `withoutCredentials`. */
  readonly url: string | undefined;
  readonly marker: Marker | undefined;
};

/**
 * Reads one requirement. Parentheses around the specifiers are accepted, as old metadata has them.
 *
 * ```ts
 * import { strict as assert } from "node:assert";
 * import { formatRequirement, parseRequirement } from "#standards/requirement";
 *
 * const requirement = parseRequirement("Foo[a] (>=1, <2); os_name=='nt'");
 * assert.equal(requirement.name, "foo");
 * assert.equal(formatRequirement(requirement), 'Foo[a]<2,>=1; os_name == "nt"');
 * ```
 */
export function parseRequirement(text: string): Requirement {
  return plainRequirement(text) ?? new RequirementReader(text).whole();
}

/** {@link parseRequirement} for text from outside: `undefined` when it is no requirement. */
export function tryParseRequirement(text: string): Requirement | undefined {
  try {
    return parseRequirement(text);
  } catch (error) {
    if (error instanceof PkmError) return undefined;
    throw error;
  }
}

/** The customary spelling: `name[a,b]<3,>=2; marker`, or `name @ url ; marker`. */
export function formatRequirement(requirement: Requirement): string {
  const { displayName, displayExtras, specifier, url, marker } = requirement;
  let text = displayName;
  if (displayExtras.length > 0) text += `[${displayExtras.join(",")}]`;
  text += formatSpecifierSet(specifier);
  if (url !== undefined) text += ` @ ${url}`;
  if (marker === undefined) return text;
  // A URL goes on up to white space: without the blank the marker would belong to it.
  return `${text}${url === undefined ? "" : " "}; ${formatMarker(marker)}`;
}

/** The name as it is normalised, and a final version in numbers: what tools write that pin. */
const pinForm = /^([a-z0-9]+(?:-[a-z0-9]+)*)==([0-9.]+)$/;

/** `name==1.2`, the line of nearly every file that pins; `undefined` for all other requirements. */
export function tryParsePin(text: string): Requirement | undefined {
  const [, name, version] = pinForm.exec(text) ?? [];
  if (name === undefined || version === undefined) return undefined;
  const pinned = tryParseVersion(version);
  return pinned === undefined
    ? undefined
    : named(name as NormalizedName, name, onlyVersion(version, pinned));
}

/** Name, perhaps a specifier, perhaps a marker; neither extras nor a URL. */
const plainForm =
  /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)[ \t]*(?:(\()?([<>=!~]+[ \t]*[\w.*+-]+(?:[ \t]*,[ \t]*[<>=!~]+[ \t]*[\w.*+-]+)*)[ \t]*(\))?)?[ \t]*(?:;(.*))?$/;

/**
 * The road of nearly all published requirements: a resolution reads thousands, made of few different specifiers and
 * markers. `undefined` sends everything else, mistakes included, to {@link RequirementReader}.
 */
function plainRequirement(text: string): Requirement | undefined {
  if (text.length > longestPlain) return undefined;
  const found = plainForm.exec(text);
  if (found === null || (found[2] === undefined) !== (found[4] === undefined)) return undefined;
  const displayName = found[1] as string;
  const specifier = found[3] === undefined ? anyVersion : knownSpecifier(found[3]);
  if (specifier === undefined) return undefined;
  const markerText = found[5];
  const marker = markerText === undefined ? undefined : knownMarker(markerText);
  if (marker === undefined && markerText !== undefined) return undefined;
  return named(normalizeName(displayName), displayName, specifier, marker);
}

function named(
  name: NormalizedName,
  displayName: string,
  specifier: SpecifierSet,
  marker?: Marker,
): Requirement {
  return { name, displayName, extras: [], displayExtras: [], specifier, url: undefined, marker };
}

/** The expression goes back and forth on what does not fit; a hostile line must not cost more than its reading. */
const longestPlain = 300;
const specifiers = new Map<string, SpecifierSet>();
const markers = new Map<string, Marker>();
const mostKept = 4096;

function knownSpecifier(text: string): SpecifierSet | undefined {
  let specifier = specifiers.get(text);
  if (specifier !== undefined) return specifier;
  const set = readSpecifierSet(text);
  if ("why" in set) return undefined;
  specifier = set;
  if (specifiers.size >= mostKept) specifiers.clear();
  specifiers.set(text, specifier);
  return specifier;
}

function knownMarker(text: string): Marker | undefined {
  let marker = markers.get(text);
  if (marker !== undefined) return marker;
  marker = tryParseMarker(text);
  if (marker === undefined) return undefined;
  if (markers.size >= mostKept) markers.clear();
  markers.set(text, marker);
  return marker;
}

class RequirementReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Requirement {
    this.#skipBlanks();
    const displayName = this.#identifier();
    if (displayName === "") throw this.#error("it does not begin with a name");
    this.#skipBlanks();
    const spellings = this.#text[this.#at] === "[" ? this.#extras() : [];
    this.#skipBlanks();
    const url = this.#text[this.#at] === "@" ? this.#url() : undefined;
    const specifier = url === undefined ? this.#specifier() : anyVersion;
    const marker = this.#marker();
    return {
      name: normalizeName(displayName),
      displayName,
      extras: sortedOnce(spellings.map(normalizeName)),
      displayExtras: sortedOnce(spellings),
      specifier,
      url,
      marker,
    };
  }

  /** The name of a project or an extra; empty, and no move, when none stands here. */
  #identifier(): string {
    const text = this.#text;
    const start = this.#at;
    let end = start;
    while (end < text.length && isNameCharacter(text.charCodeAt(end))) end++;
    // A name ends in a letter or digit. A trailing "_" is let pass, as published metadata and `packaging` have it.
    while (end > start && (text[end - 1] === "." || text[end - 1] === "-")) end--;
    const first = text[start];
    if (end === start || first === "." || first === "-" || first === "_") return "";
    this.#at = end;
    return text.slice(start, end);
  }

  #extras(): string[] {
    const open = this.#at++;
    const extras: string[] = [];
    this.#skipBlanks();
    let next = this.#identifier();
    while (next !== "") {
      extras.push(next);
      this.#skipBlanks();
      if (this.#text[this.#at] !== ",") break;
      this.#at++;
      this.#skipBlanks();
      next = this.#identifier();
      if (next === "") throw this.#error("the name of an extra has to follow the comma");
    }
    if (this.#at === this.#text.length) throw this.#error("this bracket is never closed", open);
    if (this.#text[this.#at] !== "]")
      throw this.#error("extras are names with commas between them");
    this.#at++;
    return extras;
  }

  #url(): string {
    this.#at++;
    this.#skipBlanks();
    const start = this.#at;
    while (this.#at < this.#text.length && !isBlank(this.#text.charCodeAt(this.#at))) this.#at++;
    if (this.#at === start) throw this.#error("a URL has to follow `@`");
    const url = this.#text.slice(start, this.#at);
    // A line break in it would become a second line of every file the requirement is written to.
    const control = /\p{Cc}/u.exec(url);
    if (control !== null)
      throw this.#error("a URL has no control characters", start + control.index);
    return url;
  }

  #specifier(): SpecifierSet {
    const open = this.#text[this.#at] === "(" ? this.#at++ : undefined;
    this.#skipBlanks();
    const start = this.#at;
    this.#skipSpecifiers();
    const set = readSpecifierSet(this.#text.slice(start, this.#at));
    if ("why" in set) throw this.#error(set.why, start + set.start, start + set.end);
    if (open !== undefined) {
      this.#skipBlanks();
      if (this.#at === this.#text.length)
        throw this.#error("this parenthesis is never closed", open);
      if (this.#text[this.#at] !== ")") throw this.#error("expected a comma or `)`");
      this.#at++;
    }
    return set;
  }

  /** Moves behind the last of `op version, op version`, a trailing comma included; the versions are not looked at. */
  #skipSpecifiers(): void {
    const text = this.#text;
    while (isOperatorCharacter(text.charCodeAt(this.#at))) {
      while (isOperatorCharacter(text.charCodeAt(this.#at))) this.#at++;
      while (isSpace(text.charCodeAt(this.#at))) this.#at++;
      while (this.#at < text.length && !isEndOfVersion(text.charCodeAt(this.#at))) this.#at++;
      const end = this.#at;
      this.#skipBlanks();
      if (text[this.#at] !== ",") {
        this.#at = end;
        return;
      }
      this.#at++;
      this.#skipBlanks();
    }
  }

  #marker(): Marker | undefined {
    this.#skipBlanks();
    const { length } = this.#text;
    if (this.#at === length) return undefined;
    if (this.#text[this.#at] !== ";") throw this.#error("expected `;` and a marker, or the end");
    // An error shows the whole text, which must not show the password of the URL.
    const shown = withCredentialsCut(this.#text);
    return parseMarker(shown, this.#at + 1 - (length - shown.length));
  }

  #skipBlanks(): void {
    while (isBlank(this.#text.charCodeAt(this.#at))) this.#at++;
  }

  #error(why: string, start: number = this.#at, end: number = start + 1): PkmError {
    return invalidRequirement(this.#text, { start, end }, why);
  }
}

function sortedOnce<Text extends string>(texts: readonly Text[]): readonly Text[] {
  return texts.length < 2 ? texts : [...new Set(texts)].sort(compareText);
}

/** PyPUG: white space between the parts is a space or a tab; a line break ends a requirement. */
function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function isOperatorCharacter(code: number): boolean {
  return (code >= 0x3c && code <= 0x3e) || code === 0x21 || code === 0x7e;
}

/** White space, `)`, `,` and `;` end a version, even the free text behind `===`. */
function isEndOfVersion(code: number): boolean {
  return code === 0x29 || code === 0x2c || code === 0x3b || isSpace(code);
}

function isNameCharacter(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x5f
  );
}
