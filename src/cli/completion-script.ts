import { bashCompletion } from "./completion-bash.ts";
import { fishCompletion } from "./completion-fish.ts";
import { nushellCompletion, powershellCompletion } from "./completion-others.ts";
import { completionPlaces } from "./completion-places.ts";
import { zshCompletion } from "./completion-zsh.ts";
import { invalidOptionValue } from "./errors.ts";

/** The shells for which there is a script. */
export const completedShells = ["bash", "zsh", "fish", "powershell", "nushell"] as const;

type Shell = (typeof completedShells)[number];

/** The completion script of a shell, drawn from the command tree; it does not call pkm again. */
export async function completionScript(shell: string, command: string): Promise<string> {
  if (!isShell(shell))
    throw invalidOptionValue({
      option: "SHELL",
      value: shell,
      expected: completedShells.join(", "),
      command,
    });
  const places = await completionPlaces();
  switch (shell) {
    case "bash":
      return bashCompletion(places);
    case "zsh":
      return zshCompletion(places);
    case "fish":
      return fishCompletion(places);
    case "powershell":
      return powershellCompletion(places);
    case "nushell":
      return nushellCompletion(places);
    default:
      return shell satisfies never;
  }
}

function isShell(text: string): text is Shell {
  return (completedShells as readonly string[]).includes(text);
}
