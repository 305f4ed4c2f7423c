import { PkmError, exit } from "#base/errors";
import { caret } from "#base/text";
import { withoutCredentials } from "#base/url";

/** Where a text stopped making sense: from `start` up to `end`, in UTF-16 units. */
export type Place = { readonly start: number; readonly end?: number };

/** Shows the text with a caret under the place, and without the credentials of its URLs. */
function under(text: string, { start, end }: Place): string {
  const shown = withCredentialsCut(text);
  if (shown === text) return caret(text, start, end);
  const from = Math.min(withCredentialsCut(text.slice(0, start)).length, shown.length);
  return caret(shown, from, end === undefined ? undefined : from + end - start);
}

/** User names and passwords of the URLs inside a text. */
const credentials = /(?<=:\/\/)[^/?#\s]*@/g;

/** A text that may hold URLs, without their user names and passwords: every requirement passes here before a message. */
export function withCredentialsCut(text: string): string {
  return text.includes("://") ? text.replaceAll(credentials, "") : text;
}

/** A text that is no version of PEP 440. */
export function invalidVersion(text: string, place: Place, why: string): PkmError {
  return new PkmError({
    code: "invalid-version",
    what: `Cannot read \`${text}\` as a version`,
    why,
    excerpt: under(text, place),
  });
}

/** A text that is no set of version specifiers (PEP 440). */
export function invalidSpecifier(text: string, place: Place, why: string): PkmError {
  return new PkmError({
    code: "invalid-specifier",
    what: `Cannot read \`${text}\` as a version specifier`,
    why,
    excerpt: under(text, place),
  });
}

/** A text that is no dependency specifier (PEP 508). */
export function invalidRequirement(text: string, place: Place, why: string): PkmError {
  return new PkmError({
    code: "invalid-requirement",
    what: `Cannot read \`${withCredentialsCut(text)}\` as a requirement`,
    why: withCredentialsCut(why),
    excerpt: under(text, place),
  });
}

/** A file name that ends in `.whl` and is no wheel's, or does not end in it. */
export function invalidWheelFilename(text: string, place: Place, why: string): PkmError {
  return new PkmError({
    code: "invalid-wheel-filename",
    what: `Cannot read \`${text}\` as the name of a wheel`,
    why,
    excerpt: under(text, place),
  });
}

/** A file name that is no source distribution's (PEP 625, and what came before it). */
export function invalidSdistFilename(text: string, place: Place, why: string): PkmError {
  return new PkmError({
    code: "invalid-sdist-filename",
    what: `Cannot read \`${text}\` as the name of an sdist`,
    why,
    excerpt: under(text, place),
  });
}

/** A project page that cannot be read at all; single bad entries of a page are skipped instead (PEP 691, 503). */
export function pageIsBroken(url: string, why: string, cause?: unknown): PkmError {
  return new PkmError({
    code: "index-page-invalid",
    what: `Cannot read the project page ${withoutCredentials(url)}`,
    why,
    fix: ["check that the address is that of a package index, ending in `/simple/` on most"],
    cause,
  });
}

/** PEP 629: a page of a newer major version. */
export function pageIsTooNew(url: string, version: string): PkmError {
  return new PkmError({
    code: "index-page-too-new",
    what: `Cannot read the project page ${withoutCredentials(url)}`,
    why: `it has version ${version} of the index API, pkm reads version 1`,
    fix: ["update pkm"],
  });
}

/** A `Content-Type` that no project page has (PEP 691). */
export function pageHasOtherType(url: string, contentType: string): PkmError {
  return new PkmError({
    code: "index-page-type",
    what: `Cannot read the project page ${withoutCredentials(url)}`,
    why: contentType === "" ? "it has no content type" : `its content type is \`${contentType}\``,
    fix: ["check that the address is that of a package index, ending in `/simple/` on most"],
  });
}

/** Where a line of a requirements file stands. */
export type LinePlace = { readonly file: string; readonly line: number; readonly text: string };

function fileAndLine(place: LinePlace): string {
  return `${withoutCredentials(place.file)} (line ${place.line})`;
}

/** A line of a requirements file that pip would not take either. */
export function requirementsLineInvalid(
  line: LinePlace,
  place: Place,
  why: string,
  fix: readonly string[] = [],
): PkmError {
  return new PkmError({
    code: "requirements-file-invalid",
    what: `Cannot read ${fileAndLine(line)}`,
    why,
    fix,
    excerpt: under(line.text, place),
  });
}

/** Bytes that are no text in the encoding the requirements file has, says or defaults to. */
export function requirementsFileEncoding(file: string, why: string): PkmError {
  return new PkmError({
    code: "requirements-file-encoding",
    what: `Cannot read ${withoutCredentials(file)}`,
    why,
    fix: ["save it as UTF-8, or name its encoding in the first line: `# -*- coding: latin-1 -*-`"],
  });
}

/** A requirements file that names itself, directly or through others. */
export function requirementsFileRecursion(
  line: LinePlace,
  target: string,
  first: string,
): PkmError {
  return new PkmError({
    code: "requirements-file-recursion",
    what: `Cannot read ${fileAndLine(line)}: it leads back to ${withoutCredentials(target)}`,
    why: `${withoutCredentials(target)} is already being read${first === "" ? "" : ` for ${withoutCredentials(first)}`}`,
    excerpt: under(line.text, { start: 0, end: line.text.length }),
  });
}

/** A word that is neither requirement nor path nor URL. */
export function requirementWordInvalid(
  word: string,
  why: string,
  fix: readonly string[] = [],
  cause?: unknown,
): PkmError {
  return new PkmError({
    code: "invalid-requirement",
    what: `Cannot read \`${withCredentialsCut(word)}\` as a requirement`,
    why: withCredentialsCut(why),
    fix: fix.map(withCredentialsCut),
    excerpt: cause instanceof PkmError ? cause.excerpt : undefined,
    cause,
  });
}

/** What stands behind `-e` is neither a folder nor an address of version control. */
export function editableInvalid(word: string, why: string, fix: readonly string[] = []): PkmError {
  return new PkmError({
    code: "invalid-editable",
    what: `Cannot use \`${withCredentialsCut(word)}\` as an editable requirement`,
    why: withCredentialsCut(why),
    fix: fix.map(withCredentialsCut),
  });
}

/** A value of a lock file that PEP 751 does not allow there. */
export function lockInvalid(file: string, key: string, why: string, cause?: unknown): PkmError {
  return new PkmError({
    code: "lock-invalid",
    what: `Cannot read ${withoutCredentials(file)}: \`${key}\` ${why}`,
    excerpt: cause instanceof PkmError ? cause.excerpt : undefined,
    cause,
  });
}

/** PEP 751: another major version. */
export function lockTooNew(file: string, version: string): PkmError {
  return new PkmError({
    code: "lock-too-new",
    what: `Cannot read ${withoutCredentials(file)}: its lock version is ${version}`,
    why: "pkm reads version 1",
    fix: ["update pkm, or write the lock again"],
  });
}

/** PEP 751: a lock that has nothing to install in this environment, or not one thing. */
export function lockDoesNotApply(file: string, why: string, fix: readonly string[] = []): PkmError {
  return new PkmError({
    code: "lock-does-not-apply",
    what: `Cannot install from ${withoutCredentials(file)}`,
    why,
    fix,
  });
}

/** A table `[dependency-groups]` that PEP 735 does not allow. */
export function dependencyGroupInvalid(
  file: string,
  group: string,
  why: string,
  fix: readonly string[] = [],
  cause?: unknown,
): PkmError {
  return new PkmError({
    code: "dependency-group-invalid",
    what: `Cannot read ${file}: dependency group \`${group}\` ${why}`,
    fix,
    excerpt: cause instanceof PkmError ? cause.excerpt : undefined,
    cause,
  });
}

/** `[tool.pkm] conflicts` that declares nothing that could be held to. */
export function conflictsInvalid(file: string, key: string, why: string): PkmError {
  return new PkmError({
    code: "conflicts-invalid",
    what: `Cannot read ${file}: \`${key}\` ${why}`,
    fix: ['write it as `conflicts = [[{ extra = "A" }, { extra = "B" }]]`'],
  });
}

/** A dependency group that somebody asked for and nobody wrote. */
export function dependencyGroupUnknown(
  file: string,
  group: string,
  askedBy: string | undefined,
  near: readonly string[],
): PkmError {
  return new PkmError({
    code: "dependency-group-unknown",
    what: `Cannot find dependency group \`${group}\` in ${file}`,
    why: askedBy === undefined ? undefined : `group \`${askedBy}\` includes it`,
    fix: near.length === 0 ? [] : [`use ${near.map((name) => `\`${name}\``).join(" or ")}`],
  });
}

/** A value of `[project]` that the specification does not allow (PEP 621, 639, 794, 808). */
export function projectTableInvalid(
  file: string,
  key: string,
  why: string,
  fix: readonly string[] = [],
  cause?: unknown,
): PkmError {
  return new PkmError({
    code: "project-table-invalid",
    what: `Cannot read ${file}: \`${key}\` ${why}`,
    fix,
    excerpt: cause instanceof PkmError ? cause.excerpt : undefined,
    cause,
  });
}

