import { busyForSeconds } from "#base/busy-code";
import { plural } from "#base/text";
import { invalidWheelFilename } from "./errors.ts";
import { normalizeName } from "./name.ts";
import type { NormalizedName } from "./name.ts";
import { narrow } from "./version-key.ts";
import type { Version, VersionNumber } from "./version.ts";
import { tryParseVersion } from "./version.ts";

/** Absent, or a number and what follows it: `1abc` is `[1, "abc"]`. Absent sorts first, then by number, then text. */
export type BuildTag = readonly [] | readonly [VersionNumber, string];

/** What the name of a wheel says (PyPUG binary-distribution-format, PEP 427). */
export type WheelFilename = {
  readonly name: NormalizedName;
  readonly version: Version;
  readonly build: BuildTag;
  readonly pythonTags: readonly string[];
  readonly abiTags: readonly string[];
  readonly platformTags: readonly string[];
};

/**
 * Reads `name-version(-build)?-python-abi-platform.whl`. Names with dots and capitals are accepted, as older tools
 * wrote them.
 */
export function parseWheelFilename(text: string): WheelFilename {
  const wheel = readFilename(text);
  if ("why" in wheel) throw invalidWheelFilename(text, wheel, wheel.why);
  return wheel;
}

/** {@link parseWheelFilename} for text from outside: `undefined` when it is no wheel's name. */
export function tryParseWheelFilename(text: string): WheelFilename | undefined {
  const wheel = readFilename(text);
  return "why" in wheel ? undefined : wheel;
}

/** Every tag the wheel claims, one by one: `py2.py3-none-any` has two. */
export function wheelTags(wheel: WheelFilename): string[] {
  const tags: string[] = [];
  for (const python of wheel.pythonTags)
    for (const abi of wheel.abiTags)
      for (const platform of wheel.platformTags) tags.push(`${python}-${abi}-${platform}`);
  return tags;
}

type Mistake = { readonly start: number; readonly end: number; readonly why: string };

function readFilename(text: string): WheelFilename | Mistake {
  return readPlain(text) ?? readAny(text);
}

/**
 * The road of nearly all wheels: ASCII, no build tag, tags that were met before. `undefined` sends everything else,
 * mistakes included, to {@link readAny}. A page lists up to tens of thousands of wheels, hence no regular expression.
 */
function readPlain(text: string): WheelFilename | undefined {
  if (!text.endsWith(".whl")) return undefined;
  const end = text.length - 4;
  const first = text.indexOf("-");
  const second = text.indexOf("-", first + 1);
  const third = text.indexOf("-", second + 1);
  const fourth = text.indexOf("-", third + 1);
  if (first <= 0 || second === -1 || third === -1 || fourth === -1) return undefined;
  if (text.indexOf("-", fourth + 1) !== -1) return undefined;
  const pythonTags = knownPythonTags.get(text.slice(second + 1, third));
  const abiTags = knownTags.get(text.slice(third + 1, fourth));
  const platformTags = knownTags.get(text.slice(fourth + 1, end));
  if (pythonTags === undefined || abiTags === undefined || platformTags === undefined)
    return undefined;
  if (!text.startsWith(lastName.text) || lastName.text.length !== first) {
    const namePart = text.slice(0, first);
    if (!isPlainName(namePart)) return undefined;
    lastName = { text: namePart, name: normalizeName(namePart) };
  }
  // Space around a version is passed over by whoever reads it, but may be a control character.
  if (!isVisible(text.charCodeAt(first + 1)) || !isVisible(text.charCodeAt(second - 1)))
    return undefined;
  const version = versionOf(text.slice(first + 1, second));
  if (version === undefined) return undefined;
  return { name: lastName.name, version, build: noBuild, pythonTags, abiTags, platformTags };
}

function isPlainName(part: string): boolean {
  return /^[a-z0-9]+(?:_[a-z0-9]+)*$/.test(part);
}

function isVisible(code: number): boolean {
  return code > 0x20 && code < 0x7f;
}

