import type { BuildOptions, BuildWorld } from "#build/build-options";
import type { PythonEnvironment } from "#environment/environment";
import { findEnvironment, systemEnvironment } from "#environment/open";
import { findInterpreter } from "#interpreter/discover";
import type { InterpreterWorld } from "#interpreter/world";
import type { BuildChoices } from "./commands/build.ts";
import { buildingRun } from "./facades/pip/_builds.ts";
import { chosenEnvironment } from "./facades/pip/_environment.ts";
import { resolvingInterpreter } from "./facades/pip/_interpreter.ts";
import { chosenIndexes, repositoryConfiguration } from "./facades/pip/_indexes.ts";
import { openHttp, openRepositories } from "./facades/pip/_repositories.ts";
import {
  commandLineOptions,
  largestRequirements,
  requirementsReader,
  resolutionPolicy,
} from "./facades/pip/_requests.ts";
import type { Invocation } from "./invocation.ts";
import { Progress } from "./progress.ts";
import { interpreterWorld, openInvocationStore } from "./services.ts";

/** What `pkm build` builds with: as `pkm pip` builds sources, without an environment that is changed. */
export type DistributionBuild = {
  readonly options: BuildOptions;
  readonly world: BuildWorld;
  /** Takes the line of progress away. */
  readonly end: () => void;
  readonly close: () => void;
};

/** Reads the options of `pkm build`; indexes are opened when a build needs something of them. */
export async function openDistributionBuild(
  chosen: BuildChoices,
  invocation: Invocation,
): Promise<DistributionBuild> {
  const { output } = invocation;
  const world = chosen["repro-check"] ? withEpoch(invocation) : invocation.world;
  const store = openInvocationStore(invocation);
  const progress = new Progress(output, world.clock);
  const { report } = progress;
  const interpreters = interpreterWorld(invocation, store);
  const environment = chosen["no-isolation"]
    ? await surrounding(chosen.python, interpreters, invocation)
    : undefined;
  const interpreter =
    environment?.interpreter ??
    (await resolvingInterpreter({ python: chosen.python }, interpreters));
  const typed = commandLineOptions(chosen);
  const about = { purpose: "install", requireHashes: false } as const;
  const { options, world: buildWorld } = await buildingRun(
    {
      ...chosen,
      // As `build` has it: a key by itself stands for an empty value.
      "config-settings": chosen["config-settings"].map((text) =>
        text.includes("=") ? text : `${text}=`,
      ),
      "no-build-isolation": chosen["no-isolation"],
      "check-build-dependencies": !chosen["skip-dependency-check"],
    },
    {
      interpreter,
      environment,
      policy: resolutionPolicy(chosen, typed, about, invocation),
      openRepositories: () => {
        const strategy = chosen["index-strategy"];
        const configuration = repositoryConfiguration(typed, strategy, store, invocation);
        const { indexes, trustedHosts } = configuration;
        const http = openHttp(chosen, indexes, trustedHosts, store, invocation, report);
        return Promise.resolve(openRepositories(configuration, http, store, invocation, report));
      },
      store,
      report,
      named: new Set(),
      settingsOf: new Map(),
      reader: requirementsReader(invocation, async (url) => {
        const indexes = chosenIndexes(typed, []);
        const http = openHttp(chosen, indexes, typed.trustedHosts, store, invocation, report);
        const answer = await http.get(url, {
          cache: "page",
          limit: largestRequirements,
          accepted: [],
        });
        return answer.body;
      }),
      noBuild: false,
    },
    { ...invocation, world },
  );
  return { options, world: buildWorld, end: () => progress.end(), close: () => store.close() };
}

/** What is built without isolation is built with: the environment that is named, the active one, or a plain Python. */
async function surrounding(
  python: string | undefined,
  interpreters: InterpreterWorld,
  invocation: Invocation,
): Promise<PythonEnvironment> {
  if (python !== undefined) return chosenEnvironment({ python }, "read", interpreters, invocation);
  const found = await findEnvironment({}, interpreters);
  return found ?? systemEnvironment(await findInterpreter({ environments: false }, interpreters));
}

/** Both builds of a comparison are told the same moment, as a publisher would tell every build. */
function withEpoch({ world }: Invocation): Invocation["world"] {
  const { host, clock } = world;
  const epoch = host.env["SOURCE_DATE_EPOCH"] ?? String(Math.floor(clock.now() / 1000));
  return { ...world, host: { ...host, env: { ...host.env, SOURCE_DATE_EPOCH: epoch } } };
}
