import { exit, PkmError } from "#base/errors";
import { absolute } from "#cli/cache-folder";
import { defineCommand, type OptionValues } from "#cli/command";
import {
  conflictingOptions,
  invalidOptionValue,
  missingArgument,
  unexpectedArgument,
} from "#cli/errors";
import { pipValues } from "#cli/facades/pip/_pip-values";
import type { Invocation } from "#cli/invocation";
import { interpreterWorld, openInvocationStore } from "#cli/services";
import { settingValues } from "#cli/setting-values";
import { version } from "#cli/version";
import { createEnvironment } from "#environment/create";
import type { PythonEnvironment } from "#environment/environment";
import { findInterpreter } from "#interpreter/discover";
import type { Interpreter } from "#interpreter/interpreter";
import { readVirtualFolder } from "#interpreter/virtual-folder";
import type { InterpreterWorld } from "#interpreter/world";
import { virtualenvDefaults } from "./_settings.ts";

const options = {
  python: {
    help: "Version, interpreter or specifier; of several the first that is found",
    value: "PYTHON",
    short: "p",
    many: true,
  },
  "try-first-with": {
    help: "Interpreters to try first",
    value: "PYTHON",
    many: true,
    hidden: true,
    refused: "the search is by --python alone; name the interpreter there",
  },
  discovery: {
    help: "How interpreters are found",
    value: "WAY",
    choices: ["builtin"],
    hidden: true,
  },
  creator: {
    help: "How environments are made (pkm has one way)",
    value: "WAY",
    choices: ["builtin", "cpython3-posix", "cpython3-win", "venv"],
    hidden: true,
  },
  clear: { help: "Replace an environment that is there; other folders are refused" },
  "no-vcs-ignore": { help: "Write no .gitignore" },
  "venv-redirect": { help: "Let a file .venv beside the environment lead to it (PEP 832)" },
  "no-venv-redirect": { help: "Write no such file" },
  "system-site-packages": { help: "Let the environment see the interpreter's own distributions" },
  symlinks: { help: "Link to the interpreter (pkm always does where links are)", hidden: true },
  copies: {
    help: "Copy the interpreter",
    aliases: ["always-copy"],
    hidden: true,
    refused: "pkm's environments lead to their interpreter, so that its updates reach them",
  },
  seeder: {
    help: "How pip gets there (pkm has one way)",
    value: "WAY",
    choices: ["app-data", "pip"],
    hidden: true,
  },
  "no-seed": { help: "Install neither pip nor setuptools", aliases: ["without-pip"] },
  download: { help: "Take them from the index (the default)" },
  "no-download": {
    help: "Take them from --extra-search-dir or from what the interpreter carries",
    aliases: ["never-download"],
  },
  "extra-search-dir": { help: "Folder with wheels of them", value: "DIR", many: true },
  pip: { help: "Version of pip; none, bundle or embed", value: "VERSION" },
  setuptools: { help: "Version of setuptools; none, bundle or embed", value: "VERSION" },
  "no-pip": { help: "Do not install pip" },
  "no-setuptools": { help: "Do not install setuptools" },
  "no-periodic-update": {
    help: "Update no wheels in the background (pkm does not)",
    hidden: true,
  },
  "symlink-app-data": {
    help: "Link seeds out of the cache (pkm links everything)",
    hidden: true,
  },
  activators: {
    help: "Shells to write activation scripts for, with commas; all when left out",
    value: "NAMES",
  },
  prompt: {
    help: "Text before the shell's prompt; `.` for the current folder's name",
    value: "TEXT",
  },
  "app-data": { help: "Folder of the cache", value: "DIR" },
  "read-only-app-data": {
    help: "Write nothing into the cache",
    hidden: true,
    refused: "seeds pass through the cache; --no-cache uses one of this run's own",
  },
  "reset-app-data": {
    help: "Start with an empty cache",
    hidden: true,
    refused: "use `pkm cache clean`",
  },
  "upgrade-embed-wheels": {
    help: "Update embedded wheels",
    hidden: true,
    refused: "pkm carries no wheels of its own",
  },
  "with-traceback": { help: "Show where pkm failed (it does for its own faults)", hidden: true },
  "index-url": { help: "The index to seed from", value: "URL", short: "i" },
  version: { help: "Show the version" },
} as const;

