import type { InstalledDistribution, PythonEnvironment } from "#environment/environment";
import { behindAnother } from "#environment/errors";
import {
  mayRequire,
  readDirectUrl,
  readInstalled,
  readInstalledAgain,
  readMetadata,
} from "#environment/installed";
import { apply } from "#installer/apply";
import { type EnvironmentLock, lockEnvironment } from "#installer/environment-lock";
import { plan as planChange, wouldChange } from "#installer/plan";
import type { Plan, WantedDistribution } from "#installer/plan-types";
import type { ProjectFile } from "#repository/listing";
import type { InstalledCandidate, Preference, ResolveRequest } from "#resolver/request";
import type { Resolution } from "#resolver/resolution";
import { evaluateMarkerLeniently } from "#standards/marker";
import type { NormalizedName } from "#standards/name";
import { tryParseVersion } from "#standards/version";
import { brokenRequirements } from "./broken-requirements.ts";
import { directUrlOf } from "./direct-url-of.ts";
import { changedEditables } from "./changed-trees.ts";
import { ownDistributions } from "./own-distributions.ts";
import {
  isSelected,
  type ProvisionOutcome,
  type ProvisionRequest,
  type Selection,
} from "./request.ts";
import { resolveRequirements } from "./resolve-requirements.ts";
import { asItIs, tryReadMetadata } from "./as-it-is.ts";
import { isMade, ProvisionedWheels } from "./wheels.ts";
import type { ProvisionWorld } from "./world.ts";

/**
 * Brings one environment to what was asked: reads what is installed, asks whether that is enough, resolves,
 * plans, fetches, applies. The environment changes whole or not at all.
 */
export async function provision(
  request: ProvisionRequest,
  world: ProvisionWorld,
): Promise<ProvisionOutcome> {
  const early = readInstalled(request.environment, world);
  return asItIs(request, early, world) ?? change(request, early, world);
}

/** {@link provision} for those who have had a look at the environment, and found that it has to change. */
export async function change(
  request: ProvisionRequest,
  early: readonly InstalledDistribution[],
  world: ProvisionWorld,
): Promise<ProvisionOutcome> {
  const wheels = new ProvisionedWheels(world, request.policy.followDependencies);
  try {
    const question = resolveRequest(request, early, world);
    const onExpected = expectedWheels(request, early, wheels);
    const onWaiting = (): void => {
      if (request.roots.length >= many) world.store.expectManyWheels();
    };
    const ways = onExpected === undefined ? {} : { onExpected, onWaiting };
    const outcome = await resolveRequirements(question, world, "best", ways);
    return outcome.kind === "unsolvable"
      ? outcome
      : await install(request, early, outcome.resolution, wheels, world);
  } finally {
    await wheels.release();
  }
}

/** So many requirements bring enough wheels to keep threads busy. */
const many = 16;

/** Brings an environment to what was resolved already. */
export async function installResolution(
  request: ProvisionRequest,
  resolution: Resolution,
  world: ProvisionWorld,
): Promise<ProvisionOutcome> {
  const wheels = new ProvisionedWheels(world, request.policy.followDependencies);
  try {
    const early = readInstalled(request.environment, world);
    return await install(request, early, resolution, wheels, world);
  } finally {
    await wheels.release();
  }
}

/** Downloads what the resolver is sure of while it is still at the rest; what is installed already is left alone. */
function expectedWheels(
  request: ProvisionRequest,
  installed: readonly InstalledDistribution[],
  wheels: ProvisionedWheels,
): ((file: ProjectFile) => void) | undefined {
  if (request.dryRun) return undefined;
  const present = new Map(installed.map(({ name, version }) => [name, version]));
  return (file) => {
    const { name, version } = file.identity;
    if (present.get(name) !== version.text || isSelected(reinstalled(request), name))
      wheels.expect(file);
  };
}

async function install(
  request: ProvisionRequest,
  early: readonly InstalledDistribution[],
  resolution: Resolution,
  wheels: ProvisionedWheels,
  world: ProvisionWorld,
): Promise<ProvisionOutcome> {
  const { environment } = request;
  if (request.dryRun) {
    const plan = planFor(request, early, resolution, world);
    return { kind: "planned", plan, resolution, change: undefined };
  }
  const quick = planFor(request, early, resolution, world);
  refuseHidden(quick, environment, early);
  if (!wouldChange(quick))
    return { kind: "planned", plan: quick, resolution, change: { entries: [], warnings: [] } };
  let lock: EnvironmentLock | undefined;
  await wheels.hold();
  try {
    const { linkMode } = request;
    // Downloads begin before the lock is waited for.
    wheels.begin(
      resolution,
      quick.installs.map(({ wanted }) => wanted),
      linkMode === undefined ? environment.shared : linkMode === "tree",
    );
    const { followDependencies, ignoreRequiresPython } = request.policy;
    const asksSources = !followDependencies && ignoreRequiresPython !== true;
    if (asksSources && world.builds !== undefined && resolution.packages.some(isMade)) {
      const { checkSourcePythons } = await import("./source-pythons.ts");
      const wanted = quick.installs.map((install) => install.wanted);
      await checkSourcePythons(resolution.packages, wanted, wheels, request.target);
    }
    if (request.compileBytecode)
      await world.store.bytecode.prepare(
        await Promise.all(quick.installs.map(({ wanted }) => wheels.wheel(wanted))),
        environment.interpreter,
      );
    lock = await lockEnvironment(environment, world);
    // Somebody else may have changed the environment while the question was being answered.
    const present = readInstalledAgain(early, environment, world);
    const plan = present === early ? quick : planFor(request, present, resolution, world);
    const applied = await apply(plan, environment, wheels, world, {
      lock,
      strict: request.strict,
      survivors: world.store,
      ...(world.store.trees === undefined ? {} : { trees: world.store.trees }),
      ...(request.linkMode === undefined ? {} : { linkMode: request.linkMode }),
      ...(request.compileBytecode ? { bytecode: world.store.bytecode } : {}),
    });
    if (request.warnOfConflicts) warnOfBroken(request, plan, resolution, world);
    return { kind: "planned", plan, resolution, change: applied };
  } finally {
    lock?.release();
  }
}

