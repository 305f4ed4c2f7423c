import { type ExitCode, exit, PkmError } from "#base/errors";
import type { AnyCommand, OptionTable } from "./command.ts";
import { allCommands, commandTree, isGroup } from "./command-tree.ts";
import { unknownCommand, unsupportedOption } from "./errors.ts";
import { absolute } from "./cache-folder.ts";
import { globalOptions } from "./global-options.ts";
import type { GlobalValues, Invocation } from "./invocation.ts";
import type { AnswerToKeep } from "./answer-to-keep.ts";
import { openOutput, type Output, type OutputOptions } from "./output.ts";
import { argumentValues, optionValues, parseWords } from "./parse-arguments.ts";
import { version } from "./version.ts";
import { openWorld } from "./wiring.ts";

/** Finds the command that the words name, loads only it, runs it, and answers the exit code. */
export async function runCommandLine(argv: readonly string[]): Promise<ExitCode> {
  let output = openOutput({ quiet: 0, verbose: 0, color: "auto", env: process.env });
  let failing: Invocation | undefined;
  try {
    const found = await findCommand(argv);
    if (found.kind === "help") {
      const { commandHelp, groupHelp, overview } = await import("./help.ts");
      const [group, name] = found.path;
      if (group === undefined) output.data(await overview());
      else if (name === undefined) output.data(groupHelp(group));
      else output.data(await commandHelp(found.path));
      return found.status;
    }
    if (found.kind === "version") {
      output.data(`pkm ${version}\n`);
      return exit.done;
    }
    const { name, command, rest } = found;
    const kept = command.isRepeatable === true ? await answerToKeep(argv) : undefined;
    const world = kept?.world ?? openWorld();
    const { env } = world.host;
    const table: OptionTable = { ...globalOptions, ...command.options };
    const parsed = parseWords(rest, name, { ...command, options: table });
    if (parsed.options.has("help")) {
      const { commandHelp } = await import("./help.ts");
      output.data(await commandHelp(found.path));
      return exit.done;
    }
    const typed = optionValues(withColor(parsed.options, table, env), name, table);
    for (const key of parsed.options.keys()) {
      const refused = table[key]?.refused;
      if (refused !== undefined) throw unsupportedOption(`--${key}`, name, refused);
    }
    output = outputFor(parsed.options, typed, env, kept?.write);
    let invocation: Invocation = {
      name,
      typed: rest,
      world,
      output,
      global: globalValues(typed),
      onChange: kept?.onChange,
    };
    const defaults = await command.defaults?.(invocation, typed as never);
    let options = typed;
    if (defaults !== undefined && defaults.size > 0) {
      const merged = withDefaults(parsed.options, defaults, table);
      options = optionValues(merged, name, table);
      if (generalKeys.some((key) => defaults.has(key))) {
        output = outputFor(merged, options, env, kept?.write);
        invocation = { ...invocation, output, global: globalValues(options) };
      }
    }
    const log = (options as Readonly<Record<string, unknown>>).log;
    if (typeof log === "string") {
      const { withLog } = await import("./log-file.ts");
      output = withLog(output, absolute(log, invocation.world.host.cwd), invocation.world);
      invocation = { ...invocation, output };
    }
    if (command.ignoresWords === true)
      for (const word of parsed.words)
        output.warn(`\`${word}\` changes nothing: \`${name}\` takes no words`);
    const taken = command.ignoresWords === true ? [] : parsed.words;
    const words = argumentValues(taken, name, command.arguments);
    failing = invocation;
    const status = await command.run(options as never, words as never, invocation);
    if (status !== exit.done) return await statusFor(argv, status);
    kept?.keep(invocation.global);
    return status;
  } catch (error) {
    if (failing !== undefined && error instanceof PkmError && error.code === "no-solution") {
      const { presentFailure } = await import("./present-failure.ts");
      return await statusFor(argv, await presentFailure(error, failing), error);
    }
    const { presentError } = await import("./present-error.ts");
    return await statusFor(argv, presentError(error, output), error);
  }
}

/** What has to be noted from the beginning, for an answer that could be given again. */
async function answerToKeep(argv: readonly string[]): Promise<AnswerToKeep | undefined> {
  const { mayBeKept } = await import("./kept-answers.ts");
  if (!mayBeKept(argv)) return undefined;
  const { AnswerToKeep } = await import("./answer-to-keep.ts");
  return new AnswerToKeep(argv, openWorld());
}

/** General options that a command's configuration may have a say in. */
const generalKeys = ["quiet", "verbose", "no-color", "cache-dir", "no-cache"] as const;

type Values = Readonly<Record<string, unknown>>;

function globalValues(options: Values): GlobalValues {
  return {
    cacheDir: options["cache-dir"] as string | undefined,
    noCache: options["no-cache"] === true,
    offline: options.offline === true,
    verbose: Number(options.verbose ?? 0),
  };
}

function outputFor(
  given: ReadonlyMap<string, readonly string[]>,
  { color }: Values,
  env: Readonly<Record<string, string | undefined>>,
  write: OutputOptions["write"],
): Output {
  return openOutput({
    quiet: given.get("quiet")?.length ?? 0,
    verbose: given.get("verbose")?.length ?? 0,
    color: colorChoice(given.has("no-color"), color),
    env,
    write,
  });
}

