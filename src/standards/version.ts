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
  const version = plainVersion(text) ?? readVersion(text);
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
  const version = plainVersion(text) ?? readVersion(text);
  return typeof version === "number" ? undefined : version;
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

const preSpellings: readonly (readonly [string, PreReleaseLetter])[] = [
  ["alpha", "a"],
  ["a", "a"],
  ["beta", "b"],
  ["b", "b"],
  ["preview", "rc"],
  ["pre", "rc"],
  ["c", "rc"],
  ["rc", "rc"],
];
const postSpellings = ["post", "rev", "r"] as const;

/**
 * CPython refuses to read longer decimal numbers, `packaging` with it; without a limit a hostile index could make
 * pkm spend minutes on one version.
 */
const longestNumber = 4300;

/** The grammar of PEP 440, appendix B, by hand. A number says where the text stops being a version. */
function readVersion(text: string): Version | number {
  let end = text.length;
  let at = 0;
  while (at < end && isSpace(text.charCodeAt(at))) at++;
  while (end > at && isSpace(text.charCodeAt(end - 1))) end--;
  const source = lowerAscii(text);

  const isDigitAt = (i: number): boolean => {
    if (i >= end) return false;
    const code = source.charCodeAt(i);
    return code >= zero && code <= nine;
  };
  const isSeparatorAt = (i: number): boolean => {
    const mark = source[i];
    return i < end && (mark === "." || mark === "-" || mark === "_");
  };
  const startsAt = (word: string, i: number): boolean =>
    i + word.length <= end && source.startsWith(word, i);
  /** The digits at `at`, which moves behind them; -1 where there are too many. */
  const number = (): VersionNumber => {
    const start = at;
    while (isDigitAt(at)) at++;
    return at - start > longestNumber ? -1 : numberOf(source.slice(start, at));
  };
  /** `[-_.]? word [-_.]? N?`: moves behind it and answers N, or 0; `undefined` and no move when another word stands there. */
  const labelled = (word: string): VersionNumber | undefined => {
    const start = isSeparatorAt(at) ? at + 1 : at;
    if (!startsAt(word, start)) return undefined;
    at = start + word.length;
    if (isSeparatorAt(at)) at++;
    return isDigitAt(at) ? number() : 0;
  };

  if (source[at] === "v" && at < end) at++;
  if (!isDigitAt(at)) return at;
  let first = number();
  let epoch: VersionNumber = 0;
  if (at < end && source[at] === "!") {
    at++;
    if (!isDigitAt(at)) return at;
    epoch = first;
    first = number();
  }
  const release = [first];
  while (at < end && source[at] === "." && isDigitAt(at + 1)) {
    at++;
    release.push(number());
  }

  let pre: Version["pre"];
  for (const [word, letter] of preSpellings) {
    const n = labelled(word);
    if (n === undefined) continue;
    pre = [letter, n];
    break;
  }

  let post: VersionNumber | undefined;
  if (at < end && source[at] === "-" && isDigitAt(at + 1)) {
    at++;
    post = number();
  } else {
    for (const word of postSpellings) {
      post = labelled(word);
      if (post !== undefined) break;
    }
  }

  const dev = labelled("dev");

  let local: string | undefined;
  if (at < end && source[at] === "+") {
    const segments: string[] = [];
    do {
      const start = ++at;
      while (at < end && isLetterOrDigit(source.charCodeAt(at))) at++;
      if (at === start) return at;
      segments.push(normalSegment(source.slice(start, at)));
    } while (isSeparatorAt(at));
    local = segments.join(".");
  }

  if (at < end) return at;
  if (epoch === -1 || release.includes(-1) || pre?.[1] === -1 || post === -1 || dev === -1)
    return end;
  return versionOf({ epoch, release, pre, post, dev, local });
}

function isLetterOrDigit(code: number): boolean {
  return (code >= zero && code <= nine) || (code >= 0x61 && code <= 0x7a);
}

function numberOf(digits: string): VersionNumber {
  return digits.length <= 15 ? Number(digits) : narrow(BigInt(digits));
}

/** Numbers lose their leading zeros, everything else stays: `01` is `1`, `foo0100` is itself. */
function normalSegment(segment: string): string {
  return /^[0-9]+$/.test(segment) ? segment.replace(/^0+(?=[0-9])/, "") : segment;
}

/** `toLowerCase()` would also turn the Kelvin sign into a letter that a version may have. */
function lowerAscii(text: string): string {
  return /[A-Z]/.test(text) ? text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text;
}
