import { exit } from "#base/errors";
import { defineCommand } from "#cli/command";
import { allCommands, commandTree, isGroup } from "#cli/command-tree";
import { unknownCommand } from "#cli/errors";
import { commandHelp, groupHelp, overview } from "#cli/help";

export const help = defineCommand({
  examples: ["pkm help", "pkm help pip install"],
  arguments: {
    command: {
      help: "The command to explain; all of them when left out",
      optional: true,
      many: true,
      choices: Object.keys(commandTree),
    },
  },
  options: {},
  async run(_options, { command }, { output }) {
    const [first, second] = command;
    if (first === undefined) {
      output.data(await overview());
      return exit.done;
    }
    const entry = Object.hasOwn(commandTree, first) ? commandTree[first] : undefined;
    if (entry === undefined) throw unknownCommand(first, "pkm", allCommands());
    if (isGroup(entry) && second === undefined) output.data(groupHelp(first));
    else if (isGroup(entry)) {
      if (!Object.hasOwn(entry.commands, second as string))
        throw unknownCommand(second as string, `pkm ${first}`, Object.keys(entry.commands));
      output.data(await commandHelp([first, second as string]));
    } else output.data(await commandHelp([first]));
    return exit.done;
  },
});
