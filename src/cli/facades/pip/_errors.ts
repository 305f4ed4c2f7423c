import { exit, PkmError } from "#base/errors";
import { nearest } from "#base/text";
import { withoutCredentials } from "#base/url";
import type { NoListing } from "#repository/repositories";

export function noEnvironment(command: string): PkmError {
  return new PkmError({
    code: "no-environment",
    what: `Cannot run \`${command}\`: no virtual environment is active or near`,
    why: "neither VIRTUAL_ENV nor CONDA_PREFIX is set, and there is no `.venv` here or in a folder above",
    fix: ["pkm venv", `${command} --python PYTHON`, `${command} --system`],
  });
}

export function notVirtual(root: string): PkmError {
  return new PkmError({
    code: "virtual-environment-required",
    what: `Cannot use ${root}: it is no virtual environment`,
    why: "`--require-virtualenv` (or PIP_REQUIRE_VIRTUALENV) asks for one",
    fix: ["pkm venv"],
  });
}

export function nothingAsked(command: string): PkmError {
  return new PkmError({
    code: "nothing-asked",
    what: `Cannot run \`${command}\`: nothing to install was named`,
    fix: [`${command} requests`, `${command} -r requirements.txt`],
    exit: exit.usage,
  });
}

export function foreignTagsNeedTarget(command: string): PkmError {
  return new PkmError({
    code: "foreign-tags-need-target",
    what: `Cannot run \`${command}\`: wheels for another machine do not belong into this environment`,
    why: "`--platform`, `--implementation` and `--abi` choose wheels that its interpreter may be unable to load",
    fix: ["name a folder to fill with `--target`", "`--dry-run`", "pkm pip download"],
  });
}

export function invalidDate(option: string, value: string): PkmError {
  return new PkmError({
    code: "invalid-date",
    what: `Cannot read \`${value}\` as the date of \`${option}\``,
    why: "expected a date (2026-11-01), a time (2026-11-01T12:00:00Z) or an age (`7 days`, `P7D`)",
    exit: exit.usage,
  });
}

export function nothingToRemove(command: string): PkmError {
  return new PkmError({
    code: "nothing-asked",
    what: `Cannot run \`${command}\`: nothing to remove was named`,
    fix: [`${command} requests`, `${command} -r requirements.txt`],
    exit: exit.usage,
  });
}

export function nothingToCompile(command: string): PkmError {
  return new PkmError({
    code: "nothing-asked",
    what: `Cannot run \`${command}\`: no requirements file was named`,
    fix: [`${command} requirements.in`, `${command} pyproject.toml`],
    exit: exit.usage,
  });
}

export function nothingToShow(command: string): PkmError {
  return new PkmError({
    code: "nothing-asked",
    what: `Cannot run \`${command}\`: no distribution was named`,
    fix: [`${command} requests`],
  });
}

export function notInstalled(name: string, similar: readonly string[]): PkmError {
  return new PkmError({
    code: "not-installed",
    what: `Cannot show the tree of \`${name}\`: it is not installed, and nothing requires it`,
    fix:
      similar.length > 0
        ? [`did you mean ${similar.map((each) => `\`${each}\``).join(" or ")}?`]
        : ["pkm pip list"],
  });
}

/** A value of pip's configuration that an option cannot have. */
export function pipSettingInvalid(name: string, origin: string, why: string): PkmError {
  return new PkmError({
    code: "pip-setting-invalid",
    what: `Cannot use \`${name}\` from ${origin}: it ${why}`,
    exit: exit.usage,
  });
}

export function fileMissing(path: string, command: string): PkmError {
  return new PkmError({
    code: "file-missing",
    what: `Cannot run \`${command}\`: there is no file \`${path}\``,
    exit: exit.usage,
  });
}

