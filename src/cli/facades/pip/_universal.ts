import { conflictingOptions } from "#cli/errors";
import type { Invocation } from "#cli/invocation";
import { runSettings } from "#cli/setting-values";
import type { Interpreter } from "#interpreter/interpreter";
import type { Supported } from "#resolver/universal";
import { parseSpecifierSet } from "#standards/specifier-set";
import { askedPython, type ResolutionChoices } from "./_requests.ts";

/**
 * What an answer for all machines has to cover: every Python from `--python-version` on, or from the interpreter's own,
 * on the platforms that `[tool.pkm]` names under `environments`, or on all.
 */
export function supportedMachines(
  interpreter: Interpreter,
  choices: ResolutionChoices,
  { name, world }: Pick<Invocation, "name" | "world">,
): Supported {
  if (choices["python-platform"] !== undefined)
    throw conflictingOptions("--universal", "--python-platform", name);
  const asked = choices["python-version"];
  const [major, minor, micro] =
    asked === undefined ? [interpreter.major, interpreter.minor, 0] : askedPython(asked, name);
  const settings = runSettings(world);
  return {
    python: parseSpecifierSet(`>=${major}.${minor}${micro === 0 ? "" : `.${micro}`}`),
    environments: settings.markers("environments"),
    required: settings.markers("required-environments"),
  };
}
