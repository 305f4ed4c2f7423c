import { exit } from "#base/errors";
import { defineCommand } from "#cli/command";
import { absolute } from "#cli/cache-folder";
import { interpreterWorld, openInvocationStore } from "#cli/services";
import { version } from "#cli/version";
import { createEnvironment } from "#environment/create";
import { findInterpreter } from "#interpreter/discover";

const options = {
  python: { help: "Version, interpreter or request", value: "PYTHON", short: "p" },
  seed: { help: "Install pip, and setuptools and wheel for Pythons older than 3.12" },
  prompt: {
    help: "Text before the shell's prompt; `.` for the current folder's name",
    value: "TEXT",
  },
  clear: { help: "Replace an environment that is there; other folders are refused", short: "c" },
  "allow-existing": { help: "Write into an existing folder and keep what it holds" },
  "system-site-packages": { help: "Let the environment see the interpreter's own distributions" },
  relocatable: { help: "Scripts find their interpreter beside themselves" },
  "index-url": {
    help: "The index to seed from",
    value: "URL",
    short: "i",
    aliases: ["default-index"],
  },
  "no-index": { help: "Seed from --find-links, or from what the interpreter carries" },
  "find-links": { help: "Folder or page to seed from", value: "PLACE", short: "f", many: true },
} as const;

export const venv = defineCommand({
  examples: ["pkm venv", "pkm venv --python 3.12 .venv", "pkm venv --seed --prompt work env"],
  arguments: { path: { help: "Folder of the environment; `.venv` when left out", optional: true } },
  options,
  async defaults(invocation, typed) {
    if (!typed.seed) return new Map();
    const { settingValues } = await import("#cli/setting-values");
    return settingValues(options, typed, invocation);
  },
  async run(chosen, words, invocation) {
    const { world, output } = invocation;
    const shown = words.path ?? ".venv";
    const store = openInvocationStore(invocation);
    const interpreters = interpreterWorld(invocation, store);
    const interpreter = await findInterpreter(
      { python: chosen.python, environments: false },
      interpreters,
    );
    output.say(`Using Python ${interpreter.version} at ${interpreter.executable}`);
    const environment = createEnvironment(
      {
        path: absolute(shown, world.host.cwd),
        interpreter,
        creator: version,
        systemSitePackages: chosen["system-site-packages"],
        clear: chosen.clear,
        allowExisting: chosen["allow-existing"],
        relocatable: chosen.relocatable,
        seed: chosen.seed,
        ...(chosen.prompt === undefined ? {} : { prompt: chosen.prompt }),
      },
      world,
    );
    if (chosen.seed) {
      const { seedEnvironment } = await import("#cli/seed");
      await seedEnvironment(environment, chosen, store, invocation);
    }
    output.say(`Created the environment ${shown}; activate it with: source ${shown}/bin/activate`);
    return exit.done;
  },
});
