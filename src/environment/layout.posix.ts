import type { Interpreter } from "#interpreter/interpreter";
import type { EnvironmentWriter } from "./environment-writer.ts";

/** Links `python` and its other names to the base executable; no file of the base is copied (PEP 405). */
export function placeInterpreter(
  scripts: string,
  interpreter: Interpreter,
  writer: EnvironmentWriter,
): void {
  writer.link(interpreter.baseExecutable, `${scripts}/python`);
  for (const name of otherNames(interpreter)) writer.link("python", `${scripts}/${name}`);
}

/** 64-bit systems other than macOS may keep libraries in `lib64`; for an environment both are one. */
export function needsLib64(interpreter: Interpreter): boolean {
  return interpreter.pointerBits === 64 && interpreter.markers.sys_platform !== "darwin";
}

function otherNames({ implementation, major, minor, freeThreaded }: Interpreter): string[] {
  const names = [`python${major}`, `python${major}.${minor}`];
  if (freeThreaded) names.push(`python${major}.${minor}t`);
  if (implementation === "pypy") names.push("pypy", `pypy${major}`, `pypy${major}.${minor}`);
  if (implementation === "graalpy") names.push("graalpy");
  return names;
}
