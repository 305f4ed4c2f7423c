import { exit } from "#base/errors";
import { compareText } from "#base/order";
import { defineCommand } from "#cli/command";
import type { Invocation } from "#cli/invocation";
import type { InstalledDistribution } from "#environment/environment";
import { readInstaller } from "#environment/installed";
import { metadataOfEgg } from "#environment/metadata-file";
import type { World } from "#platform/ports";
import { evaluateMarkerLeniently, type MarkerEnvironment } from "#standards/marker";
import { type NormalizedName, normalizeName } from "#standards/name";
import { metadataJson } from "#standards/raw-metadata";
import { tryParseRequirement } from "#standards/requirement";
import { described, judgingOptions, openJudged, requirementsOf } from "./_described.ts";
import { filesOf } from "./_files-of.ts";
import { nothingToShow } from "./_errors.ts";
import { readingCompatibility, readingDefaults } from "./_reading.ts";

const options = {
  files: { help: "List the files of each distribution", short: "f" },
  json: { help: "Print what is known as JSON" },
  ...judgingOptions,
  ...readingCompatibility,
} as const;

export const show = defineCommand({
  isRepeatable: true,
  examples: ["pkm pip show requests", "pkm pip show --files --python .venv requests urllib3"],
  arguments: { names: { help: "Distributions to show", optional: true, many: true } },
  options,
  defaults: readingDefaults("show", options),
  async run(chosen, { names }, invocation) {
    const { output, global } = invocation;
    if (names.length === 0) throw nothingToShow(invocation.name);
    const { survey, markers } = await openJudged(chosen, invocation);
    const installed = new Map(survey.distributions.map((each) => [each.name, each]));
    const asked = names.map((word) => ({ word, found: installed.get(normalizeName(word)) }));
    const missing = asked.filter(({ found }) => found === undefined).map(({ word }) => word);
    if (missing.length > 0)
      output.warn(`Package(s) not found: ${missing.sort(compareText).join(", ")}`);
    const graph = new Map<NormalizedName, Requires>();
    for (const each of survey.distributions) {
      const whole = described(each, invocation);
      const names =
        whole.unreadable === undefined
          ? requirementsOf(whole, markers)
          : requirementsAlone(each, markers, invocation);
      graph.set(each.name, { displayName: each.displayName, names });
    }
    const sheets = asked.flatMap(({ found }) =>
      found === undefined ? [] : [sheetOf(found, graph, chosen.files, invocation)],
    );
    if (chosen.json) output.data(`${JSON.stringify(sheets, undefined, 2)}\n`);
    else
      output.data(
        sheets.map((sheet) => write(sheet, chosen.files, global.verbose > 0)).join("---\n"),
      );
    return sheets.length === 0 ? exit.failure : exit.done;
  },
});

/** What a distribution requires; `undefined` where that cannot be read. */
type Requires = {
  readonly displayName: string;
  readonly names:
    | readonly { readonly name: NormalizedName; readonly displayName: string }[]
    | undefined;
};

/** What a distribution requires whose version or the like is none; `undefined` where a requirement is none. */
function requirementsAlone(
  distribution: InstalledDistribution,
  markers: MarkerEnvironment,
  { world }: Invocation,
): Requires["names"] {
  const lines = [fieldsOf(distribution, world).requires_dist ?? []].flat();
  const requirements = lines.map((line) => tryParseRequirement(line));
  if (!requirements.every((each) => each !== undefined)) return undefined;
  return requirements.filter(
    ({ marker }) => marker === undefined || evaluateMarkerLeniently(marker, markers),
  );
}

function fieldsOf(
  distribution: InstalledDistribution,
  { files }: Pick<World, "files">,
): ReturnType<typeof metadataJson> {
  return metadataJson(
    distribution.kind === "dist-info"
      ? (files.tryReadText(`${distribution.metadataPath}/METADATA`) ?? "")
      : metadataOfEgg(distribution, files),
  );
}

/** Everything that `pip show` tells of one distribution. */
type Sheet = {
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  readonly homePage: string;
  readonly author: string;
  readonly authorEmail: string;
  readonly license: string;
  readonly licenseExpression: string;
  readonly location: string;
  readonly editableLocation: string | undefined;
  readonly requires: readonly string[];
  readonly requiredBy: readonly string[];
  readonly metadataVersion: string;
  readonly installer: string;
  readonly classifiers: readonly string[];
  readonly entryPoints: readonly string[];
  readonly projectUrls: readonly string[];
  readonly files: readonly string[] | undefined;
};

