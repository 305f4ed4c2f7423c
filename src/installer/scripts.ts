import type { PythonEnvironment } from "#environment/environment";
import type { Host } from "#platform/ports";
import { parseObjectReference } from "#standards/entry-points";
import { badEntryPoint, reservedScript, scriptOutside } from "./errors.ts";
import { posixLauncher } from "./launcher.posix.ts";
import { windowsLauncher } from "./launcher.windows.ts";

/** A console or GUI script of `entry_points.txt`, checked. */
export type EntryScript = {
  readonly name: string;
  readonly module: string;
  /** Attributes from the module to the callable: `main`, `Tool.run`. */
  readonly attribute: string;
  readonly gui: boolean;
};

export type ScriptFile = { readonly name: string; readonly content: string | Uint8Array };

/** How scripts find their interpreter on one kind of system. */
export interface Launcher {
  /** The files that make an entry point a command. */
  wrap(wheel: string, script: EntryScript, environment: PythonEnvironment): readonly ScriptFile[];
  /** The first lines that replace a wheel's `#!python`. */
  shebang(environment: PythonEnvironment, gui: boolean): string;
  /** Names under which an entry point's command may also lie in a wheel's `.data/scripts`. */
  shadows(name: string): readonly string[];
}

export function launcherFor(host: Pick<Host, "os">): Launcher {
  return host.os === "windows" ? windowsLauncher : posixLauncher(host.os);
}

/**
 * Checks one entry point (PyPUG entry-points): the name must be a plain file name other than the interpreter's,
 * the reference a module and a callable. Extras are obsolete and ignored.
 */
export function parseEntryScript(
  wheel: string,
  name: string,
  reference: string,
  gui: boolean,
): EntryScript {
  checkScriptName(wheel, name);
  const parts = parseObjectReference(reference);
  if (parts === undefined || parts.attribute === "") throw badEntryPoint(wheel, name, reference);
  return { name, module: parts.module, attribute: parts.attribute, gui };
}

/** Refuses a name that would replace the interpreter or leave the folder of scripts. */
export function checkScriptName(wheel: string, name: string): void {
  if (reservedName.test(name)) throw reservedScript(wheel, name);
  if (name === "" || name === "." || name === ".." || hasUnsafeCharacter(name))
    throw scriptOutside(wheel, name);
}

/** True for the first {@link headLength} bytes of a script whose interpreter has to be named. */
export function hasPlaceholder(head: Uint8Array): boolean {
  for (let i = 0; i < headLength; i++) if (head[i] !== placeholder.charCodeAt(i)) return false;
  return true;
}

/**
 * A script of a wheel's `.data/scripts` with its interpreter named: `#!python` and `#!pythonw` at the very start are
 * placeholders (PyPUG binary-distribution-format), and pip drops the rest of that line. `undefined` when it has none.
 */
export function rewriteScript(
  content: Uint8Array,
  launcher: Launcher,
  environment: PythonEnvironment,
): Uint8Array | undefined {
  if (!hasPlaceholder(content)) return undefined;
  const gui = content[placeholder.length] === "w".charCodeAt(0);
  const newline = content.indexOf(10);
  const rest = newline === -1 ? new Uint8Array() : content.subarray(newline + 1);
  const first = new TextEncoder().encode(launcher.shebang(environment, gui));
  const whole = new Uint8Array(first.length + rest.length);
  whole.set(first);
  whole.set(rest, first.length);
  return whole;
}

const placeholder = "#!python";
export const headLength = placeholder.length;

// Names as uv refuses them: whatever starts the interpreter, and the modules that would shadow it.
const reservedName = /^(?:pythonw?|python3|pythonw?3\.\d+t?|pypy[23]?|graalpy)(?:\.py|\.exe)?$/i;

function hasUnsafeCharacter(name: string): boolean {
  for (const character of name)
    if (character === "/" || character === "\\" || character < " ") return true;
  // A drive letter makes a path of it on Windows.
  return /^[A-Za-z]:/.test(name);
}
