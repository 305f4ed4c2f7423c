import type { World } from "#platform/ports";
import { joined, parentFolder, upwards } from "./path-names.ts";

/** A `pyvenv.cfg`: keys in lower case, values as written. */
export type VirtualConfig = ReadonlyMap<string, string>;

/** A virtual environment as its `pyvenv.cfg` describes it (PyPUG virtual-environments, PEP 405). */
export type VirtualFolder = { readonly prefix: string; readonly config: VirtualConfig };

/** Reads `pyvenv.cfg`: lines of `key = value`, keys case-insensitive, the last one of a key counts; the rest is ignored. */
export function parseVirtualConfig(text: string): VirtualConfig {
  const config = new Map<string, string>();
  for (const line of text.split("\n")) {
    const equals = line.indexOf("=");
    if (equals > 0)
      config.set(line.slice(0, equals).trim().toLowerCase(), line.slice(equals + 1).trim());
  }
  return config;
}

/** The environment an executable belongs to: `pyvenv.cfg` lies beside it or one folder up. */
export function virtualFolderOf(
  executable: string,
  world: Pick<World, "files" | "host">,
): VirtualFolder | undefined {
  const beside = parentFolder(executable);
  // The usual place first. Python asks beside the executable first; nobody has both.
  return readVirtualFolder(parentFolder(beside), world) ?? readVirtualFolder(beside, world);
}

/** The folder as a virtual environment, or `undefined` when it is none. */
export function readVirtualFolder(
  folder: string,
  { files, host }: Pick<World, "files" | "host">,
): VirtualFolder | undefined {
  const text = files.tryReadText(joined(host, folder, "pyvenv.cfg"));
  if (text === undefined) return undefined;
  const config = parseVirtualConfig(text);
  // PEP 405: `home` is what makes the file mean anything.
  return config.has("home") ? { prefix: folder, config } : undefined;
}

/** The executable of an environment's folder; the file may be missing. */
export function executableIn(
  folder: string,
  { files, host }: Pick<World, "files" | "host">,
): string {
  if (host.os === "windows") return joined(host, folder, "Scripts", "python.exe");
  const usual = `${folder}/bin/python`;
  if (files.tryLstat(usual) !== undefined) return usual;
  const other = `${folder}/bin/python3`;
  return files.tryLstat(other) === undefined ? usual : other;
}

/**
 * The folders that variables call active, in the order in which they count. Conda's own installation is always
 * active in its users' shells and is nobody's choice of an environment.
 */
export function activeFolders({
  env,
}: Pick<World["host"], "env">): readonly { readonly variable: string; readonly folder: string }[] {
  const virtual = env["VIRTUAL_ENV"] ?? "";
  if (virtual !== "") return [{ variable: "VIRTUAL_ENV", folder: virtual }];
  const conda = env["CONDA_PREFIX"] ?? "";
  const name = env["CONDA_DEFAULT_ENV"] ?? "";
  if (conda === "" || name === "base" || name === "root") return [];
  return [{ variable: "CONDA_PREFIX", folder: conda }];
}

/**
 * The virtual environment of a folder or of the nearest one above: a folder `.venv`, the last usable line of
 * `.python-envs` (PEP 832 draft of August 2026), or a file `.venv` with one path (its draft of April).
 */
export function nearestVirtualFolder(
  start: string,
  world: Pick<World, "files" | "host">,
): VirtualFolder | undefined {
  for (const folder of upwards(start)) {
    const found = virtualFolderAt(folder, world);
    if (found !== undefined) return found;
  }
  return undefined;
}

function virtualFolderAt(
  folder: string,
  world: Pick<World, "files" | "host">,
): VirtualFolder | undefined {
  const { files, host } = world;
  const usual = joined(host, folder, ".venv");
  const found = readVirtualFolder(usual, world);
  if (found !== undefined) return found;
  const resolved = (line: string) =>
    line.startsWith("/") || line[1] === ":" ? line : joined(host, folder, line);
  const listed = files.tryReadText(joined(host, folder, ".python-envs"));
  if (listed !== undefined) {
    const lines = listed.split("\n").map((line) => line.trim());
    for (const line of lines.reverse()) {
      const named =
        line === "" || line.startsWith("#") ? undefined : readVirtualFolder(resolved(line), world);
      if (named !== undefined) return named;
    }
  }
  if (files.tryStat(usual)?.kind !== "file") return undefined;
  const line = files.readText(usual).split("\n", 1)[0]?.trim() ?? "";
  return line === "" ? undefined : readVirtualFolder(resolved(line), world);
}
