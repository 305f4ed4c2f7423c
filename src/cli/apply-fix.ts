import { type ExitCode, exit } from "#base/errors";
import { formatRequirement, tryParseRequirement } from "#standards/requirement";
import { absolute } from "./cache-folder.ts";
import { commandNotWhole, lineChanged } from "./commands/_explain-errors.ts";
import { commandText, type FailedCommand, type FileEdit } from "./failed-command.ts";
import type { Invocation } from "./invocation.ts";
import { writeResult } from "./result-file.ts";
import { runCommandLine } from "./run.ts";
import type { ToldFix } from "./tell-fixes.ts";

/** Makes the changes in files that a fix names, all or none, and runs its commands one after another. */
export async function applyFix(
  { files, commands }: ToldFix,
  command: FailedCommand,
  { world, output }: Invocation,
): Promise<ExitCode> {
  if (command.isCut) throw commandNotWhole(commands.map(commandText));
  const texts = new Map<string, string>();
  for (const edit of files) {
    const path = absolute(edit.file, world.host.cwd);
    const before = texts.get(path) ?? world.files.tryReadText(path);
    const after = before === undefined ? undefined : editedText(before, edit);
    if (after === undefined) throw lineChanged(edit);
    texts.set(path, after);
  }
  for (const [path, text] of texts) writeResult(path, text, world);
  for (const { file } of files) output.say(`Changed ${file}`);
  for (const words of commands) {
    output.say(`Running ${commandText(words)}`);
    const status = await runCommandLine(words);
    if (status !== exit.done) return status;
  }
  return exit.done;
}

function editedText(text: string, edit: FileEdit): string | undefined {
  return edit.line === undefined ? editedString(text, edit) : editedLine(text, edit, edit.line);
}

/** A line of a requirements file, as long as it still asks for what it did; its comment and options stay. */
function editedLine(text: string, { from, to }: FileEdit, line: number): string | undefined {
  const lines = text.split("\n");
  const before = lines[line - 1];
  if (before === undefined) return undefined;
  const [, asked = "", rest = ""] = /^(.*?)(\s*(?:\s#.*|\s--.*|\\?\r?))$/.exec(before) ?? [];
  if (!saysTheSame(asked.trim(), from)) return undefined;
  if (to !== undefined) lines[line - 1] = before.replace(asked.trim(), () => to);
  else if (/\\\r?$/.test(rest)) return undefined;
  else lines.splice(line - 1, 1);
  return lines.join("\n");
}

/** A string of a `pyproject.toml` that stands there once. */
function editedString(text: string, { from, to }: FileEdit): string | undefined {
  const found = [...text.matchAll(/"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'/g)].filter((match) =>
    saysTheSame((match[1] ?? match[2] ?? "").replaceAll('\\"', '"'), from),
  );
  const [only] = found;
  if (only === undefined || found.length > 1) return undefined;
  const end = only.index + only[0].length;
  if (to !== undefined)
    return `${text.slice(0, only.index)}${JSON.stringify(to)}${text.slice(end)}`;
  return text.slice(0, only.index) + text.slice(end).replace(/^\s*,[^\S\n]*/, "");
}

function saysTheSame(text: string, requirement: string): boolean {
  const parsed = tryParseRequirement(text);
  return parsed !== undefined && formatRequirement(parsed) === requirement;
}
