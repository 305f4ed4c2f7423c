import { PkmError } from "#base/errors";
import { silent, type Report } from "#base/report";
import { isLoopback, withoutCredentials } from "#base/url";
import type { HttpClient } from "#http/client";
import { isTrustedHost } from "#http/tls";
import type { Workers } from "#platform/ports";
import type { CoreMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import type { Version } from "#standards/version";
import type { IndexConfiguration, RepositoryConfiguration } from "./configuration.ts";
import { Downloads, type DownloadWorld } from "./downloads.ts";
import { unknownIndex } from "./errors.ts";
import type { RepositoryEvent } from "./events.ts";
import { identityOf } from "./identity.ts";
import { FindLinks, joined, mergeFiles, releasesOf } from "./find-links.ts";
import type { ProjectFile, ProjectListing, Release } from "./listing.ts";
import { MetadataSource, type MetadataShelf, type MetadataWorld } from "./metadata-source.ts";
import { matchesAny } from "./name-glob.ts";
import { PageThread } from "./page-thread.ts";
import type {
  Download,
  MetadataAnswer,
  NoListing,
  Repositories,
  FileAddress,
} from "./repositories.ts";
import { SimpleIndex, type IndexAnswer } from "./simple.ts";

export type RepositoryWorld = DownloadWorld & MetadataWorld;

export type RepositoryTools = {
  readonly client: HttpClient;
  /** Metadata seen by earlier runs; left out, nothing is remembered. */
  readonly shelf?: MetadataShelf;
  readonly report?: Report<RepositoryEvent>;
  /** Threads that share the work on long pages; left out, it is done here. */
  readonly workers?: Workers;
};

type Listing = ProjectListing | NoListing;
type Asked = NoListing["asked"][number];

/** All sources as one; see {@link Repositories} for the contract and `IndexStrategy` for who wins. */
export class ConfiguredRepositories implements Repositories {
  readonly #configuration: RepositoryConfiguration;
  readonly #client: HttpClient;
  readonly #indexes: readonly {
    readonly settings: IndexConfiguration;
    readonly index: SimpleIndex;
  }[];
  readonly #findLinks: readonly FindLinks[];
  readonly #ignored: Asked[] = [];
  readonly #downloads: Downloads;
  readonly #metadata: MetadataSource;
  /** By name, and by name and pin for what may have nothing else. */
  readonly #listings = new Map<string, Listing | Promise<Listing>>();

  constructor(
    configuration: RepositoryConfiguration,
    tools: RepositoryTools,
    world: RepositoryWorld,
  ) {
    const { client, shelf, report = silent, workers } = tools;
    const thread = new PageThread(workers);
    this.#configuration = configuration;
    this.#client = client;
    const isAllowed = (url: string): boolean => {
      const isFine = isSecure(url, configuration.trustedHosts, report);
      if (!isFine) this.#ignored.push({ repository: withoutCredentials(url), answer: notTrusted });
      return isFine;
    };
    this.#indexes = configuration.indexes
      .filter((settings) => isAllowed(settings.url))
      .map((settings) => ({
        settings,
        index: new SimpleIndex(settings, client, world, report, thread),
      }));
    this.#findLinks = configuration.findLinks
      .filter(isAllowed)
      .map((location) => new FindLinks(location, client, world, report));
    this.#downloads = new Downloads(client, configuration.stagingFolder, world, report);
    this.#metadata = new MetadataSource(client, this.#downloads, shelf, world);
  }

  get identity(): string {
    return identityOf({
      ...this.#configuration,
      indexes: this.#indexes.map(({ settings }) => settings),
      findLinks: this.#findLinks.map(({ location, stamp }) => [location, stamp]),
    });
  }

  get isRefreshing(): boolean {
    return this.#client.isRefreshing;
  }

  freshUntil(): number | undefined {
    let until = Number.MAX_SAFE_INTEGER;
    for (const { index } of this.#indexes) until = Math.min(until, index.freshUntil);
    for (const location of this.#findLinks) until = Math.min(until, location.freshUntil);
    return until === 0 ? undefined : until;
  }

  prefetch(names: Iterable<NormalizedName>): boolean {
    let waits = false;
    for (const name of names) {
      try {
        const listing = this.listing(name);
        // Whoever asks for the page gets the same promise, and with it the failure.
        if (!(listing instanceof Promise)) continue;
        listing.catch(() => {});
        waits = true;
      } catch {
        // Thrown again when the page is asked for.
      }
    }
    return waits;
  }

  listing(name: NormalizedName, pin?: Version): Listing | Promise<Listing> {
    const key = pin === undefined ? name : `${name} ${pin.text}`;
    const known = this.#listings.get(name) ?? this.#listings.get(key);
    if (known !== undefined) return known;
    const found = this.#find(name, pin);
    if (found instanceof Promise) {
      const settled = found.then((listing) => {
        this.#listings.set(key, listing);
        return listing;
      });
      this.#listings.set(key, settled);
      return settled;
    }
    this.#listings.set(key, found);
    return found;
  }

  metadata(file: ProjectFile): MetadataAnswer | Promise<MetadataAnswer> {
    return this.#metadata.metadata(file);
  }

  believe(file: ProjectFile, metadata: string): void {
    this.#metadata.believe(file, metadata);
  }

  recall(
    name: NormalizedName,
    files: (page: ProjectListing) => Iterable<ProjectFile>,
  ): CoreMetadata | undefined {
    for (const index of this.#indexesFor(name)) {
      const answer = index.lastListing(name);
      if (answer === undefined) return undefined;
      if ("kind" in answer) continue;
      for (const file of files(answer)) {
        const metadata = this.#metadata.recall(file);
        if (metadata !== undefined) return metadata;
      }
      return undefined;
    }
    return undefined;
  }

  download(file: FileAddress): Promise<Download> {
    return this.#downloads.fetch(file);
  }

  #find(name: NormalizedName, pin: Version | undefined): Listing | Promise<Listing> {
    const indexes = this.#indexesFor(name);
    const answers: { readonly repository: string; readonly answer: IndexAnswer }[] = [];
    const isFirstWins = this.#configuration.strategy === "first-index";
    // Goes on without a promise as long as answers are at hand.
    const ask = (from: number): Listing | Promise<Listing> => {
      for (let at = from; at < indexes.length; at++) {
        const index = indexes[at] as SimpleIndex;
        const answer = orOffline(() => index.listing(name, pin));
        if (answer instanceof Promise)
          return answer.then((settled) => {
            answers.push({ repository: index.name, answer: settled });
            return isFinal(settled, isFirstWins) ? this.#conclude(name, answers) : ask(at + 1);
          });
        answers.push({ repository: index.name, answer });
        if (isFinal(answer, isFirstWins)) break;
      }
      return this.#conclude(name, answers);
    };
    return ask(0);
  }

  #conclude(
    name: NormalizedName,
    answers: readonly { readonly repository: string; readonly answer: IndexAnswer }[],
  ): Listing | Promise<Listing> {
    const listings: ProjectListing[] = [];
    const asked: Asked[] = [];
    for (const { repository, answer } of answers) {
      if ("kind" in answer) asked.push({ repository, answer: answer.answer });
      else listings.push(answer);
    }
    const listing = mergeListings(listings, this.#configuration.strategy === "unsafe-first-match");
    const found: ProjectFile[] = [];
    const add = (from: number): Listing | Promise<Listing> => {
      for (let at = from; at < this.#findLinks.length; at++) {
        const location = this.#findLinks[at] as FindLinks;
        const files = location.files(name);
        if (files instanceof Promise)
          return files.then((settled) => {
            this.#addFound(found, asked, location, settled);
            return add(at + 1);
          });
        this.#addFound(found, asked, location, files);
      }
      if (listing !== undefined) return mergeFiles(listing, found);
      if (found.length === 0) return { kind: "unknown", asked: [...asked, ...this.#ignored] };
      return {
        name,
        repository: (found[0] as ProjectFile).repository,
        status: { status: "active", reason: undefined },
        releases: releasesOf(found),
        skipped: [],
      };
    };
    return add(0);
  }

  #addFound(
    found: ProjectFile[],
    asked: Asked[],
    location: FindLinks,
    files: readonly ProjectFile[],
  ): void {
    if (files.length === 0) asked.push({ repository: location.location, answer: "no file of it" });
    const names = new Set(found.map((file) => file.filename));
    for (const file of files) if (!names.has(file.filename)) found.push(file);
  }

  /** A binding, else the indexes whose globs claim the name, else all that are for everything. */
  #indexesFor(name: NormalizedName): readonly SimpleIndex[] {
    const bound = this.#configuration.bindings?.get(name);
    if (bound !== undefined) {
      const match = this.#indexes.find(({ settings }) => settings.name === bound);
      if (match === undefined) {
        const known = this.#configuration.indexes.map((index) => index.name);
        throw unknownIndex(name, bound, known);
      }
      return [match.index];
    }
    const open = this.#indexes.filter(
      ({ settings }) => settings.isExplicit !== true && !matchesAny(name, settings.exclude ?? []),
    );
    const claiming = open.filter(
      ({ settings }) => settings.packages !== undefined && matchesAny(name, settings.packages),
    );
    const chosen =
      claiming.length > 0
        ? claiming
        : open.filter(({ settings }) => settings.packages === undefined);
    return chosen.map(({ index }) => index);
  }
}

