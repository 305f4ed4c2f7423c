import { sortedBy } from "#base/order";
import { type EntryPoint, formatEntryPoints, parseObjectReference } from "#standards/entry-points";
import { parseLicenseExpression } from "#standards/license-expression";
import { validateMetadata } from "#standards/metadata-validity";
import type { ProjectPerson } from "#standards/project-table";
import { formatMetadata, parseRawMetadata, type RawMetadata } from "#standards/raw-metadata";
import { buildMetadataInvalid } from "./errors.ts";
import type { OwnProject } from "./own-project.ts";
import { projectFile } from "./project-files.ts";

/**
 * METADATA and PKG-INFO of a project (PyPUG core-metadata): the lowest version from 2.2 on that carries its fields, so that
 * what is absent is promised to be absent (PEP 643).
 */
export function projectMetadata(project: OwnProject, licenseFiles: readonly string[]): string {
  const { table, written, tree, file } = project;
  const raw: RawMetadata = {
    metadata_version: "2.2",
    name: table.displayName,
    version: project.version.text,
    ...(table.description === undefined ? {} : { summary: table.description }),
    ...(table.keywords.length === 0 ? {} : { keywords: table.keywords }),
    ...people(table.authors, "author"),
    ...people(table.maintainers, "maintainer"),
    ...license(project),
    ...listed("license_files", licenseFiles),
    ...listed("classifiers", table.classifiers),
    ...listed("requires_dist", requirements(project)),
    ...(written["requires-python"] === undefined
      ? {}
      : { requires_python: onOneLine(written["requires-python"] as string) }),
    ...urls(project),
    ...listed("provides_extra", [...table.optionalDependencies.keys()].sort()),
    ...(table.importNames === undefined ? {} : { import_names: imports(project, "import-names") }),
    ...listed("import_namespaces", imports(project, "import-namespaces")),
    ...readme(),
  };
  const text = formatMetadata(raw);
  const problem = validateMetadata(parseRawMetadata(text))[0];
  if (problem !== undefined) throw buildMetadataInvalid(file, problem.field, problem.problem);
  return text;

  function readme(): RawMetadata {
    if (table.readme === undefined) return {};
    const path = table.readme.file;
    return {
      description_content_type: table.readme.contentType,
      description:
        path === undefined
          ? (table.readme.text as string)
          : tree.readText(projectFile(path, "project.readme"), "project.readme"),
    };
  }
}

function listed<Key extends keyof RawMetadata>(key: Key, values: readonly string[]): RawMetadata {
  return values.length === 0 ? {} : { [key]: values };
}

/** PEP 621: who has an address stands in the field of addresses, name included. */
function people(persons: readonly ProjectPerson[], field: "author" | "maintainer"): RawMetadata {
  const names: string[] = [];
  const addresses: string[] = [];
  for (const { name, email } of persons) {
    if (email !== undefined)
      addresses.push(name === undefined ? email : `${displayName(name)} <${email}>`);
    else if (name !== undefined) names.push(name);
  }
  return {
    ...(names.length === 0 ? {} : { [field]: names.join(", ") }),
    ...(addresses.length === 0 ? {} : { [`${field}_email`]: addresses.join(", ") }),
  };
}

