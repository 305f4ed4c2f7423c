import { nearest } from "#base/text";
import { pipFeatures } from "./pip-features.ts";
import { splitShellWords, type ShellWord } from "./shell-words.ts";

/** The options a line of a requirements file may have, read as pip's option parser reads them. */

export const flagOptions = [
  "no-index",
  "prefer-binary",
  "require-hashes",
  "no-require-hashes",
  "pre",
] as const;

export const valueOptions = [
  "index-url",
  "extra-index-url",
  "constraint",
  "requirement",
  "editable",
  "find-links",
  "no-binary",
  "only-binary",
  "all-releases",
  "only-final",
  "trusted-host",
  "use-feature",
  "hash",
  "config-settings",
] as const;

export type FlagName = (typeof flagOptions)[number];
export type ValueName = (typeof valueOptions)[number];

/** One option of a line; `value` is empty for a flag. */
export type LineOption = { readonly name: FlagName | ValueName; readonly value: string };

export type LineProblem = {
  readonly start: number;
  readonly end: number;
  readonly why: string;
  readonly fix: readonly string[];
};

export type LineOptions =
  | {
      readonly kind: "options";
      readonly options: readonly LineOption[];
      readonly ignored: readonly string[];
    }
  | { readonly kind: "problem"; readonly problem: LineProblem };

type Long = { readonly name: FlagName | ValueName; readonly takesValue: boolean };

const long = new Map<string, Long>([
  ...flagOptions.map((name): [string, Long] => [`--${name}`, { name, takesValue: false }]),
  ...valueOptions.map((name): [string, Long] => [`--${name}`, { name, takesValue: true }]),
  ["--pypi-url", { name: "index-url", takesValue: true }],
]);

const short = new Map<string, ValueName>([
  ["-i", "index-url"],
  ["-c", "constraint"],
  ["-r", "requirement"],
  ["-e", "editable"],
  ["-f", "find-links"],
  ["-C", "config-settings"],
]);

const strongHashes = ["sha256", "sha384", "sha512"];

/** Reads the part of a line from its first word that begins with a dash. Places are offsets in `text`. */
export function readLineOptions(text: string): LineOptions {
  const split = splitShellWords(text);
  if (split.kind === "unfinished")
    return problem({ start: split.start, end: text.length }, split.why);
  const options: LineOption[] = [];
  const ignored: string[] = [];
  const { words } = split;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as ShellWord;
    if (word.text === "--") {
      ignored.push(...words.slice(at + 1).map((rest) => rest.text));
      break;
    }
    if (!word.text.startsWith("-") || word.text === "-") {
      ignored.push(word.text);
      continue;
    }
    const known = word.text.startsWith("--") ? findLong(word) : findShort(word);
    if ("why" in known) return { kind: "problem", problem: known };
    let value = known.value;
    if (known.takesValue && value === undefined) {
      value = words[++at]?.text;
      if (value === undefined) return problem(word, `option \`${known.written}\` needs a value`);
    }
    if (!known.takesValue && value !== undefined)
      return problem(word, `option \`${known.written}\` takes no value`);
    const fault = known.takesValue ? faultOf(known.name, value ?? "") : undefined;
    if (fault !== undefined) return problem(words[at] ?? word, fault);
    options.push({ name: known.name, value: value ?? "" });
  }
  return { kind: "options", options, ignored };
}

type Found = Long & { readonly written: string; readonly value: string | undefined };

/** Long options may be cut short as long as only one begins so. */
function findLong(word: ShellWord): Found | LineProblem {
  const equals = word.text.indexOf("=");
  const written = equals === -1 ? word.text : word.text.slice(0, equals);
  const value = equals === -1 ? undefined : word.text.slice(equals + 1);
  const exact = long.get(written);
  if (exact !== undefined) return { ...exact, written, value };
  const meant = [...long.keys()].filter((name) => name.startsWith(written));
  if (meant.length === 1) return { ...(long.get(meant[0] as string) as Long), written, value };
  if (meant.length > 1)
    return {
      ...placeOf(word),
      why: `\`${written}\` may be ${meant.map((name) => `\`${name}\``).join(", ")}`,
      fix: [],
    };
  return {
    ...placeOf(word),
    why: `requirements files have no option \`${written}\``,
    fix: nearest(written, long.keys()).map((name) => `did you mean \`${name}\`?`),
  };
}

function findShort(word: ShellWord): Found | LineProblem {
  const written = word.text.slice(0, 2);
  const name = short.get(written);
  if (name === undefined)
    return {
      ...placeOf(word),
      why: `requirements files have no option \`${written}\``,
      fix: long.has(`-${word.text}`) ? [`did you mean \`-${word.text}\`?`] : [],
    };
  const value = word.text.length > 2 ? word.text.slice(2) : undefined;
  return { name, takesValue: true, written, value };
}

function faultOf(name: FlagName | ValueName, value: string): string | undefined {
  switch (name) {
    case "hash": {
      const colon = value.indexOf(":");
      if (colon === -1) return "`--hash` needs an algorithm and a digest, such as `sha256:abcd…`";
      const algorithm = value.slice(0, colon);
      return strongHashes.includes(algorithm)
        ? undefined
        : `\`${algorithm}\` is no hash to rely on, use ${strongHashes.join(", ")}`;
    }
    case "config-settings":
      return value.includes("=") ? undefined : "`--config-settings` needs `KEY=VALUE`";
    case "use-feature":
      return pipFeatures.includes(value)
        ? undefined
        : `there is no feature \`${value}\`, there are ${pipFeatures.join(", ")}`;
    case "no-binary":
    case "only-binary":
    case "all-releases":
    case "only-final":
      return value.startsWith("-") ? `option \`--${name}\` needs a value` : undefined;
    default:
      return undefined;
  }
}

function placeOf(word: ShellWord): { readonly start: number; readonly end: number } {
  return { start: word.start, end: word.end };
}

function problem(
  place: { readonly start: number; readonly end: number },
  why: string,
): LineOptions {
  return { kind: "problem", problem: { start: place.start, end: place.end, why, fix: [] } };
}
