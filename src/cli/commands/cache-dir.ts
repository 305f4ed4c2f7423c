import { exit } from "#base/errors";
import { cacheFolder } from "#cli/cache-folder";
import { defineCommand } from "#cli/command";

export const cacheDir = defineCommand({
  examples: ["pkm cache dir"],
  arguments: {},
  options: { json: { help: "Print the folder as JSON" } },
  async run({ json }, _words, { world, global, output }) {
    const folder = cacheFolder(global.cacheDir, world.host);
    output.data(json ? `${JSON.stringify({ folder })}\n` : `${folder}\n`);
    return exit.done;
  },
});
