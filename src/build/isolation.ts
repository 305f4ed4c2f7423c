import { PkmError } from "#base/errors";
import { createEnvironment } from "#environment/create";
import type { PythonEnvironment } from "#environment/environment";
import { readInstalled } from "#environment/installed";
import { installResolution } from "#provision/provision";
import { resolveRequirements } from "#provision/resolve-requirements";
import type { SourceBuilder } from "#provision/source-builder";
import type { ProvisionWorld } from "#provision/world";
import type { AskedRequirement } from "#resolver/request";
import type { Resolution, ResolvedPackage } from "#resolver/resolution";
import { evaluateMarkerLeniently } from "#standards/marker";
import { formatRequirement, type Requirement } from "#standards/requirement";
import { specifierContains } from "#standards/specifier-set";
import type { WorkPlace } from "#store/work-place";
import type { BuildOptions, BuildWorld } from "./build-options.ts";
import { buildRequirementsMissing, buildRequirementsUnsolvable } from "./errors.ts";
import type { UnderWay, Waiter } from "./under-way.ts";

/** Where a backend runs. */
export type BuildEnvironment = {
  readonly python: string;
  /** Programs of what is installed in it; they come first on PATH. */
  readonly scripts: string;
  /** Its own prefix; `undefined` for a Python that is used as it is. */
  readonly prefix: string | undefined;
};

/** What environments have of the session that makes them. */
export type SessionParts = {
  readonly underWay: UnderWay;
  /** Builders for what an environment itself needs. */
  readonly inner: (waiter: Waiter) => SourceBuilder;
  /** Where this run is at work. */
  readonly place: () => Promise<WorkPlace>;
};

/**
 * Makes environments for backends. The same requirements lead to the same resolution and that to the same environment,
 * which is made once and kept: whoever needs it next, in this run or another, finds it. One that holds what may
 * change without notice (a folder) goes at the end.
 */
export class BuildEnvironments {
  readonly #options: BuildOptions;
  readonly #world: BuildWorld;
  readonly #session: SessionParts;
  readonly #made = new Map<
    string,
    { readonly waiter: Waiter; readonly made: Promise<BuildEnvironment> }
  >();
  /** Folders of those that are not finished yet. */
  readonly #begun = new Set<string>();

  constructor(options: BuildOptions, world: BuildWorld, session: SessionParts) {
    this.#options = options;
    this.#world = world;
    this.#session = session;
  }

  /** An environment that holds these requirements and nothing else; `owner` waits for it. */
  isolated(requirements: readonly Requirement[], owner: Waiter): Promise<BuildEnvironment> {
    const texts = [...new Set(requirements.map(formatRequirement))].sort();
    const key = texts.join("\n");
    let known = this.#made.get(key);
    if (known === undefined) {
      const waiter: Waiter = { shown: undefined };
      const made = this.#make(requirements, texts, owner, waiter);
      made.catch(() => {});
      this.#made.set(key, (known = { waiter, made }));
    }
    const { waiter, made } = known;
    return this.#session.underWay.during(owner, waiter, () => made);
  }

  /** The environment that a person has prepared; what a build needs has to be in it already. */
  prepared(requirements: readonly Requirement[], owner: Waiter): BuildEnvironment {
    const { environment, interpreter, checksRequirements } = this.#options;
    if (checksRequirements && environment !== undefined)
      this.#checkPrepared(requirements, environment, owner);
    return {
      python: environment?.executable ?? interpreter.executable,
      scripts: environment?.paths.scripts ?? interpreter.paths.scripts,
      prefix: undefined,
    };
  }

