import { invalidOptionValue } from "./errors.ts";
import type { OptionTable } from "./command.ts";
import { commandTree, isGroup } from "./command-tree.ts";
import { globalOptions } from "./global-options.ts";

/** One place of the command line: the words typed so far, and what may follow. */
type Place = { readonly path: readonly string[]; readonly next: readonly Choice[] };
type Choice = { readonly word: string; readonly help: string };

const shells = ["bash", "zsh", "fish", "powershell", "nushell"] as const;
type Shell = (typeof shells)[number];

/** The completion script of a shell, drawn from the command tree; it does not call pkm again. */
export async function completionScript(shell: string, command: string): Promise<string> {
  if (!isShell(shell))
    throw invalidOptionValue({
      option: "SHELL",
      value: shell,
      expected: shells.join(", "),
      command,
    });
  const places = await collectPlaces();
  switch (shell) {
    case "bash":
      return bash(places);
    case "zsh":
      return zsh(places);
    case "fish":
      return fish(places);
    case "powershell":
      return powershell(places);
    case "nushell":
      return nushell(places);
    default:
      return shell satisfies never;
  }
}

function isShell(text: string): text is Shell {
  return (shells as readonly string[]).includes(text);
}

async function collectPlaces(): Promise<Place[]> {
  const places: Place[] = [{ path: [], next: summaries(commandTree) }];
  for (const [name, entry] of Object.entries(commandTree)) {
    if (!isGroup(entry)) {
      places.push({ path: [name], next: optionChoices((await entry.load()).options) });
      continue;
    }
    places.push({ path: [name], next: summaries(entry.commands) });
    for (const [inner, leaf] of Object.entries(entry.commands))
      places.push({ path: [name, inner], next: optionChoices((await leaf.load()).options) });
  }
  return places;
}

function summaries(entries: Readonly<Record<string, { readonly summary: string }>>): Choice[] {
  return Object.entries(entries).map(([word, { summary }]) => ({ word, help: summary }));
}

function optionChoices(own: OptionTable): Choice[] {
  const table: OptionTable = { ...globalOptions, ...own };
  return Object.entries(table)
    .filter(([, option]) => option.hidden !== true)
    .map(([key, { help }]) => ({ word: `--${key}`, help }));
}

function bash(places: readonly Place[]): string {
  const cases = places.map(
    ({ path, next }) => `    "${path.join(" ")}") words="${next.map(({ word }) => word).join(" ")}" ;;`,
  );
  return `_pkm() {
  local current="\${COMP_WORDS[COMP_CWORD]}" place="" words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
      -*) ;;
      *) [ "$(wc -w <<< "$place")" -lt 2 ] && place="\${place:+$place }\${COMP_WORDS[i]}" ;;
    esac
  done
  while :; do
    case "$place" in
${cases.join("\n")}
    esac
    if [ -n "$words" ] || [ -z "$place" ]; then break; fi
    case "$place" in *" "*) place="\${place% *}" ;; *) place="" ;; esac
  done
  if [[ "$current" != -* && "$words" == --* ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -o filenames -F _pkm pkm
`;
}

function zsh(places: readonly Place[]): string {
  const quote = (text: string): string => text.replaceAll(/['\\:[\]]/g, (c) => (c === "'" ? `'\\''` : `\\${c}`));
  const cases = places.map(({ path, next }) => {
    const lines = next.map(({ word, help }) => `'${quote(word)}:${quote(help)}'`);
    return `    '${path.join(" ")}') choices=(${lines.join(" ")}) ;;`;
  });
  return `#compdef pkm
_pkm() {
  local -a choices
  local place="" word
  for word in "\${(@)words[2,CURRENT-1]}"; do
    [[ "$word" == -* ]] && continue
    [[ "$place" == *" "* ]] || place="\${place:+$place }$word"
  done
  case "$place" in
${cases.join("\n")}
  esac
  if [[ "$PREFIX" != -* && "\${choices[1]}" == --* ]] || (( ! \${#choices} )); then _files; else _describe 'pkm' choices; fi
}
if [ "$funcstack[1]" = "_pkm" ]; then _pkm "$@"; else compdef _pkm pkm; fi
`;
}

function fish(places: readonly Place[]): string {
  const quote = (text: string): string => text.replaceAll(/['\\]/g, (c) => `\\${c}`);
  const lines = places.flatMap(({ path, next }) => {
    const [first, second] = path;
    const inner = places.filter((place) => place.path.length === 2 && place.path[0] === first);
    const names = inner.map((place) => place.path[1]).join(" ");
    const condition =
      first === undefined
        ? "__fish_use_subcommand"
        : second === undefined
          ? `__fish_seen_subcommand_from ${first}${names === "" ? "" : `; and not __fish_seen_subcommand_from ${names}`}`
          : `__fish_seen_subcommand_from ${first}; and __fish_seen_subcommand_from ${second}`;
    return next.map(({ word, help }) =>
      word.startsWith("--")
        ? `complete -c pkm -n '${condition}' -l ${word.slice(2)} -d '${quote(help)}'`
        : `complete -c pkm -n '${condition}' -f -a ${word} -d '${quote(help)}'`,
    );
  });
  return `${lines.join("\n")}\n`;
}

function powershell(places: readonly Place[]): string {
  const rows = places.map(
    ({ path, next }) => `    '${path.join(" ")}' = @(${next.map(({ word }) => `'${word}'`).join(", ")})`,
  );
  return `Register-ArgumentCompleter -Native -CommandName pkm -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $choices = @{
${rows.join("\n")}
  }
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" } |
    Where-Object { $_ -notlike '-*' -and $_ -ne $wordToComplete } | Select-Object -First 2)
  while ($true) {
    $found = $choices[($words -join ' ')]
    if ($found -or $words.Count -eq 0) { break }
    $words = @($words | Select-Object -SkipLast 1)
  }
  $found | Where-Object { $_ -like "$wordToComplete*" } |
    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
}
`;
}

function nushell(places: readonly Place[]): string {
  const blocks = places
    .filter(({ next }) => next.every(({ word }) => word.startsWith("--")))
    .map(({ path, next }) => {
      const flags = next.map(({ word, help }) => `  ${word} # ${help}`);
      return `export extern "pkm ${path.join(" ")}" [\n${flags.join("\n")}\n  ...rest: string\n]`;
    });
  return `${blocks.join("\n\n")}\n`;
}
