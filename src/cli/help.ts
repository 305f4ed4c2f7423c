import type { AnyCommand, OptionDescription } from "./command.ts";
import { type CommandEntry, type CommandGroup, commandTree, isGroup } from "./command-tree.ts";
import { globalOptions } from "./global-options.ts";
import { version } from "./version.ts";

const width = 80;

/** What `pkm` alone prints: every command with its summary. */
export async function overview(): Promise<string> {
  const rows = Object.entries(commandTree).map(([name, entry]) => [name, entry.summary] as const);
  return [
    `pkm ${version}: environments and distributions of Python`,
    "",
    "usage: pkm COMMAND [OPTIONS] [ARGUMENTS]",
    "",
    "commands:",
    ...table(rows),
    "",
    "Run `pkm help COMMAND` for one command, `pkm --version` for the version.",
    "",
  ].join("\n");
}

export function groupHelp(group: string): string {
  const entry = commandTree[group] as CommandGroup;
  const rows = Object.entries(entry.commands).map(
    ([name, { summary }]) => [name, summary] as const,
  );
  return [
    entry.summary,
    "",
    `usage: pkm ${group} COMMAND [OPTIONS] [ARGUMENTS]`,
    "",
    "commands:",
    ...table(rows),
    "",
    `Run \`pkm help ${group} COMMAND\` for one command.`,
    "",
  ].join("\n");
}

export async function commandHelp(path: readonly string[]): Promise<string> {
  const [first = "", second] = path;
  const entry = commandTree[first] as CommandEntry | CommandGroup;
  const leaf = isGroup(entry) ? (entry.commands[second ?? ""] as CommandEntry) : entry;
  const command = await leaf.load();
  const name = ["pkm", ...path].join(" ");
  const lines = [leaf.summary, "", `usage: ${usage(name, command)}`];
  const words = Object.entries(command.arguments);
  if (words.length > 0) {
    lines.push("", "arguments:");
    lines.push(...table(words.map(([key, { help }]) => [key.toUpperCase(), help] as const)));
  }
  const options = Object.entries(command.options).filter(([, option]) => option.hidden !== true);
  if (options.length > 0)
    lines.push("", "options:", ...table(options.map(([key, option]) => optionRow(key, option))));
  const general = Object.entries(globalOptions as Record<string, OptionDescription>).filter(
    ([key, option]) => option.hidden !== true && !Object.hasOwn(command.options, key),
  );
  lines.push(
    "",
    "general options:",
    ...table(general.map(([key, option]) => optionRow(key, option))),
  );
  if (command.examples.length > 0)
    lines.push("", "examples:", ...command.examples.map((example) => `  ${example}`));
  return `${lines.join("\n")}\n`;
}

function usage(name: string, command: AnyCommand): string {
  const words = Object.entries(command.arguments).map(([key, description]) => {
    const shown = key.toUpperCase() + (description.many === true ? "..." : "");
    return description.optional === true ? `[${shown}]` : shown;
  });
  return [name, "[OPTIONS]", ...words].join(" ");
}

function optionRow(key: string, option: OptionDescription): readonly [string, string] {
  const short = option.short === undefined ? "" : `-${option.short}, `;
  const value = option.value === undefined ? "" : ` ${option.value}`;
  const choices = option.choices === undefined ? "" : ` (${option.choices.join(", ")})`;
  return [`${short}--${key}${value}`, option.help + choices];
}

/** Two columns within eighty: the right one wraps, a long left cell has a line of its own. */
function table(rows: readonly (readonly [string, string])[]): string[] {
  const left = Math.min(26, Math.max(...rows.map(([cell]) => cell.length)));
  return rows.flatMap(([cell, text]) => {
    const lines = wrap(text, width - left - 4);
    const first = cell.length > left ? [`  ${cell}`] : [];
    return [
      ...first,
      ...lines.map((line, i) => {
        const lead = i === 0 && first.length === 0 ? cell : "";
        return `  ${lead.padEnd(left)}  ${line}`.trimEnd();
      }),
    ];
  });
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}
