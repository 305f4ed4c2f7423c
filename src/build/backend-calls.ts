import { isOwnBackend } from "#backend/backend";
import type { BuildStep, BuildTarget } from "#provision/source-builder";
import type { NormalizedName } from "#standards/name";
import { parseRequirement, type Requirement } from "#standards/requirement";
import type { ConfigSettings } from "./build-options.ts";
import type { SourceTables } from "./build-system.ts";
import { parsedOr } from "./check-wheel.ts";
import { buildNotAllowed, buildResultInvalid, type FailedBuild } from "./errors.ts";
import {
  callHooks,
  type HookAnswer,
  type HookCall,
  type HookName,
  settingsArgument,
  stepOf,
  tailOf,
} from "./hooks.ts";
import type { BuildEnvironment } from "./isolation.ts";
import { callOwnBackend } from "./own-backend.ts";
import type { BuildSession } from "./session.ts";
import type { Waiter } from "./under-way.ts";

/** A source that was laid out, as far as its backend is concerned. */
export type OpenedSource = SourceTables & {
  readonly root: string;
  /** A folder of ours that goes at the end of the run. */
  readonly work: string;
  readonly name: NormalizedName | undefined;
};

/** The folders that hooks write to and read from. */
export type HookFolders = { readonly output: string; readonly metadata?: string | undefined };

/** The backend of one source: called in the environment that it wants, when it is its turn, with a log. */
export class BackendCalls {
  readonly #source: Waiter & { readonly shown: string };
  readonly #settings: (opened: OpenedSource) => ConfigSettings;
  readonly #session: BuildSession;
  readonly #environments = new Map<BuildTarget, Promise<ReadyEnvironment>>();
  #log: string | undefined;

  constructor(
    source: Waiter & { readonly shown: string },
    settings: (opened: OpenedSource) => ConfigSettings,
    session: BuildSession,
  ) {
    this.#source = source;
    this.#settings = settings;
    this.#session = session;
  }

  async ask(
    target: BuildTarget,
    hook: HookName,
    folders: HookFolders,
    opened: OpenedSource,
  ): Promise<HookAnswer> {
    const { world } = this.#session;
    this.#refuseForbidden(opened);
    const step = stepOf(hook);
    const { shown: source } = this.#source;
    const { report } = world;
    report({ type: "build-began", source, step });
    const answer =
      isOwnBackend(opened.buildSystem) && !this.#isUnisolated(opened)
        ? await this.#askOwn(hook, folders, opened)
        : await this.#askInstalled(target, { hook, folders }, opened);
    report({ type: "build-ended", source, step });
    return answer;
  }

  /** What the backend needs for a target beside what the tree says. */
  async requirements(target: BuildTarget, opened: OpenedSource): Promise<readonly Requirement[]> {
    if (isOwnBackend(opened.buildSystem) && !this.#isUnisolated(opened)) return [];
    this.#refuseForbidden(opened);
    const { environment } = await this.#firstEnvironment(opened);
    const [answer] = await this.#call([askingFor(target)], environment, opened);
    return answer?.kind === "done" ? this.#requirements(answer.value, opened) : [];
  }

  #askOwn(hook: HookName, { output }: HookFolders, opened: OpenedSource): Promise<HookAnswer> {
    const { options, world } = this.#session;
    const settings = this.#settings(opened);
    const python = (): string => options.interpreter.executable;
    return callOwnBackend(hook, output, { root: opened.root, settings, python }, world);
  }

