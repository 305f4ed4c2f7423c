import { PkmError } from "#base/errors";
import type {
  BuildableSource,
  BuildRequirements,
  BuildStep,
  BuildTarget,
  BuiltWheel,
  PromisedIdentity,
} from "#provision/source-builder";
import { type CoreMetadata, parseMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import type { Requirement } from "#standards/requirement";
import { compareVersions } from "#standards/version";
import type { StoredWheel } from "#store/wheel-manifest";
import { BackendCalls, type OpenedSource } from "./backend-calls.ts";
import { readBuildSystem } from "./build-system.ts";
import type { ConfigSettings } from "./build-options.ts";
import { BuildMemory, type DescribedBuild, promisedBy } from "./build-memory.ts";
import { blamed, checkWheel, onlyFile, parsedOr } from "./check-wheel.ts";
import {
  buildOfAnother,
  buildResultInvalid,
  editableUnsupported,
  sdistUnsupported,
} from "./errors.ts";
import type { HookAnswer } from "./hooks.ts";
import type { BuildSession } from "./session.ts";
import { layOutSource, shownSource } from "./source-folder.ts";
import { projectMetadata, projectName, staticPkgInfo } from "./static-metadata.ts";

/** What is known of a source before its wheel is there. */
type Description = DescribedBuild & {
  /** The folder that a metadata hook has written, for the hook that builds. */
  readonly folder: string | undefined;
};

/** One source in one run: what is done for it is done once. */
export class SourceBuild {
  readonly shown: string;
  readonly source: BuildableSource;
  readonly #session: BuildSession;
  readonly #memory: BuildMemory;
  readonly #calls: BackendCalls;
  #opened: Promise<OpenedSource> | undefined;
  #described: Promise<Description> | undefined;
  /** The description as far as it waits for no wheel, which waits for it. */
  #early: Promise<Description | undefined> | undefined;
  #wheel: Promise<BuiltWheel & { readonly metadata: string }> | undefined;
  /** Of a tree that does not say it itself: what its metadata told. */
  #foundName: NormalizedName | undefined;

  constructor(
    source: BuildableSource,
    { identity, isNamed }: { readonly identity: string; readonly isNamed: boolean },
    session: BuildSession,
  ) {
    this.source = source;
    this.#session = session;
    this.shown = shownSource(source);
    const { shown } = this;
    this.#memory = new BuildMemory({ source, shown, identity, isNamed }, session);
    const settings = ({ name }: OpenedSource) => this.#memory.settingsFor(name ?? this.#foundName);
    this.#calls = new BackendCalls(this, settings, session);
  }

  /** Settings for this source, said before it is known which project it is. */
  tell(settings: ConfigSettings): void {
    this.#memory.told = settings;
  }

  /** METADATA by the cheapest way there is. */
  describe(): Promise<CoreMetadata> {
    this.#described ??= this.#describe();
    return this.#described.then(({ metadata }) => metadata);
  }

  wheel(promised: PromisedIdentity): Promise<BuiltWheel> {
    this.#wheel ??= this.#makeWheel(promised);
    return this.#wheel;
  }

  async buildRequirements(targets: readonly BuildTarget[]): Promise<BuildRequirements> {
    const opened = await this.#open();
    const hooks = new Map<BuildTarget, readonly Requirement[]>();
    for (const target of targets) hooks.set(target, await this.#calls.requirements(target, opened));
    return { requires: opened.buildSystem.requirements, hooks };
  }

  /** The folder of the project. */
  async folder(): Promise<string> {
    return (await this.#open()).root;
  }

  /** The wheel of whatever it turns out to be. */
  anyWheel(): Promise<BuiltWheel> {
    this.#wheel ??= this.#makeWheel(undefined);
    return this.#wheel;
  }

  /** What `read` finds wrong with something that was made is the backend's fault. */
  async holdToRules(step: BuildStep, read: () => void): Promise<void> {
    const opened = await this.#open();
    parsedOr(read, this.#calls.failedAt(step, opened));
  }

  /** An sdist in `output`; answers its file name. */
  async sdist(output: string): Promise<{ readonly filename: string; readonly path: string }> {
    const opened = await this.#open();
    const answer = await this.#calls.ask("sdist", "build_sdist", { output }, opened);
    if (answer.kind === "unsupported")
      throw sdistUnsupported(this.shown, opened.buildSystem.backend, answer.message);
    if (answer.kind === "missing")
      throw sdistUnsupported(this.shown, opened.buildSystem.backend, "it has no `build_sdist`");
    return onlyFile(
      answer.value,
      output,
      this.#calls.failedAt("sdist", opened),
      this.#session.world,
    );
  }

  get #isEditable(): boolean {
    return this.source.kind === "folder" && this.source.editable;
  }

  get #target(): "wheel" | "editable" {
    return this.#isEditable ? "editable" : "wheel";
  }

  /** What the name of an sdist promises. */
  get #named(): PromisedIdentity | undefined {
    return promisedBy(this.source);
  }

  async #describe(): Promise<Description> {
    // Somebody wants the wheel already, and it will tell.
    if (this.#wheel !== undefined) return described((await this.#wheel).metadata, undefined);
    this.#early = this.#describeWithoutWheel();
    const early = await this.#early;
    if (early !== undefined) return early;
    this.#wheel ??= this.#makeWheel(undefined);
    return described((await this.#wheel).metadata, undefined);
  }

  async #describeWithoutWheel(): Promise<Description | undefined> {
    const kept = this.#memory.find();
    if (kept !== undefined) return described(kept.metadata, undefined);
    const opened = await this.#open();
    const text = this.#staticText(opened);
    if (text !== undefined) return this.#checked(described(text, undefined), this.#named);
    const prepared = await this.#prepare(opened);
    if (prepared === undefined) return undefined;
    this.#checked(prepared, this.#named);
    this.#memory.keepMetadata(prepared, opened.name);
    return prepared;
  }

  #staticText({ root, document }: OpenedSource): string | undefined {
    const { source } = this;
    // A folder's PKG-INFO may be what an old build has left there.
    const isArchive = source.kind === "sdist" || source.kind === "archive";
    const info = isArchive ? staticPkgInfo(root, this.#session.world) : undefined;
    return info ?? projectMetadata(document, this.#named);
  }

  /** What the backend's metadata hook says; `undefined` when it has none. */
  async #prepare(opened: OpenedSource): Promise<Description | undefined> {
    const { files } = this.#session.world;
    const output = files.makeTemporaryFolder(opened.work, "metadata-");
    const target = this.#target;
    const args = { output };
    const answer = await this.#calls.ask(
      target,
      `prepare_metadata_for_build_${target}`,
      args,
      opened,
    );
    if (answer.kind !== "done") return undefined;
    const failed = this.#calls.failedAt("metadata", opened);
    const folder = `${output}/${String(answer.value)}`;
    const text =
      typeof answer.value === "string" ? files.tryReadText(`${folder}/METADATA`) : undefined;
    if (text === undefined)
      throw buildResultInvalid(
        failed(),
        `it answered ${JSON.stringify(answer.value)}, and there is no METADATA in a folder of that name`,
      );
    return parsedOr(() => described(text, folder), failed);
  }

  async #makeWheel(
    promised: PromisedIdentity | undefined,
  ): Promise<BuiltWheel & { readonly metadata: string }> {
    const kept = this.#memory.find();
    if (kept?.wheel !== undefined && kept.path !== undefined) {
      const { filename, sha256 } = kept.wheel;
      const { store } = this.#session.world;
      const wheel = store.findWheel(sha256) ?? (await this.#unpack(filename, sha256, kept.path));
      this.#checked(described(kept.metadata, undefined), promised);
      return { wheel, path: kept.path, isFresh: false, metadata: kept.metadata };
    }
    const opened = await this.#open();
    const prepared = await this.#early?.catch(() => undefined);
    return this.#buildWheel(promised, prepared, opened);
  }

  async #buildWheel(
    promised: PromisedIdentity | undefined,
    prepared: Description | undefined,
    opened: OpenedSource,
  ): Promise<BuiltWheel & { readonly metadata: string }> {
    const { world, options } = this.#session;
    const target = this.#target;
    const output = world.files.makeTemporaryFolder(opened.work, "wheel-");
    const answer = await this.#calls.ask(
      target,
      `build_${target}`,
      { output, metadata: prepared?.folder },
      opened,
    );
    if (answer.kind !== "done") throw this.#cannotBuild(answer, opened);
    const failed = this.#calls.failedAt(target, opened);
    const file = onlyFile(answer.value, output, failed, world);
    const { tags, description } = options.target;
    const hook = prepared?.folder === undefined ? undefined : prepared.metadata;
    const about = { promised, prepared: hook, tags, python: description };
    const metadata = checkWheel(file, about, failed, world);
    const found = this.#checked(described(metadata, undefined), promised ?? this.#named);
    const sha256 = world.hashing.digest("sha256", world.files.read(file.path));
    let wheel: StoredWheel;
    try {
      wheel = await this.#unpack(file.filename, sha256, file.path);
    } catch (error) {
      if (!(error instanceof PkmError) || error.code === "store-not-writable") throw error;
      throw blamed(error, failed);
    }
    const path = this.#memory.keepWheel({ ...file, sha256 }, found, opened.name);
    return { wheel, path, isFresh: true, metadata };
  }

  #cannotBuild(answer: Exclude<HookAnswer, { kind: "done" }>, opened: OpenedSource): PkmError {
    const { backend } = opened.buildSystem;
    if (this.#isEditable) return editableUnsupported(this.shown, backend);
    const why =
      answer.kind === "unsupported"
        ? answer.message
        : "it has no `build_wheel`, which PEP 517 asks for";
    return buildResultInvalid(this.#calls.failedAt("wheel", opened)(), why);
  }

  #unpack(filename: string, sha256: string, path: string): Promise<StoredWheel> {
    const file = { filename, url: `file://${path}`, hashes: { sha256 } };
    return this.#session.world.store.addWheel({ file, sha256, content: { kind: "path", path } });
  }

  #open(): Promise<OpenedSource> {
    this.#opened ??= this.#layOut();
    return this.#opened;
  }

  async #layOut(): Promise<OpenedSource> {
    const { world, git, downloads, options } = this.#session;
    const work = await this.#session.workFolder(this.shown);
    const python = options.interpreter.executable;
    const laying = { ...world, git, downloads };
    const root = await layOutSource(this.source, this.shown, { work, python }, laying);
    const tables = readBuildSystem(root, this.shown, world);
    const name = this.#named?.name ?? projectName(tables.document);
    return { ...tables, root, work, name };
  }

  #checked(found: Description, promised: PromisedIdentity | undefined): Description {
    this.#foundName = found.metadata.name;
    if (promised === undefined) return found;
    const { name, version } = found.metadata;
    if (name !== promised.name || compareVersions(version, promised.version) !== 0)
      throw buildOfAnother(
        this.shown,
        `${promised.name} ${promised.version.text}`,
        `${name} ${version.text}`,
      );
    return found;
  }
}

function described(text: string, folder: string | undefined): Description {
  return { text, metadata: parseMetadata(text), folder };
}
