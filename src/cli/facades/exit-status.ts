import { type ExitCode, exit, PkmError } from "#base/errors";

/** Whether a first word names another tool, whose exit codes hold then. */
export function isForeign(word: string | undefined): word is keyof typeof statuses {
  return word !== undefined && Object.hasOwn(statuses, word);
}

/** The exit code of another tool for one of pkm's. */
export function foreignStatus(
  tool: keyof typeof statuses,
  status: ExitCode,
  error?: unknown,
): ExitCode {
  return statuses[tool](status, error);
}

/** What optparse does not see, pip's commands refuse themselves, and that is a failure like any other. */
const refusedByCommand: ReadonlySet<string> = new Set([
  "conflicting-options",
  "foreign-tags-need-target",
  "missing-argument",
  "nothing-asked",
  "unexpected-argument",
  "unknown-command",
]);

const threes: ReadonlySet<string> = new Set([
  "virtual-environment-required",
  "pip-setting-invalid",
]);

/**
 * pip: everything that failed is 1, words that its option parser does not understand are 2, as are configuration files
 * that cannot be read; asking for a virtual environment where there is none is 3, and so are values of the
 * configuration that are none of an option's or no numbers.
 */
function pipStatus(status: ExitCode, error?: unknown): ExitCode {
  if (error instanceof PkmError) {
    if (threes.has(error.code)) return exit.noSolution;
    if (error.code === "pip-configuration-invalid") return exit.usage;
    if (refusedByCommand.has(error.code)) return exit.failure;
  }
  const isOwn =
    status === exit.noSolution || status === exit.refused || status === exit.wouldChange;
  return isOwn ? exit.failure : status;
}

/** pip-compile and pip-sync: 2 for what they do not understand, 1 for what fails. */
function toolStatus(status: ExitCode): ExitCode {
  return status === exit.usage ? status : exit.failure;
}

/** virtualenv: the same, and a folder that cannot become an environment is a word it does not understand. */
function virtualenvStatus(status: ExitCode, error?: unknown): ExitCode {
  const isFolder = error instanceof PkmError && error.code.startsWith("environment-folder-");
  return status === exit.usage || isFolder ? exit.usage : exit.failure;
}

const statuses = {
  pip: pipStatus,
  "pip-compile": toolStatus,
  "pip-sync": toolStatus,
  virtualenv: virtualenvStatus,
} as const satisfies Record<string, (status: ExitCode, error?: unknown) => ExitCode>;