const notTrusted = "not asked: plain http to a host that is not trusted";

/** Offline, an index whose answer is unknown hides those behind it: they might answer for a name that is its own. */
const notAskedOffline: IndexAnswer = { kind: "absent", answer: "not asked: offline" };

function orOffline(
  ask: () => IndexAnswer | Promise<IndexAnswer>,
): IndexAnswer | Promise<IndexAnswer> {
  const settle = (error: unknown): IndexAnswer => {
    if (error instanceof PkmError && error.code === "offline") return notAskedOffline;
    throw error;
  };
  try {
    const answer = ask();
    return answer instanceof Promise ? answer.catch(settle) : answer;
  } catch (error) {
    return settle(error);
  }
}

function isFinal(answer: IndexAnswer, isFirstWins: boolean): boolean {
  return isFirstWins && (!("kind" in answer) || answer === notAskedOffline);
}

/**
 * Several listings as one. By version, newest first; or, where a better index has precedence, all versions of it
 * before those that only others have.
 */
export function mergeListings(
  listings: readonly ProjectListing[],
  inOrderOfIndexes: boolean,
): ProjectListing | undefined {
  const [first, ...rest] = listings;
  if (first === undefined || rest.length === 0) return first;
  const releases: Release[] = [...first.releases];
  const places = new Map(releases.map((release, at) => [release.version.key, at]));
  for (const listing of rest)
    for (const release of listing.releases) {
      const at = places.get(release.version.key);
      if (at === undefined) {
        places.set(release.version.key, releases.length);
        releases.push(release);
      } else if (!inOrderOfIndexes) releases[at] = joined(releases[at] as Release, release);
    }
  if (!inOrderOfIndexes) releases.sort((a, b) => (a.version.key < b.version.key ? 1 : -1));
  return { ...first, releases, skipped: listings.flatMap((listing) => listing.skipped) };
}

/** pip's rule: https, files, this machine, and hosts that a person trusts; anything else is passed over with a warning. */
function isSecure(
  location: string,
  trustedHosts: readonly string[],
  report: Report<RepositoryEvent>,
): boolean {
  if (!/^http:/i.test(location) || !URL.canParse(location)) return true;
  const url = new URL(location);
  if (isLoopback(url) || isTrustedHost(url, trustedHosts)) return true;
  report({
    type: "insecure-repository-ignored",
    url: withoutCredentials(location),
    host: url.hostname,
  });
  return false;
}
