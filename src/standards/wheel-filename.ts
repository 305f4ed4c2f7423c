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
  const whole = { start: 0, end: text.length };
  if (!text.endsWith(".whl")) return { ...whole, why: "it does not end in `.whl`" };
  const parts = text.slice(0, -4).split("-");
  if (parts.length !== 5 && parts.length !== 6)
    return {
      ...whole,
      why: `it has ${parts.length} parts between dashes, a wheel's name has five or six`,
    };
  let at = 0;
  const places = parts.map((part) => {
    const place = { start: at, end: at + part.length };
    at += part.length + 1;
    return place;
  });
  const mistakeIn = (part: number, why: string): Mistake => ({
    ...(places.at(part) ?? whole),
    why,
  });

  const namePart = parts[0] as string;
  if (!isEscapedName(namePart))
    return mistakeIn(0, "a name has letters, digits, `.` and single `_` here");
  const version = tryParseVersion(parts[1] as string);
  if (version === undefined) return mistakeIn(1, `\`${parts[1]}\` is not a version`);
  const build: BuildTag | undefined = parts.length === 6 ? readBuild(parts[2] as string) : [];
  if (build === undefined) return mistakeIn(2, "a build tag begins with a digit");
  const [pythonTags, abiTags, platformTags] = parts.slice(-3).map(tagsOf) as [
    string[],
    string[],
    string[],
  ];
  for (const [i, tags] of [pythonTags, abiTags, platformTags].entries())
    if (tags.includes("")) return mistakeIn(i - 3, "a tag is empty");
  if (!pythonTags.every(isIdentifier))
    return mistakeIn(-3, "a Python tag begins with a letter and has letters, digits and `_`");
  return { name: nameOf(namePart), version, build, pythonTags, abiTags, platformTags };
}

function tagsOf(part: string): string[] {
  return part.toLowerCase().split(".");
}

function isEscapedName(part: string): boolean {
  return /^[\p{L}\p{N}_.]+$/u.test(part) && !part.includes("__") && !part.endsWith("\n");
}

// Real names are ASCII; packaging accepts any letter here, and folds them all.
function nameOf(part: string): NormalizedName {
  return normalizeName(/^[\w.]+$/.test(part) ? part : part.toLowerCase());
}

function readBuild(part: string): BuildTag | undefined {
  const digits = /^[0-9]+/.exec(part)?.[0];
  if (digits === undefined) return undefined;
  return [narrow(BigInt(digits)), part.slice(digits.length)];
}

function isIdentifier(tag: string): boolean {
  return /^[\p{XID_Start}_][\p{XID_Continue}]*$/u.test(tag);
}
