import { type ExitCode, exit, PkmError } from "#base/errors";
import { imaginedWorld, type ImaginedPython } from "#interpreter/imagined-python";
import { MemoryClock } from "#platform/memory/clock";
import type { MemoryFiles } from "#platform/memory/files";
import { MemoryNetwork } from "#platform/memory/network";
import type { World } from "#platform/ports";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import type { AnyCommand } from "./command.ts";
import { globalOptions } from "./global-options.ts";
import type { Invocation } from "./invocation.ts";
import type { Output, Style } from "./output.ts";
import { argumentValues, optionValues, parseWords } from "./parse-arguments.ts";
import { presentError } from "./present-error.ts";

/** What a command said in a test, and what it left behind. */
export type ImaginedRun = {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: ExitCode;
  readonly files: MemoryFiles;
};

export type ImaginedMachine = {
  readonly pythons?: readonly ImaginedPython[];
  /** Absolute paths to contents. */
  readonly tree?: Readonly<Record<string, string>>;
  readonly host?: Partial<World["host"]>;
};

/** Runs a command in a machine that exists in a test only; words as they would be typed behind the command's name. */
export async function runImagined(
  command: AnyCommand,
  name: string,
  words: readonly string[],
  machine: ImaginedMachine = {},
): Promise<ImaginedRun> {
  const world = imaginedWorld(machine.pythons ?? [], machine.tree, machine.host);
  let stdout = "";
  let stderr = "";
  const toErr = (text: string): void => {
    stderr += `${text}\n`;
  };
  const table = { ...globalOptions, ...command.options };
  const parsed = parseWords(words, name, { ...command, options: table });
  const quiet = parsed.options.get("quiet")?.length ?? 0;
  const output: Output = {
    data: (text) => {
      stdout += text;
    },
    say: quiet > 0 ? () => {} : toErr,
    detail: () => {},
    warn: (text) => toErr(`warning: ${text}`),
    error: toErr,
    style: plain,
    interactive: false,
    quiet,
  };
  const invocation: Invocation = {
    name,
    typed: words,
    world: {
      ...world,
      clock: new MemoryClock(),
      network: new MemoryNetwork(() => ({ fails: "ECONNREFUSED" })),
      inflate: new RealInflate(),
      hashing: new RealHashing(),
      workers: {
        cores: 1,
        start: () => {
          throw new Error("no threads in an imagined machine");
        },
      },
    },
    output,
    global: {
      cacheDir: "/cache",
      noCache: false,
      offline: false,
      verbose: parsed.options.get("verbose")?.length ?? 0,
    },
  };
  let status: ExitCode = exit.done;
  try {
    const options = optionValues(parsed.options, name, table);
    const values = argumentValues(parsed.words, name, command.arguments);
    status = await command.run(options as never, values as never, invocation);
  } catch (error) {
    if (!(error instanceof PkmError)) throw error;
    status = presentError(error, output);
  }
  return { stdout, stderr, status, files: world.files };
}

const same = (text: string): string => text;
const plain: Style = {
  bold: same,
  dim: same,
  red: same,
  green: same,
  yellow: same,
  cyan: same,
};
