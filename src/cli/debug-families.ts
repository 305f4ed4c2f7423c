import { PkmError } from "#base/errors";
import { compareText } from "#base/order";
import { evaluateMarker, formatMarker, parseMarker } from "#standards/marker";
import type { MarkerContext, MarkerValues } from "#standards/marker";
import { validateMetadata } from "#standards/metadata-validity";
import { parseName } from "#standards/name";
import { abiTags, machinePlatforms } from "#standards/platform-tags";
import { parseRawMetadata } from "#standards/raw-metadata";
import { formatRequirement, parseRequirement } from "#standards/requirement";
import { parseSdistFilename } from "#standards/sdist-filename";
import {
  filterVersions,
  formatSpecifierSet,
  parseSpecifierSet,
  specifierContains,
} from "#standards/specifier-set";
import { compatibleTags } from "#standards/tags";
import {
  baseVersion,
  compareVersions,
  isPrerelease,
  parseVersion,
  publicVersion,
} from "#standards/version";
import type { VersionNumber } from "#standards/version";
import { parseWheelFilename, wheelTags } from "#standards/wheel-filename";

/** What JSON can say. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** One line of `pkm debug FAMILY`: a value in, a value out. Bad input is an answer, so it never throws. */
export type DebugFamily = (input: Json) => Json;

/** The families of `pkm debug` by name; their shapes are part of the command line's contract. */
export const debugFamilies: Readonly<Record<string, DebugFamily>> = {
  version: orNotOk((input) => {
    const version = parseVersion(text(input));
    return {
      ok: true,
      normalized: version.text,
      public: publicVersion(version),
      base_version: baseVersion(version),
      epoch: whole(version.epoch),
      release: version.release.map(whole),
      pre: version.pre === undefined ? null : [version.pre[0], whole(version.pre[1])],
      post: wholeOrNull(version.post),
      dev: wholeOrNull(version.dev),
      local: version.local ?? null,
      is_prerelease: isPrerelease(version),
      is_postrelease: version.post !== undefined,
      is_devrelease: version.dev !== undefined,
    };
  }),

  compare: orError((input) => {
    const [first, second] = texts(input);
    if (first === undefined || second === undefined || texts(input).length !== 2)
      throw new BadInput("expected an array of two versions");
    return Math.sign(compareVersions(parseVersion(first), parseVersion(second)));
  }),

  specifier: orError((input) => {
    const { specifier, version, prereleases } = members(input);
    const set = parseSpecifierSet(text(specifier));
    return {
      contains: specifierContains(set, text(version), { prereleases: choice(prereleases) }),
    };
  }),

  filter: orError((input) => {
    const { specifier, versions, prereleases } = members(input);
    const set = parseSpecifierSet(text(specifier));
    return { versions: filterVersions(set, texts(versions), choice(prereleases)) };
  }),

  requirement: orNotOk((input) => {
    const requirement = parseRequirement(text(input));
    return {
      ok: true,
      name: requirement.displayName,
      extras: requirement.displayExtras,
      specifier: formatSpecifierSet(requirement.specifier),
      url: requirement.url ?? null,
      marker: requirement.marker === undefined ? null : formatMarker(requirement.marker),
      str: formatRequirement(requirement),
    };
  }),

  marker: orError((input) => {
    const { marker, environment, context } = members(input);
    const parsed = parseMarker(text(marker));
    const values = markerValues(environment ?? {});
    return { result: evaluateMarker(parsed, values, { context: markerContext(context) }) };
  }),

  "wheel-filename": orNotOk((input) => {
    const wheel = parseWheelFilename(text(input));
    const [number, rest] = wheel.build;
    return {
      ok: true,
      name: wheel.name,
      version: wheel.version.text,
      build: number === undefined ? [] : [whole(number), rest ?? ""],
      tags: [...new Set(wheelTags(wheel))].sort(compareText),
    };
  }),

  "sdist-filename": orNotOk((input) => {
    const { name, version } = parseSdistFilename(text(input));
    return { ok: true, name, version: version.text };
  }),

  tags: orError((input) => {
    const { implementation, python, platform, abi, free_threaded } = members(input);
    const short = text(implementation);
    const [major, minor] = parseVersion(text(python)).release.map(Number);
    if (major === undefined || minor === undefined)
      throw new BadInput("expected a Python version such as `3.12`");
    const freeThreaded = free_threaded === true;
    const abis =
      abi === undefined || abi === null ? abisOf(short, major, minor, freeThreaded) : [text(abi)];
    return {
      tags: compatibleTags({
        implementation: short,
        python: [major, minor],
        abis,
        platforms: machinePlatforms(text(platform)),
      }),
    };
  }),

  metadata: orError((input) => {
    const parsed = parseRawMetadata(text(input));
    return {
      raw: parsed.raw,
      unparsed: Object.keys(parsed.unparsed).sort(compareText),
      valid: validateMetadata(parsed).length === 0,
    };
  }),

  name: orNotOk((input) => ({ ok: true, normalized: parseName(text(input)) })),
};

/** Input that has not the family's shape; its text is the answer. */
class BadInput extends Error {}

function orNotOk(answer: DebugFamily): DebugFamily {
  return (input) => attempt(answer, input, (error) => ({ ok: false, error }));
}

function orError(answer: DebugFamily): DebugFamily {
  return (input) => attempt(answer, input, (error) => ({ error }));
}

function attempt(answer: DebugFamily, input: Json, refuse: (error: string) => Json): Json {
  try {
    return answer(input);
  } catch (error) {
    if (error instanceof BadInput) return refuse(error.message);
    if (error instanceof PkmError)
      return refuse(error.why === undefined ? error.what : `${error.what}: ${error.why}`);
    throw error;
  }
}

function text(value: Json | undefined): string {
  if (typeof value !== "string") throw new BadInput("expected a string");
  return value;
}

function texts(value: Json | undefined): readonly string[] {
  if (!isList(value)) throw new BadInput("expected an array of strings");
  return value.map(text);
}

function members(value: Json): { readonly [key: string]: Json | undefined } {
  if (typeof value !== "object" || value === null || isList(value))
    throw new BadInput("expected an object");
  return value as { readonly [key: string]: Json };
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function choice(value: Json | undefined): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "boolean") throw new BadInput("expected true, false or null");
  return value;
}

/** JSON numbers lose digits beyond 2^53: larger ones are written as decimal strings. */
function whole(n: VersionNumber): number | string {
  return typeof n === "bigint" ? n.toString() : n;
}

function wholeOrNull(n: VersionNumber | undefined): number | string | null {
  return n === undefined ? null : whole(n);
}

function markerValues(value: Json): MarkerValues {
  const values: Record<string, string | readonly string[]> = {};
  for (const [name, member] of Object.entries(members(value))) {
    if (member === undefined || member === null) continue;
    values[name] = isList(member) ? texts(member) : text(member);
  }
  return values;
}

function markerContext(value: Json | undefined): MarkerContext | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === "metadata" || value === "lock_file" || value === "requirement") return value;
  throw new BadInput("expected `metadata`, `lock_file` or `requirement` as the context");
}

/** PyPy has named the ABI of its extension modules `pp73` since 7.3, for every version of Python. */
function abisOf(short: string, major: number, minor: number, freeThreaded: boolean): string[] {
  if (short === "pp") return [`pypy${major}${minor}_pp73`];
  return abiTags({ implementation: short, python: [major, minor], freeThreaded });
}
