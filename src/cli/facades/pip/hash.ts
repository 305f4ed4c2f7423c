import { exit } from "#base/errors";
import { absolute } from "#cli/cache-folder";
import { defineCommand } from "#cli/command";
import { missingArgument } from "#cli/errors";
import { piecesOf } from "#repository/local-files";
import { readingDefaults } from "./_reading.ts";
import { fileMissing } from "./_errors.ts";
import { generalOptions } from "./general-options.ts";

const options = {
  algorithm: {
    help: "Algorithm; sha256 when left out",
    value: "NAME",
    short: "a",
    choices: ["sha256", "sha384", "sha512"],
  },
  ...generalOptions,
} as const;

export const hash = defineCommand({
  examples: ["pkm pip hash dist/demo-1.0-py3-none-any.whl"],
  arguments: { files: { help: "Archives to hash", optional: true, many: true } },
  options,
  defaults: readingDefaults("hash", options),
  async run({ algorithm = "sha256" }, { files: paths }, { name, world, output }) {
    if (paths.length === 0) throw missingArgument("FILE", name);
    const { files, hashing, host } = world;
    for (const path of paths) {
      const place = absolute(path, host.cwd);
      const stat = files.tryStat(place);
      if (stat?.kind !== "file") throw fileMissing(path, name);
      const running = hashing.start(algorithm);
      for (const piece of piecesOf(place, stat.size, files)) running.update(piece);
      output.data(`${path}:\n--hash=${algorithm}:${running.hex()}\n`);
    }
    return exit.done;
  },
});