/** Inline metadata of a script that PEP 723 does not allow. */
export function scriptMetadataInvalid(
  file: string,
  why: string,
  excerpt?: string,
  cause?: unknown,
): PkmError {
  return new PkmError({
    code: "script-metadata-invalid",
    what: `Cannot read the metadata of ${file}`,
    why,
    excerpt,
    cause,
  });
}

/** A text that is no environment marker (PyPUG dependency-specifiers). */
export function invalidMarker(text: string, place: Place, why: string): PkmError {
  return new PkmError({
    code: "invalid-marker",
    what: `Cannot read \`${text}\` as a marker`,
    why,
    excerpt: under(text, place),
  });
}

/** A marker that asks for a value nobody gave, such as `extra` outside the metadata of a distribution. */
export function undefinedMarkerName(name: string): PkmError {
  return new PkmError({
    code: "undefined-marker-name",
    what: `Cannot evaluate a marker: \`${name}\` has no value here`,
    why: "`extra` belongs to the metadata of distributions, `extras` and `dependency_groups` to lock files",
  });
}

/** A comparison without a meaning, such as `~=` between texts that are no versions. */
export function undefinedMarkerComparison(comparison: string): PkmError {
  return new PkmError({
    code: "undefined-marker-comparison",
    what: `Cannot evaluate \`${comparison}\`: the comparison has no meaning`,
  });
}

