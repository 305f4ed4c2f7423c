import { mapLimited } from "#base/concurrency";
import type { OptionValues } from "#cli/command";
import type { Invocation } from "#cli/invocation";
import { Progress } from "#cli/progress";
import { openInvocationStore } from "#cli/services";
import type { InstalledDistribution } from "#environment/environment";
import { compareVersions, tryParseVersion } from "#standards/version";
import { chosenInterpreter } from "./_described.ts";
import { eligibility, type EligibleRelease } from "./_eligible.ts";
import type { readingOptions } from "./_reading.ts";
import { type IndexChoices, repositoryConfiguration } from "./_indexes.ts";
import { openHttp, openRepositories } from "./_repositories.ts";
import { commandLineOptions, resolutionTarget } from "./_requests.ts";
import type { selectionOptions } from "./options.ts";

/** The newest version that an index offers for an interpreter, and in which form. */
export type LatestFile = { readonly version: string; readonly kind: "wheel" | "sdist" };

export type Compared = {
  readonly distribution: InstalledDistribution;
  readonly latest: LatestFile;
};

type Choices = Partial<OptionValues<typeof readingOptions>> &
  IndexChoices &
  Partial<OptionValues<typeof selectionOptions>>;

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
  const target = resolutionTarget(interpreter, {}, invocation);
  const eligible = eligibility(options, effective, target, invocation);
  try {
    const compared = await mapLimited(distributions, limit, async (distribution) => {
      const listing = await repositories.listing(distribution.name);
      if ("kind" in listing) return undefined;
      const latest = latestOf(eligible(listing), options["prefer-binary"] === true);
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

/** The newest version; with `--prefer-binary` the newest that has a wheel, where there is one. */
function latestOf(
  releases: readonly EligibleRelease[],
  prefersBinary: boolean,
): LatestFile | undefined {
  const wheel = prefersBinary ? releases.find(({ kind }) => kind === "wheel") : undefined;
  const found = wheel ?? releases[0];
  return found === undefined ? undefined : { version: found.version.text, kind: found.kind };
}

/** As versions compare; what is no version is older than everything. */
function comparison(installed: string, latest: string): number {
  const have = tryParseVersion(installed);
  const offered = tryParseVersion(latest);
  return have === undefined || offered === undefined ? -1 : compareVersions(have, offered);
}
