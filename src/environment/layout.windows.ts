import type { Interpreter } from "#interpreter/interpreter";
import { lastName, parentFolder } from "#interpreter/path-names";
import type { EnvironmentWriter } from "./environment-writer.ts";
import { launcherMissing } from "./errors.ts";

/**
 * Copies the launchers that the installation carries for this purpose (`Lib\venv\scripts\nt`); they read `home`
 * from `pyvenv.cfg` and start the base. An implementation without launchers brings its executable and libraries.
 */
export function placeInterpreter(
  scripts: string,
  interpreter: Interpreter,
  writer: EnvironmentWriter,
): void {
  const base = interpreter.baseExecutable;
  if (interpreter.implementation !== "cpython") {
    placeWhole(scripts, base, writer);
    return;
  }
  const launchers = `${interpreter.paths.stdlib}\\venv\\scripts\\nt`;
  for (const [name, window] of [
    ["python", ""],
    ["pythonw", "w"],
  ] as const) {
    const source = launcherNames(interpreter, name, window)
      .map((file) => `${launchers}\\${file}`)
      .find((path) => writer.exists(path));
    if (source !== undefined) writer.copy(source, `${scripts}/${name}.exe`);
    // Without a window there is still a Python; without `python.exe` there is none.
    else if (window === "")
      throw launcherMissing(base, `${launchers}\\${launcherNames(interpreter, name, window)[0]}`);
  }
}

export function needsLib64(): boolean {
  return false;
}

// From 3.13 on the launchers have names of their own, with letters for the build.
function launcherNames(interpreter: Interpreter, name: string, window: string): string[] {
  const build = (interpreter.freeThreaded ? "t" : "") + (interpreter.debug ? "_d" : "");
  const older = interpreter.debug ? `${name}_d.exe` : `${name}.exe`;
  return [`venv${window}launcher${build}.exe`, older];
}

function placeWhole(scripts: string, base: string, writer: EnvironmentWriter): void {
  const folder = parentFolder(base);
  for (const name of new Set(["python.exe", lastName(base)]))
    writer.copy(base, `${scripts}/${name}`);
  for (const name of writer.namesIn(folder))
    if (name.toLowerCase().endsWith(".dll"))
      writer.copy(`${folder}\\${name}`, `${scripts}/${name}`);
}
