import { findInterpreter } from "#interpreter/discover";
import { absolutePath, joined, parentFolder } from "#interpreter/path-names";
import { probeInterpreter } from "#interpreter/probe";
import {
  activeFolders,
  executableIn,
  nearestVirtualFolder,
  readVirtualFolder,
  virtualFolderOf,
} from "#interpreter/virtual-folder";
import type { InterpreterWorld } from "#interpreter/world";
import { environmentOf } from "./environment-of.ts";
import type { PythonEnvironment } from "./environment.ts";
import { activeEnvironmentGone, notAnEnvironment } from "./errors.ts";

export {
  prefixEnvironment,
  systemEnvironment,
  targetEnvironment,
  userEnvironment,
} from "./environment-of.ts";

/**
 * The environment that a person names: its folder, an executable in it, or any request for an interpreter
 * (`3.12`), whose environment it then is. A virtual environment whose base is gone is an error that says how to
 * make it anew.
 */
export async function openEnvironment(
  named: string,
  world: InterpreterWorld,
): Promise<PythonEnvironment> {
  const path = absolutePath(named, world.host);
  const kind = world.files.tryStat(path)?.kind;
  if (kind === "folder") return openFolder(path, world);
  const isPath =
    kind !== undefined || named.includes("/") || world.files.tryLstat(path) !== undefined;
  if (isPath) return environmentOf(await probeInterpreter(path, world), world);
  return environmentOf(await findInterpreter({ python: named, environments: true }, world), world);
}

export type FindEnvironmentOptions = {
  /** Where the search for a `.venv` begins; the current folder when left out. */
  readonly cwd?: string;
};

/**
 * The environment nobody named: the active one (`VIRTUAL_ENV`, then a Conda environment), then the nearest `.venv`.
 * `undefined` when there is none; an active one that does not exist is an error.
 */
export async function findEnvironment(
  options: FindEnvironmentOptions,
  world: InterpreterWorld,
): Promise<PythonEnvironment | undefined> {
  for (const { variable, folder } of activeFolders(world.host)) {
    const path = absolutePath(folder, world.host);
    if (world.files.tryStat(path)?.kind !== "folder") throw activeEnvironmentGone(variable, path);
    return openFolder(path, world, variable);
  }
  const nearest = nearestVirtualFolder(options.cwd ?? world.host.cwd, world);
  return nearest === undefined ? undefined : openFolder(nearest.prefix, world, ".venv");
}

async function openFolder(
  folder: string,
  world: InterpreterWorld,
  source: string = "path",
): Promise<PythonEnvironment> {
  const { files, host } = world;
  const virtual = readVirtualFolder(folder, world);
  const candidates = [executableIn(folder, world)];
  // Installations on Windows keep the executable at the top; naming `bin` instead of its parent is forgiven.
  if (virtual === undefined)
    candidates.push(
      joined(host, folder, host.os === "windows" ? "python.exe" : "python3"),
      joined(host, folder, "python"),
    );
  for (const executable of candidates)
    if (files.tryLstat(executable) !== undefined)
      return environmentOf(await probeInterpreter(executable, world, source), world);
  if (virtual !== undefined)
    throw notAnEnvironment(
      folder,
      `it has pyvenv.cfg, but no \`${candidates[0]?.slice(folder.length + 1)}\``,
    );
  const inside = virtualFolderOf(joined(host, folder, "python"), world);
  if (inside !== undefined && inside.prefix === parentFolder(folder))
    return openFolder(inside.prefix, world, source);
  throw notAnEnvironment(folder, "it has neither pyvenv.cfg nor an interpreter");
}