  async #askInstalled(
    target: BuildTarget,
    wanted: WantedCall,
    opened: OpenedSource,
  ): Promise<HookAnswer> {
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
    opened: OpenedSource,
  ): Promise<readonly HookAnswer[]> {
    const { world, options } = this.#session;
    const { root, buildSystem, name, work } = opened;
    const { python } = environment;
    const settings = this.#settings(opened);
    const called = ({ hook, folders }: WantedCall): HookCall => ({
      hook,
      args: argumentsOf(hook, folders, settings),
    });
    const [first, second] = calls;
    return this.#session.inTurn(() =>
      callHooks(
        second === undefined ? [called(first)] : [called(first), called(second)],
        {
          source: this.#source.shown,
          name,
          root,
          buildSystem,
          python,
          isIsolated: environment.prefix !== undefined,
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
    target: BuildTarget,
    wanted: WantedCall,
    opened: OpenedSource,
  ): Promise<ReadyEnvironment> {
    const { environments, options } = this.#session;
    const unisolated = this.#isUnisolated(opened);
    const { environment, requirements } = await this.#firstEnvironment(opened);
    if (unisolated && !options.checksRequirements) return { environment, answer: undefined };
    const [more, answer] = await this.#call([askingFor(target), wanted], environment, opened);
    const added = more?.kind === "done" ? this.#requirements(more.value, opened) : [];
    if (added.length === 0) return { environment, answer };
    const all = [...requirements, ...added];
    return {
      environment: unisolated
        ? environments.prepared(all, this.#source)
        : await environments.isolated(all, this.#source),
      answer: undefined,
    };
  }

  /** With what the tree requires, and a person in its place. */
  async #firstEnvironment(opened: OpenedSource): Promise<{
    readonly environment: BuildEnvironment;
    readonly requirements: readonly Requirement[];
  }> {
    const { environments, options } = this.#session;
    const { name, buildSystem } = opened;
    const extra = name === undefined ? [] : (options.extraRequirements.get(name) ?? []);
    const requirements = [...buildSystem.requirements, ...extra];
    const environment = this.#isUnisolated(opened)
      ? environments.prepared(requirements, this.#source)
      : await environments.isolated(requirements, this.#source);
    return { environment, requirements };
  }

  #refuseForbidden({ name }: OpenedSource): void {
    const forbidden = this.#session.options.forbiddenBy(name);
    if (forbidden !== undefined) throw buildNotAllowed(this.#source.shown, forbidden);
  }

  #requirements(answer: unknown, opened: OpenedSource): readonly Requirement[] {
    const failed = this.failedAt("requirements", opened);
    if (!Array.isArray(answer) || answer.some((each) => typeof each !== "string"))
      throw buildResultInvalid(
        failed(),
        `it answered ${JSON.stringify(answer)}, not a list of requirements`,
      );
    return parsedOr(() => (answer as string[]).map((text) => parseRequirement(text)), failed);
  }

  #isUnisolated({ name }: OpenedSource): boolean {
    const { withoutIsolation } = this.#session.options;
    if (typeof withoutIsolation === "boolean") return withoutIsolation;
    return name !== undefined && withoutIsolation.has(name);
  }

  #logFile(): string {
    if (this.#log === undefined) {
      const { world } = this.#session;
      this.#log = world.store.builds.logFile(this.#source.shown);
      world.report({ type: "build-logged", source: this.#source.shown, log: this.#log });
    }
    return this.#log;
  }

  /** What a message says of a step that failed. */
  failedAt(step: BuildStep, { buildSystem }: OpenedSource): () => FailedBuild {
    return () => this.#failure(step, buildSystem.backend);
  }

  #failure(step: BuildStep, backend: string): FailedBuild {
    const log = this.#log ?? "";
    const text = log === "" ? "" : (this.#session.world.files.tryReadText(log) ?? "");
    return { source: this.#source.shown, step, backend, log, tail: tailOf(text) };
  }
}

type WantedCall = { readonly hook: HookName; readonly folders: HookFolders };

function askingFor(target: BuildTarget): WantedCall {
  return { hook: `get_requires_for_build_${target}`, folders: { output: "" } };
}

/** An environment in which a backend can work, and what it has answered already. */
type ReadyEnvironment = {
  readonly environment: BuildEnvironment;
  readonly answer: HookAnswer | undefined;
};

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
