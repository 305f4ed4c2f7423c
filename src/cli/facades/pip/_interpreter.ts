import { absolute } from "#cli/cache-folder";
import { openEnvironment } from "#environment/open";
import { findInterpreter } from "#interpreter/discover";
import type { Interpreter } from "#interpreter/interpreter";
import type { InterpreterWorld } from "#interpreter/world";

/** For commands that change no environment: an environment's folder stands for its interpreter, and none need be there. */
export async function resolvingInterpreter(
  { python, system = false }: { readonly python?: string | undefined; readonly system?: boolean },
  world: InterpreterWorld,
): Promise<Interpreter> {
  if (
    python !== undefined &&
    world.files.tryStat(absolute(python, world.host.cwd))?.kind === "folder"
  )
    return (await openEnvironment(absolute(python, world.host.cwd), world)).interpreter;
  return findInterpreter({ python, environments: python === undefined && !system }, world);
}
