import { exit } from "#base/errors";
import { compareText } from "#base/order";
import { defineCommand } from "#cli/command";
import type { Invocation } from "#cli/invocation";
import { type CheckProblem, checkInstalled, describeProblem } from "#environment/check";
import type { InstalledDistribution } from "#environment/environment";
import type { NormalizedName } from "#standards/name";
import { bestRank, type TagRanks, tagRanks } from "#standards/tags";
import { tryParseVersion } from "#standards/version";
import { described, judgingOptions, openJudged } from "./_described.ts";
import { readingCompatibility, readingDefaults } from "./_reading.ts";

const options = {
  json: { help: "Print what is wrong as JSON" },
  ...judgingOptions,
  ...readingCompatibility,
} as const;

export const check = defineCommand({
  isRepeatable: true,
  examples: ["pkm pip check", "pkm pip check --python .venv --json"],
  arguments: {},
  ignoresWords: true,
  options,
  defaults: readingDefaults("check", options),
  async run(chosen, _words, invocation) {
    const { output } = invocation;
    const { survey, markers, environment } = await openJudged(chosen, invocation);
    const distributions = survey.distributions.map((each) => described(each, invocation));
    const unreadable = distributions.filter(({ unreadable: why }) => why !== undefined);
    const readable = distributions.map((each) =>
      each.unreadable === undefined ? each : { ...each, metadata: undefined },
    );
    const problems = checkInstalled(readable, markers).filter(({ kind }) => kind !== "unreadable");
    const ranks = tagRanks(environment.interpreter.tags);
    const foreign = survey.distributions.filter((each) => isForeign(each, ranks, invocation));
    const told = [
      ...sentences(problems.filter((each) => each.kind === "missing" && each.extra === undefined)),
      ...sentences(problems.filter((each) => each.kind === "conflict" && each.extra === undefined)),
      ...foreign.map((each) => unsupported(each)),
    ];
    const further = sentences(problems.filter((each) => each.kind === "python" || isOfExtra(each)));
    const isBroken = told.length > 0 || unreadable.length > 0;
    const status = isBroken ? exit.failure : exit.done;
    if (chosen.json) {
      const unread = unreadable.map(({ name, unreadable: text = "" }) => ({
        kind: "unreadable",
        name,
        text,
      }));
      const all = [...told, ...unread, ...further];
      const answer = { broken: isBroken, checked: distributions.length, problems: all };
      output.data(`${JSON.stringify(answer, undefined, 2)}\n`);
      return status;
    }
    for (const { name, unreadable: why } of unreadable)
      output.warn(`Error parsing dependencies of ${name}: ${why}`);
    for (const { text, extra } of further)
      output.warn(
        extra === undefined
          ? text
          : `${text.slice(0, -1)} (for its extra \`${extra}\`, which is asked for)`,
      );
    if (told.length > 0) output.data(told.map(({ text }) => `${text}\n`).join(""));
    else if (!isBroken && output.quiet === 0) output.data("No broken requirements found.\n");
    return status;
  },
});

/** A sentence about a distribution. */
type Told = {
  readonly kind: CheckProblem["kind"] | "unsupported";
  readonly name: NormalizedName;
  readonly text: string;
  /** The extra for which something is required; pip does not look at extras. */
  readonly extra?: NormalizedName;
};

/** Each sentence once, in the order of names: metadata may say the same thing twice. */
function sentences(problems: readonly CheckProblem[]): Told[] {
  const found = new Map<string, Told>();
  for (const problem of problems) {
    const { kind, dependent } = problem;
    const text = describeProblem(problem);
    const extra = isOfExtra(problem) ? { extra: problem.extra } : {};
    if (!found.has(text)) found.set(text, { kind, name: dependent.name, text, ...extra });
  }
  return [...found.values()].sort(
    (a, b) => compareText(a.name, b.name) || compareText(a.text, b.text),
  );
}

function isOfExtra(problem: CheckProblem): problem is CheckProblem & {
  readonly kind: "missing" | "conflict";
  readonly extra: NormalizedName;
} {
  return (problem.kind === "missing" || problem.kind === "conflict") && problem.extra !== undefined;
}

function unsupported({ name, displayName, version }: InstalledDistribution): Told {
  const shown = tryParseVersion(version)?.text ?? version;
  const text = `${displayName} ${shown} is not supported on this platform`;
  return { kind: "unsupported", name, text };
}

/** True when none of the tags in WHEEL is one of the interpreter's. */
function isForeign(
  distribution: InstalledDistribution,
  ranks: TagRanks,
  { world }: Invocation,
): boolean {
  if (distribution.kind !== "dist-info") return false;
  const text = world.files.tryReadText(`${distribution.metadataPath}/WHEEL`);
  if (text === undefined) return false;
  // Only the tags matter here: a WHEEL file that is otherwise wrong has been installed all the same.
  const tags = [...text.matchAll(/^Tag:[ \t]*(\S+)/gim)].map((match) => match[1] as string);
  return !tags.some((tag) => {
    const [pythonTags = "", abiTags = "", platformTags = ""] = tag
      .split("-")
      .map((part) => part.toLowerCase());
    const wheel = {
      pythonTags: pythonTags.split("."),
      abiTags: abiTags.split("."),
      platformTags: platformTags.split("."),
    };
    return bestRank(wheel, ranks) !== undefined;
  });
}
