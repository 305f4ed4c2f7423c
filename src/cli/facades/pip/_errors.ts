import { exit, PkmError } from "#base/errors";

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
