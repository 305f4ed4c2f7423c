import { absolute } from "#cli/cache-folder";
import type { OptionValues } from "#cli/command";
import { conflictingOptions } from "#cli/errors";
import type { Invocation } from "#cli/invocation";
import type { PythonEnvironment } from "#environment/environment";
import { refuseExternallyManaged } from "#environment/externally-managed";
import {
  findEnvironment,
  openEnvironment,
  prefixEnvironment,
  systemEnvironment,
  targetEnvironment,
  userEnvironment,
} from "#environment/open";
import { rootedEnvironment } from "#environment/rooted";
import { findInterpreter } from "#interpreter/discover";
import type { InterpreterWorld } from "#interpreter/world";
import { noEnvironment, notVirtual } from "./_errors.ts";
import type { environmentOptions } from "./options.ts";

type Chosen = Partial<OptionValues<typeof environmentOptions>> & { readonly root?: string };

/**
 * The environment a command of `pkm pip` works on: the one `--python` names, else the active or the nearest one.
 * With `change` an environment that its operating system manages is refused (PEP 668).
 */
export async function chosenEnvironment(
  options: Chosen & { readonly "require-virtualenv"?: boolean },
  purpose: "read" | "change",
  interpreters: InterpreterWorld,
  invocation: Invocation,
): Promise<PythonEnvironment> {
  const base = await baseEnvironment(options, interpreters, invocation);
  if (options["require-virtualenv"] === true && base.kind !== "virtual")
    throw notVirtual(base.root);
  const chosen = variant(base, options, invocation);
  const environment =
    options.root === undefined
      ? chosen
      : rootedEnvironment(absolute(options.root, invocation.world.host.cwd), chosen);
  if (purpose === "change" && options["break-system-packages"] !== true)
    refuseExternallyManaged(environment, invocation.world);
  return environment;
}

async function baseEnvironment(
  options: Chosen,
  interpreters: InterpreterWorld,
  invocation: Invocation,
): Promise<PythonEnvironment> {
  const { python } = options;
  if (python !== undefined) {
    const { files, host } = invocation.world;
    const path = absolute(python.replace(/^~(?=\/)/, host.home), host.cwd);
    const isPath =
      python.includes("/") || python.includes("\\") || files.tryStat(path)?.kind === "folder";
    if (isPath) return openEnvironment(path, interpreters);
    return systemEnvironment(await findInterpreter({ python, environments: false }, interpreters));
  }
  // As with pip, an active environment is asked whether it sees the user's own packages.
  const isActive = (invocation.world.host.env.VIRTUAL_ENV ?? "") !== "";
  if (options.system === true || (options.user === true && !isActive))
    return systemEnvironment(await findInterpreter({ environments: false }, interpreters));
  const found = await findEnvironment({}, interpreters);
  if (found !== undefined) return found;
  // A plain folder needs an interpreter to say what fits it, not an environment.
  const isElsewhere = [options.target, options.prefix, options.root].some((at) => at !== undefined);
  if (isElsewhere)
    return systemEnvironment(await findInterpreter({ environments: false }, interpreters));
  throw noEnvironment(invocation.name);
}

function variant(
  base: PythonEnvironment,
  options: Chosen,
  { name, world }: Invocation,
): PythonEnvironment {
  const { target, prefix, user } = options;
  const { cwd } = world.host;
  if (target !== undefined && (prefix !== undefined || user === true))
    throw conflictingOptions("--target", prefix === undefined ? "--user" : "--prefix", name);
  if (prefix !== undefined && user === true) throw conflictingOptions("--prefix", "--user", name);
  if (target !== undefined) return targetEnvironment(absolute(target, cwd), base);
  if (prefix !== undefined) return prefixEnvironment(absolute(prefix, cwd), base);
  return user === true ? userEnvironment(base) : base;
}
