import {
  specifierContains,
  tryParseSpecifierSet,
  type SpecifierSet,
} from "#standards/specifier-set";
import { tryParseVersion, type Version } from "#standards/version";
import type { Interpreter } from "./interpreter.ts";

/** A build of Python that is asked for by name only. */
export type PythonBuild = { readonly freeThreaded?: boolean; readonly debug?: boolean };

/** What a person asks of an interpreter. */
export type PythonRequest =
  | { readonly kind: "any"; readonly text: string }
  /** An executable, or the folder of an environment or of an installation. */
  | { readonly kind: "path"; readonly text: string; readonly path: string }
  /** The name of a program on PATH. */
  | { readonly kind: "program"; readonly text: string; readonly name: string }
  | {
      readonly kind: "version";
      readonly text: string;
      /** `undefined`: CPython, or whatever stands first where a person put it. */
      readonly implementation: string | undefined;
      /** `[3]`, `[3, 12]`, `[3, 12, 1]`; empty for any. */
      readonly release: readonly number[];
      /** `3.15.0rc2` names exactly this one. */
      readonly exact: Version | undefined;
      readonly range: SpecifierSet | undefined;
      readonly build: PythonBuild;
      /** System, machine and C library as uv's long names have them: `linux`, `x86_64`, `gnu`. */
      readonly system: string | undefined;
      readonly machine: string | undefined;
      readonly libc: string | undefined;
    };

type VersionRequest = Extract<PythonRequest, { kind: "version" }>;

const implementations: Readonly<Record<string, string>> = {
  cpython: "cpython",
  cp: "cpython",
  pypy: "pypy",
  pp: "pypy",
  graalpy: "graalpy",
  gp: "graalpy",
};

/**
 * Reads `3.12`, `3.12.1`, `3.13t`, `312`, `>=3.11,<3.14`, `pypy`, `pypy@3.10`, `pypy3.10`, `cp312`,
 * `cpython-3.13.1+freethreaded-linux-x86_64-gnu`, `python3.12`, a path, or the name of a program. What cannot be
 * any of these is taken for a program's name.
 */
export function parsePythonRequest(text: string): PythonRequest {
  const word = text.trim();
  if (word === "" || word === "any" || word === "python" || word === "default")
    return { kind: "any", text: word || "any" };
  if (
    /[\\/]/.test(word) ||
    word.startsWith(".") ||
    (word.startsWith("~") && !word.startsWith("~="))
  )
    return { kind: "path", text: word, path: word };
  const request = rangeRequest(word, undefined) ?? versionRequest(word) ?? longRequest(word);
  return request ?? { kind: "program", text: word, name: word };
}

const plain = {
  kind: "version",
  implementation: undefined,
  release: [],
  exact: undefined,
  range: undefined,
  build: {},
  system: undefined,
  machine: undefined,
  libc: undefined,
} as const;

function rangeRequest(
  word: string,
  implementation: string | undefined,
): VersionRequest | undefined {
  if (!/^[<>=!~]/.test(word)) return undefined;
  const range = tryParseSpecifierSet(word);
  return range === undefined ? undefined : { ...plain, text: word, implementation, range };
}

/** `3.12`, `312t`, `pypy3.10`, `pypy@>=3.9`, `cp313t`, `python3.12`. */
function versionRequest(word: string): VersionRequest | undefined {
  const parts = /^(cpython|pypy|graalpy|python|cp|pp|gp)?@?(.*)$/i.exec(word);
  const named = parts?.[1]?.toLowerCase();
  const rest = parts?.[2] ?? word;
  if (named === undefined && word.startsWith("@")) return undefined;
  // `python3.12` is the name of a program of any implementation.
  const implementation =
    named === undefined || named === "python" ? undefined : implementations[named];
  if (rest === "")
    return implementation === undefined || word.endsWith("@")
      ? undefined
      : { ...plain, text: word, implementation };
  const version = versionAndBuild(rest);
  if (version !== undefined) return { ...plain, ...version, text: word, implementation };
  const range = rangeRequest(rest, implementation);
  return range === undefined ? undefined : { ...range, text: word };
}

function versionAndBuild(
  text: string,
): Pick<VersionRequest, "release" | "exact" | "build"> | undefined {
  const parts = /^([0-9][0-9.]*(?:(?:a|b|rc)[0-9]+)?)(t?d?|(?:\+[a-z]+)*)$/i.exec(text);
  if (parts === null) return undefined;
  const number = parts[1] as string;
  const build = buildOf(parts[2] as string);
  if (build === undefined) return undefined;
  // `312` and `27` as in wheel tags; more than two digits after the 3 would be no Python.
  const compact = /^([23])([0-9]{1,2})$/.exec(number);
  if (compact !== null)
    return { release: [Number(compact[1]), Number(compact[2])], exact: undefined, build };
  const version = tryParseVersion(number);
  if (
    version === undefined ||
    version.epoch !== 0 ||
    version.release.length > 3 ||
    number.endsWith(".")
  )
    return undefined;
  const exact = version.pre === undefined ? undefined : version;
  return { release: version.release.map(Number), exact, build };
}

