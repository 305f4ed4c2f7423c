import { exit } from "#base/errors";
import { parseSize } from "#cli/amounts";
import { defineCommand } from "#cli/command";
import { invalidOptionValue } from "#cli/errors";
import { pruneCache } from "#store/maintenance";
import { cacheToClean, maintenanceWorld, presentRemoval } from "./_cache.ts";

export const cachePrune = defineCommand({
  examples: ["pkm cache prune", "pkm cache prune --max-size 5GiB"],
  arguments: {},
  options: {
    "max-size": {
      help: "Remove the wheels longest unused until the others fit (500MB, 5GiB)",
      value: "SIZE",
    },
    json: { help: "Print what was removed as JSON" },
  },
  async run(options, _words, invocation) {
    const text = options["max-size"];
    const cap = text === undefined ? undefined : parseSize(text);
    if (text !== undefined && cap === undefined)
      throw invalidOptionValue({
        option: "--max-size",
        value: text,
        expected: "a size such as `500MB` or `5GiB`",
        command: invocation.name,
      });
    const folder = cacheToClean(invocation);
    const removal = await pruneCache(
      folder,
      cap === undefined ? {} : { cap },
      maintenanceWorld(invocation),
    );
    presentRemoval(removal, folder, options.json, invocation);
    return exit.done;
  },
});
