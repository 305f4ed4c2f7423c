import { withoutCredentials } from "#base/url";
import type { BuildableSource, PromisedIdentity } from "#provision/source-builder";
import type { CoreMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import type { FoundBuild, KeptBuild } from "#store/build-store";
import type { ConfigSettings } from "./build-options.ts";
import type { BuildSession } from "./session.ts";

/** Metadata as a backend wrote it, and read. */
export type DescribedBuild = { readonly text: string; readonly metadata: CoreMetadata };

/** A source, as far as it matters to what is remembered of its build. */
export type RememberedSource = {
  readonly source: BuildableSource;
  readonly shown: string;
  /** What tells it from all others. */
  readonly identity: string;
  /** A person named it. */
  readonly isNamed: boolean;
};

type MadeWheel = { readonly path: string; readonly filename: string; readonly sha256: string };

/** What earlier runs have learnt of one source, and what of this one is for later runs. */
export class BuildMemory {
  readonly #about: RememberedSource;
  readonly #session: BuildSession;
  /** Settings that were said to this source alone. */
  told: ConfigSettings = {};

  constructor(about: RememberedSource, session: BuildSession) {
    this.#about = about;
    this.#session = session;
  }

  /** What is told to the backend of a project. */
  settingsFor(name: NormalizedName | undefined): ConfigSettings {
    const { settings, settingsOf, isNamed } = this.#session.options;
    if (name === undefined) return { ...settings, ...this.told };
    // Only a person names trees, and before a tree is described nobody knows what it is called.
    const isMeant = this.#about.isNamed || this.#about.source.kind !== "sdist" || isNamed(name);
    return { ...(isMeant ? settings : {}), ...settingsOf.get(name), ...this.told };
  }

  /**
   * Under what a build is kept: its source, and whatever else has a say in how it turns out. Nothing for folders, which
   * change, and for environments that pkm did not make.
   */
  #key(found: NormalizedName | undefined): string | undefined {
    const { source, identity, isNamed } = this.#about;
    const { options, world } = this.#session;
    if (source.kind === "folder" || options.withoutIsolation === true) return undefined;
    if (options.keepsNothing === true && isNamed) return undefined;
    const name = promisedBy(source)?.name ?? found;
    if (
      options.withoutIsolation !== false &&
      (name === undefined || options.withoutIsolation.has(name))
    )
      return undefined;
    const { interpreter } = options;
    const extra = name === undefined ? [] : (options.extraRequirements.get(name) ?? []);
    return world.hashing.digest(
      "sha256",
      JSON.stringify([
        "built-1",
        identity,
        sortedEntries(this.settingsFor(name)),
        interpreter.implementation,
        interpreter.major,
        interpreter.minor,
        interpreter.cacheTag ?? "",
        interpreter.extensionSuffix ?? "",
        interpreter.tags.platforms[0] ?? "",
        extra.map(({ name: each, specifier }) => `${each}${specifier.text}`),
        options.constraints.map(
          ({ requirement }) => `${requirement.name}${requirement.specifier.text}`,
        ),
      ]),
    );
  }

  /** What an earlier run learnt. Before a tree is opened its name is not known, which matters to some settings. */
  find(): FoundBuild | undefined {
    const { options, world } = this.#session;
    const dependsOnName = options.settingsOf.size > 0 || options.extraRequirements.size > 0;
    if (promisedBy(this.#about.source) === undefined && dependsOnName) return undefined;
    const key = this.#key(undefined);
    return key === undefined ? undefined : world.store.builds.find(key);
  }

  /** Keeps what a metadata hook said, unless more is known already. */
  keepMetadata(described: DescribedBuild, name: NormalizedName | undefined): void {
    const key = this.#key(name);
    const { builds } = this.#session.world.store;
    if (key !== undefined && builds.find(key) === undefined)
      builds.keep(key, this.#entry(described));
  }

  /** Keeps a wheel, if it may be kept; answers where it lies. */
  keepWheel(
    { path, filename, sha256 }: MadeWheel,
    described: DescribedBuild,
    name: NormalizedName | undefined,
  ): string {
    const key = this.#key(name);
    if (key === undefined) return path;
    const entry = { ...this.#entry(described), wheel: { filename, sha256 } };
    return this.#session.world.store.builds.keep(key, entry, path).path ?? path;
  }

  #entry({ metadata, text }: DescribedBuild): KeptBuild {
    return {
      project: metadata.name,
      version: metadata.version.text,
      metadata: text,
      source: withoutCredentials(this.#about.shown),
    };
  }
}

/** What the name of an sdist promises. */
export function promisedBy(source: BuildableSource): PromisedIdentity | undefined {
  if (source.kind !== "sdist") return undefined;
  const { name, version } = source.file.identity;
  return { name, version };
}

function sortedEntries(settings: ConfigSettings): unknown {
  return Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
}
