import { type ExitCode, exit } from "#base/errors";
import { nearest } from "#base/text";
import { absolute } from "#cli/cache-folder";
import { defineCommand, type OptionValues } from "#cli/command";
import { chosenEnvironment } from "#cli/facades/pip/_environment";
import { described } from "#cli/facades/pip/_described";
import { resolvingInterpreter } from "#cli/facades/pip/_interpreter";
import { pipDefaults } from "#cli/facades/pip/_pip-configuration";
import { type Question, readQuestion } from "#cli/facades/pip/_question";
import { environmentOptions, indexOptions, resolutionOptions } from "#cli/facades/pip/options";
import type { Invocation } from "#cli/invocation";
import { Progress } from "#cli/progress";
import { interpreterWorld, openInvocationStore } from "#cli/services";
import { whyJson, whyText } from "#cli/why-text";
import { dependencyGraph } from "#environment/dependency-graph";
import { readRequested, readDirectUrl } from "#environment/installed";
import { surveyInstalled } from "#environment/survey";
import type { Interpreter } from "#interpreter/interpreter";
import { readOrigins } from "#lock/compiled-origins";
import { preferencesFor, readPreferences } from "#lock/preferences";
import { ProvisionedMetadata } from "#provision/metadata";
import type { SourceBuilder } from "#provision/source-builder";
import type { ProvisionWorld } from "#provision/world";
import type { InstalledCandidate } from "#resolver/request";
import { resolve } from "#resolver/resolve";
import { type PresentPackage, why as explainChoice } from "#resolver/why";
import { type NormalizedName, parseName } from "#standards/name";
import { parseRequirement } from "#standards/requirement";
import { parseVersion, tryParseVersion, type Version } from "#standards/version";
import type { Store } from "#store/store";
import { compiledFileMissing, notAmongThem } from "./_why-errors.ts";

const { "break-system-packages": _changing, ...reading } = environmentOptions;

const options = {
  from: { help: "A compiled file instead of an environment", value: "FILE" },
  requirement: {
    help: "Requirements file that the environment was made from",
    value: "FILE",
    short: "r",
    many: true,
  },
  json: { help: "Print the answer as JSON" },
  ...reading,
  ...indexOptions,
  constraint: resolutionOptions.constraint,
  override: resolutionOptions.override,
  pre: resolutionOptions.pre,
  prerelease: resolutionOptions.prerelease,
  "exclude-newer": resolutionOptions["exclude-newer"],
  "only-binary": resolutionOptions["only-binary"],
  "no-binary": resolutionOptions["no-binary"],
  "python-version": resolutionOptions["python-version"],
  "python-platform": resolutionOptions["python-platform"],
  refresh: resolutionOptions.refresh,
} as const;

type Choices = OptionValues<typeof options>;

/** What is there, however it is known. */
type Present = {
  readonly packages: readonly PresentPackage[];
  readonly installed: ReadonlyMap<NormalizedName, InstalledCandidate> | undefined;
  readonly asked: Pick<Choices, "requirement" | "constraint">;
  /** Where the one that was asked about came from, if that is known: a URL. */
  readonly source: string | undefined;
};

export const why = defineCommand({
  examples: ["pkm why urllib3", "pkm why numpy@2.3.4", "pkm why h11 --from requirements.txt"],
  arguments: {
    name: { help: "What is asked about: NAME, or NAME@VERSION for a version that was not taken" },
  },
  options,
  defaults: pipDefaults("install", options),
  async run(chosen, { name: words }, invocation) {
    const [nameText = "", versionText] = words.split(/@|==/);
    const name = parseName(nameText.trim());
    const version = versionText === undefined ? undefined : parseVersion(versionText.trim());
    const store = openInvocationStore(invocation);
    const progress = new Progress(invocation.output, invocation.world.clock);
    const opened: SourceBuilder[] = [];
    try {
      return await answer(chosen, { name, version }, { store, opened, progress }, invocation);
    } finally {
      progress.end();
      for (const builder of opened) await builder.close();
      store.close();
    }
  },
});

