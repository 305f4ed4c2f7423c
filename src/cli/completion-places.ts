import type { AnyCommand, OptionDescription } from "./command.ts";
import { type CommandEntry, type CommandGroup, commandTree, isGroup } from "./command-tree.ts";
import { globalOptions } from "./global-options.ts";

/** A word that may follow, and what it is for. */
export type Choice = { readonly word: string; readonly help: string };

/** What the value of an option, or an argument, may be. */
export type Values =
  | { readonly kind: "choices"; readonly choices: readonly string[] }
  | { readonly kind: "files" }
  | { readonly kind: "anything" };

export type CompletedOption = {
  /** With its dashes. */
  readonly long: string;
  readonly short: string | undefined;
  readonly help: string;
  /** `undefined` for a flag. */
  readonly values: Values | undefined;
};

/** One place of the command line: the commands typed so far, and what may follow. */
export type Place = {
  /** `""`, `pip`, `pip list`. */
  readonly name: string;
  readonly commands: readonly Choice[];
  readonly options: readonly CompletedOption[];
  readonly argument: Values;
};

/** Every place of the command tree, with the options that help shows. */
export async function completionPlaces(): Promise<readonly Place[]> {
  const general = completedOptions(globalOptions);
  const group = (name: string, entries: CommandGroup["commands"] | typeof commandTree): Place => ({
    name,
    commands: Object.entries(entries).map(([word, { summary }]) => ({ word, help: summary })),
    options: general,
    argument: { kind: "anything" },
  });
  const places: Place[] = [group("", commandTree)];
  for (const [name, entry] of Object.entries(commandTree)) {
    if (!isGroup(entry)) {
      places.push(await commandPlace(name, entry));
      continue;
    }
    places.push(group(name, entry.commands));
    for (const [inner, leaf] of Object.entries(entry.commands))
      places.push(await commandPlace(`${name} ${inner}`, leaf));
  }
  return places;
}

async function commandPlace(name: string, entry: CommandEntry): Promise<Place> {
  const command: AnyCommand = await entry.load();
  return {
    name,
    commands: [],
    options: completedOptions({ ...globalOptions, ...command.options }),
    argument: argumentOf(command),
  };
}

function argumentOf({ arguments: table }: AnyCommand): Values {
  const [first] = Object.values(table);
  if (first === undefined) return { kind: "anything" };
  return first.choices === undefined
    ? { kind: "files" }
    : { kind: "choices", choices: first.choices };
}

function completedOptions(table: Readonly<Record<string, OptionDescription>>): CompletedOption[] {
  return Object.entries(table)
    .filter(([, option]) => option.hidden !== true)
    .map(([key, option]) => ({
      long: `--${key}`,
      short: option.short === undefined ? undefined : `-${option.short}`,
      help: option.help,
      values: valuesOf(option),
    }));
}

const places = new Set(["FILE", "DIR", "PATH", "PLACE", "PYTHON"]);

function valuesOf({ value, choices }: OptionDescription): Values | undefined {
  if (value === undefined) return undefined;
  if (choices !== undefined) return { kind: "choices", choices };
  return { kind: places.has(value) ? "files" : "anything" };
}