type Chosen = OptionValues<typeof options>;

/** virtualenv 21's command line on top of pkm's environments: the same folders, pip in them, its exit codes. */
export const virtualenv = defineCommand({
  examples: ["pkm virtualenv env", "pkm virtualenv -p 3.12 --no-seed env"],
  arguments: {
    dest: { help: "Folder of the environment", optional: true },
    dirs: { help: "More folders of --extra-search-dir", optional: true, many: true },
  },
  options,
  async defaults(invocation, typed) {
    // Seeds come from the index that pip would ask.
    const source = { "index-url": options["index-url"] };
    const found = settingValues(source, typed, invocation);
    for (const [option, values] of pipValues("install", source, {}, invocation.world))
      if (!found.has(option)) found.set(option, values);
    return new Map([...found, ...virtualenvDefaults(options, typed, invocation)]);
  },
  async run(typed, { dest, dirs }, invocation) {
    const { name, world, output } = invocation;
    const [surplus] = dirs;
    // virtualenv's parser gives that option all words that follow; the environment's folder stands before it then.
    const option = invocation.typed.findIndex((word) => word.startsWith("--extra-search-dir"));
    if (surplus !== undefined && option < invocation.typed.indexOf(dest ?? ""))
      throw unexpectedArgument(surplus, name);
    const chosen = { ...typed, "extra-search-dir": [...typed["extra-search-dir"], ...dirs] };
    if (chosen.version) {
      output.data(`virtualenv ${version} (pkm)\n`);
      return exit.done;
    }
    refuseConflicts(chosen, name);
    if (dest === undefined) throw missingArgument("DEST", name);
    const path = absolute(dest, world.host.cwd);
    const kept = shellsOf(chosen, name);
    const informed = withCache(chosen, invocation);
    const store = openInvocationStore(informed);
    try {
      const interpreter = await firstInterpreter(chosen.python, interpreterWorld(informed, store));
      const hadIgnore = world.files.tryLstat(`${path}/.gitignore`) !== undefined;
      const environment = createEnvironment(
        {
          path,
          interpreter,
          creator: version,
          systemSitePackages: chosen["system-site-packages"],
          clear: chosen.clear,
          // As with virtualenv what lies there is written over, and what else the folder holds stays.
          allowExisting: true,
          seed: !chosen["no-seed"],
          ...(chosen.prompt === undefined ? {} : { prompt: chosen.prompt }),
        },
        world,
      );
      removeScripts(environment, kept, invocation);
      if (chosen["no-vcs-ignore"] && !hadIgnore) world.files.tryRemove(`${path}/.gitignore`);
      pointRedirect(path, chosen, invocation);
      const seeds = seedsFor(environment, chosen);
      if (seeds.length > 0) {
        const { seedEnvironment } = await import("#cli/seed");
        const sources = {
          "find-links": chosen["extra-search-dir"],
          "no-index": chosen["no-download"],
          ...(chosen["index-url"] === undefined ? {} : { "index-url": chosen["index-url"] }),
        };
        await seedEnvironment(environment, sources, store, informed, seeds);
      }
      output.say(`created virtual environment ${nameOf(interpreter)} in ${path}`);
      return exit.done;
    } finally {
      store.close();
    }
  },
});

function refuseConflicts(chosen: Chosen, command: string): void {
  for (const [a, b] of [
    ["download", "no-download"],
    ["venv-redirect", "no-venv-redirect"],
  ] as const)
    if (chosen[a] && chosen[b]) throw conflictingOptions(`--${a}`, `--${b}`, command);
}

