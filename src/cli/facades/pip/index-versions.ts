import { exit } from "#base/errors";
import { defineCommand } from "#cli/command";
import { missingArgument, unexpectedArgument } from "#cli/errors";
import { Progress } from "#cli/progress";
import { interpreterWorld, openInvocationStore } from "#cli/services";
import { parseName } from "#standards/name";
import { actionUnknown, noVersions } from "./_errors.ts";
import { eligibility } from "./_eligible.ts";
import { installedLines, installedVersion } from "./_installed-version.ts";
import { resolvingInterpreter } from "./_interpreter.ts";
import { pipDefaults } from "./_pip-configuration.ts";
import { pythonJson } from "./_python-json.ts";
import { repositoryConfiguration } from "./_indexes.ts";
import { openHttp, openRepositories } from "./_repositories.ts";
import { commandLineOptions, resolutionTarget } from "./_requests.ts";
import { generalOptions } from "./general-options.ts";
import { indexOptions, resolutionOptions, selectionOptions } from "./options.ts";
import { pythonVersionOption, targetOptions } from "./target-options.ts";

const options = {
  json: { help: "Print the versions as JSON" },
  ...generalOptions,
  ...pythonVersionOption,
  ...targetOptions,
  "ignore-requires-python": resolutionOptions["ignore-requires-python"],
  ...selectionOptions,
  ...indexOptions,
} as const;

/** `pip index versions NAME`: what the indexes have of a project that this Python could use. */
export const index = defineCommand({
  examples: ["pkm pip index versions requests", "pkm pip index versions numpy --json"],
  arguments: {
    action: { help: "`versions`", optional: true },
    project: { help: "The project to look at", optional: true, many: true },
  },
  options,
  defaults: pipDefaults("index", options),
  async run(chosen, { action, project: projects }, invocation) {
    const { name, world, output } = invocation;
    if (action !== "versions") throw actionUnknown(name, action, ["versions"]);
    const [project, second] = projects;
    if (project === undefined) throw missingArgument("PROJECT", name);
    if (second !== undefined) throw unexpectedArgument(second, name);
    const store = openInvocationStore(invocation);
    const progress = new Progress(output, world.clock);
    const { report } = progress;
    try {
      const interpreter = await resolvingInterpreter(chosen, interpreterWorld(invocation, store));
      const typed = commandLineOptions(chosen);
      const strategy = chosen["index-strategy"];
      const configuration = repositoryConfiguration(typed, strategy, store, invocation);
      const { indexes, trustedHosts } = configuration;
      const http = openHttp(chosen, indexes, trustedHosts, store, invocation, report);
      const repositories = openRepositories(configuration, http, store, invocation, report);
      const listing = await repositories.listing(parseName(project));
      const target = resolutionTarget(interpreter, chosen, invocation);
      const eligible = eligibility(chosen, typed, target, invocation);
      const versions =
        "kind" in listing ? [] : eligible(listing).map(({ version }) => version.text);
      progress.end();
      const [latest] = versions;
      if (latest === undefined) throw noVersions(project, "kind" in listing ? listing.asked : []);
      const installed = await installedVersion(project, chosen.python, invocation);
      output.data(
        chosen.json
          ? `${pythonJson({ name: project, versions, latest, installed_version: installed })}\n`
          : `${project} (${latest})\nAvailable versions: ${versions.join(", ")}\n${installedLines(installed, latest)}`,
      );
      return exit.done;
    } finally {
      progress.end();
      store.close();
    }
  },
});
