import { busyForSeconds } from "#base/busy-code";
import { PkmError } from "#base/errors";
import { readHeaders, unfolded } from "./_headers.ts";
import { type QuickHeaders, quickHeaders, readNeeds, writeNeeds } from "./_quick-headers.ts";
import { invalidMetadata } from "./errors.ts";
import { tryParseName } from "./name.ts";
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
  const wanted = quickHeaders(content) ?? wantedOf(readFields(content));
  const metadataVersion = wanted.metadataVersion?.trim() ?? "1.0";
  // PyPUG: a newer minor version is read, a newer major one refused.
  if (Number.parseInt(metadataVersion, 10) > 2)
    throw invalidMetadata(what, `found Metadata-Version ${metadataVersion}, pkm reads 1.0 to 2.6`);
  const displayName = wanted.name?.trim() ?? "";
  const name = tryParseName(displayName);
  if (name === undefined)
    throw invalidMetadata(
      what,
      displayName === "" ? "it has no Name" : `Name \`${displayName}\` is no name of a project`,
    );
  const versionText = wanted.version?.trim() ?? "";
  const version = tryParseVersion(versionText);
  if (version === undefined)
    throw invalidMetadata(
      what,
      versionText === "" ? "it has no Version" : `Version \`${versionText}\` is no version`,
    );
  return new ReadMetadata(content, wanted, { metadataVersion, displayName, name, version });
}

/** Fields by their name in lower case, unfolded. */
type Fields = ReadonlyMap<string, readonly string[]>;

function readFields(content: string): Fields {
  const fields = new Map<string, string[]>();
  for (const [name, value] of readHeaders(content).fields) {
    const key = name.toLowerCase();
    const before = fields.get(key);
    if (before === undefined) fields.set(key, [unfolded(value)]);
    else before.push(unfolded(value));
  }
  return fields;
}

function wantedOf(fields: Fields): QuickHeaders {
  return {
    metadataVersion: fields.get("metadata-version")?.[0],
    name: fields.get("name")?.[0],
    version: fields.get("version")?.[0],
    requiresPython: fields.get("requires-python")?.[0],
    needs: writeNeeds(fields.get("requires-dist") ?? none, fields.get("provides-extra") ?? none),
    dynamic: [...(fields.get("dynamic") ?? none)],
  };
}

/** What nobody resolves by is read when somebody asks for it. */
class ReadMetadata implements CoreMetadata {
  readonly metadataVersion: string;
  readonly displayName: string;
  readonly name: NormalizedName;
  readonly version: Version;
  readonly requiresPython: string | undefined;
  readonly dynamic: readonly string[];
  readonly #content: string;
  readonly #needsText: string;
  #needs: Needs | undefined;
  #providesExtra: readonly NormalizedName[] | undefined;
  #fields: Fields | undefined;

  constructor(
    content: string,
    wanted: QuickHeaders,
    known: Pick<CoreMetadata, "metadataVersion" | "displayName" | "name" | "version">,
  ) {
    this.#content = content;
    this.metadataVersion = known.metadataVersion;
    this.displayName = known.displayName;
    this.name = known.name;
    this.version = known.version;
    this.#needsText = wanted.needs;
    this.requiresPython = wanted.requiresPython?.trim();
    this.dynamic = wanted.dynamic.map((field) => field.trim().toLowerCase());
  }

  // Who unpacks a wheel does not ask for them.
  get requiresDist(): readonly Requirement[] {
    return this.#read().requiresDist;
  }

  get invalidRequirements(): readonly InvalidRequirement[] {
    return this.#read().invalidRequirements;
  }

  #read(): Needs {
    return (this.#needs ??= publishedNeeds(this.#needsText));
  }

  get providesExtra(): readonly NormalizedName[] {
    this.#providesExtra ??= this.#read().extras.flatMap((extra) => tryParseName(extra) ?? []);
    return this.#providesExtra;
  }

  get summary(): string | undefined {
    return this.#text("summary");
  }

  get descriptionContentType(): string | undefined {
    return this.#text("description-content-type");
  }

  get keywords(): string | undefined {
    return this.#text("keywords");
  }

  get homePage(): string | undefined {
    return this.#text("home-page");
  }

  get downloadUrl(): string | undefined {
    return this.#text("download-url");
  }

  get author(): string | undefined {
    return this.#text("author");
  }

  get authorEmail(): string | undefined {
    return this.#text("author-email");
  }

  get maintainer(): string | undefined {
    return this.#text("maintainer");
  }

  get maintainerEmail(): string | undefined {
    return this.#text("maintainer-email");
  }

  get license(): string | undefined {
    return this.#text("license");
  }

  get licenseExpression(): string | undefined {
    return this.#text("license-expression");
  }

  get licenseFiles(): readonly string[] {
    return this.#list("license-file");
  }

  get classifiers(): readonly string[] {
    return this.#list("classifier");
  }

  get platforms(): readonly string[] {
    return this.#list("platform");
  }

  get supportedPlatforms(): readonly string[] {
    return this.#list("supported-platform");
  }

  get requiresExternal(): readonly string[] {
    return this.#list("requires-external");
  }

  get projectUrls(): readonly string[] {
    return this.#list("project-url");
  }

  get providesDist(): readonly string[] {
    return this.#list("provides-dist");
  }

  get obsoletesDist(): readonly string[] {
    return this.#list("obsoletes-dist");
  }

  get requires(): readonly string[] {
    return this.#list("requires");
  }

  get provides(): readonly string[] {
    return this.#list("provides");
  }

  get obsoletes(): readonly string[] {
    return this.#list("obsoletes");
  }

  get importNames(): readonly string[] {
    return this.#list("import-name");
  }

  get importNamespaces(): readonly string[] {
    return this.#list("import-namespace");
  }

  #text(header: string): string | undefined {
    return this.#list(header)[0];
  }

  #list(header: string): readonly string[] {
    this.#fields ??= readFields(this.#content);
    return this.#fields.get(header) ?? none;
  }
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

type Needs = Pick<CoreMetadata, "requiresDist" | "invalidRequirements"> & {
  readonly extras: readonly string[];
};

/** Most versions of a project ask for the same as the one before, and then for the same values. */
const needsBefore = new Map<string, Needs>();
let needsLength = 0;
const mostNeeds = 8 * 2 ** 20;

function publishedNeeds(text: string): Needs {
  let needs = needsBefore.get(text);
  if (needs !== undefined) return needs;
  needs = parseNeeds(text);
  needsLength += text.length;
  if (needsLength > mostNeeds) {
    needsBefore.clear();
    needsLength = text.length;
  }
  needsBefore.set(text, needs);
  return needs;
}

function parseNeeds(text: string): Needs {
  const { requiresDist: lines, providesExtra: extras } = readNeeds(text);
  const requiresDist: Requirement[] = [];
  const invalidRequirements: InvalidRequirement[] = [];
  for (const line of lines) {
    const requirement = publishedRequirement(line);
    if ("reason" in requirement) invalidRequirements.push(requirement);
    else requiresDist.push(requirement);
  }
  return { requiresDist, invalidRequirements, extras };
}

/** Single lines repeat as well; what was read once is kept, up to a limit. */
const readBefore = new Map<string, Requirement | InvalidRequirement>();
const mostKept = 16_384;

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

busyForSeconds(publishedRequirement);
