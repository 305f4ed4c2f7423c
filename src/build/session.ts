import type { FileLock } from "#platform/ports";
import type { BuildableSource, SourceBuilder } from "#provision/source-builder";
import type { GitWorld } from "#repository/git";
import type { WorkPlace } from "#store/work-place";
import type { BuildOptions, BuildWorld } from "./build-options.ts";
import { BuildEnvironments } from "./isolation.ts";
import { SourceBuild } from "./source-build.ts";
import { SourceDownloads } from "./source-downloads.ts";
import { UnderWay, type Waiter } from "./under-way.ts";

/** What all builds of one run share. */
export class BuildSession {
  readonly options: BuildOptions;
  readonly world: BuildWorld;
  readonly git: GitWorld;
  readonly underWay = new UnderWay();
  readonly environments: BuildEnvironments;
  readonly downloads: SourceDownloads;
  /** What questions turned out to mean: whatever moves at the remote meanwhile, one run has one answer. */
  readonly questions = new Map<string, Promise<BuildableSource>>();
  /** Of sdists that their index does not know the digest of, by address. */
  readonly digests = new Map<string, Promise<string>>();
  readonly #builds = new Map<string, SourceBuild>();
  readonly #turns: Turns;
  readonly #end = new AbortController();
  #hold: Promise<FileLock> | undefined;
  #opening: Promise<WorkPlace> | undefined;
  #place: WorkPlace | undefined;
  #stopCleaning: (() => void) | undefined;

  constructor(
    options: BuildOptions,
    world: BuildWorld,
    builderFor: (waiter: Waiter, session: BuildSession) => SourceBuilder,
  ) {
    this.options = options;
    this.world = world;
    const { files, processes, hashing, host } = world;
    this.git = { files, processes, hashing, host, ...options.git };
    this.downloads = new SourceDownloads(world.repositories, world.files);
    this.#turns = new Turns(options.atOnce);
    const inner = (waiter: Waiter): SourceBuilder => builderFor(waiter, this);
    const place = (): Promise<WorkPlace> => this.#workPlace();
    const { underWay } = this;
    this.environments = new BuildEnvironments(options, world, { underWay, inner, place });
  }

  /** The one build of a source in this run; `isNamed` when it is what a person wants, whatever its name. */
  buildOf(identity: string, source: BuildableSource, isNamed = false): SourceBuild {
    let build = this.#builds.get(identity);
    if (build === undefined) {
      build = new SourceBuild(source, { identity, isNamed }, this);
      this.#builds.set(identity, build);
    }
    return build;
  }

  /** A folder that goes at the end of the run, however it ends, unless somebody wants to look into it. */
  async workFolder(shown: string): Promise<string> {
    if (this.options.keepsFolders !== true) return this.passingFolder();
    await this.#begin();
    const folder = this.world.store.builds.lastingFolder(shown);
    this.world.report({ type: "build-folder-kept", source: shown, folder });
    return folder;
  }

  /** A folder that goes at the end of the run in any case. */
  async passingFolder(): Promise<string> {
    return (await this.#workPlace()).folder();
  }

  async #workPlace(): Promise<WorkPlace> {
    await this.#begin();
    this.#opening ??= this.world.store.builds.workPlace().then((place) => (this.#place = place));
    return this.#opening;
  }

  async #begin(): Promise<void> {
    const { store, interrupts } = this.world;
    // Nobody clears the store while something is built in it.
    this.#hold ??= store.hold();
    await this.#hold;
    this.#stopCleaning ??= interrupts?.before(() => {
      this.#end.abort();
      this.environments.abandon();
      this.#place?.abandon();
    });
  }

  /** Raised when backends shall be stopped. */
  get ending(): AbortSignal {
    return this.#end.signal;
  }

  /** Runs a backend when it is its turn. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.take(work);
  }

  async close(): Promise<void> {
    await this.downloads.close();
    (await this.#opening?.catch(() => undefined))?.close();
    this.#opening = undefined;
    this.#place = undefined;
    this.#stopCleaning?.();
    this.#stopCleaning = undefined;
    const hold = this.#hold;
    this.#hold = undefined;
    (await hold)?.release();
  }
}

/** So many at the same time; the others wait in a row. */
class Turns {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(most: number) {
    this.#most = Math.max(1, most);
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#taken >= this.#most) await new Promise<void>((go) => this.#waiting.push(go));
    else this.#taken += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#taken -= 1;
      else next();
    }
  }
}
