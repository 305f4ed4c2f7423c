import { mapLimited } from "#base/concurrency";
import type { OptionValues } from "#cli/command";
import type { Invocation } from "#cli/invocation";
import { Progress } from "#cli/progress";
import { openInvocationStore } from "#cli/services";
import type { InstalledDistribution } from "#environment/environment";
import type { Interpreter } from "#interpreter/interpreter";
import type { ProjectListing } from "#repository/listing";
import { parseRequiresPython } from "#standards/requires-python";
import { specifierContains } from "#standards/specifier-set";
import { bestRank, tagRanks } from "#standards/tags";
import { compareVersions, isPrerelease, tryParseVersion } from "#standards/version";
import { chosenInterpreter } from "./_described.ts";
import type { readingOptions } from "./_reading.ts";
import {
  type IndexChoices,
  openHttp,
  openRepositories,
  repositoryConfiguration,
} from "./_repositories.ts";
import { commandLineOptions } from "./_requests.ts";

/** The newest version that an index offers for an interpreter, and in which form. */
export type LatestFile = { readonly version: string; readonly kind: "wheel" | "sdist" };

export type Compared = {
  readonly distribution: InstalledDistribution;
  readonly latest: LatestFile;
};

type Choices = Partial<OptionValues<typeof readingOptions>> &
  IndexChoices & { readonly pre: boolean };

/** Projects asked for at the same time. */
const limit = 32;

/** The distributions of which the indexes have a newer version, or none; those no index knows are in neither list. */
export async function compareWithLatest(
  distributions: readonly InstalledDistribution[],
  wanted: "outdated" | "uptodate",
  options: Choices,
  invocation: Invocation,
): Promise<readonly Compared[]> {
  const interpreter = await chosenInterpreter(options, invocation);
  const store = openInvocationStore(invocation);
  const progress = new Progress(invocation.output, invocation.world.clock);
  const effective = commandLineOptions(options);
  const configuration = repositoryConfiguration(
    effective,
    options["index-strategy"],
    store,
    invocation,
  );
  const { indexes, trustedHosts } = configuration;
  const http = openHttp(options, indexes, trustedHosts, store, invocation, progress.report);
  const repositories = openRepositories(configuration, http, store, invocation, progress.report);
  const usable = usableBy(interpreter);
  try {
    const compared = await mapLimited(distributions, limit, async (distribution) => {
      const listing = await repositories.listing(distribution.name);
      if ("kind" in listing) return undefined;
      const latest = latestOf(listing, options.pre, usable);
      if (latest === undefined) return undefined;
      const order = comparison(distribution.version, latest.version);
      const isWanted = wanted === "outdated" ? order < 0 : order === 0;
      return isWanted ? { distribution, latest } : undefined;
    });
    return compared.filter((each) => each !== undefined);
  } finally {
    progress.end();
    store.close();
  }
}

type File = ProjectListing["releases"][number]["files"][number];

function latestOf(
  { releases }: ProjectListing,
  pre: boolean,
  usable: (file: File) => boolean,
): LatestFile | undefined {
  for (const { version, files } of releases) {
    if (!pre && isPrerelease(version)) continue;
    const found = files.filter(usable);
    if (found.length === 0) continue;
    const isWheel = found.some(({ identity }) => identity.kind === "wheel");
    return { version: version.text, kind: isWheel ? "wheel" : "sdist" };
  }
  return undefined;
}

function usableBy(interpreter: Interpreter): (file: File) => boolean {
  const ranks = tagRanks(interpreter.tags);
  const python = `${interpreter.major}.${interpreter.minor}.${interpreter.micro}`;
  const known = new Map<string, boolean>();
  const fits = (requiresPython: string | undefined): boolean => {
    if (requiresPython === undefined) return true;
    let answer = known.get(requiresPython);
    if (answer === undefined) {
      const set = parseRequiresPython(requiresPython);
      answer = set === undefined || specifierContains(set, python, { prereleases: true });
      known.set(requiresPython, answer);
    }
    return answer;
  };
  return ({ identity, yanked, requiresPython }) =>
    yanked === false &&
    (identity.kind === "sdist" || bestRank(identity, ranks) !== undefined) &&
    fits(requiresPython);
}

/** As versions compare; what is no version is older than everything. */
function comparison(installed: string, latest: string): number {
  const have = tryParseVersion(installed);
  const offered = tryParseVersion(latest);
  return have === undefined || offered === undefined ? -1 : compareVersions(have, offered);
}
