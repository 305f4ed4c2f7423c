import { type ExitCode, exit } from "#base/errors";
import { absolute } from "#cli/cache-folder";
import { defineCommand, type OptionValues } from "#cli/command";
import { conflictingOptions, invalidOptionValue } from "#cli/errors";
import { applyFix } from "#cli/apply-fix";
import { fullText, shortText } from "#cli/failure-text";
import type { Invocation } from "#cli/invocation";
import {
  exportFailure,
  importFailure,
  type KeptFailure,
  lastFailure,
  replay,
  type ToldFailure,
} from "#cli/kept-failure";
import { failureJson } from "#cli/failure-json";
import { openInvocationStore } from "#cli/services";
import { nothingToExplain, problemMissing } from "./_explain-errors.ts";

const options = {
  short: { help: "The causes in a few lines, and what would help (the default)" },
  full: { help: "Every step of the proof, numbered" },
  json: { help: "Print the causes, the fixes and every version passed over as JSON" },
  apply: { help: "Make the change that a fix names, and run the command anew", value: "N" },
  export: {
    help: "Write the question with everything that was seen into one file, without secrets",
    value: "FILE",
  },
  replay: { help: "Explain what such a file holds, without a network", value: "FILE" },
} as const;

export const explain = defineCommand({
  examples: [
    "pkm explain --full",
    "pkm explain --apply 1",
    "pkm explain --export problem.json.gz",
    "pkm explain --replay problem.json.gz",
  ],
  arguments: {},
  options,
  async run(chosen, _words, invocation) {
    const { world, output, name } = invocation;
    refuseConflicts(chosen, name);
    const kept = keptFailure(chosen.replay, invocation);
    if (chosen.export !== undefined) {
      world.files.write(absolute(chosen.export, world.host.cwd), exportFailure(kept, world));
      output.say(`Wrote ${chosen.export}; read it before you send it: it names your requirements`);
      return exit.done;
    }
    const told = await replay(kept);
    if (chosen.apply !== undefined) return apply(chosen.apply, told, kept, invocation);
    if (chosen.json) output.data(failureJson(told, kept));
    else output.data(chosen.full ? fullText(told) : shortText(told));
    return exit.done;
  },
});

function refuseConflicts(chosen: OptionValues<typeof options>, name: string): void {
  const given = (["short", "full", "json", "apply", "export"] as const).filter(
    (option) => chosen[option] !== false && chosen[option] !== undefined,
  );
  const [first, second] = given;
  if (first !== undefined && second !== undefined)
    throw conflictingOptions(`--${first}`, `--${second}`, name);
  if (chosen.replay !== undefined && chosen.apply !== undefined)
    throw conflictingOptions("--replay", "--apply", name);
}

function keptFailure(file: string | undefined, invocation: Invocation): KeptFailure {
  const { world, name } = invocation;
  const { cwd } = world.host;
  if (file === undefined) {
    const kept = lastFailure(cwd, openInvocationStore(invocation));
    if (kept === undefined) throw nothingToExplain(cwd, name);
    return kept;
  }
  const bytes = world.files.tryRead(absolute(file, cwd));
  if (bytes === undefined) throw problemMissing(file);
  return importFailure(bytes, file, world);
}

async function apply(
  text: string,
  { fixes }: ToldFailure,
  { command }: KeptFailure,
  invocation: Invocation,
): Promise<ExitCode> {
  const fix = fixes[Number(text) - 1];
  if (fix === undefined || !/^[1-9]$/.test(text))
    throw invalidOptionValue({
      option: "--apply",
      value: text,
      expected:
        fixes.length === 0
          ? "nothing, because no fix was found"
          : `a number from 1 to ${fixes.length}`,
      command: invocation.name,
    });
  return applyFix(fix, command, invocation);
}