  /** Of what is not finished nothing stays when the process ends at once. */
  abandon(): void {
    for (const folder of this.#begun) this.#world.files.removeSoon(folder);
  }

  async #make(
    requirements: readonly Requirement[],
    texts: readonly string[],
    owner: Waiter,
    waiter: Waiter,
  ): Promise<BuildEnvironment> {
    const { options, world } = { options: this.#options, world: this.#inner(waiter) };
    const resolution = await this.#resolve(requirements, texts, owner, world);
    const key = this.#keyOf(resolution);
    const kept = key === undefined ? undefined : world.store.builds.environment(key);
    if (kept !== undefined) return this.#opened(kept);
    const place = await this.#session.place();
    const { builds } = world.store;
    const parent = key === undefined ? place.folder() : builds.environmentFolder(key, place);
    const folder = `${parent}/venv`;
    this.#begun.add(parent);
    try {
      const { interpreter, target, policy, creator } = options;
      const environment = createEnvironment({ path: folder, interpreter, creator }, world);
      await installResolution(
        {
          environment,
          roots: [],
          constraints: [],
          overrides: [],
          target,
          policy,
          upgrade: false,
          reinstall: false,
          exact: false,
          dryRun: false,
          strict: false,
          linkMode: undefined,
          compileBytecode: false,
          warnOfConflicts: false,
        },
        resolution,
        world,
      );
    } catch (error) {
      world.files.removeTree(parent);
      throw neededBy(owner, error);
    } finally {
      this.#begun.delete(parent);
    }
    if (key !== undefined) builds.keepEnvironment(key, folder);
    return this.#opened(folder);
  }

  async #resolve(
    requirements: readonly Requirement[],
    texts: readonly string[],
    owner: Waiter,
    world: ProvisionWorld,
  ): Promise<Resolution> {
    const { target, policy, constraints } = this.#options;
    if (requirements.length === 0)
      return { packages: [], passedOver: undefined, attempts: 0, warnings: [] };
    const outcome = await resolveRequirements(
      {
        roots: requirements.map(
          // The same question from another build has the same answer.
          (requirement): AskedRequirement => ({ requirement, origin: "a build", hashes: [] }),
        ),
        constraints,
        overrides: [],
        target,
        policy,
        preferences: new Map(),
      },
      world,
    ).catch((error: unknown) => {
      throw neededBy(owner, error);
    });
    if (outcome.kind === "resolved") return outcome.resolution;
    throw buildRequirementsUnsolvable(
      owner.shown ?? "a source",
      texts,
      outcome.failure.explanation,
    );
  }

  #opened(prefix: string): BuildEnvironment {
    const { virtualLayout } = this.#options.interpreter;
    const scripts = virtualLayout.paths.scripts.replace("{prefix}", prefix);
    const name = this.#world.host.os === "windows" ? "python.exe" : "python";
    return { python: `${scripts}/${name}`, scripts, prefix };
  }

  /** What an environment depends on; `undefined` when something in it may change under the same name. */
  #keyOf(resolution: Resolution): string | undefined {
    const { interpreter } = this.#options;
    const parts: string[] = [
      "build-environment-1",
      interpreter.baseExecutable,
      interpreter.version,
      interpreter.extensionSuffix ?? "",
    ];
    for (const found of resolution.packages) {
      const content = this.#contentOf(found);
      if (content === undefined) return undefined;
      parts.push(`${found.name} ${found.version.text} ${content}`);
    }
    return this.#world.hashing.digest("sha256", parts.join("\n"));
  }

  #contentOf({ source }: ResolvedPackage): string | undefined {
    switch (source.kind) {
      case "repository":
      case "url": {
        const file = source.kind === "url" ? source.file : source.files[0];
        if (file === undefined) return undefined;
        const { sha256 } = file.hashes;
        if (sha256 !== undefined) return sha256;
        if (!file.url.startsWith("file:")) return undefined;
        const path = decodeURIComponent(new URL(file.url).pathname);
        const stat = this.#world.files.tryStat(path);
        return stat === undefined ? undefined : `${path} ${stat.size} ${stat.mtime} ${stat.ino}`;
      }
      case "archive":
        return source.hashes.sha256;
      case "checkout":
        return source.git.commit;
      case "folder":
      case "installed":
        return undefined;
      default:
        return source satisfies never;
    }
  }

  /** The same world for what an environment needs, without the talk of a resolution that nobody asked for. */
  #inner(waiter: Waiter): ProvisionWorld {
    const { report, pause } = this.#world;
    return {
      ...this.#world,
      ...(pause === undefined ? {} : { pause }),
      builds: this.#session.inner(waiter),
      report: (event) => {
        if (event.type === "warning" || event.type.startsWith("build-")) report(event);
      },
    };
  }

  #checkPrepared(
    requirements: readonly Requirement[],
    environment: PythonEnvironment,
    owner: Waiter,
  ): void {
    const installed = new Map(
      readInstalled(environment, this.#world).map(({ name, version }) => [name, version]),
    );
    const missing: string[] = [];
    for (const requirement of requirements) {
      const { name, marker, specifier } = requirement;
      if (marker !== undefined && !evaluateMarkerLeniently(marker, this.#options.target.markers))
        continue;
      const version = installed.get(name);
      if (version === undefined) missing.push(formatRequirement(requirement));
      else if (!specifierContains(specifier, version, { prereleases: true }))
        missing.push(`${formatRequirement(requirement)} (found ${version})`);
    }
    if (missing.length > 0) throw buildRequirementsMissing(owner.shown ?? "a source", missing);
  }
}

/** The same error, told where it came about; a ring names everybody in it already. */
function neededBy({ shown }: Waiter, error: unknown): unknown {
  if (!(error instanceof PkmError) || error.code === "build-cycle") return error;
  const { code, what, why, fix, excerpt, exit } = error;
  return new PkmError({
    code,
    what: `${what}, which the build of ${shown} needs`,
    ...(why === undefined ? {} : { why }),
    fix,
    ...(excerpt === undefined ? {} : { excerpt }),
    exit,
    cause: error,
  });
}
