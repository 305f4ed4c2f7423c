import { PkmError } from "#base/errors";
import { readHeaders, unfolded } from "./_headers.ts";
import { invalidMetadata } from "./errors.ts";
import { isValidName, normalizeName, tryParseName } from "./name.ts";
import type { NormalizedName } from "./name.ts";
import { parseRequirement } from "./requirement.ts";
import type { Requirement } from "./requirement.ts";
import { parseRequiresPython } from "./requires-python.ts";
import { tryParseVersion } from "./version.ts";
import type { Version } from "./version.ts";

/**
 * Core metadata of a distribution (PyPUG core-metadata, versions 1.0 to 2.6), read leniently: what a resolver or an
 * installer needs is parsed, the rest is text as published, unfolded. The description is left where it is: see
 * `raw-metadata.ts`, and `metadata-validity.ts` for the checks of the specification.
 */
export type CoreMetadata = {
  readonly metadataVersion: string;
  readonly name: NormalizedName;
  readonly displayName: string;
  readonly version: Version;
  readonly requiresDist: readonly Requirement[];
  /** Lines of Requires-Dist that are no requirement; a release with one of them cannot be installed faithfully. */
  readonly invalidRequirements: readonly InvalidRequirement[];
  /** As published; `parseRequiresPython` reads it leniently. */
  readonly requiresPython: string | undefined;
  /** Normalised (PEP 685); what is no name is left out. */
  readonly providesExtra: readonly NormalizedName[];
  /** Names of fields that a build may change, in lower case (PEP 643). */
  readonly dynamic: readonly string[];
  readonly summary: string | undefined;
  readonly descriptionContentType: string | undefined;
  /** The comma-separated text. */
  readonly keywords: string | undefined;
  readonly homePage: string | undefined;
  readonly downloadUrl: string | undefined;
  readonly author: string | undefined;
  readonly authorEmail: string | undefined;
  readonly maintainer: string | undefined;
  readonly maintainerEmail: string | undefined;
  readonly license: string | undefined;
  readonly licenseExpression: string | undefined;
  readonly licenseFiles: readonly string[];
  readonly classifiers: readonly string[];
  readonly platforms: readonly string[];
  readonly supportedPlatforms: readonly string[];
  readonly requiresExternal: readonly string[];
  /** `label, url` as written. */
  readonly projectUrls: readonly string[];
  readonly providesDist: readonly string[];
  readonly obsoletesDist: readonly string[];
  readonly requires: readonly string[];
  readonly provides: readonly string[];
  readonly obsoletes: readonly string[];
  readonly importNames: readonly string[];
  readonly importNamespaces: readonly string[];
};

export type InvalidRequirement = { readonly text: string; readonly reason: string };

/**
 * Reads the headers of a METADATA or PKG-INFO file. Refuses what has no valid name or version, or a major version
 * of core metadata that does not exist yet; `what` names the file in the message.
 */