/** Commands whose first word says what to do. */
export function actionUnknown(
  command: string,
  word: string | undefined,
  actions: readonly string[],
): PkmError {
  const similar = word === undefined ? [] : nearest(word, actions);
  return new PkmError({
    code: "action-unknown",
    what:
      word === undefined
        ? `Cannot run \`${command}\`: what to do is missing`
        : `Cannot run \`${command}\`: there is no action \`${word}\``,
    why: `expected ${actions.join(", ")}`,
    fix: similar.map((action) => `${command} ${action}`),
  });
}

export function cacheDisabled(command: string): PkmError {
  return new PkmError({
    code: "cache-disabled",
    what: `Cannot run \`${command}\`: the cache is turned off`,
    why: "`--no-cache-dir` (or PIP_NO_CACHE_DIR) asks for none",
    fix: ["leave the option or the variable out"],
  });
}

export function pipKeyUnknown(key: string): PkmError {
  return new PkmError({
    code: "pip-key-unknown",
    what: `Cannot find \`${key}\` in pip's configuration`,
    fix: ["pkm pip config list", "pkm pip config debug"],
  });
}

export function pipKeyInvalid(key: string): PkmError {
  return new PkmError({
    code: "pip-key-invalid",
    what: `Cannot read \`${key}\` as a key of pip's configuration`,
    why: "a key is a command, or `global` for all of them, a dot, and an option",
    fix: [`did you mean \`global.${key}\`?`],
  });
}

export function configurationDisabled(command: string, device: string): PkmError {
  return new PkmError({
    code: "pip-configuration-disabled",
    what: `Cannot run \`${command}\`: pip's configuration files are turned off`,
    why: `PIP_CONFIG_FILE is \`${device}\``,
    fix: ["unset PIP_CONFIG_FILE"],
  });
}

export function noConfigurationFile(kind: string, command: string): PkmError {
  return new PkmError({
    code: "no-pip-configuration-file",
    what: `Cannot run \`${command}\`: there is no \`--${kind}\` file to change`,
    why: "no virtual environment is active or near that could hold one",
    fix: ["pkm venv", `${command} --python PYTHON`, `${command} --user`],
  });
}

export function configurationNotWritten(path: string, errno: string, cause: unknown): PkmError {
  return new PkmError({
    code: "pip-configuration-not-written",
    what: `Cannot write ${path}`,
    why: `the operating system answered ${errno}`,
    fix: ["choose another file with `--user`, `--site` or PIP_CONFIG_FILE"],
    cause,
  });
}

export function noEditor(command: string): PkmError {
  return new PkmError({
    code: "no-editor",
    what: `Cannot run \`${command}\`: nobody says which editor to use`,
    why: "neither VISUAL nor EDITOR is set",
    fix: [`${command} --editor nano`],
  });
}

export function editorFailed(editor: string, status: number): PkmError {
  return new PkmError({
    code: "editor-failed",
    what: `Cannot edit the configuration: \`${editor}\` ended with status ${status}`,
  });
}

export function noVersions(project: string, asked: NoListing["asked"]): PkmError {
  return new PkmError({
    code: "no-versions",
    what: `Cannot find a version of \`${project}\` that this Python could use`,
    ...(asked.length === 0
      ? {}
      : {
          why: asked
            .map(({ repository, answer }) => `${withoutCredentials(repository)}: ${answer}`)
            .join("; "),
        }),
    fix: asked.length === 0 ? ["`--pre` counts pre-releases too"] : [],
  });
}

export function searchUnavailable(words: readonly string[]): PkmError {
  return new PkmError({
    code: "search-unavailable",
    what: `Cannot search for \`${words.join(" ")}\`: PyPI answers no searches of installers`,
    why: "its service was turned off for good in 2021, and pip's own command fails in the same way",
    fix: [
      "search on PyPI's pages with a browser",
      `pkm pip index versions ${words[0] ?? ""}`,
      "name an index that answers searches with `--index`",
    ],
  });
}

export function searchFailed(url: string, why: string): PkmError {
  return new PkmError({
    code: "search-failed",
    what: `Cannot search ${withoutCredentials(url)}`,
    why,
  });
}