/** `--app-data` is virtualenv's cache, and this is pkm's. */
function withCache({ "app-data": folder }: Chosen, invocation: Invocation): Invocation {
  if (folder === undefined) return invocation;
  return { ...invocation, global: { ...invocation.global, cacheDir: folder } };
}

async function firstInterpreter(
  named: readonly string[],
  world: InterpreterWorld,
): Promise<Interpreter> {
  let failure: PkmError | undefined;
  for (const python of named) {
    try {
      return await findInterpreter({ python, environments: false }, world);
    } catch (error) {
      if (!(error instanceof PkmError)) throw error;
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return findInterpreter({ environments: false }, world);
}

/** `CPython3.11.7-64`, much as virtualenv calls it. */
function nameOf({ markers, version: python, pointerBits }: Interpreter): string {
  return `${markers.platform_python_implementation}${python}-${pointerBits}`;
}

/** As virtualenv seeds: setuptools only where Python is older than 3.12, or where its version is named. */
function seedsFor({ interpreter: { minor } }: PythonEnvironment, chosen: Chosen): string[] {
  if (chosen["no-seed"]) return [];
  const seeds: string[] = [];
  for (const name of ["pip", "setuptools"] as const) {
    const wanted = chosen[name] ?? (name === "pip" || minor < 12 ? "bundle" : "none");
    if (chosen[`no-${name}`] || wanted === "none") continue;
    seeds.push(wanted === "bundle" || wanted === "embed" ? name : `${name}==${wanted}`);
  }
  return seeds;
}

const scripts: Readonly<Record<string, readonly string[]>> = {
  bash: ["activate"],
  batch: ["activate.bat", "deactivate.bat"],
  cshell: ["activate.csh"],
  fish: ["activate.fish"],
  nushell: ["activate.nu"],
  powershell: ["activate.ps1"],
  python: ["activate_this.py"],
  // Xonsh reads the script of POSIX shells.
  xonsh: ["activate"],
};

function shellsOf({ activators }: Chosen, command: string): ReadonlySet<string> | undefined {
  if (activators === undefined) return undefined;
  const names = activators.split(",").filter((each) => each.trim() !== "");
  return new Set(
    names.flatMap((each) => {
      const files = scripts[each.trim()];
      if (files !== undefined) return files;
      const expected = Object.keys(scripts).join(", ");
      throw invalidOptionValue({ option: "--activators", value: each, expected, command });
    }),
  );
}

function removeScripts(
  { paths }: PythonEnvironment,
  kept: ReadonlySet<string> | undefined,
  { world }: Invocation,
): void {
  if (kept === undefined) return;
  for (const file of new Set(Object.values(scripts).flat()))
    if (!kept.has(file)) world.files.tryRemove(`${paths.scripts}/${file}`);
}

/**
 * PEP 832 (its draft of April 2026): a file `.venv` with the environment's folder on its first line. Unasked it is
 * written only beside a project that has none, and never over what leads to somebody else's environment.
 */
function pointRedirect(path: string, chosen: Chosen, { world }: Invocation): void {
  const cut = path.lastIndexOf("/");
  const [parent, name] = [path.slice(0, cut), path.slice(cut + 1)];
  if (chosen["no-venv-redirect"] || name === ".venv") return;
  const { files } = world;
  const redirect = `${parent}/.venv`;
  const there = files.tryLstat(redirect);
  if (!chosen["venv-redirect"]) {
    const isProject = files.tryStat(`${parent}/pyproject.toml`)?.kind === "file";
    if (!isProject || there !== undefined) return;
  }
  if (there !== undefined && there.kind !== "file") return;
  if (there !== undefined) {
    const line = (files.readText(redirect).split("\n", 1)[0] ?? "").trim();
    const config = readVirtualFolder(absolute(line, parent), world)?.config;
    if (line === "" || !(config?.has("pkm") === true || config?.has("virtualenv") === true)) return;
  }
  files.write(redirect, `${name}\n`);
}
