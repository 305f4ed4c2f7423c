import { exit } from "#base/errors";
import { defineCommand } from "#cli/command";
import type { Invocation } from "#cli/invocation";
import type { InstalledDistribution } from "#environment/environment";
import type { DirectUrl } from "#standards/direct-url";
import type { NormalizedName } from "#standards/name";
import {
  pinnedVersion,
  readChosen,
  readingCompatibility,
  readingDefaults,
  readingOptions,
  standardLibrary,
  without,
} from "./_reading.ts";

const options = {
  requirement: {
    help: "Keep the order and the comments of this requirements file",
    value: "FILE",
    short: "r",
    many: true,
  },
  all: { help: "Print pip too, and setuptools and wheel of Pythons before 3.12" },
  "exclude-editable": { help: "Leave out editable installations" },
  exclude: { help: "Leave out this name", value: "NAME", many: true },
  ...readingOptions,
  ...readingCompatibility,
} as const;

export const freeze = defineCommand({
  isRepeatable: true,
  examples: ["pkm pip freeze > requirements.txt", "pkm pip freeze -r requirements.in"],
  arguments: {},
  ignoresWords: true,
  options,
  defaults: readingDefaults("freeze", options),
  async run(chosen, _words, invocation) {
    const { distributions, pythonMinor } = await readChosen(chosen, invocation);
    const frozen = new Map<NormalizedName, Frozen>();
    for (const distribution of distributions)
      if (!chosen["exclude-editable"] || distribution.editableLocation === undefined)
        frozen.set(distribution.name, await freezeOne(distribution, invocation));
    let text = "";
    if (chosen.requirement.length > 0) {
      const { inOrderOfFiles } = await import("./_frozen-file.ts");
      text = await inOrderOfFiles(chosen.requirement, frozen, invocation);
      text += "## The following requirements were added by pip freeze:\n";
    }
    const rest = await without(
      chosen.exclude,
      [...frozen.values()].map(({ distribution }) => distribution),
    );
    const skipped = chosen.all ? standardLibrary : buildTools(pythonMinor);
    text += rest
      .filter(({ name }) => !skipped.has(name) && !standardLibrary.has(name))
      .map((distribution) => [distribution.displayName.toLowerCase(), distribution] as const)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([, { name }]) => frozen.get(name)?.text ?? "")
      .join("");
    invocation.output.data(text);
    return exit.done;
  },
});

/** An installed distribution and the lines that would install it again. */
export type Frozen = { readonly distribution: InstalledDistribution; readonly text: string };

async function freezeOne(
  distribution: InstalledDistribution,
  invocation: Invocation,
): Promise<Frozen> {
  return { distribution, text: `${await linesOf(distribution, invocation)}\n` };
}

async function linesOf(
  distribution: InstalledDistribution,
  invocation: Invocation,
): Promise<string> {
  const { displayName, version, directUrl } = distribution;
  if (distribution.editableLocation !== undefined) {
    const { editableLines } = await import("./_frozen-editable.ts");
    return editableLines(distribution, distribution.editableLocation, invocation);
  }
  if (directUrl !== undefined) return `${displayName} @ ${directReference(directUrl)}`;
  if (distribution.hasDirectUrl)
    invocation.output.warn(
      `${displayName} is listed by its version: its direct_url.json cannot be read`,
    );
  return displayName + (await pinnedVersion(version));
}

/** What stands behind the `@`, with the first hash and the subdirectory as pip writes them (PEP 610, PEP 440). */
export function directReference({ url, subdirectory, source }: DirectUrl): string {
  const fragments: string[] = [];
  let text = url;
  if (source.kind === "vcs") text = `${source.vcs}+${url}@${source.commitId}`;
  else if (source.kind === "archive")
    for (const [algorithm, digest] of Object.entries(source.hashes).slice(0, 1))
      fragments.push(`${algorithm}=${digest}`);
  if (subdirectory !== undefined) fragments.push(`subdirectory=${subdirectory}`);
  return fragments.length === 0 ? text : `${text}#${fragments.join("&")}`;
}

const always: ReadonlySet<string> = new Set(["pip"]);
const beforePython312: ReadonlySet<string> = new Set(["pip", "setuptools", "distribute", "wheel"]);

/** What environments come with; up to Python 3.11 that is more than pip. */
function buildTools(pythonMinor: number | undefined): ReadonlySet<string> {
  return pythonMinor !== undefined && pythonMinor < 12 ? beforePython312 : always;
}
