import { bodyOf, readHeaders } from "./_headers.ts";
import { strip } from "./_spaces.ts";

/**
 * Every field of core metadata as published (PyPUG core-metadata, 1.0 to 2.6), under the keys of `packaging`'s
 * RawMetadata: plain data, nothing parsed beyond lists.
 */
export type RawMetadata = Partial<RawTexts & RawLists> & {
  readonly keywords?: readonly string[];
  /** Label to URL; a label that occurs twice makes the whole field unparsed. */
  readonly project_urls?: Readonly<Record<string, string>>;
};

type RawTexts = Readonly<Record<TextKey, string>>;
type RawLists = Readonly<Record<ListKey, readonly string[]>>;

type TextKey =
  | "metadata_version"
  | "name"
  | "version"
  | "summary"
  | "description"
  | "description_content_type"
  | "home_page"
  | "download_url"
  | "author"
  | "author_email"
  | "maintainer"
  | "maintainer_email"
  | "license"
  | "license_expression"
  | "requires_python";

type ListKey =
  | "dynamic"
  | "platforms"
  | "supported_platforms"
  | "classifiers"
  | "license_files"
  | "requires_dist"
  | "requires_external"
  | "provides_extra"
  | "provides_dist"
  | "obsoletes_dist"
  | "requires"
  | "provides"
  | "obsoletes"
  | "import_names"
  | "import_namespaces";

export type RawKey = TextKey | ListKey | "keywords" | "project_urls";

/** The versions of core metadata that exist; 2.0 was never agreed upon. */
export const metadataVersions = [
  "1.0",
  "1.1",
  "1.2",
  "2.1",
  "2.2",
  "2.3",
  "2.4",
  "2.5",
  "2.6",
] as const;

export type MetadataVersion = (typeof metadataVersions)[number];

export type MetadataField = {
  /** As it is written in a METADATA file. */
  readonly header: string;
  readonly key: RawKey;
  readonly since: MetadataVersion;
  readonly shape: "text" | "list" | "keywords" | "urls";
};

/** All fields in the order in which they are written. */
export const metadataFields: readonly MetadataField[] = [
  text("Metadata-Version", "metadata_version", "1.0"),
  text("Name", "name", "1.0"),
  text("Version", "version", "1.0"),
  list("Dynamic", "dynamic", "2.2"),
  list("Platform", "platforms", "1.0"),
  list("Supported-Platform", "supported_platforms", "1.1"),
  text("Summary", "summary", "1.0"),
  text("Description", "description", "1.0"),
  text("Description-Content-Type", "description_content_type", "2.1"),
  { header: "Keywords", key: "keywords", since: "1.0", shape: "keywords" },
  text("Home-page", "home_page", "1.0"),
  text("Download-URL", "download_url", "1.1"),
  text("Author", "author", "1.0"),
  text("Author-email", "author_email", "1.0"),
  text("Maintainer", "maintainer", "1.2"),
  text("Maintainer-email", "maintainer_email", "1.2"),
  text("License", "license", "1.0"),
  text("License-Expression", "license_expression", "2.4"),
  list("License-File", "license_files", "2.4"),
  list("Classifier", "classifiers", "1.1"),
  list("Requires-Dist", "requires_dist", "1.2"),
  text("Requires-Python", "requires_python", "1.2"),
  list("Requires-External", "requires_external", "1.2"),
  { header: "Project-URL", key: "project_urls", since: "1.2", shape: "urls" },
  list("Provides-Extra", "provides_extra", "2.1"),
  list("Provides-Dist", "provides_dist", "1.2"),
  list("Obsoletes-Dist", "obsoletes_dist", "1.2"),
  list("Import-Name", "import_names", "2.5"),
  list("Import-Namespace", "import_namespaces", "2.5"),
  list("Requires", "requires", "1.1"),
  list("Provides", "provides", "1.1"),
  list("Obsoletes", "obsoletes", "1.1"),
];

function text(header: string, key: TextKey, since: MetadataVersion): MetadataField {
  return { header, key, since, shape: "text" };
}

function list(header: string, key: ListKey, since: MetadataVersion): MetadataField {
  return { header, key, since, shape: "list" };
}

/** Fields by their header in lower case. */
export const fieldsByHeader: ReadonlyMap<string, MetadataField> = new Map(
  metadataFields.map((field) => [field.header.toLowerCase(), field]),
);

export type ParsedMetadata = {
  readonly raw: RawMetadata;
  /** Headers that are unknown, or stand more often than they may: lower-case name to values. */
  readonly unparsed: Readonly<Record<string, readonly string[]>>;
};

/**
 * Reads a METADATA or PKG-INFO file completely, description included, without judging it; see
 * `validateMetadata` for that and `parseMetadata` for what a resolver needs. Answers what `packaging`'s
 * `parse_email` answers for text.
 */
