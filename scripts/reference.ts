// npm run docs: writes docs/reference.md from the tables of commands and settings, and the list of codes in
// docs/errors/README.md and of records in docs/decisions/README.md from the pages beside them. With --check nothing is written: a page that differs is an error.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exit } from "#base/errors";
import type { AnyCommand, OptionDescription } from "#cli/command";
import { type CommandEntry, commandTree, isGroup } from "#cli/command-tree";
import { globalOptions } from "#cli/global-options";
import {
  definitionOf,
  flagOf,
  type SettingKey,
  settingKeys,
  variableOf,
} from "#settings/definitions";

const docs = join(import.meta.dir, "..", "docs");

async function writePages(): Promise<void> {
  const pages: readonly (readonly [file: string, text: string])[] = [
    ["reference.md", await referencePage()],
    ["errors/README.md", errorsPage()],
    ["decisions/README.md", decisionsPage()],
  ];
  const differing = pages.filter(([file, text]) => readIfThere(join(docs, file)) !== text);
  if (process.argv.includes("--check")) {
    for (const [file] of differing)
      console.error(`docs/${file} is not what the tables make: npm run docs`);
    process.exitCode = differing.length === 0 ? 0 : 1;
  } else for (const [file, text] of differing) writeFileSync(join(docs, file), text);
}

async function referencePage(): Promise<string> {
  const commands: (readonly [path: string, entry: CommandEntry])[] = [];
  for (const [name, entry] of Object.entries(commandTree)) {
    if (!isGroup(entry)) commands.push([name, entry]);
    else
      for (const [second, each] of Object.entries(entry.commands))
        commands.push([`${name} ${second}`, each]);
  }
  const sections: string[] = [];
  const known = new Set<string>(Object.keys(globalOptions));
  for (const [path, entry] of commands) {
    const command = await entry.load();
    for (const key of Object.keys(command.options)) known.add(key);
    sections.push(commandSection(path, entry.summary, command));
  }
  return [
    "# Reference",
    "",
    "Made by `npm run docs` from the tables that the program itself uses. `pkm help COMMAND` prints the same.",
    "",
    ...commands.map(
      ([path, { summary }]) =>
        `- [\`pkm ${path}\`](#${anchor(`pkm ${path}`)}): ${lowerFirst(summary)}`,
    ),
    "- [General options](#general-options), [settings](#settings), [environment variables](#environment-variables),",
    "  [exit codes](#exit-codes)",
    "",
    ...wordsSection,
    ...sections,
    ...generalSection(),
    ...settingsSection(known),
    ...variablesSection(),
    ...exitSection(),
  ].join("\n");
}

const wordsSection = [
  "## How words are read",
  "",
  "`--option value` and `--option=value` are the same, and so are `-o value` and `-ovalue`. Flags of one letter may be",
  "joined. Options and arguments come in any order. `--` ends the options. The beginning of a long option stands for it",
  "where it is the only one that begins so. *many* marks what may be given several times.",
  "",
  "An option that pkm knows and cannot honour is refused by name, with the reason: it is never ignored.",
  "",
];

function commandSection(path: string, summary: string, command: AnyCommand): string {
  const lines = [
    `## pkm ${path}`,
    "",
    `${summary}.`,
    "",
    "```text",
    usage(`pkm ${path}`, command),
    "```",
    "",
  ];
  const words = Object.entries(command.arguments);
  if (words.length > 0)
    lines.push(
      ...table(
        ["argument", "meaning"],
        words.map(([key, { help }]) => [code(key.toUpperCase()), help]),
      ),
    );
  const options = Object.entries(command.options as Readonly<Record<string, OptionDescription>>);
  const refused = options.filter(([, option]) => option.refused !== undefined);
  const silent = options.filter(
    ([, option]) => option.refused === undefined && option.hidden === true,
  );
  const shown = options.filter(
    ([, option]) => option.refused === undefined && option.hidden !== true,
  );
  if (shown.length > 0)
    lines.push(
      ...table(
        ["option", "meaning"],
        shown.map(([key, option]) => [spelling(key, option), meaning(option)]),
      ),
    );
  if (silent.length > 0)
    lines.push(
      "Taken for the sake of scripts written for other tools, and left out of the help:",
      "",
      ...table(
        ["option", "meaning"],
        silent.map(([key, option]) => [spelling(key, option), meaning(option)]),
      ),
    );
  if (refused.length > 0)
    lines.push(
      "Refused:",
      "",
      ...table(
        ["option", "meaning", "why"],
        refused.map(([key, option]) => [
          spelling(key, option),
          meaning(option),
          option.refused as string,
        ]),
      ),
    );
  if (command.examples.length > 0) lines.push("```sh", ...command.examples, "```", "");
  return lines.join("\n");
}

