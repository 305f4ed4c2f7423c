import type { OptionTable } from "#cli/command";
import {
  changeOptions,
  compatibilityOptions,
  environmentOptions,
  indexOptions,
  resolutionOptions,
} from "./options.ts";
import { requirementOptions } from "./requirement-options.ts";
import { targetOptions } from "./target-options.ts";

/** What `pip lock`, `download` and `wheel` have in common: all of `install` but the environment and its change. */
export const resolvingOptions = {
  ...requirementOptions,
  python: { ...environmentOptions.python, help: "Interpreter to resolve for" },
  system: { ...environmentOptions.system, help: "Resolve for the Python on PATH" },
  ...indexOptions,
  ...resolutionOptions,
  "require-hashes": changeOptions["require-hashes"],
  "no-require-hashes": changeOptions["no-require-hashes"],
  ...compatibilityOptions,
  ...targetOptions,
} as const satisfies OptionTable;
