import { errnoOf, exit, PkmError } from "#base/errors";
import { compareText } from "#base/order";
import { defineCommand, type OptionValues } from "#cli/command";
import { conflictingOptions, missingArgument, unexpectedArgument } from "#cli/errors";
import type { Invocation } from "#cli/invocation";
import { writeResult } from "#cli/result-file";
import { virtualFolderFor } from "#environment/open-for-reading";
import {
  pipConfigurationPlaces,
  type PipConfigurationPlaces,
  pipVariables,
  readPipFile,
} from "#settings/pip-configuration";
import { setPipValue, unsetPipValue } from "#settings/pip-configuration-edit";
import {
  actionUnknown,
  configurationDisabled,
  configurationNotWritten,
  editorFailed,
  noConfigurationFile,
  noEditor,
  pipKeyInvalid,
  pipKeyUnknown,
} from "./_errors.ts";
import { readingDefaults } from "./_reading.ts";
import { pythonRepr } from "./_python-repr.ts";
import { generalOptions } from "./general-options.ts";

const options = {
  editor: { help: "Editor for `edit`; VISUAL or EDITOR when left out", value: "PROGRAM" },
  global: { help: "The file of the whole system alone" },
  user: { help: "The user's own file alone" },
  site: { help: "The environment's file alone" },
  ...generalOptions,
} as const;

type Chosen = OptionValues<typeof options>;
type Kind = "global" | "user" | "site";

const actions = ["debug", "edit", "get", "list", "set", "unset"] as const;

/** pip's own configuration files, read and written as `pip config` does, comments kept. */
export const config = defineCommand({
  examples: [
    "pkm pip config list",
    "pkm pip config set global.index-url https://index.example/simple",
    "pkm pip config unset global.index-url",
  ],
  arguments: {
    action: { help: `What to do: ${actions.join(", ")}`, optional: true },
    words: {
      help: "A key (`install.timeout`), and for `set` its value",
      optional: true,
      many: true,
    },
  },
  options,
  defaults: readingDefaults("config", options),
  async run(chosen, { action, words }, invocation) {
    const { name, world, output } = invocation;
    const sitePrefix = virtualFolderFor(chosen.python, world)?.prefix;
    const places = pipConfigurationPlaces(sitePrefix, world);
    const kind = kindOf(chosen, name);
    switch (action) {
      case "list":
        expectWords(words, [], name);
        output.data(listing(kind, places, chosen, invocation));
        return exit.done;
      case "debug":
        expectWords(words, [], name);
        output.data(inspection(kind, places, chosen, invocation));
        return exit.done;
      case "get": {
        const [key] = expectWords(words, ["KEY"], name);
        const value = valuesOf(kind ?? usual(places, invocation), places, chosen, invocation).get(
          normalized(key as string),
        );
        if (value === undefined) throw unknownKey(key as string);
        output.data(`${value}\n`);
        return exit.done;
      }
      case "set": {
        const [key, value] = expectWords(words, ["KEY", "VALUE"], name) as [string, string];
        const path = fileToChange(kind ?? usual(places, invocation), places, invocation);
        const [section, option] = split(key);
        const before = world.files.tryReadText(path) ?? "";
        write(path, setPipValue(before, path, section, option, value), invocation);
        return exit.done;
      }
      case "unset": {
        const [key] = expectWords(words, ["KEY"], name) as [string];
        const path = fileWith(key, kind ?? usual(places, invocation), places, invocation);
        const [section, option] = split(key);
        const before = world.files.tryReadText(path) ?? "";
        const after = unsetPipValue(before, path, section, option);
        if (after === undefined) throw pipKeyUnknown(key);
        write(path, after, invocation);
        return exit.done;
      }
      case "edit":
        expectWords(words, [], name);
        await edit(
          fileToChange(kind ?? usual(places, invocation), places, invocation),
          chosen,
          invocation,
        );
        return exit.done;
      default:
        throw actionUnknown(name, action, actions);
    }
  },
});

function expectWords(
  words: readonly string[],
  wanted: readonly string[],
  command: string,
): readonly string[] {
  const missing = wanted[words.length];
  if (missing !== undefined) throw missingArgument(missing, command);
  const surplus = words[wanted.length];
  if (surplus !== undefined) throw unexpectedArgument(surplus, command);
  return words;
}

function kindOf(chosen: Chosen, command: string): Kind | undefined {
  const named = (["user", "global", "site"] as const).filter((kind) => chosen[kind]);
  const [first, second] = named;
  if (second !== undefined) throw conflictingOptions(`--${first}`, `--${second}`, command);
  return first;
}

/** As pip chooses: the environment's file where there is one, else the user's. */
function usual({ site }: PipConfigurationPlaces, { world }: Invocation): Kind {
  return site.some((path) => world.files.tryStat(path) !== undefined) ? "site" : "user";
}

