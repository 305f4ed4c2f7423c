import { exit } from "#base/errors";
import { defineCommand } from "#cli/command";
import { parseName } from "#standards/name";
import { cleanCache } from "#store/maintenance";
import { cacheToClean, maintenanceWorld, presentRemoval } from "./_cache.ts";

export const cacheClean = defineCommand({
  examples: ["pkm cache clean", "pkm cache clean torch numpy"],
  arguments: {
    names: { help: "Projects to remove; everything when left out", optional: true, many: true },
  },
  options: { json: { help: "Print what was removed as JSON" } },
  async run({ json }, { names }, invocation) {
    const folder = cacheToClean(invocation);
    const wanted = names.length === 0 ? undefined : names.map(parseName);
    const removal = await cleanCache(folder, wanted, maintenanceWorld(invocation));
    presentRemoval(removal, folder, json, invocation);
    return exit.done;
  },
});
