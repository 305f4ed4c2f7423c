import { exit, PkmError } from "#base/errors";
import { nearest, shellWord } from "#base/text";

export function settingsFileMissing(file: string): PkmError {
  return new PkmError({
    code: "settings-file-missing",
    what: `Cannot read ${file}: there is no such file`,
    why: "`--config` names it as the file with settings",
    exit: exit.usage,
  });
}

export function settingUnknown(option: string, file: string, known: readonly string[]): PkmError {
  const similar = nearest(option, known);
  return new PkmError({
    code: "pip-tools-setting-unknown",
    what: `Cannot read [tool.pip-tools] of ${file}: there is no option \`${option}\``,
    fix: similar.map((name) => `did you mean \`${name}\`?`),
    exit: exit.usage,
  });
}

export function noSourceFile(command: string, names: readonly string[]): PkmError {
  return new PkmError({
    code: "no-source-file",
    what: `Cannot run \`${command}\`: no file was named, and none of the usual ones is here`,
    why: `looked for ${names.join(", ")}`,
    exit: exit.usage,
  });
}

export function outputFileNeeded(command: string, why: string): PkmError {
  return new PkmError({
    code: "output-file-needed",
    what: `Cannot run \`${command}\`: it is not clear where the result shall go`,
    why,
    fix: [`${command} --output-file FILE`],
    exit: exit.usage,
  });
}

export function outputIsSource(command: string, file: string): PkmError {
  return new PkmError({
    code: "output-is-source",
    what: `Cannot run \`${command}\`: \`${file}\` is read and shall be written`,
    fix: ["choose another file with `--output-file`"],
    exit: exit.usage,
  });
}

export function uncompiledSource(command: string, file: string): PkmError {
  return new PkmError({
    code: "uncompiled-source",
    what: `Cannot run \`${command}\`: \`${file}\` is a file to be compiled, not one that pins everything`,
    fix: [`pkm pip-compile ${shellWord(file)}`, `${command} --force ${shellWord(file)}`],
    exit: exit.usage,
  });
}

export function wordsUnfinished(option: string, why: string): PkmError {
  return new PkmError({
    code: "invalid-option-value",
    what: `Cannot read the words of \`${option}\``,
    why,
    exit: exit.usage,
  });
}

export function buildTargetsNeeded(command: string): PkmError {
  return new PkmError({
    code: "build-targets-needed",
    what: `Cannot run \`${command}\`: \`--only-build-deps\` says nothing by itself`,
    why: "it has to be clear which builds are meant",
    fix: [`${command} --only-build-deps --all-build-deps`],
    exit: exit.usage,
  });
}

export function buildsOfNoProject(command: string, file: string): PkmError {
  return new PkmError({
    code: "builds-of-no-project",
    what: `Cannot run \`${command}\`: nothing is built of ${file}`,
    why: "`--build-deps-for` and `--all-build-deps` are for pyproject.toml, setup.py and setup.cfg",
    fix: [`${command} --all-build-deps pyproject.toml`],
    exit: exit.usage,
  });
}