function readAny(text: string): WheelFilename | Mistake {
  const whole = { start: 0, end: text.length };
  if (!text.endsWith(".whl")) return { ...whole, why: "it does not end in `.whl`" };
  const strange = /[/\\\p{Cc}]/u.exec(text);
  if (strange !== null) {
    const start = strange.index;
    return { start, end: start + 1, why: "a file name has no slashes and no control characters" };
  }
  const parts = text.slice(0, -4).split("-");
  const { length } = parts;
  if (length !== 5 && length !== 6)
    return {
      ...whole,
      why: `it has ${plural(length, "part")} between dashes, a wheel's name has five or six`,
    };

  const namePart = parts[0] as string;
  if (!isEscapedName(namePart))
    return mistakeIn(parts, 0, "a name has letters, digits, `.` and single `_` here");
  const version = versionOf(parts[1] as string);
  if (version === undefined) return mistakeIn(parts, 1, `\`${parts[1]}\` is not a version`);
  const build = length === 6 ? readBuild(parts[2] as string) : noBuild;
  if (build === undefined) return mistakeIn(parts, 2, "a build tag begins with a digit");
  const [python, abi, platform] = parts.slice(length - 3) as [string, string, string];
  const pythonTags = tagsOf(python);
  const abiTags = tagsOf(abi);
  const platformTags = tagsOf(platform);
  const empty = [pythonTags, abiTags, platformTags].findIndex((tags) => tags.includes(""));
  if (empty !== -1) return mistakeIn(parts, length - 3 + empty, "a tag is empty");
  if (!pythonTags.every(isIdentifier))
    return mistakeIn(
      parts,
      length - 3,
      "a Python tag begins with a letter and has letters, digits and `_`",
    );
  const name = nameOf(namePart);
  lastName = { text: namePart, name };
  remember(knownPythonTags, python, pythonTags);
  remember(knownTags, abi, abiTags);
  remember(knownTags, platform, platformTags);
  return { name, version, build, pythonTags, abiTags, platformTags };
}

function mistakeIn(parts: readonly string[], index: number, why: string): Mistake {
  const start = parts.slice(0, index).join("-").length + (index === 0 ? 0 : 1);
  return { start, end: start + (parts[index] as string).length, why };
}

const noBuild: BuildTag = [];

function readBuild(part: string): BuildTag | undefined {
  const digits = /^[0-9]+/.exec(part)?.[0];
  if (digits === undefined) return undefined;
  return [narrow(BigInt(digits)), part.slice(digits.length)];
}

// A page lists up to tens of thousands of wheels, many of one version and with the same few tags. What was
// read for the file before is shared with the next: it saves most of the work, and most of the memory.
let lastVersion: { readonly text: string; readonly version: Version } | undefined;
let lastName: { readonly text: string; readonly name: NormalizedName } = {
  text: "-",
  name: "" as NormalizedName,
};
/** Found right where they stood: Python tags have a grammar of their own. */
const knownPythonTags = new Map<string, readonly string[]>();
const knownTags = new Map<string, readonly string[]>();
const mostKnownTags = 2000;

function versionOf(text: string): Version | undefined {
  if (lastVersion?.text === text) return lastVersion.version;
  const version = tryParseVersion(text);
  if (version !== undefined) lastVersion = { text, version };
  return version;
}

function tagsOf(part: string): readonly string[] {
  return knownTags.get(part) ?? part.toLowerCase().split(".");
}

function remember(
  known: Map<string, readonly string[]>,
  part: string,
  tags: readonly string[],
): void {
  if (known.size >= mostKnownTags) known.clear();
  known.set(part, tags);
}

function isIdentifier(tag: string): boolean {
  return /^[a-z_][a-z0-9_]*$/.test(tag) || /^[\p{XID_Start}_][\p{XID_Continue}]*$/u.test(tag);
}

function isEscapedName(part: string): boolean {
  return /^[\w.]+$/.test(part) || /^[\p{L}\p{N}_.]+$/u.test(part) ? !part.includes("__") : false;
}

// Real names are ASCII; packaging accepts any letter here, and folds them all.
function nameOf(part: string): NormalizedName {
  return normalizeName(/^[\w.]+$/.test(part) ? part : part.toLowerCase());
}

busyForSeconds(readPlain, versionOf);
