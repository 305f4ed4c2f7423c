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
  "no-verify": { help: "Do not verify built wheels (pkm always does)", hidden: true },
  ...resolvingOptions,
} as const;

/** What exists as a wheel is fetched, everything else built. */
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
    // As with pip, nothing is editable in a folder of wheels.
    const words = [...requirements, ...chosen.editable];
    return saveFiles({ ...chosen, editable: [] }, words, folder, "install", invocation);
  },
});