function buildOf(text: string): PythonBuild | undefined {
  if (!text.startsWith("+"))
    return {
      ...(text.includes("t") && { freeThreaded: true }),
      ...(text.includes("d") && { debug: true }),
    };
  let build: PythonBuild = {};
  for (const word of text.slice(1).split("+"))
    if (word === "freethreaded") build = { ...build, freeThreaded: true };
    else if (word === "gil") build = { ...build, freeThreaded: false };
    else if (word === "debug") build = { ...build, debug: true };
    else return undefined;
  return build;
}

/** `cpython-3.13-linux-x86_64-gnu`; every part but the first may be left out or be `any`. */
function longRequest(word: string): VersionRequest | undefined {
  const parts = word.split("-");
  const implementation = implementations[(parts[0] as string).toLowerCase()];
  if (implementation === undefined || parts.length < 2 || parts.length > 5) return undefined;
  const [, version, system, machine, libc] = parts.map((part) =>
    part === "any" ? undefined : part,
  );
  const parsed =
    version === undefined ? { release: [], exact: undefined, build: {} } : versionAndBuild(version);
  if (parsed === undefined) return undefined;
  return {
    ...plain,
    ...parsed,
    text: word,
    implementation,
    system,
    machine,
    libc: libc === "none" ? undefined : libc,
  };
}

/** How well an interpreter fits: `last` ones are taken only when nothing else is there. */
export type Fit =
  | { readonly kind: "fits" }
  | { readonly kind: "last"; readonly why: string }
  | { readonly kind: "no"; readonly why: string };

/**
 * Judges an interpreter. Pre-releases and debug builds need to be named, or nothing else is there. Builds without
 * global lock need to be named up to 3.13; from 3.14 on they are Pythons like others.
 */
export function fitOf(request: PythonRequest, python: Interpreter): Fit {
  const asked = request.kind === "version" ? request : undefined;
  const found = `found ${python.version}`;
  if (asked !== undefined) {
    const refusal = versionRefusal(asked, python);
    if (refusal !== undefined) return { kind: "no", why: refusal };
    if (asked.implementation !== undefined && asked.implementation !== python.implementation)
      return { kind: "no", why: `found ${python.implementation}, needs ${asked.implementation}` };
    const machine = machineRefusal(asked, python);
    if (machine !== undefined) return { kind: "no", why: machine };
  }
  const threading = asked?.build.freeThreaded;
  if (threading !== undefined && threading !== python.freeThreaded)
    return {
      kind: "no",
      why: threading ? "has the global lock" : "is built without the global lock",
    };
  if (threading === undefined && python.freeThreaded && python.major === 3 && python.minor < 14)
    return {
      kind: "no",
      why: `is built without the global lock; ask for \`${python.major}.${python.minor}t\``,
    };
  if (asked?.build.debug === true && !python.debug) return { kind: "no", why: "is no debug build" };
  if (asked?.build.debug !== true && python.debug)
    return { kind: "last", why: `${found}, a debug build` };
  const wantsPrerelease = asked?.exact !== undefined || asked?.range?.asksForPrereleases === true;
  if (!wantsPrerelease && isPrereleasePython(python))
    return { kind: "last", why: `${found}, a pre-release` };
  return { kind: "fits" };
}

/** Whether a version that a file or folder name speaks of can fit at all; saves asking those that cannot. */
export function mayFit(request: PythonRequest, release: readonly number[]): boolean {
  if (request.kind !== "version") return true;
  return request.release.every(
    (number, index) => release[index] === undefined || release[index] === number,
  );
}

function versionRefusal(asked: VersionRequest, python: Interpreter): string | undefined {
  const release = [python.major, python.minor, python.micro];
  const found = `found ${python.version}`;
  if (asked.exact !== undefined) {
    const version = tryParseVersion(python.version);
    if (version?.key !== asked.exact.key) return `${found}, needs ${asked.exact.text}`;
  } else if (!asked.release.every((number, index) => release[index] === number))
    return `${found}, needs ${asked.release.join(".")}`;
  if (asked.range === undefined) return undefined;
  // As with Requires-Python, 3.13.0b1 counts as 3.13.0 unless the range itself speaks of pre-releases.
  const judged = asked.range.asksForPrereleases ? python.version : release.join(".");
  return specifierContains(asked.range, judged, { prereleases: true })
    ? undefined
    : `${found}, needs ${asked.range.text}`;
}

function machineRefusal(asked: VersionRequest, python: Interpreter): string | undefined {
  const system = python.markers.platform_system.toLowerCase();
  const wanted = asked.system === "macos" ? "darwin" : asked.system;
  if (wanted !== undefined && wanted !== system) return `runs on ${system}, needs ${asked.system}`;
  const machine = sameMachine(python.markers.platform_machine);
  if (asked.machine !== undefined && sameMachine(asked.machine) !== machine)
    return `is built for ${machine}, needs ${asked.machine}`;
  if (asked.libc !== undefined && system === "linux") {
    const musl = python.tags.platforms.some((tag) => tag.startsWith("musllinux"));
    if (musl !== asked.libc.startsWith("musl"))
      return `uses ${musl ? "musl" : "glibc"}, needs ${asked.libc}`;
  }
  return undefined;
}

function sameMachine(name: string): string {
  const lower = name.toLowerCase();
  if (lower === "amd64") return "x86_64";
  return lower === "arm64" ? "aarch64" : lower;
}

/** True for alpha, beta and candidate versions of Python. */
function isPrereleasePython(python: Pick<Interpreter, "version">): boolean {
  return /[0-9](?:a|b|rc)[0-9]/.test(python.version);
}
