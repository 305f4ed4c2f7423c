import type { OptionValues } from "#cli/command";
import { parseDateLimit } from "#cli/date-limit";
import { invalidOptionValue } from "#cli/errors";
import type { Invocation } from "#cli/invocation";
import { absolute } from "#cli/cache-folder";
import type { Interpreter } from "#interpreter/interpreter";
import type { Selection } from "#provision/request";
import type {
  FormatPolicy,
  PrereleasePolicy,
  ResolutionPolicy,
  ResolutionTarget,
} from "#resolver/request";
import { chooseNames, noNames } from "#standards/format-control";
import { type NormalizedName, parseName } from "#standards/name";
import {
  noRequirementsOptions,
  type RequirementsOptions,
  type RequirementsReader,
} from "#standards/requirements-file";
import type { MarkerEnvironment } from "#standards/marker";
import { abiTags } from "#standards/platform-tags";
import { type TagPlatform, tagRanks } from "#standards/tags";
import { markersOfTag, namedPlatform, platformsOfTags } from "#standards/target-platform";
import { parseVersion, tryParseVersion } from "#standards/version";
import { invalidDate } from "./_errors.ts";
import type { IndexChoices } from "./_indexes.ts";
import type { resolutionOptions } from "./options.ts";
import type { targetOptions } from "./target-options.ts";

export type ResolutionChoices = Partial<OptionValues<typeof resolutionOptions>>;

/** What names another machine than the interpreter's own. */
export type TargetChoices = Pick<ResolutionChoices, "python-version" | "python-platform"> &
  Partial<OptionValues<typeof targetOptions>>;

/** The options of the command line that a requirements file may add to. */
export function commandLineOptions(options: IndexChoices & ResolutionChoices): RequirementsOptions {
  let binaries = noNames;
  for (const value of options["no-binary"] ?? []) binaries = chooseNames(binaries, "first", value);
  for (const value of options["only-binary"] ?? [])
    binaries = chooseNames(binaries, "second", value);
  if (options["no-build"] === true) binaries = chooseNames(binaries, "second", ":all:");
  let releases = noNames;
  for (const value of options["all-releases"] ?? [])
    releases = chooseNames(releases, "first", value);
  for (const value of options["only-final"] ?? [])
    releases = chooseNames(releases, "second", value);
  return {
    ...noRequirementsOptions,
    indexUrl: options["index-url"],
    extraIndexUrls: options["extra-index-url"] ?? [],
    noIndex: options["no-index"] === true,
    findLinks: (options["find-links"] ?? []).map((value) => ({ value, file: undefined })),
    binaries,
    releases,
    preferBinary: options["prefer-binary"] === true,
    trustedHosts: options["trusted-host"] ?? [],
  };
}

export function resolutionPolicy(
  choices: ResolutionChoices & TargetChoices,
  options: RequirementsOptions,
  about: { readonly purpose: ResolutionPolicy["purpose"]; readonly requireHashes: boolean },
  invocation: Invocation,
): ResolutionPolicy {
  const formats: FormatPolicy = { binaries: options.binaries, preferBinary: options.preferBinary };
  return {
    strategy: (choices.resolution as ResolutionPolicy["strategy"] | undefined) ?? "highest",
    prerelease: prereleasePolicy(choices, options),
    releases: options.releases,
    excludeNewer: dateLimit(choices, invocation),
    formats,
    followDependencies: choices["no-deps"] !== true,
    requireHashes: about.requireHashes,
    ignoreRequiresPython: choices["ignore-requires-python"] === true,
    purpose: about.purpose,
    // What is built here is of no use on another machine.
    mayBuild: !isElsewhere(choices),
  };
}

function isElsewhere(choices: TargetChoices): boolean {
  const { platform = [], abi = [], implementation } = choices;
  const named = [choices["python-version"], choices["python-platform"], implementation];
  return platform.length + abi.length > 0 || named.some((one) => one !== undefined);
}

function prereleasePolicy(
  choices: ResolutionChoices,
  options: RequirementsOptions,
): PrereleasePolicy {
  if (choices.pre === true || options.releases.first.has(":all:")) return "allow";
  if (options.releases.second.has(":all:")) return "disallow";
  const { prerelease } = choices;
  // uv's older word for its default.
  if (prerelease === undefined || prerelease === "if-necessary-or-explicit") return "if-necessary";
  return prerelease as PrereleasePolicy;
}

/** `--exclude-newer`, or pip's `--uploaded-prior-to`, in milliseconds since 1970. */
export function dateLimit(choices: ResolutionChoices, { world }: Invocation): number | undefined {
  for (const [option, means] of [
    ["exclude-newer", "end"],
    ["uploaded-prior-to", "start"],
  ] as const) {
    const text = choices[option];
    if (text === undefined) continue;
    const limit = parseDateLimit(text, world.clock.now(), means);
    if (limit === undefined) throw invalidDate(`--${option}`, text);
    return limit;
  }
  return undefined;
}

/**
 * The machine the answer is for: the interpreter's own unless `--python-version`, `--python-platform` or pip's
 * `--platform`, `--implementation` and `--abi` name another. Unlike pip's, its markers are that machine's as well.
 */