/** Where pkm stands in for another tool, that tool's exit codes hold. */
async function statusFor(
  argv: readonly string[],
  status: ExitCode,
  error?: unknown,
): Promise<ExitCode> {
  const first = argv.find((word) => !word.startsWith("-"));
  const { foreignStatus, isForeign } = await import("./facades/exit-status.ts");
  return isForeign(first) ? foreignStatus(first, status, error) : status;
}

/** Other tools have a `--color` without a value. */
function colorChoice(isRefused: boolean, color: unknown): "auto" | "always" | "never" {
  if (isRefused) return "never";
  return color === true ? "always" : ((color || "auto") as "auto" | "always" | "never");
}

/** `PKM_COLOR` stands for `--color`, and for pip's way to say no. */
function withColor(
  options: ReadonlyMap<string, readonly string[]>,
  table: OptionTable,
  { PKM_COLOR: color }: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, readonly string[]> {
  const isFlag = table.color?.value === undefined;
  return color === undefined || color === "" || isFlag || options.has("color")
    ? options
    : new Map([...options, ["color", [color]]]);
}

/** What was typed wins over configuration; collected options keep both, configuration first, as in pip. */
function withDefaults(
  typed: ReadonlyMap<string, readonly string[]>,
  defaults: ReadonlyMap<string, readonly string[]>,
  table: OptionTable,
): ReadonlyMap<string, readonly string[]> {
  const merged = new Map(typed);
  for (const [key, values] of defaults) {
    const description = table[key];
    if (description === undefined) continue;
    const own = typed.get(key);
    if (own === undefined) merged.set(key, values);
    else if (description.many === true && description.value !== undefined)
      merged.set(key, [...values, ...own]);
  }
  return merged;
}

/** General options of pip, and of pkm, whose value is the next word. */
const withValues: ReadonlySet<string> = new Set([
  "--python",
  "-p",
  "--cache-dir",
  "--color",
  "--log",
  "--log-file",
  "--local-log",
  "--keyring-provider",
  "--proxy",
  "--retries",
  "--resume-retries",
  "--timeout",
  "--default-timeout",
  "--exists-action",
  "--trusted-host",
  "--cert",
  "--client-cert",
  "--use-feature",
  "--use-deprecated",
]);

type Found =
  | { readonly kind: "help"; readonly path: readonly string[]; readonly status: ExitCode }
  | { readonly kind: "version" }
  | {
      readonly kind: "command";
      readonly name: string;
      readonly path: readonly string[];
      readonly command: AnyCommand;
      readonly rest: readonly string[];
    };

async function findCommand(argv: readonly string[]): Promise<Found> {
  // Options before the command (`pkm -q pip list`) belong to the command.
  const early: string[] = [];
  let position = 0;
  while (position < argv.length && (argv[position] as string).startsWith("-")) {
    const word = argv[position] as string;
    if (word === "--help" || word === "-h") return { kind: "help", path: [], status: exit.done };
    if (word === "--version" || word === "-V") return { kind: "version" };
    early.push(word);
    position += 1;
    if ((word === "--cache-dir" || word === "--color") && position < argv.length)
      early.push(argv[position++] as string);
  }
  const first = argv[position];
  if (first === undefined) {
    refuseUnknown(early, "pkm");
    return { kind: "help", path: [], status: exit.usage };
  }
  const entry = Object.hasOwn(commandTree, first) ? commandTree[first] : undefined;
  if (entry === undefined) throw unknownCommand(first, "pkm", allCommands());
  if (!isGroup(entry)) {
    return {
      kind: "command",
      name: `pkm ${first}`,
      path: [first],
      command: await entry.load(),
      rest: [...early, ...argv.slice(position + 1)],
    };
  }
  let next = position + 1;
  while (next < argv.length && (argv[next] as string).startsWith("-")) {
    const word = argv[next] as string;
    if (word === "--help" || word === "-h")
      return { kind: "help", path: [first], status: exit.done };
    if (word === "--version" || word === "-V") return { kind: "version" };
    early.push(word);
    next += 1;
    // pip takes its general options before the command too.
    if (withValues.has(word) && next < argv.length) early.push(argv[next++] as string);
  }
  const second = argv[next];
  // As with pip, whose first word is asked for help when nothing else is.
  if (second === undefined) {
    refuseUnknown(early, `pkm ${first}`, await entry.options?.());
    return { kind: "help", path: [first], status: first === "pip" ? exit.done : exit.usage };
  }
  const command = Object.hasOwn(entry.commands, second) ? entry.commands[second] : undefined;
  if (command === undefined)
    throw unknownCommand(second, `pkm ${first}`, Object.keys(entry.commands));
  return {
    kind: "command",
    name: `pkm ${first} ${second}`,
    path: [first, second],
    command: await command.load(),
    rest: [...early, ...argv.slice(next + 1)],
  };
}

/** Throws for what is no option of all commands. */
function refuseUnknown(words: readonly string[], name: string, options?: OptionTable): void {
  parseWords(words, name, { options: { ...globalOptions, ...options } });
}
