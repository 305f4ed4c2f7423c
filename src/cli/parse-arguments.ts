import { nearest } from "#base/text";
import type { AnyCommand, ArgumentTable, OptionDescription, OptionTable } from "./command.ts";
import {
  ambiguousOption,
  invalidOptionValue,
  missingArgument,
  missingOptionValue,
  unexpectedArgument,
  unexpectedOptionValue,
  unknownOption,
} from "./errors.ts";

/** What was typed, by the option's key: texts in the order given; a flag has one `""` for each time. */
export type ParsedWords = {
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly words: readonly string[];
};

/**
 * Splits the words of a command line as GNU tools and pip do: `--option value`, `--option=value`,
 * `-o value`, `-ovalue`, `-abc`, options and arguments in any order, `--` ends options, and an
 * unambiguous beginning of a long option stands for it (optparse, which pip uses).
 */
export function parseWords(
  argv: readonly string[],
  name: string,
  command: Pick<AnyCommand, "options" | "passThrough">,
): ParsedWords {
  const options = new Map<string, string[]>();
  const words: string[] = [];
  const add = (key: string, value: string): void => {
    const list = options.get(key);
    if (list === undefined) options.set(key, [value]);
    else list.push(value);
  };
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string;
    if (word === "--") {
      words.push(...argv.slice(i + 1));
      break;
    }
    if (word.startsWith("--")) {
      const equals = word.indexOf("=");
      const typed = equals === -1 ? word.slice(2) : word.slice(2, equals);
      const [key, description] = findLong(typed, word, name, command.options);
      let value = equals === -1 ? undefined : word.slice(equals + 1);
      if (description.value === undefined) {
        if (value !== undefined) throw unexpectedOptionValue(`--${key}`, value, name);
        add(key, "");
        continue;
      }
      value ??= argv[++i];
      if (value === undefined) throw missingOptionValue(`--${key}`, description.value, name);
      add(key, value);
      continue;
    }
    if (word.startsWith("-") && word.length > 1) {
      for (let j = 1; j < word.length; j++) {
        const letter = word[j] as string;
        const entry = Object.entries(command.options).find(([, option]) => option.short === letter);
        if (entry === undefined)
          throw unknownOption(`-${letter}`, name, longNames(command.options));
        const [key, description] = entry;
        if (description.value === undefined) {
          add(key, "");
          continue;
        }
        const attached = word.slice(j + 1);
        const value = attached !== "" ? attached : argv[++i];
        if (value === undefined) throw missingOptionValue(`-${letter}`, description.value, name);
        add(key, value);
        break;
      }
      continue;
    }
    words.push(word);
    if (command.passThrough === true) {
      words.push(...argv.slice(i + 1));
      break;
    }
  }
  return { options, words };
}

/** Turns texts into the values that `run` receives; checks choices. */
export function optionValues(
  texts: ReadonlyMap<string, readonly string[]>,
  name: string,
  table: OptionTable,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, description] of Object.entries(table)) {
    const given = texts.get(key) ?? [];
    if (description.choices !== undefined)
      for (const value of given)
        if (!description.choices.includes(value))
          throw invalidOptionValue({
            option: `--${key}`,
            value,
            expected: description.choices.join(", "),
            command: name,
            similar: nearest(value, description.choices),
          });
    if (description.number === true)
      for (const value of given)
        if (!isNumber(value))
          throw invalidOptionValue({
            option: `--${key}`,
            value,
            expected: "a number",
            command: name,
          });
    if (description.value === undefined)
      values[key] = description.many === true ? given.length : given.length > 0;
    else values[key] = description.many === true ? given : given.at(-1);
  }
  return values;
}

export function isNumber(text: string): boolean {
  return /^\s*(?:\d+\.?\d*|\.\d+)\s*$/.test(text);
}

/** Fits words to the arguments of a command. */
export function argumentValues(
  words: readonly string[],
  name: string,
  table: ArgumentTable,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  let next = 0;
  for (const [key, description] of Object.entries(table)) {
    if (description.many === true) {
      if (next >= words.length && description.optional !== true)
        throw missingArgument(shown(key), name);
      values[key] = words.slice(next);
      next = words.length;
    } else if (next < words.length) values[key] = words[next++];
    else if (description.optional !== true) throw missingArgument(shown(key), name);
  }
  if (next < words.length) throw unexpectedArgument(words[next] as string, name);
  return values;
}

function shown(key: string): string {
  return key.toUpperCase();
}

function longNames(table: OptionTable): string[] {
  return Object.entries(table).flatMap(([key, option]) =>
    [key, ...(option.aliases ?? [])].map((long) => `--${long}`),
  );
}

function findLong(
  typed: string,
  word: string,
  name: string,
  table: OptionTable,
): readonly [string, OptionDescription] {
  const exact = table[typed];
  if (exact !== undefined && Object.hasOwn(table, typed)) return [typed, exact];
  const matches = new Map<string, OptionDescription>();
  for (const [key, option] of Object.entries(table)) {
    if (option.aliases?.includes(typed) === true) return [key, option];
    if (typed.length > 1 && [key, ...(option.aliases ?? [])].some((long) => long.startsWith(typed)))
      matches.set(key, option);
  }
  const [first] = matches;
  if (first === undefined) throw unknownOption(word, name, longNames(table));
  if (matches.size > 1)
    throw ambiguousOption(
      word,
      name,
      [...matches.keys()].map((key) => `--${key}`),
    );
  return first;
}
