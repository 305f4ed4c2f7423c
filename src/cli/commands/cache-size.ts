import { exit } from "#base/errors";
import { plural } from "#base/text";
import { cacheFolder } from "#cli/cache-folder";
import { defineCommand } from "#cli/command";
import { size } from "#cli/amounts";
import { cacheUsage } from "#store/maintenance";

export const cacheSize = defineCommand({
  examples: ["pkm cache size", "pkm cache size --bytes"],
  arguments: {},
  options: {
    bytes: { help: "Print the number of bytes alone" },
    json: { help: "Print folder, bytes and wheels as JSON" },
  },
  async run(options, _words, { world, global, output }) {
    const folder = cacheFolder(global.cacheDir, world.host);
    const { bytes, wheels } = cacheUsage(folder, world);
    if (options.json) output.data(`${JSON.stringify({ folder, bytes, wheels })}\n`);
    else if (options.bytes) output.data(`${bytes}\n`);
    else output.data(`${size(bytes)}, ${plural(wheels, "wheel")}\n`);
    return exit.done;
  },
});
