import { exit } from "#base/errors";
import { defineCommand } from "#cli/command";
import { completionScript } from "#cli/completion-script";
import { readingDefaults } from "./_reading.ts";
import { generalOptions } from "./general-options.ts";

const options = {
  ...generalOptions,
  bash: { help: "Print the script of bash", short: "b" },
  zsh: { help: "Print the script of zsh", short: "z" },
  fish: { help: "Print the script of fish", short: "f" },
  powershell: { help: "Print the script of PowerShell", short: "p" },
  // The letter belongs to PowerShell here.
  python: { help: "The environment", value: "PYTHON", hidden: true },
} as const;

const shells = ["bash", "fish", "powershell", "zsh"] as const;

/** pkm's own completion between the marks by which people find pip's in their profiles. */
export const completion = defineCommand({
  examples: ["pkm pip completion --bash >> ~/.profile", "pkm pip completion --fish"],
  arguments: {},
  ignoresWords: true,
  options,
  defaults: readingDefaults("completion", options),
  async run(chosen, _words, { name, output }) {
    const shell = shells.find((each) => chosen[each]);
    if (shell === undefined) {
      // As with pip this is no failure: shells read it at every start.
      output.error(`ERROR: You must pass ${shells.map((each) => `--${each}`).join(" or ")}`);
      return exit.done;
    }
    const script = await completionScript(shell, name);
    output.data(
      `\n# pip ${shell} completion start\n${script.trim()}\n# pip ${shell} completion end\n\n`,
    );
    return exit.done;
  },
});
