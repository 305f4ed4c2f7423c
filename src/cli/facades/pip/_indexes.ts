import { withoutCredentials } from "#base/url";
import { absolute } from "#cli/cache-folder";
import type { OptionValues } from "#cli/command";
import type { Invocation } from "#cli/invocation";
import { runSettings } from "#cli/setting-values";
import type { HttpSettings } from "#http/settings";
import type { IndexConfiguration, RepositoryConfiguration } from "#repository/configuration";
import { knownRepository } from "#repository/known-repositories";
import type { RepositorySetting } from "#settings/repositories";
import { parseName } from "#standards/name";
import type { RequirementsOptions } from "#standards/requirements-file";
import type { Store } from "#store/store";
import type { indexOptions } from "./options.ts";

/*
 * Which indexes there are, and how they are asked: what is known of them without what asks them.
 */

export type IndexChoices = Partial<OptionValues<typeof indexOptions>> & {
  readonly refresh?: boolean;
  readonly "refresh-package"?: readonly string[];
};

/** `--refresh` for all pages, `--refresh-package` for those of some names or, as in pip, of `:all:`. */
export function refreshing(options: IndexChoices): Pick<HttpSettings, "refresh" | "refreshes"> {
  const words = (options["refresh-package"] ?? []).flatMap((text) => text.split(","));
  if (options.refresh === true || words.includes(":all:")) return { refresh: true };
  if (words.length === 0) return { refresh: false };
  const names = new Set<string>(words.map((word) => parseName(word.trim())));
  // A project's page is the last folder of its address (PEP 503).
  return { refresh: false, refreshes: (url) => names.has(url.split("/").at(-2) ?? "") };
}

/** Whether some pages are asked for again, however fresh they are. */
export function isRefreshing(options: IndexChoices): boolean {
  const { refresh, refreshes } = refreshing(options);
  return refresh || refreshes !== undefined;
}

/** Where the default index stands among configured repositories: beside the supplemental ones. */
const defaultPriority = 500;

/**
 * The indexes in the order in which they are asked: extra ones of the command line, then by priority the configured
 * ones and the default index. `--no-index` leaves none.
 */
export function chosenIndexes(
  options: RequirementsOptions,
  configured: readonly RepositorySetting[],
): IndexConfiguration[] {
  if (options.noIndex) return [];
  const named = (url: string): IndexConfiguration => ({ name: withoutCredentials(url), url });
  const main = options.indexUrl === undefined ? knownRepository("pypi") : named(options.indexUrl);
  const ranked = configured
    .filter(({ type }) => type === "simple")
    .map(({ name, url, mode, packages, exclude, priority }) => ({
      priority,
      index: {
        name,
        url,
        isExplicit: mode === "explicit",
        exclude,
        ...(packages.length === 0 ? {} : { packages }),
      } as IndexConfiguration,
    }));
  // An entry that has the default index's own name stands in its place.
  if (!ranked.some(({ index }) => index.name === main.name))
    ranked.push({ priority: defaultPriority, index: main });
  ranked.sort((a, b) => a.priority - b.priority);
  const seen = new Set<string>();
  return [...options.extraIndexUrls.map(named), ...ranked.map(({ index }) => index)].filter(
    ({ url }) => !seen.has(url) && seen.add(url),
  );
}

/** `[[repositories]]` of the settings files that hold here. */
export function configuredRepositories({ world }: Invocation): readonly RepositorySetting[] {
  return runSettings(world)
    .repositories()
    .map(({ value }) => value);
}

export function repositoryConfiguration(
  options: RequirementsOptions,
  strategy: string | undefined,
  store: Store,
  invocation: Invocation,
): RepositoryConfiguration {
  const configured = configuredRepositories(invocation);
  return {
    indexes: chosenIndexes(options, configured),
    findLinks: [
      ...options.findLinks.map(({ value, file }) => findLinksPlace(value, file, invocation.world)),
      ...configured.filter(({ type }) => type === "find-links").map(({ url }) => url),
    ],
    strategy: (strategy as RepositoryConfiguration["strategy"] | undefined) ?? "first-index",
    trustedHosts: options.trustedHosts,
    stagingFolder: `${store.root}/downloads`,
  };
}

/** A path in a file is looked for beside the file first, then in the current folder, as pip does. */
function findLinksPlace(
  value: string,
  file: string | undefined,
  { files, host }: Invocation["world"],
): string {
  if (/^(https?|file):/i.test(value)) return value;
  if (file !== undefined && !/^https?:/i.test(file)) {
    const beside = absolute(
      `${absolute(file, host.cwd).replace(/\/[^/]*$/, "")}/${value}`,
      host.cwd,
    );
    if (files.tryStat(beside) !== undefined) return beside;
  }
  return absolute(value, host.cwd);
}
