import { shellWord } from "#base/text";
import { withoutCredentials } from "#base/url";
import { chooseNames, type ExclusiveNames, noNames } from "#standards/format-control";
import type { Edit } from "#resolver/fixes";
import { type AskedRequirement, commandLine } from "#resolver/request";
import { formatRequirement, tryParseRequirement } from "#standards/requirement";

/** A command that could not be done, as it was typed and without credentials. */
export type FailedCommand = {
  /** `["pip", "install"]`. */
  readonly path: readonly string[];
  readonly typed: readonly string[];
  /** Credentials were cut from its words, so that it cannot be run from here again. */
  readonly isCut: boolean;
};

/** A line of a file that would read otherwise. */
export type FileEdit = {
  readonly file: string;
  /** Left out for files that are no lists of lines. */
  readonly line?: number;
  readonly from: string;
  /** Left out when the line goes. */
  readonly to?: string;
};

/** Edits of a question as a person makes them: commands to run one after another, after changes in files. */
export type Remedy = {
  readonly files: readonly FileEdit[];
  /** Words behind `pkm`. */
  readonly commands: readonly (readonly string[])[];
};

export function failedCommand(name: string, typed: readonly string[]): FailedCommand {
  const safe = typed.map((word) => word.replace(/[a-z][a-z0-9+.-]*:\/\/.*/i, withoutCredentials));
  return {
    path: name.split(" ").slice(1),
    typed: safe,
    isCut: safe.some((word, at) => word !== typed[at]),
  };
}

/** The command as it would be typed. */
export function commandText(words: readonly string[]): string {
  return ["pkm", ...words].map(shellWord).join(" ");
}

/** How a person makes these edits; `undefined` where the command leaves no way to. */
export function remedyFor(
  edits: readonly Edit[],
  { path, typed }: FailedCommand,
  formats: ExclusiveNames,
): Remedy | undefined {
  let words: readonly string[] | undefined = typed;
  const files: FileEdit[] = [];
  const before: string[][] = [];
  for (const edit of edits) {
    if (words === undefined) return undefined;
    switch (edit.kind) {
      case "requirement": {
        const { asked, to } = edit;
        if (asked.origin === commandLine) words = replaceWord(words, asked, to);
        else {
          const place = placeOf(asked.origin);
          if (place === undefined) return undefined;
          files.push({
            ...place,
            from: formatRequirement(asked.requirement),
            ...(to === undefined ? {} : { to: formatRequirement(to) }),
          });
        }
        break;
      }
      case "python":
        if (!fillsEnvironment(path))
          words = [...without(words, ["--python-version"]), "--python-version", edit.version];
        else if (words.some((word) => elsewhere.test(word))) return undefined;
        else {
          const folder = `.venv-${edit.version.split(".").slice(0, 2).join(".")}`;
          before.push(["venv", folder, "--python", edit.version]);
          words = [...without(words, ["--python", "-p"]), "--python", folder];
        }
        break;
      case "prereleases":
        if (words.some((word) => /^--(only-final|pre)\b/.test(word))) return undefined;
        words = [...words, "--all-releases", edit.names.join(",")];
        break;
      case "date-limit":
        if (edit.limit !== undefined) {
          const day = new Date(edit.limit - 86_400_000).toISOString().slice(0, 10);
          words = [...without(words, dateOptions), "--exclude-newer", day];
        } else if (without(words, dateOptions).length === words.length) return undefined;
        else words = without(words, dateOptions);
        break;
      case "formats":
        // What a file or a variable excludes, the command line cannot allow.
        if (!areSame(typedFormats(words), formats)) return undefined;
        words = without(words, formatOptions).filter((word) => word !== "--no-build");
        break;
      default:
        edit satisfies never;
    }
  }
  if (words === undefined) return undefined;
  return { files, commands: [...before, [...path, ...words]] };
}

function fillsEnvironment(path: readonly string[]): boolean {
  return path.at(-1) === "install" || path.at(-1) === "sync";
}

const dateOptions = ["--exclude-newer", "--uploaded-prior-to"];
const formatOptions = ["--no-binary", "--only-binary"];
/** Places that no environment with another Python stands for. */
const elsewhere =
  /^(-t|--target|--prefix|--root|--user|--system|--python-version|--python-platform|--platform|--abi|--implementation)(=|$)/;

function replaceWord(
  words: readonly string[],
  { requirement }: AskedRequirement,
  to: AskedRequirement["requirement"] | undefined,
): readonly string[] | undefined {
  const wanted = formatRequirement(requirement);
  const at = words.findIndex((word) => {
    if (word.startsWith("-")) return false;
    const parsed = tryParseRequirement(word);
    return parsed !== undefined && formatRequirement(parsed) === wanted;
  });
  if (at === -1) return undefined;
  return to === undefined ? words.toSpliced(at, 1) : words.with(at, formatRequirement(to));
}

/** The file that an origin names. Standard input and addresses cannot be edited. */
function placeOf(origin: string): Pick<FileEdit, "file" | "line"> | undefined {
  const [, file, line] = /^-[rc] (.+) \(line (\d+)\)$/.exec(origin) ?? [];
  if (file !== undefined)
    return file === "-" || /^https?:/i.test(file) ? undefined : { file, line: Number(line) };
  const [, project] = /^.+ \((.*pyproject\.toml)\)$/.exec(origin) ?? [];
  if (project !== undefined) return { file: project };
  const [, of] = /^--group (?:(.+):)?[^:]+$/.exec(origin) ?? [];
  return origin.startsWith("--group ") ? { file: of ?? "pyproject.toml" } : undefined;
}

/** The words without some options and their values. */
function without(words: readonly string[], options: readonly string[]): readonly string[] {
  const left: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (options.includes(word)) at += 1;
    else if (!options.some((option) => word.startsWith(`${option}=`))) left.push(word);
  }
  return left;
}

function typedFormats(words: readonly string[]): ExclusiveNames {
  let names = noNames;
  for (const [option, side] of [
    ["--no-binary", "first"],
    ["--only-binary", "second"],
  ] as const)
    for (const [at, word] of words.entries()) {
      if (word === option) names = chooseNames(names, side, words[at + 1] ?? "");
      else if (word.startsWith(`${option}=`))
        names = chooseNames(names, side, word.slice(option.length + 1));
    }
  return words.includes("--no-build") ? chooseNames(names, "second", ":all:") : names;
}

function areSame(a: ExclusiveNames, b: ExclusiveNames): boolean {
  const same = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
    one.size === other.size && [...one].every((name) => other.has(name));
  return same(a.first, b.first) && same(a.second, b.second);
}
