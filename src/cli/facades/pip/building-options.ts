import type { OptionTable, OptionValues } from "#cli/command";

/** How sources are built, with pip's and uv's names. */
export const buildingOptions = {
  "config-settings": {
    help: "Setting for the build backends of what is named",
    value: "KEY=VALUE",
    short: "C",
    many: true,
    aliases: ["config-setting"],
  },
  "config-settings-package": {
    help: "Setting for the build backend of one project",
    value: "NAME:KEY=VALUE",
    many: true,
    aliases: ["config-setting-package"],
  },
  "no-build-isolation": { help: "Build with what the environment holds" },
  "no-build-isolation-package": {
    help: "Build these with what the environment holds",
    value: "NAME",
    many: true,
  },
  "build-constraint": {
    help: "Constraints file for what builds need",
    value: "FILE",
    many: true,
    aliases: ["build-constraints"],
  },
  "check-build-dependencies": { help: "Without isolation, check that what builds need is there" },
  "no-build-package": { help: "Do not build these from source", value: "NAME", many: true },
  "build-time-limit": {
    help: "Stop a build backend that takes longer",
    value: "SECONDS",
  },
  src: {
    help: "Folder for editable checkouts",
    value: "DIR",
    aliases: ["source", "source-dir", "source-directory"],
  },
  "use-pep517": { help: "Build by PEP 517 (pkm knows no other way)", hidden: true },
  "no-use-pep517": {
    help: "Build by running setup.py",
    hidden: true,
    refused: "nobody builds that way any more; pip has given it up as well",
  },
  "global-option": {
    help: "Option for setup.py",
    value: "OPTION",
    many: true,
    hidden: true,
    refused: "setup.py is no longer run by itself; tell the backend with `--config-settings`",
    aliases: ["build-option", "install-option"],
  },
  "no-clean": { help: "Keep the folders in which sources were built, and say where they are" },
} as const satisfies OptionTable;

export type BuildingChoices = Partial<OptionValues<typeof buildingOptions>>;
