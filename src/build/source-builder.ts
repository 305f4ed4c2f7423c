import { withoutCredentials } from "#base/url";

import type {
  BuildableSource,
  BuildRequirements,
  BuildTarget,
  BuiltWheel,
  DescribedSource,
  PromisedIdentity,
  SourceBuilder,
  SourceQuestion,
} from "#provision/source-builder";
import { resolveGit } from "#repository/git";
import type { FileAddress } from "#repository/repositories";
import type { BuildOptions, BuildWorld, ConfigSettings } from "./build-options.ts";
import { editableCheckout } from "./checkout-folder.ts";
import { BuildSession } from "./session.ts";
import type { SourceBuild } from "./source-build.ts";
import type { Waiter } from "./under-way.ts";

/** Opens the builder of one run. Nothing is laid out, made or asked before the first question. */
export function openSourceBuilder(options: BuildOptions, world: BuildWorld): SourceBuilder {
  return new SessionBuilder(openBuildSession(options, world), undefined);
}

/** {@link openSourceBuilder} for those who want more than metadata and wheels. */
export function openBuildSession(options: BuildOptions, world: BuildWorld): BuildSession {
  return new BuildSession(options, world, (waiter, inner) => new SessionBuilder(inner, waiter));
}

/** One who asks: the command itself, or an environment that a build waits for. */
class SessionBuilder implements SourceBuilder {
  readonly #session: BuildSession;
  readonly #waiter: Waiter | undefined;

  constructor(session: BuildSession, waiter: Waiter | undefined) {
    this.#session = session;
    this.#waiter = waiter;
  }

  async describe(question: SourceQuestion, settings?: ConfigSettings): Promise<DescribedSource> {
    const source = await this.#settled(question);
    const build = await this.#buildOf(source);
    if (settings !== undefined) build.tell(settings);
    const { underWay } = this.#session;
    const metadata = await underWay.during(this.#waiter, build, () => build.describe());
    return { source, metadata };
  }

  async wheel(source: BuildableSource, promised: PromisedIdentity): Promise<BuiltWheel> {
    const build = await this.#buildOf(source);
    const { underWay } = this.#session;
    return underWay.during(this.#waiter, build, () => build.wheel(promised));
  }

  async buildRequirements(
    source: BuildableSource,
    targets: readonly BuildTarget[],
  ): Promise<BuildRequirements> {
    const build = await this.#buildOf(source);
    const { underWay } = this.#session;
    return underWay.during(this.#waiter, build, () => build.buildRequirements(targets));
  }

  async layOut(source: BuildableSource): Promise<string> {
    return (await this.#buildOf(source)).folder();
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  #settled(question: SourceQuestion): Promise<BuildableSource> {
    if (question.kind === "sdist" || question.kind === "folder") return Promise.resolve(question);
    const key = JSON.stringify(question);
    const { questions } = this.#session;
    let settled = questions.get(key);
    if (settled === undefined) {
      settled = this.#settle(question);
      questions.set(key, settled);
    }
    return settled;
  }

  async #settle(
    question: Exclude<SourceQuestion, { kind: "sdist" | "folder" }>,
  ): Promise<BuildableSource> {
    const { git, options, downloads } = this.#session;
    if (question.kind === "checkout") {
      const source = await resolveGit(question.git, git);
      if (question.editableAs === undefined) return { kind: "checkout", git: source };
      const folder = `${options.checkoutFolder}/${question.editableAs}`;
      const path = await editableCheckout(source, folder, git);
      return { kind: "folder", path, editable: true };
    }
    const { filename, url, hashes, subdirectory } = question;
    const { sha256 } = hashes;
    if (sha256 !== undefined) return { kind: "archive", filename, url, hashes, subdirectory };
    const known = {
      ...hashes,
      sha256: await downloads.digest({ filename, url, hashes, size: undefined }),
    };
    return { kind: "archive", filename, url, hashes: known, subdirectory };
  }

  async #buildOf(source: BuildableSource): Promise<SourceBuild> {
    return this.#session.buildOf(await this.#identityOf(source), source);
  }

  /** What tells two sources apart, and keeps what was built of one for another run. */
  async #identityOf(source: BuildableSource): Promise<string> {
    switch (source.kind) {
      case "folder":
        return `folder ${source.editable ? "-e " : ""}${source.path}`;
      case "checkout": {
        const { remote, commit, revision = "", subdirectory = "" } = source.git;
        // Backends read versions off tags, so what was asked for counts beside the commit.
        return `git ${withoutCredentials(remote)} ${commit} ${revision} ${subdirectory}`;
      }
      case "archive":
        return `archive ${source.hashes.sha256} ${source.subdirectory ?? ""}`;
      case "sdist":
        return `sdist ${source.file.hashes.sha256 ?? (await this.#digestOf(source.file))}`;
      default:
        return source satisfies never;
    }
  }

  #digestOf(file: FileAddress): Promise<string> {
    const { digests, downloads } = this.#session;
    let digest = digests.get(file.url);
    if (digest === undefined) digests.set(file.url, (digest = downloads.digest(file)));
    return digest;
  }
}
