import type { ExitCode } from "#base/errors";
import { defineCommand, type OptionValues } from "#cli/command";
import type { Invocation } from "#cli/invocation";
import { Patience } from "#cli/patience";
import { type PkmEvent, Progress } from "#cli/progress";
import { presentOutcome } from "#cli/present-outcome";
import { interpreterWorld, openInvocationStore } from "#cli/services";
import type { InstalledDistribution, PythonEnvironment } from "#environment/environment";
import { readInstalled } from "#environment/installed";
import { asItIs } from "#provision/as-it-is";
import type { ProvisionRequest, Selection } from "#provision/request";
import type { SourceBuilder } from "#provision/source-builder";
import type { Repositories } from "#repository/repositories";
import type { Store } from "#store/store";
import { chosenEnvironment } from "./_environment.ts";
import { foreignTagsNeedTarget, nothingAsked } from "./_errors.ts";
import { lostDistributions } from "./_lost-folders.ts";
import { pipDefaults } from "./_pip-configuration.ts";
import { readQuestion } from "./_question.ts";
import { selection } from "./_requests.ts";
import {
  changeOptions,
  compatibilityOptions,
  environmentOptions,
  indexOptions,
  resolutionOptions,
} from "./options.ts";
import { requirementOptions } from "./requirement-options.ts";
import { targetOptions } from "./target-options.ts";

const options = {
  ...requirementOptions,
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
  ...targetOptions,
  root: { help: "Install below another root folder", value: "DIR" },
  "no-user": { help: "Do not work on the user's own site-packages (the default)", hidden: true },
} as const;

export type InstallOptions = OptionValues<typeof options>;

export const install = defineCommand({
  isRepeatable: true,
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
        chosen.group.length +
        chosen["requirements-from-script"].length ===
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
  refuseForeignTags(chosen, invocation.name);
  const store = openInvocationStore(invocation);
  const interpreters = interpreterWorld(invocation, store);
  const purpose = chosen["dry-run"] ? "read" : "change";
  const environment = await chosenEnvironment(chosen, purpose, interpreters, invocation);
  const isDrawn = !chosen["no-progress"] && chosen["progress-bar"] !== "off";
  const progress = new Progress(
    { ...invocation.output, interactive: invocation.output.interactive && isDrawn },
    invocation.world.clock,
  );
  const patience = new Patience(chosen["time-limit"], progress, invocation);
  let builder: SourceBuilder | undefined;
  try {
    const installed = readInstalled(environment, invocation.world);
    const { request, openRepositories, builds } = await patience.listening(() =>
      prepare(chosen, words, environment, installed, store, invocation, progress, variant),
    );
    builder = builds;
    const outcome =
      asItIs(request, installed, invocation.world) ??
      (await patience.during(async () => {
        const { change } = await import("#provision/provision");
        const repositories = await openRepositories();
        const { pause } = patience;
        const report = (event: PkmEvent): void => {
          if (event.type === "change-began" || event.type === "change-prepared")
            invocation.onChange?.(event);
          progress.report(event);
        };
        const world = { ...invocation.world, store, repositories, builds, report, pause };
        return change(request, installed, world);
      }));
    progress.end();
    if (chosen.report !== undefined) {
      const { writeReport } = await import("./_report.ts");
      await writeReport(chosen.report, outcome, request, await openRepositories(), invocation);
    }
    return presentOutcome(
      outcome,
      { json: chosen.json, dryRun: chosen["dry-run"], environment, request },
      invocation,
    );
  } finally {
    progress.end();
    await builder?.close();
    store.close();
  }
}

/** Wheels for another machine do not belong into the environment of this one. */
function refuseForeignTags(chosen: InstallOptions, command: string): void {
  const isForeign =
    chosen.platform.length > 0 || chosen.abi.length > 0 || chosen.implementation !== undefined;
  if (isForeign && !chosen["dry-run"] && chosen.target === undefined)
    throw foreignTagsNeedTarget(command);
}

async function prepare(
  chosen: InstallOptions,
  words: readonly string[],
  environment: PythonEnvironment,
  installed: readonly InstalledDistribution[],
  store: Store,
  invocation: Invocation,
  progress: Progress,
  variant: InstallVariant,
): Promise<{
  readonly request: ProvisionRequest;
  readonly openRepositories: () => Promise<Repositories>;
  readonly builds: SourceBuilder;
}> {
  const isExact = variant.exact === true;
  const { openRepositories, builds, roots, constraints, overrides, target, policy, omit } =
    await readQuestion(
      isExact ? { ...chosen, "no-deps": true } : chosen,
      words,
      {
        interpreter: environment.interpreter,
        environment,
        purpose: "install",
        store,
        report: progress.report,
      },
      invocation,
    );
  const named = new Set(roots.map(({ requirement }) => requirement.name));
  const everything = chosen.upgrade && chosen["upgrade-strategy"] === "eager";
  const upgrade: Selection =
    everything || isExact
      ? true
      : chosen.upgrade
        ? named
        : selection(false, chosen["upgrade-package"]);
  const lost =
    installed.length === 0 ? undefined : await lostDistributions(environment, invocation);
  return {
    openRepositories,
    builds,
    request: {
      environment,
      roots,
      constraints,
      overrides,
      target,
      policy,
      upgrade: chosen["ignore-installed"] ? true : upgrade,
      reinstall:
        chosen["force-reinstall"] || chosen["ignore-installed"]
          ? true
          : selection(false, chosen["reinstall-package"]),
      ...(lost === undefined ? {} : { lost }),
      exact: chosen.exact || isExact,
      ...(omit === undefined ? {} : { omit }),
      dryRun: chosen["dry-run"],
      strict: chosen.strict,
      linkMode: chosen["link-mode"] as ProvisionRequest["linkMode"],
      compileBytecode: chosen.compile && !chosen["no-compile"],
      warnOfConflicts: !chosen["no-warn-conflicts"],
    },
  };
}
