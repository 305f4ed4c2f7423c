import { PkmError } from "#base/errors";
import { withoutCredentials } from "#base/url";
import { isOwnBackend } from "#backend/backend";
import type {
  BuildableSource,
  BuildStep,
  BuiltWheel,
  PromisedIdentity,
} from "#provision/source-builder";
import { type CoreMetadata, parseMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import { parseRequirement, type Requirement } from "#standards/requirement";
import { compareVersions } from "#standards/version";
import type { FoundBuild, KeptBuild } from "#store/build-store";
import type { StoredWheel } from "#store/wheel-manifest";

import { readBuildSystem, type SourceTables } from "./build-system.ts";
import type { ConfigSettings } from "./build-options.ts";
import { blamed, checkWheel, onlyFile, parsedOr } from "./check-wheel.ts";
import {
  buildNotAllowed,
  buildOfAnother,
  buildResultInvalid,
  editableUnsupported,
  type FailedBuild,
  sdistUnsupported,
} from "./errors.ts";
import {
  callHooks,
  type HookAnswer,
  type HookCall,
  type HookName,
  settingsArgument,
  tailOf,
} from "./hooks.ts";
import type { BuildEnvironment } from "./isolation.ts";
import { callOwnBackend } from "./own-backend.ts";
import type { BuildSession } from "./session.ts";
import { layOutSource, shownSource } from "./source-folder.ts";
import { projectMetadata, projectName, staticPkgInfo } from "./static-metadata.ts";

type Opened = SourceTables & {
  readonly root: string;
  readonly work: string;
  readonly name: NormalizedName | undefined;
};

/** What kind of thing a backend is asked for. */
type Target = "wheel" | "editable" | "sdist";

/** What is known of a source before its wheel is there. */
type Description = {
  readonly text: string;
  readonly metadata: CoreMetadata;
  /** The folder that a metadata hook has written, for the hook that builds. */
  readonly folder: string | undefined;
};

/** One source in one run: what is done for it is done once. */
export class SourceBuild {
  readonly shown: string;
  readonly source: BuildableSource;
  readonly #identity: string;
  readonly #isNamed: boolean;
  readonly #session: BuildSession;
  #opened: Promise<Opened> | undefined;
  #described: Promise<Description> | undefined;
  /** The description as far as it waits for no wheel, which waits for it. */
  #early: Promise<Description | undefined> | undefined;
  #wheel: Promise<BuiltWheel & { readonly metadata: string }> | undefined;
  readonly #environments = new Map<Target, Promise<ReadyEnvironment>>();
  #log: string | undefined;
  /** Of a tree that does not say it itself: what its metadata told. */
  #foundName: NormalizedName | undefined;

  constructor(
    source: BuildableSource,
    { identity, isNamed }: { readonly identity: string; readonly isNamed: boolean },
    session: BuildSession,
  ) {
    this.source = source;
    this.#identity = identity;
    this.#isNamed = isNamed;
    this.#session = session;
    this.shown = shownSource(source);
  }

  /** METADATA by the cheapest way there is; `hint` is what the resolver believes the source to be. */
  describe(): Promise<CoreMetadata> {
    this.#described ??= this.#describe();
    return this.#described.then(({ metadata }) => metadata);
  }

  wheel(promised: PromisedIdentity): Promise<BuiltWheel> {
    this.#wheel ??= this.#makeWheel(promised);
    return this.#wheel;
  }

  /** The wheel of whatever it turns out to be. */
  anyWheel(): Promise<BuiltWheel> {
    this.#wheel ??= this.#makeWheel(undefined);
    return this.#wheel;
  }

  /** What `read` finds wrong with something that was made is the backend's fault. */
  async holdToRules(step: BuildStep, read: () => void): Promise<void> {
    const opened = await this.#open();
    parsedOr(read, this.#failedAt(step, opened));
  }

  /** An sdist in `output`; answers its file name. */
  async sdist(output: string): Promise<{ readonly filename: string; readonly path: string }> {
    const opened = await this.#open();
    const answer = await this.#ask("sdist", "build_sdist", { output }, opened);
    if (answer.kind === "unsupported")
      throw sdistUnsupported(this.shown, opened.buildSystem.backend, answer.message);
    if (answer.kind === "missing")
      throw sdistUnsupported(this.shown, opened.buildSystem.backend, "it has no `build_sdist`");
    return onlyFile(answer.value, output, this.#failedAt("sdist", opened), this.#session.world);
  }

  get #isEditable(): boolean {
    return this.source.kind === "folder" && this.source.editable;
  }

  get #target(): "wheel" | "editable" {
    return this.#isEditable ? "editable" : "wheel";
  }

  /** What the name of an sdist promises. */
  get #named(): PromisedIdentity | undefined {
    const { source } = this;
    if (source.kind !== "sdist") return undefined;
    const { name, version } = source.file.identity;
    return { name, version };
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
    const kept = this.#kept();
    if (kept !== undefined) return described(kept.metadata, undefined);
    const opened = await this.#open();
    const text = this.#staticText(opened);
    if (text !== undefined) return this.#checked(described(text, undefined), this.#named);
    const prepared = await this.#prepare(opened);
    if (prepared === undefined) return undefined;
    this.#checked(prepared, this.#named);
    const key = this.#key(opened);
    const { builds } = this.#session.world.store;
    if (key !== undefined && builds.find(key) === undefined)
      builds.keep(key, this.#entry(prepared.metadata, prepared.text));
    return prepared;
  }

  #staticText({ root, document }: Opened): string | undefined {
    const { source } = this;
    // A folder's PKG-INFO may be what an old build has left there.
    const isArchive = source.kind === "sdist" || source.kind === "archive";
    const info = isArchive ? staticPkgInfo(root, this.#session.world) : undefined;
    return info ?? projectMetadata(document, this.#named);
  }

  /** What the backend's metadata hook says; `undefined` when it has none. */
  async #prepare(opened: Opened): Promise<Description | undefined> {
    const { files } = this.#session.world;
    const output = files.makeTemporaryFolder(opened.work, "metadata-");
    const target = this.#target;
    const args = { output };
    const answer = await this.#ask(target, `prepare_metadata_for_build_${target}`, args, opened);
    if (answer.kind !== "done") return undefined;
    const failed = this.#failedAt("metadata", opened);
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
    const kept = this.#kept();
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
    opened: Opened,
  ): Promise<BuiltWheel & { readonly metadata: string }> {
    const { world, options } = this.#session;
    const target = this.#target;
    const output = world.files.makeTemporaryFolder(opened.work, "wheel-");
    const answer = await this.#ask(
      target,
      `build_${target}`,
      { output, metadata: prepared?.folder },
      opened,
    );
    if (answer.kind !== "done") throw this.#cannotBuild(answer, opened);
    const failed = this.#failedAt(target, opened);
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
    const key = this.#key(opened);
    const entry = { ...this.#entry(found.metadata, metadata), wheel: { ...file, sha256 } };
    const path =
      key === undefined
        ? file.path
        : (world.store.builds.keep(
            key,
            { ...entry, wheel: { filename: file.filename, sha256 } },
            file.path,
          ).path as string);
    return { wheel, path, isFresh: true, metadata };
  }

  #cannotBuild(answer: Exclude<HookAnswer, { kind: "done" }>, opened: Opened): PkmError {
    const { backend } = opened.buildSystem;
    if (this.#isEditable) return editableUnsupported(this.shown, backend);
    const why =
      answer.kind === "unsupported"
        ? answer.message
        : "it has no `build_wheel`, which PEP 517 asks for";
    return buildResultInvalid(this.#failedAt("wheel", opened)(), why);
  }

  #unpack(filename: string, sha256: string, path: string): Promise<StoredWheel> {
    const file = { filename, url: `file://${path}`, hashes: { sha256 } };
    return this.#session.world.store.addWheel({ file, sha256, content: { kind: "path", path } });
  }

  /** Asks the backend, in the environment that it wants, when it is its turn. */
  async #ask(
    target: Target,
    hook: HookName,
    folders: HookFolders,
    opened: Opened,
  ): Promise<HookAnswer> {
    const { world } = this.#session;
    const forbidden = this.#session.options.forbiddenBy(opened.name);
    if (forbidden !== undefined) throw buildNotAllowed(this.shown, forbidden);
    const step = stepOf(hook);
    const { shown: source } = this;
    const { report } = world;
    report({ type: "build-began", source, step });
    const answer =
      isOwnBackend(opened.buildSystem) && !this.#isUnisolated(opened)
        ? await this.#askOwn(hook, folders, opened)
        : await this.#askInstalled(target, { hook, folders }, opened);
    report({ type: "build-ended", source, step });
    return answer;
  }

  #askOwn(hook: HookName, { output }: HookFolders, opened: Opened): Promise<HookAnswer> {
    const { options, world } = this.#session;
    const settings = this.#settingsFor(opened.name ?? this.#foundName);
    const python = (): string => options.interpreter.executable;
    return callOwnBackend(hook, output, { root: opened.root, settings, python }, world);
  }

  async #askInstalled(target: Target, wanted: WantedCall, opened: Opened): Promise<HookAnswer> {
    let found = this.#environments.get(target);
    if (found === undefined) {
      found = this.#makeEnvironment(target, wanted, opened);
      const later = found.then(({ environment }) => ({ environment, answer: undefined }));
      // Whoever asked first hears of the failure.
      later.catch(() => {});
      this.#environments.set(target, later);
    }
    const { environment, answer } = await found;
    if (answer !== undefined) return answer;
    const [only] = await this.#call([wanted], environment, opened);
    return only as HookAnswer;
  }

  #call(
    calls: readonly [WantedCall, WantedCall?],
    environment: BuildEnvironment,
    opened: Opened,
  ): Promise<readonly HookAnswer[]> {
    const { world, options } = this.#session;
    const { root, buildSystem, name, work } = opened;
    const { python } = environment;
    const settings = this.#settingsFor(name ?? this.#foundName);
    const called = ({ hook, folders }: WantedCall): HookCall => ({
      hook,
      args: argumentsOf(hook, folders, settings),
    });
    const [first, second] = calls;
    return this.#session.inTurn(() =>
      callHooks(
        second === undefined ? [called(first)] : [called(first), called(second)],
        {
          source: this.shown,
          name,
          root,
          buildSystem,
          python,
          variables: variablesFor(environment, world.host.env, world.host.os),
          work,
          log: this.#logFile(),
          timeLimit: options.timeLimit,
          ending: this.#session.ending,
        },
        world,
      ),
    );
  }

  /**
   * PEP 517: what the tree requires, then what the backend adds for this very step. A backend that adds nothing goes on
   * with what is wanted of it.
   */
  async #makeEnvironment(
    target: Target,
    wanted: WantedCall,
    opened: Opened,
  ): Promise<ReadyEnvironment> {
    const { environments, options } = this.#session;
    const { name, buildSystem } = opened;
    const extra = name === undefined ? [] : (options.extraRequirements.get(name) ?? []);
    const requirements = [...buildSystem.requirements, ...extra];
    const unisolated = this.#isUnisolated(opened);
    const environment = unisolated
      ? environments.prepared(requirements, this)
      : await environments.isolated(requirements, this);
    if (unisolated && !options.checksRequirements) return { environment, answer: undefined };
    const asking: WantedCall = {
      hook: `get_requires_for_build_${target}`,
      folders: { output: "" },
    };
    const [more, answer] = await this.#call([asking, wanted], environment, opened);
    const added = more?.kind === "done" ? this.#requirements(more.value, opened) : [];
    if (added.length === 0) return { environment, answer };
    const all = [...requirements, ...added];
    return {
      environment: unisolated
        ? environments.prepared(all, this)
        : await environments.isolated(all, this),
      answer: undefined,
    };
  }

  #requirements(answer: unknown, opened: Opened): readonly Requirement[] {
    const failed = this.#failedAt("requirements", opened);
    if (!Array.isArray(answer) || answer.some((each) => typeof each !== "string"))
      throw buildResultInvalid(
        failed(),
        `it answered ${JSON.stringify(answer)}, not a list of requirements`,
      );
    return parsedOr(() => (answer as string[]).map((text) => parseRequirement(text)), failed);
  }

  #isUnisolated({ name }: Opened): boolean {
    const { withoutIsolation } = this.#session.options;
    if (typeof withoutIsolation === "boolean") return withoutIsolation;
    return name !== undefined && withoutIsolation.has(name);
  }

  #open(): Promise<Opened> {
    this.#opened ??= this.#layOut();
    return this.#opened;
  }

  async #layOut(): Promise<Opened> {
    const { world, git, downloads, options } = this.#session;
    const work = await this.#session.workFolder();
    const python = options.interpreter.executable;
    const laying = { ...world, git, downloads };
    const root = await layOutSource(this.source, this.shown, { work, python }, laying);
    const tables = readBuildSystem(root, this.shown, world);
    const name = this.#named?.name ?? projectName(tables.document);
    return { ...tables, root, work, name };
  }

  #settingsFor(name: NormalizedName | undefined): ConfigSettings {
    const { settings, settingsOf, isNamed } = this.#session.options;
    if (name === undefined) return settings;
    const isMeant = this.#isNamed || isNamed(name);
    return { ...(isMeant ? settings : {}), ...settingsOf.get(name) };
  }

  /**
   * Under what a build is kept: its source, and whatever else has a say in how it turns out. Nothing for folders, which
   * change, and for environments that pkm did not make.
   */
  #key(about: { readonly name: NormalizedName | undefined } | undefined): string | undefined {
    const { source } = this;
    const { options, world } = this.#session;
    if (source.kind === "folder" || options.withoutIsolation === true) return undefined;
    if (options.keepsNothing === true && this.#isNamed) return undefined;
    const name = this.#named?.name ?? about?.name;
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
        this.#identity,
        sortedEntries(this.#settingsFor(name)),
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
  #kept(): FoundBuild | undefined {
    const { options, world } = this.#session;
    const dependsOnName = options.settingsOf.size > 0 || options.extraRequirements.size > 0;
    if (this.#named === undefined && dependsOnName) return undefined;
    const key = this.#key(undefined);
    return key === undefined ? undefined : world.store.builds.find(key);
  }

  #entry(metadata: CoreMetadata, text: string): KeptBuild {
    return {
      project: metadata.name,
      version: metadata.version.text,
      metadata: text,
      source: withoutCredentials(this.shown),
    };
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

  #logFile(): string {
    if (this.#log === undefined) {
      const { world } = this.#session;
      const stem = this.shown.slice(this.shown.lastIndexOf("/") + 1);
      this.#log = world.store.builds.logFile(stem === "" ? "source" : stem);
      world.report({ type: "build-logged", source: this.shown, log: this.#log });
    }
    return this.#log;
  }

  #failedAt(step: BuildStep, { buildSystem }: Opened): () => FailedBuild {
    return () => this.#failure(step, buildSystem.backend);
  }

  #failure(step: BuildStep, backend: string): FailedBuild {
    const log = this.#log ?? "";
    const text = log === "" ? "" : (this.#session.world.files.tryReadText(log) ?? "");
    return { source: this.shown, step, backend, log, tail: tailOf(text) };
  }
}

type WantedCall = { readonly hook: HookName; readonly folders: HookFolders };

/** An environment in which a backend can work, and what it has answered already. */
type ReadyEnvironment = {
  readonly environment: BuildEnvironment;
  readonly answer: HookAnswer | undefined;
};

/** The folders that hooks write to and read from. */
type HookFolders = { readonly output: string; readonly metadata?: string | undefined };

/** PEP 517 and 660, in the order of the parameters. */
function argumentsOf(
  hook: HookName,
  { output, metadata }: HookFolders,
  settings: ConfigSettings,
): readonly unknown[] {
  const told = settingsArgument(settings);
  if (hook.startsWith("get_requires")) return [told];
  const isWheel = hook === "build_wheel" || hook === "build_editable";
  return isWheel ? [output, told, metadata ?? null] : [output, told];
}

function described(text: string, folder: string | undefined): Description {
  return { text, metadata: parseMetadata(text), folder };
}

function sortedEntries(settings: ConfigSettings): unknown {
  return Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
}

function stepOf(hook: HookName): BuildStep {
  if (hook.startsWith("prepare_metadata")) return "metadata";
  if (hook.startsWith("get_requires")) return "requirements";
  return hook === "build_sdist" ? "sdist" : hook === "build_editable" ? "editable" : "wheel";
}

/**
 * What a backend sees of the variables around it: everything, since builds rely on compilers, flags and proxies, except
 * what would let modules of elsewhere into an environment of its own.
 */
export function variablesFor(
  { scripts, prefix }: BuildEnvironment,
  outer: Readonly<Record<string, string | undefined>>,
  os: "linux" | "macos" | "windows",
): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(outer))
    if (value !== undefined) variables[name] = value;
  const separator = os === "windows" ? ";" : ":";
  variables.PATH =
    variables.PATH === undefined ? scripts : `${scripts}${separator}${variables.PATH}`;
  if (prefix === undefined) return variables;
  for (const name of ["PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "__PYVENV_LAUNCHER__"])
    delete variables[name];
  variables.VIRTUAL_ENV = prefix;
  variables.PYTHONNOUSERSITE = "1";
  return variables;
}