/** Files by kind in the order in which they count, the weakest first. */
function filesOf(
  kind: Kind | undefined,
  places: PipConfigurationPlaces,
  { isolated }: Chosen,
): readonly string[] {
  if (!places.readsFiles) return [];
  const user = isolated ? [] : places.user;
  if (kind === undefined) return [...places.global, ...user, ...places.site, ...places.env];
  // What PIP_CONFIG_FILE names stands in the place of the user's file.
  return kind === "user" ? [...user, ...places.env] : places[kind];
}

function valuesOf(
  kind: Kind | undefined,
  places: PipConfigurationPlaces,
  chosen: Chosen,
  { world }: Invocation,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const path of filesOf(kind, places, chosen))
    for (const [key, value] of readPipFile(path, world)) values.set(key, value);
  return values;
}

function listing(
  kind: Kind | undefined,
  places: PipConfigurationPlaces,
  chosen: Chosen,
  { world }: Invocation,
): string {
  // pip sorts by the file's path, among which variables are `:env:`.
  const sources = filesOf(kind, places, chosen).map(
    (path) => [path, readPipFile(path, world)] as const,
  );
  if (!chosen.isolated) {
    const variables = [...pipVariables(world.host)];
    sources.push([":env:", new Map(variables.map(([key, value]) => [`:env:.${key}`, value]))]);
  }
  return sources
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([, values]) => [...values].sort(([a], [b]) => compareText(a, b)))
    .map(([key, value]) => `${key}=${pythonRepr(value)}\n`)
    .join("");
}

function inspection(
  kind: Kind | undefined,
  places: PipConfigurationPlaces,
  chosen: Chosen,
  { world }: Invocation,
): string {
  let text = "env_var:\n";
  const variables = [...pipVariables(world.host)].sort(([a], [b]) => compareText(a, b));
  for (const [key, value] of variables)
    text += `  PIP_${key.replaceAll("-", "_").toUpperCase()}=${pythonRepr(value)}\n`;
  const read = new Set(filesOf(kind, places, chosen));
  for (const each of ["env", "global", "site", "user"] as const) {
    if (each === "user" && (chosen.isolated || places.user.length === 0)) continue;
    text += `${each}:\n`;
    for (const path of places[each]) {
      const isThere = world.files.tryStat(path) !== undefined;
      text += `  ${path}, exists: ${isThere ? "True" : "False"}\n`;
      if (!isThere || !read.has(path)) continue;
      for (const [key, value] of readPipFile(path, world)) text += `    ${key}: ${value}\n`;
    }
  }
  return text;
}

function fileToChange(
  kind: Kind,
  places: PipConfigurationPlaces,
  { name, world }: Invocation,
): string {
  if (!places.readsFiles) throw configurationDisabled(name, world.host.env.PIP_CONFIG_FILE ?? "");
  // pip changes the strongest file of a kind; the one that PIP_CONFIG_FILE names hides the user's.
  const path = places[kind].at(-1) ?? (kind === "user" ? places.env.at(-1) : undefined);
  if (path === undefined) throw noConfigurationFile(kind, name);
  return path;
}

/** The strongest file of the kind that has the key. */
function fileWith(
  key: string,
  kind: Kind,
  places: PipConfigurationPlaces,
  invocation: Invocation,
): string {
  const last = fileToChange(kind, places, invocation);
  split(key);
  return (
    places[kind].findLast((path) => readPipFile(path, invocation.world).has(normalized(key))) ??
    last
  );
}

/** Section and option of `install.timeout`; the option as pip compares it. */
function split(key: string): readonly [section: string, option: string] {
  const dot = normalized(key).indexOf(".");
  if (dot === -1) throw pipKeyInvalid(key);
  return [normalized(key).slice(0, dot), normalized(key).slice(dot + 1)];
}

function unknownKey(key: string): PkmError {
  return key.includes(".") ? pipKeyUnknown(key) : pipKeyInvalid(key);
}

function normalized(key: string): string {
  return key.toLowerCase().replaceAll("_", "-").replace(/^--/, "");
}

function write(path: string, text: string, { world, output }: Invocation): void {
  try {
    world.files.makeFolders(path.slice(0, path.lastIndexOf("/")));
    writeResult(path, text, world);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    throw configurationNotWritten(path, errno, error);
  }
  if (output.quiet === 0) output.data(`Writing to ${path}\n`);
}

async function edit(path: string, { editor }: Chosen, { name, world }: Invocation): Promise<void> {
  const { env, os } = world.host;
  const chosen = editor ?? env.VISUAL ?? env.EDITOR;
  if (chosen === undefined) throw noEditor(name);
  world.files.makeFolders(path.slice(0, path.lastIndexOf("/")));
  const command = `${chosen} "${path}"`;
  const shell = os === "windows" ? (["cmd", "/c"] as const) : (["sh", "-c"] as const);
  const { status } = await world.processes.run({ argv: [...shell, command], hasTerminal: true });
  if (status !== 0) throw editorFailed(chosen, status);
}
