import type { ExitCode } from "#base/errors";
import type { Invocation } from "./invocation.ts";

/** An option of a command, as help, completion and the parser see it. Its long name is its key in the table. */
export type OptionDescription = {
  readonly help: string;
  /** Placeholder of the value it takes (`FILE`); a flag when left out. */
  readonly value?: string;
  /** May be given several times: the values are collected; a flag is counted. */
  readonly many?: true;
  /** One letter, without the dash. */
  readonly short?: string;
  /** Other long names with the same meaning. */
  readonly aliases?: readonly string[];
  /** Values it takes, where they are few; others are refused with the nearest named. */
  readonly choices?: readonly string[];
  /** The value is a number; anything else is refused. */
  readonly number?: true;
  /** Parsed and known, but cannot be honoured: why. Using it is an error, never ignored. */
  readonly refused?: string;
  /** Left out of help, still parsed. */
  readonly hidden?: true;
};

export type ArgumentDescription = {
  readonly help: string;
  readonly optional?: true;
  /** Takes all remaining words. */
  readonly many?: true;
  /** Words it takes, where they are few: for completion; the command itself refuses others. */
  readonly choices?: readonly string[];
};

export type OptionTable = Readonly<Record<string, OptionDescription>>;
export type ArgumentTable = Readonly<Record<string, ArgumentDescription>>;

type OptionValue<D extends OptionDescription> = D extends { readonly value: string }
  ? D extends { readonly many: true }
    ? readonly string[]
    : string | undefined
  : D extends { readonly many: true }
    ? number
    : boolean;

type ArgumentValue<D extends ArgumentDescription> = D extends { readonly many: true }
  ? readonly string[]
  : D extends { readonly optional: true }
    ? string | undefined
    : string;

export type OptionValues<T extends OptionTable> = { readonly [K in keyof T]: OptionValue<T[K]> };
export type ArgumentValues<T extends ArgumentTable> = {
  readonly [K in keyof T]: ArgumentValue<T[K]>;
};

/** A command: what it takes, and what it does. Help, completion and the reference page are drawn from it. */
export type Command<
  O extends OptionTable = OptionTable,
  A extends ArgumentTable = ArgumentTable,
> = {
  /** Lines that can be pasted. */
  readonly examples: readonly string[];
  readonly arguments: A;
  readonly options: O;
  /** Words beyond the arguments change nothing, as with the tool that the command stands in for: a warning says so. */
  readonly ignoresWords?: true;
  /** Words after the first argument belong to somebody else and are passed on as they are. */
  readonly passThrough?: true;
  /**
   * The answer may be given again as long as everything that was looked at is as it was (`kept-answers.ts`): it prints by
   * `output` alone, and looks at the machine by `world` alone.
   */
  readonly isRepeatable?: true;
  /** Values of options from configuration files and variables, below what was typed; `pkm pip` reads pip's. */
  readonly defaults?: (
    invocation: Invocation,
    typed: OptionValues<O>,
  ) => Promise<ReadonlyMap<string, readonly string[]>>;
  run(
    options: OptionValues<O>,
    words: ArgumentValues<A>,
    invocation: Invocation,
  ): Promise<ExitCode>;
};

/** A command whose options and arguments are known to itself alone: whoever runs it has parsed them by its tables. */
export type AnyCommand = Pick<
  Command,
  "examples" | "arguments" | "options" | "passThrough" | "ignoresWords" | "isRepeatable"
> & {
  defaults?(invocation: Invocation, typed: never): Promise<ReadonlyMap<string, readonly string[]>>;
  run(options: never, words: never, invocation: Invocation): Promise<ExitCode>;
};

/** Gives a description its types; adds nothing. */
export function defineCommand<const O extends OptionTable, const A extends ArgumentTable>(
  command: Command<O, A>,
): Command<O, A> {
  return command;
}
