import type { OptionTable } from "#cli/command";
import { pipValues } from "#cli/facades/pip/_pip-values";
import { globalOptions } from "#cli/global-options";
import type { Invocation } from "#cli/invocation";
import { optionValues, parseWords } from "#cli/parse-arguments";
import { splitShellWords } from "#standards/shell-words";
import { wordsUnfinished } from "./_errors.ts";

export type PipChoices = {
  readonly choices: Record<string, unknown>;
  /** With the general options that `--pip-args` has. */
  readonly invocation: Invocation;
};

/**
 * Options of one of pip's commands as that command would see them: pip's configuration, then what the façade's own
 * options mean, then the words of `--pip-args`. Options that may be given several times are collected from all three.
 */
export function pipChoices(
  own: ReadonlyMap<string, readonly string[]>,
  pipArguments: string | undefined,
  options: OptionTable,
  invocation: Invocation,
): PipChoices {
  const { name, world, global } = invocation;
  const table: OptionTable = { ...globalOptions, ...options };
  const split = splitShellWords(pipArguments ?? "");
  if (split.kind === "unfinished") throw wordsUnfinished("--pip-args", split.why);
  const words = split.words.map(({ text }) => text);
  const command = { examples: [], arguments: {}, options: table, run: nothing };
  const further = parseWords(words, `${name} --pip-args`, command).options;
  const merged = new Map<string, readonly string[]>(pipValues("install", table, {}, world));
  for (const source of [own, further])
    for (const [key, values] of source) {
      const collects = table[key]?.many === true && table[key]?.value !== undefined;
      merged.set(key, collects ? [...(merged.get(key) ?? []), ...values] : values);
    }
  const choices = optionValues(merged, name, table);
  return {
    choices,
    invocation: {
      ...invocation,
      global: {
        ...global,
        cacheDir: (choices["cache-dir"] as string | undefined) ?? global.cacheDir,
        noCache: choices["no-cache"] === true || global.noCache,
        offline: choices.offline === true || global.offline,
      },
    },
  };
}

async function nothing(): Promise<never> {
  throw new Error("only the options are wanted");
}
