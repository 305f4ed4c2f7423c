import type { CompletedOption, Place } from "./completion-places.ts";

/** The script for fish: one line a word, under the condition that the words before lead to its place. */
export function fishCompletion(places: readonly Place[]): string {
  const names = places.filter(({ name }) => name !== "").map(({ name }) => quoted(name));
  const valued = new Set(
    places.flatMap(({ options }) =>
      options
        .filter(({ values }) => values !== undefined)
        .flatMap(({ long, short }) => [long, short ?? []].flat()),
    ),
  );
  return `# fish completion for pkm
function __pkm_at
    set -l place ''
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
        else if contains -- $word ${[...valued].join(" ")}
            set skip 1
        else if string match -q -- '-*' $word
            continue
        else if contains -- (string trim -- "$place $word") ${names.join(" ")}
            set place (string trim -- "$place $word")
        end
    end
    test "$place" = "$argv[1]"
end

complete -c pkm -f
${places.flatMap(linesOf).join("\n")}
`;
}

function linesOf({ name, commands, options, argument }: Place): string[] {
  const at = `complete -c pkm -n ${quoted(`__pkm_at ${quoted(name)}`)}`;
  const lines = commands.map(({ word, help }) => `${at} -a ${word} -d ${quoted(help)}`);
  for (const option of options)
    lines.push(`${at} ${optionFlags(option)} -d ${quoted(option.help)}`);
  if (argument.kind === "files") lines.push(`${at} -F`);
  if (argument.kind === "choices") lines.push(`${at} -a ${quoted(argument.choices.join(" "))}`);
  return lines;
}

function optionFlags({ long, short, values }: CompletedOption): string {
  const flags = [`-l ${long.slice(2)}`];
  if (short !== undefined) flags.push(`-s ${short.slice(1)}`);
  switch (values?.kind) {
    case undefined:
      break;
    case "choices":
      flags.push(`-x -a ${quoted(values.choices.join(" "))}`);
      break;
    case "files":
      flags.push("-r -F");
      break;
    case "anything":
      flags.push("-x");
      break;
    default:
      values satisfies never;
  }
  return flags.join(" ");
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, (letter) => `\\${letter}`)}'`;
}
