import { exit } from "#base/errors";
import { defineCommand } from "#cli/command";
import { Progress } from "#cli/progress";
import { changeJson, presentChange } from "#cli/present-outcome";
import { entriesOf } from "#installer/change-entries";
import { interpreterWorld, openInvocationStore } from "#cli/services";
import { readRequirements } from "#provision/read-requirements";
import { uninstall as removeFrom } from "#provision/uninstall";
import { chosenEnvironment } from "./_environment.ts";
import { nothingToRemove } from "./_errors.ts";
import { pipDefaults } from "./_pip-configuration.ts";
import { openHttp } from "./_repositories.ts";
import { largestRequirements, requirementsReader } from "./_requests.ts";
import { generalOptions } from "./general-options.ts";
import { compatibilityOptions, environmentOptions } from "./options.ts";

const options = {
  requirement: {
    help: "Remove everything a requirements file names",
    value: "FILE",
    short: "r",
    many: true,
    aliases: ["requirements"],
  },
  yes: { help: "Do not ask (pkm never asks)", short: "y" },
  "dry-run": { help: "Say what would be removed and change nothing" },
  json: { help: "Print what changed as JSON" },
  ...environmentOptions,
  ...generalOptions,
  "root-user-action": compatibilityOptions["root-user-action"],
} as const;

export const uninstall = defineCommand({
  examples: ["pkm pip uninstall requests", "pkm pip uninstall -r requirements.txt"],
  arguments: { names: { help: "What to remove", optional: true, many: true } },
  options,
  defaults: pipDefaults("uninstall", options),
  async run(chosen, { names }, invocation) {
    const { world, output } = invocation;
    const store = openInvocationStore(invocation);
    const interpreters = interpreterWorld(invocation, store);
    const progress = new Progress(output, world.clock);
    const reader = requirementsReader(invocation, async (url) => {
      const trusted = chosen["trusted-host"];
      const http = openHttp(chosen, [], trusted, store, invocation, progress.report);
      return (await http.get(url, { cache: "page", limit: largestRequirements, accepted: [] }))
        .body;
    });
    const read = await readRequirements(
      {
        words: names,
        editables: [],
        requirementFiles: chosen.requirement,
        constraintFiles: [],
        overrideFiles: [],
        groups: [],
        extras: [],
      },
      reader,
      world,
    );
    const wanted = new Set(read.roots.map(({ requirement }) => requirement.name));
    if (wanted.size === 0) throw nothingToRemove(invocation.name);
    const purpose = chosen["dry-run"] ? "read" : "change";
    const environment = await chosenEnvironment(chosen, purpose, interpreters, invocation);
    const outcome = await removeFrom(
      { environment, names: wanted, dryRun: chosen["dry-run"] },
      { ...world, store, report: progress.report },
    );
    progress.end();
    for (const name of outcome.missing)
      output.warn(`${name} is not installed in ${environment.root}`);
    const change = outcome.change ?? { entries: entriesOf(outcome.plan), warnings: [] };
    if (chosen.json) output.data(changeJson(change, chosen["dry-run"]));
    else if (change.entries.length > 0) presentChange(change, chosen["dry-run"], output);
    return exit.done;
  },
});
