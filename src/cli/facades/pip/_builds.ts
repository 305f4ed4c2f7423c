import { absolute } from "#cli/cache-folder";
import { invalidOptionValue } from "#cli/errors";
import type { Invocation } from "#cli/invocation";
import type { PkmEvent } from "#cli/progress";
import { isOffline, runSettings } from "#cli/setting-values";
import { version } from "#cli/version";
import type { Report } from "#base/report";
import type { BuildOptions, BuildWorld, ConfigSettings } from "#build/build-options";
import { readExtraBuildRequirements } from "#build/extra-requirements";
import { openSourceBuilder } from "#build/source-builder";
import type { PythonEnvironment } from "#environment/environment";
import type { Interpreter } from "#interpreter/interpreter";
import { readRequirements } from "#provision/read-requirements";
import type { SourceBuilder } from "#provision/source-builder";
import type { Repositories } from "#repository/repositories";
import type { AskedRequirement, ResolutionPolicy } from "#resolver/request";
import { type NormalizedName, parseName } from "#standards/name";
import type { RequirementsReader } from "#standards/requirements-file";
import type { Store } from "#store/store";
import { resolutionTarget } from "./_requests.ts";
import type { BuildingChoices } from "./building-options.ts";

export type BuildingQuestion = {
  readonly interpreter: Interpreter;
  /** What is built without isolation is built with what it holds. */
  readonly environment: PythonEnvironment | undefined;
  readonly policy: ResolutionPolicy;
  readonly openRepositories: () => Promise<Repositories>;
  readonly store: Store;
  readonly report: Report<PkmEvent>;
  /** Projects that a person named; more may come while sources are named. */
  readonly named: ReadonlySet<NormalizedName>;
  /** Settings that stand beside requirements in files; those of the command line are added. */
  readonly settingsOf: Map<NormalizedName, ConfigSettings>;
  readonly reader: RequirementsReader;
  readonly noBuild: boolean;
};

/** The builder of one run, with what options and files say about builds. */
export async function openBuilds(
  chosen: BuildingChoices,
  question: BuildingQuestion,
  invocation: Invocation,
): Promise<SourceBuilder> {
  const { options, world } = await buildingRun(chosen, question, invocation);
  return openSourceBuilder(options, world);
}

/** What options and files say about builds, and what they are done with. */
export async function buildingRun(
  chosen: BuildingChoices,
  question: BuildingQuestion,
  invocation: Invocation,
): Promise<{ readonly options: BuildOptions; readonly world: BuildWorld }> {
  const settings = readConfigSettings(chosen["config-settings"] ?? [], invocation.name);
  const { settingsOf } = question;
  for (const text of chosen["config-settings-package"] ?? [])
    addPackageSetting(text, settingsOf, invocation.name);
  const options = await buildOptions(chosen, question, { settings, settingsOf }, invocation);
  const { store, report } = question;
  const repositories = await question.openRepositories();
  return { options, world: { ...invocation.world, store, repositories, report } };
}

async function buildOptions(
  chosen: BuildingChoices,
  question: BuildingQuestion,
  told: Pick<BuildOptions, "settings" | "settingsOf">,
  invocation: Invocation,
): Promise<BuildOptions> {
  const { interpreter, environment, policy, named, store, reader } = question;
  const { host } = invocation.world;
  const constraintFiles = chosen["build-constraint"] ?? [];
  const forbidden = names(chosen["no-build-package"]);
  const unisolated = names(chosen["no-build-isolation-package"]);
  return {
    ...told,
    interpreter,
    environment,
    target: resolutionTarget(interpreter, {}, invocation),
    policy: {
      ...policy,
      strategy: "highest",
      purpose: "install",
      mayBuild: true,
      followDependencies: true,
      requireHashes: false,
      ignoreRequiresPython: false,
    },
    constraints: await readConstraints(constraintFiles, reader, invocation),
    extraRequirements: readExtraBuildRequirements(host.cwd, invocation.world),
    withoutIsolation:
      chosen["no-build-isolation"] === true ? true : unisolated.size > 0 ? unisolated : false,
    checksRequirements: chosen["check-build-dependencies"] === true,
    isNamed: (name) => named.has(name),
    forbiddenBy: (name) => {
      if (question.noBuild) return "--no-build";
      return name !== undefined && forbidden.has(name) ? `--no-build-package ${name}` : undefined;
    },
    keepsFolders: chosen["no-clean"] === true,
    timeLimit: timeLimit(chosen["build-time-limit"], invocation.name),
    atOnce: mostBuilds(invocation),
    checkoutFolder:
      chosen.src !== undefined
        ? absolute(chosen.src, host.cwd)
        : `${environment?.kind === "virtual" ? environment.root : host.cwd}/src`,
    git: {
      cache: store.root.slice(0, store.root.lastIndexOf("/")),
      offline: isOffline(invocation),
    },
    creator: version,
  };
}

/** A build by itself may keep all processors busy, and its memory. */
function mostBuilds({ world }: Invocation): number {
  return Math.max(1, runSettings(world).get("concurrent-builds") ?? world.workers.cores);
}

/** `KEY=VALUE`, several values of a key as a list (PEP 517). */
export function readConfigSettings(texts: readonly string[], command: string): ConfigSettings {
  const settings: Record<string, string | string[]> = {};
  for (const text of texts) addSetting(text, settings, "--config-settings", command);
  return settings;
}

function addSetting(
  text: string,
  settings: Record<string, string | readonly string[]>,
  option: string,
  command: string,
): void {
  const equals = text.indexOf("=");
  if (equals <= 0)
    throw invalidOptionValue({ option, value: text, expected: "`KEY=VALUE`", command });
  const key = text.slice(0, equals);
  const value = text.slice(equals + 1);
  const before = Object.hasOwn(settings, key) ? settings[key] : undefined;
  settings[key] = before === undefined ? value : [before, value].flat();
}

function addPackageSetting(
  text: string,
  settingsOf: Map<NormalizedName, ConfigSettings>,
  command: string,
): void {
  const option = "--config-settings-package";
  const colon = text.indexOf(":");
  if (colon <= 0)
    throw invalidOptionValue({ option, value: text, expected: "`NAME:KEY=VALUE`", command });
  const name = parseName(text.slice(0, colon).trim());
  const settings = { ...settingsOf.get(name) };
  addSetting(text.slice(colon + 1), settings, option, command);
  settingsOf.set(name, settings);
}

function names(texts: readonly string[] = []): Set<NormalizedName> {
  return new Set(texts.flatMap((text) => text.split(",")).map((text) => parseName(text.trim())));
}

async function readConstraints(
  files: readonly string[],
  reader: RequirementsReader,
  { world }: Invocation,
): Promise<readonly AskedRequirement[]> {
  if (files.length === 0) return [];
  const read = await readRequirements(
    {
      words: [],
      editables: [],
      requirementFiles: [],
      constraintFiles: files,
      overrideFiles: [],
      groups: [],
      extras: [],
    },
    reader,
    world,
  );
  return read.constraints;
}

function timeLimit(text: string | undefined, command: string): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (!/^[0-9]+(\.[0-9]+)?$/.test(text) || seconds === 0)
    throw invalidOptionValue({
      option: "--build-time-limit",
      value: text,
      expected: "a number of seconds",
      command,
    });
  return seconds * 1000;
}
