import { exit, PkmError } from "#base/errors";
import { nearest } from "#base/text";
import type { FailedQuestion } from "#provision/resolve-requirements";
import type { ResolutionFailure } from "#resolver/resolution";
import { NoSolution } from "./no-solution.ts";

export function unknownOption(word: string, command: string, known: Iterable<string>): PkmError {
  const similar = nearest(word.replace(/=.*$/, ""), known);
  return new PkmError({
    code: "unknown-option",
    what: `Cannot run \`${command}\`: there is no option \`${word}\``,
    fix: [
      ...(similar.length > 0
        ? [`did you mean ${similar.map((name) => `\`${name}\``).join(" or ")}?`]
        : []),
      `${command} --help`,
    ],
    exit: exit.usage,
  });
}

export function ambiguousOption(
  word: string,
  command: string,
  matches: readonly string[],
): PkmError {
  return new PkmError({
    code: "ambiguous-option",
    what: `Cannot run \`${command}\`: \`${word}\` may mean ${matches.map((name) => `\`${name}\``).join(", ")}`,
    fix: ["write the option out"],
    exit: exit.usage,
  });
}

export function missingOptionValue(option: string, placeholder: string, command: string): PkmError {
  return new PkmError({
    code: "missing-option-value",
    what: `Cannot run \`${command}\`: \`${option}\` needs a value`,
    fix: [`${option} ${placeholder}`],
    exit: exit.usage,
  });
}

export function unexpectedOptionValue(option: string, value: string, command: string): PkmError {
  return new PkmError({
    code: "unexpected-option-value",
    what: `Cannot run \`${command}\`: \`${option}\` takes no value, found \`${value}\``,
    fix: [`${command} --help`],
    exit: exit.usage,
  });
}

export function invalidOptionValue(details: {
  readonly option: string;
  readonly value: string;
  readonly expected: string;
  readonly command: string;
  readonly similar?: readonly string[];
}): PkmError {
  const { option, value, expected, command, similar = [] } = details;
  return new PkmError({
    code: "invalid-option-value",
    what: `Cannot run \`${command}\`: \`${option}\` does not take \`${value}\``,
    why: `expected ${expected}`,
    fix:
      similar.length > 0
        ? [`did you mean ${similar.map((name) => `\`${name}\``).join(" or ")}?`]
        : [],
    exit: exit.usage,
  });
}

export function unsupportedOption(option: string, command: string, reason: string): PkmError {
  return new PkmError({
    code: "unsupported-option",
    what: `Cannot run \`${command}\`: \`${option}\` cannot be honoured`,
    why: reason,
    exit: exit.usage,
  });
}

export function conflictingOptions(a: string, b: string, command: string): PkmError {
  return new PkmError({
    code: "conflicting-options",
    what: `Cannot run \`${command}\`: \`${a}\` and \`${b}\` exclude each other`,
    fix: ["leave one of them out"],
    exit: exit.usage,
  });
}

export function missingArgument(argument: string, command: string): PkmError {
  return new PkmError({
    code: "missing-argument",
    what: `Cannot run \`${command}\`: ${argument} is missing`,
    fix: [`${command} --help`],
    exit: exit.usage,
  });
}

export function unexpectedArgument(word: string, command: string): PkmError {
  return new PkmError({
    code: "unexpected-argument",
    what: `Cannot run \`${command}\`: there is no place for \`${word}\``,
    fix: [`${command} --help`],
    exit: exit.usage,
  });
}

/** `known` are commands as they are typed behind `group`; one may have two words (`pip install`). */
export function unknownCommand(word: string, group: string, known: readonly string[]): PkmError {
  const last = (command: string): string => command.slice(command.lastIndexOf(" ") + 1);
  const similar = new Set(nearest(word, new Set(known.map(last))));
  const meant = known.filter((command) => similar.has(last(command)));
  return new PkmError({
    code: "unknown-command",
    what: `Cannot run \`${group} ${word}\`: there is no such command`,
    fix: [
      ...(meant.length > 0
        ? [`did you mean ${meant.map((name) => `\`${group} ${name}\``).join(" or ")}?`]
        : []),
      `${group} --help`,
    ],
    exit: exit.usage,
  });
}

/** A folder named as the cache holds something that pkm did not put there; removing it would be a loss. */
export function cacheFolderForeign(folder: string, entry: string): PkmError {
  return new PkmError({
    code: "cache-folder-foreign",
    what: `Cannot remove anything from \`${folder}\`: it is no cache folder of pkm`,
    why: `it holds \`${entry}\`, which pkm did not put there`,
    fix: ["name the cache with `--cache-dir` or PKM_CACHE_DIR", "pkm cache dir"],
    exit: exit.refused,
  });
}

/** The explanation is the message: its first line says what failed, the rest why. */
export function noSolution(failure: ResolutionFailure, question?: FailedQuestion): PkmError {
  return new NoSolution(failure, question);
}
