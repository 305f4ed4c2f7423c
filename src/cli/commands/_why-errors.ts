import { PkmError } from "#base/errors";

export function notAmongThem(
  name: string,
  file: string | undefined,
  similar: readonly string[],
): PkmError {
  return new PkmError({
    code: "not-installed",
    what:
      file === undefined
        ? `Cannot say why \`${name}\` is there: it is not installed`
        : `Cannot say why \`${name}\` is there: ${file} does not pin it`,
    fix:
      similar.length > 0
        ? [`did you mean ${similar.map((each) => `\`${each}\``).join(" or ")}?`]
        : [`pkm why ${name}@VERSION says why a version was not taken`],
  });
}

export function compiledFileMissing(file: string): PkmError {
  return new PkmError({
    code: "requirements-file-missing",
    what: `Cannot read ${file}: there is no such file`,
    fix: ["name a file that `pkm pip compile` has written"],
  });
}
