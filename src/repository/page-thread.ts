import { releaseMemory } from "#base/memory";
import type { EncodedElsewhere, PackedAnswer } from "#http/client";
import { type CacheWorld, type KeepOrder, PageCache, tailInMemory } from "#http/page-cache";
import type { Workers, WorkerThread } from "#platform/ports";
import type { NormalizedName } from "#standards/name";
import type { Version } from "#standards/version";
import { type CompactPage, compactPage, pinnedPart } from "./compact-page.ts";

/** What the thread is told. */
export type PageOrder = {
  readonly answer: PackedAnswer;
  readonly name: NormalizedName;
  /** The version of which alone something is wanted. */
  readonly pin: Version | undefined;
};

/**
 * A thread that unpacks, sorts and keeps all but the shortest pages while this one waits for the network and chooses versions.
 * Started when a run turns out to need many; whatever goes wrong there is done again here, where its error is told.
 */
export class PageThread {
  readonly #workers: Workers | undefined;
  #thread: WorkerThread | undefined;
  #fetches = 0;

  constructor(workers: Workers | undefined) {
    this.#workers = workers === undefined || workers.cores < 2 ? undefined : workers;
  }

  /** Tells that a page is being fetched. */
  expect(): void {
    this.#fetches++;
  }

  /** `undefined` when it has to be done here. Of a page of which only a pin is wanted no more may be answered. */
  async compact(
    answer: PackedAnswer,
    name: NormalizedName,
    pin?: Version,
  ): Promise<EncodedElsewhere | undefined> {
    if (answer.body.length < worthAThread) return undefined;
    if (this.#thread === undefined) {
      // The page that shows that a thread pays is made here while it starts.
      if (this.#fetches >= fewPages) this.#thread = this.#workers?.start("repository/page-worker");
      return undefined;
    }
    try {
      return (await this.#thread.ask({ answer, name, pin } satisfies PageOrder)) as
        | EncodedElsewhere
        | undefined;
    } catch {
      return undefined;
    }
  }
}

/** Shorter bodies are unpacked and sorted sooner than another thread has been asked. */
const worthAThread = 4 * 1024;
/** Up to so many pages are done before a thread has started. */
const fewPages = 4;

/** The work of the thread: what the client and the index would do with a page, in one. */
export function compactAndKeep(
  { answer, name, pin }: PageOrder,
  unpack: (body: Uint8Array, encodings: readonly string[], limit: number) => Uint8Array,
  world: CacheWorld,
): EncodedElsewhere {
  const { body, encodings, limit, contentType, url, keep } = answer;
  const content = unpack(body, encodings, limit);
  const crc32 = (bytes: Uint8Array): number => world.inflate.crc32(bytes);
  const page = { content, contentType, url };
  if (pin !== undefined && encodings.length === 1 && encodings[0] === "gzip") {
    const part = pinnedPart(page, name, pin, crc32);
    if (part !== undefined) {
      // Given back now, its memory serves the next page; collected later, each page takes fresh memory.
      releaseMemory(content);
      if (keep !== undefined) keepPart(keep, answer, { ...part, of: pin.text }, world);
      return { body: part.table, tail: part.entries, isPart: true };
    }
  }
  const { table, entries } = compactPage(page, name, crc32);
  if (keep !== undefined) {
    const { folder, tag, key, freshness, status } = keep;
    const tail = tailInMemory(entries);
    const kept = { freshness, status, url, contentType, body: table, tail };
    const start = new PageCache(folder, tag, world).write(key, kept);
    if (start !== undefined) {
      const { length } = entries;
      releaseMemory(entries);
      return { body: table, tail: { start, length } };
    }
  }
  return { body: table, tail: entries };
}

/** Whoever wants more of the page one day makes its table. */
function keepPart(
  order: KeepOrder,
  answer: PackedAnswer,
  { table, entries, of }: CompactPage & { readonly of: string },
  world: CacheWorld,
): void {
  const { folder, tag, key, freshness, status } = order;
  const { url, contentType, body } = answer;
  const both = Buffer.concat([entries, body]);
  const part = { of, length: entries.length };
  const tail = tailInMemory(both);
  const kept = { freshness, status, url, contentType, body: table, tail, part };
  new PageCache(folder, tag, world).write(key, kept);
  releaseMemory(both);
}
