import type { World } from "#platform/ports";
import { pythonUnusable } from "./errors.ts";
import type { Interpreter } from "./interpreter.ts";
import { absolutePath, joined } from "./path-names.ts";
import { probeInterpreter } from "./probe.ts";
import { reachable } from "./reachable.ts";
import { executableIn } from "./virtual-folder.ts";
import type { InterpreterWorld } from "./world.ts";

/** A path names an executable, or the folder of an environment or installation. */
export async function interpreterAt(path: string, world: InterpreterWorld): Promise<Interpreter> {
  const { files, host } = world;
  const full = absolutePath(path, host);
  const kind = files.tryStat(full)?.kind;
  if (kind === "file") return probeInterpreter(full, world);
  if (kind !== "folder")
    throw pythonUnusable(
      full,
      files.tryLstat(full)?.kind === "link"
        ? "it is a link that leads nowhere"
        : "there is no such file",
    );
  const executable = executableIn(full, world);
  if (files.tryLstat(executable) !== undefined) return probeInterpreter(executable, world);
  // The folder of an installation on Windows holds its executable directly.
  const direct = joined(host, full, host.os === "windows" ? "python.exe" : "python3");
  if (isExecutable(direct, world)) return probeInterpreter(direct, world);
  throw pythonUnusable(full, `the folder has no \`${executable.slice(full.length + 1)}\``);
}

/** A file that may be run. On Windows the Store puts files of no length on PATH that open its window. */
export function isExecutable(
  path: string,
  { files, host }: Pick<World, "files" | "host">,
): boolean {
  // PATH may well name a folder that may not be entered.
  const stat = reachable(() => files.tryStat(path));
  if (stat?.kind !== "file") return false;
  return host.os === "windows" ? stat.size > 0 : (stat.mode & 0o111) !== 0;
}
