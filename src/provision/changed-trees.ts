import type { InstalledDistribution } from "#environment/environment";
import type { World } from "#platform/ports";
import type { NormalizedName } from "#standards/name";
import type { ResolvedPackage } from "#resolver/resolution";

/**
 * Editable installations whose tree tells its metadata anew since they were made: modules are followed by themselves,
 * requirements and scripts are not.
 */
export function changedEditables(
  packages: readonly ResolvedPackage[],
  installed: readonly InstalledDistribution[],
  { files }: Pick<World, "files">,
): ReadonlySet<NormalizedName> {
  const changed = new Set<NormalizedName>();
  for (const { name, source } of packages) {
    if (source.kind !== "folder" || !source.editable) continue;
    const present = installed.find((distribution) => distribution.name === name);
    const made = files.tryStat(`${present?.metadataPath}/METADATA`)?.mtime;
    if (made === undefined) continue;
    const isNewer = (file: string): boolean =>
      (files.tryStat(`${source.path}/${file}`)?.mtime ?? 0) > made;
    if (metadataFiles.some(isNewer)) changed.add(name);
  }
  return changed;
}

/** What people edit to change metadata, whatever the backend is. */
const metadataFiles = ["pyproject.toml", "setup.cfg", "setup.py"];
