import { PkmError } from "#base/errors";
import { absolute } from "#cli/cache-folder";
import type { OptionTable, OptionValues } from "#cli/command";
import { conflictingOptions } from "#cli/errors";
import type { Invocation } from "#cli/invocation";
import type { InstalledDistribution, PythonEnvironment } from "#environment/environment";
import { type InstalledSurvey, surveyInstalled } from "#environment/survey";
import { openForReading } from "#environment/open-for-reading";
import { hasUnfinishedChange } from "#installer/unfinished";
import type { NormalizedName } from "#standards/name";
import { pipValuesOfCommand } from "./_pip-values.ts";
import { generalOptions } from "./general-options.ts";

/** Which distributions a command looks at, without changing any. */
export const readingOptions = {
  python: { help: "The environment: its folder, or an interpreter", value: "PYTHON", short: "p" },
  system: { help: "Look at the Python on PATH instead of a virtual environment" },
  local: { help: "Leave out what the environment sees of its base", short: "l" },
  user: { help: "Look at the user's own site-packages only" },
  path: { help: "Look at this folder only", value: "DIR", many: true },
  target: { help: "Look at a folder filled with --target", value: "DIR", short: "t" },
  prefix: { help: "Look at another prefix of the interpreter", value: "DIR" },
  isolated: { help: "Ignore pip's configuration files and variables" },
} as const satisfies OptionTable;

/** Options of pip that change nothing for a command that only reads. */
export const readingCompatibility = {
  ...generalOptions,
  strict: { help: "Report what is broken (pkm always does)", hidden: true },
} as const satisfies OptionTable;

type Choices = Partial<OptionValues<typeof readingOptions>>;

/**
 * Defaults of commands that only read: pip's configuration and nothing else, so that no settings file is opened for
 * a question that none of them bears on.
 */
export function readingDefaults<O extends OptionTable>(
  command: string,
  table: O,
): (
  invocation: Invocation,
  typed: OptionValues<O>,
) => Promise<ReadonlyMap<string, readonly string[]>> {
  return async ({ world }, typed) => pipValuesOfCommand(command, table, typed, world);
}

export type Reading = InstalledSurvey & {
  /** The minor version of Python 3, where the folders or the interpreter tell it. */
  readonly pythonMinor: number | undefined;
};

/** What is installed where the options point; warns of what is broken, and of a change that nobody finished. */
export async function readChosen(options: Choices, invocation: Invocation): Promise<Reading> {
  const place = await placeOf(options, invocation);
  if (place.root !== undefined) warnOfUnfinished(place.root, invocation);
  const survey = surveyInstalled(place, invocation.world);
  warnOfSurvey(survey, invocation);
  return { ...survey, pythonMinor: place.pythonMinor ?? minorIn(place.sitePackages) };
}

function minorIn(folders: readonly string[]): number | undefined {
  for (const folder of folders) {
    const minor = /\/python3\.([0-9]+)t?\/[^/]+$/.exec(folder)?.[1];
    if (minor !== undefined) return Number(minor);
  }
  return undefined;
}

/** Tells what lies among the distributions and is none. */
export function warnOfSurvey({ broken }: InstalledSurvey, { output }: Invocation): void {
  for (const { path, reason } of broken) output.warn(`\`${path}\` is passed over: ${reason}`);
}

/** A reader sees an environment in the middle of a change as it is; only the next change can tidy it up. */
export function warnOfUnfinished(root: string, { world, output }: Invocation): void {
  if (!hasUnfinishedChange(root, world.files)) return;
  output.warn(
    `a change of ${root} is not finished: what is listed may be half old and half new; the next command that ` +
      "changes this environment completes or undoes it",
  );
}

type Place = {
  readonly root: string | undefined;
  readonly sitePackages: readonly string[];
  readonly pythonMinor?: number;
};

async function placeOf(options: Choices, invocation: Invocation): Promise<Place> {
  const { name, world } = invocation;
  const { path = [], local, user, target, prefix, system, python } = options;
  if (path.length > 0) {
    if (user === true) throw conflictingOptions("--path", "--user", name);
    if (local === true) throw conflictingOptions("--path", "--local", name);
    return {
      root: undefined,
      sitePackages: path.map((folder) => absolute(folder, world.host.cwd)),
    };
  }
  const special = user === true || system === true || target !== undefined || prefix !== undefined;
  if (!special) {
    const found = openForReading(python, world);
    if (found !== undefined) return found;
  }
  const { chosenEnvironment } = await import("./_environment.ts");
  const { interpreterWorld, openInvocationStore } = await import("#cli/services");
  const interpreters = interpreterWorld(invocation, openInvocationStore(invocation));
  const chosen = whicheverEnvironment(options);
  const nobody: Place = { root: undefined, sitePackages: [] };
  let environment: PythonEnvironment;
  try {
    environment = await chosenEnvironment(chosen, "read", interpreters, invocation);
  } catch (error) {
    // As with pip, an environment that does not see the user's own distributions shows none.
    if (error instanceof PkmError && error.code === "environment-no-user-site") return nobody;
    throw error;
  }
  const { kind, root, paths, interpreter } = environment;
  const pythonMinor = interpreter.minor;
  if (user === true) return { root, sitePackages: [paths.purelib, paths.platlib], pythonMinor };
  // As with pip, everything is local where there is no virtual environment.
  const sitePackages =
    local === true && kind === "virtual"
      ? environment.sitePackages.filter((folder) => folder.startsWith(`${root}/`))
      : environment.sitePackages;
  return { root, sitePackages, pythonMinor };
}

/** The options without the one that asks for a virtual environment: as with pip, readers do not mind. */
export function whicheverEnvironment<T extends object>(options: T): Omit<T, "require-virtualenv"> {
  return { ...options, "require-virtualenv": false };
}

/** What pip leaves out of lists because old Pythons brought it along. */
export const standardLibrary: ReadonlySet<string> = new Set(["python", "wsgiref", "argparse"]);

/** The distributions of which none of the words is the name. */
export async function without(
  words: readonly string[],
  distributions: readonly InstalledDistribution[],
): Promise<readonly InstalledDistribution[]> {
  if (words.length === 0) return distributions;
  const { parseName } = await import("#standards/name");
  const names = new Set<NormalizedName>(words.map(parseName));
  return distributions.filter(({ name }) => !names.has(name));
}

/** `name==version` with the version normalised, or `name===version` for what is no version (PEP 440). */
export async function pinnedVersion(version: string): Promise<string> {
  if (isPlain(version)) return `==${version}`;
  const { tryParseVersion } = await import("#standards/version");
  const parsed = tryParseVersion(version);
  return parsed === undefined ? `===${version}` : `==${parsed.text}`;
}

/** Numbers and dots without leading zeros: normalised as it is. */
function isPlain(version: string): boolean {
  return /^(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))*$/.test(version);
}
