import { PkmError } from "#base/errors";
import type { PythonEnvironment } from "#environment/environment";
import { provision } from "#provision/provision";
import type { ProvisionOutcome, ProvisionRequest } from "#provision/request";
import type { AskedRequirement } from "#resolver/request";
import { parseRequirement } from "#standards/requirement";
import type { RequirementsOptions } from "#standards/requirements-file";
import type { Store } from "#store/store";
import { bundledWheels } from "./bundled-wheels.ts";
import { noSolution } from "./errors.ts";
import { type IndexChoices, repositoryConfiguration } from "./facades/pip/_indexes.ts";
import { openHttp, openRepositories } from "./facades/pip/_repositories.ts";
import { commandLineOptions, resolutionPolicy, resolutionTarget } from "./facades/pip/_requests.ts";
import type { Invocation } from "./invocation.ts";
import { Progress } from "./progress.ts";
import { isOffline } from "./setting-values.ts";

/**
 * Puts pip into a new environment, and setuptools and wheel where Python is older than 3.12; or what is named. It comes
 * from the index; where none can be reached or none may be asked, from what the interpreter carries for this (PEP 453).
 */
export async function seedEnvironment(
  environment: PythonEnvironment,
  options: IndexChoices,
  store: Store,
  invocation: Invocation,
  names: readonly string[] = seedsFor(environment),
): Promise<void> {
  const { output } = invocation;
  const chosen = commandLineOptions(options);
  const mayAsk = chosen.findLinks.length > 0 || !(chosen.noIndex || isOffline(invocation));
  const failure = mayAsk
    ? await attempt(names, chosen, options, environment, store, invocation)
    : undefined;
  if (mayAsk && failure === undefined) return;
  const bundled = bundledWheels(environment.interpreter, invocation.world);
  const carried = names.filter((name) => bundled.names.has(parseRequirement(name).name));
  if (carried.length === 0) throw failure ?? nothingToSeedFrom(environment);
  if (failure !== undefined)
    output.warn(`${failure.what}; seeding with what the interpreter carries`);
  const local: RequirementsOptions = {
    ...chosen,
    noIndex: true,
    extraIndexUrls: [],
    findLinks: bundled.folders.map((value) => ({ value, file: undefined })),
  };
  const second = await attempt(carried, local, options, environment, store, invocation);
  if (second !== undefined) throw second;
  const missing = names.filter((name) => !carried.includes(name));
  if (missing.length > 0)
    output.say(`Without an index only ${carried.join(" and ")} could be installed`);
}

/** Python 3.12 and later come without setuptools, and build backends are installed where they are needed. */
function seedsFor({ interpreter: { major, minor } }: PythonEnvironment): readonly string[] {
  return major === 3 && minor < 12 ? ["pip", "setuptools", "wheel"] : ["pip"];
}

/** Installs the seeds from one set of sources; answers why it could not be done. */
async function attempt(
  names: readonly string[],
  sources: RequirementsOptions,
  options: IndexChoices,
  environment: PythonEnvironment,
  store: Store,
  invocation: Invocation,
): Promise<PkmError | undefined> {
  const { world, output } = invocation;
  const progress = new Progress(output, world.clock);
  const { report } = progress;
  const configuration = repositoryConfiguration(sources, undefined, store, invocation);
  const { indexes, trustedHosts } = configuration;
  const http = openHttp(options, indexes, trustedHosts, store, invocation, report);
  const repositories = openRepositories(configuration, http, store, invocation, report);
  try {
    const request = seedRequest(names, sources, environment, invocation);
    const outcome: ProvisionOutcome = await provision(request, {
      ...world,
      store,
      repositories,
      report,
    });
    return outcome.kind === "unsolvable" ? noSolution(outcome.failure) : undefined;
  } catch (error) {
    if (error instanceof PkmError) return error;
    throw error;
  } finally {
    progress.end();
  }
}

function seedRequest(
  names: readonly string[],
  sources: RequirementsOptions,
  environment: PythonEnvironment,
  invocation: Invocation,
): ProvisionRequest {
  const roots = names.map((name): AskedRequirement => ({
    requirement: parseRequirement(name),
    origin: "--seed",
    hashes: [],
  }));
  const about = { purpose: "install", requireHashes: false } as const;
  return {
    // What the base has is not in the environment: it may go away.
    environment: {
      ...environment,
      sitePackages: environment.sitePackages.filter((folder) =>
        folder.startsWith(`${environment.root}/`),
      ),
    },
    roots,
    constraints: [],
    overrides: [],
    target: resolutionTarget(environment.interpreter, {}, invocation),
    policy: resolutionPolicy({}, sources, about, invocation),
    upgrade: false,
    reinstall: false,
    exact: false,
    dryRun: false,
    strict: false,
    // pip changes itself now and then.
    linkMode: environment.shared ? "hardlink" : undefined,
    compileBytecode: false,
    warnOfConflicts: false,
  };
}

function nothingToSeedFrom({ interpreter }: PythonEnvironment): PkmError {
  return new PkmError({
    code: "nothing-to-seed-from",
    what: "Cannot seed the environment: no index may be asked, and the interpreter carries no pip",
    why: `\`${interpreter.baseExecutable}\` was installed without the wheels of ensurepip`,
    fix: ["name a folder that holds a wheel of pip with `--find-links`", "leave out `--seed`"],
  });
}
