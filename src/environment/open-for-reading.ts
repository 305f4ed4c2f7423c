import { absolutePath } from "#interpreter/path-names";
import {
  activeFolders,
  nearestVirtualFolder,
  readVirtualFolder,
  type VirtualFolder,
  virtualFolderOf,
} from "#interpreter/virtual-folder";
import type { World } from "#platform/ports";
import type { PythonEnvironment } from "./environment.ts";
import { sitePackagesBelow } from "./survey.ts";

/** What listing needs of an environment; see {@link openForReading}. */
export type ReadableEnvironment = Pick<PythonEnvironment, "root" | "sitePackages">;

/**
 * The same environment for commands that only list what is installed. A virtual environment by itself needs no
 * interpreter at all then, not even a cached answer; `undefined` where one has to be asked.
 */
export function openForReading(
  named: string | undefined,
  world: Pick<World, "files" | "host">,
): ReadableEnvironment | undefined {
  const virtual = virtualFolderFor(named, world);
  if (virtual === undefined) return undefined;
  if (virtual.config.get("include-system-site-packages")?.toLowerCase() === "true")
    return undefined;
  const sitePackages = sitePackagesBelow(virtual.prefix, world.files);
  const [only] = sitePackages;
  // Two versions of Python below one folder: only the interpreter knows which is its own.
  if (only === undefined || sitePackages.length > 1 || !isOfCPython(virtual, only))
    return undefined;
  return { root: virtual.prefix, sitePackages };
}

/**
 * Others keep distributions in their standard library, which only their probe knows. `venv` does not write what it
 * made the environment of: the folders of PyPy have its name, and the keys of GraalPy's environments name its home.
 */
function isOfCPython({ config }: VirtualFolder, sitePackages: string): boolean {
  const implementation = config.get("implementation");
  if (implementation !== undefined) return implementation.toLowerCase() === "cpython";
  if (!/[/\\]lib[/\\](?:python3|site-packages)/i.test(sitePackages)) return false;
  for (const value of config.values()) if (/graal|pypy/i.test(value)) return false;
  return true;
}

/** The virtual environment that a person names, or that is active or near; nothing is run. */
export function virtualFolderFor(
  named: string | undefined,
  world: Pick<World, "files" | "host">,
): VirtualFolder | undefined {
  if (named === undefined) {
    for (const { folder } of activeFolders(world.host))
      return readVirtualFolder(absolutePath(folder, world.host), world);
    return nearestVirtualFolder(world.host.cwd, world);
  }
  const path = absolutePath(named, world.host);
  const kind = world.files.tryStat(path)?.kind;
  if (kind === undefined) return undefined;
  return kind === "folder" ? readVirtualFolder(path, world) : virtualFolderOf(path, world);
}
