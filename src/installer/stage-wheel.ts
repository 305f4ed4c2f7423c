import type { BytecodePart } from "./bytecode.ts";
import { targetOf } from "./places.ts";
import { stageData } from "./stage-data.ts";
import { LinkedRoot } from "./stage-linked-root.ts";
import { OrdinaryRoot, type RootStaging } from "./stage-root.ts";
import { stageScripts } from "./stage-scripts.ts";
import type { StagedPart } from "./staged-part.ts";
import { type StagingRequest, WheelStaging } from "./wheel-staging.ts";
import type { InstallerWorld } from "./world.ts";

/**
 * Says how one wheel lies in the staging folder, as it shall lie in the environment (PyPUG
 * binary-distribution-format, "spread"): its files from the store, its scripts with their interpreter, the metadata as
 * own copies with what an installer adds, and a RECORD of all that. What goes into the folders that wheels share is there when
 * those are laid. Answers the parts for the switch.
 */
export function stageWheel(request: StagingRequest, world: InstallerWorld): readonly StagedPart[] {
  const { tree, bytecode, wheel } = request;
  const staging = new WheelStaging(request, world);
  const root = tree === undefined ? new OrdinaryRoot(staging) : new LinkedRoot(tree, staging);
  stageScripts(staging);
  for (const part of wheel.manifest.parts)
    if (part.scheme !== "root" && part.scheme !== "scripts") stageData(part, staging);
  for (const part of bytecode) stageCompiled(part, root, staging);
  root.addMetadata();
  staging.layOwn();
  return staging.parts;
}

/** Compiled modules have no hash in RECORD: Python may write them anew (pip does the same). */
function stageCompiled(
  { scheme, folder: from, folders, files }: BytecodePart,
  root: RootStaging,
  staging: WheelStaging,
): void {
  const { places, linkMode } = staging.request;
  const target = targetOf(places, scheme, staging.manifest);
  const part = staging.part(scheme, target);
  // Those of linked folders lie in the store, beside their sources.
  const isOwn = (path: string): boolean => scheme !== "root" || !root.isLinked(path);
  const paths = files.filter(isOwn);
  if (scheme === "root") {
    const known = new Set(root.laid.folders);
    root.laid.makeFolders(folders.filter((path) => isOwn(path) && !known.has(path)));
    root.laid.linkFiles(from, paths);
  } else
    staging.world.files.linkTree({ from, to: part.from, folders, files: paths, mode: linkMode });
  const prefix = staging.prefix(target);
  for (const path of paths)
    staging.list(part, path, { path: `${prefix}${path}`, sha256: "", size: undefined });
}