/** What lies behind something of its name on `sys.path` is there for nobody (`--user` in a virtual environment). */
function refuseHidden(
  { installs }: Plan,
  { kind, paths, sitePackages }: PythonEnvironment,
  installed: readonly InstalledDistribution[],
): void {
  if (kind !== "user") return;
  const before = new Set(sitePackages.slice(0, sitePackages.indexOf(paths.purelib)));
  if (before.size === 0) return;
  for (const { wanted } of installs)
    for (const distribution of installed)
      if (distribution.name === wanted.name && before.has(distribution.location))
        throw behindAnother(`${wanted.displayName} ${wanted.version}`, paths.purelib, distribution);
}

function warnOfBroken(
  request: ProvisionRequest,
  plan: Plan,
  resolution: Resolution,
  world: ProvisionWorld,
): void {
  const resolved = new Set(resolution.packages.map(({ name }) => name));
  const bystanders = plan.unchanged.filter(({ name }) => !resolved.has(name));
  if (bystanders.length === 0) return;
  const changed = new Map(plan.installs.map(({ wanted }) => [wanted.name, wanted.version]));
  if (changed.size === 0) return;
  const broken = brokenRequirements({
    changed,
    bystanders: mayRequire(bystanders, changed.keys(), world),
    markers: request.target.markers,
    readMetadata: (distribution) => tryReadMetadata(distribution, world),
  });
  for (const text of broken) world.report({ type: "warning", text });
}

function resolveRequest(
  request: ProvisionRequest,
  installed: readonly InstalledDistribution[],
  world: ProvisionWorld,
): ResolveRequest {
  const candidates = new Map<NormalizedName, InstalledCandidate>();
  const preferences = new Map<NormalizedName, Preference>();
  for (const distribution of installed) {
    if (isSelected(request.reinstall, distribution.name)) continue;
    const version = tryParseVersion(distribution.version);
    if (version === undefined) continue;
    const givesWay = isSelected(request.upgrade, distribution.name);
    if (!givesWay) preferences.set(distribution.name, { version, from: "installed" });
    // What sync is told comes from the file alone, with its hashes.
    if (request.exact || request.lost?.has(distribution.name) === true) continue;
    candidates.set(distribution.name, {
      version,
      metadata: () => readMetadata(distribution, world),
      url: distribution.hasDirectUrl ? lastingUrl(distribution, world) : undefined,
      givesWay,
    });
  }
  return {
    roots: request.roots,
    constraints: request.constraints,
    overrides: request.overrides,
    target: request.target,
    policy: request.policy,
    preferences,
    installed: candidates,
  };
}

/** The address of something that does not change behind it; a folder may be another one by now. */
function lastingUrl(
  distribution: InstalledDistribution,
  world: ProvisionWorld,
): string | undefined {
  const origin = readDirectUrl(distribution, world);
  return origin?.source.kind === "archive" ? origin.url : undefined;
}

function planFor(
  request: ProvisionRequest,
  installed: readonly InstalledDistribution[],
  resolution: Resolution,
  world: ProvisionWorld,
): Plan {
  const own = ownDistributions(request.environment, installed);
  const names = new Set(own.map(({ name }) => name));
  const withOrigins = own.map((distribution) => {
    if (!distribution.hasDirectUrl || distribution.directUrl !== undefined) return distribution;
    const directUrl = readDirectUrl(distribution, world);
    return directUrl === undefined ? distribution : { ...distribution, directUrl };
  });
  const requested = new Set(
    request.roots
      .filter(
        ({ requirement: { marker } }) =>
          marker === undefined || evaluateMarkerLeniently(marker, request.target.markers),
      )
      .map(({ requirement }) => requirement.name),
  );
  // What a base interpreter lends (`--system-site-packages`) is there without being the environment's to change.
  const toHold = resolution.packages.filter(
    ({ name, source }) =>
      request.omit?.has(name) !== true && (source.kind !== "installed" || names.has(name)),
  );
  const wanted = toHold.map((found): WantedDistribution => {
    const { name, displayName, version, source } = found;
    return {
      name,
      displayName,
      version: version.text,
      requested: requested.has(name),
      directUrl: directUrlOf(source),
    };
  });
  const { exact, keep } = request;
  return planChange(withOrigins, wanted, {
    exact,
    reinstall: both(
      reinstalled(request),
      changedEditables(resolution.packages, withOrigins, world),
    ),
    ...(keep === undefined ? {} : { keep }),
  });
}

function reinstalled({ reinstall, lost }: ProvisionRequest): Selection {
  return lost === undefined ? reinstall : both(reinstall, lost);
}

function both(some: Selection, others: ReadonlySet<NormalizedName>): Selection {
  if (some === true || others.size === 0) return some;
  return some === false ? others : new Set([...some, ...others]);
}
