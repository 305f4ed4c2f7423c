import { defineCommand } from "#cli/command";
import { pipDefaults } from "./_pip-configuration.ts";
import { saveFiles } from "./download.ts";
import { resolvingOptions } from "./resolving-options.ts";

const options = {
  "wheel-dir": {
    help: "Folder that receives the wheels; the current one when left out",
    value: "DIR",
    short: "w",
  },
  "no-verify": { help: "Do not verify built wheels (there are none)", hidden: true },
  ...resolvingOptions,
} as const;

/** As far as nothing has to be built: what exists as a wheel is fetched, everything else refused by name. */
export const wheel = defineCommand({
  examples: ["pkm pip wheel requests -w wheels", "pkm pip wheel -r requirements.txt"],
  arguments: {
    requirements: {
      help: "What to get as wheels, with its dependencies",
      optional: true,
      many: true,
    },
  },
  options,
  defaults: pipDefaults("wheel", options),
  async run({ "wheel-dir": folder, ...chosen }, { requirements }, invocation) {
    return saveFiles(chosen, requirements, folder, "install", invocation);
  },
});