/** Core metadata without which a distribution has no identity, or of a version that pkm cannot read. */
export function invalidMetadata(what: string, why: string): PkmError {
  return new PkmError({
    code: "invalid-metadata",
    what: `Cannot read the metadata of ${what}`,
    why,
  });
}

/** A RECORD file that is no list of files. */
export function invalidRecord(line: number, why: string): PkmError {
  return new PkmError({ code: "invalid-record", what: `Cannot read RECORD: line ${line} ${why}` });
}

/** A WHEEL file that lacks what an installer must know, or is of a newer format than pkm knows. */
export function invalidWheelFile(why: string): PkmError {
  return new PkmError({ code: "invalid-wheel-file", what: "Cannot read WHEEL", why });
}

/** An entry_points.txt that breaks the rules of PyPUG entry-points. */
export function invalidEntryPoints(line: number, text: string, why: string): PkmError {
  return new PkmError({
    code: "invalid-entry-points",
    what: `Cannot read entry_points.txt: line ${line} ${why}`,
    excerpt: `  ${text}`,
  });
}

/** A direct_url.json that does not say where the distribution came from (PEP 610). */
export function invalidDirectUrl(why: string, cause?: unknown): PkmError {
  return new PkmError({
    code: "invalid-direct-url",
    what: "Cannot read direct_url.json",
    why,
    cause,
  });
}

/** A name for `--python-platform` that pkm does not know. */
export function unknownPlatform(name: string, near: readonly string[]): PkmError {
  return new PkmError({
    code: "unknown-platform",
    what: `Cannot choose wheels for \`${name}\`: it is no platform that pkm knows`,
    fix: [
      near.length === 0
        ? "use `linux`, `macos`, `windows`, or a longer name such as `aarch64-apple-darwin`"
        : `use ${near.map((each) => `\`${each}\``).join(" or ")}`,
    ],
    exit: exit.usage,
  });
}

/** A requirements or constraints file that cannot be opened. */
export function requirementsFileMissing(
  file: string,
  why: string,
  from: LinePlace | undefined,
  cause: unknown,
): PkmError {
  return new PkmError({
    code: "requirements-file-missing",
    what: `Cannot open ${withoutCredentials(file)}${from === undefined ? "" : `, which ${fileAndLine(from)} names`}`,
    why,
    excerpt: from === undefined ? undefined : under(from.text, { start: 0, end: from.text.length }),
    cause,
  });
}
