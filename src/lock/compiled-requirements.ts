import { compareText } from "#base/order";
import { withoutCredentials } from "#base/url";
import type { GitSource } from "#repository/git-address";
import type { ProjectFile } from "#repository/listing";
import type { Resolution, ResolvedDependency, ResolvedPackage } from "#resolver/resolution";
import { formatMarker } from "#standards/marker";
import { compareVersions } from "#standards/version";
import type { NormalizedName } from "#standards/name";

export type CompiledOptions = {
  /** Lines of the head, without `# `; none when empty. */
  readonly header: readonly string[];
  readonly annotations: "split" | "line" | "none";
  readonly hashes: boolean;
  /** Write `name[extra]==1.0`; otherwise extras are left out, as they only chose dependencies. */
  readonly extras: boolean;
  /** Names that are resolved but not written. */
  readonly omit: ReadonlySet<NormalizedName>;
  /** Index options to write in front, as lines. */
  readonly options: readonly string[];
  /** Say behind each pin which repository it came from. */
  readonly repositories: boolean;
};

/** What bears on single pins. */
type PinOptions = Omit<CompiledOptions, "header" | "options" | "omit">;

/**
 * Writes a resolution as a requirements file: one pin a line, sorted by name, with who asked for it. The same
 * resolution gives the same text.
 */
export function formatCompiledRequirements(
  resolution: Resolution,
  options: CompiledOptions,
): string {
  const lines: string[] = options.header.map((line) => (line === "" ? "#" : `# ${line}`));
  if (options.options.length > 0) lines.push(...options.options, "");
  lines.push(...formatPins(resolution, options, (name) => !options.omit.has(name)));
  const omitted = new Set<string>(
    resolution.packages.map(({ name }) => name).filter((name) => options.omit.has(name)),
  );
  if (omitted.size > 0)
    lines.push(
      "",
      "# The following packages were excluded from the output:",
      ...[...omitted].sort(compareText).map((name) => `# ${name}`),
    );
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

/** The lines of the chosen packages alone; whoever asked for them is named, chosen or not. */
export function formatPins(
  resolution: Resolution,
  options: PinOptions,
  isChosen: (name: NormalizedName) => boolean,
): string[] {
  const askers = askersOf(resolution);
  return resolution.packages
    .filter(({ name }) => isChosen(name))
    .sort((a, b) => compareText(a.name, b.name) || compareVersions(a.version, b.version))
    .flatMap((found) => formatPackage(found, askers.get(found) ?? [], options));
}

/** Who asks for each package: origins of roots and constraints first, then packages, each sorted. */
function askersOf(resolution: Resolution): ReadonlyMap<ResolvedPackage, readonly string[]> {
  const askers = new Map<NormalizedName, { name: string; dependency: ResolvedDependency }[]>();
  for (const { name, dependencies } of resolution.packages)
    for (const dependency of dependencies) {
      if (dependency.name === name) continue;
      const known = askers.get(dependency.name);
      if (known === undefined) askers.set(dependency.name, [{ name, dependency }]);
      else known.push({ name, dependency });
    }
  return new Map(
    resolution.packages.map((found) => {
      const packages = new Set<string>();
      for (const { name, dependency } of askers.get(found.name) ?? [])
        if (dependency.versions?.some((one) => one.key === found.version.key) ?? true)
          packages.add(name);
      return [
        found,
        [
          ...new Set(found.origins.map(withoutLine).sort(compareText)),
          ...[...packages].sort(compareText),
        ],
      ];
    }),
  );
}

/** Line numbers change with every edit of a file and would make noise in a diff. */
function withoutLine(origin: string): string {
  return origin.replace(/ \(line \d+\)$/, "");
}

function formatPackage(
  found: ResolvedPackage,
  askers: readonly string[],
  options: PinOptions,
): string[] {
  const pin = formatPin(found, options);
  const hashes = options.hashes ? hashesOf(found) : [];
  const lines =
    hashes.length === 0
      ? [pin]
      : [
          `${pin} \\`,
          ...hashes.map((hash, i) => `    --hash=${hash}${i === hashes.length - 1 ? "" : " \\"}`),
        ];
  const notes = askers;
  if (options.annotations === "line" && notes.length > 0) {
    const note = `# via ${notes.join(", ")}`;
    if (hashes.length === 0) lines[0] = `${pin.padEnd(24)}  ${note}`;
    else lines.push(`    ${note}`);
  } else if (options.annotations === "split") {
    if (notes.length === 1) lines.push(`    # via ${notes[0]}`);
    else if (notes.length > 1) lines.push("    # via", ...notes.map((note) => `    #   ${note}`));
  }
  if (options.repositories && found.source.kind === "repository")
    lines.push(`    # from ${withoutCredentials(found.source.repository)}`);
  return lines;
}

function formatPin(found: ResolvedPackage, options: PinOptions): string {
  const { marker } = found;
  const what = formatSource(found, options);
  return marker === undefined ? what : `${what} ; ${formatMarker(marker)}`;
}

function formatSource(found: ResolvedPackage, options: PinOptions): string {
  const extras =
    options.extras && found.extras.length > 0 ? `[${[...found.extras].sort().join(",")}]` : "";
  const { source } = found;
  switch (source.kind) {
    case "url":
      return `${found.name}${extras} @ ${withoutCredentials(source.url)}`;
    case "folder":
      return source.editable
        ? `-e ${source.path}`
        : `${found.name}${extras} @ file://${encodeURI(source.path)}`;
    case "checkout":
      return `${found.name}${extras} @ ${gitAddressText(source.git)}`;
    case "archive": {
      const { url, subdirectory } = source;
      const fragment = subdirectory === undefined ? "" : `#subdirectory=${subdirectory}`;
      return `${found.name}${extras} @ ${withoutCredentials(url)}${fragment}`;
    }
    case "installed":
    case "repository":
      return `${found.name}${extras}==${found.version.text}`;
    default:
      return source satisfies never;
  }
}

/** An address that leads to the very commit. */
function gitAddressText({ remote, commit, subdirectory }: GitSource): string {
  const fragment = subdirectory === undefined ? "" : `#subdirectory=${subdirectory}`;
  return `git+${withoutCredentials(remote)}@${commit}${fragment}`;
}

/** Digests of every eligible file, sorted, strongest algorithm that each file has. */
function hashesOf(found: ResolvedPackage): string[] {
  const { source } = found;
  const files: readonly ProjectFile[] =
    source.kind === "repository" ? source.files : source.kind === "url" ? [source.file] : [];
  const hashes = new Set<string>();
  for (const { hashes: known } of files)
    for (const algorithm of ["sha256", "sha384", "sha512"]) {
      const hex = known[algorithm];
      if (hex === undefined) continue;
      hashes.add(`${algorithm}:${hex}`);
      break;
    }
  return [...hashes].sort(compareText);
}
