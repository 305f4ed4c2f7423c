import { PkmError } from "#base/errors";
import type { ProjectFile, ProjectListing } from "#repository/listing";
import type { MetadataAnswer, NoListing } from "#repository/repositories";
import type { DirectCandidate, MetadataSource } from "#resolver/sources";
import type { CoreMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import type { Version } from "#standards/version";
import { openDirect } from "./direct.ts";
import type { SourceBuilder } from "./source-builder.ts";
import type { ProvisionWorld } from "./world.ts";

/** Answers the resolver: names from the repositories, URLs and paths by opening them. */
export class ProvisionedMetadata implements MetadataSource {
  readonly #world: ProvisionWorld;
  readonly #directs = new Map<string, Promise<DirectCandidate>>();
  readonly #onExpected: ((file: ProjectFile) => void) | undefined;
  readonly #mayStay: (name: NormalizedName) => boolean;
  readonly #pins: ReadonlyMap<NormalizedName, Version> | undefined;
  /** Names of which nobody could be asked, and which may stay as they are installed. */
  readonly unreached = new Map<NormalizedName, PkmError>();
  #questions = 0;
  /** Some of what it answered came out of a build, which depends on more than a question says. */
  hasBuilt = false;
  /** Not everything was at hand. */
  hasWaited = false;

  /**
   * `mayStay` tells which names are installed already, so that newer versions would be welcome and are not needed; `pins`
   * of which names only one version can be in the answer.
   */
  constructor(
    world: ProvisionWorld,
    onExpected?: (file: ProjectFile) => void,
    mayStay: (name: NormalizedName) => boolean = () => false,
    pins?: ReadonlyMap<NormalizedName, Version>,
  ) {
    this.#world = world;
    this.#onExpected = onExpected;
    this.#mayStay = mayStay;
    this.#pins = pins;
  }

  expect(file: ProjectFile): void {
    this.#onExpected?.(file);
  }

  prefetch(names: Iterable<NormalizedName>): boolean {
    const { repositories } = this.#world;
    const pins = this.#pins;
    if (pins === undefined) return this.#noteWait(repositories.prefetch(names));
    const others: NormalizedName[] = [];
    let waits = false;
    for (const name of names) {
      const pin = pins.get(name);
      if (pin === undefined) others.push(name);
      else waits = this.#prefetchPin(name, pin) || waits;
    }
    return this.#noteWait(repositories.prefetch(others) || waits);
  }

  #noteWait(waits: boolean): boolean {
    this.hasWaited ||= waits;
    return waits;
  }

  #prefetchPin(name: NormalizedName, pin: Version): boolean {
    try {
      const listing = this.#world.repositories.listing(name, pin);
      if (!(listing instanceof Promise)) return false;
      // Whoever asks for it gets the same promise, and with it the failure.
      listing.catch(() => {});
      return true;
    } catch {
      // Thrown again when it is asked for.
      return false;
    }
  }

  listing(name: NormalizedName): ProjectListing | NoListing | Promise<ProjectListing | NoListing> {
    this.#count();
    const answer = this.#world.repositories.listing(name, this.#pins?.get(name));
    if (!(answer instanceof Promise)) return answer;
    this.hasWaited = true;
    return this.#mayStay(name) ? answer.catch((error) => this.#unreached(name, error)) : answer;
  }

  #unreached(name: NormalizedName, error: unknown): NoListing {
    if (!(error instanceof PkmError) || error.code !== "index-unreachable") throw error;
    this.unreached.set(name, error);
    return { kind: "unknown", asked: [] };
  }

  metadata(file: ProjectFile): MetadataAnswer | Promise<MetadataAnswer> {
    this.#count();
    const answer = this.#world.repositories.metadata(file);
    const { builds } = this.#world;
    const isKnown = !(answer instanceof Promise) && answer.kind !== "needs-build";
    if (builds === undefined || file.identity.kind !== "sdist" || isKnown) return answer;
    return this.#built(file, answer, builds);
  }

  /** What only a build can tell of an sdist. */
  async #built(
    file: ProjectFile,
    answer: MetadataAnswer | Promise<MetadataAnswer>,
    builds: SourceBuilder,
  ): Promise<MetadataAnswer> {
    const known = await answer;
    if (known.kind !== "needs-build") return known;
    this.hasBuilt = true;
    const { metadata } = await builds.describe({ kind: "sdist", file });
    return { kind: "metadata", metadata };
  }

  recall(
    name: NormalizedName,
    files: (page: ProjectListing) => Iterable<ProjectFile>,
  ): CoreMetadata | undefined {
    return this.#world.repositories.recall?.(name, files);
  }

  direct(
    url: string,
    name: NormalizedName | undefined,
    editable: boolean,
  ): Promise<DirectCandidate> {
    const key = `${editable ? "-e " : ""}${url}`;
    const begun = this.#directs.get(key) ?? openDirect({ url, name, editable }, this.#world);
    this.#directs.set(key, begun);
    return begun;
  }

  #count(): void {
    if (++this.#questions === manyQuestions) this.#world.expectLongWork?.();
  }
}

/** Twice what a project of two hundred dependencies asks; beyond it compiled code pays. */
const manyQuestions = 1000;