/** RFC 822: a name with special characters stands in quotes. */
function displayName(name: string): string {
  return /[()<>@,:;."[\]\\]/.test(name) ? `"${name.replaceAll(/["\\]/g, "\\$&")}"` : name;
}

function license({ table, tree, file }: OwnProject): RawMetadata {
  if (table.license === undefined) return {};
  switch (table.license.kind) {
    case "expression": {
      const expression = parseLicenseExpression(table.license.expression);
      if (expression.kind === "valid") return { license_expression: expression.text };
      throw buildMetadataInvalid(
        file,
        "project.license",
        `is \`${table.license.expression}\`, which is no SPDX expression: ${expression.why}`,
      );
    }
    case "file": {
      const path = projectFile(table.license.file, "project.license");
      return { license: tree.readText(path, "project.license") };
    }
    case "text":
      return { license: table.license.text };
    default:
      return table.license satisfies never;
  }
}

/**
 * Requirements as they were written, white space aside: another spelling of the same would only be harder to find
 * again. Those of an extra get its marker.
 */
function requirements({ written, table }: OwnProject): string[] {
  const lines = ((written["dependencies"] ?? []) as readonly string[]).map(onOneLine);
  const optional = (written["optional-dependencies"] ?? {}) as Record<string, readonly string[]>;
  const groups = sortedBy(table.optionalDependencies.keys(), (name) => name);
  const byName = new Map(
    Object.keys(optional).map((key) => [key.replaceAll(/[-_.]+/g, "-").toLowerCase(), key]),
  );
  for (const extra of groups)
    for (const requirement of optional[byName.get(extra) as string] ?? [])
      lines.push(withExtra(onOneLine(requirement), extra));
  return lines;
}

function withExtra(requirement: string, extra: string): string {
  const [base, marker] = atMarker(requirement);
  const condition = `extra == "${extra}"`;
  return marker === undefined ? `${base} ; ${condition}` : `${base} ; (${marker}) and ${condition}`;
}

/** PEP 508: a URL may hold semicolons, and goes on up to white space. */
function atMarker(requirement: string): [base: string, marker: string | undefined] {
  const url = /^[A-Za-z0-9._-]+ ?(?:\[[^\]]*\])? ?@ ?[^ ]+/.exec(requirement)?.[0] ?? "";
  const semicolon = requirement.indexOf(";", url.length);
  if (semicolon === -1) return [requirement, undefined];
  return [requirement.slice(0, semicolon).trim(), requirement.slice(semicolon + 1).trim()];
}

function onOneLine(text: string): string {
  return text.replaceAll(/[ \t\r\n]+/g, " ").trim();
}

function urls({ table, file }: OwnProject): RawMetadata {
  const entries = Object.entries(table.urls);
  if (entries.length === 0) return {};
  for (const [label] of entries)
    if (label === "" || label.trim() !== label || [...label].length > 32 || label.includes(","))
      throw buildMetadataInvalid(
        file,
        "project.urls",
        `has the label \`${label}\`, which must have 1 to 32 characters, no comma, and no blanks around it`,
      );
  return { project_urls: table.urls };
}

/** PEP 794, as written: `private` is part of the field. */
function imports({ written }: OwnProject, key: "import-names" | "import-namespaces"): string[] {
  return ((written[key] ?? []) as readonly string[]).map((entry) => {
    const [name, mark] = entry.split(";").map((part) => part.trim());
    return mark === undefined ? (name as string) : `${name}; ${mark}`;
  });
}

/** entry_points.txt; empty when there are none. */
export function projectEntryPoints({ table, file }: OwnProject): string {
  const entryPoints: EntryPoint[] = [];
  const add = (group: string, key: string, entries: Readonly<Record<string, string>>): void => {
    const isScript = key !== "project.entry-points";
    for (const [name, text] of Object.entries(entries)) {
      if (!(isScript ? scriptName : entryName).test(name) || name === "." || name === "..")
        throw buildMetadataInvalid(file, key, `has the name \`${name}\`, which cannot be one`);
      const reference = parseObjectReference(text);
      if (reference === undefined || (isScript && reference.attribute === ""))
        throw buildMetadataInvalid(
          file,
          `${key}.${name}`,
          `is \`${text}\`, which is not of the form \`module:object\``,
        );
      entryPoints.push({ group, name, ...reference });
    }
  };
  add("console_scripts", "project.scripts", table.scripts);
  add("gui_scripts", "project.gui-scripts", table.guiScripts);
  for (const [group, entries] of Object.entries(table.entryPoints)) {
    if (!/^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$/.test(group))
      throw buildMetadataInvalid(
        file,
        "project.entry-points",
        `has the group \`${group}\`, whose name is not made of letters, digits, \`_\` and \`.\``,
      );
    add(group, "project.entry-points", entries);
  }
  return formatEntryPoints(entryPoints);
}

// PyPUG entry-points: no `=`, no blanks around it, no `[` in front; a comment's mark would hide the line.
const entryName = /^[^ \t\r\n=[#;]([^=\r\n]*[^ \t\r\n=])?$/;
// A script is a file of that name.
const scriptName = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