async function answer(
  chosen: Choices,
  { name, version }: { readonly name: NormalizedName; readonly version: Version | undefined },
  {
    store,
    opened,
    progress,
  }: {
    readonly store: Store;
    /** Receives what has to be closed. */
    readonly opened: SourceBuilder[];
    readonly progress: Progress;
  },
  invocation: Invocation,
): Promise<ExitCode> {
  const { output } = invocation;
  const interpreters = interpreterWorld(invocation, store);
  const environment =
    chosen.from === undefined
      ? await chosenEnvironment(chosen, "read", interpreters, invocation)
      : undefined;
  const interpreter =
    environment?.interpreter ?? (await resolvingInterpreter(chosen, interpreters));
  const tools = {
    interpreter,
    purpose: environment === undefined ? "compile" : "install",
    store,
    report: progress.report,
  } as const;
  const present =
    environment === undefined
      ? compiled(chosen, interpreter, invocation)
      : inEnvironment(environment, name, chosen, invocation);
  const question = await readQuestion({ ...chosen, ...present.asked }, [], tools, invocation);
  const { builds } = question;
  opened.push(builds);
  const repositories = await question.openRepositories();
  const world: ProvisionWorld = {
    ...invocation.world,
    store,
    repositories,
    builds,
    report: progress.report,
  };
  const source = new ProvisionedMetadata(world);
  const packages =
    environment === undefined ? await pinned(present.packages, question, source) : present.packages;
  if (!packages.some((one) => one.name === name) && version === undefined)
    throw notAmongThem(
      name,
      chosen.from,
      nearest(
        name,
        packages.map((one) => one.name),
      ),
    );
  const { roots, constraints, overrides, target, policy } = question;
  const { installed } = present;
  const told = await explainChoice(
    {
      name,
      version,
      packages,
      roots,
      constraints,
      overrides,
      target,
      policy,
      ...(installed === undefined ? {} : { installed }),
    },
    source,
  );
  progress.end();
  const about = {
    name,
    version,
    place: chosen.from,
    source: present.source,
    identity: repositories.identity,
  };
  output.data(chosen.json ? whyJson(told, about) : whyText(told, about));
  return exit.done;
}

/** Distributions of an environment, with what they need there. */
function inEnvironment(
  environment: Parameters<typeof surveyInstalled>[0] & { readonly interpreter: Interpreter },
  name: NormalizedName,
  chosen: Choices,
  invocation: Invocation,
): Present {
  const { world } = invocation;
  const { distributions } = surveyInstalled(environment, world);
  const all = distributions.map((each) => described(each, invocation));
  const graph = dependencyGraph(all, environment.interpreter.markers);
  const needed = new Set<NormalizedName>();
  for (const [of, { dependencies }] of graph)
    for (const { requirement } of dependencies)
      if (requirement.name !== of) needed.add(requirement.name);
  const packages: PresentPackage[] = [];
  const installed = new Map<NormalizedName, InstalledCandidate>();
  let source: string | undefined;
  for (const distribution of distributions) {
    const version = tryParseVersion(distribution.version);
    const node = graph.get(distribution.name);
    if (version === undefined || node === undefined) continue;
    const askedBy = readRequested(distribution, world)
      ? ["somebody, by name"]
      : needed.has(distribution.name)
        ? []
        : ["nobody that is known"];
    packages.push({
      name: distribution.name,
      version,
      needs: node.dependencies.map(({ requirement }) => requirement),
      askedBy,
    });
    const url = distribution.hasDirectUrl ? readDirectUrl(distribution, world)?.url : undefined;
    if (distribution.name === name) source = url;
    else {
      const { metadata } = node.distribution;
      installed.set(distribution.name, { version, metadata: () => metadata, url });
    }
  }
  return { packages, installed, asked: chosen, source };
}

/** The pins of a compiled file, and the files that its notes name where they are still there. */
function compiled(chosen: Choices, { markers }: Interpreter, { world }: Invocation): Present {
  const file = chosen.from ?? "";
  const text = world.files.tryReadText(absolute(file, world.host.cwd));
  if (text === undefined) throw compiledFileMissing(file);
  const { asked, requirementFiles, constraintFiles } = readOrigins(text);
  const isThere = (path: string): boolean =>
    world.files.tryStat(absolute(path, world.host.cwd))?.kind === "file";
  const pins = preferencesFor(readPreferences(text), markers);
  const packages = [...pins].map(([name, { version }]): PresentPackage => ({
    name,
    version,
    needs: [],
    askedBy: asked.get(name) ?? [],
  }));
  return {
    packages,
    installed: undefined,
    asked: {
      requirement: [...chosen.requirement, ...requirementFiles.filter(isThere)],
      constraint: [...chosen.constraint, ...constraintFiles.filter(isThere)],
    },
    source: undefined,
  };
}

/** Pins with what their metadata says that they need. */
async function pinned(
  pins: readonly PresentPackage[],
  { target, policy, overrides, constraints }: Question,
  source: ProvisionedMetadata,
): Promise<readonly PresentPackage[]> {
  const roots = pins.map(({ name, version }) => ({
    requirement: parseRequirement(`${name}==${version.text}`),
    origin: "the compiled file",
    hashes: [],
  }));
  const outcome = await resolve(
    { roots, constraints, overrides, target, policy, preferences: new Map() },
    source,
  );
  // A file that contradicts itself still says who asked.
  if (outcome.kind === "unsolvable") return pins;
  const needs = new Map(
    outcome.resolution.packages.map(({ name, dependencies }) => [
      name,
      dependencies.map(({ requirement }) => requirement),
    ]),
  );
  return pins.map((pin) => ({ ...pin, needs: needs.get(pin.name) ?? [] }));
}