function generalSection(): string[] {
  const rows = Object.entries(globalOptions as Readonly<Record<string, OptionDescription>>).map(
    ([key, option]) => [spelling(key, option), meaning(option)],
  );
  return [
    "## General options",
    "",
    "Every command takes these, before its name or behind it. `pkm --version` prints the version.",
    "",
    ...table(["option", "meaning"], rows),
  ];
}

/** `known` are the options that any command has: a setting may have none. */
function settingsSection(known: ReadonlySet<string>): string[] {
  const rows = settingKeys.map((key) => [
    definitionOf(key).inFiles === false ? "" : code(key),
    code(variableOf(key)),
    known.has(flagOf(key).slice(2)) ? code(flagOf(key)) : "",
    defaultOf(key),
    choicesAfter(definitionOf(key).help, definitionOf(key).choices),
  ]);
  return [
    "## Settings",
    "",
    "A setting is looked for in this order: the option, the variable, `[tool.pkm]` of the nearest `pyproject.toml`, the",
    "user's `pkm.toml`, the system's `pkm.toml`, pip's configuration (in `pkm pip` alone), the default.",
    "The user's file is `~/.config/pkm/pkm.toml` (`%APPDATA%\\pkm\\pkm.toml` on Windows). The system's are",
    "`/etc/xdg/pkm/pkm.toml` and `/etc/pkm/pkm.toml` (`/Library/Application Support/pkm/pkm.toml` on macOS,",
    "`%PROGRAMDATA%\\pkm\\pkm.toml` on Windows). In a variable, the values of a list are divided by white space.",
    "What has no key below cannot stand in a file: it is wanted before files are read.",
    "",
    ...table(["key in files", "variable", "option", "default", "meaning"], rows),
    "Indexes with names stand in `[[repositories]]`; [private indexes](guides/private-indexes.md) shows them.",
    "",
    "A `pyproject.toml` may say more under `[tool.pkm]`, for answers that serve many machines or choices:",
    "",
    ...table(["key", "value", "meaning"], projectKeys),
  ];
}

const projectKeys = [
  [
    "`environments`",
    "markers",
    "Answers of `--universal` cover machines on which one of these holds; all when left out",
  ],
  [
    "`required-environments`",
    "markers",
    "Where each of these holds, a version without sdist needs a wheel",
  ],
  [
    "`conflicts`",
    "lists of `{ extra = NAME }` and `{ group = NAME }`",
    "Of each list one is chosen at most; `package` may name the project itself beside `extra`",
  ],
];

function defaultOf(key: SettingKey): string {
  const value = definitionOf(key).default;
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return "";
  if (value === false) return "no";
  return value === true ? "yes" : code(String(value));
}

function variablesSection(): string[] {
  return [
    "## Environment variables",
    "",
    "Beside the variables of the settings:",
    "",
    ...table(
      ["variable", "meaning"],
      otherVariables.map(([names, text]) => [names.map(code).join(", "), text]),
    ),
  ];
}

/** `test/reference.test.ts` holds this list against the variables that the source reads. */
const otherVariables: readonly (readonly [names: readonly string[], text: string])[] = [
  [
    ["VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV"],
    "The active environment; Conda's base environment does not count",
  ],
  [
    ["PKM_INDEX_<NAME>_USERNAME", "PKM_INDEX_<NAME>_PASSWORD", "PKM_INDEX_<NAME>_TOKEN"],
    "Credentials of the repository with this name: in capitals, with `_` for all but letters and digits",
  ],
  [["PIP_<OPTION>"], "pip's own variables, read by `pkm pip` below pkm's settings"],
  [["PIP_CONFIG_FILE"], "pip's configuration file; `/dev/null` means that none is read"],
  [
    ["CUSTOM_COMPILE_COMMAND"],
    "The command that `pkm pip-compile` writes into the head of its files, instead of its own",
  ],
  [["VIRTUALENV_<OPTION>"], "virtualenv's own variables, read by `pkm virtualenv`"],
  [["VIRTUALENV_CONFIG_FILE"], "virtualenv's configuration file, instead of the usual one"],
  [["NETRC"], "The netrc file, instead of the one in the home folder"],
  [
    ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"],
    "The proxy by the scheme of the address; lower case wins",
  ],
  [["NO_PROXY"], "Hosts and networks that are reached without proxy"],
  [["REQUEST_METHOD"], "Where it is set (CGI), `HTTP_PROXY` in capitals is not believed"],
  [["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"], "Certificates to trust beside the system's"],
  [
    ["NO_COLOR", "FORCE_COLOR", "TERM"],
    "Whether there is colour: never, always, and not on a `dumb` terminal",
  ],
  [
    ["PYENV_ROOT", "PYENV", "PYENV_VERSION", "PYENV_DIR"],
    "pyenv's folder of interpreters, and which of them is chosen",
  ],
  [["UV_PYTHON_INSTALL_DIR"], "uv's folder of interpreters"],
  [["PYTHONUSERBASE"], "The folder that `--user` installs below"],
  [["PATH"], "Where interpreters and the `keyring` program are looked for"],
  [
    [
      "HOME",
      "XDG_CACHE_HOME",
      "XDG_CONFIG_HOME",
      "XDG_CONFIG_DIRS",
      "XDG_DATA_HOME",
      "XDG_DATA_DIRS",
    ],
    "Folders of the user and the system on Linux",
  ],
  [["APPDATA", "LOCALAPPDATA", "PROGRAMDATA"], "The same on Windows"],
  [["VISUAL", "EDITOR"], "The editor of `pkm pip config edit`"],
  [["SOURCE_DATE_EPOCH"], "Seconds since 1970 that archives are dated by; `docs/build-backend.md`"],
  [["TMPDIR"], "The folder for what lives only during a run"],
  [
    ["LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LANG"],
    "Character set of trees; language of what a system says of its own Python",
  ],
];

