import { exit, type ExitCode } from "#base/errors";
import { plural } from "#base/text";
import { defineCommand } from "#cli/command";
import { absolute } from "#cli/cache-folder";
import { conflictingOptions } from "#cli/errors";
import type { Invocation } from "#cli/invocation";
import { interpreterWorld, openInvocationStore } from "#cli/services";
import { version } from "#cli/version";
import { createEnvironment } from "#environment/create";
import { findInterpreter } from "#interpreter/discover";
import type { Store } from "#store/store";

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
  shared: { help: "Link whole folders of distributions out of the store" },
  unshare: { help: "Make real folders of an environment's linked ones, and do nothing else" },
  "index-url": {
    help: "The index to seed from",
    value: "URL",
    short: "i",
    aliases: ["default-index"],
  },
  "no-index": { help: "Seed from --find-links, or from what the interpreter carries" },
  "find-links": { help: "Folder or page to seed from", value: "PLACE", short: "f", many: true },
} as const;

/** Options that mean nothing to an environment that is there already. */
const creating = [
  "python",
  "seed",
  "prompt",
  "clear",
  "allow-existing",
  "system-site-packages",
  "relocatable",
  "shared",
] as const;

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
    if (chosen.unshare) {
      const other = creating.find((name) => chosen[name] !== undefined && chosen[name] !== false);
      if (other !== undefined) throw conflictingOptions("--unshare", `--${other}`, invocation.name);
      return unshareEnvironment(shown, store, invocation);
    }
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
        shared: chosen.shared,
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

async function unshareEnvironment(
  shown: string,
  store: Store,
  invocation: Invocation,
): Promise<ExitCode> {
  const { world, output } = invocation;
  const [{ openEnvironment }, { unshare }, { Progress }] = await Promise.all([
    import("#environment/open"),
    import("#installer/unshare"),
    import("#cli/progress"),
  ]);
  const path = absolute(shown, world.host.cwd);
  const environment = await openEnvironment(path, interpreterWorld(invocation, store));
  const { report } = new Progress(output, world.clock);
  const { distributions, folders } = await unshare(environment, { ...world, report });
  if (folders === 0) output.say(`Nothing in ${shown} is linked to the store`);
  else
    output.say(
      `Made real folders of ${plural(folders, "linked one")}, of ${plural(distributions, "distribution")}`,
    );
  return exit.done;
}
