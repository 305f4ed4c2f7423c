import type { OptionTable } from "#cli/command";

/** What is asked for, beside the words of the command line. */
export const requirementOptions = {
  requirement: {
    help: "Requirements file, pylock.toml, pyproject.toml or URL; `-` for stdin",
    value: "FILE",
    short: "r",
    many: true,
    aliases: ["requirements"],
  },
  editable: {
    help: "Source tree to install in editable mode",
    value: "PATH",
    short: "e",
    many: true,
  },
  "requirements-from-script": {
    help: "Script that says what it needs (PEP 723)",
    value: "FILE",
    many: true,
  },
  extra: { help: "Extra of a pyproject.toml given with -r", value: "NAME", many: true },
  "all-extras": { help: "All extras of a pyproject.toml given with -r" },
  "only-deps": {
    help: "Take what the requirements need, not the requirements themselves",
    aliases: ["only-dependencies"],
  },
} as const satisfies OptionTable;
