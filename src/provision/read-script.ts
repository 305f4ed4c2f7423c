import type { World } from "#platform/ports";
import { parseToml } from "#platform/toml";
import type { AskedRequirement, ResolutionTarget } from "#resolver/request";
import { findScriptBlock, parseScriptMetadata } from "#standards/script-metadata";
import { specifierContains } from "#standards/specifier-set";
import { noScriptMetadata, projectFileMissing, scriptNeedsPython } from "./errors.ts";

/** What the script says it needs (PEP 723). A script for another Python than the target's is refused. */
export function readScriptRequirements(
  file: string,
  target: ResolutionTarget,
  options: { readonly ignoreRequiresPython: boolean },
  { files, host }: Pick<World, "files" | "host">,
): AskedRequirement[] {
  const text = files.tryReadText(file.startsWith("/") ? file : `${host.cwd}/${file}`);
  if (text === undefined) throw projectFileMissing(file);
  const block = findScriptBlock(text, file);
  if (block === undefined) throw noScriptMetadata(file);
  const { dependencies, requiresPython } = parseScriptMetadata(parseToml(block.toml, file), file);
  if (
    requiresPython !== undefined &&
    !options.ignoreRequiresPython &&
    !specifierContains(requiresPython, target.python.text, { prereleases: true })
  )
    throw scriptNeedsPython(file, requiresPython.text, target.python.text);
  return dependencies.map((requirement) => ({ requirement, origin: file, hashes: [] }));
}