export function parseMetadata(content: string, what: string = "a distribution"): CoreMetadata {
  const fields = new Map<string, string[]>();
  for (const [name, value] of readHeaders(content).fields) {
    const key = name.toLowerCase();
    const before = fields.get(key);
    if (before === undefined) fields.set(key, [unfolded(value)]);
    else before.push(unfolded(value));
  }
  const text = (header: string): string | undefined => fields.get(header)?.[0];
  const list = (header: string): readonly string[] => fields.get(header) ?? none;

  const metadataVersion = text("metadata-version") ?? "1.0";
  // PyPUG: a newer minor version is read, a newer major one refused.
  if (Number.parseInt(metadataVersion, 10) > 2)
    throw invalidMetadata(what, `found Metadata-Version ${metadataVersion}, pkm reads 1.0 to 2.6`);
  const displayName = text("name") ?? "";
  const name = tryParseName(displayName);
  if (name === undefined)
    throw invalidMetadata(
      what,
      displayName === "" ? "it has no Name" : `Name \`${displayName}\` is no name of a project`,
    );
  const versionText = text("version") ?? "";
  const version = tryParseVersion(versionText);
  if (version === undefined)
    throw invalidMetadata(
      what,
      versionText === "" ? "it has no Version" : `Version \`${versionText}\` is no version`,
    );
  const requiresDist: Requirement[] = [];
  const invalidRequirements: InvalidRequirement[] = [];
  for (const line of list("requires-dist")) {
    const requirement = publishedRequirement(line);
    if ("reason" in requirement) invalidRequirements.push(requirement);
    else requiresDist.push(requirement);
  }
  return {
    metadataVersion,
    name,
    displayName,
    version,
    requiresDist,
    invalidRequirements,
    requiresPython: text("requires-python"),
    providesExtra: list("provides-extra").filter(isValidName).map(normalizeName),
    dynamic: list("dynamic").map((field) => field.toLowerCase()),
    summary: text("summary"),
    descriptionContentType: text("description-content-type"),
    keywords: text("keywords"),
    homePage: text("home-page"),
    downloadUrl: text("download-url"),
    author: text("author"),
    authorEmail: text("author-email"),
    maintainer: text("maintainer"),
    maintainerEmail: text("maintainer-email"),
    license: text("license"),
    licenseExpression: text("license-expression"),
    licenseFiles: list("license-file"),
    classifiers: list("classifier"),
    platforms: list("platform"),
    supportedPlatforms: list("supported-platform"),
    requiresExternal: list("requires-external"),
    projectUrls: list("project-url"),
    providesDist: list("provides-dist"),
    obsoletesDist: list("obsoletes-dist"),
    requires: list("requires"),
    provides: list("provides"),
    obsoletes: list("obsoletes"),
    importNames: list("import-name"),
    importNamespaces: list("import-namespace"),
  };
}

/**
 * True when Requires-Dist, Requires-Python and Provides-Extra of an sdist's PKG-INFO may be believed without building
 * it (PEP 643): metadata from 2.2 on that does not call them dynamic.
 */
export function isStatic(metadata: CoreMetadata): boolean {
  const [major = 0, minor = 0] = metadata.metadataVersion.split(".").map(Number);
  if (major < 2 || (major === 2 && minor < 2)) return false;
  return !metadata.dynamic.some(
    (field) =>
      field === "requires-dist" || field === "requires-python" || field === "provides-extra",
  );
}

const none: readonly string[] = [];

/** Lines repeat from version to version of a project; what was read once is kept, up to a limit. */
const readBefore = new Map<string, Requirement | InvalidRequirement>();
const mostKept = 4096;

function publishedRequirement(line: string): Requirement | InvalidRequirement {
  let requirement = readBefore.get(line);
  if (requirement !== undefined) return requirement;
  requirement = readRequirement(line);
  if (readBefore.size >= mostKept) readBefore.clear();
  readBefore.set(line, requirement);
  return requirement;
}

function readRequirement(line: string): Requirement | InvalidRequirement {
  try {
    return parseRequirement(line);
  } catch (error) {
    if (!(error instanceof PkmError)) throw error;
    return repairedRequirement(line) ?? { text: line, reason: error.why ?? error.what };
  }
}

/** Name and extras, the specifier with or without parentheses, the marker. */
const parts = /^([^\s[(<>=!~;@,]+\s*(?:\[[^\]]*\])?)\s*\(?([^@;]*?)\)?\s*(;.*)?$/;

/** No real line is longer; a hostile one must not cost more than its reading. */
const longestRepaired = 500;

/** Specifiers that are broken in a known way (`>=1.9.*`, `>=2<3`) are repaired as those of Requires-Python are. */
function repairedRequirement(line: string): Requirement | undefined {
  if (line.length > longestRepaired) return undefined;
  const [, head, specifier = "", marker = ""] = parts.exec(line.trim()) ?? [];
  if (head === undefined || specifier === "") return undefined;
  const repaired = parseRequiresPython(specifier);
  if (repaired === undefined) return undefined;
  try {
    return { ...parseRequirement(`${head} ${marker}`), specifier: repaired };
  } catch (error) {
    if (error instanceof PkmError) return undefined;
    throw error;
  }
}
