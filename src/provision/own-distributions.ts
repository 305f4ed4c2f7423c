import type { InstalledDistribution, PythonEnvironment } from "#environment/environment";

/**
 * What belongs to an environment, without what its base interpreter or its operating system lends: those folders
 * are looked at by Python, and changed by somebody else (pip's "outside environment").
 */
export function ownDistributions(
  environment: PythonEnvironment,
  installed: readonly InstalledDistribution[],
): readonly InstalledDistribution[] {
  const { purelib, platlib } = environment.paths;
  const lent = new Set(
    environment.sitePackages.filter((folder) => folder !== purelib && folder !== platlib),
  );
  return lent.size === 0 ? installed : installed.filter(({ location }) => !lent.has(location));
}