export function resolutionTarget(
  interpreter: Interpreter,
  choices: TargetChoices,
  invocation: Pick<Invocation, "name">,
): ResolutionTarget {
  const { markers, tags, python } = targetMachine(interpreter, choices, invocation);
  return {
    python: parseVersion(python),
    markers,
    tags: tagRanks(tags),
    description: descriptionOf(interpreter, choices),
  };
}

/** {@link resolutionTarget} before tags are ranked: three numbers, markers, and what decides about wheels. */
export function targetMachine(
  interpreter: Interpreter,
  choices: TargetChoices,
  { name }: Pick<Invocation, "name">,
): { readonly python: string; readonly markers: MarkerEnvironment; readonly tags: TagPlatform } {
  const { platform: tagged = [], implementation, abi = [] } = choices;
  const asked = choices["python-version"];
  const platformName = choices["python-platform"];
  const [major, minor, micro] =
    asked === undefined
      ? [interpreter.major, interpreter.minor, interpreter.micro]
      : askedPython(asked, name);
  const platform = platformName === undefined ? undefined : namedPlatform(platformName);
  const [firstTag] = tagged;
  const abis =
    asked === undefined
      ? interpreter.tags.abis
      : abiTags({
          implementation: interpreter.implementation,
          python: [major, minor],
          freeThreaded: interpreter.freeThreaded,
          debug: interpreter.debug,
          extensionSuffix: interpreter.extensionSuffix,
        });
  return {
    python: `${major}.${minor}.${micro}`,
    markers: {
      ...interpreter.markers,
      ...(asked === undefined ? {} : pythonMarkers(major, minor, micro)),
      ...(implementation === undefined ? {} : implementationMarkers[implementation]),
      ...platform?.markers,
      ...(firstTag === undefined ? {} : markersOfTag(firstTag)),
    },
    tags: {
      implementation: implementation ?? interpreter.tags.implementation,
      python: [major, minor],
      abis: abi.length > 0 ? abi : abis,
      platforms:
        tagged.length > 0
          ? platformsOfTags(tagged)
          : (platform?.platforms ?? interpreter.tags.platforms),
    },
  };
}

const implementationMarkers: Readonly<Record<string, Partial<MarkerEnvironment>>> = {
  cp: { implementation_name: "cpython", platform_python_implementation: "CPython" },
  pp: { implementation_name: "pypy", platform_python_implementation: "PyPy" },
};

/** A value of `--python-version` as three numbers: `3.12`, `3.12.4`, and pip's short forms (`3` is 3.0, `312` is 3.12). */
export function askedPython(asked: string, command: string): readonly [number, number, number] {
  const short = /^([0-9])([0-9]*)$/.exec(asked);
  if (short !== null) return [Number(short[1]), Number(short[2]), 0];
  const release = tryParseVersion(asked)?.release;
  if (release === undefined || release.length > 3)
    throw invalidOptionValue({
      option: "--python-version",
      value: asked,
      expected: "a version such as `3.12` or `3.12.4`",
      command,
    });
  const [major = 0, minor = 0, micro = 0] = release.map(Number);
  return [major, minor, micro];
}

function descriptionOf(interpreter: Interpreter, choices: TargetChoices): string {
  const python = `Python ${choices["python-version"] ?? interpreter.version}`;
  const { platform = [], implementation, abi = [] } = choices;
  const parts = [
    ...(choices["python-platform"] === undefined ? [] : [choices["python-platform"]]),
    ...platform,
    ...(implementation === undefined ? [] : [`implementation ${implementation}`]),
    ...(abi.length === 0 ? [] : [`ABI ${abi.join(", ")}`]),
  ];
  return parts.length === 0 ? python : `${python} on ${parts.join(", ")}`;
}

function pythonMarkers(major: number, minor: number, micro: number): Partial<MarkerEnvironment> {
  const full = `${major}.${minor}.${micro}`;
  return {
    python_version: `${major}.${minor}`,
    python_full_version: full,
    implementation_version: full,
  };
}

/** `--upgrade` and `--upgrade-package`, `--force-reinstall` and `--reinstall-package`. */
export function selection(all: boolean, names: readonly string[]): Selection {
  if (all) return true;
  if (names.length === 0) return false;
  return new Set<NormalizedName>(
    names.flatMap((text) => text.split(",")).map((text) => parseName(text.trim())),
  );
}

/** Bytes of a requirements file from an address. */
export const largestRequirements = 16 * 1024 * 1024;

/** Reads requirements files from the disk and, by `fetch`, from addresses. */
export function requirementsReader(
  { world }: Invocation,
  fetch: (url: string) => Promise<Uint8Array>,
): RequirementsReader {
  return {
    cwd: world.host.cwd,
    variables: (name) => world.host.env[name],
    read: (place) => {
      if (/^https?:/i.test(place)) return fetch(place);
      if (/^file:/i.test(place))
        return world.files.read(decodeURIComponent(new URL(place).pathname));
      return place === absolute("-", world.host.cwd) ? world.host.input() : world.files.read(place);
    },
  };
}
