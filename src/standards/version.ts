import { busyForSeconds } from "#base/busy-code";
import { isSpace } from "./_spaces.ts";
import { invalidVersion } from "./errors.ts";
import { encodeDigits, keyOf, keyOfFinal, narrow } from "./version-key.ts";
import type { PreReleaseLetter, VersionKey, VersionNumber, VersionParts } from "./version-key.ts";

export type { VersionKey, VersionNumber } from "./version-key.ts";

/**
 * A version by PEP 440 (PyPUG version-specifiers), normalised. `1.0` and `1.0.0` are equal and have one key, but keep
 * the spelling of their release. Numbers are a `bigint` where a `number` would lose digits.
 */
export type Version = VersionParts & {
  /** Normalised: `1.0-RC1` is `1.0rc1`. */
  readonly text: string;
  /** Sorts as the version does, by plain `<`. */
  readonly key: VersionKey;
};

/**
 * Reads a version in any spelling that PEP 440 accepts.
 *
 * ```ts
 * import { strict as assert } from "node:assert";
 * import { parseVersion } from "#standards/version";
 *
 * assert.equal(parseVersion("v1.0-Alpha.2").text, "1.0a2");
 * ```
 */
export function parseVersion(text: string): Version {
  const version = knownVersion(text);
  if (typeof version === "number") {
    const why =
      version >= text.length
        ? "it ends where a number or a letter should follow"
        : "the marked part fits nowhere";
    throw invalidVersion(
      text,
      { start: Math.min(version, text.length) },
      text === "" ? "it is empty" : why,
    );
  }
  return version;
}

/** {@link parseVersion} for text from outside: `undefined` when it is no version. */
export function tryParseVersion(text: string): Version | undefined {
  const version = knownVersion(text);
  return typeof version === "number" ? undefined : version;
}

/** A version is spelled the same on a page, in file names and in metadata, and `1.0.0` is one of every second project. */
const knownVersions = new Map<string, Version>();
const mostKnown = 16_384;
const longestKnown = 32;

function knownVersion(text: string): Version | number {
  let version: Version | number | undefined = knownVersions.get(text);
  if (version !== undefined) return version;
  version = plainVersion(text) ?? readVersion(text);
  if (typeof version === "number" || text.length > longestKnown) return version;
  if (knownVersions.size >= mostKnown) knownVersions.clear();
  knownVersions.set(text, version);
  return version;
}

/** Negative, zero or positive; `1.0` and `1.0.0` compare as 0. */
export function compareVersions(a: Version, b: Version): number {
  return a.key < b.key ? -1 : a.key === b.key ? 0 : 1;
}

/** Pre-releases are the versions with a pre or a dev part (PEP 440). */
export function isPrerelease(version: VersionParts): boolean {
  return version.pre !== undefined || version.dev !== undefined;
}

/** Without the local part. */
export function publicVersion(version: Version): string {
  return version.local === undefined
    ? version.text
    : version.text.slice(0, version.text.indexOf("+"));
}

/** Epoch and release alone. */
export function baseVersion(version: VersionParts): string {
  const release = version.release.join(".");
  return version.epoch == 0 ? release : `${version.epoch}!${release}`;
}

/** The normalised spelling of the parts. */
export function formatVersion(parts: VersionParts): string {
  let text = baseVersion(parts);
  if (parts.pre !== undefined) text += parts.pre[0] + String(parts.pre[1]);
  if (parts.post !== undefined) text += `.post${parts.post}`;
  if (parts.dev !== undefined) text += `.dev${parts.dev}`;
  if (parts.local !== undefined) text += `+${parts.local}`;
  return text;
}

/** A version made of its parts, which have to be normalised. */
export function versionOf(parts: VersionParts): Version {
  const { epoch, release, pre, post, dev, local } = parts;
  return { epoch, release, pre, post, dev, local, text: formatVersion(parts), key: keyOf(parts) };
}

const zero = 0x30;
const nine = 0x39;
const dot = 0x2e;
const dash = 0x2d;
const underscore = 0x5f;
const plus = 0x2b;
const exclamation = 0x21;
const letterV = 0x76;

/**
 * The road of nearly all versions: numbers and dots, already normalised. `undefined` sends everything else, mistakes
 * included, to {@link readVersion}. A resolution reads tens of thousands of versions, hence no regular expression.
 */
function plainVersion(text: string): Version | undefined {
  const { length } = text;
  const release: number[] = [];
  let key = "";
  let trimmed = "";
  let start = 0;
  let value = 0;
  for (let i = 0; i <= length; i++) {
    const code = i === length ? dot : text.charCodeAt(i);
    if (code >= zero && code <= nine) {
      value = value * 10 + (code - zero);
      continue;
    }
    const digits = i - start;
    if (code !== dot || digits === 0 || digits > 15) return undefined;
    if (digits > 1 && text.charCodeAt(start) === zero) return undefined;
    release.push(value);
    key += digits === 1 ? text[start] : encodeDigits(text.slice(start, i));
    if (value !== 0) trimmed = key;
    start = i + 1;
    value = 0;
  }
  return {
    epoch: 0,
    release,
    pre: undefined,
    post: undefined,
    dev: undefined,
    local: undefined,
    text,
    key: keyOfFinal(trimmed),
  };
}

