import { exit, PkmError } from "#base/errors";

/** A key that no setting has. */
export function unknownSetting(key: string, where: string, near: readonly string[]): PkmError {
  return new PkmError({
    code: "unknown-setting",
    what: `Cannot read ${where}: there is no setting \`${key}\``,
    fix: near.map((name) => `did you mean \`${name}\`?`),
    exit: exit.usage,
  });
}

/** A value that its setting cannot have, pip's own among them; `where` is a file, a variable or an option. */
export function invalidSetting(key: string, where: string, why: string): PkmError {
  return new PkmError({
    code: "invalid-setting",
    what: `Cannot use \`${key}\` from ${where}: it ${why}`,
    exit: exit.usage,
  });
}

/** An entry of `[[repositories]]` that makes no sense. */
export function invalidRepository(where: string, key: string, why: string): PkmError {
  return new PkmError({
    code: "invalid-repository",
    what: `Cannot read ${where}: \`${key}\` ${why}`,
    exit: exit.usage,
  });
}

/** A configuration file of pip that pip does not read either. */
export function pipConfigurationInvalid(
  path: string,
  line: number | undefined,
  why: string,
  excerpt?: string,
): PkmError {
  return new PkmError({
    code: "pip-configuration-invalid",
    what: `Cannot read ${path}${line === undefined ? "" : ` (line ${line})`}`,
    why,
    excerpt,
    fix: ["correct the file, or leave it out with `--isolated`"],
  });
}
