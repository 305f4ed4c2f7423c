import type { ExitCode } from "#base/errors";
import { defineCommand, type OptionValues } from "#cli/command";
import { conflictingOptions } from "#cli/errors";
import type { Invocation } from "#cli/invocation";
import { Progress } from "#cli/progress";
import { presentOutcome } from "#cli/present-outcome";
import { interpreterWorld, openInvocationStore } from "#cli/services";
import type { PythonEnvironment } from "#environment/environment";
import { provision } from "#provision/provision";
import { readRequirements } from "#provision/read-requirements";
import type { ProvisionRequest, Selection } from "#provision/request";
import { applyFileOptions } from "#standards/requirements-file";
import type { Store } from "#store/store";
import { chosenEnvironment } from "./_environment.ts";
import { nothingAsked } from "./_errors.ts";
import { pipDefaults } from "./_pip-configuration.ts";
import { writeReport } from "./_report.ts";
import {
  chosenIndexes,
  openHttp,
  openRepositories,
  repositoryConfiguration,
} from "./_repositories.ts";
import {
  commandLineOptions,
  largestRequirements,
  requirementsReader,
  resolutionPolicy,
  resolutionTarget,
  selection,
} from "./_requests.ts";
import {
  changeOptions,
  compatibilityOptions,
  environmentOptions,
  indexOptions,
  resolutionOptions,
} from "./options.ts";

const options = {
  requirement: {
    help: "Requirements file, pyproject.toml or URL; `-` for stdin",
    value: "FILE",
    short: "r",
    many: true,
    aliases: ["requirements"],
  },
  editable: {
    help: "Source tree to install in editable mode",
    value: "PATH",
    short: "e",
    many: true,
  },
  extra: { help: "Extra of a pyproject.toml given with -r", value: "NAME", many: true },
  "all-extras": { help: "All extras of a pyproject.toml given with -r" },
  "upgrade-strategy": {
    help: "What -U does to dependencies",
    value: "WAY",
    choices: ["only-if-needed", "eager"],
  },
  "force-reinstall": { help: "Install again what is there already", aliases: ["reinstall"] },
  "reinstall-package": { help: "Install these again", value: "NAME", many: true },
  "ignore-installed": { help: "Resolve as if nothing were installed", short: "I" },
  exact: { help: "Remove what was not asked for" },
  ...environmentOptions,
  ...indexOptions,
  ...resolutionOptions,
  ...changeOptions,
  ...compatibilityOptions,
  root: {
    help: "Install below another root folder",
    value: "DIR",
    hidden: true,
    refused: "use --prefix or --target",
  },
  "only-deps": {
    help: "Install dependencies only",
    hidden: true,
    refused: "use `pkm pip compile` and `--no-emit-package`",
  },
  "requirements-from-script": {
    help: "Requirements of a script (PEP 723)",
    value: "FILE",
    hidden: true,
    refused: "scripts come with `pkm run`",
  },
  platform: { help: "Platform tag", value: "TAG", hidden: true, refused: "use --python-platform" },
  implementation: {
    help: "Implementation tag",
    value: "TAG",
    hidden: true,
    refused: "use --python-platform",
  },
  abi: { help: "ABI tag", value: "TAG", hidden: true, refused: "use --python-platform" },
} as const;

export type InstallOptions = OptionValues<typeof options>;

export const install = defineCommand({
  examples: [
    "pkm pip install requests",
    "pkm pip install -r requirements.txt --dry-run",
    "pkm pip install 'django>=5' --upgrade",
  ],
  arguments: {
    requirements: {
      help: "What to install: names with versions, wheels, URLs",
      optional: true,
      many: true,
    },
  },
  options,
  defaults: pipDefaults("install", options),
  async run(chosen, { requirements }, invocation) {
    if (
      requirements.length +
        chosen.requirement.length +
        chosen.editable.length +
        chosen.group.length ===
      0
    )
      throw nothingAsked(invocation.name);
    return installRequirements(chosen, requirements, invocation, {});
  },
});

export type InstallVariant = {
  /** `pip sync`: exactly what the files say. */
  readonly exact?: boolean;
};

