import { activateCsh } from "./_activate-csh.ts";
import { activateFish } from "./_activate-fish.ts";
import { activateNu } from "./_activate-nu.ts";
import { activatePosix } from "./_activate-posix.ts";
import { activatePython } from "./_activate-python.ts";
import { activateBatch, activatePowerShell, deactivateBatch } from "./_activate-windows.ts";

export type Activation = {
  /** Absolute folder of the environment. */
  readonly folder: string;
  /** Name of its folder of programs: `bin`, `Scripts`. */
  readonly scripts: string;
  /** Any text at all; no shell may read a command in it. */
  readonly prompt: string;
  /** Scripts find the folder from their own place wherever their shell allows it. */
  readonly relocatable: boolean;
  /** Relative to the folder, with `/`. */
  readonly sitePackages: readonly string[];
};

/**
 * The scripts that bring an environment into a shell, by file name. Each sets `VIRTUAL_ENV` and
 * `VIRTUAL_ENV_PROMPT`, puts the programs first on PATH, unsets PYTHONHOME, and obeys `VIRTUAL_ENV_DISABLE_PROMPT`.
 */
export function activationScripts(
  activation: Activation,
): readonly (readonly [name: string, text: string])[] {
  return [
    ["activate", activatePosix(activation)],
    ["activate.fish", activateFish(activation)],
    ["activate.csh", activateCsh(activation)],
    ["activate.nu", activateNu(activation)],
    ["activate.ps1", activatePowerShell(activation)],
    ["activate.bat", activateBatch(activation)],
    ["deactivate.bat", deactivateBatch],
    ["activate_this.py", activatePython(activation)],
  ];
}
