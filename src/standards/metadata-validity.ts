import { isValidName } from "./name.ts";
import { parseLicenseExpression } from "./license-expression.ts";
import { fieldsByHeader, metadataFields, metadataVersions } from "./raw-metadata.ts";
import type { MetadataVersion, ParsedMetadata, RawKey, RawMetadata } from "./raw-metadata.ts";
import { tryParseRequirement } from "./requirement.ts";
import { tryParseSpecifierSet } from "./specifier-set.ts";
import { tryParseVersion } from "./version.ts";

/** One thing that core metadata does not allow: the header in lower case, and what is wrong with it. */
export type MetadataProblem = { readonly field: string; readonly problem: string };

/**
 * Judges metadata by the rules of PyPUG core-metadata, as an index does before it accepts an upload; no problem means
 * valid. The rules are those that `packaging` 26.3 applies.
 */
export function validateMetadata({ raw, unparsed }: ParsedMetadata): MetadataProblem[] {
  const problems: MetadataProblem[] = [];
  const report = (field: string, problem: string): void => void problems.push({ field, problem });
  for (const header of Object.keys(unparsed))
    report(
      header,
      fieldsByHeader.has(header)
        ? "stands more than once, or cannot be read"
        : "is no field of core metadata",
    );

  const stated = metadataVersions.indexOf(raw.metadata_version as MetadataVersion);
  if (stated === -1) report("metadata-version", "is missing, or no version of core metadata");
  for (const { header, key, since } of metadataFields) {
    const value = raw[key];
    if (key === "metadata_version") continue;
    const isRequired = key === "name" || key === "version";
    if (value === undefined && !isRequired) continue;
    const field = header.toLowerCase();
    if (stated !== -1 && stated < metadataVersions.indexOf(since)) {
      report(field, `exists from ${since} on, the metadata is of ${raw.metadata_version}`);
      continue;
    }
    const problem = checks[key]?.(raw);
    if (problem !== undefined) report(field, problem);
  }
  return problems;
}

/** What is wrong with the value of a field, which is there unless it is one of the required ones. */
type Check = (raw: RawMetadata) => string | undefined;

const checks: Readonly<Partial<Record<RawKey, Check>>> = {
  name: ({ name }) => (isValidName(name ?? "") ? undefined : "is missing, or no name of a project"),
  version: ({ version }) =>
    tryParseVersion(version ?? "") === undefined ? "is missing, or no version" : undefined,
  summary: ({ summary = "" }) => (lineBreak.test(summary) ? "must be one line" : undefined),
  description_content_type: ({ description_content_type = "" }) =>
    contentTypeProblem(description_content_type),
  dynamic: ({ dynamic = [] }) => firstProblem(dynamic, dynamicProblem),
  provides_extra: ({ provides_extra = [] }) =>
    firstProblem(provides_extra, (extra) =>
      isValidName(extra) ? undefined : `\`${extra}\` is no name of an extra`,
    ),
  requires_python: ({ requires_python = "" }) =>
    tryParseSpecifierSet(requires_python) === undefined
      ? "is no set of version specifiers"
      : undefined,
  requires_dist: ({ requires_dist = [] }) =>
    firstProblem(requires_dist, (line) =>
      tryParseRequirement(line) === undefined ? `\`${line}\` is no requirement` : undefined,
    ),
  license_expression: ({ license_expression = "" }) => {
    const expression = parseLicenseExpression(license_expression);
    return expression.kind === "valid" ? undefined : expression.why;
  },
  license_files: ({ license_files = [] }) => firstProblem(license_files, licenseFileProblem),
  import_names: ({ import_names = [] }) => firstProblem(import_names, importNameProblem),
  import_namespaces: ({ import_namespaces = [] }) =>
    firstProblem(import_namespaces, importNameProblem),
};

