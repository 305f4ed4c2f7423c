import type { Place } from "./completion-places.ts";

/** The script for PowerShell 5 and later. */
export function powershellCompletion(places: readonly Place[]): string {
  const rows = places.map(({ name, commands, options, argument }) => {
    const words = [
      ...commands,
      ...options.map(({ long, help }) => ({ word: long, help })),
      ...(argument.kind === "choices" ? argument.choices : []).map((word) => ({
        word,
        help: word,
      })),
    ];
    const entries = words.map(({ word, help }) => `${quoted(word)} = ${quoted(help)}`);
    return `    ${quoted(name)} = [ordered]@{ ${entries.join("; ")} }`;
  });
  return `Register-ArgumentCompleter -Native -CommandName pkm -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $places = @{
${rows.join("\n")}
  }
  $place = ''
  foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {
    $word = "$element"
    if ($element.Extent.EndOffset -ge $cursorPosition) { break }
    $next = "$place $word".Trim()
    if ($places.ContainsKey($next)) { $place = $next }
  }
  foreach ($entry in $places[$place].GetEnumerator()) {
    if ($entry.Key -like "$wordToComplete*") {
      [System.Management.Automation.CompletionResult]::new($entry.Key, $entry.Key, 'ParameterValue', $entry.Value)
    }
  }
}
`;

  function quoted(text: string): string {
    return `'${text.replaceAll("'", "''")}'`;
  }
}

/** Declarations for Nushell, which completes from the signatures of commands. */
export function nushellCompletion(places: readonly Place[]): string {
  const lists = new Map<string, string>();
  const listOf = (choices: readonly string[]): string => {
    const name = `"nu-complete pkm ${choices.join("-")}"`;
    lists.set(name, `def ${name} [] { [${choices.map((word) => `"${word}"`).join(" ")}] }`);
    return name;
  };
  const declarations = places.map(({ name, options, argument }) => {
    const flags = options.map(({ long, short, help, values }) => {
      const letter = short === undefined ? "" : `(${short})`;
      const type =
        values === undefined
          ? ""
          : values.kind === "files"
            ? ": path"
            : values.kind === "choices"
              ? `: string@${listOf(values.choices)}`
              : ": string";
      return `  ${long}${letter}${type} # ${help}`;
    });
    const rest = argument.kind === "choices" ? `string@${listOf(argument.choices)}` : "string";
    return `export extern "${`pkm ${name}`.trim()}" [\n${flags.join("\n")}\n  ...rest: ${rest}\n]`;
  });
  return `${[...lists.values(), ...declarations].join("\n\n")}\n`;
}
