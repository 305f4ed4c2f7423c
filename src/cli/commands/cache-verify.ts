import { exit } from "#base/errors";
import { plural } from "#base/text";
import { defineCommand } from "#cli/command";
import { verifyCache } from "#store/maintenance";
import { cacheToClean, maintenanceWorld } from "./_cache.ts";

export const cacheVerify = defineCommand({
  examples: ["pkm cache verify"],
  arguments: {},
  options: { json: { help: "Print what was found as JSON" } },
  async run({ json }, _words, invocation) {
    const { output } = invocation;
    const folder = cacheToClean(invocation);
    const { wheels, broken } = await verifyCache(folder, maintenanceWorld(invocation));
    if (json) output.data(`${JSON.stringify({ folder, wheels, broken }, undefined, 2)}\n`);
    else if (broken.length === 0) output.say(`Verified ${plural(wheels, "wheel")}: all are whole`);
    else
      output.say(
        `Verified ${plural(wheels, "wheel")}: ${broken.length} damaged and removed; they are fetched again when needed`,
      );
    return broken.length === 0 ? exit.done : exit.failure;
  },
});
