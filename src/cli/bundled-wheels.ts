import type { Interpreter } from "#interpreter/interpreter";
import type { World } from "#platform/ports";
import { tryParseWheelFilename } from "#standards/wheel-filename";

export type BundledWheels = {
  readonly folders: readonly string[];
  /** Normalised names of the projects they hold. */
  readonly names: ReadonlySet<string>;
};

/** Where distributions of Linux put the wheels that they take out of ensurepip. */
const systemFolder = "/usr/share/python-wheels";

/** The wheels that an interpreter carries to bootstrap pip without a network (PEP 453, `ensurepip`). */
export function bundledWheels(
  interpreter: Interpreter,
  { files }: Pick<World, "files">,
): BundledWheels {
  const { major, minor } = interpreter;
  const folders: string[] = [];
  const names = new Set<string>();
  for (const folder of [
    `${interpreter.paths.stdlib}/ensurepip/_bundled`,
    `/usr/share/python${major}.${minor}-wheels`,
    systemFolder,
  ]) {
    const here: readonly string[] = (files.tryList(folder) ?? []).flatMap(
      ({ name }) => tryParseWheelFilename(name)?.name ?? [],
    );
    // The first folder that has pip is the one meant for this interpreter.
    if (!here.includes("pip")) continue;
    folders.push(folder);
    for (const name of here) names.add(name);
    break;
  }
  return { folders, names };
}