function firstProblem(
  values: readonly string[],
  check: (value: string) => string | undefined,
): string | undefined {
  for (const value of values) {
    const problem = check(value);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

// oxlint-disable-next-line no-control-regex -- the separators of ASCII end lines for Python
const lineBreak = /[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]/;

function dynamicProblem(value: string): string | undefined {
  const header = value.toLowerCase();
  if (header === "name" || header === "version" || header === "metadata-version")
    return `\`${value}\` can never be dynamic`;
  return fieldsByHeader.has(header) ? undefined : `\`${value}\` is no field of core metadata`;
}

// PyPUG: `text/plain`, `text/x-rst` or `text/markdown`, with parameters in the form of RFC 2045.
const contentType =
  /^[ \t]*text\/(plain|x-rst|markdown)[ \t]*((?:;[^;"]*(?:"(?:[^"\\]|\\.)*"[^;"]*)?)*)$/i;
const parameter =
  /^[ \t]*([!#-'*+.^-~\w-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s()<>@,;:\\"/[\]?=']+))[ \t]*$/;

function contentTypeProblem(value: string): string | undefined {
  const [, subtype = "", rest = ""] = contentType.exec(value) ?? [];
  if (subtype === "") return `\`${value}\` is none of text/plain, text/x-rst, text/markdown`;
  const parameters = new Map<string, string>();
  const texts = rest.match(/;(?:[^;"]|"(?:[^"\\]|\\.)*")*/g) ?? [];
  for (const [index, text] of texts.entries()) {
    const body = text.slice(1);
    if (body.trim() === "" && index === texts.length - 1) break;
    const parts = parameter.exec(body);
    if (parts === null) return `\`${body.trim()}\` is no parameter`;
    const name = (parts[1] as string).toLowerCase();
    if (parameters.has(name)) return `repeats \`${name}\``;
    parameters.set(name, parts[3] ?? (parts[2] as string).replaceAll(/\\(.)/g, "$1"));
  }
  const charset = parameters.get("charset") ?? "UTF-8";
  if (charset.toLowerCase() !== "utf-8") return `charset can only be UTF-8, not \`${charset}\``;
  const variant = parameters.get("variant") ?? "GFM";
  if (subtype.toLowerCase() === "markdown" && variant !== "GFM" && variant !== "CommonMark")
    return `variant can only be GFM or CommonMark, not \`${variant}\``;
  return undefined;
}

/** PEP 639: a path inside the distribution, with `/`, spelled in its shortest form, and no pattern. */
function licenseFileProblem(path: string): string | undefined {
  if (path.includes("..")) return `\`${path}\` leads to a parent folder`;
  if (path.includes("*")) return `\`${path}\` is a pattern`;
  if (path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path)) return `\`${path}\` is absolute`;
  if (path.includes("\\")) return `\`${path}\` has backslashes`;
  const shortest =
    path
      .split("/")
      .filter((part) => part !== "" && part !== ".")
      .join("/") || ".";
  return shortest === path ? undefined : `\`${path}\` is not written as \`${shortest}\``;
}

const identifier = /^[\p{XID_Start}_][\p{XID_Continue}]*$/u;

const keywords: ReadonlySet<string> = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except finally for from " +
    "global if import in is lambda nonlocal not or pass raise return try while with yield"
  ).split(" "),
);

/** PEP 794: a dotted name that `import` could name, and at most `; private` behind it. */
function importNameProblem(value: string): string | undefined {
  const semicolon = value.indexOf(";");
  const name = (semicolon === -1 ? value : value.slice(0, semicolon)).trimEnd();
  for (const part of name.split(".")) {
    if (!identifier.test(part)) return `\`${name}\` is no name that can be imported`;
    if (keywords.has(part)) return `\`${part}\` is a keyword of Python`;
  }
  if (semicolon !== -1 && value.slice(semicolon + 1).trimStart() !== "private")
    return `\`${value}\` has something other than \`private\` behind its semicolon`;
  return undefined;
}
