import { silent, type Report } from "#base/report";
import { withoutCredentials } from "#base/url";
import type { GetRequest, HttpAnswer, HttpClient } from "#http/client";
import type { CacheWorld } from "#http/page-cache";
import type { NormalizedName } from "#standards/name";
import { acceptedPageTypes } from "#standards/simple-page";
import type { Version } from "#standards/version";
import { compactFormat, compactPage, openPage, type EntryReader } from "./compact-page.ts";
import type { IndexConfiguration } from "./configuration.ts";
import { pageChanged } from "./errors.ts";
import type { RepositoryEvent } from "./events.ts";
import type { ProjectListing } from "./listing.ts";
import { compactAndKeep, type PageThread } from "./page-thread.ts";
import { readLocalPage, type LocalWorld } from "./local-files.ts";

/** What one index says of a name: its listing, or in a few words why there is none (`404`). */
export type IndexAnswer = ProjectListing | { readonly kind: "absent"; readonly answer: string };

export type PageWorld = LocalWorld & CacheWorld;

/**
 * One index by the simple API (PEP 503, 691): JSON where it has it, else HTML. 404 means that it does not know the
 * name; every other failure is thrown, since the next index must not answer for one that is merely out of order.
 */
export class SimpleIndex {
  readonly name: string;
  readonly #base: string;
  readonly #client: HttpClient;
  readonly #world: PageWorld;
  readonly #crc32: (content: Uint8Array) => number;
  readonly #report: Report<RepositoryEvent>;
  readonly #thread: PageThread | undefined;
  readonly #recalled = new Map<
    NormalizedName,
    { readonly body: Uint8Array; readonly listing: ProjectListing }
  >();
  #freshUntil: number = Number.POSITIVE_INFINITY;

  constructor(
    index: IndexConfiguration,
    client: HttpClient,
    world: PageWorld,
    report: Report<RepositoryEvent> = silent,
    thread?: PageThread,
  ) {
    this.name = index.name;
    this.#thread = thread;
    this.#base = index.url.endsWith("/") ? index.url : `${index.url}/`;
    this.#client = client;
    this.#world = world;
    this.#crc32 = (content) => world.inflate.crc32(content);
    this.#report = report;
  }

  /** Until when all answers so far may be used again without asking; 0 when one of them may not. */
  get freshUntil(): number {
    return this.#freshUntil;
  }

  /**
   * Without a promise when the cache holds a fresh page, or the index is a folder. `pin` is the version of which alone
   * something is wanted: others may be left out.
   */
  listing(name: NormalizedName, pin?: Version): IndexAnswer | Promise<IndexAnswer> {
    const url = `${this.#base}${name}/`;
    if (/^file:/i.test(url)) return this.#localListing(url, name);
    const request = this.#requestFor(name, pin);
    const cached = this.#client.cached(url, request);
    return cached === undefined ? this.#fetch(url, name, request) : this.#open(cached, name);
  }

  /** What was answered last time, while it is being asked for again. */
  lastListing(name: NormalizedName): IndexAnswer | undefined {
    const answer = this.#client.stale(`${this.#base}${name}/`, this.#requestFor(name));
    if (answer === undefined) return undefined;
    if (answer.status !== 200) return { kind: "absent", answer: String(answer.status) };
    const listing = openPage(answer.body, this.#entriesOf(answer, name), name, this.name);
    this.#recalled.set(name, { body: answer.body, listing });
    return listing;
  }

  async #fetch(url: string, name: NormalizedName, request: GetRequest): Promise<IndexAnswer> {
    this.#thread?.expect();
    const answer = this.#open(await this.#client.get(url, request), name);
    if (!("kind" in answer)) this.#report({ type: "page-read", name, repository: this.name });
    return answer;
  }

  #requestFor(name: NormalizedName, pin?: Version): GetRequest {
    const thread = this.#thread;
    return {
      accept: acceptedPageTypes,
      cache: "page",
      limit: pageLimit,
      encode: {
        format: compactFormat,
        part: pin?.text,
        encode: ({ body, contentType, url }) => {
          const { table, entries } = compactPage(
            { content: body, contentType, url },
            name,
            this.#crc32,
          );
          return { body: table, tail: entries };
        },
        elsewhere: thread === undefined ? undefined : this.#elsewhere(thread, name, pin),
      },
    };
  }

  #elsewhere(
    thread: PageThread,
    name: NormalizedName,
    pin: Version | undefined,
  ): NonNullable<GetRequest["encode"]>["elsewhere"] {
    return async (answer, unpack) => {
      const made = await thread.compact(answer, name, pin);
      if (made !== undefined || pin === undefined) return made;
      try {
        // Of a short page, too, one version is less than all of them.
        const unpackHere = (_body: Uint8Array, _encodings: readonly string[], limit: number) =>
          unpack(limit);
        return compactAndKeep({ answer, name, pin }, unpackHere, this.#world);
      } catch {
        return undefined;
      }
    };
  }

  #open(answer: HttpAnswer, name: NormalizedName): IndexAnswer {
    this.#freshUntil = Math.min(this.#freshUntil, answer.freshUntil);
    if (answer.status !== 200) return { kind: "absent", answer: String(answer.status) };
    const recalled = this.#recalled.get(name);
    this.#recalled.delete(name);
    // Most pages have not changed, and then this one is open already.
    if (recalled?.body === answer.body) return recalled.listing;
    const entries = this.#entriesOf(answer, name);
    const listing = openPage(answer.body, entries, name, this.name);
    if (listing.newer !== undefined && !answer.isFromCache)
      this.#report({ type: "newer-page-met", repository: this.name, version: listing.newer });
    return listing;
  }

  #entriesOf(answer: HttpAnswer, name: NormalizedName): EntryReader {
    const url = `${this.#base}${name}/`;
    return {
      read: (offset, length) => answer.tail.read(offset, length),
      crc32: this.#crc32,
      reopen: () => {
        const now = this.#client.stored(url, this.#requestFor(name));
        if (now?.status !== 200) return undefined;
        return { table: now.body, entries: this.#entriesOf(now, name) };
      },
      damaged: () => {
        // The next run fetches the page again.
        this.#client.forget(url, this.#requestFor(name));
        return pageChanged(name, url);
      },
    };
  }

  // As pip: the page of a folder is its `index.html`.
  #localListing(url: string, name: NormalizedName): IndexAnswer {
    this.#freshUntil = 0;
    const page = readLocalPage(`${withoutCredentials(url)}index.html`, this.#world);
    if (page === undefined) return { kind: "absent", answer: "no such folder" };
    const compact = compactPage(
      { content: page, contentType: "text/html", url },
      name,
      this.#crc32,
    );
    const entries: EntryReader = {
      read: (offset, length) => compact.entries.subarray(offset, offset + length),
      crc32: this.#crc32,
      reopen: () => undefined,
      damaged: () => new Error("entries in memory have changed"),
    };
    return openPage(compact.table, entries, name, this.name);
  }
}

/** No page that anybody serves comes near; one that unpacks to more is an attack or an accident. */
export const pageLimit = 128 * 2 ** 20;