export function parseRawMetadata(content: string): ParsedMetadata {
  const headers = readHeaders(content);
  const values = new Map<string, string[]>();
  for (const [name, value] of headers.fields) {
    const key = name.toLowerCase();
    const before = values.get(key);
    if (before === undefined) values.set(key, [value]);
    else before.push(value);
  }
  const raw: Partial<Record<RawKey, unknown>> = {};
  const unparsed = new Map<string, string[]>();
  for (const [header, all] of values) {
    const field = fieldsByHeader.get(header);
    const value = field === undefined ? undefined : rawValue(field, all);
    if (field === undefined || value === undefined) unparsed.set(header, all);
    else raw[field.key] = value;
  }
  const body = bodyOf(content, headers);
  if (body !== "") {
    const inHeader = raw.description;
    const before = unparsed.get("description");
    if (typeof inHeader === "string") {
      // Two descriptions: nobody can say which one is meant.
      delete raw.description;
      unparsed.set("description", [inHeader, body]);
    } else if (before !== undefined) before.push(body);
    else raw.description = body;
  }
  return { raw: raw as RawMetadata, unparsed: Object.fromEntries(unparsed) };
}

function rawValue(field: MetadataField, values: readonly string[]): unknown {
  const [only] = values;
  switch (field.shape) {
    case "text":
      return values.length === 1 ? only : undefined;
    case "keywords":
      return values.length === 1 ? (only as string).split(",").map(strip) : undefined;
    case "urls":
      return projectUrls(values);
    case "list":
      // PEP 794: a single empty Import-Name says that there is nothing to import.
      return field.key === "import_names" && values.length === 1 && only === "" ? [] : values;
    default:
      return field.shape satisfies never;
  }
}

function projectUrls(values: readonly string[]): Record<string, string> | undefined {
  const urls = new Map<string, string>();
  for (const value of values) {
    const comma = value.indexOf(",");
    const label = strip(comma === -1 ? value : value.slice(0, comma));
    if (urls.has(label)) return undefined;
    urls.set(label, comma === -1 ? "" : strip(value.slice(comma + 1)));
  }
  return Object.fromEntries(urls);
}

/**
 * Writes METADATA in the lowest version that carries the fields given; `metadata_version` is a floor where 2.2 or
 * newer is stated, as the absence of `Dynamic` then has a meaning (PEP 643). The description is the body.
 */
export function formatMetadata(raw: RawMetadata): string {
  let content = "";
  for (const { header, key, shape } of metadataFields) {
    if (key === "description") continue;
    const value = key === "metadata_version" ? lowestVersion(raw) : raw[key];
    if (value === undefined) continue;
    if (typeof value === "string") content += headerLine(header, value);
    else if (shape === "keywords")
      content += headerLine(header, (value as readonly string[]).join(","));
    else if (shape === "urls")
      for (const [label, url] of Object.entries(value))
        content += headerLine(header, `${label}, ${url}`);
    else if (key === "import_names" && value.length === 0) content += `${header}:\n`;
    else for (const item of value as readonly string[]) content += headerLine(header, item);
  }
  return raw.description === undefined ? content : `${content}\n${raw.description}`;
}

/** The lowest version of core metadata in which all the fields exist. */
export function lowestVersion(raw: RawMetadata): MetadataVersion {
  const stated = metadataVersions.indexOf(raw.metadata_version as MetadataVersion);
  let lowest = stated >= metadataVersions.indexOf("2.2") ? stated : 0;
  for (const { key, since } of metadataFields)
    if (raw[key] !== undefined) lowest = Math.max(lowest, metadataVersions.indexOf(since));
  return metadataVersions[lowest] as MetadataVersion;
}

// A line break in a header would begin a new one; further lines are indented up to the value, unless they are folded
// already. Everything counts that some version of Python's `splitlines()` breaks at.
// oxlint-disable-next-line no-control-regex -- the separators of ASCII end lines for Python
const lineBreak = /(?:\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029])(?=([ \t])?)/g;

function headerLine(header: string, value: string): string {
  const indent = `\n${" ".repeat(header.length + 2)}`;
  const folded = value.replaceAll(lineBreak, (_, blank) => (blank === undefined ? indent : "\n"));
  return `${header}: ${folded}\n`;
}

/** Fields that pip's reports leave out: they are deprecated, or newer than the reports. */
const notReported: ReadonlySet<RawKey> = new Set([
  "requires",
  "provides",
  "obsoletes",
  "import_names",
  "import_namespaces",
]);

/** The JSON form of PEP 566 that stands in the reports of pip: header names with `_`, lists for what may repeat. */
export function metadataJson(content: string): Record<string, string | readonly string[]> {
  const headers = readHeaders(content);
  const json: Record<string, string | readonly string[]> = {};
  for (const { header, key, shape } of metadataFields) {
    if (notReported.has(key)) continue;
    const name = header.toLowerCase();
    const values = headers.fields
      .filter(([other]) => other.toLowerCase() === name)
      .map(([, value]) => value);
    const [first] = values;
    if (first === undefined) continue;
    const target = name.replaceAll("-", "_");
    if (shape === "list" || shape === "urls") json[target] = values;
    else if (shape === "keywords") json[target] = keywordList(first);
    else json[target] = first;
  }
  const body = bodyOf(content, headers);
  if (body !== "") json["description"] = body;
  return json;
}

/** Older metadata separates keywords by blanks. */
function keywordList(value: string): string[] {
  return value.includes(",")
    ? value.split(",").map(strip)
    : value.split(/\s+/).filter((word) => word !== "");
}
