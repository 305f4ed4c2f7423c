import { noWindowsLauncher } from "./errors.ts";
import type { Launcher } from "./scripts.ts";

/**
 * Windows starts no text files: a command is a small program with the script appended. Those programs are not
 * part of this build, so wheels with entry points are refused by name rather than installed half.
 */
export const windowsLauncher: Launcher = {
  wrap(wheel, script) {
    throw noWindowsLauncher(wheel, script.name);
  },
  shebang(environment, gui) {
    const executable = gui
      ? environment.executable.replace(/python\.exe$/i, "pythonw.exe")
      : environment.executable;
    return /\s/.test(executable) ? `#!"${executable}"\r\n` : `#!${executable}\r\n`;
  },
  shadows: (name) => [
    name,
    `${name}.exe`,
    `${name}-script.py`,
    `${name}-script.pyw`,
    `${name}.pya`,
  ],
};