const preSpellings: ReadonlyMap<string, PreReleaseLetter> = new Map([
  ["a", "a"],
  ["b", "b"],
  ["rc", "rc"],
  ["c", "rc"],
  ["alpha", "a"],
  ["beta", "b"],
  ["preview", "rc"],
  ["pre", "rc"],
]);
const postSpellings: ReadonlyMap<string, string> = new Map([
  ["post", "post"],
  ["rev", "post"],
  ["r", "post"],
]);
const devSpellings: ReadonlyMap<string, string> = new Map([["dev", "dev"]]);
const longestWord = "preview".length;

/**
 * CPython refuses to read longer decimal numbers, `packaging` with it; without a limit a hostile index could make
 * pkm spend minutes on one version.
 */
const longestNumber = 4300;

/** The grammar of PEP 440, appendix B, by hand. A number says where the text stops being a version. */
function readVersion(text: string): Version | number {
  return new VersionReader(text).whole();
}

class VersionReader {
  readonly #source: string;
  readonly #end: number;
  #at = 0;
  #tooLong = false;
  /** The number that came with the label last read, 0 if it had none. */
  #number: VersionNumber = 0;

  constructor(text: string) {
    let end = text.length;
    while (this.#at < end && isSpace(text.charCodeAt(this.#at))) this.#at++;
    while (end > this.#at && isSpace(text.charCodeAt(end - 1))) end--;
    this.#source = lowerAscii(text);
    this.#end = end;
  }

  whole(): Version | number {
    if (this.#code() === letterV) this.#at++;
    if (!isDigit(this.#code())) return this.#at;
    let first = this.#digits();
    let epoch: VersionNumber = 0;
    if (this.#code() === exclamation) {
      this.#at++;
      if (!isDigit(this.#code())) return this.#at;
      epoch = first;
      first = this.#digits();
    }
    const release = [first];
    while (this.#code() === dot && isDigit(this.#code(1))) {
      this.#at++;
      release.push(this.#digits());
    }

    const letter = this.#label(preSpellings);
    const pre = letter === undefined ? undefined : ([letter, this.#number] as const);
    const post = this.#post();
    const dev = this.#label(devSpellings) === undefined ? undefined : this.#number;
    const local = this.#code() === plus ? this.#local() : undefined;
    if (this.#at < this.#end || local === "") return this.#at;
    if (this.#tooLong) return this.#end;
    return versionOf({ epoch, release, pre, post, dev, local });
  }

  /** The code of the character here, or so many further on; 0 behind the end. */
  #code(further: number = 0): number {
    const at = this.#at + further;
    return at < this.#end ? this.#source.charCodeAt(at) : 0;
  }

  #digits(): VersionNumber {
    const start = this.#at;
    while (isDigit(this.#code())) this.#at++;
    if (this.#at - start <= 15) return Number(this.#source.slice(start, this.#at));
    if (this.#at - start > longestNumber) this.#tooLong = true;
    return this.#tooLong ? 0 : narrow(BigInt(this.#source.slice(start, this.#at)));
  }

  /** `[-_.]? word [-_.]? N?`: what the word means, or `undefined` and no move when none of the words stands here. */
  #label<Meaning>(words: ReadonlyMap<string, Meaning>): Meaning | undefined {
    const start = this.#at + (isSeparator(this.#code()) ? 1 : 0);
    let end = start;
    const limit = Math.min(this.#end, start + longestWord);
    while (end < limit && isLetter(this.#source.charCodeAt(end))) end++;
    if (end === start) return undefined;
    // Labels may stand side by side (`1alphadev`), so the first one may be a beginning of the letters only.
    for (; end > start; end--) {
      const meaning = words.get(this.#source.slice(start, end));
      if (meaning === undefined) continue;
      this.#at = end;
      if (isSeparator(this.#code())) this.#at++;
      this.#number = isDigit(this.#code()) ? this.#digits() : 0;
      return meaning;
    }
    return undefined;
  }

  #post(): VersionNumber | undefined {
    if (this.#code() !== dash || !isDigit(this.#code(1)))
      return this.#label(postSpellings) === undefined ? undefined : this.#number;
    this.#at++;
    return this.#digits();
  }

  /** The normalised local part; empty when a segment is missing. */
  #local(): string {
    const segments: string[] = [];
    do {
      const start = ++this.#at;
      while (isDigit(this.#code()) || isLetter(this.#code())) this.#at++;
      if (this.#at === start) return "";
      segments.push(normalSegment(this.#source.slice(start, this.#at)));
    } while (isSeparator(this.#code()));
    return segments.join(".");
  }
}

function isDigit(code: number): boolean {
  return code >= zero && code <= nine;
}

function isLetter(code: number): boolean {
  return code >= 0x61 && code <= 0x7a;
}

function isSeparator(code: number): boolean {
  return code === dot || code === dash || code === underscore;
}

/** Numbers lose their leading zeros, everything else stays: `01` is `1`, `foo0100` is itself. */
function normalSegment(segment: string): string {
  return /^[0-9]+$/.test(segment) ? segment.replace(/^0+(?=[0-9])/, "") : segment;
}

/** `toLowerCase()` would also turn the Kelvin sign into a letter that a version may have. */
function lowerAscii(text: string): string {
  return /[A-Z]/.test(text) ? text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text;
}

busyForSeconds(plainVersion, knownVersion);
