import { exit } from "#base/errors";
import { defineCommand } from "#cli/command";
import { completedShells, completionScript } from "#cli/completion-script";

export const completion = defineCommand({
  examples: [
    'eval "$(pkm completion bash)"',
    "pkm completion fish > ~/.config/fish/completions/pkm.fish",
  ],
  arguments: {
    shell: { help: "The shell: bash, zsh, fish, powershell or nushell", choices: completedShells },
  },
  options: {},
  async run(_options, { shell }, { name, output }) {
    output.data(await completionScript(shell, name));
    return exit.done;
  },
});