function sheetOf(
  distribution: InstalledDistribution,
  graph: ReadonlyMap<NormalizedName, Requires>,
  withFiles: boolean,
  { world }: Invocation,
): Sheet {
  const { name, displayName, version, kind, metadataPath, location, editableLocation } =
    distribution;
  const fields = fieldsOf(distribution, world);
  const text = (key: string): string => dedented(String(fields[key] ?? ""));
  const list = (key: string): string[] => [fields[key] ?? []].flat().map(dedented);
  const projectUrls = list("project_url");
  const entryPoints =
    kind === "egg-info-file"
      ? undefined
      : world.files.tryReadText(`${metadataPath}/entry_points.txt`);
  return {
    name: displayName,
    version,
    summary: text("summary"),
    homePage: text("home_page") || homePageAmong(projectUrls),
    author: text("author"),
    authorEmail: text("author_email"),
    license: text("license"),
    licenseExpression: text("license_expression"),
    location: kind === "egg-link" ? (editableLocation ?? location) : location,
    editableLocation,
    requires: requiresOf(graph.get(name), list("requires_dist")),
    requiredBy: requiredBy(name, graph),
    metadataVersion: text("metadata_version"),
    installer: readInstaller(distribution, world) ?? "",
    classifiers: list("classifier"),
    entryPoints: entryPoints === undefined ? [] : linesOf(entryPoints),
    projectUrls,
    files: withFiles ? filesOf(distribution, world) : undefined,
  };
}

function write(sheet: Sheet, withFiles: boolean, isDetailed: boolean): string {
  const [major = 0, minor = 0] = sheet.metadataVersion.split(".").map(Number);
  const hasExpression =
    (major > 2 || (major === 2 && minor >= 4)) && sheet.licenseExpression !== "";
  const lines = [
    `Name: ${sheet.name}`,
    `Version: ${sheet.version}`,
    `Summary: ${sheet.summary}`,
    `Home-page: ${sheet.homePage}`,
    `Author: ${sheet.author}`,
    `Author-email: ${sheet.authorEmail}`,
    hasExpression ? `License-Expression: ${sheet.licenseExpression}` : `License: ${sheet.license}`,
    `Location: ${sheet.location}`,
  ];
  if (sheet.editableLocation !== undefined)
    lines.push(`Editable project location: ${sheet.editableLocation}`);
  lines.push(
    `Requires: ${sheet.requires.join(", ")}`,
    `Required-by: ${sheet.requiredBy.join(", ")}`,
  );
  const below = (heading: string, items: readonly string[]): void => {
    lines.push(`${heading}:`, ...items.map((item) => `  ${item}`));
  };
  if (isDetailed) {
    lines.push(`Metadata-Version: ${sheet.metadataVersion}`, `Installer: ${sheet.installer}`);
    below("Classifiers", sheet.classifiers);
    below("Entry-points", sheet.entryPoints);
    below("Project-URLs", sheet.projectUrls);
  }
  if (withFiles) {
    if (sheet.files === undefined)
      lines.push("Files:", "Cannot locate RECORD or installed-files.txt");
    else below("Files", sheet.files);
  }
  return `${lines.join("\n")}\n`;
}

/** By name as written, each once; the lines as they are where one of them is no requirement. */
function requiresOf(requires: Requires | undefined, raw: readonly string[]): string[] {
  const names = requires?.names;
  return byLowerCase(
    names === undefined ? raw : new Set(names.map(({ displayName }) => displayName)),
  );
}

function requiredBy(name: NormalizedName, graph: ReadonlyMap<NormalizedName, Requires>): string[] {
  const found: string[] = [];
  for (const { displayName, names } of graph.values()) {
    if (names === undefined) return ["#N/A"];
    if (names.some((required) => required.name === name)) found.push(displayName);
  }
  return byLowerCase(found);
}

function byLowerCase(texts: Iterable<string>): string[] {
  return [...texts].sort((a, b) => compareText(a.toLowerCase(), b.toLowerCase()));
}

/** PEP 753: labels compare without punctuation, blanks and case. */
function homePageAmong(projectUrls: readonly string[]): string {
  for (const entry of projectUrls) {
    const comma = entry.indexOf(",");
    const label = entry.slice(0, comma).replaceAll(/[!-/:-@[-`{-~\s]/g, "");
    if (comma > 0 && label.toLowerCase() === "homepage") return entry.slice(comma + 1).trim();
  }
  return "";
}

function linesOf(text: string): string[] {
  return text
    .replace(/\r?\n$/, "")
    .split(/\r?\n/)
    .map((line) => line.trim());
}

/** Takes the indentation off the further lines of a folded value, as the reader of Python's metadata does. */
function dedented(value: string): string {
  if (!value.includes("\n")) return value;
  const lines = `        ${value}`.split("\n").map((line) => (/^[ \t]*$/.test(line) ? "" : line));
  const indents = lines
    .filter((line) => line !== "")
    .map((line) => /^[ \t]*/.exec(line)?.[0] ?? "");
  let [margin = ""] = indents;
  for (const indent of indents) while (!indent.startsWith(margin)) margin = margin.slice(0, -1);
  return lines.map((line) => line.slice(margin.length)).join("\n");
}