function exitSection(): string[] {
  return [
    "## Exit codes",
    "",
    ...table(
      ["code", "meaning"],
      Object.entries(exit).map(([name, value]) => [
        String(value),
        exitMeanings[name as keyof typeof exit],
      ]),
    ),
    "`pkm pip` has pip's exit codes: 1 for whatever failed, 2 for options it does not understand, 3 where",
    "`--require-virtualenv` finds none, 23 for a search without result. `pkm pip-compile`, `pkm pip-sync` and",
    "`pkm virtualenv` have 1 and 2 alone, as those tools do.",
    "",
  ];
}

const exitMeanings: Readonly<Record<keyof typeof exit, string>> = {
  done: "Done; also where nothing had to be done",
  failure: "Failed",
  usage: "The command line was not understood",
  noSolution: "The requirements have no solution",
  refused: "Refused by a policy",
  wouldChange: "Something would change, and the command was only to look",
  noMatches: "`pkm pip search` found nothing",
};

function errorsPage(): string {
  const rows = pagesOf("errors").map((name) => [
    `[${name.slice(0, -3)}](${name})`,
    readFileSync(join(docs, "errors", name), "utf8").split("\n")[2] ?? "",
  ]);
  return withTable("errors/README.md", "<!-- codes -->", table(["code", "meaning"], rows));
}

function decisionsPage(): string {
  const rows = pagesOf("decisions").map((name) => {
    const [title = ""] = readFileSync(join(docs, "decisions", name), "utf8").split("\n", 1);
    return [`[${name.slice(0, 4)}](${name})`, title.replace(/^# \d+\. /, "")];
  });
  return withTable("decisions/README.md", "<!-- records -->", table(["record", "decision"], rows));
}

function pagesOf(folder: string): string[] {
  const names = readdirSync(join(docs, folder));
  return names.filter((name) => name.endsWith(".md") && name !== "README.md").sort();
}

/** The committed page with everything behind the mark made anew. */
function withTable(file: string, mark: string, rows: readonly string[]): string {
  const [head = ""] = readFileSync(join(docs, file), "utf8").split(mark);
  return [`${head}${mark}`, "", ...rows].join("\n");
}

function usage(name: string, command: AnyCommand): string {
  const words = Object.entries(command.arguments).map(([key, { many, optional }]) => {
    const shown = key.toUpperCase() + (many === true ? "..." : "");
    return optional === true ? `[${shown}]` : shown;
  });
  return [name, "[OPTIONS]", ...words].join(" ");
}

function spelling(key: string, option: OptionDescription): string {
  const value = option.value === undefined ? "" : ` ${option.value}`;
  const names = [`--${key}${value}`, ...(option.aliases ?? []).map((alias) => `--${alias}`)];
  if (option.short !== undefined) names.unshift(`-${option.short}`);
  return names.map(code).join(", ");
}

function meaning(option: OptionDescription): string {
  return choicesAfter(option.help, option.choices) + (option.many === true ? " *(many)*" : "");
}

function choicesAfter(help: string, choices: readonly string[] | undefined): string {
  return choices === undefined ? help : `${help}: ${choices.map(code).join(", ")}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""];
}

function code(text: string): string {
  return `\`${text}\``;
}

function anchor(heading: string): string {
  return heading.toLowerCase().replaceAll(" ", "-");
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

await writePages();
