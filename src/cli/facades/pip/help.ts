import { exit } from "#base/errors";
import { defineCommand } from "#cli/command";
import { commandTree, isGroup } from "#cli/command-tree";
import { unknownCommand } from "#cli/errors";
import { commandHelp, groupHelp } from "#cli/help";
import { readingDefaults } from "./_reading.ts";
import { generalOptions } from "./general-options.ts";

const options = generalOptions;

export const help = defineCommand({
  examples: ["pkm pip help", "pkm pip help install"],
  arguments: { command: { help: "The command to explain", optional: true } },
  options,
  defaults: readingDefaults("help", options),
  async run(_chosen, { command }, { output }) {
    if (command === undefined) {
      output.data(groupHelp("pip"));
      return exit.done;
    }
    const { pip } = commandTree;
    const known = pip !== undefined && isGroup(pip) ? pip.commands : {};
    if (!Object.hasOwn(known, command))
      throw unknownCommand(command, "pkm pip", Object.keys(known));
    output.data(await commandHelp(["pip", command]));
    return exit.done;
  },
});
