import { PkmError } from "#base/errors";
import type { FileEdit } from "#cli/failed-command";

export function nothingToExplain(folder: string, command: string): PkmError {
  return new PkmError({
    code: "nothing-to-explain",
    what: `Cannot run \`${command}\`: no failure is kept for ${folder}`,
    why: "a command that finds no solution is kept for the folder in which it ran, the last one of each",
    fix: ["run `pkm explain` in the folder and with the cache of the command that failed"],
  });
}

export function problemMissing(file: string): PkmError {
  return new PkmError({
    code: "problem-file-invalid",
    what: `Cannot read ${file}: there is no such file`,
    fix: ["pkm explain --export problem.json.gz"],
  });
}

export function notAProblem(file: string, why: string, cause?: unknown): PkmError {
  return new PkmError({
    code: "problem-file-invalid",
    what: `Cannot read ${file}: it was not written by \`pkm explain --export\``,
    why,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A fix that cannot be made from here: an address had a password, which is kept nowhere. */
export function commandNotWhole(commands: readonly string[]): PkmError {
  return new PkmError({
    code: "command-not-whole",
    what: "Cannot run the command anew: it had a password in an address, which is kept nowhere",
    fix: commands,
  });
}

export function lineChanged({ file, line, from }: FileEdit): PkmError {
  const where = line === undefined ? file : `${file}, line ${line}`;
  return new PkmError({
    code: "line-changed",
    what: `Cannot change ${where}: \`${from}\` does not stand there as it did`,
    fix: ["run the command again, and apply a fix of its new failure"],
  });
}