/** What `install` and `sync` share: options in, one call of `provision`, an exit code out. */
export async function installRequirements(
  chosen: InstallOptions,
  words: readonly string[],
  invocation: Invocation,
  variant: InstallVariant,
): Promise<ExitCode> {
  if (chosen["require-hashes"] && chosen["no-require-hashes"])
    throw conflictingOptions("--require-hashes", "--no-require-hashes", invocation.name);
  const store = openInvocationStore(invocation);
  const interpreters = interpreterWorld(invocation, store);
  const purpose = chosen["dry-run"] ? "read" : "change";
  const environment = await chosenEnvironment(chosen, purpose, interpreters, invocation);
  const progress = new Progress(invocation.output, invocation.world.clock);
  try {
    const { request, repositories } = await prepare(
      chosen,
      words,
      environment,
      store,
      invocation,
      progress,
      variant,
    );
    const outcome = await provision(request, {
      ...invocation.world,
      store,
      repositories,
      report: progress.report,
    });
    progress.end();
    if (chosen.report !== undefined)
      await writeReport(chosen.report, outcome, request, repositories, invocation);
    return presentOutcome(
      outcome,
      { json: chosen.json, dryRun: chosen["dry-run"], environment },
      invocation,
    );
  } finally {
    progress.end();
    store.close();
  }
}

async function prepare(
  chosen: InstallOptions,
  words: readonly string[],
  environment: PythonEnvironment,
  store: Store,
  invocation: Invocation,
  progress: Progress,
  variant: InstallVariant,
): Promise<{
  readonly request: ProvisionRequest;
  readonly repositories: ReturnType<typeof openRepositories>;
}> {
  const typed = commandLineOptions(chosen);
  const reader = requirementsReader(invocation, async (url) => {
    const http = openHttp(
      chosen,
      chosenIndexes(typed, []),
      typed.trustedHosts,
      store,
      invocation,
      progress.report,
    );
    return (await http.get(url, { cache: "page", limit: largestRequirements, accepted: [] })).body;
  });
  const read = await readRequirements(
    {
      words,
      editables: chosen.editable,
      requirementFiles: chosen.requirement,
      constraintFiles: chosen.constraint,
      overrideFiles: chosen.override,
      groups: chosen.group,
      extras: chosen["all-extras"] ? true : chosen.extra,
    },
    reader,
    invocation.world,
  );
  for (const warning of read.warnings) invocation.output.warn(warning);
  const effective = applyFileOptions(typed, read.options);
  const configuration = repositoryConfiguration(
    effective,
    chosen["index-strategy"],
    store,
    invocation,
  );
  const http = openHttp(
    chosen,
    configuration.indexes,
    configuration.trustedHosts,
    store,
    invocation,
    progress.report,
  );
  const requireHashes =
    chosen["require-hashes"] ||
    effective.requireHashes ||
    (read.roots.some(({ hashes }) => hashes.length > 0) &&
      !chosen["no-require-hashes"] &&
      !effective.noRequireHashes);
  const named = new Set(read.roots.map(({ requirement }) => requirement.name));
  const everything = chosen.upgrade && chosen["upgrade-strategy"] === "eager";
  const upgrade: Selection =
    everything || variant.exact === true
      ? true
      : chosen.upgrade
        ? named
        : selection(false, chosen["upgrade-package"]);
  return {
    repositories: openRepositories(configuration, http, store, invocation, progress.report),
    request: {
      environment,
      roots: read.roots,
      constraints: read.constraints,
      overrides: read.overrides,
      target: resolutionTarget(environment.interpreter, chosen, invocation),
      policy: resolutionPolicy(
        variant.exact === true ? { ...chosen, "no-deps": true } : chosen,
        effective,
        { purpose: "install", requireHashes },
        invocation,
      ),
      upgrade: chosen["ignore-installed"] ? true : upgrade,
      reinstall:
        chosen["force-reinstall"] || chosen["ignore-installed"]
          ? true
          : selection(false, chosen["reinstall-package"]),
      exact: chosen.exact || variant.exact === true,
      dryRun: chosen["dry-run"],
      strict: chosen.strict,
      linkMode: chosen["link-mode"] as ProvisionRequest["linkMode"],
      compileBytecode: chosen.compile && !chosen["no-compile"],
    },
  };
}
