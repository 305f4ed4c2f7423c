import { compareVersions, tryParseVersion } from "#standards/version";
import type { InstalledDistribution } from "./environment.ts";

/**
 * Two distributions of one name in one folder, the newer one first. Python would take whichever the file system
 * lists first; an order that does not depend on chance is of more use.
 */
export function newerFirst(
  a: InstalledDistribution,
  b: InstalledDistribution,
): [newer: InstalledDistribution, older: InstalledDistribution] {
  const versionA = tryParseVersion(a.version);
  const versionB = tryParseVersion(b.version);
  if (versionA === undefined || versionB === undefined)
    return versionB === undefined ? [a, b] : [b, a];
  const order = compareVersions(versionA, versionB);
  if (order !== 0) return order > 0 ? [a, b] : [b, a];
  return a.metadataPath < b.metadataPath ? [a, b] : [b, a];
}
