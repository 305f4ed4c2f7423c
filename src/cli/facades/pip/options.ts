import type { OptionTable } from "#cli/command";
import { buildingOptions } from "./building-options.ts";
import {
  commonOptions,
  generalOptions,
  isolatedOption,
  networkOptions,
} from "./general-options.ts";

/** Which environment a command works on. */
export const environmentOptions = {
  python: generalOptions.python,
  system: { help: "Work on the Python on PATH instead of a virtual environment" },
  "break-system-packages": { help: "Change a Python that its operating system manages (PEP 668)" },
  target: { help: "Work on a plain folder", value: "DIR", short: "t" },
  prefix: { help: "Work on another prefix of the interpreter", value: "DIR" },
  user: { help: "Work on the user's own site-packages" },
} as const satisfies OptionTable;

/** Where distributions come from, with pip's names. */
export const indexOptions = {
  "index-url": {
    help: "The index; PyPI when left out",
    value: "URL",
    short: "i",
    aliases: ["default-index", "pypi-url"],
  },
  "extra-index-url": {
    help: "A further index; asked before the default one",
    value: "URL",
    many: true,
    aliases: ["index"],
  },
  "no-index": { help: "Use no index, only --find-links" },
  "find-links": {
    help: "Folder or page with distributions, merged with the index",
    value: "PLACE",
    short: "f",
    many: true,
  },
  "index-strategy": {
    help: "How several indexes are used",
    value: "WAY",
    choices: ["first-index", "unsafe-first-match", "unsafe-best-match"],
  },
  ...networkOptions,
  ...isolatedOption,
} as const satisfies OptionTable;

/** What may be chosen. */
export const resolutionOptions = {
  constraint: {
    help: "Constraints file: limits versions, adds nothing",
    value: "FILE",
    short: "c",
    many: true,
    aliases: ["constraints"],
  },
  override: {
    help: "Overrides file: replaces what anybody requires of a name",
    value: "FILE",
    many: true,
    aliases: ["overrides"],
  },
  "no-deps": { help: "Do not follow dependencies", aliases: ["no-dependencies"] },
  pre: { help: "Allow pre-releases" },
  prerelease: {
    help: "When pre-releases are taken",
    value: "WAY",
    choices: ["allow", "disallow", "if-necessary", "explicit", "if-necessary-or-explicit"],
  },
  resolution: {
    help: "Which versions are preferred",
    value: "WAY",
    choices: ["highest", "lowest", "lowest-direct"],
  },
  "exclude-newer": {
    help: "Ignore files uploaded after a date (2026-11-01) or within an age (7 days)",
    value: "DATE",
  },
  "uploaded-prior-to": {
    help: "Ignore files uploaded on or after a date",
    value: "DATE",
    hidden: true,
  },
  "python-version": { help: "Resolve for another Python version", value: "X.Y" },
  "python-platform": { help: "Resolve for another platform, with uv's names", value: "PLATFORM" },
  "only-binary": {
    help: "Take only wheels for these names, or :all:",
    value: "NAMES",
    many: true,
  },
  "no-binary": { help: "Take no wheels for these names, or :all:", value: "NAMES", many: true },
  "prefer-binary": { help: "Prefer an older wheel to a newer sdist" },
  "no-build": { help: "The same as --only-binary :all:" },
  "ignore-requires-python": { help: "Ignore which Python a release says it needs" },
  upgrade: { help: "Take the newest versions allowed", short: "U" },
  "upgrade-package": {
    help: "Take the newest version allowed of these",
    value: "NAME",
    short: "P",
    many: true,
  },
  group: { help: "Dependency group, [path:]name (PEP 735)", value: "GROUP", many: true },
  "time-limit": {
    help: "Give up looking for versions after so long, and say what was in the way",
    value: "SECONDS",
  },
  refresh: { help: "Ask the index again, whatever the cache holds" },
  "refresh-package": {
    help: "Ask the index again for these names, or :all:",
    value: "NAMES",
    many: true,
  },
  "all-releases": {
    help: "Allow pre-releases of these names, or :all:",
    value: "NAMES",
    many: true,
  },
  "only-final": {
    help: "Allow no pre-releases of these names, or :all:",
    value: "NAMES",
    many: true,
  },
} as const satisfies OptionTable;

/** What of a project counts, for commands that look at versions without resolving. */
export const selectionOptions = {
  pre: { help: "Count pre-releases too" },
  "all-releases": resolutionOptions["all-releases"],
  "only-final": resolutionOptions["only-final"],
  "only-binary": resolutionOptions["only-binary"],
  "no-binary": resolutionOptions["no-binary"],
  "prefer-binary": resolutionOptions["prefer-binary"],
  "exclude-newer": resolutionOptions["exclude-newer"],
  "uploaded-prior-to": resolutionOptions["uploaded-prior-to"],
  refresh: resolutionOptions.refresh,
  "refresh-package": resolutionOptions["refresh-package"],
} as const satisfies OptionTable;

/** How a change is made. */
export const changeOptions = {
  "dry-run": { help: "Say what would change and change nothing" },
  report: { help: "Write what was done as JSON, in pip's shape; `-` for stdout", value: "FILE" },
  json: { help: "Print what changed as JSON" },
  strict: { help: "Refuse two distributions that claim one file with different content" },
  "link-mode": {
    help: "How files get out of the store; `tree` links whole folders",
    value: "MODE",
    choices: ["hardlink", "clone", "copy", "tree"],
  },
  compile: {
    help: "Compile modules to bytecode",
    aliases: ["compile-bytecode"],
  },
  "no-compile": { help: "Do not compile modules (the default)", aliases: ["no-compile-bytecode"] },
  "require-hashes": { help: "Every distribution must be pinned with its hash" },
  "no-require-hashes": { help: "Hashes in a file do not make them required for all" },
  "no-verify-hashes": {
    help: "Ignore hashes in requirements files",
    refused: "pkm never installs what a given hash does not fit",
    hidden: true,
  },
} as const satisfies OptionTable;

/** Options of pip and uv that bear on builds, or on nothing that pkm does. */
export const compatibilityOptions = {
  ...buildingOptions,
  "progress-bar": {
    help: "Whether to draw progress",
    value: "WAY",
    choices: ["auto", "on", "off", "raw"],
    hidden: true,
  },
  "no-progress": { help: "Draw no progress", hidden: true },
  "no-warn-script-location": { help: "Say nothing of PATH (pkm does not)", hidden: true },
  "no-warn-conflicts": { help: "Say nothing of broken requirements", hidden: true },
  "root-user-action": {
    help: "What to say to root (nothing)",
    value: "WAY",
    choices: ["warn", "ignore"],
    hidden: true,
  },
  ...commonOptions,
} as const satisfies OptionTable;
