import { PkmError } from "#base/errors";
import { shellWord } from "#base/text";

/** One interpreter that was looked at and not taken. */
export type PassedOver = { readonly what: string; readonly why: string };

/** No interpreter fits what was asked for. */
export function pythonNotFound(
  asked: string,
  askedBy: string | undefined,
  seen: readonly PassedOver[],
): PkmError {
  const by = askedBy === undefined ? "" : ` (asked for by ${askedBy})`;
  const shown = seen.slice(0, 6).map(({ what, why }) => `\`${what}\`: ${why}`);
  if (seen.length > shown.length) shown.push(`and ${seen.length - shown.length} more`);
  return new PkmError({
    code: "python-not-found",
    what: `Cannot find an interpreter for \`${asked}\`${by}`,
    why:
      shown.length === 0
        ? "searched virtual environments, PATH, pyenv and uv folders, and found no Python at all"
        : `searched virtual environments, PATH, pyenv and uv folders, and passed over\n  ${shown.join("\n  ")}`,
    fix: ["pkm python list", "name an executable: `--python /path/to/python`"],
  });
}

/** A request for an interpreter that cannot be read. */
export function pythonRequestInvalid(text: string, askedBy: string | undefined): PkmError {
  return new PkmError({
    code: "python-request-invalid",
    what: `Cannot read \`${text}\` as a request for Python${askedBy === undefined ? "" : ` (${askedBy})`}`,
    why: "it is no version, no range, no implementation, no path, and no executable on PATH",
    fix: ["write it as `3.12`, `>=3.11,<3.14`, `3.13t`, `pypy@3.10`, or as a path"],
  });
}

/** The executable runs, but is older than what pkm can install for. */
export function pythonTooOld(path: string, version: string): PkmError {
  return new PkmError({
    code: "python-too-old",
    what: `Cannot use the interpreter \`${path}\``,
    why: `found Python ${version}, needs >=3.6`,
    fix: ["pkm python list", "name another one with `--python`"],
  });
}

/** The executable cannot be started, or does not answer as a Python does. */
export function pythonUnusable(path: string, why: string, cause?: unknown): PkmError {
  return new PkmError({
    code: "python-unusable",
    what: `Cannot ask the interpreter \`${path}\` about itself`,
    why,
    fix: [
      `run \`${path} -I -c pass\` to see what is wrong with it`,
      "name another one with `--python`",
    ],
    cause,
  });
}

/** The interpreter that a virtual environment was made from is gone. */
export function baseInterpreterGone(environment: string, base: string): PkmError {
  return new PkmError({
    code: "environment-broken",
    what: `Cannot use the environment \`${environment}\`: its base interpreter is gone`,
    why: `\`${base}\` does not exist, or is no executable file`,
    fix: [`pkm venv --clear ${shellWord(environment)}`],
  });
}
