import { exit } from "#base/errors";
import { defineCommand, type OptionValues } from "#cli/command";
import { conflictingOptions } from "#cli/errors";
import type { Invocation } from "#cli/invocation";
import type { InstalledDistribution } from "#environment/environment";
import { columns } from "./_columns.ts";
import type { LatestFile } from "./_latest.ts";
import { pythonJson } from "./_python-json.ts";
import {
  pinnedVersion,
  readChosen,
  readingCompatibility,
  readingDefaults,
  readingOptions,
  standardLibrary,
  without,
} from "./_reading.ts";
import { indexOptions, selectionOptions } from "./options.ts";

const options = {
  outdated: { help: "List what the index has newer versions of", short: "o" },
  uptodate: { help: "List what the index has no newer version of", short: "u" },
  editable: { help: "List editable installations only", short: "e" },
  "exclude-editable": { help: "Leave out editable installations" },
  "include-editable": { help: "List editable installations too (the default)", hidden: true },
  "not-required": { help: "List only what nothing installed requires" },
  exclude: { help: "Leave out this name", value: "NAME", many: true },
  format: { help: "How to print", value: "FORMAT", choices: ["columns", "freeze", "json"] },
  json: { help: "The same as --format json" },
  ...readingOptions,
  ...readingCompatibility,
  ...selectionOptions,
  ...indexOptions,
} as const;

type ListOptions = OptionValues<typeof options>;

export const list = defineCommand({
  isRepeatable: true,
  examples: [
    "pkm pip list",
    "pkm pip list --outdated",
    "pkm pip list --format json --python .venv",
  ],
  arguments: {},
  ignoresWords: true,
  options,
  async defaults(invocation, typed) {
    if (!typed.outdated && !typed.uptodate)
      return readingDefaults("list", options)(invocation, typed);
    const { pipDefaults } = await import("./_pip-configuration.ts");
    return pipDefaults("list", options)(invocation, typed);
  },
  async run(chosen, _words, invocation) {
    const { name, output } = invocation;
    const format = chosen.json ? "json" : (chosen.format ?? "columns");
    if (chosen.outdated && chosen.uptodate)
      throw conflictingOptions("--outdated", "--uptodate", name);
    if (chosen.outdated && format === "freeze")
      throw conflictingOptions("--outdated", "--format freeze", name);
    const found = await chosenRows(chosen, invocation);
    switch (format) {
      case "json":
        output.data(`${pythonJson(await jsonRows(found, chosen, invocation))}\n`);
        break;
      case "freeze":
        output.data(await freezeLines(found, invocation));
        break;
      default:
        if (found.length > 0) output.data(await table(found, chosen, invocation));
    }
    return exit.done;
  },
});

/** A line of the list. */
type Row = { readonly distribution: InstalledDistribution; readonly latest?: LatestFile };

async function chosenRows(chosen: ListOptions, invocation: Invocation): Promise<readonly Row[]> {
  const { distributions } = await readChosen(chosen, invocation);
  let rest = distributions.filter(
    ({ name, editableLocation }) =>
      !standardLibrary.has(name) &&
      (!chosen.editable || editableLocation !== undefined) &&
      (!chosen["exclude-editable"] || editableLocation === undefined),
  );
  if (chosen["not-required"]) {
    const { notRequired } = await import("./_required.ts");
    rest = await notRequired(rest, chosen, invocation);
  }
  const kept = await without(chosen.exclude, rest);
  if (!chosen.outdated && !chosen.uptodate) return kept.map((distribution) => ({ distribution }));
  const { compareWithLatest } = await import("./_latest.ts");
  return compareWithLatest(kept, chosen.outdated ? "outdated" : "uptodate", chosen, invocation);
}

async function table(
  rows: readonly Row[],
  { outdated }: ListOptions,
  invocation: Invocation,
): Promise<string> {
  const { world, global } = invocation;
  const builds = rows.map(({ distribution }) => buildTag(distribution, invocation));
  const isDetailed = global.verbose > 0;
  const hasBuilds = builds.some((tag) => tag !== "");
  const hasEditables = rows.some(({ distribution }) => distribution.editableLocation !== undefined);
  const installers = isDetailed ? await readInstallers(rows, world) : [];
  const headings = [
    "Package",
    "Version",
    ...(outdated ? ["Latest", "Type"] : []),
    ...(hasBuilds ? ["Build"] : []),
    ...(hasEditables ? ["Editable project location"] : []),
    ...(isDetailed ? ["Location", "Installer"] : []),
  ];
  const cells = rows.map(({ distribution, latest }, i) => [
    distribution.displayName,
    distribution.version,
    ...(outdated ? [latest?.version ?? "", latest?.kind ?? ""] : []),
    ...(hasBuilds ? [builds[i] as string] : []),
    ...(hasEditables ? [distribution.editableLocation ?? ""] : []),
    ...(isDetailed ? [locationOf(distribution), installers[i] as string] : []),
  ]);
  return columns(headings, cells);
}

/** The build tag in WHEEL, which few wheels have; empty for the others. */
function buildTag({ kind, metadataPath }: InstalledDistribution, { world }: Invocation): string {
  if (kind !== "dist-info") return "";
  const text = world.files.tryReadText(`${metadataPath}/WHEEL`);
  if (text === undefined || !text.includes("Build:")) return "";
  return /^Build:[ \t]*(.*)$/m.exec(text)?.[1]?.trim() ?? "";
}

async function readInstallers(rows: readonly Row[], world: Invocation["world"]): Promise<string[]> {
  const { readInstaller } = await import("#environment/installed");
  return rows.map(({ distribution }) => readInstaller(distribution, world) ?? "");
}

/** pip calls the project's folder the location of what `setup.py develop` installed. */
function locationOf({ kind, location, editableLocation }: InstalledDistribution): string {
  return kind === "egg-link" ? (editableLocation ?? location) : location;
}

async function jsonRows(
  rows: readonly Row[],
  { outdated }: ListOptions,
  { world, global }: Invocation,
): Promise<unknown[]> {
  const isDetailed = global.verbose > 0;
  const installers = isDetailed ? await readInstallers(rows, world) : [];
  const found = [];
  for (const [i, { distribution, latest }] of rows.entries())
    found.push({
      name: distribution.displayName,
      version: (await pinnedVersion(distribution.version)).replace(/^=+/, ""),
      ...(isDetailed ? { location: locationOf(distribution), installer: installers[i] } : {}),
      ...(outdated ? { latest_version: latest?.version, latest_filetype: latest?.kind } : {}),
      editable_project_location: distribution.editableLocation,
    });
  return found;
}

async function freezeLines(rows: readonly Row[], { global }: Invocation): Promise<string> {
  let text = "";
  for (const { distribution } of rows) {
    text += distribution.displayName + (await pinnedVersion(distribution.version));
    if (global.verbose > 0) text += ` (${locationOf(distribution)})`;
    text += "\n";
  }
  return text;
}
